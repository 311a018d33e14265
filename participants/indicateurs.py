"""What each indicator counts (`domaine.md` 2): conditions on one record, each with the words that say why it fails.

The same conditions make the counters (`compteurs`), and tell for one record why it does not count (`expliquer`).
Combined indicators are sums of these (`domaine.md` 2.1): they are never stored.
"""

from dataclasses import dataclass

from django.db.models import BooleanField, Case, F, Q, Value, When

from .enums import Diplome, OuiNon, Reponse, StatutEmploi, TypeContrat
from .querysets import et


@dataclass(frozen=True)
class Condition:
    q: Q
    motif: str  # in French: why the record does not count where the condition fails


@dataclass(frozen=True)
class Regle:
    """What one counter counts: `quand` is the date that dates it, `population` the counter it is a share of."""

    code: str
    libelle: str
    conditions: tuple[Condition, ...]
    quand: str = "entree_le"
    population: str = ""

    @property
    def colonne(self) -> str:
        return self.code.lower()

    @property
    def q(self) -> Q:
        return et(condition.q for condition in self.conditions)


ACTIVE = Condition(Q(annulee_le__isnull=True), "La fiche est annulée.")
HORS_OS_L = Condition(
    Q(os_l=False), "L’opération relève de l’objectif spécifique L, où cet indicateur ne se calcule pas."
)
HORS_FTJ = Condition(Q(ftj=False), "Cet indicateur ne figure pas dans la liste du FTJ.")
COMPLETE = (
    ACTIVE,
    Condition(Q(age_entree__isnull=False), "La date de naissance manque\u00a0: la fiche est incomplète."),
    Condition(~Q(sexe=""), "Le sexe manque\u00a0: la fiche est incomplète."),
    Condition(
        Q(os_l=True) | ~Q(statut_emploi=""),
        "La situation face à l’emploi à l’entrée manque\u00a0: la fiche est incomplète.",
    ),
    Condition(Q(os_l=True) | ~Q(niveau_diplome=""), "Le niveau de diplôme manque\u00a0: la fiche est incomplète."),
)
SORTIE = Condition(
    Q(sortie_le__isnull=False), "La personne n’est pas sortie\u00a0: un résultat se constate à la sortie."
)


def _egal(champ: str, valeur: str, motif: str) -> Condition:
    return Condition(Q(**{champ: valeur}), motif)


def _statut(*valeurs: str, motif: str) -> Condition:
    return Condition(Q(statut_emploi__in=valeurs), motif)


def _realisation(code: str, libelle: str, *conditions: Condition) -> Regle:
    return Regle(code, libelle, (*COMPLETE, *conditions))


def _oui(champ: str, motif: str) -> tuple[Condition, Condition]:
    """A sensitive answer: « ne souhaite pas répondre » does not count, and the FTJ does not ask."""
    return (HORS_FTJ, _egal(champ, Reponse.OUI, motif))


CHOMEUR = _statut(StatutEmploi.CHOMEUR, motif="La personne n’était pas au chômage à l’entrée.")
INACTIF = _statut(StatutEmploi.INACTIF, motif="La personne n’était pas inactive à l’entrée.")
EN_EMPLOI = _statut(StatutEmploi.EMPLOI, motif="La personne n’était pas en emploi à l’entrée.")
SANS_EMPLOI = _statut(
    StatutEmploi.CHOMEUR,
    StatutEmploi.INACTIF,
    motif="La personne était déjà en emploi à l’entrée\u00a0: l’indicateur compte un changement.",
)
ADRESSE = Condition(~Q(code_insee="") | ~Q(code_qpv=""), "L’adresse est inconnue\u00a0: ni commune ni quartier.")
POPULATIONS = {
    "EECR01": (HORS_OS_L, INACTIF),
    "EECR02": (_egal("en_formation", OuiNon.NON, "La personne était en formation à l’entrée, ou on ne le sait pas."),),
    "EECR03": (),
    "EECR04": (HORS_OS_L, SANS_EMPLOI),
}
RESULTATS = {
    "EECR01": (
        "En recherche d’emploi à la sortie",
        _egal("recherche_active", OuiNon.OUI, "La personne n’était pas en recherche active d’emploi à la sortie."),
    ),
    "EECR02": (
        "En études ou en formation à la sortie",
        _egal("en_formation_sortie", OuiNon.OUI, "La personne n’était pas en formation à la sortie."),
    ),
    "EECR03": (
        "Qualification obtenue à la sortie",
        _egal("qualification_obtenue", OuiNon.OUI, "La personne n’a pas obtenu de qualification à la sortie."),
    ),
    "EECR04": (
        "En emploi, dont indépendant, à la sortie",
        _egal("statut_emploi_sortie", StatutEmploi.EMPLOI, "La personne n’était pas en emploi à la sortie."),
    ),
}

