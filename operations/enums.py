from django.db.models import TextChoices


class Statut(TextChoices):
    """Where an operation stands (`domaine.md` 4.2). The later steps of its life come with their acts."""

    DEPOSEE = "deposee", "Déposée"
    IRRECEVABLE = "irrecevable", "Irrecevable"
    RECEVABLE = "recevable", "Recevable"
    INSTRUITE = "instruite", "Instruite"
    AJOURNEE = "ajournee", "Ajournée"
    REFUSEE = "refusee", "Refusée"
    PROGRAMMEE = "programmee", "Programmée"
    ABANDONNEE = "abandonnee", "Abandonnée"
    DEPROGRAMMEE = "deprogrammee", "Déprogrammée"


STATUTS_RECEVABLES = [Statut.RECEVABLE, Statut.INSTRUITE, Statut.AJOURNEE, Statut.REFUSEE, Statut.PROGRAMMEE]
STATUTS_INSTRUITS = [Statut.INSTRUITE, Statut.AJOURNEE, Statut.REFUSEE, Statut.PROGRAMMEE, Statut.DEPROGRAMMEE]
STATUTS_CLOS = [Statut.IRRECEVABLE, Statut.REFUSEE, Statut.ABANDONNEE, Statut.DEPROGRAMMEE]
STATUTS_MODIFIABLES = [Statut.DEPOSEE, Statut.RECEVABLE, Statut.AJOURNEE]


class StatutAppel(TextChoices):
    BROUILLON = "brouillon", "Brouillon"
    PUBLIE = "publie", "Publié"
    CLOS = "clos", "Clos"


class VersionPlan(TextChoices):
    DEMANDE = "demande", "Demandé"
    INSTRUIT = "instruit", "Instruit"


class SensRecevabilite(TextChoices):
    RECEVABLE = "recevable", "recevable"
    IRRECEVABLE = "irrecevable", "irrecevable"


class AvisInstruction(TextChoices):
    FAVORABLE = "favorable", "Favorable"
    RESERVE = "reserve", "Favorable avec réserves"
    DEFAVORABLE = "defavorable", "Défavorable"


class SensDecision(TextChoices):
    FAVORABLE = "favorable", "favorable"
    DEFAVORABLE = "defavorable", "défavorable"
    AJOURNEE = "ajournee", "ajournée"


class NatureEcriture(TextChoices):
    """The stages of the euro, in their order (`domaine.md` 4.4)."""

    PROGRAMME = "programme", "Programmé"
    CONVENTIONNE = "conventionne", "Conventionné"
    DECLARE = "declare", "Déclaré"
    RETENU = "retenu", "Retenu"
    CERTIFIE = "certifie", "Certifié"
    PAYE = "paye", "Payé"


class ReponsePartage(TextChoices):
    """Answer to « is this public followed on a stage that the other OI funds? » (`AC 3`, `AC 7`)."""

    AUCUNE = "aucune", "Non, aucune étape commune"
    SUCCESSIVES = "successives", "Oui, sur des étapes successives et distinctes"
