"""How many persons an operation counts, for whoever may not read its records one by one (design, « Who may »)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from operations.models import Operation

from .calcul import participants_par_operation
from .calcul_secret import ouvrir_figures
from .secret import ecrire_nombre


@dataclass(frozen=True)
class Effectif:
    """`texte`: the participants as that reader reads them, empty when there is none; those below `seuil` are hidden."""

    texte: str
    au: date
    seuil: int


def lire_effectif(user, operation: Operation) -> Effectif:
    """Hidden with every other figure of the agreement, so that no page can be subtracted from another."""
    vue = ouvrir_figures(operation.accord, user)
    au, lecture = vue.figures.au, vue.lecture
    siens = participants_par_operation(operation.accord, au, Q(operation=operation))
    nombre = siens[operation.pk][1]["eeco01"] if operation.pk in siens else 0
    masque = lecture.operations.get(operation.pk)
    return Effectif(ecrire_nombre(nombre, masque, lecture.seuil) if nombre else "", au, lecture.seuil)
