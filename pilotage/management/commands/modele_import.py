import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from operations.importation.modele import build_modele_csv, build_modele_xlsx

MODELES = {"csv": build_modele_csv, "xlsx": build_modele_xlsx}


class Command(BaseCommand):
    help = "Donne le modèle vide d’un fichier à importer, avec les notes de ses colonnes."

    def add_arguments(self, parser):
        parser.add_argument("sujet", choices=["operations"], help="ce que le fichier contient")
        parser.add_argument("--format", choices=list(MODELES), default="csv", help="csv (par défaut) ou xlsx")
        parser.add_argument("--sortie", type=Path, metavar="FICHIER", help="fichier à écrire (sortie standard sinon)")

    def handle(self, *, format, sortie: Path | None, **options):
        contenu = MODELES[format]()
        if sortie:
            sortie.write_bytes(contenu)
            self.stdout.write(f"Modèle écrit dans {sortie}.")
        else:
            flux = getattr(self.stdout._out, "buffer", sys.stdout.buffer)
            flux.write(contenu)
