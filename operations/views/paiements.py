"""The tab « Paiements » of an operation, and its acts: pay, recover, undo."""

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone

from accord.montants import INSECABLE, format_date, format_euros

from ..actes import url_acte
from ..avances import compute_avances
from ..echeances import lire_delai, lire_echeances, premiere_due
from ..enums import NatureEcriture, NaturePaiement, Statut
from ..forms.paiements import PaiementForm, RecouvrementForm
from ..models import Operation, Paiement
from ..permissions import est_responsable, peut_lire_appels_fonds
from ..retenu import ZERO
from ..services import annuler_paiement, payer, recouvrer
from ..services.cloture import attend_un_controle
from ..services.controles import CONTROLABLES
from ..services.grand_livre import soldes
from ..services.paiements import compute_baisses, compute_repris
from ..services.refus_argent import refus_annulation, refus_nature, refus_paiement, refus_recouvrement
from .commun import agir, build_entete, get_dossier, ouvrir_acte
from .retours import reprendre


def _suivie(operation) -> Operation:
    """The same operation, with what it holds at the last stages."""
    return Operation.objects.with_soldes().get(pk=operation.pk)


def _avance(convention, paiements) -> dict:
    """The advance of the contract: planned, already paid without what was recovered of it, left to pay."""
    prevue = convention.avance_prevue if convention else ZERO
    comptes = sorted((p for p in paiements if not p.annule_le), key=lambda p: p.pk)
    versee = compute_avances((p.nature, p.montant) for p in comptes)
    reprise = sum((p.montant for p in comptes if p.nature == NaturePaiement.AVANCE), ZERO) - versee
    return {"prevue": prevue, "versee": versee, "reprise": reprise, "reste": max(prevue - versee, ZERO)}


def _exces(operation, convention, tenu, avances) -> dict:
    """What was paid above what is retained or kept: an advance that reports will cover, or money to recover.

    An advance is to be covered until the final report and every other have their control.
    """
    if operation.statut == Statut.RESILIEE:
        return {"trop_percu": max(tenu[NatureEcriture.PAYE] - convention.ue_conserve, ZERO)}
    exces = max(tenu[NatureEcriture.PAYE] - tenu[NatureEcriture.RETENU], ZERO)
    if exces and exces <= avances and operation.statut in CONTROLABLES and attend_un_controle(convention):
        return {"avance_a_couvrir": exces}
    return {"trop_percu": exces}


def onglet(request, accord, numero):
    """What is due and until when, what was paid and taken back, what was certified."""
    operation = get_dossier(request, accord, numero)
    jour, tenu = timezone.localdate(), soldes(operation)
    delai = lire_delai(accord, jour)
    convention = operation.conventions.courante()
    paiements = list(operation.paiements.prefetch_related("suites"))
    en_vigueur = [paiement for paiement in paiements if not paiement.annule_le]
    avance = _avance(convention, paiements)
    lignes = operation.lignes_appels_fonds.select_related("appel__enveloppe__accord").order_by("appel__numero")
    peut = est_responsable(request.user, operation)
    echeances = lire_echeances([_suivie(operation)], delai)[operation.pk]
    contexte = {
        "convention": convention,
        "tenu": tenu,
        "du": tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.PAYE],
        "a_retirer": max(tenu[NatureEcriture.CERTIFIE] - tenu[NatureEcriture.RETENU], ZERO),
        "avance": avance,
        **_exces(operation, convention, tenu, avance["versee"]),
        "paye_encore": operation.statut in (Statut.EN_EXECUTION, Statut.ACHEVEE),
        "refus_payer": refus_paiement(operation, tenu, avance["reste"]),
        "refus_avance": refus_nature(operation, NaturePaiement.AVANCE, tenu),
        "refus_recouvrer": refus_recouvrement(operation, tenu, convention),
        "delai": delai,
        "echeances": [(echeance, *echeance.dire(jour)) for echeance in echeances],
        "paiements": [
            (
                paiement,
                delai.dire(paiement.demande_le, paiement.paye_le)
                if paiement.demande_le and not paiement.annule_le
                else None,
                refus_annulation(operation, paiement, en_vigueur, tenu),
            )
            for paiement in paiements
        ],
        "lignes": lignes,
        "lit_fonds": peut_lire_appels_fonds(request.user, accord),
        "peut_annuler": peut and operation.statut != Statut.ARCHIVEE,
    }
    return render(request, "operations/paiements.html", build_entete(request, operation, "paiements") | contexte)


