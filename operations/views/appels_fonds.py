"""The batches sent to the managing authority: list, new one in two steps, page, rejected lines, undoing."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accord.models import Enveloppe
from accord.montants import INSECABLE, format_date, format_euros
from comptes.enums import Role
from comptes.permissions import require
from comptes.pilules import build_pilules

from ..appels_fonds import (
    AppelFondsFilter,
    AppelFondsTable,
    avec_totaux,
    build_bordereau,
    build_csv_appels,
    compter_exercice,
    compter_exercices,
    dire_etat,
    lire_maximum,
    nom_exercice,
)
from ..enums import STATUTS_DEMARRES
from ..forms.appels_fonds import PAR_APPEL, AppelFondsForm, ConfirmationForm, RejetForm
from ..forms.erreurs import reporter
from ..forms.paiements import AnnulationForm
from ..historique import build_historique
from ..models import AppelFonds, LigneAppelFonds, Operation
from ..permissions import est_responsable, peut_lire_appels_fonds
from ..services import annuler_appel_fonds, annuler_rejet, certifier, rejeter_ligne
from ..services.appels_fonds import refus_annuler_rejet, refus_annuler_rejets
from ..services.etat import refus_statut
from .commun import paginer

REFUS_LISTE = "Votre rôle ne donne pas accès aux appels de fonds de cet accord."
REFUS_ENVOI = "Seul le responsable de l’organisme de l’enveloppe envoie et annule ses appels de fonds."
REFUS_REJET = (
    "Seul le responsable de l’organisme de l’enveloppe enregistre et annule un rejet de l’autorité de gestion."
)


def _connus(request, accord):
    return (
        AppelFonds.objects.for_user(request.user)
        .filter(enveloppe__accord=accord)
        .select_related("enveloppe__accord", "enveloppe__organisme", "enveloppe__fonds")
    )


def _filtrer(request, accord) -> AppelFondsFilter:
    require(peut_lire_appels_fonds(request.user, accord), REFUS_LISTE)
    return AppelFondsFilter(
        request.GET, queryset=avec_totaux(_connus(request, accord)), accord=accord, user=request.user
    )


def liste(request, accord):
    filtre = _filtrer(request, accord)
    table = paginer(request, AppelFondsTable(filtre.qs))
    enveloppes = Enveloppe.objects.filter(accord=accord).select_related("organisme", "fonds")
    return render(
        request,
        "operations/fonds.html",
        {
            "filtre": filtre,
            "table": table,
            "nombre": table.paginator.count,
            "pilules": build_pilules(request, filtre.form),
            "requete": request.GET.urlencode(),
            "exercices": compter_exercices(_connus(request, accord), accord, timezone.localdate()),
            "siennes": _siennes(request, enveloppes),
        },
    )


def _siennes(request, enveloppes) -> list[Enveloppe]:
    """The envelopes whose batches the person sends."""
    return list(enveloppes.filter(organisme__in=request.user.organismes_ids(Role.RESPONSABLE)).order_by("ordre"))


def export_csv(request, accord):
    """What is filtered, one batch by line."""
    appels = _filtrer(request, accord).qs.order_by("enveloppe__ordre", "numero")
    return _fichier(build_csv_appels(appels), f"appels-de-fonds-{timezone.localdate().isoformat()}.csv")


def _fichier(contenu: bytes, nom: str) -> HttpResponse:
    return HttpResponse(
        contenu,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nom}"'},
    )


# -- a new batch: choose, then confirm the total that the server read


def creer(request, accord):
    connues = Enveloppe.objects.filter(accord=accord).select_related("organisme", "fonds", "accord")
    siennes = _siennes(request, connues)
    if "enveloppe" in request.GET:
        enveloppe = get_object_or_404(connues, code=request.GET["enveloppe"])
    elif len(siennes) > 1:
        messages.info(request, "Choisissez l’enveloppe de l’appel de fonds.")
        return redirect("operations:fonds", accord=accord.slug)
    else:
        enveloppe = siennes[0] if siennes else None
    require(enveloppe in siennes, REFUS_ENVOI)
    operations = (
        Operation.objects.filter(enveloppe=enveloppe)
        .a_certifier()
        .select_related("structure", "accord")
        .order_by("numero")
    )
    revient = "revenir" in request.POST
    if revient:
        form = AppelFondsForm(operations=operations, initial=_choix(request.POST, operations))
    else:
        form = AppelFondsForm(request.POST or None, operations=operations)
    if request.method == "POST" and not revient and form.is_valid():
        confirmation = ConfirmationForm(request.POST if "envoi" in request.POST else None, total=form.total)
        if not confirmation.is_bound or not confirmation.is_valid():
            return _confirmer(request, enveloppe, form, confirmation)
        try:
            appel = certifier(
                enveloppe,
                auteur=request.user,
                envoye_le=form.cleaned_data["envoye_le"],
                montants=form.cleaned_data["montants"],
            )
        except ValidationError as refuse:
            reporter(refuse, form)
        else:
            messages.success(request, f"Appel de fonds n°{INSECABLE}{appel.numero} envoyé, {format_euros(form.total)}.")
            return redirect(appel)
    reste = len(operations) - PAR_APPEL
    contexte = {
        "form": form,
        "enveloppe": enveloppe,
        "total": sum((operation.a_certifier for operation in form.operations), start=0),
        "retraits": [operation for operation in form.operations if operation.a_certifier < 0],
        "hors_page": max(reste, 0),
    }
    return render(request, "operations/fonds_saisie.html", contexte | _exercice(enveloppe, timezone.localdate()))


def _choix(donnees, operations) -> dict:
    """What was ticked and typed before the confirmation; an operation left out proposes its whole amount again."""
    choisies = {f"choisie_{operation.pk}": f"choisie_{operation.pk}" in donnees for operation in operations}
    montants = {champ: valeur.replace(".", ",") for champ, valeur in donnees.items() if champ.startswith("montant_")}
    return choisies | montants | {"envoye_le": donnees.get("envoye_le")}


def _confirmer(request, enveloppe, form, confirmation):
    le = form.cleaned_data["envoye_le"]
    if confirmation.is_bound and "total_vu" in confirmation.errors:  # to be read, and ticked, anew
        confirmation = ConfirmationForm(None, total=form.total)
        messages.warning(request, "Les montants ont changé depuis que vous les avez vus. Relisez-les.")
    contexte = {
        "form": confirmation,
        "enveloppe": enveloppe,
        "envoye_le": le,
        "lignes": form.cleaned_data["montants"].items(),
        "total": form.total,
    }
    return render(request, "operations/fonds_confirmer.html", contexte | _exercice(enveloppe, le))


def _exercice(enveloppe, le) -> dict:
    """How many batches the accounting year of a day already holds, and the most that the agreement allows."""
    nombre, maximum = compter_exercice(enveloppe, le), lire_maximum(enveloppe.accord, le)
    annee = le.year - (le.month < 7)
    return {
        "exercice": nom_exercice(annee),
        "deja": nombre,
        "maximum": maximum,
        "au_dela": maximum is not None and nombre >= maximum,
    }


# -- one batch


def _appel(request, accord, pk) -> AppelFonds:
    return get_object_or_404(avec_totaux(_connus(request, accord)), pk=pk)


def detail(request, accord, pk):
    appel = _appel(request, accord, pk)
    peut_agir = est_responsable(request.user, appel) and not appel.annule_le
    lignes = list(appel.lignes.select_related("operation__structure", "appel").order_by("operation__numero"))
    return render(
        request,
        "operations/fonds_detail.html",
        {
            "appel": appel,
            "etat": dire_etat(appel),
            "exercice": nom_exercice(appel.exercice_annee),
            "lignes": _avec_refus(lignes) if peut_agir else [(ligne, None) for ligne in lignes],
            "peut_agir": peut_agir,
            "historique": build_historique(appel),
        },
    )


def _avec_refus(lignes: list[LigneAppelFonds]) -> list[tuple[LigneAppelFonds, ValidationError | None]]:
    """Each line with why it is neither rejected nor taken back; nothing when it may be."""
    rejets = refus_annuler_rejets([ligne for ligne in lignes if ligne.rejetee_le])
    return [
        (ligne, rejets[ligne.pk] if ligne.rejetee_le else refus_statut(ligne.operation, STATUTS_DEMARRES))
        for ligne in lignes
    ]


def bordereau(request, accord, pk):
    appel = _appel(request, accord, pk)
    lignes = appel.lignes.select_related("operation__structure").order_by("operation__numero")
    nom = f"appel-de-fonds-{appel.enveloppe.code.lower()}-{appel.numero}.csv"
    return _fichier(build_bordereau(appel, lignes), nom)


def annuler(request, accord, pk):
    appel = _appel(request, accord, pk)
    require(est_responsable(request.user, appel), REFUS_ENVOI)
    if request.method == "GET" and appel.annule_le:
        messages.error(request, "Cet appel de fonds est déjà annulé.")
        return redirect(appel)
    form = AnnulationForm(request.POST or None, pas_avant=appel.envoye_le)
    return _agir(
        request,
        appel,
        form,
        lambda: annuler_appel_fonds(appel, auteur=request.user, **form.cleaned_data),
        f"Appel de fonds n°{INSECABLE}{appel.numero} annulé.",
        titre="Annuler l’appel de fonds",
        texte=f"Envoyé le {format_date(appel.envoye_le)} pour {format_euros(appel.total)}. L’annulation corrige une "
        "erreur\u00a0: les montants redeviennent à certifier, à la même date. Le numéro n’est pas réutilisé.",
        bouton="Annuler l’appel de fonds",
    )


def rejeter(request, accord, pk, ligne):
    appel = _appel(request, accord, pk)
    require(est_responsable(request.user, appel), REFUS_REJET)
    visee = get_object_or_404(appel.lignes.select_related("operation"), pk=ligne)
    if request.method == "GET" and (visee.rejetee_le or appel.annule_le):
        messages.error(
            request, "Cette ligne est déjà rejetée." if visee.rejetee_le else "Cet appel de fonds est annulé."
        )
        return redirect(appel)
    form = RejetForm(request.POST or None, pas_avant=appel.envoye_le)
    return _agir(
        request,
        appel,
        form,
        lambda: rejeter_ligne(visee, auteur=request.user, **form.cleaned_data),
        f"Rejet enregistré. {format_euros(visee.montant)} ne sont plus certifiés.",
        titre="Enregistrer un rejet",
        texte=f"L’autorité de gestion rejette {format_euros(visee.montant)} de l’opération {visee.operation.numero}, "
        f"{visee.operation.intitule}. Ce montant pourra être certifié de nouveau.",
        bouton="Enregistrer le rejet",
    )


def defaire_rejet(request, accord, pk, ligne):
    appel = _appel(request, accord, pk)
    require(est_responsable(request.user, appel), REFUS_REJET)
    visee = get_object_or_404(appel.lignes.select_related("operation"), pk=ligne)
    if request.method == "GET" and (refuse := refus_annuler_rejet(visee)):
        messages.error(request, refuse.message)
        return redirect(appel)
    form = AnnulationForm(request.POST or None, pas_avant=visee.rejetee_le)
    return _agir(
        request,
        appel,
        form,
        lambda: annuler_rejet(visee, auteur=request.user, **form.cleaned_data),
        f"Rejet annulé. {format_euros(visee.montant)} sont de nouveau certifiés.",
        titre="Annuler le rejet",
        texte=f"Le rejet de {format_euros(visee.montant)} de l’opération {visee.operation.numero}, "
        f"{visee.operation.intitule}, a été enregistré par erreur\u00a0: une ligne contraire est écrite à la même "
        "date, et ce montant est certifié comme avant.",
        bouton="Annuler le rejet",
    )


def _agir(request, appel, form, acte, succes, **mots):
    if request.method == "POST" and form.is_valid():
        try:
            acte()
        except ValidationError as refuse:
            reporter(refuse, form)
        else:
            messages.success(request, succes)
            return redirect(appel)
    return render(request, "operations/fonds_acte.html", {"appel": appel, "form": form} | mots)
