"""The money that a plan counts on becomes surer, or less."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from comptes.journal import journaliser

from ..enums import STATUTS_CLOS, EtatRessource, Statut
from ..models import ChangementEtat, Operation, Ressource
from .etat import exiger, toucher, verifier_jour, verrouiller

OUVERTS = [statut for statut in Statut if statut not in STATUTS_CLOS]


def _verrouiller(operation: Operation, ressource: Ressource) -> tuple[Operation, Ressource]:
    """Lock the operation and its resource, on the plan in force only (`code="plan"`)."""
    operation = verrouiller(operation, depuis=OUVERTS)
    ressource = Ressource.objects.select_for_update(of=("self",)).select_related("plan").get(pk=ressource.pk)
    if ressource.plan != operation.plans.latest_first().first():
        raise ValidationError(
            "Cette ressource appartient à une version précédente du plan. Changez l’état de celle du plan en vigueur.",
            code="plan",
        )
    return operation, ressource


@transaction.atomic
def changer_etat_ressource(
    operation: Operation, ressource: Ressource, *, auteur, etat: EtatRessource, le: date
) -> ChangementEtat:
    """Record that a resource is now asked, promised or acquired, since a day."""
    operation, ressource = _verrouiller(operation, ressource)
    verifier_jour(le, pas_avant=ressource.etat_le or operation.deposee_le, quoi="l’état précédent")
    if etat == ressource.etat:
        raise ValidationError(
            {"etat": f"Cette ressource est déjà « {ressource.get_etat_display().lower()} ». Choisissez un autre état."},
            code="etat",
        )
    changement = ChangementEtat(
        ressource=ressource,
        etat_avant=ressource.etat,
        etat_avant_le=ressource.etat_le,
        etat=etat,
        le=le,
        auteur=auteur,
    )
    changement.full_clean()
    changement.save()
    _porter(ressource, etat, le)
    toucher(operation)
    journaliser(
        operation,
        "etat_ressource",
        auteur=auteur,
        le=le,
        ressource=ressource,
        montant=ressource.montant,
        etat={"avant": EtatRessource(changement.etat_avant).label, "apres": EtatRessource(etat).label},
    )
    return changement


@transaction.atomic
def annuler_etat_ressource(operation: Operation, ressource: Ressource, *, auteur, motif: str) -> Ressource:
    """Put back the state before the last change, recorded by error."""
    operation, ressource = _verrouiller(operation, ressource)
    motif = exiger(motif, "Dites pourquoi ce changement d’état est annulé.")
    changement = ressource.changements.filter(annule_le__isnull=True).last()
    if changement is None:
        raise ValidationError("Aucun changement d’état n’est à annuler sur cette ressource.", code="etat")
    changement.annule_le = timezone.localdate()
    changement.save(update_fields=["annule_le"])
    _porter(ressource, changement.etat_avant, changement.etat_avant_le)
    toucher(operation)
    journaliser(
        operation,
        "etat_ressource_annule",
        auteur=auteur,
        motif=motif,
        ressource=ressource,
        etat={"avant": EtatRessource(changement.etat).label, "apres": ressource.get_etat_display()},
    )
    return ressource


def _porter(ressource: Ressource, etat: str, le: date | None) -> None:
    ressource.etat, ressource.etat_le = etat, le
    ressource.save(update_fields=["etat", "etat_le"])
