"""Meetings of the three committees, past and to come, and one cancelled."""

from datetime import date, datetime, time

from django.utils import timezone

from accord.models import AccordCadre
from comptes.horloge import a_l_instant
from gouvernance.models import Comite
from gouvernance.propositions import compute_propositions
from gouvernance.services import annuler_reunion, inscrire_proposition, planifier_reunion

LIEU = "Hôtel du Département, Arras"
# (committee, day, hour, planned on, reason of a cancellation)
REUNIONS = [
    ("POLITIQUE", date(2025, 12, 11), time(14), date(2025, 9, 4), ""),
    ("TECHNIQUE", date(2026, 7, 9), time(9, 30), date(2026, 4, 2), ""),
    ("TECHNIQUE", date(2026, 9, 10), time(9, 30), date(2026, 6, 4), "Salle indisponible ; report au 8 octobre."),
    ("TECHNIQUE_ELARGI", date(2026, 9, 24), time(14), date(2026, 6, 4), ""),
    ("TECHNIQUE", date(2026, 10, 8), time(9, 30), date(2026, 8, 31), ""),
    ("TECHNIQUE", date(2026, 12, 10), time(9, 30), date(2026, 10, 12), ""),
    ("POLITIQUE", date(2026, 12, 17), time(14), date(2026, 10, 12), ""),
    ("TECHNIQUE_ELARGI", date(2027, 1, 14), time(14), date(2026, 10, 12), ""),
]


def creer_reunions(accord: AccordCadre, secretaire) -> None:
    """Plan the meetings on their days; the coming ones take every proposal of the rules."""
    comites = {comite.code: comite for comite in Comite.objects.filter(accord=accord)}
    for code, jour, heure, prevue_le, annulation in REUNIONS:
        with a_l_instant(timezone.make_aware(datetime.combine(prevue_le, time(10)))):
            reunion = planifier_reunion(
                comite=comites[code], date=jour, heure_debut=heure, lieu=LIEU, auteur=secretaire
            )
            if annulation:
                annuler_reunion(reunion, motif=annulation, auteur=secretaire)
        if jour > date(2026, 12, 1):
            with a_l_instant(timezone.make_aware(datetime.combine(date(2026, 11, 19), time(15)))):
                for proposition in compute_propositions(reunion):
                    inscrire_proposition(reunion, proposition.cle, auteur=secretaire)
