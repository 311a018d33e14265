"""Does each line of the ledger take its effect on the day of the act that wrote it (design, « Settled readings »)?"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from accord.montants import format_date

from .enums import NatureEcriture, SensDecision
from .models import (
    AvenantConvention,
    BilanExecution,
    ControleServiceFait,
    Convention,
    DecisionProgrammation,
    Ecriture,
    LigneAppelFonds,
    Paiement,
    Retrait,
)

CHAMPS = ["rang", "operation__numero", "nature", "date_effet"]
# acts that hold their line: the model, the path to the line, the path to the day
LIENS: list[tuple[Any, str, str]] = [
    (BilanExecution, "ecriture", "depose_le"),
    (ControleServiceFait, "ecriture", "conclu_le"),
    (Paiement, "ecriture", "paye_le"),
    (Paiement.suites.through, "ecriture", "paiement__paye_le"),
    (LigneAppelFonds, "ecriture", "appel__envoye_le"),
    (Retrait, "ecriture", "le"),
    (Ecriture, "annulee_par", "date_effet"),  # what is undone is undone on its own day
]


@dataclass(frozen=True)
class Source:
    """The acts that explain a line which none of them holds, found by its operation; `jour` is their day."""

    acte: str
    actes: QuerySet
    operation: str
    jour: str


def _sources() -> list[Source]:
    conventions = Convention.objects.en_vigueur()
    montant = OuterRef("montant")
    decisions = DecisionProgrammation.objects.filter(
        sens=SensDecision.FAVORABLE, annulee_le__isnull=True, ue_programme=montant
    )
    avenants = AvenantConvention.objects.filter(annule_le__isnull=True, convention__annulee_le__isnull=True)
    rejets = LigneAppelFonds.objects.alias(rejete=-F("montant")).filter(rejete=montant, rejetee_le__isnull=False)
    return [
        Source("programmer", decisions, "operation", "decidee_le"),
        Source("conventionner", conventions, "operation", "notifiee_le"),
        Source(
            "signer_avenant",
            avenants.alias(ajout=F("plan__ue") - F("plan_avant__ue")).filter(ajout=montant),
            "convention__operation",
            "signe_le",
        ),
        Source("resilier", conventions.filter(resiliee_le__isnull=False), "operation", "resiliee_le"),
        Source("solder", conventions.filter(soldee_le__isnull=False), "operation", "soldee_le"),
        Source("rejeter", rejets, "operation", "rejetee_le"),
    ]


def verifier_dates() -> list[str]:
    """Name every line whose effect is not on the day of its act; one query for each kind of act, which finds them."""
    fautives: list[tuple] = []
    for modele, chemin, jour in LIENS:
        lignes = modele._default_manager.filter(**{f"{chemin}__isnull": False})
        ecartees = lignes.exclude(**{f"{chemin}__date_effet": F(jour)})
        fautives += ecartees.order_by().values_list(*[f"{chemin}__{champ}" for champ in CHAMPS], jour)
    en_vigueur = Ecriture.objects.filter(annule__isnull=True, annulee_par__isnull=True)
    for source in _sources():
        actes = source.actes.filter(**{source.operation: OuterRef("operation")})
        ecartees = en_vigueur.filter(~Exists(actes.filter(**{source.jour: OuterRef("date_effet")})), acte=source.acte)
        attendu = Subquery(actes.order_by(f"-{source.jour}").values(source.jour)[:1])
        fautives += ecartees.order_by().annotate(attendu=attendu).values_list(*CHAMPS, "attendu")
    return [_dire(*ligne) for ligne in sorted(fautives, key=lambda ligne: ligne[0])]


def _dire(rang: int, numero: str, nature: str, effet: date, attendu: date | None) -> str:
    acte = f"son acte est du {format_date(attendu)}" if attendu else "aucun acte en vigueur ne l’explique"
    return (
        f"Opération {numero}\u00a0: l’écriture de rang {rang} ({NatureEcriture(nature).label.lower()}) prend effet le "
        f"{format_date(effet)}, {acte}."
    )
