"""The demonstration stays out of real bases: the password of its accounts is published."""

from django.conf import settings
from django.db import connection

from comptes.models import Utilisateur
from comptes.refus import Refus

from .comptes import lister_comptes


def refuse_real_base() -> None:
    """Refuse a base that is not for demonstration, before anything is written in it; migrated or not."""
    if settings.REFUSER_COMPTES_DEMO:
        raise Refus("Le jeu de démonstration ne se charge pas en production.", returncode=1)
    est_vide = Utilisateur._meta.db_table not in connection.introspection.table_names()
    if not est_vide and lister_comptes():
        return  # it is there already: nothing will be opened
    if not settings.OUVRIR_COMPTES_DEMO:
        raise Refus(
            "Le jeu de démonstration ouvre des comptes dont le mot de passe est public, et DATABASE_URL désigne une "
            "base qui pourrait être réelle. Retirez DATABASE_URL pour employer la base embarquée ; si cette base est "
            "bien d’essai, relancez avec OUVRIR_COMPTES_DEMO=1.",
            returncode=1,
        )
    if not est_vide and (nombre := Utilisateur.objects.count()):
        raise Refus(
            f"Cette base a déjà des comptes qui ne sont pas de démonstration ({nombre}) : le jeu de démonstration ne "
            "s’y charge pas. Choisissez un autre dossier avec ACCORD_DONNEES, ou une base vide avec DATABASE_URL.",
            returncode=1,
        )
