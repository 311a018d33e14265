from django.core.management.base import BaseCommand, CommandError

from accord.models import MouvementEnveloppe
from comptes.concurrence import meme_instant
from comptes.models import JournalAudit, LigneChainee
from comptes.verification import verifier_chaine
from gouvernance.verification import verifier_dossiers
from operations.models import Ecriture
from operations.verification import (
    verifier_chaines,
    verifier_enveloppes,
    verifier_operations,
    verifier_pieces,
    verifier_plans,
    verifier_rattachements,
)
from operations.verification_bilans import verifier_bilans
from operations.verification_dates import verifier_dates
from participants.compteurs import verifier_compteurs


class Ecart(CommandError):
    """See comptes.refus.Refus."""


Ecart.__name__ = "Écart\u00a0"


class Command(BaseCommand):
    help = "Recalcule les soldes, les chaînes du journal et des écritures, les dossiers figés ; nomme tout écart."

    def handle(self, **options):
        with meme_instant():
            ecarts, lignes = self._verifier()
        if ecarts:
            raise Ecart("\n".join(ecarts), returncode=1)
        self.stdout.write(f"Tout concorde : {lignes} lignes vérifiées, aucun écart.")

    def _verifier(self) -> tuple[list[str], int]:
        tables: list[type[LigneChainee]] = [JournalAudit, MouvementEnveloppe, Ecriture]
        ecarts = [ecart for table in tables for ecart in verifier_chaine(table)]
        for verifier in [
            verifier_operations,
            verifier_dates,
            verifier_plans,
            verifier_chaines,
            verifier_rattachements,
            verifier_bilans,
            verifier_enveloppes,
            verifier_pieces,
            verifier_dossiers,
            verifier_compteurs,
        ]:
            ecarts += verifier()
        return ecarts, sum(table._default_manager.count() for table in tables)
