import signal

from django.core.management.base import BaseCommand

from comptes.travaux.ouvrier import Ouvrier


class Command(BaseCommand):
    help = (
        "Fait les travaux lancés depuis les pages (imports, dossiers, envois), un à la fois, jusqu’à ce qu’on "
        "l’arrête. Plusieurs peuvent tourner ensemble."
    )

    def add_arguments(self, parser):
        parser.add_argument("--une-fois", action="store_true", help="vide la file, puis s’arrête")

    def handle(self, *, une_fois, verbosity, **options):
        ouvrier = Ouvrier(self.stdout.write if verbosity else lambda message: None)

        def arreter(numero, _cadre):
            if ouvrier.arret:  # asked twice: at once, and the job goes back to the queue
                raise KeyboardInterrupt
            ouvrier.arret = True
            ouvrier.dire("Arrêt demandé\u00a0: le travail en cours se termine.")

        signaux = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
        avant = {numero: signal.getsignal(numero) for numero in signaux}
        for numero in signaux:
            if avant[numero] != signal.SIG_IGN:
                signal.signal(numero, arreter)
        try:
            if not une_fois:
                ouvrier.dire("En attente de travaux. Ctrl-C arrête.")
            ouvrier.travailler(une_fois=une_fois)
        finally:
            for numero, geste in avant.items():
                signal.signal(numero, geste)
