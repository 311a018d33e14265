"""The auditor’s folder: every piece of an operation in one ZIP, sent while it is built, with an index that was checked.

Everything read from the base is read first; then the files go by, block after block, and their hash is computed again
on the way. The indexes come last: they say what was found, not what should have been.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, cast

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import slugify

from comptes.classeurs import BOM, en_texte
from comptes.concurrence import meme_instant
from comptes.journal import journal_de
from comptes.tableur import proteger

from .documents_dossier import Document, build_documents
from .enums import NatureEcriture, TypePiece
from .historique import build_historique
from .models import Operation, Piece, VersionPiece
from .pieces import Attendue, lire_pieces, marquer_recues, pieces_attendues
from .services.grand_livre import soldes

LOT = 256 * 1024
CONFORME, ABSENT, ALTERE = "conforme", "absent du serveur", "altéré"
PRODUIT = "document de l’application"  # the type, in the index, of what nobody filed
PREMIER_JOUR = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say


@dataclass
class LigneIndex:
    """A version of a piece in the folder; `etat` is what was found of its file."""

    rang: int
    version: VersionPiece
    piece: Piece
    chemin: str
    etat: str = ""

    @property
    def lien(self) -> str:
        """From the index, at the root of the folder."""
        return self.chemin.split("/", 1)[1]

    @property
    def situation(self) -> str:
        if self.piece.est_retiree:
            return "pièce retirée"
        return "version en vigueur" if self.piece.versions.all()[0] == self.version else "version antérieure"


@dataclass
class Dossier:
    """What the folder says, read at one instant."""

    operation: Operation
    racine: str
    instant: datetime
    lignes: list[LigneIndex]
    documents: list[Document]
    manquantes: list[Attendue]
    montants: dict
    plan: object
    historique: list[dict]
    journal: list[list[str]] = field(default_factory=list)
    ecritures: list[list[str]] = field(default_factory=list)

    @property
    def fautes(self) -> list[LigneIndex]:
        return [ligne for ligne in self.lignes if ligne.etat in (ABSENT, ALTERE)]


def preparer_dossier(operation: Operation, user) -> Dossier:
    """Read what the folder will hold, as this person reads it; the same operation always gives the same names."""
    with meme_instant():
        pieces = lire_pieces(operation)
        racine = slugify(f"operation-{operation.numero}")
        journal, historique = list(journal_de(operation)), build_historique(operation)
        return Dossier(
            operation=operation,
            racine=racine,
            instant=timezone.now(),
            lignes=_ranger(racine, pieces),
            documents=build_documents(operation, user, timezone.localdate()),
            manquantes=[a for a in marquer_recues(operation, pieces_attendues(operation, pieces)) if a.manque],
            montants={NatureEcriture(n).label: somme for n, somme in soldes(operation).items()},
            plan=operation.plans.latest_first().first(),
            historique=historique,
            journal=_journal(journal, historique),
            ecritures=_ecritures(operation),
        )


def _ranger(racine: str, pieces: Iterable[Piece]) -> list[LigneIndex]:
    lignes = []
    for piece in pieces:
        for version in reversed(list(piece.versions.all())):
            rang = len(lignes) + 1
            ecart = "-retiree" if piece.est_retiree else ""
            nom = slugify(piece.libelle)[:60].strip("-") or "piece"
            extension = version.format.lower()
            chemin = f"{racine}/pieces/{rang:03d}-{nom}-v{version.numero}{ecart}.{extension}"
            lignes.append(LigneIndex(rang, version, piece, chemin))
    return lignes


def build_dossier(dossier: Dossier) -> Iterator[bytes]:
    """Stream the ZIP: the files, then the indexes that tell what was found of them."""
    sortie = _Sortie()
    with zipfile.ZipFile(cast(IO[bytes], sortie), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for ligne in dossier.lignes:
            yield from _ajouter_piece(archive, sortie, ligne)
        for document in dossier.documents:
            archive.writestr(_entree(f"{dossier.racine}/{document.lien}", dossier.instant), document.contenu)
            yield sortie.vider()
        for nom, contenu in _indexes(dossier):
            archive.writestr(_entree(f"{dossier.racine}/{nom}", dossier.instant), contenu)
            yield sortie.vider()
    yield sortie.vider()


class _Sortie:
    """A file that only goes forward, emptied as it fills."""

    def __init__(self):
        self.tampon = bytearray()

    def write(self, octets) -> int:
        self.tampon += octets
        return len(octets)

    def flush(self) -> None:
        pass

    def vider(self) -> bytes:
        octets = bytes(self.tampon)
        self.tampon.clear()
        return octets


def _entree(chemin: str, instant: datetime) -> zipfile.ZipInfo:
    date = timezone.localtime(instant).timetuple()[:6]
    entree = zipfile.ZipInfo(chemin, max(date, PREMIER_JOUR))
    entree.compress_type = zipfile.ZIP_DEFLATED
    entree.external_attr = 0o640 << 16
    return entree


def _ajouter_piece(archive: zipfile.ZipFile, sortie: _Sortie, ligne: LigneIndex) -> Iterator[bytes]:
    try:
        fichier = ligne.version.fichier.open("rb")
    except OSError:
        ligne.etat = ABSENT
        return
    somme = hashlib.sha256()
    entree = _entree(ligne.chemin, ligne.version.deposee_le)
    entree.file_size = ligne.version.taille
    with fichier, archive.open(entree, "w", force_zip64=True) as cible:
        while lot := fichier.read(LOT):
            somme.update(lot)
            cible.write(lot)
            yield sortie.vider()
    ligne.etat = CONFORME if somme.hexdigest() == ligne.version.empreinte else ALTERE


def _indexes(dossier: Dossier) -> Iterator[tuple[str, str]]:
    yield "index.csv", _csv(_index(dossier))
    yield "pieces-manquantes.csv", _csv(_manquantes(dossier))
    yield "journal.csv", _csv(dossier.journal)
    yield "ecritures.csv", _csv(dossier.ecritures)
    yield "index.html", render_to_string("operations/dossier_auditeur.html", {"dossier": dossier})


def _csv(lignes: Iterable[list[str]]) -> str:
    tampon = io.StringIO()
    csv.writer(tampon, delimiter=";", lineterminator="\r\n").writerows(lignes)
    return BOM + tampon.getvalue()


def _instant(instant: datetime) -> str:
    return timezone.localtime(instant).isoformat(timespec="seconds")


def _index(dossier: Dossier) -> Iterator[list[str]]:
    yield [
        *("numero", "type", "piece", "version", "situation", "fichier", "nom_d_origine", "format"),
        *("deposee_le", "deposee_par", "taille_octets", "sha256", "controle", "motif_du_retrait"),
    ]
    for ligne in dossier.lignes:
        version = ligne.version
        yield [
            str(ligne.rang),
            TypePiece(ligne.piece.type).label,
            proteger(ligne.piece.libelle),
            str(version.numero),
            ligne.situation,
            "" if ligne.etat == ABSENT else ligne.lien,
            proteger(version.nom),
            version.format,
            _instant(version.deposee_le),
            proteger(version.auteur),
            str(version.taille),
            version.empreinte,
            ligne.etat,
            proteger(ligne.piece.motif_retrait),
        ]
    for rang, document in enumerate(dossier.documents, len(dossier.lignes) + 1):
        libelle, format, taille = proteger(document.libelle), document.format, str(document.taille)
        yield [
            *(str(rang), PRODUIT, libelle, "", "arrêté à la date du dossier", document.lien, "", format),
            *(_instant(dossier.instant), "", taille, document.empreinte, CONFORME, ""),
        ]


def _manquantes(dossier: Dossier) -> Iterator[list[str]]:
    yield ["type", "piece", "demandee_par", "obligatoire", "etat"]
    for attendue in dossier.manquantes:
        oui = "oui" if attendue.obligatoire else "non"
        yield [
            TypePiece(attendue.type).label,
            proteger(attendue.libelle),
            proteger(attendue.origine),
            oui,
            attendue.etat,
        ]


def _journal(lignes: list, historique: list[dict]) -> list[list[str]]:
    """In the order it was written, with the prints of the chain: what a reader needs to check it."""
    faits = zip(reversed(lignes), reversed(historique), strict=True)
    return [
        ["enregistree_le", "acte", "auteur", "detail", "rang", "empreinte"],
        *(
            [
                _instant(ligne.enregistree_le),
                fait["acte"],
                proteger(ligne.auteur),
                proteger(fait["detail"]),
                str(ligne.rang),
                ligne.empreinte,
            ]
            for ligne, fait in faits
        ),
    ]


def _ecritures(operation: Operation) -> list[list[str]]:
    return [
        [
            *("date_effet", "nature", "montant", "tranche", "enregistree_le", "auteur"),
            *("acte", "motif", "rang", "empreinte"),
        ],
        *(
            [
                en_texte(e.date_effet),
                e.get_nature_display(),
                en_texte(e.montant),
                str(e.tranche or ""),
                _instant(e.enregistree_le),
                proteger(e.auteur),
                e.acte,
                proteger(e.motif),
                str(e.rang),
                e.empreinte,
            ]
            for e in operation.ecritures.select_related("tranche", "auteur")
        ),
    ]
