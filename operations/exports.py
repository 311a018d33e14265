"""Operations as CSV lines: `;` and a byte order mark, so that Excel and LibreOffice open them in French.

Amounts have a point and two decimals, dates are ISO 8601 (design, « Commands and files »).
"""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal

from comptes.tableur import proteger

BOM = "\ufeff"
COLONNES = [
    "numero",
    "intitule",
    "beneficiaire",
    "organisme",
    "fonds",
    "enveloppe",
    "statut",
    "statut_depuis_le",
    "deposee_le",
    "programmee_le",
    "debut_le",
    "fin_le",
    "ue_demande",
    "ue_programme",
    "lecture",
    "appel",
    "objectif_specifique",
    "dispositif",
    "axe",
    "type_action",
    "part_qpv_declaree",
    "cout_total_eligible",
    "ue_instruit",
]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, valeur: str) -> str:
        return valeur


def montant(valeur: Decimal | None) -> str:
    return "" if valeur is None else f"{valeur:.2f}"


def jour(valeur) -> str:
    return valeur.isoformat() if valeur else ""


def _ligne(operation, chiffre: bool) -> list[str]:
    """One operation; who reads only its summary gets empty cells after the word « résumé »."""
    o = operation
    cellules = [
        proteger(o.numero),
        proteger(o.intitule),
        proteger(o.structure.nom),
        o.enveloppe.organisme.code,
        o.enveloppe.fonds.code,
        o.enveloppe.code,
        o.get_statut_display(),
        jour(o.statut_depuis_le),
        jour(o.deposee_le),
        jour(o.programmee_le),
        jour(o.debut_le),
        jour(o.fin_le),
        montant(o.ue_demande),
        montant(o.ue_programme),
        "complète" if o.est_complet else "résumé",
    ]
    if o.est_complet:
        cellules += [
            proteger(o.appel.code if o.appel else ""),
            proteger(o.objectif_specifique.code),
            proteger(o.dispositif),
            proteger(o.axe),
            proteger(o.type_action),
            "" if o.part_qpv_declaree is None else f"{o.part_qpv_declaree:.4f}",
            montant(o.cout_total),
            montant(o.ue_instruit),
        ]
    else:
        cellules += [""] * (len(COLONNES) - len(cellules))
    return [*cellules, montant(o.montant_affiche)] if chiffre else cellules


def ecrire_csv(entete: list[str], lignes: Iterable[list[str]]) -> Iterator[bytes]:
    """Stream a file line by line."""
    table = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield (BOM + table.writerow(entete)).encode()
    for ligne in lignes:
        yield table.writerow(ligne).encode()


def build_csv_operations(operations: Iterable, colonne_chiffre: str = "", aujourdhui: str = "") -> Iterator[bytes]:
    """Stream the file line by line; `colonne_chiffre` names the column of the figure that the list makes.

    Beside a figure of another day, what is programmed says in its name that it is of today.
    """
    entete = list(COLONNES)
    if colonne_chiffre:
        entete[entete.index("ue_programme")] = f"ue_programme_au_{aujourdhui}"
        entete.append(colonne_chiffre)
    return ecrire_csv(entete, (_ligne(operation, bool(colonne_chiffre)) for operation in operations))
