"""Presumed duplicates between bodies: the list, one pair, what each body concludes; for the State, their number."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from comptes.classeurs import Format
from comptes.exports import repondre
from comptes.pilules import build_pilules
from operations.forms.erreurs import reporter

from ..forms.decisions import DecisionDoublonForm, FiltreDoublonsForm
from ..permissions import peut_compter_doublons, peut_lire_doublons
from ..recoupements import Accordement, compter, doublons_de, for_lecture, lignes_export, lire
from ..secret import ecrire_nombre, lire_seuil, masquer
from ..services import annuler_decision_doublon, decider_doublon

PAR_PAGE = 25
LOT = 500


def liste(request, accord):
    """Each body reads its own pairs; the State reads how many there are."""
    if not peut_lire_doublons(request.user, accord):
        return compte(request, accord)
    filtre, doublons = _filtrer(request, accord)
    page = Paginator(for_lecture(doublons), PAR_PAGE).get_page(request.GET.get("page"))
    page.object_list = [lire(doublon) for doublon in page.object_list]
    return render(
        request,
        "participants/doublons.html",
        {
            "filtre": filtre,
            "page": page,
            "pilules": build_pilules(request, filtre, prefixes={"q": "Identifiant "}),
            "a_decider": doublons_de(request.user, accord).en_vigueur().filter(sens_sien__isnull=True).count(),
            "requete": request.GET.urlencode(),
            "formats": Format.choices,
        },
    )


def _filtrer(request, accord):
    filtre = FiltreDoublonsForm(request.GET)
    doublons = filtre.filtrer(doublons_de(request.user, accord))
    return filtre, doublons.order_by("-detecte_le", "-pk")


def compte(request, accord):
    if not peut_compter_doublons(request.user, accord):
        raise Http404
    nombres, forces = compter(accord), (True, False)
    valeurs = {(etat, exact): nombres[etat, exact] for etat in Accordement.values for exact in forces}
    valeurs |= {(etat, None): sum(nombres[etat, exact] for exact in forces) for etat in Accordement.values}
    valeurs |= {(None, exact): sum(nombres[etat, exact] for etat in Accordement.values) for exact in (True, False)}
    valeurs[None, None] = sum(nombres.values())
    equations = [((etat, None), tuple((etat, exact) for exact in forces)) for etat in [*Accordement.values, None]]
    equations += [((None, exact), tuple((etat, exact) for etat in Accordement.values)) for exact in (*forces, None)]
    seuil = lire_seuil(accord, timezone.localdate())
    masques = masquer(valeurs, equations, seuil=seuil)

    def cellules(etat):
        return [ecrire_nombre(valeurs[etat, exact], masques.get((etat, exact)), seuil) for exact in (True, False, None)]

    lignes = [(etat.label, cellules(etat.value)) for etat in Accordement]
    contexte = {"lignes": lignes, "total": cellules(None), "seuil": seuil, "aucun": not sum(nombres.values())}
    return render(request, "participants/doublons_compte.html", contexte)


def exporter(request, accord, format_fichier: Format):
    """What the list filters: the body’s own records, and of the others what the page shows."""
    if not peut_lire_doublons(request.user, accord):
        raise Http404
    _, doublons = _filtrer(request, accord)
    lignes = lignes_export(lire(doublon) for doublon in for_lecture(doublons).iterator(chunk_size=LOT))
    return repondre(lignes, format_fichier, nom=f"doublons-{timezone.localdate().isoformat()}", feuille="Doublons")


def _get_recoupement(request, accord, pk):
    return lire(get_object_or_404(for_lecture(doublons_de(request.user, accord)), pk=pk))


def doublon(request, accord, pk):
    recoupement = _get_recoupement(request, accord, pk)
    form = DecisionDoublonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decider_doublon(
                recoupement.doublon, organisme=recoupement.organisme, auteur=request.user, **form.cleaned_data
            )
        except ValidationError as refus:
            reporter(refus, form)
        else:
            messages.success(request, f"Décision enregistrée. {recoupement.autre.organisme} la lit, avec son motif.")
            return redirect("participants:doublon", accord.slug, pk)
    contexte = {"recoupement": recoupement, "form": form, "fiche": recoupement.sienne}
    return render(request, "participants/doublon.html", contexte)


@require_POST
def annuler(request, accord, pk):
    recoupement = _get_recoupement(request, accord, pk)
    try:
        annuler_decision_doublon(recoupement.doublon, organisme=recoupement.organisme, auteur=request.user)
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
    else:
        messages.success(request, "Décision annulée. Ce doublon attend de nouveau la vôtre.")
    return redirect("participants:doublon", accord.slug, pk)
