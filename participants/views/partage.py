"""Records against the lines of demarcation: how many by line, which ones, what is decided."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accord.models import LignePartage
from comptes.classeurs import Format
from comptes.exports import repondre
from comptes.permissions import require
from comptes.pilules import build_pilules
from operations.forms.erreurs import reporter

from ..enums import SensPartage
from ..forms.decisions import DecisionPartageForm
from ..models import Participation
from ..partage import A_VOIR, Constat, compter, constats_de, fiches_de_la_ligne, lire_lignes
from ..permissions import peut_lister_fiches, peut_saisir_participants
from ..services.partage import annuler_decision_partage, decider_partage
from .commun import SEULS, entete, get_fiche
from .fiches import REFUS_LISTE

PAR_PAGE = 25
LOT = 500
COLONNES = ["identifiant", "operation", "entree_le", "sortie_le", "ligne", "constat", "decision"]


class FiltrePartageForm(forms.Form):
    ligne = forms.ChoiceField(label="Ligne de partage", required=False)
    constat = forms.ChoiceField(label="Constat", required=False, choices=[("", "Écarts et alertes"), *Constat.choices])
    decision = forms.ChoiceField(
        label="Décision",
        required=False,
        choices=[("", "Toutes"), ("attendue", "Attendue"), *SensPartage.choices],
    )

    def __init__(self, *args, lignes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["ligne"].choices = [("", "La première"), *((lue.ligne.code, str(lue.ligne)) for lue in lignes)]


def _siennes(request, accord):
    require(peut_lister_fiches(request.user, accord), REFUS_LISTE)
    return Participation.objects.for_user(request.user).filter(operation__accord=accord)


def _filtrer(request, accord, lignes):
    """The filter, the line chosen (the first one by default, None without lines) and its records."""
    fiches = _siennes(request, accord)
    filtre = FiltrePartageForm(request.GET, lignes=lignes)
    filtre.is_valid()
    lus = filtre.cleaned_data
    lue = next((x for x in lignes if x.ligne.code == lus.get("ligne")), lignes[0] if lignes else None)
    if lue is None:
        return filtre, None, fiches.none()
    fiches = fiches_de_la_ligne(fiches, lue, [lus["constat"]] if lus.get("constat") else A_VOIR)
    if decision := lus.get("decision"):
        vide = decision == "attendue"
        fiches = fiches.filter(sens_decide__isnull=True) if vide else fiches.filter(sens_decide=decision)
    return filtre, lue, fiches.select_related("operation__accord").order_by("-entree_le", "pk")


def _lire(fiche, lue) -> dict:
    constat = Constat(getattr(fiche, lue.colonne))
    sens = SensPartage(fiche.sens_decide).label if fiche.sens_decide else ""
    return {"fiche": fiche, "constat": constat, "badge": f"partage_{constat}", "decision": sens}


def liste(request, accord):
    lignes = lire_lignes(accord)
    filtre, lue, fiches = _filtrer(request, accord, lignes)
    page = Paginator(fiches, PAR_PAGE).get_page(request.GET.get("page"))
    page.object_list = [_lire(fiche, lue) for fiche in page.object_list]
    return render(
        request,
        "participants/partage.html",
        {
            "filtre": filtre,
            "ligne": lue.ligne if lue else None,
            "page": page,
            "comptes": compter(_siennes(request, accord), lignes) if lignes else [],
            "constats": Constat,
            "pilules": build_pilules(request, filtre),
            "requete": request.GET.urlencode(),
            "formats": Format.choices,
        },
    )


def exporter(request, accord, format_fichier: Format):
    _, lue, fiches = _filtrer(request, accord, lire_lignes(accord))

    def lignes():
        yield COLONNES
        for fiche in fiches.iterator(chunk_size=LOT) if lue else []:
            lu = _lire(fiche, lue)
            yield [
                fiche.pseudonyme,
                fiche.operation.numero,
                fiche.entree_le,
                fiche.sortie_le,
                lue.ligne.regle,
                lu["constat"].label,
                lu["decision"],
            ]

    return repondre(lignes(), format_fichier, nom=f"partage-{timezone.localdate().isoformat()}", feuille="Partage")


def _get(request, accord, numero, pk, code):
    fiche = get_fiche(request, accord, numero, pk)
    ligne = get_object_or_404(LignePartage, accord=accord, code=code)
    lignes = [lue for lue in lire_lignes(accord) if lue.ligne == ligne]
    constats = dict(constats_de(fiche, lignes))
    decision = fiche.decisions_partage.filter(ligne=ligne, annulee_le__isnull=True).first()
    if ligne not in constats and decision is None:
        raise Http404
    return fiche, ligne, constats.get(ligne, Constat.CONFORME), decision


def decider(request, accord, numero, pk, code):
    """What a line says of a record, and the decision of its body."""
    fiche, ligne, constat, decision = _get(request, accord, numero, pk, code)
    saisit = peut_saisir_participants(request.user, fiche.operation)
    form = DecisionPartageForm(request.POST or None)
    if request.method == "POST":
        require(saisit, SEULS)
        if form.is_valid():
            try:
                decider_partage(fiche, ligne=ligne, auteur=request.user, **form.cleaned_data)
            except ValidationError as refus:
                reporter(refus, form)
            else:
                messages.success(request, "Décision enregistrée.")
                return redirect("participants:partage_decider", accord.slug, numero, pk, code)
    contexte = {
        "fiche": fiche,
        "ligne": ligne,
        "constat": constat,
        "badge": f"partage_{constat}",
        "decision": decision,
        "saisit": saisit,
        "form": form,
        "url_liste": f"{reverse('participants:partage', args=[accord.slug])}?ligne={code}",
    }
    return render(request, "participants/partage_decider.html", entete(fiche.operation) | contexte)


@require_POST
def annuler(request, accord, numero, pk, code):
    fiche, ligne, _, _ = _get(request, accord, numero, pk, code)
    require(peut_saisir_participants(request.user, fiche.operation), SEULS)
    try:
        annuler_decision_partage(fiche, ligne=ligne, auteur=request.user)
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
    else:
        messages.success(request, "Décision annulée. Cette fiche attend de nouveau la vôtre.")
    return redirect(f"{reverse('participants:partage', args=[accord.slug])}?ligne={code}")
