"""The empty template, with what each column expects."""

import csv
import io

from comptes.classeurs import ecrire_xlsx

from .colonnes import COLONNES, FEUILLE, LIMITE, MARQUE_NOTE, NOTICE

ENTETE_NOTICE = ["colonne", "ce qu’elle contient", "format", "obligatoire", "exemple", "valeurs admises", "à savoir"]


def build_modele_csv() -> bytes:
    """The titles, then one note per column: the import leaves out the lines that open with #."""
    tampon = io.StringIO()
    table = csv.writer(tampon, delimiter=";", lineterminator="\r\n")
    table.writerow([colonne.nom for colonne in COLONNES])
    for note in [LIMITE, *(f"{colonne.nom} : {colonne.notice}" for colonne in COLONNES)]:
        table.writerow([f"{MARQUE_NOTE} {note}"])
    return tampon.getvalue().encode("utf-8-sig")


def build_modele_xlsx() -> bytes:
    """A sheet to fill, each title with its note, and a sheet that says it all at once."""
    notice = [[LIMITE], [], ENTETE_NOTICE]
    for c in COLONNES:
        requis = "oui" if c.requis else "non"
        notice.append([c.nom, c.titre, c.format, requis, c.exemple, ", ".join(c.valeurs), c.note])
    tampon = io.BytesIO()
    ecrire_xlsx(
        tampon,
        {FEUILLE: [[colonne.nom for colonne in COLONNES]], NOTICE: notice},
        notes={(FEUILLE, 0, rang): colonne.notice for rang, colonne in enumerate(COLONNES)},
        textes={FEUILLE: [rang for rang, colonne in enumerate(COLONNES) if colonne.nom in ("numero", "siret")]},
    )
    return tampon.getvalue()
