"""Is every append-only table still what was written in it?"""

from django.db import connection
from django.db.models import Model

from .models import LigneChainee

CONSTATS = {
    "empreinte": "le contenu ne correspond plus à son empreinte",
    "rang": "une ligne manque ou a été ajoutée avant elle",
    "fin": "des lignes manquent ou ont été ajoutées à la fin",
}
GARDES = {"ajouter": "chaine_ajouter", "refuser": "chaine_refuser", "vider": "chaine_refuser"}


def verifier_chaine(modele: type[LigneChainee]) -> list[str]:
    """Recompute the chain of a table; return one French sentence per line that differs, and per guard that is off."""
    table = modele._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT ligne, rang, constat FROM chaine_ecarts(%s)", [table])
        ecarts = [
            f"{_nommer(modele)}, "
            + (f"ligne {ligne}, rang {rang}" if ligne else f"{rang} lignes lues")
            + f" : {CONSTATS[constat]}."
            for ligne, rang, constat in cursor.fetchall()
        ]
    return ecarts + verifier_gardes(modele, *GARDES)


def verifier_gardes(modele: type[Model], *gardes: str) -> list[str]:
    """Check that the triggers that keep a table append-only are there, enabled, and call what they should."""
    table = modele._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgfoid::regproc::text FROM pg_trigger "
            "WHERE tgrelid = %s::regclass AND tgenabled IN ('O', 'A')",
            [table],
        )
        actives = dict(cursor.fetchall())
    return [
        f"{_nommer(modele)} : la protection {table}_{garde} manque ou est désactivée."
        for garde in gardes
        if actives.get(f"{table}_{garde}") != GARDES[garde]
    ]


def _nommer(modele: type[Model]) -> str:
    return f"{modele._meta.verbose_name} (table {modele._meta.db_table})"
