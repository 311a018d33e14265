"""What every page of operations reads first."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, OuterRef, Subquery, Sum, When
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django_tables2 import RequestConfig

from accord.models import Enveloppe
from comptes.permissions import require

from ..actes import REGLES, build_actes, expliquer_statut, peut_agir, refus
from ..enums import STATUTS_CLOS, NatureEcriture, StatutObservation
from ..forms.erreurs import reporter
from ..frise import build_frise
from ..models import Observation, Operation
from ..onglets import build_onglets
from ..permissions import peut_lire_dossier
from ..tables import PAR_PAGE, OperationTable

ETROITE = ("dispositif", "cout", "taux")  # columns left out beside a margin
RESUME_SEUL = "Vous lisez le résumé de cette opération. Son dossier entier appartient à son organisme et à l’État."


def get_operation(request, accord, numero) -> Operation:
    """The operation, if the person may know it exists."""
    connues = Operation.objects.for_user(request.user).filter(accord=accord).for_list().with_fin()
    return get_object_or_404(
        connues.select_related(
            "appel", "objectif_specifique", "dispositif__parent", "axe", "type_action", "instruite_par"
        ),
        numero=numero,
    )


def get_dossier(request, accord, numero) -> Operation:
    """The operation, if the person may read its whole file."""
    operation = get_operation(request, accord, numero)
    require(peut_lire_dossier(request.user, operation), RESUME_SEUL)
    return operation


def build_entete(request, operation, onglet: str, *, complet: bool = True) -> dict:
    """What every tab shows above: marks, life line, tabs, acts of the moment. A summary has no tabs."""
    return {
        "operation": operation,
        "complet": complet,
        "rang": Enveloppe.objects.rangs(operation.accord).get(operation.enveloppe.organisme_id),
        "frise": build_frise(operation, complet=complet),
        "onglets": build_onglets(operation, onglet, _compteurs(request.user, operation)) if complet else [],
        "actes": build_actes(request.user, operation),
        "est_close": operation.statut in STATUTS_CLOS,
        "fin": f"L’opération est {operation.get_statut_display().lower()} : elle s’arrête ici.",
        "url_enveloppe": lien_liste(operation.accord, enveloppe=operation.enveloppe.code),
    }


def _compteurs(user, operation) -> dict[str, int]:
    """What waits in the tabs."""
    ouvertes = Observation.objects.for_user(user).filter(operation=operation, statut=StatutObservation.OUVERTE)
    return {"observations": ouvertes.count()}


def ouvrir_acte(request, accord, numero, nom):
    """The operation and nothing, or None and where to go when its status has moved on.

    Someone who reads the page late must not fill a form in vain; a form already filled is left to its service.
    """
    operation = get_operation(request, accord, numero)
    require(peut_agir(request.user, operation, nom), refus(request.user, operation, nom))
    if request.method == "GET" and operation.statut not in REGLES[nom].depuis:
        messages.error(request, expliquer_statut(operation, nom))
        return None, redirect(operation)
    return operation, None


def agir(request, operation, forms, acte, succes, template, *, ensuite: str = "", essai: bool = False, **contexte):
    """Do the act when the forms hold, report its refusal beside the fields, show the page otherwise.

    Once done, `ensuite` is where to go: the operation by default. `essai` does it and takes it back: its refusals are
    shown, nothing is written.
    """
    valides = [form.is_valid() for form in forms]  # every form says its errors, not the first one only
    if request.method == "POST" and all(valides):
        try:
            with transaction.atomic():
                acte()
                transaction.set_rollback(essai)
        except ValidationError as refuse:
            reporter(refuse, *forms)
        else:
            if not essai:
                messages.success(request, succes())
                return redirect(ensuite or operation)
    contexte |= {
        "operation": operation,
        "form": forms[0],
        "formulaires": [] if any(getattr(form, "saisie_en_cours", "") for form in forms) else forms,
        "rang": Enveloppe.objects.rangs(operation.accord).get(operation.enveloppe.organisme_id),
    }
    return render(request, template, contexte)


def lien_liste(accord, **filtres) -> str:
    return f"{reverse('operations:liste', args=[accord.slug])}?{urlencode(filtres)}"


def connues_de(request, accord):
    """The operations of the lists, with their amounts and what the person reads of them."""
    return (
        Operation.objects.for_user(request.user)
        .filter(accord=accord)
        .for_list()
        .with_lecture(request.user)
        .with_etape()
        .select_related("dispositif", "axe")
    )


def avec_chiffre(operations, ecritures, nature: NatureEcriture):
    """Replace the amount shown by the sum of these ledger lines, all of one stage.

    The summary tells what is programmed: of any other stage the amount is left out, and sorts nothing.
    """
    somme = ecritures.filter(operation=OuterRef("pk")).order_by().values("operation").annotate(somme=Sum("montant"))
    chiffre = Subquery(somme.values("somme"))
    if nature == NatureEcriture.PROGRAMME:
        return operations.annotate(montant_affiche=chiffre)
    return operations.annotate(montant_affiche=Case(When(est_complet=True, then=chiffre), default=None))


def paginer(request, table):
    RequestConfig(request, paginate={"per_page": PAR_PAGE}).configure(table)
    return table


def build_table(request, accord, operations, **options) -> OperationTable:
    return paginer(request, OperationTable(operations, accord=accord, **options))
