from django.db.models import TextChoices


class NatureOrganisme(TextChoices):
    OI = "oi", "organisme intermédiaire"
    AUTORITE_GESTION = "autorite_gestion", "autorité de gestion déléguée"
    ETAT = "etat", "service de l’État"
    PLIE = "plie", "PLIE"
    PARTENAIRE = "partenaire", "partenaire"


class Role(TextChoices):
    """The eight roles of the product, each held for one organisation."""

    GESTIONNAIRE = "gestionnaire", "Gestionnaire"
    RESPONSABLE = "responsable", "Responsable"
    LECTEUR_ETAT = "lecteur_etat", "Lecteur de l’État"
    AGD = "agd", "Autorité de gestion déléguée"
    SECRETAIRE = "secretaire", "Secrétaire des comités"
    PLIE = "plie", "PLIE"
    ADMINISTRATEUR = "administrateur", "Administrateur"
    AUDITEUR = "auditeur", "Auditeur"


ROLES_OI = (Role.GESTIONNAIRE, Role.RESPONSABLE)
