"""What the participants of the demonstration are like: the figures of 2014-2020 (`domaine.md` 1.11), met by quotas.

A quota is an exact share of the persons, dealt at random: ten persons or eighty thousand have the same profile.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TypeVar

from participants.enums import Diplome, OuiNon, Reponse, Sexe, StatutEmploi, TypeContrat

T = TypeVar("T")
CHOMEUR, INACTIF, EMPLOI = StatutEmploi.CHOMEUR, StatutEmploi.INACTIF, StatutEmploi.EMPLOI
INCONNU = ""  # at the exit: an answer that nobody gave


@dataclass(frozen=True)
class Profil:
    """A former delegated body. Shares are out of a hundred persons, those of the exits out of a hundred who left."""

    code: str
    organisme: str
    nombre: int  # in 2014-2020: its weight here
    hommes: int
    age: int  # mean, in full years
    minima: tuple[str, int]  # the answer that the figure is about, and its share
    jeunes_hors_minima: int  # of those out of them, how many are under 30
    college: int  # CITE 0-2
    superieur: int
    entrees: Mapping[str, int]
    sorties: Mapping[str, int]
    durables: int  # of the exits, in a job that lasts
    plie: int


# The Département publishes 28 % in work at the entry, 50 % out of work, 21 % inactive: the point left is in work here.
# At the exit, its shares leave 7 % unsaid. The PLIE publish 39 % inactive at the entry, 7 % at the exit, 19 points more
# out of work, 37 % in a job that lasts: the share out of work at the entry, which they do not say, is chosen.
PROFILS = [
    Profil(
        code="CD",
        organisme="CD62",
        nombre=25_689,
        hommes=60,
        age=34,
        minima=("brsa", 65),
        jeunes_hors_minima=96,
        college=70,
        superieur=7,
        entrees={CHOMEUR: 50, INACTIF: 21, EMPLOI: 29},
        sorties={CHOMEUR: 38, INACTIF: 14, EMPLOI: 41, INCONNU: 7},
        durables=29,
        plie=2,
    ),
    Profil(
        code="OCA",
        organisme="TM",
        nombre=29_937,
        hommes=54,
        age=36,
        minima=("minima_sociaux", 59),
        jeunes_hors_minima=30,
        college=53,
        superieur=11,
        entrees={CHOMEUR: 20, INACTIF: 39, EMPLOI: 41},
        sorties={CHOMEUR: 39, INACTIF: 7, EMPLOI: 54},
        durables=37,
        plie=98,
    ),
    Profil(
        code="APA",
        organisme="TM",
        nombre=25_006,
        hommes=60,
        age=36,
        minima=("minima_sociaux", 65),
        jeunes_hors_minima=30,
        college=54,
        superieur=10,
        entrees={CHOMEUR: 20, INACTIF: 39, EMPLOI: 41},
        sorties={CHOMEUR: 39, INACTIF: 7, EMPLOI: 54},
        durables=37,
        plie=98,
    ),
]
# (yes, does not wish to answer) out of a thousand
SENSIBLES = {
    "reconnaissance_handicap": (82, 0),
    "nationalite_hors_ue": (46, 8),
    "origine_etrangere": (94, 41),
    "minorite": (9, 30),
    "sans_logement": (31, 20),
}
RECHERCHE: dict[str, float] = {CHOMEUR: 0.92, INACTIF: 0.25}  # share in search of a job at the exit, by status
AGE_MINIMUM, JEUNE, AGE_MAXIMUM = 16, 30, 64
DURABLES = {TypeContrat.CDI: 55, TypeContrat.CDD_LONG: 35, TypeContrat.INDEPENDANT: 10}
PASSAGERS = {TypeContrat.CDD_COURT: 58, TypeContrat.AIDE: 34, TypeContrat.AUTRE: 8}


def partager(total: int, poids: Iterable[int | float]) -> list[int]:
    """Whole parts of a total, by weight: their sum is the total."""
    cumuls = list(accumulate(poids, initial=0))
    bornes = [round(total * cumul / cumuls[-1]) for cumul in cumuls]
    return [suivante - borne for borne, suivante in pairwise(bornes)]


def doser(alea: random.Random, nombre: int, parts: Mapping[T, int]) -> list[T]:
    """So many values, each in its share, in any order."""
    valeurs = [v for v, n in zip(parts, partager(nombre, parts.values()), strict=True) for _ in range(n)]
    alea.shuffle(valeurs)
    return valeurs


def tirer_ages(alea: random.Random, profil: Profil, minima: Sequence[bool]) -> list[int]:
    """Ages whose mean is the one of the profile; those out of minimum benefits are young in the share it says."""
    hors = [rang for rang, oui in enumerate(minima) if not oui]
    jeunes = set(alea.sample(hors, round(len(hors) * profil.jeunes_hors_minima / 100)))
    bornes = [
        (AGE_MINIMUM, JEUNE - 1) if rang in jeunes else (18 if oui else JEUNE, AGE_MAXIMUM)
        for rang, oui in enumerate(minima)
    ]
    ages = [round(alea.triangular(bas, haut, bas + (haut - bas) * 0.4)) for bas, haut in bornes]
    reste = profil.age * len(ages) - sum(ages)
    while reste:
        rang, pas = alea.randrange(len(ages)), 1 if reste > 0 else -1
        if bornes[rang][0] <= ages[rang] + pas <= bornes[rang][1]:
            ages[rang] += pas
            reste -= pas
    return ages


def tirer_entrees(alea: random.Random, profil: Profil, nombre: int) -> list[dict]:
    """The answers at the entry of so many persons, and their age."""
    champ, part = profil.minima
    minima = doser(alea, nombre, {True: part, False: 100 - part})
    colonnes = {
        "sexe": doser(alea, nombre, {Sexe.HOMME: profil.hommes, Sexe.FEMME: 100 - profil.hommes}),
        "niveau_diplome": doser(
            alea,
            nombre,
            {
                Diplome.CITE_0_2: profil.college,
                Diplome.CITE_3_4: 100 - profil.college - profil.superieur,
                Diplome.CITE_5_8: profil.superieur,
            },
        ),
        "statut_emploi": doser(alea, nombre, profil.entrees),
        "participant_plie": doser(alea, nombre, {OuiNon.OUI: profil.plie, OuiNon.NON: 100 - profil.plie}),
        "age_entree": tirer_ages(alea, profil, minima),
        **{
            nom: doser(alea, nombre, {Reponse.OUI: oui, Reponse.NSP: nsp, Reponse.NON: 1000 - oui - nsp})
            for nom, (oui, nsp) in SENSIBLES.items()
        },
    }
    personnes = [dict(zip(colonnes, valeurs, strict=True)) for valeurs in zip(*colonnes.values(), strict=True)]
    for personne, oui in zip(personnes, minima, strict=True):
        autre = "minima_sociaux" if champ == "brsa" else "brsa"
        personne[champ] = Reponse.OUI if oui else Reponse.NON
        personne[autre] = Reponse.OUI if oui and (autre == "minima_sociaux" or alea.random() < 0.85) else Reponse.NON
        personne["en_formation"] = OuiNon.OUI if alea.random() < 0.06 else OuiNon.NON
        if personne["statut_emploi"] == CHOMEUR:
            personne["duree_chomage_mois"] = round(alea.triangular(0, 60, 14))
    return personnes


def tirer_sorties(alea: random.Random, profil: Profil, entrees: Sequence[dict]) -> list[dict]:
    """The answers at the exit of persons who left, those already in work keeping it most of the time."""
    statuts = doser(alea, len(entrees), profil.sorties)
    statuts.sort(key=lambda statut: statut == EMPLOI)  # work last: the end is dealt first to those who had it
    fideles = [rang for rang, e in enumerate(entrees) if e["statut_emploi"] == EMPLOI and alea.random() < 0.8]
    dus: dict[int, str] = {}
    for rang in fideles:
        if statuts and statuts[-1] == EMPLOI:
            dus[rang] = statuts.pop()
    alea.shuffle(statuts)
    restants = iter(statuts)
    lus = [dus[rang] if rang in dus else next(restants) for rang in range(len(entrees))]
    contrats = iter(tirer_contrats(alea, lus.count(EMPLOI), round(len(lus) * profil.durables / 100)))
    return [_sortie(alea, statut, next(contrats) if statut == EMPLOI else "") for statut in lus]


def tirer_contrats(alea: random.Random, emplois: int, durables: int) -> list[TypeContrat]:
    durables = min(durables, emplois)
    contrats = [*doser(alea, durables, DURABLES), *doser(alea, emplois - durables, PASSAGERS)]
    alea.shuffle(contrats)
    return contrats


def _sortie(alea: random.Random, statut: str, contrat: str) -> dict:
    en_recherche = RECHERCHE.get(statut, 0.08)
    return {
        "motif_sortie": alea.choices(["terme", "abandon", "exclusion", "autre"], [74, 17, 3, 6])[0],
        "statut_emploi_sortie": statut,
        "type_contrat": contrat,
        "en_formation_sortie": OuiNon.OUI if alea.random() < (0.05 if statut == EMPLOI else 0.16) else OuiNon.NON,
        "qualification_obtenue": OuiNon.OUI if alea.random() < 0.11 else OuiNon.NON,
        "recherche_active": OuiNon.OUI if alea.random() < en_recherche else OuiNon.NON,
    }
