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


# the bodies for which each role makes sense: a role opens files, so it never goes to a body that has no business there
NATURES_DU_ROLE = {
    Role.GESTIONNAIRE: {NatureOrganisme.OI},
    Role.RESPONSABLE: {NatureOrganisme.OI},
    Role.LECTEUR_ETAT: {NatureOrganisme.ETAT, NatureOrganisme.AUTORITE_GESTION},
    Role.AGD: {NatureOrganisme.AUTORITE_GESTION},
    Role.SECRETAIRE: {NatureOrganisme.OI, NatureOrganisme.ETAT, NatureOrganisme.AUTORITE_GESTION},
    Role.PLIE: {NatureOrganisme.PLIE},
    Role.ADMINISTRATEUR: {NatureOrganisme.OI, NatureOrganisme.ETAT, NatureOrganisme.AUTORITE_GESTION},
    Role.AUDITEUR: {NatureOrganisme.ETAT, NatureOrganisme.AUTORITE_GESTION, NatureOrganisme.PARTENAIRE},
}
ROLES_OI = (Role.GESTIONNAIRE, Role.RESPONSABLE)