def _possibles(operation, tenu, avance) -> dict[NaturePaiement, Decimal]:
    """The most that each nature allows now without an excess, in euros (the rules of the service `payer`)."""
    reste = max(tenu[NatureEcriture.CONVENTIONNE] - tenu[NatureEcriture.PAYE], ZERO)
    du = min(max(tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.PAYE], ZERO), reste)
    if operation.statut == Statut.EN_EXECUTION:
        return {NaturePaiement.AVANCE: min(avance["reste"], reste), NaturePaiement.ACOMPTE: du}
    return {NaturePaiement.SOLDE: du, NaturePaiement.ACOMPTE: du}


def _refuser(request, operation, refuse: ValidationError):
    """Say why there is nothing to type, on the tab."""
    messages.error(request, refuse.message)
    return redirect(url_acte(operation, "paiements"))


def page_payer(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "payer")
    if ailleurs:
        return ailleurs
    tenu, jour = soldes(operation), timezone.localdate()
    if request.method == "GET" and (refuse := refus_paiement(operation, tenu)):
        return _refuser(request, operation, refuse)
    avance = _avance(operation.conventions.courante(), list(operation.paiements.all()))
    possibles = _possibles(operation, tenu, avance)
    reste = max(tenu[NatureEcriture.CONVENTIONNE] - tenu[NatureEcriture.PAYE], ZERO)
    delai = lire_delai(accord, jour)
    fermees = _fermees(possibles)
    premiere = premiere_due(lire_echeances([_suivie(operation)], delai)[operation.pk])
    demandee = request.GET.get("nature")
    nature = next((n for n in possibles if n == demandee and n not in fermees), None) or _nature_proposee(possibles)
    est_avance = nature == NaturePaiement.AVANCE
    form = PaiementForm(
        request.POST or None,
        possibles=possibles,
        fermees=fermees,
        reste=reste,
        initial={
            "nature": nature,
            "montant": possibles[nature] or None,
            "demande_le": premiere.bilan.depose_le if premiere and not est_avance else None,
        },
    )
    return agir(
        request,
        operation,
        [form],
        lambda: _payer(operation, form, request.user),
        lambda: f"Paiement de {format_euros(form.cleaned_data['montant'])} enregistré.",
        "operations/payer.html",
        ensuite=url_acte(operation, "paiements"),
        tenu=tenu,
        du=tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.PAYE],
        reste=reste,
        avance=avance,
        premiere=premiere,
        badge_delai=premiere.dire(jour) if premiere else None,
    )


def _payer(operation, form, auteur) -> None:
    """Pay; an advance above the planned one is accepted up to the excess that was shown and ticked."""
    saisie = {champ: form.cleaned_data[champ] for champ in ("nature", "montant", "paye_le", "demande_le", "reference")}
    try:
        payer(operation, auteur=auteur, depassement_vu=form.depassement_vu, **saisie)
    except ValidationError as refuse:
        if getattr(refuse, "code", None) == "avance":
            form.redemander(refuse.params["depassement"])
        raise


def _nature_proposee(possibles) -> NaturePaiement:
    """What is due first, then the advance."""
    due = next((n for n, maximum in possibles.items() if n != NaturePaiement.AVANCE and maximum), None)
    return due or next(iter(possibles))


