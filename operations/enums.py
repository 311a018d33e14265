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
# an operation under way, or that was: it is paid, certified, recovered
STATUTS_DEMARRES = [Statut.EN_EXECUTION, Statut.ACHEVEE, Statut.SOLDEE, Statut.RESILIEE]
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
# the conditions of their decision can still be lifted
STATUTS_SUIVIS = [Statut.PROGRAMMEE, Statut.CONVENTIONNEE, Statut.EN_EXECUTION, Statut.ACHEVEE]
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


class ProfilCout(TextChoices):
    """How the costs of a plan are established: one flat rate at most, never two on a base (`domaine.md` 5)."""

    REEL = "REEL", "Coûts réels"
    OCS_7 = "OCS_7", "Coûts indirects au forfait, sur les coûts directs"
    OCS_15 = "OCS_15", "Coûts indirects au forfait, sur le personnel direct"
    OCS_20 = "OCS_20", "Personnel direct au forfait, sur les autres coûts directs"
    OCS_40 = "OCS_40", "Coûts restants au forfait, sur le personnel direct"


class CategorieDepense(TextChoices):
    PERSONNEL = "personnel", "Personnel direct"
    FONCTIONNEMENT = "fonctionnement", "Fonctionnement"
    PRESTATIONS = "prestations", "Prestations externes"
    PARTICIPANTS = "participants", "Dépenses liées aux participants"
    SALAIRES_PARTICIPANTS = "salaires_participants", "Salaires et indemnités des participants"
    INDIRECTS = "indirects", "Coûts indirects"
    RESTE = "reste", "Coûts restants"


class NatureRessource(TextChoices):
    """Who brings money beside the fund; each value is the total of a plan that it adds up to."""

    ETAT = "contrepartie_etat", "État"
    REGION = "contrepartie_region", "Région"
    DEPARTEMENT = "contrepartie_departement", "Département"
    EPCI_COMMUNE = "contrepartie_epci_commune", "Intercommunalités et communes"
    AUTRE_PUBLIC = "contrepartie_autre_public", "Autres financeurs publics"
    PRIVE = "contrepartie_prive", "Financeurs privés"
    AUTOFINANCEMENT = "autofinancement", "Autofinancement"
    RECETTES = "recettes", "Recettes"


class EtatRessource(TextChoices):
    DEMANDE = "demande", "Demandé"
    PROMIS = "promis", "Promis"
    ACQUIS = "acquis", "Acquis"


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


class ReponseLigne(TextChoices):
    """Answer to one line of demarcation of the agreement."""

    RESPECTEE = "respectee", "Respectée"
    SANS_OBJET = "sans_objet", "Sans objet pour cette opération"
    NON_RESPECTEE = "non", "Non respectée"


class NatureBilan(TextChoices):
    INTERMEDIAIRE = "intermediaire", "Bilan intermédiaire"
    FINAL = "final", "Bilan final"


class MotifEcart(TextChoices):
    """Why a declared expense is set aside at the CSF: the typology of errors, and what a flat rate loses with them."""

    INELIGIBLE = "ineligible", "Dépense inéligible"
    HORS_PERIODE = "hors_periode", "Hors période"
    NON_JUSTIFIEE = "non_justifiee", "Pièce absente ou insuffisante"
    NON_ACQUITTEE = "non_acquittee", "Dépense non acquittée"
    NON_RATTACHABLE = "non_rattachable", "Sans lien avec l’opération"
    COMMANDE_PUBLIQUE = "commande_publique", "Mise en concurrence"
    DOUBLE_FINANCEMENT = "double_financement", "Double financement"
    CALCUL = "calcul", "Erreur de calcul"
    FORFAIT = "forfait", "Conséquence du forfait"
    AUTRE = "autre", "Autre motif"


class ResultatVerification(TextChoices):
    ACCEPTEE = "acceptee", "Acceptée"
    ECARTEE = "ecartee", "Écartée"


class EtapeBilan(TextChoices):
    """Where a report stands (`domaine.md` 4.2)."""

    ATTENDU = "attendu", "Attendu"
    DEPOSE = "depose", "Déposé"
    EN_CSF = "en_csf", "En contrôle"
    CONTRADICTOIRE = "contradictoire", "Contradictoire"
    CSF_VALIDE = "csf_valide", "Contrôlé"
    PAYE = "paye", "Payé"


class NaturePaiement(TextChoices):
    AVANCE = "avance", "Avance"
    ACOMPTE = "acompte", "Acompte"
    SOLDE = "solde", "Solde"
    RECOUVREMENT = "recouvrement", "Recouvrement"


