"""One account per role, all with the same password, printed at the end."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accord.models import AccordCadre
from comptes.enums import Role
from comptes.models import Habilitation, Organisme, Utilisateur

from .noms import EXEMPLE, PERSONNES

MOT_DE_PASSE = "demonstration-2027"
ROLES = [
    ("gestionnaire.cd62", Role.GESTIONNAIRE, "CD62"),
    ("responsable.cd62", Role.RESPONSABLE, "CD62"),
    ("gestionnaire.tm", Role.GESTIONNAIRE, "TM"),
    ("responsable.tm", Role.RESPONSABLE, "TM"),
    ("lecteur.ddets", Role.LECTEUR_ETAT, "DDETS_62"),
    ("secretaire.cd62", Role.SECRETAIRE, "CD62"),
    ("agd.dreets", Role.AGD, "DREETS_HDF"),
    ("plie.lens-lievin", Role.PLIE, "PLIE_LENS_LIEVIN"),
    ("administrateur.cd62", Role.ADMINISTRATEUR, "CD62"),
    ("auditeur.anafe", Role.AUDITEUR, "ANAFE"),
    ("controleur.cd62", Role.GESTIONNAIRE, "CD62"),  # who controls neither instructed nor decided
    ("controleur.tm", Role.GESTIONNAIRE, "TM"),
]


@dataclass(frozen=True)
class Compte:
    utilisateur: Utilisateur
    role: Role
    organisme: Organisme


def creer_comptes(accord: AccordCadre) -> dict[str, Compte]:
    """Open the accounts, in force since the start of the agreement."""
    comptes, empreinte = {}, make_password(MOT_DE_PASSE)  # hashed once: it is slow on purpose
    for (identifiant, role, code), (prenom, nom) in zip(ROLES, PERSONNES, strict=True):
        organisme = Organisme.objects.get(code=code, parties__accord=accord)
        utilisateur = Utilisateur.objects.create(
            email=f"{identifiant}{settings.DOMAINE_DEMO}",
            password=empreinte,
            prenom=prenom,
            nom=f"{nom} {EXEMPLE}",
        )
        Habilitation.objects.create(
            utilisateur=utilisateur,
            organisme=organisme,
            role=role,
            debut_le=accord.debut_le,
            fin_le=date(accord.fin_le.year + 2, 12, 31) if role == Role.AUDITEUR else None,
            motif="Démonstration",
        )
        comptes[identifiant] = Compte(utilisateur, role, organisme)
    return comptes


def lister_comptes() -> list[Habilitation]:
    """The demonstration accounts that exist, in the order of the roles."""
    habilitations = Habilitation.objects.filter(utilisateur__email__iendswith=settings.DOMAINE_DEMO)
    return list(habilitations.select_related("utilisateur", "organisme").order_by("pk"))
