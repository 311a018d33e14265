"""`importer_operations FICHIER --organisme CODE`: all or nothing, one message per faulty cell."""

from pathlib import Path

from django.core.management.base import BaseCommand

from accord.models import AccordCadre
from comptes.enums import ROLES_OI
from comptes.lecture import TableauIllisible, lire_tableau
from comptes.models import Organisme, Utilisateur
from comptes.refus import Refus
from operations.importation.colonnes import FEUILLE
from operations.services.importation import AuteurManquant, BilanImport, importer_operations
from pilotage.arguments import trouver_accord

SIGNES = (
    "Le fichier porte des actes qui se signent (recevabilité, instruction, programmation)\u00a0: nommez leur auteur "
    "avec --auteur ADRESSE."
)


class Command(BaseCommand):
    help = "Charge un fichier d’opérations (CSV, XLSX ou ODS) : tout ou rien. Le modèle vient de modele_import."

    def add_arguments(self, parser):
        parser.add_argument("fichier", type=Path, metavar="FICHIER", help="le tableau, titres en première ligne")
        parser.add_argument("--organisme", required=True, metavar="CODE", help="l’organisme qui gère, par exemple CD62")
        parser.add_argument("--accord", metavar="ACCORD", help="quand l’organisme gère plusieurs accords")
        parser.add_argument(
            "--auteur",
            metavar="ADRESSE",
            help="la personne au nom de qui les actes sont faits ; sans elle, dépôts et corrections seulement",
        )
        parser.add_argument("--simulation", action="store_true", help="dit ce qui serait fait, n’enregistre rien")

    def handle(self, *, fichier: Path, organisme, accord, auteur, simulation, **options):
        organisme = self.trouver_organisme(organisme)
        accord = self.trouver_accord_de(organisme, accord)
        personne = self.trouver_auteur(auteur, organisme) if auteur else None
        try:
            lignes = lire_tableau(fichier.read_bytes(), feuille=FEUILLE)
        except OSError:
            raise Refus(f"Le fichier « {fichier} » est introuvable, ou ne se lit pas.", returncode=2) from None
        except TableauIllisible as refus:
            raise Refus(f"{fichier.name} : {refus}", returncode=1) from None
        try:
            bilan = importer_operations(
                lignes, accord=accord, organisme=organisme, auteur=personne, simulation=simulation
            )
        except AuteurManquant:
            raise Refus(SIGNES, returncode=2) from None
        if bilan.fautes:
            messages = [faute.dire(fichier.name) for faute in bilan.fautes]
            raise Refus("\n".join(["rien n’a été importé.", *messages]), returncode=1)
        self.raconter(bilan, simulation)

    def trouver_organisme(self, code: str) -> Organisme:
        organisme = Organisme.objects.filter(code=code).first()
        if organisme is None:
            connus = ", ".join(
                Organisme.objects.filter(enveloppes__isnull=False).distinct().values_list("code", flat=True)
            )
            raise Refus(f"Organisme inconnu : « {code} ». Organismes qui gèrent : {connus or 'aucun'}.", returncode=2)
        return organisme

    def trouver_accord_de(self, organisme: Organisme, slug: str | None) -> AccordCadre:
        """The agreement that is named, or the only one where the body holds an envelope."""
        geres = AccordCadre.objects.filter(enveloppes__organisme=organisme).distinct()
        if slug:
            accord = trouver_accord(slug)
            if accord in geres:
                return accord
            raise Refus(f"{organisme} ne gère aucune enveloppe de l’accord « {slug} ».", returncode=2)
        if len(geres) == 1:
            return geres[0]
        if not geres:
            raise Refus(f"{organisme} ne gère aucune enveloppe.", returncode=2)
        slugs = ", ".join(accord.slug for accord in geres)
        raise Refus(f"{organisme} gère plusieurs accords : précisez --accord parmi {slugs}.", returncode=2)

    def trouver_auteur(self, adresse: str, organisme: Organisme) -> Utilisateur:
        personne = Utilisateur.objects.filter(email__iexact=adresse, is_active=True).first()
        if personne is None:
            raise Refus(f"Aucun compte ouvert n’a l’adresse « {adresse} ».", returncode=2)
        if not any(personne.has_role(role, organisme) for role in ROLES_OI):
            raise Refus(f"{personne} n’est ni gestionnaire ni responsable de {organisme}.", returncode=2)
        return personne

    def raconter(self, bilan: BilanImport, simulation: bool) -> None:
        self.stdout.write("Simulation, rien n’est enregistré." if simulation else "Import terminé.")
        for libelle, nombre in bilan.comptes():
            self.stdout.write(f"{libelle} : {nombre}")
