"""Questions on an operation: the tab, the thread, and each step of it."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from comptes.permissions import require

from ..enums import StatutObservation
from ..forms.observations import ClotureForm, QuestionForm, RelanceForm, ReponseForm
from ..models import Observation
from ..permissions import organismes_observateurs, peut_lire_dossier, peut_observer, peut_repondre, peut_suivre
from ..services import clore_observation, poser_observation, relancer_observation, repondre_observation
from .commun import RESUME_SEUL, agir, build_entete, get_operation

SEULS_DEMANDEURS = "Seuls l’État et l’autre organisme intermédiaire posent une observation sur cette opération."
SEUL_REPONDANT = "Seuls un gestionnaire ou le responsable de l’organisme répondent à cette observation."
SEUL_DEMANDEUR = "Seul l’organisme qui a posé cette observation la relance ou la clôt."


def observations(request, accord, numero):
    """The threads of an operation that the person follows, open ones first."""
    operation = get_operation(request, accord, numero)
    complet = peut_lire_dossier(request.user, operation)
    require(complet or peut_observer(request.user, operation), RESUME_SEUL)
    entete = build_entete(request, operation, "observations", complet=complet)
    return render(request, "operations/observations.html", entete | contexte_observations(request, operation))


def contexte_observations(request, operation) -> dict:
    """What templates/operations/_observations.html reads: the threads that the person follows, closed ones last."""
    fils = Observation.objects.for_user(request.user).for_list().filter(operation=operation).order_by("-numero")
    return {
        "observations": sorted(fils, key=lambda fil: fil.statut == StatutObservation.CLOSE),
        "peut_observer": peut_observer(request.user, operation),
        "aujourdhui": timezone.localdate(),
    }


def poser(request, accord, numero):
    operation = get_operation(request, accord, numero)
    organismes = organismes_observateurs(request.user, operation)
    require(bool(organismes), SEULS_DEMANDEURS)
    form = QuestionForm(request.POST or None, organismes=organismes)

    def acte():
        poser_observation(
            operation,
            auteur=request.user,
            organisme=form.au_nom_de,
            **{nom: form.cleaned_data[nom] for nom in ("objet", "texte", "echeance_le")},
        )

    return agir(
        request,
        operation,
        [form],
        acte,
        lambda: "Observation posée. La réponse apparaîtra dans ce qui vous attend.",
        "operations/observation_acte.html",
        ensuite=reverse("operations:observations", args=[accord.slug, operation.numero]),
        titre="Poser une observation",
        texte=f"{operation.enveloppe.organisme} la voit dans ce qui l’attend et y répond avant la date choisie.",
        bouton="Poser l’observation",
        retour=reverse("operations:observations", args=[accord.slug, operation.numero]),
    )


def _get_observation(request, accord, numero, rang) -> Observation:
    operation = get_operation(request, accord, numero)
    observation = get_object_or_404(
        Observation.objects.for_user(request.user).for_list(), operation=operation, numero=rang
    )
    observation.operation = operation
    return observation


def observation(request, accord, numero, rang):
    """The thread; the OI answers under it, the body that asked concludes or asks again."""
    fil = _get_observation(request, accord, numero, rang)
    if request.method == "POST":
        require(peut_repondre(request.user, fil), SEUL_REPONDANT)
    form = ReponseForm(request.POST or None)
    entete = build_entete(
        request, fil.operation, "observations", complet=peut_lire_dossier(request.user, fil.operation)
    )
    contexte = entete | {
        "observation": fil,
        "messages_du_fil": fil.messages.select_related("organisme", "auteur"),
        "suit": peut_suivre(request.user, fil),
        # an answer sent once the thread was closed stays under the refusal, to be kept
        "repond": peut_repondre(request.user, fil) and (fil.statut != StatutObservation.CLOSE or form.is_bound),
        "est_en_retard": fil.statut == StatutObservation.OUVERTE and fil.echeance_le < timezone.localdate(),
    }
    operation = contexte.pop("operation")
    return agir(
        request,
        operation,
        [form],
        lambda: repondre_observation(fil, auteur=request.user, **form.cleaned_data),
        lambda: "Réponse envoyée.",
        "operations/observation.html",
        ensuite=fil.get_absolute_url(),
        **contexte,
    )


def _suivre(request, accord, numero, rang, classe, service, *, succes, **mots):
    fil = _get_observation(request, accord, numero, rang)
    require(peut_suivre(request.user, fil), SEUL_DEMANDEUR)
    form = classe(request.POST or None)
    return agir(
        request,
        fil.operation,
        [form],
        lambda: service(fil, auteur=request.user, **form.cleaned_data),
        lambda: succes,
        "operations/observation_acte.html",
        ensuite=fil.get_absolute_url(),
        texte=fil.objet,
        retour=fil.get_absolute_url(),
        **mots,
    )


def relancer(request, accord, numero, rang):
    return _suivre(
        request,
        accord,
        numero,
        rang,
        RelanceForm,
        relancer_observation,
        titre="Relancer l’observation",
        bouton="Relancer l’observation",
        succes="Observation relancée. La réponse est de nouveau attendue.",
    )


def clore(request, accord, numero, rang):
    return _suivre(
        request,
        accord,
        numero,
        rang,
        ClotureForm,
        clore_observation,
        titre="Clore l’observation",
        bouton="Clore l’observation",
        succes="Observation close.",
    )
