"""The declared share of priority neighbourhoods, year by year: each line of the ledger in the year of its effect."""

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Sum
from django.db.models.functions import ExtractYear

from accord.models import AccordCadre

from .enums import NatureEcriture
from .models import Ecriture
from .situation import ZERO, PartQpv


def compute_parts_par_annee(accord: AccordCadre, au: date) -> dict[int, dict[int, PartQpv]]:
    """For each envelope (by its key), the share of each year, in euros; the years sum to the situation, to the cent."""
    lignes = Ecriture.objects.filter(enveloppe__accord=accord).au(au)
    sommes = (
        lignes.filter(nature=NatureEcriture.PROGRAMME, operation__in=lignes.programmees())
        .order_by()
        .values_list("enveloppe", ExtractYear("date_effet"), "operation__part_qpv_declaree")
        .annotate(Sum("montant"))
    )
    exactes: dict[int, dict[int, list[Decimal]]] = defaultdict(lambda: defaultdict(lambda: [ZERO, ZERO, ZERO]))
    for enveloppe, annee, part, somme in sommes:
        termes = exactes[enveloppe][annee]
        if part is None:
            termes[2] += somme
        else:
            termes[0] += somme * part
            termes[1] += somme
    return {enveloppe: _arrondir(annees) for enveloppe, annees in exactes.items()}


def _arrondir(annees: dict[int, list[Decimal]]) -> dict[int, PartQpv]:
    """Round the running sum, so that the rounded years add up to the rounded total."""
    parts, cumul, ecrit = {}, ZERO, ZERO
    for annee in sorted(annees):
        haut, bas, inconnue = annees[annee]
        cumul += haut
        arrondi = cumul.quantize(ZERO, ROUND_HALF_UP)
        parts[annee] = PartQpv(arrondi - ecrit, bas, inconnue)
        ecrit = arrondi
    return parts
