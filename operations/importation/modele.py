"""The empty template, with what each column expects."""

import csv
import io

from comptes.classeurs import ecrire_xlsx

from .colonnes import COLONNES, FEUILLE, LIMITE, MARQUE_NOTE, NOTICE

ENTETE_NOTICE = ["colonne", "ce qu’elle contient", "format", "obligatoire", "exemple", "valeurs admises", "à savoir"]


def build_modele_csv() -> bytes:
    return ecrire_modele_csv(COLONNES, LIMITE)


def build_modele_xlsx() -> bytes:
    return ecrire_modele_xlsx(COLONNES, LIMITE, feuille=FEUILLE, notice=NOTICE, textes=["numero", "siret"])


def ecrire_modele_csv(colonnes, limite: str) -> bytes:
    """The titles, then one note per column: the import leaves out the lines that open with #."""
    tampon = io.StringIO()
    table = csv.writer(tampon, delimiter=";", lineterminator="\r\n")
    table.writerow([colonne.nom for colonne in colonnes])
    for note in [limite, *(f"{colonne.nom}\u00a0: {colonne.notice}" for colonne in colonnes)]:
        table.writerow([f"{MARQUE_NOTE} {note}"])
    return tampon.getvalue().encode("utf-8-sig")


def ecrire_modele_xlsx(colonnes, limite: str, *, feuille: str, notice: str, textes: list[str]) -> bytes:
    """A sheet to fill, each title with its note, and a sheet that says it all at once; `textes` are typed as text."""
    lignes = [[limite], [], ENTETE_NOTICE]
    for c in colonnes:
        requis = "oui" if c.requis else "non"
        lignes.append([c.nom, c.titre, c.format, requis, c.exemple, ", ".join(c.valeurs), c.note])
    tampon = io.BytesIO()
    ecrire_xlsx(
        tampon,
        {feuille: [[colonne.nom for colonne in colonnes]], notice: lignes},
        notes={(feuille, 0, rang): colonne.notice for rang, colonne in enumerate(colonnes)},
        textes={feuille: [rang for rang, colonne in enumerate(colonnes) if colonne.nom in textes]},
    )
    return tampon.getvalue()
