from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.forms import Form
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accord.models import Enveloppe
from accord.montants import format_date
from comptes.permissions import require
from comptes.pilules import build_pilules

from ..chevauchement import chercher_chevauchements
from ..comparaison import compare_vu
from ..enums import StatutAppel
from ..filters import AppelFilter
from ..forms import AppelForm, EnveloppeChoixForm, PublierForm, ReportForm
from ..forms.erreurs import reporter
from ..historique import build_historique
from ..models import AppelAProjets, Operation
from ..permissions import est_gestionnaire, peut_lister, peut_publier, peut_saisir
from ..services import clore_appel, enregistrer_appel, publier_appel, reporter_appel, supprimer_appel
from ..services.appels import PUBLIE_FIGE
from ..tables import AppelTable
from .commun import ETROITE, build_table, connues_de, lien_liste, paginer

LISTES = [
    ("dispositifs", "Dispositifs"),
    ("axes", "Axes"),
    ("types_action", "Types d’action"),
    ("publics_cibles", "Publics"),
    ("epcis", "EPCI"),
    ("perimetres", "Périmètres"),
]
LIEUX = {"EPCI", "Périmètres"}
REFUS_SAISIE = "Seul un gestionnaire de l’organisme de l’enveloppe prépare cet appel à projets."
REFUS_PUBLIER = "Seul le responsable de l’organisme publie, reporte et clôt ses appels à projets."


def _appels(request, accord):
    return (
        AppelAProjets.objects.for_user(request.user)
        .filter(enveloppe__accord=accord)
        .select_related("enveloppe__organisme", "enveloppe__fonds", "enveloppe__accord")
    )


def get_appel(request, accord, pk):
    return get_object_or_404(_appels(request, accord).select_related("objectif_specifique"), pk=pk)


def liste(request, accord):
    connues = Operation.objects.for_user(request.user).filter(accord=accord).values("pk")
    appels = _appels(request, accord).annotate(nombre_operations=Count("operations", filter=Q(operations__in=connues)))
    filtre = AppelFilter(request.GET, queryset=appels, accord=accord, user=request.user)
    table = paginer(request, AppelTable(filtre.qs, accord=accord))
    if not peut_lister(request.user, accord):
        table.columns.hide("operations")
    return render(
        request,
        "operations/appels.html",
        {
            "filtre": filtre,
            "table": table,
            "nombre": table.paginator.count,
            "pilules": build_pilules(request, filtre.form, prefixes=filtre.LIBELLES),
            "peut_preparer": est_gestionnaire(request.user, accord),
        },
    )


def detail(request, accord, pk):
    """The call, and the operations that answered it, as far as the person may know them."""
    appel = get_appel(request, accord, pk)
    operations = connues_de(request, accord).filter(appel=appel)
    lit = peut_lister(request.user, accord)
    choix = [(libelle, list(getattr(appel, nom).all())) for nom, libelle in LISTES]
    contexte = {}
    if lit:
        contexte = {
            "table": build_table(request, accord, operations, exclude=ETROITE),
            "montants": _montants(request, appel),
            "url_operations": lien_liste(accord, appel=appel.pk),
        }
    return render(
        request,
        "operations/appel.html",
        contexte
        | {
            "appel": appel,
            "pieces": appel.pieces_attendues.all(),
            "choix": choix,
            "est_partout": not appel.territoire and not any(objets for libelle, objets in choix if libelle in LIEUX),
            "lit_operations": lit,
            "rang": Enveloppe.objects.rangs(accord).get(appel.enveloppe.organisme_id),
            "criteres": appel.criteres.all(),
            "historique": build_historique(appel) if lit else [],
            "chevauchements": appel.chevauchements if lit else None,
            "peut_modifier": peut_saisir(request.user, appel) and appel.statut == StatutAppel.BROUILLON,
            "peut_publier": peut_publier(request.user, appel),
        },
    )


def _montants(request, appel) -> dict:
    """What was asked and what is programmed on this call, in euros."""
    operations = Operation.objects.for_user(request.user).filter(appel=appel).with_montants().order_by()
    lignes = list(operations.values_list("ue_demande", "ue_programme"))
    return {
        "nombre": len(lignes),
        "demande": sum(demande or 0 for demande, _ in lignes),
        "programme": sum(programme for _, programme in lignes),
    }


def creer(request, accord):
    require(est_gestionnaire(request.user, accord), REFUS_SAISIE)
    choix = EnveloppeChoixForm(request.GET or None, user=request.user, accord=accord)
    siennes = list(choix.fields["enveloppe"].queryset)
    if len(siennes) == 1 and "enveloppe" not in request.GET:
        enveloppe = siennes[0]
    elif choix.is_valid():
        enveloppe = choix.cleaned_data["enveloppe"]
    else:
        contexte = {"form": choix, "enveloppes": siennes, "pour_appel": True}
        return render(request, "operations/choisir_enveloppe.html", contexte)
    enveloppe.accord = accord
    return _saisir(request, accord, AppelForm(request.POST or None, enveloppe=enveloppe), None)


