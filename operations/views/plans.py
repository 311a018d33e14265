"""The versions of a financing plan, two at a time, and the state of what it counts on."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from accord.montants import format_euros
from comptes.permissions import require

from ..enums import STATUTS_CLOS, EtatRessource, VersionPlan
from ..forms.ressources import AnnulerEtatForm, EtatForm
from ..lignes_plan import lire_bareme
from ..models import Ressource
from ..permissions import peut_lire_dossier, peut_saisir
from ..plafonds import compute_plafond
from ..services.ressources import annuler_etat_ressource, changer_etat_ressource
from ..versions_plan import (
    choisir,
    cle,
    comparer_cout,
    comparer_postes,
    comparer_ressources,
    comparer_totaux,
    lire_versions,
    nommer,
)
from .commun import RESUME_SEUL, agir, build_entete, get_dossier, get_operation


def comparer(request, accord, numero):
    """Any two versions side by side; the choice is in the address, the last two in force by default."""
    operation = get_dossier(request, accord, numero)
    plans = lire_versions(operation)
    gauche, droite = choisir(plans, request.GET.get("de", ""), request.GET.get("a", ""))
    dernier = droite or gauche
    demande = next((p for p in plans if p.version == "demande"), None)
    bareme = lire_bareme(accord, operation.deposee_le)
    contexte = {
        "versions": [(cle(plan), nommer(plan, plans)) for plan in plans],
        "gauche": gauche,
        "droite": droite,
        "cle_gauche": cle(gauche),
        "cle_droite": cle(droite) if droite else "",
        "nom_gauche": nommer(gauche, plans),
        "nom_droite": nommer(droite, plans) if droite else "",
        "totaux": comparer_totaux(gauche, droite),
        "cout": comparer_cout(gauche, droite),
        "postes": comparer_postes(gauche, droite),
        "ressources": comparer_ressources(gauche, droite),
        "en_vigueur": operation.plans.latest_first().first(),
        "plafond": compute_plafond(
            operation.appel,
            cout=dernier.cout_total_eligible,
            ue=dernier.ue,
            ue_demande=demande.ue if demande and dernier.version == VersionPlan.INSTRUIT else None,
        ),
        "seuil_forfait": bareme.seuil if bareme.exige_forfait(dernier.profil, dernier.cout_total_eligible) else None,
        "peut_changer": peut_saisir(request.user, operation) and operation.statut not in STATUTS_CLOS,
    }
    return render(request, "operations/plan.html", build_entete(request, operation, "plan") | contexte)


def _ouvrir_ressource(request, accord, numero, pk):
    """The operation and its resource, for who keeps the file."""
    operation = get_operation(request, accord, numero)
    require(peut_lire_dossier(request.user, operation), RESUME_SEUL)
    require(
        peut_saisir(request.user, operation),
        f"Seul un gestionnaire de l’organisme ({operation.enveloppe.organisme}) change l’état d’une ressource.",
    )
    ressources = Ressource.objects.filter(plan__operation=operation).select_related("plan")
    return operation, get_object_or_404(ressources, pk=pk)


def changer_etat(request, accord, numero, pk):
    operation, ressource = _ouvrir_ressource(request, accord, numero, pk)
    form = EtatForm(request.POST or None, ressource=ressource, pas_avant=ressource.etat_le or operation.deposee_le)
    return agir(
        request,
        operation,
        [form],
        lambda: changer_etat_ressource(operation, ressource, auteur=request.user, **form.cleaned_data),
        lambda: (
            f"{ressource}, {EtatRessource(form.cleaned_data['etat']).label.lower()}. L’état d’avant est au journal."
        ),
        "operations/acte.html",
        ensuite=reverse("operations:plan", args=[accord.slug, operation.numero]),
        titre="Changer l’état d’une ressource",
        texte=f"{ressource}, {format_euros(ressource.montant)}, {ressource.get_etat_display().lower()} aujourd’hui.",
        bouton="Changer l’état",
    )


def annuler_etat(request, accord, numero, pk):
    operation, ressource = _ouvrir_ressource(request, accord, numero, pk)
    form = AnnulerEtatForm(request.POST or None)
    return agir(
        request,
        operation,
        [form],
        lambda: annuler_etat_ressource(operation, ressource, auteur=request.user, **form.cleaned_data),
        lambda: f"{ressource}, l’état d’avant est rétabli.",
        "operations/acte.html",
        ensuite=reverse("operations:plan", args=[accord.slug, operation.numero]),
        titre="Annuler le dernier changement d’état",
        texte=f"{ressource}, {format_euros(ressource.montant)}, {ressource.get_etat_display().lower()} aujourd’hui. "
        "L’état d’avant est rétabli\u202f; le journal garde les deux.",
        bouton="Annuler le changement",
    )
