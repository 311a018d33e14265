"""Handing back a step before the contract, and undoing what was recorded by error: one page each."""

from django.core.exceptions import ValidationError

from accord.montants import format_date, format_euros

from ..enums import Statut
from ..forms.reprises import AnnulationForm, AnnulerRetraitForm, RecevabiliteRouverteForm
from ..services import annuler_decision, annuler_retrait, rouvrir_recevabilite
from ..situation import compute_disponible
from .commun import agir, ouvrir_acte


def recevabilite(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "rouvrir_recevabilite")
    if ailleurs:
        return ailleurs
    form = RecevabiliteRouverteForm(request.POST or None, pas_avant=operation.statut_depuis_le)
    return agir(
        request,
        operation,
        [form],
        lambda: rouvrir_recevabilite(operation, auteur=request.user, **form.cleaned_data),
        lambda: "Recevabilité rouverte. La demande attend une nouvelle conclusion.",
        "operations/acte.html",
        titre="Rouvrir la recevabilité",
        texte="La demande redevient déposée et attend une nouvelle conclusion. La précédente reste consultable.",
        bouton="Rouvrir la recevabilité",
    )


def decision(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "annuler_decision")
    if ailleurs:
        return ailleurs
    prise = operation.decisions.filter(annulee_le__isnull=True).first()
    quoi = f"La décision {prise.get_sens_display()} du {format_date(prise.decidee_le)}" if prise else "La décision"
    texte = (
        f"{quoi} ne compte plus, à aucune date : l’opération redevient instruite. "
        "Pour une décision qui a changé depuis, déprogrammez plutôt l’opération."
    )
    if operation.ue_programme:
        texte += f" {format_euros(operation.ue_programme)} redeviennent disponibles à la date de l’erreur."
    form = AnnulationForm(request.POST or None)
    return agir(
        request,
        operation,
        [form],
        lambda: annuler_decision(operation, auteur=request.user, **form.cleaned_data),
        lambda: "Décision annulée. L’opération est instruite et attend la décision de l’instance.",
        "operations/acte.html",
        titre="Annuler la décision",
        texte=texte,
        bouton="Annuler la décision",
        danger=True,
    )


def retrait(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "annuler_retrait")
    if ailleurs:
        return ailleurs
    pris = operation.retraits.select_related("ecriture").filter(annule_le__isnull=True).first()
    repris = -pris.ecriture.montant if pris and pris.ecriture else 0
    disponible = compute_disponible(operation.enveloppe)
    exces = repris - disponible if repris else 0
    form = AnnulerRetraitForm(request.POST or None, depassement=exces if exces > 0 else None)
    texte = "L’opération revient là où elle en était, à toutes les dates"
    if pris:
        texte += f" : « {Statut(pris.statut_avant).label.lower()} » depuis le {format_date(pris.avant_depuis_le)}"
    texte += "."
    if repris:
        texte += f" {format_euros(repris)} sont programmés de nouveau."
    return agir(
        request,
        operation,
        [form],
        lambda: _annuler_retrait(operation, form, request.user),
        lambda: "Retrait annulé. L’opération est revenue là où elle en était.",
        "operations/annuler_retrait.html",
        titre="Annuler le retrait",
        texte=texte,
        bouton="Annuler le retrait",
        disponible=disponible,
        exces_avant=-disponible if disponible < 0 else None,
        ue=repris,
    )


def _annuler_retrait(operation, form, auteur) -> None:
    try:
        annuler_retrait(operation, auteur=auteur, motif=form.cleaned_data["motif"], depassement_vu=form.depassement_vu)
    except ValidationError as refuse:
        if getattr(refuse, "code", None) == "surprogrammation":
            form.redemander(refuse.params["depassement"])
        raise
