"""Produce a meeting pack, once and for all: its data, its file and the prints of both."""

import hashlib
from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accord.pdf import count_pages
from comptes.concurrence import meme_instant
from comptes.horloge import maintenant
from comptes.journal import journaliser

from ..donnees_dossier import compute_empreinte, geler_donnees
from ..dossier import build_dossier
from ..models import DossierSeance
from .verrous import lock_reunion


def _check_produisible(reunion, au: date) -> None:
    if reunion.est_annulee:
        raise ValidationError("Cette réunion est annulée\u00a0: elle n’a plus de dossier à produire.", code="annulee")
    if au > timezone.localdate():
        raise ValidationError("Choisissez une date de chiffres qui n’est pas à venir.", code="au")
    if not reunion.points.exists():
        raise ValidationError("Inscrivez au moins un point à l’ordre du jour, puis produisez le dossier.", code="vide")


def produire_dossier(reunion, *, au: date | None = None, auteur=None) -> DossierSeance:
    """Freeze the figures of a meeting and its file as a new version; earlier versions stay as they went out.

    The data are read as of one instant and drawn outside any lock; the meeting is locked only to keep the result, so
    that two people asking at once get two versions, or one refusal.
    """
    au = au or min(reunion.date, timezone.localdate())
    with meme_instant():
        reunion.refresh_from_db()
        _check_produisible(reunion, au)
        version = (reunion.dossiers.aggregate(m=Max("version"))["m"] or 0) + 1
        instant = maintenant()
        donnees = geler_donnees(reunion, au, version=version, fige_le=instant)
    fichier = build_dossier(donnees)
    dossier = DossierSeance(version=version, arrete_au=au, produit_le=instant, produit_par=auteur, donnees=donnees)
    return _keep(reunion, dossier, fichier)


@transaction.atomic
def _keep(reunion, dossier: DossierSeance, fichier: bytes) -> DossierSeance:
    reunion = lock_reunion(reunion)
    dossier.reunion = reunion
    dossier.empreinte_donnees = compute_empreinte(dossier.donnees)
    dossier.empreinte_fichier = hashlib.sha256(fichier).hexdigest()
    dossier.pages = count_pages(fichier)
    if reunion.dossiers.filter(version=dossier.version).exists():
        raise ValidationError(
            f"La version {dossier.version} vient d’être produite\u00a0: ouvrez-la d’abord.",
            code="version",
        )
    nom = f"{reunion.comite.accord.slug}/reunion-{reunion.pk}-v{dossier.version}.pdf"
    dossier.fichier.save(nom, ContentFile(fichier), save=False)
    try:
        dossier.save(force_insert=True)
    except IntegrityError:
        dossier.fichier.storage.delete(dossier.fichier.name)
        raise
    journaliser(
        reunion,
        "dossier_produit",
        auteur=dossier.produit_par,
        version=dossier.version,
        arrete_au=dossier.arrete_au,
        empreinte_donnees=dossier.empreinte_donnees,
        empreinte_fichier=dossier.empreinte_fichier,
        pages=dossier.pages,
    )
    return dossier


def lire_dossier(dossier: DossierSeance) -> bytes:
    """The file of a pack, byte for byte as it went out.

    Should the disk have lost it, it is drawn again from the frozen data; a file without its print is refused.
    """
    try:
        with dossier.fichier.open("rb") as fichier:
            octets, constat = fichier.read(), "a été altéré."
    except FileNotFoundError:
        octets, constat = build_dossier(dossier.donnees), "a disparu et ne se redessine pas à l’identique."
    if hashlib.sha256(octets).hexdigest() != dossier.empreinte_fichier:
        raise ValidationError(f"Le fichier du dossier, version {dossier.version}, {constat}", code="empreinte")
    return octets