REALISATIONS = [
    _realisation("EECO01", "Nombre total de participants"),
    _realisation("EECO02", "Chômeurs, dont longue durée", HORS_OS_L, CHOMEUR),
    _realisation(
        "EECO03",
        "Chômeurs de longue durée",
        HORS_OS_L,
        CHOMEUR,
        Condition(
            Q(duree_chomage_mois__gte=F("seuil_longue_duree")),
            "La durée de chômage à l’entrée n’atteint pas le seuil, ou n’est pas saisie.",
        ),
    ),
    _realisation("EECO04", "Inactifs", HORS_OS_L, INACTIF),
    _realisation("EECO05", "En emploi, dont indépendants", HORS_OS_L, EN_EMPLOI),
    _realisation(
        "EECO06",
        "Enfants de moins de 18 ans",
        Condition(Q(age_entree__lt=18), "La personne avait 18 ans ou plus à l’entrée."),
    ),
    _realisation(
        "EECO07",
        "Jeunes de 18 à 29 ans",
        Condition(Q(age_entree__gte=18, age_entree__lte=29), "La personne n’avait pas de 18 à 29 ans à l’entrée."),
    ),
    _realisation(
        "EECO08", "55 ans et plus", Condition(Q(age_entree__gte=55), "La personne avait moins de 55 ans à l’entrée.")
    ),
    _realisation(
        "EECO09",
        "Premier cycle du secondaire ou moins (CITE 0-2)",
        HORS_OS_L,
        _egal("niveau_diplome", Diplome.CITE_0_2, "Le diplôme le plus élevé n’est pas de ce niveau."),
    ),
    _realisation(
        "EECO10",
        "Second cycle du secondaire (CITE 3) ou post-secondaire (CITE 4)",
        HORS_OS_L,
        _egal("niveau_diplome", Diplome.CITE_3_4, "Le diplôme le plus élevé n’est pas de ce niveau."),
    ),
    _realisation(
        "EECO11",
        "Enseignement supérieur (CITE 5-8)",
        HORS_OS_L,
        _egal("niveau_diplome", Diplome.CITE_5_8, "Le diplôme le plus élevé n’est pas de ce niveau."),
    ),
    _realisation(
        "EECO12",
        "Participants handicapés",
        *_oui("reconnaissance_handicap", "Aucun handicap reconnu n’est déclaré."),
    ),
    _realisation(
        "EECO13",
        "Ressortissants de pays tiers",
        *_oui("nationalite_hors_ue", "Aucune nationalité hors de l’Union européenne n’est déclarée."),
    ),
    _realisation(
        "EECO14",
        "Participants d’origine étrangère",
        *_oui("origine_etrangere", "Aucune origine étrangère n’est déclarée."),
    ),
    _realisation("EECO15", "Minorités, dont Roms", *_oui("minorite", "Aucune appartenance à une minorité déclarée.")),
    _realisation(
        "EECO16",
        "Sans-abri ou exclus du logement",
        *_oui("sans_logement", "Aucune exclusion du logement n’est déclarée."),
    ),
    _realisation(
        "EECO17",
        "Participants de zones rurales",
        HORS_FTJ,
        Condition(Q(est_rural=True), "La commune de résidence n’est pas en zone rurale, ou on ne le sait pas."),
    ),
]
SUIVI = [
    Regle("FICHES", "Fiches saisies", (ACTIVE,)),
    Regle("ADRESSES_CONNUES", "Participants d’adresse connue", (*COMPLETE, ADRESSE)),
    Regle(
        "EN_QPV",
        "Participants résidant en quartier prioritaire",
        (
            *COMPLETE,
            Condition(Q(en_qpv=True), "L’adresse n’est pas dans un quartier prioritaire, ou on ne le sait pas."),
        ),
        population="ADRESSES_CONNUES",
    ),
    Regle("SORTIES", "Participants sortis", (*COMPLETE, SORTIE), quand="sortie_le"),
]


