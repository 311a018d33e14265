"""The working of a control in words: the three terms, the lowest of them, then what was declared, which limits it."""

from dataclasses import dataclass
from decimal import Decimal

from .models import ControleServiceFait
from .retenu import Retenu

TERMES = [
    "Montant de la convention",
    "Dépenses retenues au taux de la convention",
    "Dépenses retenues moins les autres ressources perçues",
]


@dataclass(frozen=True)
class Calcul:
    """`termes`: name, amount in euros, whether it is the lowest; `plus_bas` is that amount.

    `difference` is the line that the control writes.
    """

    termes: list[tuple[str, Decimal, bool]]
    plus_bas: Decimal
    phrase: str
    declare: Decimal
    cumule: Decimal
    deja: Decimal

    @property
    def difference(self) -> Decimal:
        return self.cumule - self.deja


def build_calcul(retenu: Retenu, deja: Decimal) -> Calcul:
    """`deja` is what earlier controls retained, in euros."""
    montants = [retenu.convention, retenu.au_taux, retenu.au_besoin]
    plus_bas = min(montants)
    decide = TERMES[montants.index(plus_bas)]
    if retenu.ramene_au_declare:
        phrase = "Le plus bas des trois termes dépasse le montant déclaré : il y est ramené."
    elif plus_bas < 0:
        phrase = "Les autres ressources dépassent les dépenses retenues : rien n’est retenu."
    else:
        phrase = (
            f"Le plus bas des trois termes est retenu : {decide[0].lower()}{decide[1:]}. Il ne dépasse pas le "
            "montant déclaré."
        )
    termes = [(nom, montant, montant == plus_bas) for nom, montant in zip(TERMES, montants, strict=True)]
    return Calcul(termes, plus_bas, phrase, retenu.declare, retenu.cumule, deja)


def relire_calcul(controle: ControleServiceFait) -> Calcul | None:
    """The working that was frozen with the conclusions; None for a control recorded without it."""
    if controle.terme_convention is None:
        return None
    retenu = Retenu(controle.terme_convention, controle.terme_taux, controle.terme_besoin, controle.declare_cumule)
    return build_calcul(retenu, controle.ue_cumule - controle.ue_retenu)
