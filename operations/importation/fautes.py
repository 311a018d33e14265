"""What is wrong in a cell: where, what it holds, the rule, and a correction when there is one."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from accord.typographie import espacer

MONTRE = 80  # characters of a cell that a message repeats


class CelluleRefusee(Exception):
    """The rule that a cell breaks, and what to write instead when it can be guessed."""

    def __init__(self, regle: str, proposition: str = ""):
        super().__init__(regle)
        self.regle, self.proposition = regle, proposition


@dataclass(frozen=True)
class Faute:
    ligne: int
    colonne: str
    valeur: str
    regle: str
    proposition: str = ""

    def dire(self, fichier: str) -> str:
        """One line for the person at the terminal."""
        suite = f" Proposition : {self.proposition}" if self.proposition else ""
        valeur = f"«\u202f{self.valeur}\u202f»" if self.valeur else "vide"
        return espacer(f"{fichier}, ligne {self.ligne}, colonne {self.colonne}, valeur {valeur} : {self.regle}{suite}")

    def to_json(self) -> dict:
        return asdict(self)


def montrer(valeur) -> str:
    """A cell as a person reads it in the spreadsheet, shortened."""
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return "vrai" if valeur else "faux"
    if isinstance(valeur, float):
        return ecrire_nombre(valeur).replace(".", ",")
    if isinstance(valeur, datetime):
        return f"{valeur:%d/%m/%Y %H:%M}"
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    texte = " ".join(str(valeur).split())
    return texte if len(texte) <= MONTRE else texte[: MONTRE - 1] + "…"


def ecrire_nombre(valeur: float) -> str:
    """A number of a sheet as the digits that were typed: 67 for 67.0, 1.5, and never an exponent."""
    if valeur.is_integer():
        return str(int(valeur))
    return f"{valeur:.10f}".rstrip("0")
