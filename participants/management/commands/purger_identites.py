from datetime import date

from django.core.management.base import BaseCommand
from django.utils import timezone

from accord.montants import format_date, format_nombre

from ...models import ImportParticipants
from ...services.conservation import purger_identites


class Command(BaseCommand):
    help = (
        "Efface les identités dont la conservation est échue\u00a0: opérations archivées passé leur date de "
        "conservation, opérations abandonnées, déprogrammées ou résiliées passé le délai qui suit leur dernier "
        "paiement (ou leur fin, si rien n’a été payé). Aucun indicateur ne change. Une opération soldée s’archive "
        "d’abord\u00a0: son archivage fixe la date."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--au", type=date.fromisoformat, metavar="AAAA-MM-JJ", help="à cette date, aujourd’hui sinon"
        )

    def handle(self, *, au, **options):
        au = au or timezone.localdate()
        nombre = purger_identites(au)
        ImportParticipants.objects.purger()  # files sent, never imported, and past their day
        self.stdout.write(
            f"Identités effacées, conservation échue au {format_date(au)}\u00a0: {format_nombre(nombre)}."
        )
