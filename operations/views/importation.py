"""Load a file of operations: the template, the check, the confirmation, what was done."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accord.models import Enveloppe
from comptes.classeurs import TYPES, Format
from comptes.lecture import TableauIllisible
from comptes.permissions import require

from ..forms.importation import ImportForm
from ..importation.annotation import annoter
from ..importation.colonnes import LIMITE
from ..importation.modele import build_modele_csv, build_modele_xlsx
from ..models import FichierImport, Operation
from ..permissions import organismes_importes, peut_importer
from ..services.fichiers_import import deposer_fichier, importer_fichier
from ..services.importation import BilanImport

REFUS = "Seuls un gestionnaire et un responsable d’un organisme intermédiaire importent des opérations."
MODELES = {Format.CSV: build_modele_csv, Format.XLSX: build_modele_xlsx}
MONTREES = 100  # faults or operations that the page lists; the annotated file has them all


def deposer(request, accord):
    """Send a file to be checked: nothing is recorded yet."""
    organismes = organismes_importes(request.user, accord)
    require(peut_importer(request.user, accord), REFUS)
    form = ImportForm(request.POST or None, request.FILES or None, organismes=organismes)
    if request.method == "POST" and form.is_valid():
        envoye = form.cleaned_data["fichier"]
        try:
            fichier = deposer_fichier(
                envoye.read(),
                nom=envoye.name,
                accord=accord,
                organisme=form.organisme_choisi,
                auteur=request.user,
            )
        except TableauIllisible as refus:
            form.add_error("fichier", str(refus))
        else:
            return redirect("operations:import_fichier", accord=accord.slug, cle=fichier.pk)
    return render(request, "operations/importation.html", {"form": form, "organisme": form.seul, "limite": LIMITE})


def modele(request, accord, format_fichier: Format):
    require(peut_importer(request.user, accord), REFUS)
    return _telecharger(MODELES[format_fichier](), f"modele-operations.{format_fichier}", format_fichier)


def _telecharger(contenu: bytes, nom: str, format_fichier: Format) -> HttpResponse:
    return HttpResponse(
        contenu,
        content_type=TYPES[format_fichier],
        headers={"Content-Disposition": f'attachment; filename="{nom}"'},
    )


def _get_fichier(request, accord, cle) -> FichierImport:
    """The file, for the person who sent it and still may."""
    fichiers = FichierImport.objects.for_user(request.user).select_related("organisme")
    fichier = get_object_or_404(fichiers, accord=accord, pk=cle)
    require(fichier.organisme in organismes_importes(request.user, accord), REFUS)
    return fichier


def fichier(request, accord, cle):
    """What the check found, or what the import did."""
    fichier = _get_fichier(request, accord, cle)
    bilan = BilanImport.from_json(fichier.bilan)
    ecrites = Operation.objects.for_user(request.user).filter(
        accord=accord, numero__in=[*bilan.creees, *bilan.modifiees]
    )
    return render(
        request,
        "operations/importation_fichier.html",
        {
            "fichier": fichier,
            "rang": Enveloppe.objects.rangs(accord).get(fichier.organisme_id),
            "bilan": bilan,
            "fautes": bilan.fautes[:MONTREES],
            "fautes_cachees": len(bilan.fautes[MONTREES:]),
            "operations": ecrites.select_related("accord").order_by("numero")[:MONTREES] if fichier.importe_le else [],
            "operations_cachees": max(0, bilan.ecrites - MONTREES),
            "nouvelles": set(bilan.creees),
        },
    )


def annote(request, accord, cle):
    """The same file, each faulty cell marked with what to write instead."""
    fichier = _get_fichier(request, accord, cle)
    bilan = BilanImport.from_json(fichier.bilan)
    if fichier.importe_le or not bilan.fautes:
        messages.info(request, "Ce fichier n’a rien à corriger.")
        return redirect("operations:import_fichier", accord=accord.slug, cle=cle)
    return _telecharger(annoter(bytes(fichier.contenu), bilan.fautes), "operations-a-corriger.xlsx", Format.XLSX)


@require_POST
def importer(request, accord, cle):
    """Import what was checked; what changed since is checked again."""
    fichier = _get_fichier(request, accord, cle)
    retour = redirect("operations:import_fichier", accord=accord.slug, cle=cle)
    if "confirmer" not in request.POST:
        messages.error(request, "Cochez la case pour confirmer l’import.")
        return retour
    try:
        bilan = importer_fichier(fichier, auteur=request.user)
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
    else:
        if bilan.fautes:
            messages.error(request, "Depuis le contrôle, des données ont changé : rien n’est importé.")
        else:
            messages.success(request, "L’import est terminé.")
    return retour
