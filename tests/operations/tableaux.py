"""Files of operations as the OI send them, written for the tests of the import."""

import csv
import io
from decimal import Decimal

from comptes.classeurs import ecrire_ods, ecrire_xlsx
from operations.importation.colonnes import FEUILLE


def build_ligne(rang: int, **valeurs) -> dict:
    """One application, complete and right, that asks 600,00 € of 1 000,00 €."""
    return {
        "numero": f"2026{rang:05d}",
        "enveloppe": "FSE_CD62",
        "intitule": f"Opération {rang} (exemple)",
        "beneficiaire": f"Structure {rang % 40} (exemple)",
        "objectif_specifique": "1.H",
        "deposee_le": "15/01/2026",
        "debut_le": "01/02/2026",
        "fin_le": "31/12/2026",
        "cout_total_eligible": "1 000,00",
        "ue": "600,00",
        "autofinancement": "400,00",
    } | valeurs


def en_table(lignes: list[dict]) -> list[list]:
    titres = list(dict.fromkeys(titre for ligne in lignes for titre in ligne))
    return [titres, *([ligne.get(titre, "") for titre in titres] for ligne in lignes)]


def en_csv(lignes: list[dict], *, separateur: str = ";", encodage: str = "utf-8") -> bytes:
    tampon = io.StringIO()
    csv.writer(tampon, delimiter=separateur).writerows(en_table(lignes))
    return tampon.getvalue().encode(encodage)


def en_xlsx(lignes: list[dict]) -> bytes:
    tampon = io.BytesIO()
    ecrire_xlsx(tampon, {FEUILLE: en_table(lignes)})
    return tampon.getvalue()


def en_ods(lignes: list[dict]) -> bytes:
    tampon = io.BytesIO()
    ecrire_ods(tampon, en_table(lignes), feuille=FEUILLE)
    return tampon.getvalue()


def typer(ligne: dict) -> dict:
    """The same line as a spreadsheet keeps it: days and amounts, and a number whose digits are a number."""
    import datetime as dt

    typee = dict(ligne, numero=Decimal(ligne["numero"]))
    for nom in ("deposee_le", "debut_le", "fin_le"):
        typee[nom] = dt.datetime.strptime(ligne[nom], "%d/%m/%Y").date()  # noqa: DTZ007 (a day has no zone)
    for nom in ("cout_total_eligible", "ue", "autofinancement"):
        typee[nom] = Decimal(ligne[nom].replace(" ", "").replace(",", "."))
    return typee
