"""The rules of a password, each saying what to do."""

from django.contrib.auth import password_validation as regles
from django.core.exceptions import ValidationError


class Longueur(regles.MinimumLengthValidator):
    def validate(self, password, user=None):
        manque = self.min_length - len(password)
        if manque > 0:
            mot = "caractère" if manque == 1 else "caractères"
            raise ValidationError(
                f"Ajoutez {manque} {mot} : il en faut au moins {self.min_length}.", code="password_too_short"
            )

    def get_help_text(self):
        return f"Au moins {self.min_length} caractères ; quelques mots à la suite se retiennent bien."


class Ressemblance(regles.UserAttributeSimilarityValidator):
    def __init__(self):
        super().__init__(user_attributes=("prenom", "nom", "email"))

    def get_error_message(self):
        return "Choisissez un mot de passe qui ressemble moins à votre %(verbose_name)s."

    def get_help_text(self):
        return "Rien qui ressemble à votre prénom, à votre nom ou à votre adresse électronique."


class Courant(regles.CommonPasswordValidator):
    def get_error_message(self):
        return "Choisissez un autre mot de passe : celui-ci est parmi les plus employés, donc les plus essayés."

    def get_help_text(self):
        return "Pas un mot de passe que beaucoup emploient."


class Chiffres(regles.NumericPasswordValidator):
    def get_error_message(self):
        return "Ajoutez des lettres : des chiffres seuls se devinent vite."

    def get_help_text(self):
        return "Pas seulement des chiffres."
