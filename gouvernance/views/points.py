from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accord.montants import INSECABLE
from comptes.pilules import build_pilules
from operations.forms.erreurs import reporter
from operations.models import Operation

from ..forms import OperationFilter, PointForm
from ..models import PointOperation, PointOrdreDuJour
from ..propositions import compute_propositions
from ..services import (
    ajouter_operations,
    ajouter_point,
    deplacer_operation,
    deplacer_point,
    inscrire_proposition,
    modifier_point,
    retirer_operation,
    supprimer_point,
)
from .commun import compare_versions, get_reunion_a_ecrire

CHAMPS = ("titre", "nature", "duree_minutes", "rapporteur", "texte")
PAR_PAGE = 25


def _get_point(reunion, point) -> PointOrdreDuJour:
    return get_object_or_404(reunion.points.select_related("reunion__comite__accord"), pk=point)


def _act(request, acte, *args, **options):
    """Run an act of the agenda; its refusal becomes a message."""
    try:
        return acte(*args, **options, auteur=request.user)
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
        return None


def _back(reunion, point=None):
    ancre = f"#point-{point.pk}" if point is not None and point.pk else "#odj"
    return redirect(f"{reunion.get_absolute_url()}{ancre}")


def ajouter(request, accord, pk):
    reunion = get_reunion_a_ecrire(request, accord, pk)
    if reunion.est_annulee:
        return _back(reunion)
    form = PointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            point = ajouter_point(reunion, **{cle: form.cleaned_data[cle] for cle in CHAMPS}, auteur=request.user)
        except ValidationError as refus:
            reporter(refus, form)
        else:
            messages.success(request, f"«\u202f{point.titre}\u202f» est à l’ordre du jour.")
            return _back(reunion, point)
    return render(request, "gouvernance/point_formulaire.html", {"form": form, "reunion": reunion})


def modifier(request, accord, pk, point):
    reunion = get_reunion_a_ecrire(request, accord, pk)
    if reunion.est_annulee:
        return _back(reunion)
    objet = _get_point(reunion, point)
    form, ecarts = PointForm(request.POST or None, instance=_get_point(reunion, point)), []
    if request.method == "POST" and form.is_valid():
        donnees = {cle: form.cleaned_data[cle] for cle in (*CHAMPS, "version")}
        try:
            modifier_point(objet, **donnees, auteur=request.user)
        except ValidationError as refus:
            reporter(refus, form)
            if getattr(refus, "code", "") == "perime":
                objet.refresh_from_db()
                ecarts = compare_versions(form, objet)
        else:
            messages.success(request, "Point enregistré.")
            return _back(reunion, objet)
    contexte = {"form": form, "reunion": reunion, "point": objet, "ecarts": ecarts}
    return render(request, "gouvernance/point_formulaire.html", contexte)


def _read_place(request) -> dict:
    """Up, down (the buttons), or a place (the handle)."""
    place = request.POST.get("place", "")
    if place.isascii() and place.isdigit() and len(place) < 5:
        return {"place": int(place)}
    return {"sens": {"monter": -1, "descendre": 1}.get(request.POST.get("sens"), 0)}


def _find_button(request, prefixe: str, rang: int, nombre: int) -> str:
    """Fragment of the button that moved a line, so that the keyboard stays on it; at either end, of the other one."""
    sens = request.POST.get("sens")
    if sens not in ("monter", "descendre") or nombre < 2:
        return ""
    if rang == 1:
        sens = "descendre"
    elif rang == nombre:
        sens = "monter"
    return f"#{prefixe}-{sens}"


@require_POST
def deplacer(request, accord, pk, point):
    reunion = get_reunion_a_ecrire(request, accord, pk)
    objet = _get_point(reunion, point)
    _act(request, deplacer_point, objet, **_read_place(request))
    pks = list(reunion.points.values_list("pk", flat=True))
    if objet.pk not in pks:
        return _back(reunion)
    bouton = _find_button(request, f"point-{objet.pk}", pks.index(objet.pk) + 1, len(pks))
    return redirect(f"{reunion.get_absolute_url()}{bouton}") if bouton else _back(reunion, objet)


def supprimer(request, accord, pk, point):
    reunion = get_reunion_a_ecrire(request, accord, pk)
    if reunion.est_annulee:
        return _back(reunion)
    objet = _get_point(reunion, point)
    if request.method == "POST":
        titre = objet.titre
        try:
            supprimer_point(objet, auteur=request.user)
        except ValidationError as refus:
            messages.error(request, " ".join(refus.messages))
        else:
            messages.success(request, f"«\u202f{titre}\u202f» n’est plus à l’ordre du jour.")
        return _back(reunion)
    contexte = {"reunion": reunion, "point": objet, "nombre": objet.examens.count()}
    return render(request, "gouvernance/point_supprimer.html", contexte)


