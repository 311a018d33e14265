from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from comptes.permissions import require
from comptes.pilules import build_pilules

from ..comparaison import compare_vu
from ..demandes import lire_demandes
from ..export_structures import build_csv_structures
from ..filters import StructureFilter
from ..forms import StructureForm
from ..forms.erreurs import reporter
from ..historique import build_historique
from ..models import Operation, Structure
from ..permissions import est_gestionnaire, peut_corriger_structure, peut_lire_demandes, peut_lister
from ..services import enregistrer_structure
from ..tables import StructureTable
from .commun import ETROITE, build_table, connues_de, paginer

DUREE_APRES = 2  # years after the period in which operations still take place
REFUS_LISTE = "Votre rôle ne donne pas accès aux structures de cet accord."
REFUS_SAISIE = "Seul un gestionnaire d’un organisme intermédiaire enregistre une structure."


def _structures(request, accord):
    return (
        Structure.objects.for_user(request.user).filter(accord=accord).select_related("commune", "organisme", "accord")
    )


def _filtrer(request, accord) -> StructureFilter:
    require(peut_lister(request.user, accord), REFUS_LISTE)
    connues = Operation.objects.for_user(request.user).filter(accord=accord).values("pk")
    structures = _structures(request, accord).annotate(
        nombre_operations=Count("operations", filter=Q(operations__in=connues))
    )
    return StructureFilter(request.GET, queryset=structures, accord=accord, user=request.user)


def liste(request, accord):
    filtre = _filtrer(request, accord)
    table = paginer(request, StructureTable(filtre.qs, accord=accord))
    return render(
        request,
        "operations/structures.html",
        {
            "filtre": filtre,
            "table": table,
            "nombre": table.paginator.count,
            "pilules": build_pilules(request, filtre.form, prefixes=filtre.LIBELLES),
            "requete": request.GET.urlencode(),
            "peut_creer": est_gestionnaire(request.user, accord),
        },
    )


def export_csv(request, accord):
    """What is filtered, in the order of names."""
    lignes = build_csv_structures(_filtrer(request, accord).qs.order_by("cle", "pk").iterator(chunk_size=500))
    nom = f"structures-{timezone.localdate().isoformat()}.csv"
    return StreamingHttpResponse(
        lignes,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nom}"'},
    )


def detail(request, accord, pk):
    structure = get_object_or_404(_structures(request, accord), pk=pk)
    operations = connues_de(request, accord).filter(structure=structure)
    return render(
        request,
        "operations/structure.html",
        {
            "structure": structure,
            "contacts": structure.contacts.all(),
            "table": build_table(request, accord, operations, exclude=ETROITE),
            "historique": build_historique(structure),
            "peut_modifier": peut_corriger_structure(request.user, accord),
            **_demandes(request, structure),
        },
    )


def _demandes(request, structure) -> dict:
    """European money asked for, in one year: this one, or the one of the address."""
    accord = structure.accord
    if not peut_lire_demandes(request.user, accord):
        return {}
    annees = range(accord.debut_le.year, accord.fin_le.year + DUREE_APRES + 1)
    lue = request.GET.get("annee", "")
    annee = int(lue) if lue in map(str, annees) else timezone.localdate().year
    demandes = lire_demandes(structure, debut=date(annee, 1, 1), fin=date(annee, 12, 31))
    return {"demandes": demandes, "annee": annee, "annees": annees, "lit_demandes": True}


def creer(request, accord):
    require(est_gestionnaire(request.user, accord), REFUS_SAISIE)
    return _saisir(request, accord, StructureForm(request.POST or None, accord=accord), None)


def modifier(request, accord, pk):
    structure = get_object_or_404(_structures(request, accord), pk=pk)
    require(peut_corriger_structure(request.user, accord), REFUS_SAISIE)
    form = StructureForm(request.POST or None, instance=structure, accord=accord)
    return _saisir(request, accord, form, pk)


def _saisir(request, accord, form, pk):
    ecarts: list[dict] = []
    if request.method == "POST" and form.is_valid():
        try:
            structure = form.enregistrer(enregistrer_structure, auteur=request.user)
        except ValidationError as refus:
            reporter(refus, form)
            if getattr(refus, "code", None) == "perime":
                ecarts = compare_vu(form)
        else:
            messages.success(request, f"Structure enregistrée : {structure}.")
            return redirect("operations:structure_detail", accord=accord.slug, pk=structure.pk)
    structure = _structures(request, accord).filter(pk=pk).first() if pk else None
    contexte = {"form": form, "formulaires": [form, form.contacts], "structure": structure, "ecarts": ecarts}
    return render(request, "operations/structure_saisie.html", contexte)
