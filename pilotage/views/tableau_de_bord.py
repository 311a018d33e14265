from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accord.models import Enveloppe
from comptes.exports import refuser_dates
from participants.calcul_secret import ouvrir_figures

from ..alertes import compute_toutes_alertes, est_du_jour
from ..delais import compute_delais, compute_trimestres
from ..exports import build_csv
from ..forms import PerimetreForm
from ..graphiques import etincelle
from ..indicateurs import build_page
from ..liens import ouvrir_liens
from ..tableau import compute_tableau

HORS_DU_JOUR = "À une autre date qu’aujourd’hui, seules les alertes sur les montants sont dites."


def _lire(request, accord):
    """Read the scope from the URL; nothing asked is today."""
    demande = {nom: valeur for nom, valeur in request.GET.items() if valeur}
    donnees = {"au": timezone.localdate().isoformat(), **demande}
    form = PerimetreForm(donnees, enveloppes=list(Enveloppe.objects.for_accord(accord)))
    return form, form.perimetre()


def _delais(accord, perimetre, liens) -> list[dict]:
    """The rows of « Délais »: today’s measure, its eight quarters, and how it moved since the comparison date."""
    portee = {"organisme": perimetre.organisme, "fonds": perimetre.fonds}
    delais = compute_delais(accord, perimetre.au, **portee)
    trimestres = compute_trimestres(accord, perimetre.au, **portee)
    avant = compute_delais(accord, perimetre.reference, **portee) if perimetre.reference else [None] * len(delais)
    lignes = []
    for delai, ancien in zip(delais, avant, strict=True):
        comparable = ancien is not None and None not in (delai.mediane, ancien.mediane)
        ecart = delai.mediane - ancien.mediane if comparable else None
        trace = etincelle(delai.etape.libelle, trimestres[delai.etape.code])
        mesurees = {"etape": delai.etape.code, "etape_au": perimetre.au.isoformat()}
        lignes.append(
            {
                "delai": delai,
                "etincelle": trace,
                "ecart": ecart,
                "ecart_absolu": abs(ecart or 0),
                "url": liens.operations(**mesurees, **{c: v for c, v in portee.items() if v}) if liens.ouverts else "",
            }
        )
    return lignes


def tableau_de_bord(request, accord):
    """The figures of the agreement, fund by fund; everyone bound to it reads them."""
    form, perimetre = _lire(request, accord)
    liens = ouvrir_liens(request.user, accord, perimetre.au, perimetre.connu_le)
    tableau = compute_tableau(accord, perimetre, liens)
    return render(
        request,
        "pilotage/tableau_de_bord.html",
        {
            "form": form,
            "tableau": tableau,
            "perimetre": perimetre,
            "aujourdhui": timezone.localdate(),
            "ouverts": liens.ouverts,
            "delais": _delais(accord, perimetre, liens),
            "note_alertes": "" if est_du_jour(perimetre) else HORS_DU_JOUR,
            "alertes": compute_toutes_alertes(accord, request.user, tableau.situation, liens, perimetre),
            "requete": request.GET.urlencode(),
            "page": _indicateurs(request, accord, perimetre),
        },
    )


def _indicateurs(request, accord, perimetre):
    """At the date of the page for who may read it, else at the last end of a month; persons have one state, today’s."""
    demande = None if perimetre.au == timezone.localdate() else perimetre.au
    vue = ouvrir_figures(accord, request.user, demande)
    return build_page(accord, vue, request.user, fonds=perimetre.fonds, organisme=perimetre.organisme)


def export_csv(request, accord):
    """The figures of the page, one per line, at the same dates and scope."""
    form, perimetre = _lire(request, accord)
    if refus := refuser_dates(form):
        return refus
    tableau = compute_tableau(accord, perimetre)
    reference = None
    if perimetre.compare:
        reference = compute_tableau(accord, perimetre.compare_a)
    nom = f"{accord.slug}-chiffres-{perimetre.au.isoformat()}.csv"
    return HttpResponse(
        build_csv(tableau, reference),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nom}"'},
    )
