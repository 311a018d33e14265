from django.core.management.base import BaseCommand

from accord.montants import format_nombre
from comptes.refus import Refus

from ...chiffrement import CleAbsente, cle_courante
from ...services.conservation import recalculer_empreintes, tourner_cles


class Command(BaseCommand):
    help = (
        "Chiffre de nouveau, avec la première clé de CLES_IDENTITES, les identités qu’une autre avait fermées. "
        "Mettez la nouvelle clé en tête, gardez l’ancienne derrière, lancez la commande, puis retirez l’ancienne. "
        "Interrompue, elle reprend où elle en était. Quand CLE_EMPREINTES change, ajoutez --empreintes\u00a0: "
        "toutes les empreintes et les doublons présumés sont recalculés."
    )

    def add_arguments(self, parser):
        parser.add_argument("--empreintes", action="store_true", help="recalcule aussi les empreintes et les doublons")

    def handle(self, *, empreintes, **options):
        try:
            nombre = tourner_cles()
            recalculees = recalculer_empreintes() if empreintes else 0
        except CleAbsente as refus:
            raise Refus(f"{refus} Remettez-la dans CLES_IDENTITES, derrière la nouvelle.", returncode=1) from refus
        self.stdout.write(
            f"Identités chiffrées de nouveau avec la clé «\u202f{cle_courante()}\u202f»\u00a0: {format_nombre(nombre)}."
        )
        if empreintes:
            self.stdout.write(f"Empreintes recalculées\u00a0: {format_nombre(recalculees)}.")
