"""Enter a record, correct it, take it back."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accord.models import Commune, Qpv
from accord.montants import format_date
from comptes.permissions import require
from operations.comparaison import compare_versions
from operations.forms.erreurs import reporter

from ..completude import manque_un_contact, manques
from ..enums import NatureConsultation
from ..forms.champs import ecrire_commune
from ..forms.fiches import ACCOMPAGNEMENT, HORS_FTJ, SITUATION, EntreeForm, MotifForm, SortieForm
from ..forms.identites import IdentiteForm
from ..models import CHAMPS_SORTIE, Identite, Participation
from ..permissions import a_second_facteur
from ..services import annuler_fiche, enregistrer_fiche, enregistrer_retour, lire_identite, retablir_fiche
from ..services.identites import ouvrir_identite
from .commun import entete, est_ouverte, get_fiche_a_saisir, get_operation_a_saisir, url_onglet

FERMEE = "Les participants d’une opération se saisissent de sa programmation à son archivage."
ANNULEE = "Cette fiche est annulée\u00a0: rétablissez-la d’abord."
SECOND_FACTEUR = (
    "Les identités se lisent avec un second facteur\u00a0: activez-le dans «\u202fMon compte\u202f», puis revenez ici."
)


@never_cache
def saisir(request, accord, numero):
    """One person after the other: the identifier is proposed, the date of entry of the last one comes back."""
    operation = get_operation_a_saisir(request, accord, numero)
    if not est_ouverte(operation):
        messages.error(request, FERMEE)
        return redirect(url_onglet(operation))
    form = EntreeForm(
        request.POST or None,
        instance=Participation(operation=operation),
        initial={"entree_le": _lire_jour(request.GET.get("entree", ""))},
    )
    identite = IdentiteForm(request.POST or None)
    if request.method != "POST":  # one starts typing at once
        premier = identite.fields["nom"] if form.initial["entree_le"] else form.fields["entree_le"]
        premier.widget.attrs["autofocus"] = True
    if request.method == "POST" and all([form.is_valid(), identite.is_valid()]):
        try:
            fiche = enregistrer_fiche(form.instance, auteur=request.user, identite=identite.lire())
        except ValidationError as refus:
            reporter(refus, form, identite)
        else:
            _annoncer(request, fiche)
            if "suivante" in request.POST:
                url = reverse("participants:saisir", args=[accord.slug, operation.numero])
                return redirect(f"{url}?entree={fiche.entree_le.isoformat()}")
            return redirect(fiche)
    return render(
        request,
        "participants/saisie.html",
        entete(operation) | _contexte_entree(accord, form) | {"identite": identite, "formulaires": [form, identite]},
    )


def _lire_jour(texte: str) -> date | None:
    try:
        return date.fromisoformat(texte)
    except ValueError:
        return None


def _annoncer(request, fiche) -> None:
    """What was recorded, and what it still lacks."""
    fiche.os_l = fiche.operation.objectif_specifique.code.endswith(".L")
    messages.success(request, f"Fiche {fiche.pseudonyme} enregistrée.")
    if attendus := manques(fiche):
        messages.warning(
            request,
            f"Fiche {fiche.pseudonyme} incomplète, elle ne compte pas encore. À saisir\u00a0: {', '.join(attendus)}.",
        )
    if manque_un_contact(fiche):
        messages.warning(
            request,
            f"Fiche {fiche.pseudonyme} sans téléphone ni courriel\u00a0: donnez au moins un référent, pour l’enquête à "
            "six mois.",
        )


def _contexte_entree(accord, form) -> dict:
    communes = Commune.objects.filter(code_departement=accord.code_departement).order_by("nom")
    return {
        "form": form,
        "situation": form.champs(SITUATION),
        "accompagnement": form.champs(ACCOMPAGNEMENT),
        "sensibles": form.champs(HORS_FTJ),
        "communes": [ecrire_commune(commune) for commune in communes],
        "quartiers": Qpv.objects.order_by("code"),
    }


# -- correct


def _ouvrir(request, accord, numero, pk):
    """The record to change and nothing, or None and where to go when it takes no change."""
    fiche = get_fiche_a_saisir(request, accord, numero, pk)
    refus = FERMEE if not est_ouverte(fiche.operation) else ANNULEE if fiche.annulee_le else ""
    if refus and request.method == "GET":
        messages.error(request, refus)
        return None, redirect(fiche)
    return fiche, None


def _changer(request, fiche, form, template, contexte, succes):
    """Save the answers, unless somebody did in between: both versions then, and the second save is knowing."""
    ecarts: list[dict] = []
    if request.method == "POST" and form.is_valid():
        try:
            enregistrer_fiche(form.instance, auteur=request.user, version=form.cleaned_data["version"] or 0)
        except ValidationError as refus:
            reporter(refus, form)
            if getattr(refus, "code", None) == "perime":
                ecarts = _confronter(form)
        else:
            messages.success(request, succes)
            return redirect(fiche)
    actuelle = Participation.objects.get(pk=fiche.pk)  # the form has changed `fiche`
    actuelle.operation = fiche.operation
    tete = entete(fiche.operation) | {"fiche": actuelle, "ecarts": ecarts, "formulaires": [form]}
    return render(request, template, tete | contexte | {"form": form})


def _confronter(form) -> list[dict]:
    actuelle = Participation.objects.get(pk=form.instance.pk)
    ecarts = compare_versions(form, actuelle, set(form.fields))
    form.data = form.data.copy()
    form.data["version"] = str(actuelle.version)
    return ecarts


def corriger(request, accord, numero, pk):
    fiche, ailleurs = _ouvrir(request, accord, numero, pk)
    if ailleurs:
        return ailleurs
    form = EntreeForm(request.POST or None, instance=fiche)
    succes = f"Fiche {fiche.pseudonyme} corrigée."
    return _changer(request, fiche, form, "participants/corriger.html", _contexte_entree(accord, form), succes)


def sortie(request, accord, numero, pk):
    fiche, ailleurs = _ouvrir(request, accord, numero, pk)
    if ailleurs:
        return ailleurs
    form = SortieForm(request.POST or None, instance=fiche)
    contexte = {"champs_sortie": form.champs(CHAMPS_SORTIE)}
    return _changer(
        request, fiche, form, "participants/sortie.html", contexte, f"Sortie de {fiche.pseudonyme} enregistrée."
    )


@never_cache
def corriger_identite(request, accord, numero, pk):
    """The identity as it is recorded, to whoever may read it; that it was shown is written down."""
    fiche, ailleurs = _ouvrir(request, accord, numero, pk)
    if ailleurs:
        return ailleurs
    require(a_second_facteur(request.user), SECOND_FACTEUR)
    if Identite.objects.filter(participation=fiche, purgee_le__isnull=False).exists():
        messages.error(request, "L’identité de cette personne a été effacée\u00a0: elle ne se saisit plus.")
        return redirect(fiche)
    if request.method != "POST":
        avant = lire_identite(fiche, auteur=request.user, nature=NatureConsultation.SAISIE)
        return _montrer_identite(request, fiche, IdentiteForm(avant=avant), fiche.version)
    form, ecarts, version = (
        IdentiteForm(request.POST, avant=ouvrir_identite(fiche)),
        [],
        request.POST.get("version", ""),
    )
    if form.is_valid():
        try:
            enregistrer_fiche(
                fiche, auteur=request.user, identite=form.lire(), version=int(version) if version.isdigit() else 0
            )
        except ValidationError as refus:
            reporter(refus, form)
            if getattr(refus, "code", None) == "perime":
                ecarts, version = _confronter_identite(request, form, fiche), fiche.version
        else:
            messages.success(request, f"Identité de la fiche {fiche.pseudonyme} enregistrée.")
            return redirect(fiche)
    return _montrer_identite(request, fiche, form, version, ecarts)


def _lire_version(request) -> int:
    """The version that the page showed; without one, nothing was read and the save is refused."""
    texte = request.POST.get("version", "")
    return int(texte) if texte.isdecimal() and len(texte) < 10 else 0


def _confronter_identite(request, form, fiche) -> list[dict]:
    actuelle = lire_identite(fiche, auteur=request.user, nature=NatureConsultation.SAISIE) or {}
    saisie = form.lire()

    def dire(clair, champ):
        valeur = clair.get(champ, "")
        return format_date(date.fromisoformat(valeur)) if valeur and champ == "date_naissance" else valeur or "vide"

    return [
        {"libelle": champ.label, "enregistre": dire(actuelle, nom), "saisi": dire(saisie, nom)}
        for nom, champ in form.fields.items()
        if actuelle.get(nom, "") != saisie.get(nom, "")
    ]


def _montrer_identite(request, fiche, form, version, ecarts=()):
    contexte = {"fiche": fiche, "identite": form, "version": version, "ecarts": ecarts, "formulaires": [form]}
    return render(request, "participants/identite_saisie.html", entete(fiche.operation) | contexte)


# -- come back, undo, put back


def retour(request, accord, numero, pk):
    """The exit is taken back, on a page that says what goes."""
    fiche, ailleurs = _ouvrir(request, accord, numero, pk)
    if ailleurs:
        return ailleurs
    if request.method == "POST":
        try:
            enregistrer_retour(fiche, auteur=request.user, version=_lire_version(request))
        except ValidationError as refus:
            messages.error(request, " ".join(refus.messages))
        else:
            messages.success(request, f"{fiche.pseudonyme} est de retour. Sa sortie est effacée, son entrée reste.")
        return redirect(fiche)
    if not fiche.sortie_le:
        messages.error(request, "Cette personne n’est pas sortie\u00a0: aucun retour n’est à saisir.")
        return redirect(fiche)
    return render(request, "participants/retour.html", entete(fiche.operation) | {"fiche": fiche})


def annuler(request, accord, numero, pk):
    fiche, ailleurs = _ouvrir(request, accord, numero, pk)
    if ailleurs:
        return ailleurs
    form = MotifForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            annuler_fiche(fiche, auteur=request.user, motif=form.cleaned_data["motif"])
        except ValidationError as refus:
            reporter(refus, form)
        else:
            messages.success(request, f"Fiche {fiche.pseudonyme} annulée\u00a0: elle ne compte plus nulle part.")
            return redirect(fiche)
    return render(request, "participants/annuler.html", entete(fiche.operation) | {"fiche": fiche, "form": form})


@require_POST
def retablir(request, accord, numero, pk):
    fiche = get_fiche_a_saisir(request, accord, numero, pk)
    try:
        retablir_fiche(fiche, auteur=request.user)
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
    else:
        messages.success(request, f"Fiche {fiche.pseudonyme} rétablie\u00a0: elle compte de nouveau.")
    return redirect(fiche)
