from django.db.models import TextChoices


class Certitude(TextChoices):
    """How sure a fact is; shown beside its source."""

    LU = "lu", "lu dans la source"
    CALCUL = "calcul", "calculé"
    DEDUCTION = "deduction", "déduit"
    NON_RELU = "non_relu", "texte non relu"
    A_VERIFIER = "a_verifier", "à vérifier"
    HYPOTHESE = "hypothese", "hypothèse"


class CodeFonds(TextChoices):
    FSE_PLUS = "FSE_PLUS", "FSE+"
    FTJ = "FTJ", "FTJ"


class QualitePartie(TextChoices):
    SIGNATAIRE = "signataire", "signataire"
    ASSOCIE = "associe", "associé"


class StatutTranche(TextChoices):
    PREVUE = "prevue", "prévue"
    OUVERTE = "ouverte", "ouverte"
    CLOSE = "close", "close"


class RegleImputation(TextChoices):
    DATE_PROGRAMMATION = "date_programmation", "date de programmation"
    DEBUT_PREVU = "debut_prevu", "début prévu de l’opération"


class NatureMouvement(TextChoices):
    NOTIFICATION = "notification", "notification"
    ABONDEMENT = "abondement", "abondement"
    REDUCTION = "reduction", "réduction"
    TRANSFERT = "transfert", "transfert"
    DEGAGEMENT = "degagement", "dégagement"


class StatutAvenant(TextChoices):
    PROJET = "projet", "en projet"
    PROPOSE = "propose", "proposé"
    SIGNE = "signe", "signé"


class FamilleIndicateur(TextChoices):
    REALISATION = "realisation", "réalisation"
    RESULTAT = "resultat", "résultat"


class NaturePerimetre(TextChoices):
    BASSIN_MINIER = "bassin_minier", "bassin minier"
    PLIE = "plie", "PLIE"
    DEPARTEMENTAL = "departemental", "territoire départemental"
    ZONE_EMPLOI = "zone_emploi", "zone d’emploi"
