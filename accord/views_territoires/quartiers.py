"""The priority neighbourhoods, generation by generation."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone

from comptes.exports import repondre
from comptes.journal import journal_de
from comptes.pilules import build_pilules

from ..forms_territoires import QuartiersForm
from ..models import Parametre
from ..quartiers import chercher_quartiers, compter_generations
from . import build_onglets

PAR_PAGE = 25
CHARGEMENTS = {"qpv_charges": "Quartiers chargés", "contours_charges": "Contours chargés"}


def _filtrer(request):
    form = QuartiersForm(request.GET)
    form.is_valid()
    return form, chercher_quartiers(**{nom: form.cleaned_data.get(nom) or "" for nom in form.fields})


def liste(request, accord):
    """What answers the search, by pages; how many neighbourhoods each generation holds, and until when."""
    form, trouves = _filtrer(request)
    page = Paginator(trouves, PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "form": form,
        "page": page,
        "pilules": build_pilules(request, form),
        "generations": compter_generations(),
        "requete": request.GET.urlencode(),
        "motifs": Parametre.objects.valables_le(timezone.localdate()).filter(
            accord=accord, code__startswith="qpv_motif_"
        ),
        "chargements": [_raconter(ligne) for ligne in journal_de(accord).filter(acte__in=CHARGEMENTS)[:5]],
        "onglets": build_onglets(accord, "quartiers"),
    }
    return render(request, "territoires/quartiers.html", contexte)


def _raconter(ligne) -> dict:
    """A load, for components/journal.html: which file, and what it brought."""
    valeurs = ligne.valeurs
    if ligne.acte == "qpv_charges":
        crees, modifies = len(valeurs["crees"]), len(valeurs["modifies"])
        apport = f"génération {valeurs['generation']}, {crees} créés, {modifies} modifiés"
    else:
        apport = f"{valeurs['communes']} communes, {valeurs['epci']} EPCI"
    return {
        "quand": ligne.enregistree_le,
        "acte": CHARGEMENTS[ligne.acte],
        "auteur": ligne.auteur,
        "detail": f"{valeurs['fichier']}\u00a0: {apport}.",
        "fort": True,
    }


def exporter(request, accord, format_fichier):
    """What is filtered, one neighbourhood by line."""
    _, trouves = _filtrer(request)
    lignes = ([*_titres()], *(_ligne(qpv) for qpv in trouves))
    nom = f"{accord.slug}-quartiers-{timezone.localdate().isoformat()}"
    return repondre(lignes, format_fichier, nom=nom, feuille="Quartiers")


def _titres() -> list[str]:
    return ["génération", "code", "quartier", "communes", "codes INSEE", "valable du", "valable jusqu’au", "contour"]


def _ligne(qpv) -> list:
    communes = qpv.communes.all()
    return [
        qpv.generation,
        qpv.code,
        qpv.nom,
        ", ".join(c.nom for c in communes),
        ", ".join(c.code_insee for c in communes),
        qpv.valide_du,
        qpv.valide_au,
        "oui" if hasattr(qpv, "contour") else "non",
    ]
