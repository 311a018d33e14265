"""`charger_contours FICHIER.geojson`: the shapes of communes or EPCI, so that maps are drawn with them."""

from pathlib import Path

from django.core.management.base import BaseCommand

from accord.chargement.contours import BilanContours, charger_contours
from accord.fichier import FichierIllisible, FichierRefuse
from comptes.refus import Refus
from pilotage.arguments import trouver_seul_accord

MONTREES = 20  # communes named in full: a longer list says how many follow


class Command(BaseCommand):
    help = "Charge les contours des communes ou des EPCI (GeoJSON)\u202f; ceux des EPCI sont l’union de leurs communes."

    def add_arguments(self, parser):
        parser.add_argument("fichier", type=Path, metavar="FICHIER.geojson", help="communes (INSEE) ou EPCI (SIREN)")
        parser.add_argument("--accord", metavar="ACCORD", help="quand plusieurs accords sont chargés")

    def handle(self, *, fichier: Path, accord, **options):
        accord = trouver_seul_accord(accord)
        try:
            bilan = charger_contours(accord, fichier)
        except FichierIllisible as erreur:
            raise Refus(str(erreur), returncode=2) from None
        except FichierRefuse as refus:
            raise Refus("\n".join(["rien n’a été chargé.", *refus.erreurs]), returncode=1) from None
        self.raconter(bilan)

    def raconter(self, bilan: BilanContours) -> None:
        if bilan.a_change:
            self.dire(f"Contours enregistrés\u00a0: {bilan.communes} communes, {bilan.epcis} EPCI.")
        else:
            self.dire("Rien n’a changé.")
        if bilan.inconnues:
            self.dire(
                f"Codes absents du référentiel (communes fusionnées, ou faute)\u00a0: {enumerer(bilan.inconnues)}. "
                "Leur surface compte dans leur EPCI quand le fichier le dit."
            )
        if bilan.ailleurs:
            self.dire(f"Hors du département, laissés de côté\u00a0: {bilan.ailleurs}.")
        if bilan.sans_contour:
            self.dire(f"Communes encore sans contour\u00a0: {enumerer(bilan.sans_contour)}.")
        if bilan.epcis_sans_contour:
            self.dire(f"EPCI encore sans contour, dessinés en tuiles\u00a0: {enumerer(bilan.epcis_sans_contour)}.")

    def dire(self, phrase: str) -> None:
        self.stdout.write(phrase)


def enumerer(noms: list[str]) -> str:
    suite = f" et {len(noms) - MONTREES} autres" if len(noms) > MONTREES else ""
    return f"{len(noms)}, {', '.join(noms[:MONTREES])}{suite}"
