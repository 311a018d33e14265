"""Documents of an operation: received, replaced by a new version, withdrawn; never deleted.

An archived operation takes no more. A piece changes nothing that a form of the operation shows, so it leaves the
version of the operation alone: whoever is instructing meanwhile is not disturbed.
"""

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction

from accord.montants import format_date
from comptes.concurrence import save_checked
from comptes.horloge import maintenant
from comptes.journal import journaliser

from ..enums import Statut, TypePiece
from ..fichiers import examiner
from ..fichiers.antivirus import analyser
from ..models import Operation, Piece, VersionPiece
from ..models.pieces import OBJETS
from .etat import exiger, verrouiller


def deposer_piece(
    operation: Operation, *, auteur, fichier: File, type: str, libelle: str = "", est_version: bool = False, **objets
) -> VersionPiece:
    """Keep a file as a piece of the operation; the same piece (type, name, object) gets a new version.

    `est_version` refuses to make a new piece when that one is there no more (`code="retiree"`).

    `objets` may name the convention, bilan, controle or paiement it belongs to. The file is examined and scanned before
    anything is written; a refusal leaves neither a file nor a line.
    """
    contenu: Any = fichier.file
    nom, format = examiner(contenu, fichier.name or "", fichier.size)
    verdict = analyser(contenu, nom)
    contenu.seek(0)
    empreinte = hashlib.file_digest(contenu, "sha256").hexdigest()
    version = VersionPiece(nom=nom, taille=fichier.size, empreinte=empreinte, verdict=verdict, auteur=auteur)
    version.format, version.type_mime = format.nom, format.type_mime
    libelle = libelle.strip() or str(TypePiece(type).label)
    try:
        with transaction.atomic():
            operation = _verrouiller_ouverte(operation)
            version.piece = _trouver_ou_creer(operation, type, libelle, objets, est_version=est_version)
            return _enregistrer(operation, version, fichier)
    except BaseException:
        if version.fichier:
            version.fichier.storage.delete(version.fichier.name)
        raise


def deposer_version(piece: Piece, *, auteur, fichier: File) -> VersionPiece:
    """A new version of a piece that is already there."""
    objets = {nom: getattr(piece, nom) for nom in OBJETS}
    return deposer_piece(
        piece.operation,
        auteur=auteur,
        fichier=fichier,
        type=piece.type,
        libelle=piece.libelle,
        est_version=True,
        **objets,
    )


def _verrouiller_ouverte(operation: Operation) -> Operation:
    operation = verrouiller(operation, depuis=list(Statut))
    if operation.statut == Statut.ARCHIVEE:
        raise ValidationError(
            "L’opération est archivée\u00a0: ses pièces ne changent plus. Le responsable peut d’abord la désarchiver.",
            code="archivee",
        )
    return operation


def _trouver_ou_creer(operation: Operation, type: str, libelle: str, objets: dict, *, est_version: bool) -> Piece:
    objets = {nom: objets.get(nom) for nom in OBJETS}
    piece = operation.pieces.filter(type=type, libelle__iexact=libelle, retiree_le__isnull=True, **objets).first()
    if piece:
        return piece
    if est_version:
        raise ValidationError(
            "Cette pièce est retirée\u00a0: rétablissez-la pour y déposer une version, ou déposez une nouvelle pièce.",
            code="retiree",
        )
    for objet in filter(None, objets.values()):
        if _operation_de(objet) != operation.pk:
            raise ValidationError("Cet objet appartient à une autre opération.", code="objet")
    piece = Piece(operation=operation, type=type, libelle=libelle, **objets)
    piece.full_clean()
    piece.save()
    return piece


def _operation_de(objet) -> int:
    """The operation of a contract, a report, a control or a payment."""
    if hasattr(objet, "operation_id"):
        return objet.operation_id
    return getattr(objet, "bilan", objet).convention.operation_id


def _enregistrer(operation: Operation, version: VersionPiece, fichier: File) -> VersionPiece:
    derniere = version.piece.versions.first()
    if derniere and derniere.empreinte == version.empreinte:
        raise ValidationError(
            f"«\u202f{version.nom}\u202f» est déjà déposé\u00a0: c’est la version {derniere.numero} du "
            f"{format_date(derniere.deposee_le)}.",
            code="doublon",
        )
    version.numero = derniere.numero + 1 if derniere else 1
    version.deposee_le = maintenant()
    fichier.seek(0)
    version.fichier.save(version.nom, fichier, save=False)
    version.full_clean(exclude=["piece"])
    version.save(force_insert=True)
    journaliser(
        operation,
        "piece_deposee",
        auteur=version.auteur,
        piece=version.piece.libelle,
        version_piece=version.numero,
        fichier=version.nom,
        empreinte=version.empreinte,
    )
    return version


def trouver_doublons(version: VersionPiece) -> list[VersionPiece]:
    """The same file, elsewhere in the same operation."""
    autres = VersionPiece.objects.filter(
        piece__operation=version.piece.operation_id, empreinte=version.empreinte, piece__retiree_le__isnull=True
    )
    return list(autres.exclude(piece=version.piece_id).select_related("piece").order_by("pk"))


@transaction.atomic
def retirer_piece(piece: Piece, *, auteur, motif: str) -> Piece:
    """Take a piece out of the file, with a reason: its versions stay readable, and it no longer counts."""
    operation = _verrouiller_ouverte(piece.operation)
    piece = Piece.objects.get(pk=piece.pk)
    motif = exiger(motif, "Dites pourquoi la pièce est retirée.")
    if piece.est_retiree:
        raise ValidationError("Cette pièce est déjà retirée.", code="retiree")
    piece.retiree_le, piece.retiree_par, piece.motif_retrait = maintenant(), auteur, motif
    piece.save(update_fields=["retiree_le", "retiree_par", "motif_retrait"])
    journaliser(operation, "piece_retiree", auteur=auteur, motif=motif, piece=piece.libelle)
    return piece


@transaction.atomic
def retablir_piece(piece: Piece, *, auteur, motif: str) -> Piece:
    """Put a withdrawn piece back, unless another one took its name since."""
    operation = _verrouiller_ouverte(piece.operation)
    piece = Piece.objects.get(pk=piece.pk)
    motif = exiger(motif, "Dites pourquoi la pièce est rétablie.")
    if not piece.est_retiree:
        raise ValidationError("Cette pièce n’est pas retirée.", code="retiree")
    piece.retiree_le, piece.retiree_par, piece.motif_retrait = None, None, ""
    piece.validate_constraints()
    save_checked(piece, update_fields=["retiree_le", "retiree_par", "motif_retrait"])
    journaliser(operation, "piece_retablie", auteur=auteur, motif=motif, piece=piece.libelle)
    return piece


@transaction.atomic
def exporter_dossier(operation: Operation, *, auteur, pieces: int, manquantes: int) -> None:
    """Say in the journal who took the auditor’s folder, and how complete it was."""
    journaliser(operation, "pieces_exportees", auteur=auteur, pieces=pieces, manquantes=manquantes)
