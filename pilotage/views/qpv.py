"""The page of the two measures of the priority to neighbourhoods, and its exports."""

from django.shortcuts import render
from django.utils import timezone

from accord.models import Enveloppe
from comptes.exports import refuser_dates, repondre

from ..forms import QpvForm
from ..liens import Liens, lit_les_listes
from ..qpv import build_lignes, compute_qpv


def _lire(request, accord):
    demande = {nom: valeur for nom, valeur in request.GET.items() if valeur}
    donnees = {"au": timezone.localdate().isoformat(), **demande}
    form = QpvForm(donnees, enveloppes=list(Enveloppe.objects.for_accord(accord)))
    return form, form.perimetre()


def _mesurer(request, accord, perimetre):
    liens = Liens(accord, perimetre.au, ouverts=lit_les_listes(request.user, accord))
    portee = {"organisme": perimetre.organisme, "fonds": perimetre.fonds}
    return compute_qpv(accord, perimetre.au, lecteur=request.user, liens=liens, **portee)


def quartiers(request, accord):
    form, perimetre = _lire(request, accord)
    contexte = {"form": form, "perimetre": perimetre, "mesures": _mesurer(request, accord, perimetre)}
    return render(request, "pilotage/qpv.html", contexte | {"requete": request.GET.urlencode()})


def exporter(request, accord, format_fichier):
    """The figures of the page, at the same date and scope."""
    form, perimetre = _lire(request, accord)
    if refus := refuser_dates(form):
        return refus
    lignes = build_lignes(_mesurer(request, accord, perimetre))
    nom = f"{accord.slug}-quartiers-{perimetre.au.isoformat()}"
    return repondre(lignes, format_fichier, nom=nom, feuille="Quartiers prioritaires")
