"""Where an operation of an agreement may take place."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accord.models import AccordCadre, Commune, Epci
from comptes.recherche import CleRecherche


def epcis_de(accord: AccordCadre) -> QuerySet[Epci]:
    """The intercommunal bodies of the département, and those that have a commune there, by name."""
    departement = accord.code_departement
    communes = Commune.objects.filter(epci=OuterRef("pk"), code_departement=departement)
    return Epci.objects.filter(Q(code_departement=departement) | Exists(communes)).order_by(CleRecherche("nom"))