@require_POST
def inscrire(request, accord, pk):
    """Put one proposal on the agenda, or all of them."""
    reunion = get_reunion_a_ecrire(request, accord, pk)
    cle = request.POST.get("proposition", "")
    cles = [p.cle for p in compute_propositions(reunion)] if cle == "toutes" else [cle]
    points = [point for cle in cles if (point := _act(request, inscrire_proposition, reunion, cle))]
    if len(points) == 1:
        messages.success(request, f"«\u202f{points[0].titre}\u202f» est à l’ordre du jour.")
        return _back(reunion, points[0])
    if points:
        messages.success(request, f"{len(points)} points sont à l’ordre du jour.")
    return _back(reunion)


def _read_autres_points(point) -> dict[int, str]:
    """Where else on the agenda each operation is examined: « point 2 », « points 2 et 4 »."""
    examens = PointOperation.objects.filter(point__reunion=point.reunion).exclude(point=point)
    rangs: dict[int, list[str]] = {}
    for operation, ordre in examens.order_by("point__ordre").values_list("operation", "point__ordre"):
        rangs.setdefault(operation, []).append(str(ordre))
    return {pk: f"point{'s' if len(r) > 1 else ''}{INSECABLE}{' et '.join(r)}" for pk, r in rangs.items()}


def _warn_doublons(request, point, choisies) -> None:
    """An operation may be discussed twice in a meeting; said, never blocked."""
    ailleurs = _read_autres_points(point)
    deja = [f"{operation.numero} ({ailleurs[operation.pk]})" for operation in choisies if operation.pk in ailleurs]
    if deja:
        messages.warning(request, f"Déjà à l’ordre du jour de cette réunion{INSECABLE}: {', '.join(deja)}.")


def operations(request, accord, pk, point):
    """Search operations, choose them, order them."""
    reunion = get_reunion_a_ecrire(request, accord, pk)
    if reunion.est_annulee:
        return _back(reunion)
    objet = _get_point(reunion, point)
    if request.method == "POST":
        choisies = (
            Operation.objects.for_user(request.user).filter(accord=accord, pk__in=_read_pks(request)).order_by("numero")
        )
        if _act(request, ajouter_operations, objet, choisies):
            messages.success(request, "Opérations inscrites.")
            _warn_doublons(request, objet, choisies)
        return redirect(reverse("gouvernance:point_operations", args=[accord.slug, reunion.pk, objet.pk]))
    examens = objet.examens.select_related(
        "operation__enveloppe__organisme", "operation__enveloppe__fonds", "operation__structure", "operation__accord"
    )
    restantes = (
        Operation.objects.for_user(request.user)
        .filter(accord=accord)
        .exclude(examens__point=objet)
        .for_list()
        .with_lecture(request.user)
        .with_etape()
        .order_by("-numero")
    )
    filtre = OperationFilter(request.GET, queryset=restantes)
    page = Paginator(filtre.qs, PAR_PAGE).get_page(request.GET.get("page"))
    ailleurs = _read_autres_points(objet)
    examens = list(examens)
    for operation in [*page, *(examen.operation for examen in examens)]:
        operation.ailleurs = ailleurs.get(operation.pk)
    return render(
        request,
        "gouvernance/point_operations.html",
        {
            "reunion": reunion,
            "point": objet,
            "examens": examens,
            "filtre": filtre,
            "pilules": build_pilules(request, filtre.form),
            "page": page,
        },
    )


def _read_pks(request) -> list[int]:
    return [int(pk) for pk in request.POST.getlist("operations") if pk.isascii() and pk.isdigit() and len(pk) < 18]


@require_POST
def operation_deplacer(request, accord, pk, point, numero):
    """Move an operation inside its item, or take it off."""
    reunion = get_reunion_a_ecrire(request, accord, pk)
    objet = _get_point(reunion, point)
    operation = get_object_or_404(Operation.objects.for_user(request.user), accord=accord, numero=numero)
    if request.POST.get("sens") == "retirer":
        _act(request, retirer_operation, objet, operation)
    else:
        _act(request, deplacer_operation, objet, operation, **_read_place(request))
    pks = list(objet.examens.values_list("operation", flat=True))
    bouton = ""
    if operation.pk in pks:
        bouton = _find_button(request, f"examen-{operation.pk}", pks.index(operation.pk) + 1, len(pks))
    return redirect(f"{reverse('gouvernance:point_operations', args=[accord.slug, reunion.pk, objet.pk])}{bouton}")