class TypePiece(TextChoices):
    """What a document is: those of an application first, then those of its life (`domaine.md` 4.1)."""

    STATUTS = "statuts", "Statuts"
    IDENTITE_BANCAIRE = "identite_bancaire", "Relevé d’identité bancaire"
    IMMATRICULATION = "immatriculation", "Extrait d’immatriculation ou avis de situation"
    POUVOIR = "pouvoir", "Délégation de signature ou pouvoir"
    DELIBERATION = "deliberation", "Délibération ou décision de l’organe compétent"
    COMPTES_ANNUELS = "comptes_annuels", "Comptes annuels ou rapport du commissaire aux comptes"
    REGULARITE_FISCALE = "regularite_fiscale", "Attestation de régularité fiscale"
    REGULARITE_SOCIALE = "regularite_sociale", "Attestation de régularité sociale"
    BUDGET = "budget", "Budget prévisionnel"
    COFINANCEMENT = "cofinancement", "Attestation de cofinancement"
    DESCRIPTIF = "descriptif", "Description de l’opération"
    FICHES_DE_POSTE = "fiches_de_poste", "Fiches de poste et lettres de mission"
    COMMANDE_PUBLIQUE = "commande_publique", "Mise en concurrence"
    RAPPORT_INSTRUCTION = "rapport_instruction", "Rapport d’instruction"
    DECISION = "decision", "Décision de programmation et sa notification"
    CONVENTION = "convention", "Convention signée"
    AVENANT = "avenant", "Avenant signé"
    DEMARRAGE = "demarrage", "Attestation de démarrage"
    BILAN = "bilan", "Bilan d’exécution"
    JUSTIFICATIF_DEPENSE = "justificatif_depense", "Justificatif de dépense"
    ACQUITTEMENT = "acquittement", "Preuve d’acquittement"
    TEMPS_PASSE = "temps_passe", "Suivi du temps passé"
    PARTICIPANTS = "participants", "Justificatifs de participation"
    CONTROLE = "controle", "Conclusions du contrôle de service fait"
    CONTRADICTOIRE = "contradictoire", "Réponse du bénéficiaire"
    VISITE = "visite", "Compte rendu de visite sur place"
    PUBLICITE = "publicite", "Preuve de publicité du financement européen"
    PAIEMENT = "paiement", "Preuve de paiement"
    AUTRE = "autre", "Autre pièce"


# what a call may ask for at the deposit
TYPES_PIECE_DEMANDE = [
    TypePiece.STATUTS,
    TypePiece.IDENTITE_BANCAIRE,
    TypePiece.IMMATRICULATION,
    TypePiece.POUVOIR,
    TypePiece.DELIBERATION,
    TypePiece.COMPTES_ANNUELS,
    TypePiece.REGULARITE_FISCALE,
    TypePiece.REGULARITE_SOCIALE,
    TypePiece.BUDGET,
    TypePiece.COFINANCEMENT,
    TypePiece.DESCRIPTIF,
    TypePiece.FICHES_DE_POSTE,
    TypePiece.COMMANDE_PUBLIQUE,
    TypePiece.AUTRE,
]


class CategorieSansAvance(TextChoices):
    """Beneficiaries to whom no advance is paid (`domaine.md` 4.1)."""

    COLLECTIVITE = "collectivite", "Collectivité territoriale ou groupement"
    OPCO = "opco", "Opérateur de compétences (OPCO)"
    OPERATEUR_ETAT = "operateur_etat", "Opérateur de l’État"


class VerdictAntivirus(TextChoices):
    """What the scanner said of a file when it came in."""

    SAINE = "saine", "aucun virus trouvé"
    NON_ANALYSEE = "non_analysee", "non analysée"


class StatutObservation(TextChoices):
    OUVERTE = "ouverte", "Réponse attendue"
    REPONDUE = "repondue", "Réponse reçue"
    CLOSE = "close", "Close"


class SensMessage(TextChoices):
    QUESTION = "question", "Question"
    REPONSE = "reponse", "Réponse"
    CLOTURE = "cloture", "Clôture"


class RoleStructure(TextChoices):
    """What a structure is to the operations of an agreement."""

    BENEFICIAIRE = "beneficiaire", "Bénéficiaire"
    COFINANCEUR = "cofinanceur", "Cofinanceur"
    PARTENAIRE = "partenaire", "Partenaire"
    PRESTATAIRE = "prestataire", "Prestataire"