def modifier(request, accord, pk):
    appel = get_appel(request, accord, pk)
    require(peut_saisir(request.user, appel), REFUS_SAISIE)
    if appel.statut != StatutAppel.BROUILLON:
        messages.error(request, PUBLIE_FIGE)
        return redirect("operations:appel_detail", accord=accord.slug, pk=pk)
    return _saisir(request, accord, AppelForm(request.POST or None, instance=appel, enveloppe=appel.enveloppe), appel)


def _saisir(request, accord, form, appel):
    ecarts: list[dict] = []
    if request.method == "POST" and form.is_valid():
        try:
            enregistre = form.enregistrer(enregistrer_appel, auteur=request.user)
        except ValidationError as refus:
            reporter(refus, form)
            if getattr(refus, "code", None) == "perime":
                ecarts = compare_vu(form)
        else:
            messages.success(request, "Appel à projets enregistré. Il reste un brouillon jusqu’à sa publication.")
            return redirect("operations:appel_detail", accord=accord.slug, pk=enregistre.pk)
    enveloppe = form.enveloppe
    contexte = {
        "form": form,
        "formulaires": [form, form.pieces],
        "appel": AppelAProjets.objects.get(pk=appel.pk) if appel else None,  # the form has changed `appel`
        "enveloppe": enveloppe,
        "rang": Enveloppe.objects.rangs(accord).get(enveloppe.organisme_id),
        "ecarts": ecarts,
    }
    return render(request, "operations/appel_saisie.html", contexte)


# -- acts: GET says what will happen, POST does it


def publier(request, accord, pk):
    appel = _ouvrir(request, accord, pk, peut_publier, REFUS_PUBLIER)
    debut, limite = format_date(appel.ouvert_le), format_date(appel.limite_depot_le)
    texte = (
        f"Les demandes pourront s’y rattacher du {debut} au {limite}. "
        "L’appel ne se modifie plus ensuite, sauf sa date limite."
    )
    trouves = chercher_chevauchements(appel, timezone.localdate()) if appel.statut == StatutAppel.BROUILLON else []
    return _agir(
        request,
        appel,
        publier_appel,
        StatutAppel.BROUILLON,
        "Appel à projets publié. Les demandes peuvent être déposées.",
        form=PublierForm(request.POST if request.method == "POST" else None, chevauchements=trouves),
        gabarit="operations/appel_publier.html",
        titre="Publier l’appel",
        texte=texte,
        bouton="Publier l’appel",
        chevauchements=trouves,
    )


def reporter_limite(request, accord, pk):
    appel = _ouvrir(request, accord, pk, peut_publier, REFUS_PUBLIER)
    return _agir(
        request,
        appel,
        reporter_appel,
        StatutAppel.PUBLIE,
        "Date limite reportée.",
        form=ReportForm(request.POST if request.method == "POST" else None),
        titre="Reporter la date limite",
        texte=f"Aujourd’hui, les demandes se déposent jusqu’au {format_date(appel.limite_depot_le)}.",
        bouton="Reporter la date limite",
    )


def clore(request, accord, pk):
    appel = _ouvrir(request, accord, pk, peut_publier, REFUS_PUBLIER)
    return _agir(
        request,
        appel,
        clore_appel,
        StatutAppel.PUBLIE,
        "Appel à projets clos. Aucune demande ne s’y rattache plus.",
        titre="Clore l’appel",
        texte="Aucune demande ne s’y rattachera plus, et un appel clos ne se rouvre pas. Ses opérations continuent.",
        bouton="Clore l’appel",
        danger=True,
    )


def supprimer(request, accord, pk):
    appel = _ouvrir(request, accord, pk, peut_saisir, REFUS_SAISIE)
    return _agir(
        request,
        appel,
        supprimer_appel,
        StatutAppel.BROUILLON,
        f"Brouillon {appel.code} supprimé.",
        ensuite=redirect("operations:appels", accord=accord.slug),
        titre="Supprimer le brouillon",
        texte="Ce brouillon disparaît de la liste et ne se récupère pas. Le journal garde la trace de sa suppression.",
        bouton="Supprimer le brouillon",
        danger=True,
    )


def _ouvrir(request, accord, pk, peut, refus) -> AppelAProjets:
    appel = get_appel(request, accord, pk)
    require(peut(request.user, appel), refus)
    return appel


def _agir(
    request, appel, service, depuis, succes, *, form=None, ensuite=None, gabarit="operations/appel_acte.html", **mots
):
    """Show the page of an act, or do it; a call whose status has moved on goes back to its own page."""
    accord = appel.enveloppe.accord
    retour = redirect("operations:appel_detail", accord=accord.slug, pk=appel.pk)
    if request.method == "GET" and appel.statut != depuis:
        messages.error(request, f"L’appel est « {appel.get_statut_display().lower()} » : cet acte est passé.")
        return retour
    form = form or Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            service(appel, auteur=request.user, **form.cleaned_data)
        except ValidationError as refus:
            reporter(refus, form)
            if getattr(refus, "code", None) == "chevauchement":
                form.remontrer()
        else:
            messages.success(request, succes)
            return ensuite or retour
    contexte = {
        "appel": appel,
        "form": form,
        "rang": Enveloppe.objects.rangs(accord).get(appel.enveloppe.organisme_id),
    }
    return render(request, gabarit, contexte | mots)
