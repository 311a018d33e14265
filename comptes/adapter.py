from allauth.account.adapter import DefaultAccountAdapter
from axes.utils import reset


class ComptesAdapter(DefaultAccountAdapter):
    """Accounts are opened by an administrator: nobody signs up alone."""

    def is_open_for_signup(self, request):
        return False

    def set_password(self, user, password):
        """A new password ends the wait after failed sign-ins: the link went to the person’s own address."""
        super().set_password(user, password)
        reset(username=user.email)
