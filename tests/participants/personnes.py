"""Invented people: names of no one, with a few very common ones, as in any département."""

import random
from datetime import date, timedelta
from itertools import product

DEBUTS = [
    "Ba",
    "Bré",
    "Ca",
    "Cho",
    "Da",
    "Dré",
    "Fa",
    "Gué",
    "Ha",
    "Ju",
    "La",
    "Le",
    "Mo",
    "Na",
    "Pé",
    "Ra",
    "So",
    "Ta",
]
MILIEUX = ["bi", "cou", "dro", "fou", "gno", "lla", "mar", "nne", "que", "ssi", "tre", "vau", ""]
FINS = ["bard", "cq", "don", "fin", "gier", "lain", "moz", "not", "quet", "rel", "vart", "zeau"]
NOMS = ["".join(parts) for parts in product(DEBUTS, MILIEUX, FINS)]  # 2 808
DEBUTS_PRENOM = ["A", "Bé", "Clo", "Di", "E", "Fla", "Ge", "Hé", "I", "Jo", "Ka", "Lou", "Ma", "Né"]
FINS_PRENOM = ["bine", "dric", "lis", "mel", "nou", "rine", "sane", "tor", "vik", "zelle"]
PRENOMS = ["".join(parts) for parts in product(DEBUTS_PRENOM, FINS_PRENOM)]  # 140
COMPOSES = [f"{un}-{autre.capitalize()}" for un, autre in zip(PRENOMS[::5], PRENOMS[3::5], strict=False)]
NAISSANCES = date(1960, 1, 1)

Personne = dict[str, str]


class Registre:
    """Draws people; the first names of each list carry most of them."""

    def __init__(self, graine: int):
        self.hasard = random.Random(graine)
        self.noms = self.hasard.sample(NOMS, len(NOMS))
        self.prenoms = PRENOMS + COMPOSES
        self.poids_noms = [1 / (rang + 15) for rang in range(len(self.noms))]
        self.poids_prenoms = [1 / (rang + 10) for rang in range(len(self.prenoms))]

    def tirer(self, nombre: int) -> list[Personne]:
        noms = self.hasard.choices(self.noms, self.poids_noms, k=nombre)
        prenoms = self.hasard.choices(self.prenoms, self.poids_prenoms, k=nombre)
        jours = [NAISSANCES + timedelta(days=self.hasard.randrange(47 * 365)) for _ in range(nombre)]
        return [
            {"nom": nom, "prenom": prenom, "date_naissance": jour.isoformat()}
            for nom, prenom, jour in zip(noms, prenoms, jours, strict=True)
        ]

    def faute(self, mot: str) -> str:
        """One letter lost, added, changed, or swapped with the next one."""
        rang = self.hasard.randrange(len(mot) - 1)
        debut, lettre, fin = mot[:rang], mot[rang], mot[rang + 1 :]
        return self.hasard.choice(
            [debut + fin, debut + lettre + "h" + fin, f"{debut}y{fin}", debut + fin[0] + lettre + fin[1:]]
        )

    def varier(self, personne: Personne, genre: str) -> Personne:
        """The same person, written otherwise elsewhere."""
        nom, prenom, jour = personne["nom"], personne["prenom"], personne["date_naissance"]
        variante = {
            "identique": personne,
            "casse et accents": {"nom": nom.upper().translate(SANS_ACCENT), "prenom": prenom.translate(SANS_ACCENT)},
            "traits d’union": {"nom": f"{nom[:3]}-{nom[3:]}", "prenom": prenom.replace("-", " ")},
            "ordre": {"nom": prenom, "prenom": nom},
            "faute dans le nom": {"nom": self.faute(nom)},
            "faute dans le prénom": {"prenom": self.faute(prenom)},
            "jour et mois": {"date_naissance": inverser(jour)},
            "chiffre": {"date_naissance": f"{jour[:3]}{(int(jour[3]) + 1) % 10}{jour[4:]}"},
        }[genre]
        return personne | variante


SANS_ACCENT = str.maketrans("éèêàçÉ", "eeeacE")
GENRES = [
    "identique",
    "casse et accents",
    "traits d’union",
    "ordre",
    "faute dans le nom",
    "faute dans le prénom",
    "jour et mois",
    "chiffre",
]


def inverser(jour: str) -> str:
    """Day and month swapped, where that makes a date."""
    annee, mois, quantieme = jour.split("-")
    return f"{annee}-{quantieme}-{mois}" if int(quantieme) <= 12 else jour
