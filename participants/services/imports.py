"""A file sent from a page: kept closed, checked and imported outside the request, by whoever sent it.

The file holds the names of thousands of persons: it is closed with the key of the identities rather than left on a
disk, its copy goes with the import, and one that nobody imports goes after a day (`ImportQuerySet.purger`).
"""

import hashlib
import json
from dataclasses import asdict
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus

from comptes.journal import journaliser
from comptes.lecture import LigneLue, TableauIllisible, parcourir_tableau
from comptes.travaux import lancer, travail
from operations.importation.fautes import Faute

from ..chiffrement import CleAbsente, cle_courante, ecrire_json, fermer, ouvrir
from ..importation.colonnes import FEUILLE, PAR_NOM
from ..importation.entete import Entete, lire_entete
from ..models import CorrespondanceImport, EtatImport, ImportParticipants
from .doublons import PEU, rapprocher
from .importation import BORNES, BilanParticipants, importer_participants

GARDE = timedelta(hours=24)
PERDU = "Ce fichier n’est plus gardé\u00a0: envoyez-le de nouveau."


def _lien(fichier: ImportParticipants) -> bytes:
    return f"import:{fichier.pk}".encode()


def lire_contenu(fichier: ImportParticipants) -> bytes:
    """The file as it was sent; ValidationError `expire` when it is gone."""
    if fichier.contenu is None or fichier.expire_le <= timezone.now():
        raise ValidationError(PERDU, code="expire")
    try:
        return ouvrir(bytes(fichier.contenu), fichier.cle_chiffrement, _lien(fichier))
    except CleAbsente:
        raise ValidationError(PERDU, code="expire") from None


def lire_constat(fichier: ImportParticipants) -> dict:
    """{nom, fautes, inconnus}: what names persons or may do so; empty once it is gone."""
    if fichier.constat is None:
        return {"nom": "", "fautes": [], "inconnus": []}
    constat = json.loads(ouvrir(bytes(fichier.constat), fichier.cle_chiffrement, _lien(fichier)))
    return constat | {"fautes": [Faute(**faute) for faute in constat["fautes"]]}


def _noter(fichier: ImportParticipants, **constat) -> None:
    gardes = lire_constat(fichier) if fichier.constat is not None else {"nom": "", "fautes": [], "inconnus": []}
    constat = gardes | constat
    constat["fautes"] = [asdict(faute) for faute in constat["fautes"]]
    fichier.constat = fermer(ecrire_json(constat).encode(), _lien(fichier))


def lire_titres(contenu: bytes) -> LigneLue:
    """The first line of a file. Raises TableauIllisible."""
    titres = next(parcourir_tableau(contenu, feuille=FEUILLE, bornes=BORNES), None)
    if titres is None:
        raise TableauIllisible("Le fichier est vide. Partez du modèle.")
    return titres


def lire_entete_de(fichier: ImportParticipants, contenu: bytes) -> Entete:
    correspondance = fichier.correspondance
    return lire_entete(
        lire_titres(contenu),
        correspondance.colonnes if correspondance else None,
        avec_operation=fichier.operation_id is not None,
    )


@transaction.atomic
def deposer_fichier(
    contenu: bytes, *, nom: str, accord, organisme, auteur, operation=None, correspondance=None
) -> ImportParticipants:
    """Keep a file, closed, and have it checked; when its titles are not known they are asked for first.

    What its author left waiting before, and what expired, goes away. Raises TableauIllisible.
    """
    instant = timezone.now()
    fichier = ImportParticipants(
        accord=accord,
        organisme=organisme,
        operation=operation,
        auteur=auteur,
        correspondance=correspondance,
        cle_chiffrement=cle_courante(),
        empreinte=hashlib.sha256(contenu).hexdigest(),
        envoye_le=instant,
        expire_le=instant + GARDE,
    )
    entete = lire_entete_de(fichier, contenu)
    fichier.contenu = fermer(contenu, _lien(fichier))
    _noter(fichier, nom=nom[:200], inconnus=list(entete.inconnus.values()), fautes=entete.fautes)
    fichier.etat = EtatImport.A_ASSOCIER if entete.fautes else EtatImport.EN_CONTROLE
    ImportParticipants.objects.purger()
    ImportParticipants.objects.filter(importe_le__isnull=True, auteur=auteur, accord=accord).delete()
    fichier.save()
    if fichier.etat == EtatImport.EN_CONTROLE:
        _lancer(fichier, controler)
    return fichier


