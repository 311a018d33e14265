"""The answers a record may hold (`domaine.md` 2.6, 3.2, 3.3). An empty text is an answer that was not given."""

from django.db.models import TextChoices


class Sexe(TextChoices):
    FEMME = "F", "Femme"
    HOMME = "H", "Homme"
    AUTRE = "X", "Non binaire"


class StatutEmploi(TextChoices):
    CHOMEUR = "chomeur", "Au chômage"
    INACTIF = "inactif", "Inactif"
    EMPLOI = "emploi", "En emploi"


class Diplome(TextChoices):
    """The highest level obtained, by groups of the CITE."""

    CITE_0_2 = "CITE_0_2", "Collège ou moins (CITE 0 à 2)"
    CITE_3_4 = "CITE_3_4", "CAP, BEP, baccalauréat (CITE 3 ou 4)"
    CITE_5_8 = "CITE_5_8", "Supérieur (CITE 5 à 8)"


class OuiNon(TextChoices):
    OUI = "oui", "Oui"
    NON = "non", "Non"


class Reponse(TextChoices):
    """Sensitive questions admit a refusal, which is an answer: it leaves nothing missing."""

    OUI = "oui", "Oui"
    NON = "non", "Non"
    NSP = "nsp", "Ne souhaite pas répondre"


class TypeContrat(TextChoices):
    CDI = "cdi", "CDI"
    CDD_LONG = "cdd_6_mois_et_plus", "CDD de 6 mois et plus"
    CDD_COURT = "cdd_moins_6_mois", "CDD de moins de 6 mois"
    AIDE = "aide", "Contrat aidé"
    INDEPENDANT = "independant", "Travail indépendant"
    AUTRE = "autre", "Autre contrat"


class MotifSortie(TextChoices):
    TERME = "terme", "Terme du parcours"
    ABANDON = "abandon", "Abandon"
    EXCLUSION = "exclusion", "Exclusion"
    AUTRE = "autre", "Autre motif"


class SourceQpv(TextChoices):
    """How the neighbourhood is known: from the coordinates of the address, or as declared."""

    ADRESSE = "adresse", "Adresse géolocalisée"
    DECLARE = "declare", "Code déclaré"


class NatureConsultation(TextChoices):
    """Why an identity was shown."""

    FICHE = "fiche", "Fiche de la personne"
    LISTE = "liste", "Liste d’une opération"
    RECHERCHE = "recherche", "Recherche par nom"
    SAISIE = "saisie", "Saisie ou correction"
    EXPORT = "export", "Export nominatif"
    DROIT_ACCES = "droit_acces", "Exercice du droit d’accès"


class CodeEntites(TextChoices):
    """Entities supported, entered on the operation."""

    EECO18 = "EECO18", "Administrations et services publics soutenus"
    EECO19 = "EECO19", "Micro-entreprises et PME soutenues"


class SensDoublon(TextChoices):
    """What a body concludes about one of its records that overlaps one of the other body’s."""

    ETAPE_SUCCESSIVE = "etape_successive", "Étapes différentes d’un même parcours"
    MEME_ETAPE = "meme_etape", "Même étape financée deux fois"
    AUTRE_PERSONNE = "autre_personne", "Pas la même personne"


class SensPartage(TextChoices):
    """What a body concludes about a record that the line of demarcation does not admit."""

    ADMISE = "admise", "Fiche maintenue, situation justifiée"
    A_CORRIGER = "a_corriger", "Fiche à corriger"
    A_RETIRER = "a_retirer", "Personne à retirer de l’opération"


class EtatFiche(TextChoices):
    """What the lists filter on."""

    INCOMPLETE = "incomplete", "Incomplètes"
    RETARD = "retard", "En retard de saisie"
    EN_COURS = "en_cours", "En cours"
    SORTIES = "sorties", "Sorties"
    ANNULEES = "annulees", "Annulées"
