"""Find persons by words of their name, inside one body: nothing is compared with another one."""

from django.db.models import Q

from comptes.models import Organisme

from .empreintes import jetons_recherche
from .models import Participation

LIMITE = 20  # people shown at once: each one shown is written down


def chercher(user, accord, *, mots: str, naissance=None):
    """The records whose identity holds every word, and the birth date when one is given, among those of the person."""
    condition = Q(pk__in=[])
    for organisme in Organisme.objects.filter(enveloppes__accord=accord).distinct():
        jetons = jetons_recherche(organisme.pk, mots, naissance=naissance.isoformat() if naissance else "")
        if jetons:
            condition |= Q(operation__enveloppe__organisme=organisme, identite__jetons__contains=jetons)
    connues = Participation.objects.for_user(user).filter(operation__accord=accord)
    return connues.filter(condition).select_related("operation__accord").order_by("-entree_le", "pk")
