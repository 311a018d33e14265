from django.core.management.base import BaseCommand, CommandError

from accord.models import MouvementEnveloppe
from comptes.models import JournalAudit
from comptes.verification import verifier_chaine
from gouvernance.verification import verifier_dossiers
from operations.models import Ecriture
from operations.verification import verifier_enveloppes, verifier_operations, verifier_rattachements


class Command(BaseCommand):
    help = "Recalcule les soldes, les chaînes du journal et des écritures, les dossiers figés ; nomme tout écart."

    def handle(self, **options):
        tables = [JournalAudit, MouvementEnveloppe, Ecriture]
        ecarts = [ecart for table in tables for ecart in verifier_chaine(table)]
        for verifier in [verifier_operations, verifier_rattachements, verifier_enveloppes, verifier_dossiers]:
            ecarts += verifier()
        if ecarts:
            raise CommandError("\n".join(ecarts), returncode=1)
        lignes = sum(table._default_manager.count() for table in tables)
        self.stdout.write(f"Tout concorde : {lignes} lignes vérifiées, aucun écart.")
