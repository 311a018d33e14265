"""`charger_qpv FICHIER.geojson --generation 2024`: the priority neighbourhoods of the département, all or nothing."""

from pathlib import Path

from django.core.management.base import BaseCommand

from accord.chargement.quartiers import BilanQpv, charger_qpv, lister_generations
from accord.fichier import FichierIllisible, FichierRefuse
from comptes.refus import Refus
from pilotage.arguments import trouver_seul_accord


class Command(BaseCommand):
    help = "Charge les quartiers prioritaires du département depuis le fichier national (GeoJSON de data.gouv.fr)."

    def add_arguments(self, parser):
        parser.add_argument(
            "fichier", type=Path, metavar="FICHIER.geojson", help="le fichier national d’une génération"
        )
        parser.add_argument("--generation", type=int, required=True, metavar="ANNEE", help="2015 ou 2024")
        parser.add_argument("--accord", metavar="ACCORD", help="quand plusieurs accords sont chargés")

    def handle(self, *, fichier: Path, generation: int, accord, **options):
        accord = trouver_seul_accord(accord)
        connues = lister_generations(accord)
        if generation not in connues:
            attendues = ", ".join(map(str, connues)) or "aucune, l’accord ne donne pas la forme de leurs codes"
            raise Refus(f"Génération inconnue\u00a0: {generation}. Générations\u00a0: {attendues}.", returncode=2)
        try:
            bilan = charger_qpv(accord, fichier, generation)
        except FichierIllisible as erreur:
            raise Refus(str(erreur), returncode=2) from None
        except FichierRefuse as refus:
            raise Refus("\n".join(["rien n’a été chargé.", *refus.erreurs]), returncode=1) from None
        self.raconter(bilan)

    def raconter(self, bilan: BilanQpv) -> None:
        for mot, codes in (("Création", bilan.crees), ("Modification", bilan.modifies)):
            if codes:
                self.stdout.write(f"{mot}\u00a0: {len(codes)}, {', '.join(codes)}")
        if bilan.absents:
            absents = ", ".join(bilan.absents)
            self.stdout.write(f"Absents du fichier, conservés\u00a0: {len(bilan.absents)}, {absents}")
        if not bilan.a_change:
            self.stdout.write("Rien n’a changé.")
        total = len(bilan.crees) + len(bilan.modifies) + bilan.inchanges
        self.stdout.write(
            f"Génération {bilan.generation}\u00a0: {total} quartiers du département sur {bilan.lus} lus\u202f; "
            f"{bilan.hors_departement} hors du département."
        )
