"""Signing in, in the words of the product: the forms of allauth, what each field is called and what it lacks."""

from allauth.account import forms as compte
from allauth.mfa.base import forms as facteur
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.urls import reverse
from django.utils.html import format_html

MOTS = {  # the name of a field, what to say when it is empty
    "login": ("Adresse électronique", "Écrivez votre adresse électronique entière, par exemple nom@organisme.fr."),
    "email": ("Adresse électronique", "Écrivez votre adresse électronique entière, par exemple nom@organisme.fr."),
    "password": ("Mot de passe", "Écrivez votre mot de passe."),
    "oldpassword": ("Mot de passe actuel", "Écrivez le mot de passe que vous utilisez aujourd’hui."),
    "password1": ("Nouveau mot de passe", "Écrivez le nouveau mot de passe."),
    "password2": ("Nouveau mot de passe, une seconde fois", "Écrivez une seconde fois le nouveau mot de passe."),
    "code": ("Code", "Recopiez le code de votre application, ou un code de secours."),
}


class EnFrancais:
    """Name the fields of a form of allauth; a label stands above its field, so no word stays inside."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for nom in MOTS.keys() & self.fields.keys():
            champ = self.fields[nom]
            champ.label, requis = MOTS[nom]
            champ.error_messages |= {"required": requis, "invalid": requis}
            champ.widget.attrs.pop("placeholder", None)
        for nom in {"oldpassword", "password"} & self.fields.keys():
            self.fields[nom].help_text = format_html(
                '<a href="{}">Mot de passe oublié</a>', reverse("account_reset_password")
            )


class Connexion(EnFrancais, compte.LoginForm):
    pass


class Oubli(EnFrancais, compte.ResetPasswordForm):
    pass


class NouveauMotDePasse(EnFrancais, compte.ResetPasswordKeyForm):
    pass


class ChangementMotDePasse(EnFrancais, compte.ChangePasswordForm):
    pass


class Confirmation(EnFrancais, compte.ReauthenticateForm):
    pass


class SecondFacteur(EnFrancais, facteur.AuthenticateForm):
    pass


class ConfirmationParCode(EnFrancais, facteur.ReauthenticateForm):
    pass


class ActivationSecondFacteur(EnFrancais, ActivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code à six chiffres"
        self.fields["code"].error_messages["required"] = "Recopiez les six chiffres que l’application affiche."
