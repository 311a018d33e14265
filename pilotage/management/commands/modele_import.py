import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from operations.importation import modele as operations
from participants.importation import modele as participants

SUJETS = {"operations": operations, "participants": participants}


class Command(BaseCommand):
    help = "Donne le modèle vide d’un fichier à importer, avec les notes de ses colonnes."

    def add_arguments(self, parser):
        parser.add_argument("sujet", choices=list(SUJETS), help="ce que le fichier contient")
        parser.add_argument("--format", choices=["csv", "xlsx"], default="csv", help="csv (par défaut) ou xlsx")
        parser.add_argument("--sortie", type=Path, metavar="FICHIER", help="fichier à écrire (sortie standard sinon)")

    def handle(self, *, sujet, format, sortie: Path | None, **options):
        modele = SUJETS[sujet]
        contenu = modele.build_modele_csv() if format == "csv" else modele.build_modele_xlsx()
        if sortie:
            sortie.write_bytes(contenu)
            self.stdout.write(f"Modèle écrit dans {sortie}.")
        else:
            flux = getattr(self.stdout._out, "buffer", sys.stdout.buffer)
            flux.write(contenu)
