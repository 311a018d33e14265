"""`importer_participants FICHIER`: all or nothing, idempotent, one message per faulty cell."""

from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand

from accord.templatetags.formats import pluriel
from comptes.lecture import TableauIllisible
from comptes.refus import Refus
from operations.models import Operation
from participants.importation.colonnes import est_nominative
from participants.services.imports import importer_sans_page
from pilotage.arguments import trouver_seul_accord


class Command(BaseCommand):
    help = "Charge un fichier de participants (CSV, XLSX ou ODS)\u00a0: tout ou rien. Le modèle vient de modele_import."

    def add_arguments(self, parser):
        parser.add_argument("fichier", type=Path, metavar="FICHIER", help="le tableau, titres en première ligne")
        parser.add_argument("--operation", metavar="NUMERO", help="l’opération de toutes les lignes")
        parser.add_argument("--accord", metavar="ACCORD", help="quand plusieurs accords sont chargés")
        parser.add_argument("--simulation", action="store_true", help="dit ce qui serait fait, n’enregistre rien")

    def handle(self, *, fichier: Path, operation, accord, simulation, **options):
        accord = trouver_seul_accord(accord)
        trouvee = None
        if operation:
            trouvee = Operation.objects.filter(accord=accord, numero=operation).first()
            if trouvee is None:
                raise Refus(f"Aucune opération de l’accord ne porte le numéro «\u202f{operation}\u202f».", returncode=2)
        try:
            bilan = importer_sans_page(fichier.read_bytes(), accord=accord, operation=trouvee, simulation=simulation)
        except OSError:
            raise Refus(
                f"Le fichier «\u202f{fichier}\u202f» est introuvable, ou ne se lit pas.", returncode=2
            ) from None
        except TableauIllisible as refus:
            raise Refus(f"{fichier.name}\u00a0: {refus}", returncode=1) from None
        if bilan.fautes:
            raise Refus("\n".join(["rien n’a été importé.", *self.dire(bilan, fichier.name)]), returncode=1)
        self.stdout.write("Simulation, rien n’est enregistré." if simulation else "Import terminé.")
        comptes = [
            pluriel(bilan.creees, "créée,créées"),
            pluriel(bilan.modifiees, "modifiée,modifiées"),
            pluriel(bilan.inchangees, "inchangée,inchangées"),
        ]
        self.stdout.write(f"Fiches\u00a0: {', '.join(comptes)}.")

    def dire(self, bilan, nom: str):
        """A terminal ends in a log: what a cell says of a person stays in the file."""
        for faute in bilan.fautes:
            if est_nominative(faute.colonne):
                faute = replace(faute, valeur="masquée" if faute.valeur else "", proposition="")
            yield faute.dire(nom)
        cachees = bilan.total_fautes - len(bilan.fautes)
        if cachees:
            yield f"Et {pluriel(cachees, 'autre cellule,autres cellules')}."
