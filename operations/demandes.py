"""What European money a structure asked for over a period, whoever manages it: the bodies and the amounts, no more.

Neither number, nor title, nor how many files: a gestionnaire reads it while instructing, beside files of the other
body that are not theirs to open. Establishments of one legal entity count together, by their SIREN.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from accord.models import Enveloppe, Fonds
from comptes.models import Organisme

from .enums import Statut
from .models import Operation, Structure

SANS_ARGENT = [Statut.IRRECEVABLE, Statut.REFUSEE, Statut.ABANDONNEE, Statut.DEPROGRAMMEE]


@dataclass
class DemandeEuropeenne:
    """The sums of one body on one fund; funds are never added up."""

    organisme: Organisme
    fonds: Fonds
    rang: int | None  # of the body in its agreement, for its mark
    ue_demande: Decimal = Decimal(0)
    ue_programme: Decimal = Decimal(0)


def lire_demandes(
    structure: Structure, *, debut: date, fin: date, sauf: Operation | None = None
) -> list[DemandeEuropeenne]:
    """Sum the operations that take place on these days, both included, `sauf` the one being read; in two queries."""
    meme = Q(structure=structure)
    if structure.siren:
        meme |= Q(structure__siren=structure.siren)
    operations = (
        Operation.objects.filter(meme, accord=structure.accord_id, debut_le__lte=fin)
        .with_fin()
        .filter(fin_en_vigueur__gte=debut)
        .exclude(statut__in=SANS_ARGENT)
        .exclude(pk=sauf.pk if sauf else None)
        .select_related("enveloppe__organisme", "enveloppe__fonds")
        .with_montants()
        .order_by("enveloppe__ordre", "enveloppe__code")
    )
    rangs = Enveloppe.objects.rangs(structure.accord_id)
    sommes: dict[tuple[int, int], DemandeEuropeenne] = {}
    for operation in operations:
        organisme, fonds = operation.enveloppe.organisme, operation.enveloppe.fonds
        neuve = DemandeEuropeenne(organisme, fonds, rangs.get(organisme.pk))
        somme = sommes.setdefault((organisme.pk, fonds.pk), neuve)
        somme.ue_demande += operation.ue_demande or 0
        somme.ue_programme += operation.ue_programme
    return list(sommes.values())
