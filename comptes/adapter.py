from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from axes.utils import reset


class ComptesAdapter(DefaultAccountAdapter):
    """Accounts are opened by an administrator: nobody signs up alone."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "L’adresse électronique ou le mot de passe ne convient pas. Écrivez-les de nouveau, "
        "ou choisissez un autre mot de passe par « Mot de passe oublié ».",
        "enter_current_password": "Ce n’est pas votre mot de passe actuel. Écrivez-le de nouveau.",
        "incorrect_password": "Ce n’est pas le mot de passe de ce compte. Écrivez-le de nouveau.",
        "too_many_login_attempts": "Trop d’essais sans succès. Attendez quelques minutes, puis recommencez.",
        "rate_limited": "Trop d’essais en peu de temps. Attendez quelques minutes, puis recommencez.",
    }

    def is_open_for_signup(self, request):
        return False

    def set_password(self, user, password):
        """A new password ends the wait after failed sign-ins: the link went to the person’s own address."""
        super().set_password(user, password)
        reset(username=user.email)


class SecondFacteurAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "Ce code ne convient pas. Attendez que l’application en affiche un autre, puis recopiez-le.",
        "cannot_generate_recovery_codes": "Activez d’abord le second facteur.",
    }
