"""The figures of the dashboard as a table: one figure per line, amounts with a point and two decimals, ISO dates."""

import csv
import io

from comptes.tableur import proteger
from operations.enums import NatureEcriture
from operations.situation import SituationEnveloppe, Taux

from .repartition import RepartitionEnveloppe
from .tableau import Tableau

COLONNES = [
    "accord",
    "au",
    "connu_le",
    "fonds",
    "organisme",
    "enveloppe",
    "niveau",
    "code",
    "libelle",
    "mesure",
    "montant",
    "nombre",
    "numerateur",
    "denominateur",
    "taux",
    "reference",
    "reference_connue_le",
    "montant_reference",
    "nombre_reference",
    "taux_reference",
]
CLE = ("enveloppe", "niveau", "code", "mesure")
COMPARES = ("montant", "nombre", "taux")


def _taux(taux: Taux) -> dict:
    valeur = taux.valeur
    return {
        "numerateur": str(taux.numerateur),
        "denominateur": str(taux.denominateur),
        "taux": "" if valeur is None else str(valeur),
    }


def _lignes_enveloppe(s: SituationEnveloppe):
    base = {"niveau": "enveloppe", "code": s.enveloppe.code, "libelle": proteger(s.enveloppe.libelle)}
    yield {**base, "mesure": "notifie", "montant": str(s.notifie)}
    yield {**base, "mesure": "notifie_initial", "montant": str(s.notifie_initial)}
    for nature in NatureEcriture:
        yield {**base, "mesure": nature.value, "montant": str(s.montants[nature])}
    yield {**base, "mesure": "disponible", "montant": str(s.disponible)}
    yield {**base, "mesure": "operations", "nombre": s.operations}
    for nom, taux in s.taux.items():
        yield {**base, "mesure": f"taux_{nom}", **_taux(taux)}
    yield {**base, "mesure": "part_qpv_declaree", **_taux(s.part_qpv.taux)}
    yield {**base, "mesure": "part_qpv_inconnue", "montant": str(s.part_qpv.part_inconnue)}
    for t in s.tranches:
        tranche = {"niveau": "tranche", "code": t.tranche.code, "libelle": t.tranche.get_statut_display()}
        yield {**tranche, "mesure": "notifie", "montant": str(t.montant)}
        for nature in NatureEcriture:
            yield {**tranche, "mesure": nature.value, "montant": str(t.montants[nature])}
        yield {**tranche, "mesure": "disponible", "montant": str(t.disponible)}


def _lignes_repartition(repartition: RepartitionEnveloppe):
    for ligne in repartition.lignes:
        base = {
            "niveau": ligne.champ or "sans_rattachement",
            "code": ligne.code,
            "libelle": proteger(ligne.libelle),
        }
        yield {**base, "mesure": "operations", "nombre": ligne.operations}
        for nature in NatureEcriture:
            yield {**base, "mesure": nature.value, "montant": str(ligne.montants[nature])}
        yield {**base, "mesure": "taux_execution", **_taux(ligne.execution)}


def _lignes(tableau: Tableau):
    """Every figure of the page, envelope by envelope: no line mixes two funds."""
    situation = tableau.situation
    for groupe in tableau.groupes:
        s = groupe.repartition.situation
        commun = {
            "accord": tableau.liens.accord.slug,
            "au": situation.au.isoformat(),
            "connu_le": situation.connu_le.isoformat() if situation.connu_le else "",
            "fonds": s.enveloppe.fonds.code,
            "organisme": s.enveloppe.organisme.code,
            "enveloppe": s.enveloppe.code,
        }
        for ligne in (*_lignes_enveloppe(s), *_lignes_repartition(groupe.repartition)):
            yield {**commun, **ligne}


def _cle(ligne: dict) -> tuple:
    return tuple(ligne[nom] for nom in CLE)


def build_csv(tableau: Tableau, reference: Tableau | None = None) -> bytes:
    """Write what the page shows; with a `reference`, each line also says its figure at the comparison date.

    A line that the reference does not have yet keeps these columns empty.
    """
    sortie = io.StringIO()
    ecrivain = csv.DictWriter(sortie, COLONNES, restval="", delimiter=";", lineterminator="\r\n")
    ecrivain.writeheader()
    avant = {_cle(ligne): ligne for ligne in _lignes(reference)} if reference else {}
    for ligne in _lignes(tableau):
        if reference:
            ancienne = avant.get(_cle(ligne), {})
            avant_le = reference.situation
            ligne["reference"] = avant_le.au.isoformat()
            ligne["reference_connue_le"] = avant_le.connu_le.isoformat() if avant_le.connu_le else ""
            ligne |= {f"{nom}_reference": ancienne.get(nom, "") for nom in COMPARES}
        ecrivain.writerow(ligne)
    return sortie.getvalue().encode("utf-8-sig")
