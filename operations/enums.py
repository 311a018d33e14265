from django.db.models import TextChoices


class Statut(TextChoices):
    """Where an operation stands (`domaine.md` 4.2)."""

    DEPOSEE = "deposee", "Déposée"
    IRRECEVABLE = "irrecevable", "Irrecevable"
    RECEVABLE = "recevable", "Recevable"
    INSTRUITE = "instruite", "Instruite"
    AJOURNEE = "ajournee", "Ajournée"
    REFUSEE = "refusee", "Refusée"
    PROGRAMMEE = "programmee", "Programmée"
    CONVENTIONNEE = "conventionnee", "Conventionnée"
    EN_EXECUTION = "en_execution", "En exécution"
    ACHEVEE = "achevee", "Achevée"
    SOLDEE = "soldee", "Soldée"
    ARCHIVEE = "archivee", "Archivée"
    ABANDONNEE = "abandonnee", "Abandonnée"
    DEPROGRAMMEE = "deprogrammee", "Déprogrammée"
    RESILIEE = "resiliee", "Résiliée"


# from the contract on
STATUTS_CONVENTIONNES = [
    Statut.CONVENTIONNEE,
    Statut.EN_EXECUTION,
    Statut.ACHEVEE,
    Statut.SOLDEE,
    Statut.ARCHIVEE,
    Statut.RESILIEE,
]
STATUTS_PROGRAMMES = [Statut.PROGRAMMEE, *STATUTS_CONVENTIONNES]
STATUTS_RECEVABLES = [
    Statut.RECEVABLE,
    Statut.INSTRUITE,
    Statut.AJOURNEE,
    Statut.REFUSEE,
    *STATUTS_PROGRAMMES,
]
STATUTS_INSTRUITS = [
    Statut.INSTRUITE,
    Statut.AJOURNEE,
    Statut.REFUSEE,
    *STATUTS_PROGRAMMES,
    Statut.DEPROGRAMMEE,
]
STATUTS_CLOS = [
    Statut.IRRECEVABLE,
    Statut.REFUSEE,
    Statut.ABANDONNEE,
    Statut.DEPROGRAMMEE,
    Statut.ARCHIVEE,
    Statut.RESILIEE,
]
STATUTS_MODIFIABLES = [Statut.DEPOSEE, Statut.RECEVABLE, Statut.AJOURNEE]


class StatutAppel(TextChoices):
    BROUILLON = "brouillon", "Brouillon"
    PUBLIE = "publie", "Publié"
    CLOS = "clos", "Clos"


class VersionPlan(TextChoices):
    DEMANDE = "demande", "Demandé"
    INSTRUIT = "instruit", "Instruit"
    CONVENTIONNE = "conventionne", "Conventionné"
    AVENANT = "avenant", "Avenant"


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


class NatureBilan(TextChoices):
    INTERMEDIAIRE = "intermediaire", "Bilan intermédiaire"
    FINAL = "final", "Bilan final"


class MotifEcart(TextChoices):
    """Why a declared expense is set aside at the CSF: the typology of errors."""

    INELIGIBLE = "ineligible", "Dépense inéligible"
    HORS_PERIODE = "hors_periode", "Hors période"
    NON_JUSTIFIEE = "non_justifiee", "Pièce absente ou insuffisante"
    NON_ACQUITTEE = "non_acquittee", "Dépense non acquittée"
    NON_RATTACHABLE = "non_rattachable", "Sans lien avec l’opération"
    COMMANDE_PUBLIQUE = "commande_publique", "Mise en concurrence"
    DOUBLE_FINANCEMENT = "double_financement", "Double financement"
    CALCUL = "calcul", "Erreur de calcul"
    AUTRE = "autre", "Autre motif"


class NaturePaiement(TextChoices):
    AVANCE = "avance", "Avance"
    ACOMPTE = "acompte", "Acompte"
    SOLDE = "solde", "Solde"
    RECOUVREMENT = "recouvrement", "Recouvrement"
