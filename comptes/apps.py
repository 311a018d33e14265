from django.apps import AppConfig


class ComptesConfig(AppConfig):
    name = "comptes"
    verbose_name = "Comptes et habilitations"
    default_auto_field = "django.db.models.BigAutoField"
