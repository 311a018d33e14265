from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils import timezone

from accord.models import Enveloppe
from accord.montants import format_date
from comptes.permissions import require
from operations.forms.erreurs import reporter
from operations.models import Operation

from ..dossier import format_jour_complet
from ..forms import AnnulationForm, ReunionForm
from ..horaires import compute_horaires
from ..journal import historique
from ..models import Comite, PointOperation
from ..permissions import peut_organiser
from ..preparation import A_DECIDER, build_etapes, build_verification
from ..propositions import compute_propositions, get_precedente
from ..services import annuler_reunion, modifier_reunion, planifier_reunion
from .commun import REFUS, compare_versions, get_reunion, get_reunion_a_ecrire


def _read_points(request, reunion) -> list:
    """The agenda with its hours, each item with the operations that the person may know and what they may read of them.

    `reservees` counts the others: the person does not know them outside the pack.
    """
    points = list(reunion.points.all())
    heures = compute_horaires(reunion.heure_debut, [point.duree_minutes for point in points])
    examens = list(
        PointOperation.objects.filter(point__reunion=reunion).values_list("point", "operation").order_by("ordre")
    )
    operations = {
        operation.pk: operation
        for operation in Operation.objects.for_user(request.user)
        .filter(pk__in=[operation for _, operation in examens])
        .for_list()
        .with_lecture(request.user)
        .with_etape()
    }
    rangs = Enveloppe.objects.rangs(reunion.comite.accord)
    for operation in operations.values():
        operation.rang = rangs.get(operation.enveloppe.organisme_id)
        operation.est_decidee = operation.statut not in A_DECIDER
    for point, heure in zip(points, heures, strict=False):
        siennes = [operation for pk, operation in examens if pk == point.pk]
        point.heure = heure
        point.examinees = [operations[pk] for pk in siennes if pk in operations]
        point.reservees = len(siennes) - len(point.examinees)
    reunion.heure_fin = heures[-1]
    return points


def reunion(request, accord, pk):
    objet = get_reunion(request, accord, pk)
    jour = timezone.localdate()
    points = _read_points(request, objet)
    operations = list({o.pk: o for point in points for o in point.examinees}.values())
    dossiers = list(objet.dossiers.defer("donnees").select_related("produit_par"))
    journal = historique(objet, request.user)
    peut_ecrire = peut_organiser(request.user, accord) and not objet.est_annulee
    propositions = compute_propositions(objet) if peut_ecrire else []
    en_attente = sum(p.nombre for p in propositions)
    dernier = dossiers[0] if dossiers else None
    etat = {"points": points, "dossier": dernier, "journal": journal}
    return render(
        request,
        "gouvernance/reunion.html",
        {
            "reunion": objet,
            "jour_complet": format_jour_complet(objet.date),
            "points": points,
            "operations": operations,
            "duree": sum(point.duree_minutes for point in points),
            "etapes": build_etapes(objet, jour=jour, **etat),
            "verification": build_verification(objet, operations=operations, en_attente=en_attente, **etat),
            "propositions": propositions,
            "dossiers": dossiers,
            "dossier": dernier,
            "au_propose": min(objet.date, jour),
            "prochaine_version": dernier.version + 1 if dernier else 1,
            "precedente": get_precedente(objet),
            "journal": journal[:8],
            "journal_total": len(journal),
            "peut_ecrire": peut_ecrire,
        },
    )


def creer(request, accord):
    require(peut_organiser(request.user, accord), REFUS)
    comite = Comite.objects.filter(accord=accord, code=request.GET.get("comite", "")).first()
    form = ReunionForm(request.POST or None, accord=accord, initial={"comite": comite})
    if request.method == "POST" and form.is_valid():
        try:
            objet = planifier_reunion(**form.read(), auteur=request.user)
        except ValidationError as refus:
            reporter(refus, form)
        else:
            messages.success(
                request,
                f"Réunion planifiée le {format_date(objet.date)}. Inscrivez les points que les règles proposent.",
            )
            return redirect(objet)
    return render(request, "gouvernance/reunion_creer.html", {"form": form, "comite": comite})


def modifier(request, accord, pk):
    objet = get_reunion_a_ecrire(request, accord, pk)
    if objet.est_annulee:
        messages.warning(request, "Cette réunion est annulée\u00a0: elle ne se modifie plus.")
        return redirect(objet)
    form, ecarts = ReunionForm(request.POST or None, instance=get_reunion(request, accord, pk)), []
    if request.method == "POST" and form.is_valid():
        try:
            objet = modifier_reunion(objet, **form.read(), auteur=request.user)
        except ValidationError as refus:
            reporter(refus, form)
            if getattr(refus, "code", "") == "perime":
                objet.refresh_from_db()
                ecarts = compare_versions(form, objet)
        else:
            messages.success(request, f"La réunion a lieu le {format_date(objet.date)}.")
            return redirect(objet)
    return render(request, "gouvernance/reunion_modifier.html", {"form": form, "reunion": objet, "ecarts": ecarts})


def annuler(request, accord, pk):
    objet = get_reunion_a_ecrire(request, accord, pk)
    if objet.est_annulee:
        messages.warning(request, "Cette réunion est déjà annulée.")
        return redirect(objet)
    form = AnnulationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            annuler_reunion(objet, motif=form.cleaned_data["motif"], auteur=request.user)
        except ValidationError as refus:
            reporter(refus, form)
        else:
            messages.success(request, f"La réunion du {format_date(objet.date)} est annulée.")
            return redirect(objet)
    return render(request, "gouvernance/reunion_annuler.html", {"form": form, "reunion": objet})
