import random

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accord.models import AccordCadre, ObjectifSpecifique
from comptes.refus import Refus
from operations.models import Operation
from operations.situation import ZERO
from participants.models import Participation
from pilotage.demonstration.comptes import MOT_DE_PASSE, creer_comptes, lister_comptes
from pilotage.demonstration.garde import refuse_real_base
from pilotage.demonstration.operations import (
    DERNIER_JOUR,
    ENVELOPPES,
    Conteur,
    Recit,
    creer_appels,
    creer_structures,
    imaginer_dossiers,
)
from pilotage.demonstration.participants import creer_participants
from pilotage.demonstration.pieces import creer_pieces
from pilotage.demonstration.reunions import creer_reunions


class Command(BaseCommand):
    help = "Charge un jeu de démonstration, toujours le même ; chaque nom inventé finit par « (exemple) »."

    def add_arguments(self, parser):
        parser.add_argument("--operations", type=int, default=120, metavar="N", help="120 par défaut, 30 au moins")
        parser.add_argument("--participants", type=int, default=600, metavar="N", help="600 par défaut, 0 pour aucun")
        parser.add_argument("--graine", type=int, default=62, metavar="G", help="une autre graine, un autre jeu")
        parser.add_argument("--accord", help="identifiant de l’accord, s’il y en a plusieurs")

    def handle(self, *, operations, participants, graine, accord, **options):
        refuse_real_base()
        if operations < 30:
            raise Refus("Demandez au moins 30 opérations : chaque statut est représenté.", returncode=2)
        if participants < 0:
            raise Refus("Donnez un nombre de participants, ou 0 pour aucun.", returncode=2)
        accord = self._accord(accord)
        if lister_comptes():
            self.stdout.write("Le jeu de démonstration est déjà chargé. Rien n’a changé.")
        else:
            charger(accord, operations, participants, graine)
            nombre = Operation.objects.filter(accord=accord).count()
            fiches = Participation.objects.filter(operation__accord=accord).count()
            self.stdout.write(f"Jeu de démonstration chargé : {nombre} opérations, {fiches} participants.")
        self._afficher()

    def _accord(self, slug) -> AccordCadre:
        accords = AccordCadre.objects.filter(slug=slug) if slug else AccordCadre.objects.all()
        if len(accords) != 1:
            raise Refus("Chargez d’abord un accord avec charger_accord, ou dites lequel avec --accord.", returncode=1)
        return accords[0]

    def _afficher(self) -> None:
        self.stdout.write(f"\nComptes de démonstration, mot de passe « {MOT_DE_PASSE} » :")
        for habilitation in lister_comptes():
            self.stdout.write(
                f"  {habilitation.utilisateur.email:<44} {habilitation.get_role_display()}, {habilitation.organisme}"
            )


@transaction.atomic
def charger(accord: AccordCadre, operations: int, participants: int, graine: int) -> None:
    """Load the whole set in one transaction; the same numbers and the same `graine` give the same set."""
    alea, recit = random.Random(graine), Recit()  # noqa: S311 (a demonstration, not a secret)
    comptes = creer_comptes(accord)
    conteur = Conteur(accord, comptes, alea, recit)
    structures = creer_structures(accord, comptes["gestionnaire.cd62"].utilisateur)
    enveloppes = {e.code: e for e in accord.enveloppes.select_related("organisme", "fonds", "accord")}
    reste = operations
    for code, poids, part in ENVELOPPES:
        enveloppe = enveloppes[code]
        objectifs = list(ObjectifSpecifique.objects.filter(priorite__fonds=enveloppe.fonds).order_by("code"))
        equipe = conteur.equipes[enveloppe.organisme.code]
        appels = creer_appels(enveloppe, objectifs, equipe.agent, equipe.chef, recit)
        conteur.execution.raconter_appels_de_fonds(enveloppe, equipe.chef, range(2024, 2027))
        nombre = reste if code == ENVELOPPES[-1][0] else operations * poids // 100
        reste -= nombre
        notifie = enveloppe.mouvements.aggregate(s=Sum("montant", default=ZERO))["s"]
        rattachements = (
            list(accord.dispositifs.filter(organisme=enveloppe.organisme, fonds=enveloppe.fonds, enfants=None)),
            list(accord.axestrategiques.filter(organisme=enveloppe.organisme)),
            list(accord.typeactions.filter(organisme=enveloppe.organisme)),
        )
        for dossier in imaginer_dossiers(alea, enveloppe, nombre, notifie, part):
            conteur.raconter(dossier, structures, appels, objectifs, rattachements)
    recit.raconter()
    jour = min(DERNIER_JOUR, timezone.localdate())
    creer_participants(accord, participants, graine, jour)
    creer_pieces(accord, comptes, jour)
    creer_reunions(accord, comptes["secretaire.cd62"].utilisateur)
