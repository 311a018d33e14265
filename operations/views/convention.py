"""The contract of an operation: its sheet, its amendments, the reports it asks for, and the same on paper."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accord.montants import format_date, format_euros

from ..actes import REGLES, peut_agir, url_acte
from ..alertes import compute_limite_signature, dire_manque, dire_relance, lire_alerte_bilan, lire_delai_signature
from ..calendrier import EtatBilan, suivre_calendrier
from ..enums import NaturePaiement, Statut
from ..fiche_convention import build_fiche_convention
from ..permissions import peut_suivre_convention
from ..services.conventions import conditions_de
from ..services.signature import signature_de
from .commun import build_entete, get_dossier

OUVERTS = [Statut.CONVENTIONNEE, Statut.EN_EXECUTION]
# acts whose button stands on this tab, beside what they change
RETOURS = ["retirer_signature", "annuler_convention", "annuler_demarrage", "annuler_avenant", "annuler_resiliation"]


def detail(request, accord, numero):
    operation = get_dossier(request, accord, numero)
    aujourdhui = timezone.localdate()
    convention = operation.conventions.select_related("plan", "auteur").courante()
    mise = signature_de(operation) if convention is None else None
    limite = compute_limite_signature(mise, aujourdhui, lire_delai_signature(accord, aujourdhui)) if mise else None
    suivis = suivre_calendrier(convention, aujourdhui) if convention else []
    contexte = build_entete(request, operation, "convention") | {
        "convention": convention,
        "mise": mise,
        "limite": limite,
        "relance": dire_relance(mise, limite) if limite else "",
        "retours": _retours(request.user, operation),
        "demandes": [
            *_demandes_avance(request.user, operation, convention),
            *_demandes(operation, convention, mise, limite, suivis, aujourdhui),
        ],
        "rien": _dire_rien(operation, suivis),
    }
    if convention:
        avenants = list(convention.avenants.select_related("plan", "plan_avant", "auteur"))
        contexte |= {
            "conditions": conditions_de(convention),
            "avenants": avenants,
            "dernier": next((a for a in reversed(avenants) if a.annule_le is None), None),
            "suivis": suivis,
            "peut_reporter": any(suivi.est_ouvert for suivi in suivis)
            and operation.statut in OUVERTS
            and peut_suivre_convention(request.user, operation),
        }
    return render(request, "operations/convention.html", contexte)


def _demandes(operation, convention, mise, limite, suivis, jour) -> list[dict]:
    """What the contract asks for now, whoever does it: the acts themselves stand at the head of the page."""
    if operation.statut == Statut.PROGRAMMEE:
        if mise is None:
            return [{"acte": "Envoyer la convention à la signature"}]
        if mise.est_signee:
            return [{"acte": "Notifier la convention", "quand": "les deux parties ont signé"}]
        manque = dire_manque(mise)
        if limite is None:
            return [{"acte": f"Recueillir {manque}"}]
        quand = f"{'depuis' if limite.est_depassee else 'au plus tard'} le {format_date(limite.jour)}"
        return [{"acte": f"Recueillir {manque}", "quand": quand, "ton": "stop" if limite.est_depassee else ""}]
    if operation.statut == Statut.CONVENTIONNEE:
        return [{"acte": "Attester le démarrage", "quand": "l’avance et les bilans en dépendent"}]
    if operation.statut != Statut.EN_EXECUTION:
        return []
    preavis = timedelta(days=lire_alerte_bilan(operation.accord, jour))
    return [
        {
            "acte": f"Réclamer le {suivi.ligne.get_nature_display().lower()}",
            "quand": f"attendu le {format_date(suivi.ligne.attendu_le)}",
            "ton": "stop" if suivi.etat == EtatBilan.EN_RETARD else "",
        }
        for suivi in suivis
        if suivi.est_ouvert and suivi.ligne.attendu_le <= jour + preavis
    ]


def _demandes_avance(user, operation, convention) -> list[dict]:
    """The advance that the contract plans, once started, until it is paid; the responsable goes straight to it."""
    if operation.statut != Statut.EN_EXECUTION or not convention.avance_prevue:
        return []
    reste = convention.avance_prevue - operation.paiements.avances()
    if reste <= 0:
        return []
    url = (
        f"{url_acte(operation, 'payer')}?nature={NaturePaiement.AVANCE}" if peut_agir(user, operation, "payer") else ""
    )
    quand = format_euros(reste) if url else f"{format_euros(reste)}, par le responsable"
    return [{"acte": "Payer l’avance prévue", "quand": quand, "url": url}]


def _dire_rien(operation, suivis) -> str:
    prochain = next((suivi.ligne for suivi in suivis if suivi.est_ouvert), None)
    if operation.statut == Statut.EN_EXECUTION and prochain:
        nature = prochain.get_nature_display().lower()
        return f"Rien aujourd’hui. Le {nature} est attendu le {format_date(prochain.attendu_le)}."
    return "La convention ne demande rien à ce stade."


def _retours(user, operation) -> dict[str, str]:
    """Where each undo of this tab is done, for who may do it now."""
    return {
        nom: url_acte(operation, nom)
        for nom in RETOURS
        if operation.statut in REGLES[nom].depuis and REGLES[nom].peut(user, operation)
    }


def pdf(request, accord, numero):
    """The sheet of the contract, to print and sign; without a contract, back to its tab."""
    operation = get_dossier(request, accord, numero)
    convention = operation.conventions.select_related("plan").courante()
    if convention is None:
        return redirect(url_acte(operation, "convention"))
    return HttpResponse(
        build_fiche_convention(operation, convention, timezone.localdate()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="convention-{operation.numero}.pdf"'},
    )
