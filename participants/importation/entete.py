"""The line of titles: which cell holds which column."""

import difflib
from dataclasses import dataclass, field

from comptes.lecture import LigneLue
from operations.importation.fautes import Faute, montrer

from .cellules import simplifier
from .colonnes import PAR_CLE, REQUISES

A_CORRIGER = "à corriger"  # the column that an annotated file adds, left out when it comes back


@dataclass(frozen=True)
class Entete:
    rangs: dict[str, int]
    inconnus: dict[int, str] = field(default_factory=dict)  # place → title that is none of our columns
    fautes: list[Faute] = field(default_factory=list)


def lire_entete(ligne: LigneLue, colonnes: dict[str, str] | None = None, *, avec_operation: bool) -> Entete:
    """Recognise the columns whatever their case, accents and order; `colonnes` says those of a source first.

    An empty name leaves a title out. Unknown, twice or missing: each is a fault.
    """
    rangs: dict[str, int] = {}
    inconnus: dict[int, str] = {}
    fautes = []
    for rang, cellule in enumerate(ligne.cellules):
        titre = montrer(cellule)
        cle = simplifier(titre)
        if not cle or cle == simplifier(A_CORRIGER):
            continue
        nom = (colonnes or {}).get(cle)
        if nom is None:
            nom = PAR_CLE.get(cle)
            if nom in (colonnes or {}).values():
                nom = None  # the source says that another title is this column
        if nom is None:
            inconnus[rang] = titre
            proches = difflib.get_close_matches(cle, PAR_CLE, n=1, cutoff=0.75)
            propose = PAR_CLE[proches[0]] if proches else ""
            fautes.append(
                Faute(
                    ligne.numero,
                    titre,
                    titre,
                    "Cette colonne n’est pas connue\u00a0: associez-la ou retirez-la.",
                    propose,
                )
            )
        elif nom in rangs:
            fautes.append(Faute(ligne.numero, nom, titre, "Cette colonne est là deux fois\u00a0: gardez-en une."))
        elif nom:
            rangs[nom] = rang
    for nom in [*REQUISES, *([] if avec_operation else ["operation"])]:
        if nom not in rangs:
            fautes.append(Faute(ligne.numero, nom, "", "Cette colonne manque\u00a0: ajoutez-la, avec ce titre.", nom))
    return Entete(rangs, inconnus, fautes)
