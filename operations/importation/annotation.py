"""The file that was sent, with each faulty cell marked and what to write instead."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from comptes.classeurs import Cellule, ecrire_xlsx
from comptes.lecture import LigneLue, Valeur, lire_tableau

from .colonnes import A_CORRIGER, FEUILLE, lire_entete
from .fautes import Faute, ecrire_nombre, montrer


def annoter(contenu: bytes, fautes: list[Faute]) -> bytes:
    lignes = lire_tableau(contenu, feuille=FEUILLE)
    return annoter_lignes(lignes, lire_entete(lignes[0]).rangs, fautes, feuille=FEUILLE)


def annoter_lignes(lignes: Sequence[LigneLue], rangs: dict[str, int], fautes: list[Faute], *, feuille: str) -> bytes:
    """A workbook with the same lines and cells, each fault as a note on its cell and in a last column.

    That column is left out when the file is sent again, for its title is known.
    """
    largeur = max(len(ligne.cellules) for ligne in lignes)
    par_ligne = grouper_par_ligne(fautes)
    notes, sorties = {}, []
    for rang, ligne in enumerate(lignes):
        siennes = par_ligne.get(ligne.numero, [])
        for faute in siennes:
            if faute.colonne in rangs:
                notes[(feuille, rang, rangs[faute.colonne])] = _dire(faute)
        cellules = [recopier(cellule) for cellule in ligne.cellules]
        dernier = A_CORRIGER if rang == 0 else dire_toutes(siennes)
        sorties.append([*cellules, *[None] * (largeur - len(cellules)), dernier])
    tampon = io.BytesIO()
    ecrire_xlsx(tampon, {feuille: sorties}, notes=notes)
    return tampon.getvalue()


def grouper_par_ligne(fautes: list[Faute]) -> dict[int, list[Faute]]:
    par_ligne: dict[int, list[Faute]] = {}
    for faute in fautes:
        par_ligne.setdefault(faute.ligne, []).append(faute)
    return par_ligne


def dire_toutes(fautes: list[Faute]) -> str:
    return "\n".join(f"{faute.colonne}\u00a0: {_dire(faute)}" for faute in fautes)


def _dire(faute: Faute) -> str:
    return f"{faute.regle} Proposition : {faute.proposition}" if faute.proposition else faute.regle


def recopier(cellule: Valeur) -> Cellule:
    if isinstance(cellule, bool):
        return "oui" if cellule else "non"
    if isinstance(cellule, float):
        return Decimal(ecrire_nombre(cellule))
    return cellule if isinstance(cellule, str | date | None) else montrer(cellule)
