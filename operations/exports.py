"""Operations and ledger lines as tables, typed cell by cell: the titles first, then one line per object."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from accord.montants import arrondir
from comptes.classeurs import Cellule

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
COLONNES_ECRITURES = [
    "rang",
    "date_effet",
    "enregistree_le",
    "numero",
    "intitule",
    "organisme",
    "fonds",
    "enveloppe",
    "tranche",
    "nature",
    "montant",
    "acte",
    "motif",
    "reprend_rang",
    "auteur",
]


def montant(valeur: Decimal | None) -> Decimal | None:
    """Two decimals, even for the zero of an empty sum."""
    return None if valeur is None else arrondir(valeur)


def _ligne(operation, chiffre: bool) -> list[Cellule]:
    """One operation; who reads only its summary gets empty cells after the word « résumé »."""
    o = operation
    cellules: list[Cellule] = [
        o.numero,
        o.intitule,
        o.structure.nom,
        o.enveloppe.organisme.code,
        o.enveloppe.fonds.code,
        o.enveloppe.code,
        o.get_statut_display(),
        o.statut_depuis_le,
        o.deposee_le,
        o.programmee_le,
        o.debut_le,
        o.fin_en_vigueur,
        montant(o.ue_demande),
        montant(o.ue_programme),
        "complète" if o.est_complet else "résumé",
    ]
    if o.est_complet:
        cellules += [
            o.appel.code if o.appel else "",
            o.objectif_specifique.code,
            str(o.dispositif or ""),
            str(o.axe or ""),
            str(o.type_action or ""),
            o.part_qpv_declaree,
            montant(o.cout_total),
            montant(o.ue_instruit),
        ]
    else:
        cellules += [None] * (len(COLONNES) - len(cellules))
    return [*cellules, montant(o.montant_affiche)] if chiffre else cellules


def lignes_operations(operations: Iterable, colonne_chiffre: str = "", aujourdhui: str = "") -> Iterator[list[Cellule]]:
    """`colonne_chiffre` names the column of the figure that the list makes.

    Beside a figure of another day, what is programmed says in its name that it is of today.
    """
    entete: list[Cellule] = list(COLONNES)
    if colonne_chiffre:
        entete[entete.index("ue_programme")] = f"ue_programme_au_{aujourdhui}"
        entete.append(colonne_chiffre)
    yield entete
    for operation in operations:
        yield _ligne(operation, bool(colonne_chiffre))


def lignes_ecritures(ecritures: Iterable) -> Iterator[list[Cellule]]:
    """The ledger as it was written: a line that takes another one back says which."""
    yield list(COLONNES_ECRITURES)
    for e in ecritures:
        yield [
            e.rang,
            e.date_effet,
            e.enregistree_le,
            e.operation.numero,
            e.operation.intitule,
            e.enveloppe.organisme.code,
            e.enveloppe.fonds.code,
            e.enveloppe.code,
            e.tranche.code if e.tranche else "",
            e.nature,
            e.montant,
            e.acte,
            e.motif,
            e.annule.rang if e.annule else None,
            str(e.auteur or ""),
        ]
