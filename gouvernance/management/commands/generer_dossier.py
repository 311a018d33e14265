"""`generer_dossier REUNION --sortie FICHIER.pdf`: write the pack of a meeting, exactly as it went out."""

from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from accord.montants import format_date
from accord.pdf import PdfIndisponible
from comptes.refus import Refus
from gouvernance.models import DossierSeance, Reunion
from gouvernance.services import lire_dossier, produire_dossier

REFUSE, MAUVAIS_APPEL = 1, 2


def lire_date(texte: str) -> date:
    try:
        return date.fromisoformat(texte)
    except ValueError:
        message = f"Date illisible\u00a0: «\u202f{texte}\u202f». Écrivez AAAA-MM-JJ."
        raise Refus(message, returncode=MAUVAIS_APPEL) from None


class Command(BaseCommand):
    help = "Écrit le dossier d’une réunion en PDF, avec son empreinte à côté. Redemandé, ce sont les mêmes octets."

    def add_arguments(self, parser):
        parser.add_argument("reunion", type=int, metavar="REUNION", help="numéro de la réunion, lu dans son adresse")
        parser.add_argument("--sortie", required=True, type=Path, metavar="FICHIER.pdf", help="fichier à écrire")
        parser.add_argument("--au", metavar="AAAA-MM-JJ", help="date des chiffres d’une nouvelle version")
        parser.add_argument("--nouvelle-version", action="store_true", help="fige les chiffres à nouveau")

    def handle(self, *, reunion, sortie, au, nouvelle_version, **options):
        jour = lire_date(au) if au else None
        if not sortie.parent.is_dir():
            raise Refus(f"Le répertoire {sortie.parent} n’existe pas.", returncode=REFUSE)
        try:
            objet = Reunion.objects.select_related("comite__accord").get(pk=reunion)
        except Reunion.DoesNotExist:
            raise Refus(f"Aucune réunion ne porte le numéro {reunion}.", returncode=MAUVAIS_APPEL) from None
        try:
            dossier, est_nouveau = self._choose(objet, jour, nouvelle_version)
            octets = lire_dossier(dossier)
        except (ValidationError, PdfIndisponible) as refus:
            raise Refus(" ".join(getattr(refus, "messages", [str(refus)])), returncode=REFUSE) from None
        self._write(sortie, octets, dossier.empreinte_fichier)
        fait = "produite" if est_nouveau else "déjà figée, remise telle quelle"
        self.stdout.write(
            f"{objet}\u00a0: version {dossier.version} {fait}, chiffres au {format_date(dossier.arrete_au)}, "
            f"{dossier.pages} pages.\n{sortie}\n{sortie}.sha256\u00a0: {dossier.empreinte_fichier}"
        )

    def _choose(self, reunion, au: date | None, nouvelle_version: bool) -> tuple[DossierSeance, bool]:
        """The latest frozen pack, or a new one when asked for or when there is none."""
        if reunion.est_annulee:
            raise ValidationError("Cette réunion est annulée\u00a0: elle n’a pas de dossier.", code="annulee")
        dernier = reunion.dossiers.first()
        if dernier is None or nouvelle_version:
            return produire_dossier(reunion, au=au), True
        if au is not None and au != dernier.arrete_au:
            raise ValidationError(
                f"La version {dernier.version} est arrêtée au {format_date(dernier.arrete_au)}. "
                "Pour figer d’autres chiffres, ajoutez --nouvelle-version.",
                code="au",
            )
        return dernier, False

    def _write(self, sortie: Path, octets: bytes, empreinte: str) -> None:
        try:
            sortie.write_bytes(octets)
            sortie.with_name(f"{sortie.name}.sha256").write_text(f"{empreinte}  {sortie.name}\n")
        except OSError as erreur:
            message = f"{sortie} ne s’écrit pas\u00a0: vérifiez les droits et la place ({erreur.errno})."
            raise Refus(message, returncode=REFUSE) from None
