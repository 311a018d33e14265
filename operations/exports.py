"""Operations and ledger lines as tables, typed cell by cell: the titles first, then one line per object."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from accord.montants import arrondir
from comptes.classeurs import Cellule

from .enums import NatureEcriture

# the name that a program reads, which does not change, and the title that a person reads
COLONNES = {
    "numero": "Numéro",
    "intitule": "Intitulé",
    "beneficiaire": "Bénéficiaire",
    "organisme": "Organisme",
    "fonds": "Fonds",
    "enveloppe": "Enveloppe",
    "statut": "Statut",
    "statut_depuis_le": "Dans ce statut depuis le",
    "deposee_le": "Déposée le",
    "programmee_le": "Programmée le",
    "debut_le": "Début",
    "fin_le": "Fin",
    "ue_demande": "UE demandé",
    "ue_programme": "UE programmé",
    "lecture": "Lecture",
    "appel": "Appel à projets",
    "objectif_specifique": "Objectif spécifique",
    "dispositif": "Dispositif",
    "axe": "Axe",
    "type_action": "Type d’action",
    "part_qpv_declaree": "Part en quartiers prioritaires, déclarée",
    "cout_total_eligible": "Coût total éligible",
    "ue_instruit": "UE instruit",
    "ue_conventionne": "UE conventionné",
    "ue_declare": "UE déclaré",
    "ue_retenu": "UE retenu",
    "ue_certifie": "UE certifié",
    "ue_paye": "UE payé",
}
COLONNES_ECRITURES = {
    "rang": "Rang",
    "date_effet": "Date d’effet",
    "enregistree_le": "Enregistrée le",
    "numero": "Numéro",
    "intitule": "Intitulé",
    "organisme": "Organisme",
    "fonds": "Fonds",
    "enveloppe": "Enveloppe",
    "tranche": "Tranche",
    "nature": "Nature",
    "montant": "Montant",
    "acte": "Acte",
    "motif": "Motif",
    "reprend_rang": "Reprend le rang",
    "auteur": "Auteur",
}
SUITES = [nature for nature in NatureEcriture if nature != NatureEcriture.PROGRAMME]  # after what is programmed
DU_GRAND_LIVRE = [f"ue_{nature}" for nature in NatureEcriture]


@dataclass(frozen=True)
class Chiffre:
    """The column of the figure that a list makes, with the days that it is read at."""

    nature: NatureEcriture
    au: date
    depuis: date | None = None
    connu_le: date | None = None

    @property
    def nom(self) -> str:
        depuis = f"_ecrit_depuis_{self.depuis.isoformat()}" if self.depuis else ""
        connu_le = f"_connu_le_{self.connu_le.isoformat()}" if self.connu_le else ""
        return f"{self.nature}_au_{self.au.isoformat()}{depuis}{connu_le}"

    @property
    def titre(self) -> str:
        depuis = f", écrit depuis le {self.depuis:%d/%m/%Y}" if self.depuis else ""
        connu_le = f", connu le {self.connu_le:%d/%m/%Y}" if self.connu_le else ""
        return f"{self.nature.label} au {self.au:%d/%m/%Y}{depuis}{connu_le}"


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
            *(montant(getattr(o, f"solde_{nature}")) for nature in SUITES),
        ]
    else:
        cellules += [None] * (len(COLONNES) - len(cellules))
    return [*cellules, montant(o.montant_affiche)] if chiffre else cellules


def _entete(chiffre: Chiffre | None, lisible: bool) -> list[Cellule]:
    """Beside a figure of its own day, the amounts that the ledger holds today say so."""
    aujourdhui = timezone.localdate()
    entete: list[Cellule] = []
    for nom, titre in COLONNES.items():
        if chiffre and nom in DU_GRAND_LIVRE:
            nom, titre = f"{nom}_au_{aujourdhui.isoformat()}", f"{titre} au {aujourdhui:%d/%m/%Y}"
        entete.append(titre if lisible else nom)
    return [*entete, chiffre.titre if lisible else chiffre.nom] if chiffre else entete


def lignes_operations(
    operations: Iterable, chiffre: Chiffre | None = None, *, lisible: bool = False
) -> Iterator[list[Cellule]]:
    """`operations` come from `for_list` and `for_export`; `lisible` heads the columns with words that people read."""
    yield _entete(chiffre, lisible)
    for operation in operations:
        yield _ligne(operation, bool(chiffre))


def lignes_ecritures(ecritures: Iterable, *, lisible: bool = False) -> Iterator[list[Cellule]]:
    """The ledger as it was written: a line that takes another one back says which."""
    yield list(COLONNES_ECRITURES.values() if lisible else COLONNES_ECRITURES)
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
