"""What every page of records reads first."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from accord.models import Enveloppe
from comptes.permissions import require
from operations.models import Operation
from operations.views.commun import get_operation

from ..models import Participation
from ..permissions import peut_saisir_participants
from ..services.fiches import STATUTS_OUVERTS

SEULS = "Seuls un gestionnaire ou le responsable de l’organisme saisissent les participants de cette opération."


def url_onglet(operation) -> str:
    return reverse("participants:participants", args=[operation.accord.slug, operation.numero])


def est_ouverte(operation) -> bool:
    """Takes participants now: from its programming to its archive."""
    return operation.statut in STATUTS_OUVERTS


def get_operation_a_saisir(request, accord, numero) -> Operation:
    operation = get_operation(request, accord, numero)
    require(peut_saisir_participants(request.user, operation), SEULS)
    return operation


def get_fiche(request, accord, numero, pk) -> Participation:
    """The record, if the person may know it exists."""
    connues = Participation.objects.for_user(request.user).filter(operation__accord=accord, operation__numero=numero)
    fiche = get_object_or_404(connues.for_indicateurs(), pk=pk)
    fiche.operation = (
        Operation.objects.for_list()
        .with_fin()
        .select_related("accord", "objectif_specifique", "dispositif", "axe")
        .get(pk=fiche.operation_id)
    )
    return fiche


def get_fiche_a_saisir(request, accord, numero, pk) -> Participation:
    fiche = get_fiche(request, accord, numero, pk)
    require(peut_saisir_participants(request.user, fiche.operation), SEULS)
    return fiche


def entete(operation) -> dict:
    """What templates/participants/_entete.html reads."""
    rangs = Enveloppe.objects.rangs(operation.accord)
    return {"operation": operation, "rang": rangs.get(operation.enveloppe.organisme_id)}