def _lancer(fichier: ImportParticipants, tache) -> None:
    fichier.travail = lancer(tache, auteur=fichier.auteur, suite=fichier.get_absolute_url(), fichier=str(fichier.pk))
    fichier.save(update_fields=["travail"])


@transaction.atomic
def associer_colonnes(
    fichier: ImportParticipants, *, nom: str, colonnes: dict[str, str], traductions: dict[str, dict[str, str]]
) -> CorrespondanceImport:
    """Keep how this source writes, for this file and the next ones, and have the file checked with it.

    Raises ValidationError `expire`, or `colonnes` when the titles are still not enough.
    """
    fichier = ImportParticipants.objects.select_for_update(of=("self",)).get(pk=fichier.pk)
    contenu = lire_contenu(fichier)
    correspondance, _ = CorrespondanceImport.objects.select_for_update().get_or_create(
        accord=fichier.accord, organisme=fichier.organisme, nom=nom
    )
    correspondance.colonnes |= colonnes
    for colonne, mots in traductions.items():
        correspondance.traductions.setdefault(colonne, {}).update(mots)
    correspondance.full_clean()
    correspondance.save()
    fichier.correspondance = correspondance
    entete = lire_entete_de(fichier, contenu)
    if entete.fautes:
        raise ValidationError([faute_en_phrase(faute) for faute in entete.fautes], code="colonnes")
    fichier.etat = EtatImport.EN_CONTROLE
    fichier.comptes = {}
    _noter(fichier, inconnus=[], fautes=[])
    fichier.save()
    _lancer(fichier, controler)
    return correspondance


def faute_en_phrase(faute: Faute) -> str:
    titre = PAR_NOM[faute.colonne].titre if faute.colonne in PAR_NOM else faute.colonne
    return f"«\u202f{titre}\u202f»\u00a0: {faute.regle}"


def _peut_suivre(user, *, fichier: str) -> bool:
    return ImportParticipants.objects.for_user(user).filter(pk=fichier).exists()


def _charger(fichier: ImportParticipants, avancement, *, simulation: bool) -> BilanParticipants:
    try:
        return importer_participants(
            lire_contenu(fichier),
            accord=fichier.accord,
            organisme=fichier.organisme,
            operation=fichier.operation,
            correspondance=fichier.correspondance,
            simulation=simulation,
            avancement=avancement,
        )
    except TableauIllisible as refus:
        raise ValidationError(str(refus), code="illisible") from None


def _constater(fichier: ImportParticipants, bilan: BilanParticipants) -> None:
    fichier.comptes = {
        "lignes": bilan.lignes,
        "creees": bilan.creees,
        "modifiees": bilan.modifiees,
        "inchangees": bilan.inchangees,
        "fautes": bilan.total_fautes,
        "par_operation": bilan.par_operation,
    }
    _noter(fichier, fautes=bilan.fautes, inconnus=bilan.inconnus)


def _relire(cle: str) -> ImportParticipants:
    fichiers = ImportParticipants.objects.select_for_update(of=("self",)).select_related("accord", "auteur")
    fichier = fichiers.filter(pk=cle).first()
    if fichier is None:
        raise ValidationError(PERDU, code="expire")
    return fichier


