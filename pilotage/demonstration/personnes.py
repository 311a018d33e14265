"""Invented persons. A surname is made of syllables and ends with « (exemple) », which every print and screen shows.

The suffix is a part of the surname for the keyed prints too: it adds the same letters to all of them, so what tells two
persons apart is what told them apart without it. No two share a birth date and a first name, or a birth date and a
surname, or both names: those who look alike are those that `varier` makes, or the same person on two operations.
"""

import random
from datetime import date, timedelta

from django.conf import settings

from participants.empreintes import ordonner_date
from participants.enums import Sexe

from .noms import EXEMPLE


def _mots(texte: str) -> list[str]:
    return texte.split()


DEBUTS = _mots("Bel Bran Car Cour Del Dru Fau Gal Gran Her Jol Lam Mar Nor Per Quin Rous Sau Tri Val Wat")
MILIEUX = _mots("a an ar e el en er i in o on ou u")
FINS = _mots("bart beau court dier foy gny lier mont nel pré quet ré ron sart tel val vel")
PRENOMS = {
    Sexe.FEMME: _mots(
        "Alice Amélie Anaïs Aurore Béatrice Camille Céline Chloé Claire Delphine Élodie Émilie Fatima Florence Gaëlle "
        "Hélène Inès Jeanne Julie Karima Laure Léa Lucie Manon Marion Mathilde Nadia Nathalie Océane Pauline Rachida "
        "Sabrina Sandrine Sophie Valérie Yasmine Zoé Marie-Laure Anne-Sophie Marie-Ève"
    ),
    Sexe.HOMME: _mots(
        "Adrien Ahmed Alexis Antoine Arnaud Benoît Bruno Cédric Clément Damien David Éric Farid Florian François Gaël "
        "Grégory Hugo Jérôme Julien Karim Kévin Laurent Loïc Ludovic Mathieu Mehdi Michel Nicolas Olivier Pascal "
        "Quentin Rémi Romain Samir Sébastien Thierry Tristan Yann Jean-Luc Pierre-Yves Jean-Noël"
    ),
}
RUES = ["rue de l’Exemple", "rue des Essais", "place du Modèle", "allée de la Maquette", "impasse du Brouillon"]


class Etat:
    """The identities given so far, so that nobody looks like anybody by accident."""

    def __init__(self, alea: random.Random):
        self.alea = alea
        self.pris: set[tuple[str, str]] = set()

    def nommer(self, sexe: str, entree: date, age: int, commune: str) -> dict[str, str]:
        """An identity of this gender, and of this age on the day of entry."""
        alea = self.alea
        while True:
            nom = alea.choice(DEBUTS) + alea.choice(MILIEUX) + alea.choice(FINS)
            prenom = alea.choice(PRENOMS[Sexe(sexe)])
            naissance = naitre(alea, entree, age)
            jour = ordonner_date(naissance)
            cles = {(nom, jour), (prenom, jour), (nom, prenom)}
            if not cles & self.pris:
                break
        self.pris |= cles
        return {"nom": f"{nom} {EXEMPLE}", "prenom": prenom, "date_naissance": naissance.isoformat()} | self._joindre(
            commune
        )

    def _joindre(self, commune: str) -> dict[str, str]:
        """Contacts that reach nobody: numbers kept for fiction, a domain that does not exist."""
        alea = self.alea
        contacts = {"commune_naissance": commune, "adresse": f"{alea.randint(1, 120)} {alea.choice(RUES)}"}
        tirage = alea.random()
        if tirage < 0.6:
            contacts["telephone"] = f"06 39 98 {alea.randrange(100):02d} {alea.randrange(100):02d}"
        if 0.4 < tirage < 0.9:
            contacts["courriel"] = f"participant.{alea.randrange(10**6):06d}{settings.DOMAINE_DEMO}"
        if tirage >= 0.9:
            contacts["referent"] = f"Référent du parcours {EXEMPLE}"
        return contacts


def naitre(alea: random.Random, entree: date, age: int) -> date:
    """A birth date that makes this age, in full years, on the day of entry."""
    jour = (
        entree.replace(year=entree.year - age)
        if (entree.month, entree.day) != (2, 29)
        else date(entree.year - age, 2, 28)
    )
    return jour - timedelta(days=alea.randrange(365))


def varier(clair: dict[str, str], rang: int) -> dict[str, str]:
    """The same person as another body wrote them: the spelling variants that the tolerant prints forgive, in turn."""
    nom, prenom, naissance = clair["nom"].removesuffix(f" {EXEMPLE}"), clair["prenom"], clair["date_naissance"]
    annee, mois, jour = naissance.split("-")
    variantes = [
        (nom, prenom, naissance),
        (nom.upper(), prenom.replace("-", " ").upper(), naissance),
        (f"{nom[:3]}{nom[3:].replace(nom[3], nom[3] * 2, 1)}", prenom, naissance),  # a letter typed twice
        (f"{nom[:2]}{nom[3:]}", prenom, naissance),  # a letter forgotten
        (nom, prenom, f"{annee}-{jour}-{mois}" if int(jour) <= 12 else naissance),  # day and month swapped
        (nom, f"{prenom[:1]}{prenom[2:3]}{prenom[1:2]}{prenom[3:]}", naissance),  # two letters swapped
    ]
    nom, prenom, naissance = variantes[rang % len(variantes)]
    return clair | {"nom": f"{nom} {EXEMPLE}", "prenom": prenom, "date_naissance": naissance}
