from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accord.pdf import PdfIndisponible

from ..donnees_dossier import geler_donnees
from ..dossier import build_dossier
from ..forms import ProductionForm
from ..models import DossierSeance
from ..permissions import peut_organiser
from ..services import lire_dossier, produire_dossier
from .commun import get_reunion, get_reunion_a_ecrire


def _name(reunion, dossier: DossierSeance | None) -> str:
    suite = f"v{dossier.version}" if dossier else "apercu"
    return f"dossier-{reunion.comite.code.lower().replace('_', '-')}-{reunion.date}-{suite}.pdf"


def _get_dossier(request, reunion) -> DossierSeance | None:
    """The version asked for by `?version=n`, else the latest; None when none was ever produced."""
    version = request.GET.get("version", "")
    if not version:
        return reunion.dossiers.first()
    if not (version.isascii() and version.isdigit() and len(version) < 5):
        raise Http404
    return get_object_or_404(reunion.dossiers, version=int(version))


def _refuse(request, reunion, status: int, motif: str = ""):
    """There is no pack to hand out, or none that is still what went out."""
    return render(request, "gouvernance/dossier_absent.html", {"reunion": reunion, "motif": motif}, status=status)


def dossier_pdf(request, accord, pk):
    """The pack as it went out. Until one is produced, the secretariat reads a preview that is kept nowhere."""
    reunion = get_reunion(request, accord, pk)
    dossier = _get_dossier(request, reunion)
    if dossier is None and (not peut_organiser(request.user, accord) or reunion.est_annulee):
        return _refuse(request, reunion, 404)
    try:
        if dossier is None:
            donnees = geler_donnees(reunion, min(reunion.date, timezone.localdate()))
            octets, empreinte = build_dossier(donnees), None
        else:
            octets, empreinte = lire_dossier(dossier), dossier.empreinte_fichier
    except ValidationError as refus:
        return _refuse(request, reunion, 409, " ".join(refus.messages))
    except PdfIndisponible as panne:
        return _refuse(request, reunion, 503, str(panne))
    reponse = HttpResponse(octets, content_type="application/pdf")
    reponse["Content-Disposition"] = f'inline; filename="{_name(reunion, dossier)}"'
    reponse["Cache-Control"] = "private, no-store" if empreinte is None else "private, no-cache"
    if empreinte:
        reponse["ETag"] = f'"{empreinte}"'
    return reponse


def dossier_empreinte(request, accord, pk):
    """The SHA-256 of the file, as `sha256sum -c` reads it."""
    reunion = get_reunion(request, accord, pk)
    dossier = _get_dossier(request, reunion)
    if dossier is None:
        raise Http404
    nom = _name(reunion, dossier)
    return HttpResponse(
        f"{dossier.empreinte_fichier}  {nom}\n",
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nom}.sha256"'},
    )


@require_POST
def produire(request, accord, pk):
    reunion = get_reunion_a_ecrire(request, accord, pk)
    form = ProductionForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(erreur) for erreurs in form.errors.values() for erreur in erreurs))
        return redirect(reunion)
    try:
        dossier = produire_dossier(reunion, au=form.cleaned_data["au"], auteur=request.user)
    except (ValidationError, PdfIndisponible) as refus:
        messages.error(request, " ".join(getattr(refus, "messages", [str(refus)])))
    else:
        messages.success(
            request, f"Version {dossier.version} du dossier produite\u00a0: {dossier.pages} pages, figées."
        )
    return redirect(reunion)