@travail("Contrôle du fichier de participants", peut_suivre=_peut_suivre)
def controler(avancement, *, fichier: str) -> None:
    """Say what the file would do, without a record written."""
    trouve = _relire(fichier)
    _constater(trouve, _charger(trouve, avancement, simulation=True))
    trouve.etat = EtatImport.CONTROLE
    trouve.save(update_fields=["comptes", "constat", "etat"])


@transaction.atomic
def demander_import(fichier: ImportParticipants, *, auteur) -> None:
    """Have a checked file imported. Raises ValidationError `expire`, `etat` or `fautes`."""
    fichier = ImportParticipants.objects.select_for_update(of=("self",)).select_related("accord").get(pk=fichier.pk)
    lire_contenu(fichier)
    reprise = fichier.etat == EtatImport.EN_IMPORT and (
        fichier.travail is None or fichier.travail.tache.status == TaskResultStatus.FAILED
    )
    if fichier.etat != EtatImport.CONTROLE and not reprise:
        raise ValidationError("Ce fichier n’attend pas d’import.", code="etat")
    if fichier.comptes.get("fautes"):
        raise ValidationError("Corrigez d’abord les cellules signalées, puis envoyez le fichier.", code="fautes")
    fichier.etat = EtatImport.EN_IMPORT
    fichier.save(update_fields=["etat"])
    _lancer(fichier, importer)


@travail("Import des participants", peut_suivre=_peut_suivre)
def importer(avancement, *, fichier: str) -> None:
    """Import a file as it was checked; what changed since is checked again, and may send it back with its faults."""
    trouve = _relire(fichier)
    bilan = _charger(trouve, avancement, simulation=False)
    _constater(trouve, bilan)
    if bilan.fautes:
        trouve.etat = EtatImport.CONTROLE
    else:
        trouve.etat, trouve.importe_le = EtatImport.IMPORTE, timezone.now()
        trouve.contenu = trouve.constat = None
        if bilan.ecrites:  # in a job of its own: the records are there first
            fiches = bilan.ecrites if len(bilan.ecrites) <= PEU else None
            lancer(chercher_doublons, auteur=trouve.auteur, suite=trouve.get_absolute_url(), fiches=fiches)
        noter_import(trouve, bilan, auteur=trouve.auteur)
    trouve.save(update_fields=["comptes", "constat", "contenu", "etat", "importe_le"])


@travail("Recherche des doublons après un import")
def chercher_doublons(avancement, *, fiches: list[int] | None) -> None:
    """Among the pairs of these records, or all pairs after a long file."""
    avancement.commencer("Comparaison des empreintes")
    rapprocher(fiches)


def noter_import(fichier: ImportParticipants, bilan: BilanParticipants, *, auteur) -> None:
    """One line of the journal for the whole file: counts, and nobody."""
    journaliser(
        fichier,
        "participants_importes",
        auteur=auteur,
        lignes=bilan.lignes,
        creees=bilan.creees,
        modifiees=bilan.modifiees,
        inchangees=bilan.inchangees,
        operations=len(bilan.par_operation),
        empreinte=fichier.empreinte,
    )


@transaction.atomic
def importer_sans_page(contenu: bytes, *, accord, operation=None, simulation: bool = False) -> BilanParticipants:
    """What the command does: the same import, in one go, of every body."""
    bilan = importer_participants(contenu, accord=accord, operation=operation, simulation=simulation)
    if not bilan.fautes and not simulation:
        rapprocher(bilan.ecrites)
        instant = timezone.now()
        fichier = ImportParticipants.objects.create(
            accord=accord,
            operation=operation,
            etat=EtatImport.IMPORTE,
            empreinte=hashlib.sha256(contenu).hexdigest(),
            comptes={"lignes": bilan.lignes, "creees": bilan.creees, "modifiees": bilan.modifiees}
            | {"inchangees": bilan.inchangees, "fautes": 0, "par_operation": bilan.par_operation},
            envoye_le=instant,
            expire_le=instant,
            importe_le=instant,
        )
        noter_import(fichier, bilan, auteur=None)
    return bilan
