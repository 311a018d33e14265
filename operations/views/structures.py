from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render

from comptes.permissions import require
from comptes.pilules import build_pilules

from ..comparaison import compare_vu
from ..filters import StructureFilter
from ..forms import StructureForm
from ..forms.erreurs import reporter
from ..historique import build_historique
from ..models import Operation, Structure
from ..permissions import est_gestionnaire, peut_corriger_structure, peut_lister
from ..services import enregistrer_structure
from ..tables import StructureTable
from .commun import ETROITE, build_table, connues_de, paginer

REFUS_LISTE = "Votre rôle ne donne pas accès aux structures de cet accord."
REFUS_SAISIE = "Seul un gestionnaire d’un organisme intermédiaire enregistre une structure."


def _structures(request, accord):
    return Structure.objects.for_user(request.user).filter(accord=accord).select_related("commune", "organisme")


def liste(request, accord):
    require(peut_lister(request.user, accord), REFUS_LISTE)
    connues = Operation.objects.for_user(request.user).filter(accord=accord).values("pk")
    structures = _structures(request, accord).annotate(
        nombre_operations=Count("operations", filter=Q(operations__in=connues))
    )
    filtre = StructureFilter(request.GET, queryset=structures, accord=accord, user=request.user)
    table = paginer(request, StructureTable(filtre.qs, accord=accord))
    return render(
        request,
        "operations/structures.html",
        {
            "filtre": filtre,
            "table": table,
            "nombre": table.paginator.count,
            "pilules": build_pilules(request, filtre.form, prefixes=filtre.LIBELLES),
            "peut_creer": est_gestionnaire(request.user, accord),
        },
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
        },
    )


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
