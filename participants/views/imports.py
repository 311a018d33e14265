"""Load a file of participants: the template, the titles to match, the check, the confirmation, what was done."""

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accord.models import Enveloppe
from comptes.classeurs import TYPES, Format
from comptes.lecture import TableauIllisible
from comptes.permissions import require
from operations.importation.fautes import montrer
from operations.models import Operation
from operations.permissions import organismes_importes, peut_importer

from ..forms.imports import CorrespondanceForm, ImportParticipantsForm
from ..importation.annotation import annoter, lire_lignes
from ..importation.colonnes import LIMITE, PAR_NOM, est_nominative
from ..importation.entete import lire_entete
from ..importation.modele import build_modele_csv, build_modele_xlsx
from ..models import EtatImport, ImportParticipants
from ..permissions import a_second_facteur
from ..services.importation import BORNES
from ..services.imports import (
    associer_colonnes,
    demander_import,
    deposer_fichier,
    faute_en_phrase,
    lire_constat,
    lire_contenu,
    lire_titres,
)

REFUS = "Seuls un gestionnaire et un responsable d’un organisme intermédiaire importent des participants."
SANS_FACTEUR = "Activez d’abord votre second facteur\u00a0: ce fichier porte des identités."
MODELES = {Format.CSV: build_modele_csv, Format.XLSX: build_modele_xlsx}
MONTREES = 100  # faults or operations that the page lists
PROPOSEES = 40  # answers of one column that the page offers to translate
MASQUEE = "masquée"


def deposer(request, accord):
    """Send a file to be checked: no record is written yet."""
    organismes = organismes_importes(request.user, accord)
    require(peut_importer(request.user, accord), REFUS)
    form = ImportParticipantsForm(
        request.POST or None,
        request.FILES or None,
        accord=accord,
        organismes=organismes,
        initial={"operation": request.GET.get("operation", "")},
    )
    if request.method == "POST" and form.is_valid():
        envoye = form.cleaned_data["fichier"]
        try:
            fichier = deposer_fichier(
                envoye.read(),
                nom=envoye.name,
                accord=accord,
                organisme=form.organisme_choisi,
                operation=form.cleaned_data["operation"],
                correspondance=form.cleaned_data["correspondance"],
                auteur=request.user,
            )
        except TableauIllisible as refus:
            form.add_error("fichier", str(refus))
        else:
            nom = "import_colonnes" if fichier.etat == EtatImport.A_ASSOCIER else "import_fichier"
            return redirect(f"participants:{nom}", accord=accord.slug, cle=fichier.pk)
    siens = ImportParticipants.objects.for_user(request.user).gardes().filter(accord=accord)[:5]
    return render(
        request,
        "participants/importation.html",
        {"form": form, "organisme": form.seul, "limite": LIMITE, "imports": siens},
    )


def modele(request, accord, format_fichier: Format):
    require(peut_importer(request.user, accord), REFUS)
    nom = f"modele-participants.{format_fichier}"
    return HttpResponse(MODELES[format_fichier](), headers=_joindre(nom), content_type=TYPES[format_fichier])


