from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.utils import timezone

from comptes.enums import Role
from comptes.models import Habilitation, Organisme, Utilisateur
from comptes.services import ouvrir_compte

from ...refus import Refus


class Command(BaseCommand):
    help = "Ouvre un compte et envoie son invitation : le premier administrateur d’un accord, qui ouvre les suivants."

    def add_arguments(self, parser):
        parser.add_argument("email", help="adresse électronique de la personne")
        parser.add_argument("--prenom", required=True)
        parser.add_argument("--nom", required=True)
        parser.add_argument("--organisme", required=True, metavar="CODE", help="par exemple CD62")
        parser.add_argument("--role", choices=Role.values, default=Role.ADMINISTRATEUR)
        parser.add_argument("--site", required=True, help="adresse du produit, par exemple https://fse.exemple.fr/")

    def handle(self, *, email, prenom, nom, organisme, role, site, **options):
        trouve = Organisme.objects.filter(code=organisme).first()
        if trouve is None:
            connus = ", ".join(Organisme.objects.values_list("code", flat=True)) or "aucun, lancez charger_accord"
            raise Refus(f"Organisme inconnu : « {organisme} ». Organismes chargés : {connus}.", returncode=2)
        try:
            ouvrir_compte(
                utilisateur=Utilisateur(email=email, prenom=prenom, nom=nom),
                habilitation=Habilitation(organisme=trouve, role=role, debut_le=timezone.localdate()),
                auteur=None,
                site=site,
            )
        except ValidationError as refus:
            raise Refus(" ".join(refus.messages), returncode=1) from refus
        self.stdout.write(f"Compte ouvert pour {email}, {Role(role).label}, {trouve} : l’invitation est envoyée.")
