"""`indicateurs ACCORD [--au DATE] [--format json|csv]`: EECO and EECR by fund, body, specific objective, gender."""

import json

from django.core.management.base import BaseCommand
from django.utils import timezone

from comptes.classeurs import stream_csv
from participants.calcul import compute_figures
from participants.exports_indicateurs import lignes_indicateurs, to_json
from pilotage.arguments import jour, trouver_accord


class Command(BaseCommand):
    help = "Affiche les indicateurs d’un accord à une date, par fonds, organisme, objectif spécifique et sexe."

    def add_arguments(self, parser):
        parser.add_argument("accord", help="identifiant de l’accord, par exemple pas-de-calais-2021-2027")
        parser.add_argument("--au", type=jour, help="à cette date, incluse (aujourd’hui par défaut)")
        parser.add_argument("--format", choices=["json", "csv"], default="csv")

    def handle(self, *, accord, au, format, **options):
        figures = compute_figures(trouver_accord(accord), au or timezone.localdate())
        if format == "json":
            self.stdout.write(json.dumps(to_json(figures), ensure_ascii=False, indent=1))
            return
        lignes = lignes_indicateurs(figures, figures.tous_niveaux, lisible=False)
        for morceau in stream_csv(lignes):
            self.stdout.write(morceau.decode(), ending="")
