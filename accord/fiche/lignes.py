"""The one shape of a fact on the page, and how its value is written."""

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal

from ..chargement.commun import EUROS
from ..enums import Certitude
from ..montants import FINE, INSECABLE, format_euros
from ..sources import ecrire_source

NON_PRECISE = "non précisé"
# 116 450; −7,1 %; 1 490 M€; « 171,3 M€ »; plus de 35 000 personnes; 10e
NOMBRE = re.compile(
    r"(?:«\s)?(?:plus de |près de |environ )?[+−]?\d(?:[\d\s]*\d)?(?:,\d+)?(?:er|e)?(?:\s[^\d\s]{1,12}){0,3}(?:\s»)?"
)
A_SURVEILLER = {Certitude.A_VERIFIER, Certitude.HYPOTHESE, Certitude.NON_RELU}


@dataclass(frozen=True)
class Cellule:
    """What one column says; `sous` in small under it, `url` when it leads somewhere."""

    texte: str
    sous: str = ""
    url: str = ""
    statut: str = ""
    est_nombre: bool = False


@dataclass(frozen=True)
class Ligne:
    """One fact: its name, its values column by column, where it comes from and how sure it is."""

    tete: str
    cellules: list[Cellule]
    source: str
    certitude: str = Certitude.LU
    note: str = ""
    precision: str = ""
    code: str = ""
    ancre: str = ""
    fonds: str = ""
    rang: int | None = None  # of the intermediate body, for its mark
    parent: str = ""  # the line it stands under

    @property
    def certitude_lisible(self) -> str:
        return "" if self.certitude == Certitude.LU else Certitude(self.certitude).label

    @property
    def est_a_surveiller(self) -> bool:
        return self.certitude in A_SURVEILLER

    @property
    def texte(self) -> str:
        """All its words, for the search."""
        valeurs = [f"{c.texte} {c.sous}" for c in self.cellules]
        sources = [self.source, ecrire_source(self.source)]  # as the file of the agreement writes it, and in full
        return cle(" ".join([self.code, self.tete, self.parent, self.precision, self.note, *sources, *valeurs]))


@dataclass
class Bloc:
    """A titled table of facts; `colonnes` names what stands between the fact and its source."""

    ancre: str
    titre: str
    colonnes: list[str]
    lignes: list[Ligne]
    phrase: str = ""
    entete: str = "Fait"
    url: str = ""
    lien: str = ""
    fonds: str = ""
    rubrique: tuple[str, str] = field(default=("", ""))  # where a search found it: URL, name

    @property
    def nombres(self) -> list[bool]:
        """For each column, whether it holds nothing but figures: it is then set to the right."""
        return [
            any(c.texte for c in colonne) and all(c.est_nombre or not c.texte for c in colonne)
            for colonne in zip(*(ligne.cellules for ligne in self.lignes), strict=True)
        ]

    @property
    def rangees(self) -> list[tuple[Ligne, list[tuple[str, bool, Cellule]]]]:
        """Each line with its cells, each with the name of its column and whether it holds figures."""
        return [(ligne, list(zip(self.colonnes, self.nombres, ligne.cellules, strict=True))) for ligne in self.lignes]

    @property
    def entetes(self) -> list[tuple[str, bool]]:
        return list(zip(self.colonnes, self.nombres, strict=True)) if self.lignes else []


def cle(texte: str) -> str:
    """Case, accents, apostrophes and spaces of figures do not count in a search."""
    texte = unicodedata.normalize("NFD", texte.replace(FINE, " ").replace(INSECABLE, " ").replace("’", "'"))
    texte = "".join(signe for signe in texte if not unicodedata.combining(signe)).casefold()
    return re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "", texte)


def contient(texte: str, mots: list[str]) -> bool:
    """True when each word begins one of the words of the text (« rsa » is not in « versant »)."""
    return all(re.search(rf"(?<![^\W_]){re.escape(mot)}", texte) for mot in mots)


def ecrire_valeur(valeur: str, unite: str = "") -> Cellule:
    """31 592 507,00 €; 8,4 %; 116 450 personnes; a sentence as it is."""
    if unite == EUROS:
        return Cellule(format_euros(Decimal(valeur)), est_nombre=True) if valeur else Cellule("")
    if unite and valeur:
        valeur = f"{valeur}{FINE if unite == '%' else INSECABLE}{unite}"
    return Cellule(valeur, est_nombre=bool(NOMBRE.fullmatch(valeur)))


def ligne_de(fait, tete: str, *cellules: Cellule | str, **champs) -> Ligne:
    """A line from any row that carries a source, a certitude and a note."""
    ecrites = [c if isinstance(c, Cellule) else Cellule(c) for c in cellules]
    champs = {"note": fait.note, "code": getattr(fait, "code", ""), **champs}
    return Ligne(tete, ecrites, fait.source, fait.certitude, **champs)
