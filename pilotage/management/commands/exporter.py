"""`exporter operations|ecritures|indicateurs --accord ACCORD --format csv|xlsx|ods|json --sortie FICHIER`."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from django.core.management.base import BaseCommand
from django.db.models import Value
from django.utils import timezone

from comptes.classeurs import Cellule, Format, ecrire, en_texte
from comptes.refus import Refus
from operations.exports import lignes_ecritures, lignes_operations
from operations.models import Ecriture, Operation
from participants.calcul import compute_figures
from participants.exports_indicateurs import lignes_indicateurs
from pilotage.arguments import trouver_accord

LOT = 500  # lines read at a time


def lire_operations(accord, lisible: bool):
    operations = Operation.objects.filter(accord=accord).for_list().annotate(est_complet=Value(True))
    return lignes_operations(operations.for_export().iterator(chunk_size=LOT), lisible=lisible)


def lire_ecritures(accord, lisible: bool):
    ecritures = Ecriture.objects.filter(enveloppe__accord=accord).for_export()
    return lignes_ecritures(ecritures.iterator(chunk_size=LOT), lisible=lisible)


def lire_indicateurs(accord, lisible: bool):
    figures = compute_figures(accord, timezone.localdate())
    return lignes_indicateurs(figures, figures.tous_niveaux, lisible=lisible)


SUJETS = {
    "operations": ("Opérations", lire_operations),
    "ecritures": ("Écritures", lire_ecritures),
    "indicateurs": ("Indicateurs", lire_indicateurs),
}


class Command(BaseCommand):
    help = "Exporte les opérations d’un accord, leurs écritures ou les indicateurs, entiers."

    def add_arguments(self, parser):
        parser.add_argument("sujet", choices=list(SUJETS), help="ce qui est exporté")
        parser.add_argument("--accord", required=True, metavar="ACCORD", help="identifiant de l’accord")
        parser.add_argument("--format", choices=[*Format.values, "json"], default=Format.CSV.value)
        parser.add_argument("--sortie", type=Path, required=True, metavar="FICHIER", help="fichier à écrire")

    def handle(self, *, sujet, accord, format, sortie: Path, **options):
        feuille, lire = SUJETS[sujet]
        lignes = lire(trouver_accord(accord), format != "json" and Format(format).est_lu)
        try:
            with sortie.open("wb") as fichier:
                if format == "json":
                    nombre = ecrire_json(fichier, lignes)
                else:
                    nombre = ecrire(fichier, lignes, Format(format), feuille=feuille)
        except OSError as erreur:
            raise Refus(f"« {sortie} » ne s’écrit pas : {erreur.strerror}.", returncode=2) from None
        self.stdout.write(f"{timezone.localdate():%d/%m/%Y} : {nombre} lignes dans {sortie}.")


def ecrire_json(fichier: IO[bytes], lignes: Iterable[list[Cellule]]) -> int:
    """A list of objects, one per line of the file; amounts are strings, dates ISO 8601. Returns how many."""
    lignes = iter(lignes)
    titres = next(lignes)
    nombre = 0
    fichier.write(b"[")
    for nombre, ligne in enumerate(lignes, start=1):
        objet = dict(zip(titres, (c if c is None or isinstance(c, int) else en_texte(c) for c in ligne), strict=True))
        fichier.write(b"\n" if nombre == 1 else b",\n")
        fichier.write(json.dumps(objet, ensure_ascii=False).encode())
    fichier.write(b"\n]\n")
    return nombre