def _resultats() -> list[Regle]:
    regles = []
    for code, (libelle, constat) in RESULTATS.items():
        population = (*COMPLETE, SORTIE, *POPULATIONS[code])
        regles.append(Regle(f"{code}_POP", f"{libelle}\u00a0: population", population, quand="sortie_le"))
        regles.append(Regle(code, libelle, (*population, constat), quand="sortie_le", population=f"{code}_POP"))
    return regles


# local measures, kept from the former programme and apart from EECR04 (`domaine.md` 2.2)
LOCAUX = [
    Regle(
        "SORTIE_POSITIVE",
        "Sorties positives (emploi, formation ou qualification)",
        (
            *COMPLETE,
            SORTIE,
            Condition(
                Q(statut_emploi_sortie=StatutEmploi.EMPLOI)
                | Q(en_formation_sortie=OuiNon.OUI)
                | Q(qualification_obtenue=OuiNon.OUI),
                "À la sortie, ni emploi, ni formation, ni qualification.",
            ),
        ),
        quand="sortie_le",
        population="SORTIES",
    ),
    Regle(
        "EMPLOI_DURABLE",
        "Sorties en emploi durable (CDI, CDD de 6 mois et plus, travail indépendant)",
        (
            *COMPLETE,
            SORTIE,
            Condition(
                Q(type_contrat__in=[TypeContrat.CDI, TypeContrat.CDD_LONG, TypeContrat.INDEPENDANT]),
                "Le contrat à la sortie n’est pas un emploi durable, ou n’est pas saisi.",
            ),
        ),
        quand="sortie_le",
        population="SORTIES",
    ),
]
REGLES = {regle.code: regle for regle in [*SUIVI, *REALISATIONS, *_resultats(), *LOCAUX]}
# sums that the European system checks (`domaine.md` 2.1): never entered, never stored
COMBINES = {
    "EECO02+04": ("EECO02", "EECO04"),
    "EECO02+05": ("EECO02", "EECO05"),
    "EECO02+04+05": ("EECO02", "EECO04", "EECO05"),
    "EECO06+07": ("EECO06", "EECO07"),
    "EECO10+11": ("EECO10", "EECO11"),
}


def expliquer(participation, codes: list[str]) -> dict[str, list[str]]:
    """Why a record does not count, indicator by indicator: no reason at all means that it counts. One query."""
    conditions = {}
    for code in codes:
        for rang, condition in enumerate(REGLES[code].conditions):
            conditions[f"c_{code.lower()}_{rang}"] = Case(
                When(condition.q, then=Value(True)), default=Value(False), output_field=BooleanField()
            )
    lignes = type(participation).objects.filter(pk=participation.pk).for_indicateurs().annotate(**conditions)
    tenues = lignes.values(*conditions).get()
    return {
        code: [
            condition.motif
            for rang, condition in enumerate(REGLES[code].conditions)
            if not tenues[f"c_{code.lower()}_{rang}"]
        ]
        for code in codes
    }
