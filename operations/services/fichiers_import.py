"""A file sent from a page: checked, kept for a while for the person who sent it, then imported as it was checked."""

import hashlib
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from comptes.lecture import lire_tableau

from ..importation.colonnes import FEUILLE
from ..models import FichierImport
from .importation import BilanImport, importer_operations

GARDE = timedelta(hours=24)


def deposer_fichier(contenu: bytes, *, nom: str, accord, organisme, auteur) -> FichierImport:
    """Check a file without recording any operation, and keep it with what was found.

    Raises TableauIllisible. What its author left waiting before, and what expired, goes away.
    """
    bilan = importer_operations(
        lire_tableau(contenu, feuille=FEUILLE), accord=accord, organisme=organisme, auteur=auteur, simulation=True
    )
    instant = timezone.now()
    with transaction.atomic():
        FichierImport.objects.filter(importe_le__isnull=True, expire_le__lte=instant).delete()
        FichierImport.objects.filter(importe_le__isnull=True, auteur=auteur, accord=accord).delete()
        return FichierImport.objects.create(
            accord=accord,
            organisme=organisme,
            auteur=auteur,
            nom=nom[:200],
            contenu=contenu,
            empreinte=hashlib.sha256(contenu).hexdigest(),
            bilan=bilan.to_json(),
            controle_le=instant,
            expire_le=instant + GARDE,
        )


@transaction.atomic
def importer_fichier(fichier: FichierImport, *, auteur) -> BilanImport:
    """Import a file as it was sent, checked again against what is recorded now.

    When something changed since the check and a line is now refused, nothing is imported and the faults are kept.
    """
    fichier = FichierImport.objects.select_for_update(of=("self",)).gardes().filter(pk=fichier.pk).first()
    if fichier is None:
        raise ValidationError("Ce fichier n’est plus gardé : envoyez-le de nouveau.", code="expire")
    if fichier.importe_le:
        raise ValidationError("Ce fichier est déjà importé.", code="deja")
    contenu = bytes(fichier.contenu)
    if hashlib.sha256(contenu).hexdigest() != fichier.empreinte:
        raise ValidationError(
            "Le fichier gardé n’est plus celui qui fut contrôlé : envoyez-le de nouveau.", code="empreinte"
        )
    bilan = importer_operations(
        lire_tableau(contenu, feuille=FEUILLE), accord=fichier.accord, organisme=fichier.organisme, auteur=auteur
    )
    fichier.bilan, fichier.controle_le = bilan.to_json(), timezone.now()
    if not bilan.fautes:
        fichier.importe_le, fichier.contenu = fichier.controle_le, b""
    fichier.save(update_fields=["bilan", "controle_le", "importe_le", "contenu"])
    return bilan
