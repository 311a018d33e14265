"""The tab of the pieces: what is there, what is missing; send, replace, withdraw, read."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from accord.models import Enveloppe
from accord.montants import format_taille
from comptes.permissions import require

from ..dossier_auditeur import build_dossier, preparer_dossier
from ..enums import Statut
from ..fichiers import ACCEPTES, antivirus
from ..fichiers.televersement import TailleLimitee, refuser_envoi
from ..forms.pieces import DepotPiecesForm, RetraitPieceForm, VersionPieceForm, reporter_refus
from ..models import Piece, VersionPiece
from ..models.pieces import OBJETS
from ..permissions import peut_deposer_piece
from ..pieces import lire_pieces, marquer_recues, pieces_attendues, ranger
from ..services import deposer_piece, deposer_version, exporter_dossier, retablir_piece, retirer_piece
from ..services.pieces import trouver_doublons
from .commun import agir, build_entete, get_dossier, get_operation

SEULS = "Seuls un gestionnaire ou le responsable de l’organisme déposent et retirent les pièces de cette opération."
DISPARU = "Le fichier de cette version a disparu du serveur\u00a0: prévenez votre administrateur."


def _url(operation) -> str:
    return reverse("operations:pieces", args=[operation.accord.slug, operation.numero])


def pieces(request, accord, numero):
    operation = get_dossier(request, accord, numero)
    toutes = lire_pieces(operation)
    attendues = marquer_recues(operation, pieces_attendues(operation, toutes))
    contexte = {
        "familles": ranger(toutes, attendues),
        "retirees": [p for p in toutes if p.est_retiree],
        "nombre": sum(not p.est_retiree for p in toutes),
        "attendues": attendues,
        "manquantes": [a for a in attendues if a.manque and a.obligatoire],
        "peut_deposer": _peut_changer(request.user, operation),
        "antivirus": antivirus.est_configure(),
    }
    return render(request, "operations/pieces.html", build_entete(request, operation, "pieces") | contexte)


def _peut_changer(user, operation) -> bool:
    return peut_deposer_piece(user, operation) and operation.statut != Statut.ARCHIVEE


def _get_operation_a_completer(request, accord, numero):
    operation = get_operation(request, accord, numero)
    require(peut_deposer_piece(request.user, operation), SEULS)
    return operation


def _get_piece(request, accord, numero, pk) -> Piece:
    operation = _get_operation_a_completer(request, accord, numero)
    piece = get_object_or_404(operation.pieces.select_related(*OBJETS), pk=pk)
    piece.operation = operation
    return piece


# -- send


@csrf_exempt  # checked by the view it leads to, once the sending is known to be worth reading
def deposer(request, accord, numero):
    """A sending too big is answered before it is read; a file too big is dropped while it arrives."""
    return _recevoir(request, _deposer, accord, numero)


@csrf_exempt
def nouvelle_version(request, accord, numero, pk):
    return _recevoir(request, _nouvelle_version, accord, numero, pk)


def _recevoir(request, vue, *args):
    request.envoi_refuse = refuser_envoi(request)
    request.limite = TailleLimitee(request)
    if request.envoi_refuse:
        request.method = "GET"  # nothing of it is read: the form comes back empty, with the reason
        reponse = vue(request, *args)
        reponse.status_code = 413 if reponse.status_code == 200 else reponse.status_code
        return reponse
    request.upload_handlers.insert(0, request.limite)
    return vue(request, *args)


@csrf_protect
def _deposer(request, accord, numero):
    operation = _get_operation_a_completer(request, accord, numero)
    if operation.statut == Statut.ARCHIVEE:
        messages.error(request, "L’opération est archivée\u00a0: ses pièces ne changent plus.")
        return redirect(_url(operation))
    manquantes = [a for a in pieces_attendues(operation) if a.manque]
    recu = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DepotPiecesForm(*recu, attendues=manquantes)
    deposees: list[VersionPiece] = []
    if request.method == "POST":
        form.is_valid()
        deposees = _garder(request, operation, form)
        request.limite.signaler(form)
        form.verifier_presence(deposees)
        if not form.errors:
            messages.success(request, _dire_deposees(deposees))
            return redirect(_url(operation))
    contexte = _contexte_envoi(request, operation) | {"form": form, "deposees": deposees}
    return render(request, "operations/pieces_deposer.html", contexte)


def _garder(request, operation, form) -> list[VersionPiece]:
    """Each file on its own: those refused are said, the others are kept."""
    deposees = []
    for champ, mots in form.envois():
        try:
            version = deposer_piece(operation, auteur=request.user, **mots)
        except ValidationError as refus:
            reporter_refus(form, champ, refus)
            continue
        deposees.append(version)
        _dire_doublons(request, version)
        if champ in form.attendues:
            del form.fields[champ]
    return deposees


def _dire_deposees(versions) -> str:
    if len(versions) == 1:
        [version] = versions
        suite = f", version {version.numero}" if version.numero > 1 else ""
        return f"Pièce déposée\u00a0: {version.piece.libelle}{suite}."
    return f"{len(versions)} pièces déposées."


def _dire_doublons(request, version) -> None:
    if doublons := trouver_doublons(version):
        ailleurs = ", ".join(f"«\u202f{d.piece.libelle}\u202f»" for d in doublons)
        messages.warning(request, f"Le fichier «\u202f{version.nom}\u202f» est aussi déposé sous {ailleurs}.")


def _contexte_envoi(request, operation) -> dict:
    return {
        "operation": operation,
        "rang": Enveloppe.objects.rangs(operation.accord).get(operation.enveloppe.organisme_id),
        "retour": _url(operation),
        "envoi_refuse": request.envoi_refuse,
        "accepte": f"{ACCEPTES}, {format_taille(settings.PIECE_TAILLE_MAX)} au plus par fichier.",
        "antivirus": antivirus.est_configure(),
    }


@csrf_protect
def _nouvelle_version(request, accord, numero, pk):
    piece = _get_piece(request, accord, numero, pk)
    if piece.est_retiree:
        messages.error(request, "Cette pièce est retirée\u00a0: rétablissez-la avant d’en déposer une version.")
        return redirect(_url(piece.operation))
    form = VersionPieceForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST":
        form.is_valid()
        if request.limite.trop_gros:
            form.errors.pop("fichier", None)
            request.limite.signaler(form)
        if not form.errors:
            try:
                version = deposer_version(piece, auteur=request.user, fichier=form.cleaned_data["fichier"])
            except ValidationError as refus:
                reporter_refus(form, "fichier", refus)
            else:
                messages.success(request, _dire_deposees([version]))
                _dire_doublons(request, version)
                return redirect(_url(piece.operation))
    contexte = _contexte_envoi(request, piece.operation) | {
        "form": form,
        "piece": piece,
        "versions": piece.versions.select_related("auteur"),
    }
    return render(request, "operations/piece_version.html", contexte)


# -- withdraw


def retirer(request, accord, numero, pk):
    piece = _get_piece(request, accord, numero, pk)
    form = RetraitPieceForm(request.POST or None)
    return agir(
        request,
        piece.operation,
        [form],
        lambda: retirer_piece(piece, auteur=request.user, **form.cleaned_data),
        lambda: "Pièce retirée. Ses versions restent consultables, avec le motif.",
        "operations/acte.html",
        ensuite=_url(piece.operation),
        titre=f"Retirer «\u202f{piece.libelle}\u202f»",
        texte="La pièce ne compte plus dans le dossier. Rien n’est effacé\u00a0: ses versions restent consultables.",
        bouton="Retirer la pièce",
        danger=True,
    )


def retablir(request, accord, numero, pk):
    piece = _get_piece(request, accord, numero, pk)
    form = RetraitPieceForm(request.POST or None)
    return agir(
        request,
        piece.operation,
        [form],
        lambda: retablir_piece(piece, auteur=request.user, **form.cleaned_data),
        lambda: "Pièce rétablie.",
        "operations/acte.html",
        ensuite=_url(piece.operation),
        titre=f"Rétablir «\u202f{piece.libelle}\u202f»",
        texte="La pièce compte de nouveau dans le dossier, avec toutes ses versions.",
        bouton="Rétablir la pièce",
    )


# -- read


def fichier(request, accord, numero, pk, version):
    """The file as it came, to be saved: never shown inside the product, nor run by the browser."""
    operation = get_dossier(request, accord, numero)
    version = get_object_or_404(
        VersionPiece.objects.select_related("piece"), piece__operation=operation, piece=pk, numero=version
    )
    try:
        contenu = version.fichier.open("rb")
    except FileNotFoundError:
        messages.error(request, DISPARU)
        return redirect(_url(operation))
    reponse = FileResponse(contenu, as_attachment=True, filename=version.nom, content_type=version.type_mime)
    reponse["Content-Security-Policy"] = "sandbox; default-src 'none'"
    reponse["X-Content-Type-Options"] = "nosniff"
    reponse["Cache-Control"] = "private, no-store"
    return reponse


@require_POST
def dossier(request, accord, numero):
    """The auditor’s folder, sent while it is built; a line of the journal says who took it."""
    operation = get_dossier(request, accord, numero)
    prepare = preparer_dossier(operation, request.user)
    exporter_dossier(operation, auteur=request.user, pieces=len(prepare.lignes), manquantes=len(prepare.manquantes))
    nom = f"dossier-{operation.numero}-{timezone.localdate().isoformat()}.zip"
    return StreamingHttpResponse(
        build_dossier(prepare),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{nom}"', "Cache-Control": "private, no-store"},
    )
