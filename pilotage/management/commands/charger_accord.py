"""`charger_accord FICHIER.yaml`: load or update an agreement, all or nothing."""

from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction

from accord.chargement import charger_accord
from accord.fichier import FichierIllisible, FichierRefuse, lire_fichier
from accord.synchronisation import CREE, MODIFIE, SUPPRIME
from accord.typographie import espacer
from comptes.journal import journaliser
from comptes.refus import Refus
from gouvernance.chargement import charger_comites
from participants.compteurs import recompter_fiches


class Command(BaseCommand):
    help = "Charge un accord-cadre depuis son fichier, ou le met à jour ; dit ce qui change."

    def add_arguments(self, parser):
        parser.add_argument("fichier", type=Path, metavar="FICHIER.yaml", help="fichier de l’accord (YAML)")

    def handle(self, *args, fichier: Path, **options):
        try:
            accord, changements = self.charger(lire_fichier(fichier))
        except FichierIllisible as erreur:
            raise Refus(str(erreur), returncode=2) from None
        except FichierRefuse as refus:
            raise Refus("\n".join(["rien n’a été chargé.", *refus.erreurs]), returncode=1) from None
        self.raconter(accord, changements)

    @transaction.atomic
    def charger(self, lu):
        accord, changements = charger_accord(lu)
        changements = [*changements, *charger_comites(accord, lu.donnees)]
        if changements:
            crees = Counter(c.genre for c in changements if c.acte == CREE)
            autres = [str(c) for c in changements if c.acte != CREE]
            recompter_fiches()
            journaliser(accord, "charge", auteur=None, fichier=lu.nom, crees=dict(crees), changements=autres)
        return accord, changements

    def raconter(self, accord, changements):
        """What was created by kind, what was changed line by line."""
        if not changements:
            self.stdout.write("Rien n’a changé.")
            return
        crees = Counter(c.genre for c in changements if c.acte == CREE)
        for genre, nombre in crees.items():
            self.stdout.write(f"Création : {genre}, {nombre}")
        for changement in changements:
            if changement.acte != CREE and not changement.est_un_rang:
                self.stdout.write(str(changement))
        rangs = sum(c.est_un_rang for c in changements)
        if rangs:
            self.stdout.write(f"Modification : place dans leur liste, {rangs}")
        total = Counter(c.acte for c in changements)
        bilan = ", ".join(f"{acte} : {total[acte]}" for acte in (CREE, MODIFIE, SUPPRIME) if total[acte])
        self.stdout.write(espacer(f"{accord}. {bilan.capitalize()}."))
