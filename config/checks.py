"""What production refuses beyond its settings: accounts whose password is printed on a terminal."""

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import connections


@checks.register(checks.Tags.database)
def check_demo_accounts(app_configs, databases, **kwargs):
    """Demonstration accounts must not exist where the data is real."""
    if not settings.REFUSER_COMPTES_DEMO or not databases:
        return []
    utilisateur = apps.get_model(settings.AUTH_USER_MODEL)
    if utilisateur._meta.db_table not in connections["default"].introspection.table_names():
        return []  # nothing is migrated yet
    nombre = utilisateur.objects.using("default").filter(email__iendswith=settings.DOMAINE_DEMO).count()
    if not nombre:
        return []
    return [
        checks.Error(
            f"{nombre} compte(s) de démonstration ({settings.DOMAINE_DEMO}) dans la base de production.",
            hint="Partez d’une base vide : leurs mots de passe sont publics.",
            id="config.E001",
        )
    ]
