"""What a body concludes on a record that a line of demarcation does not admit."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accord.models import LignePartage
from comptes.journal import journaliser

from ..enums import SensPartage
from ..models import DecisionPartage, Participation
from .identites import exiger_motif


def _verrouiller(fiche: Participation) -> Participation:
    return Participation.objects.select_for_update(of=("self",)).select_related("operation").get(pk=fiche.pk)


@transaction.atomic
def decider_partage(
    fiche: Participation, *, ligne: LignePartage, sens: SensPartage, motif: str, auteur
) -> DecisionPartage:
    """Write the decision on a record and a line, with its reason (`motif`, `nominatif`, `decidee`)."""
    fiche = _verrouiller(fiche)
    motif = exiger_motif(fiche, motif, "Dites pourquoi\u00a0: un contrôle lit ce motif.")
    if fiche.decisions_partage.filter(ligne=ligne, annulee_le__isnull=True).exists():
        raise ValidationError("Une décision existe déjà\u00a0: annulez-la d’abord.", code="decidee")
    decision = DecisionPartage.objects.create(
        participation=fiche, ligne=ligne, sens=sens, motif=motif, auteur=auteur, decidee_le=timezone.localdate()
    )
    journaliser(fiche, "partage_decide", auteur=auteur, motif=motif, ligne=ligne.code, sens=sens)
    return decision


@transaction.atomic
def annuler_decision_partage(fiche: Participation, *, ligne: LignePartage, auteur) -> DecisionPartage:
    """Undo the decision: the record waits for one again (`code="decision"` when there is none)."""
    fiche = _verrouiller(fiche)
    decision = fiche.decisions_partage.filter(ligne=ligne, annulee_le__isnull=True).first()
    if decision is None:
        raise ValidationError("Aucune décision n’est enregistrée.", code="decision")
    decision.annulee_le = timezone.localdate()
    decision.save(update_fields=["annulee_le"])
    journaliser(fiche, "partage_rouvert", auteur=auteur, ligne=ligne.code)
    return decision