def _fermees(possibles) -> dict[NaturePaiement, str]:
    """The natures that have nothing to pay, and why. An advance above the planned one stays open while nothing is due:
    it is then the only payment, and its excess is ticked.
    """
    du = any(maximum for nature, maximum in possibles.items() if nature != NaturePaiement.AVANCE)
    return {
        nature: "rien de plus n’est prévu par la convention"
        if nature == NaturePaiement.AVANCE
        else "rien de retenu n’est à payer"
        for nature, maximum in possibles.items()
        if not maximum and (nature != NaturePaiement.AVANCE or du)
    }


def page_recouvrer(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "recouvrer")
    if ailleurs:
        return ailleurs
    tenu = soldes(operation)
    convention = operation.conventions.courante()
    if request.method == "GET" and (refuse := refus_recouvrement(operation, tenu, convention)):
        return _refuser(request, operation, refuse)
    conserve = (convention.ue_conserve if convention else None) or ZERO
    maximum = max(tenu[NatureEcriture.PAYE] - conserve, ZERO)
    solde = operation.statut == Statut.SOLDEE
    exces = _exces(operation, convention, tenu, operation.paiements.avances())
    propose = min(exces.get("trop_percu", ZERO), maximum)
    form = RecouvrementForm(request.POST or None, initial={"montant": propose or None})
    baisses = {}
    if solde and form.is_bound and form.is_valid():
        baisses = compute_baisses(tenu, form.cleaned_data["montant"])
    return agir(
        request,
        operation,
        [form],
        lambda: recouvrer(
            operation,
            auteur=request.user,
            **{champ: valeur for champ, valeur in form.cleaned_data.items() if champ != "confirmer"},
        ),
        lambda: _dire_recouvre(form.cleaned_data["montant"], baisses),
        "operations/recouvrer.html",
        ensuite=url_acte(operation, "paiements"),
        tenu=tenu,
        conserve=conserve,
        maximum=maximum,
        propose=propose,
        avance_a_couvrir=exces.get("avance_a_couvrir"),
        est_soldee=solde,
    )


def _dire_recouvre(montant, baisses) -> str:
    texte = f"Recouvrement de {format_euros(montant)} enregistré."
    if baisses.get(NatureEcriture.RETENU):
        texte += (
            f" Le montant retenu baisse de {format_euros(baisses[NatureEcriture.RETENU])}{INSECABLE}: "
            "le prochain appel de fonds le reprend."
        )
    return texte


def page_annuler(request, accord, numero, pk):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "recouvrer")  # same person, same statuses
    if ailleurs:
        return ailleurs
    paiement = Paiement.objects.filter(operation=operation, pk=pk).first()
    if paiement is None:
        raise Http404
    en_vigueur = operation.paiements.en_vigueur()
    tenu = soldes(operation)
    if request.method == "GET" and (refuse := refus_annulation(operation, paiement, en_vigueur, tenu)):
        return _refuser(request, operation, refuse)
    nature = paiement.get_nature_display()
    return reprendre(
        request,
        operation,
        annuler_paiement,
        objet=paiement,
        montant=compute_repris(paiement.suites.all()),
        paye=(tenu[NatureEcriture.PAYE], tenu[NatureEcriture.PAYE] - paiement.ecriture.montant),
        pas_avant=paiement.paye_le,
        succes=f"{nature} de {format_euros(paiement.montant)} annulé{'e' if nature == 'Avance' else ''}.",
        ensuite=url_acte(operation, "paiements"),
        titre=f"Annuler {LE[NaturePaiement(paiement.nature)]}",
        texte=f"{nature} de {format_euros(paiement.montant)} du {format_date(paiement.paye_le)}. L’annulation corrige "
        "une erreur de saisie\u00a0: une ligne contraire est écrite à la même date, et la ligne reste consultable.",
        bouton=f"Annuler {LE[NaturePaiement(paiement.nature)]}",
    )


LE = {
    NaturePaiement.AVANCE: "l’avance",
    NaturePaiement.ACOMPTE: "l’acompte",
    NaturePaiement.SOLDE: "le solde",
    NaturePaiement.RECOUVREMENT: "le recouvrement",
}