def _joindre(nom: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{nom}"'}


def _get_fichier(request, accord, cle) -> ImportParticipants:
    """The file, for the person who sent it and still may."""
    fichiers = ImportParticipants.objects.for_user(request.user).gardes()
    fichier = get_object_or_404(
        fichiers.select_related("organisme", "operation", "accord", "correspondance", "travail__tache"),
        accord=accord,
        pk=cle,
    )
    require(fichier.organisme in organismes_importes(request.user, accord), REFUS)
    return fichier


def _masquer(fautes, user) -> list:
    """Names stay hidden from whoever has not signed in with a second factor, even those they sent."""
    if a_second_facteur(user):
        return fautes
    return [
        replace(faute, valeur=MASQUEE if faute.valeur else "", proposition="")
        if est_nominative(faute.colonne)
        else faute
        for faute in fautes
    ]


@never_cache
def fichier(request, accord, cle):
    """Where the file stands: being checked, what the check found, being imported, what was done."""
    fichier = _get_fichier(request, accord, cle)
    if fichier.etat == EtatImport.A_ASSOCIER:
        return redirect("participants:import_colonnes", accord=accord.slug, cle=cle)
    constat = lire_constat(fichier)
    comptes = fichier.comptes
    numeros = list(comptes.get("par_operation", {}))
    intitules = dict(Operation.objects.filter(accord=accord, numero__in=numeros).values_list("numero", "intitule"))
    travail = fichier.travail
    return render(
        request,
        "participants/importation_fichier.html",
        {
            "fichier": fichier,
            "travail": travail,
            "en_cours": bool(travail and not travail.est_fini),
            "en_echec": bool(travail and travail.est_en_echec),
            "rang": Enveloppe.objects.rangs(accord).get(fichier.organisme_id),
            "nom": constat["nom"],
            "comptes": comptes,
            "ecrites": comptes.get("creees", 0) + comptes.get("modifiees", 0),
            "fautes": _masquer(constat["fautes"][:MONTREES], request.user),
            "fautes_cachees": max(0, comptes.get("fautes", 0) - MONTREES),
            "a_traduire": bool(_valeurs_inconnues(constat)),
            "operations": [(n, intitules.get(n, ""), *comptes["par_operation"][n]) for n in numeros[:MONTREES]],
            "operations_cachees": max(0, len(numeros) - MONTREES),
        },
    )


def _valeurs_inconnues(constat: dict) -> dict[str, list[str]]:
    """Answers that the file gives to a question with a list, and that are none of it."""
    valeurs: dict[str, list[str]] = {}
    for faute in constat["fautes"]:
        if faute.colonne in PAR_NOM and PAR_NOM[faute.colonne].choix and faute.valeur:
            siennes = valeurs.setdefault(faute.colonne, [])
            if faute.valeur not in siennes and len(siennes) < PROPOSEES:
                siennes.append(faute.valeur)
    return valeurs


@never_cache
def colonnes(request, accord, cle):
    """Say which title of the file is which of our columns, and what its answers mean; kept for this source."""
    fichier = _get_fichier(request, accord, cle)
    try:
        require(fichier.etat in (EtatImport.A_ASSOCIER, EtatImport.CONTROLE))
        titres = [montrer(cellule) for cellule in lire_titres(lire_contenu(fichier)).cellules if montrer(cellule)]
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
        return redirect("participants:import", accord=accord.slug)
    constat = lire_constat(fichier)
    form = CorrespondanceForm(
        request.POST or None,
        titres=titres,
        valeurs=_valeurs_inconnues(constat),
        correspondance=fichier.correspondance,
    )
    if request.method == "POST" and form.is_valid():
        try:
            associer_colonnes(
                fichier, nom=form.cleaned_data["nom"], colonnes=form.colonnes, traductions=form.traductions
            )
        except ValidationError as refus:
            form.add_error(None, refus)
        else:
            return redirect(fichier)
    manques = [faute_en_phrase(faute) for faute in constat["fautes"] if faute.ligne and not faute.valeur][:10]
    return render(
        request,
        "participants/importation_colonnes.html",
        {"fichier": fichier, "form": form, "nom": constat["nom"], "manques": manques},
    )


@never_cache
def annote(request, accord, cle):
    """The same file, each faulty cell marked with what to write instead."""
    fichier = _get_fichier(request, accord, cle)
    require(a_second_facteur(request.user), SANS_FACTEUR)
    constat = lire_constat(fichier)
    try:
        contenu = lire_contenu(fichier)
    except ValidationError:
        contenu = None
    if contenu is None or not constat["fautes"]:
        messages.info(request, "Ce fichier n’a rien à corriger.")
        return redirect(fichier)
    lignes = lire_lignes(contenu, BORNES)
    correspondance = fichier.correspondance
    entete = lire_entete(lignes[0], correspondance and correspondance.colonnes, avec_operation=True)
    morceaux, format_fichier = annoter(lignes, entete, constat["fautes"])
    return StreamingHttpResponse(
        morceaux,
        headers=_joindre(f"participants-a-corriger.{format_fichier}"),
        content_type=TYPES[format_fichier],
    )


@require_POST
def importer(request, accord, cle):
    """Have the file imported as it was checked; what changed since is checked again."""
    fichier = _get_fichier(request, accord, cle)
    if "confirmer" not in request.POST:
        messages.error(request, "Cochez la case pour confirmer l’import.")
        return redirect(fichier)
    try:
        demander_import(fichier, auteur=request.user)
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
    return redirect(fichier)
