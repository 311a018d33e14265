"""Is every append-only table still what was written in it?"""

from django.db import connection

from .models import LigneChainee

CONSTATS = {
    "empreinte": "le contenu ne correspond plus à son empreinte",
    "rang": "une ligne manque ou a été ajoutée avant elle",
    "fin": "des lignes manquent ou ont été ajoutées à la fin",
}
GARDES = ["ajouter", "refuser"]


def verifier_chaine(modele: type[LigneChainee]) -> list[str]:
    """Recompute the chain of a table; return one French sentence per line that differs."""
    table = modele._meta.db_table
    nom = modele._meta.verbose_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT ligne, rang, constat FROM chaine_ecarts(%s)", [table])
        ecarts = [
            f"{nom} (table {table}), "
            + (f"ligne {ligne}, rang {rang}" if ligne else f"{rang} lignes lues")
            + f" : {CONSTATS[constat]}."
            for ligne, rang, constat in cursor.fetchall()
        ]
        cursor.execute(
            "SELECT tgname FROM pg_trigger "
            "WHERE tgrelid = %s::regclass AND tgname = ANY(%s) AND tgenabled IN ('O', 'A')",
            [table, [f"{table}_{garde}" for garde in GARDES]],
        )
        actives = {ligne[0] for ligne in cursor.fetchall()}
    return ecarts + [
        f"{nom} (table {table}) : la protection {table}_{garde} est désactivée."
        for garde in GARDES
        if f"{table}_{garde}" not in actives
    ]
