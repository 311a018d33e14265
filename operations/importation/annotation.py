"""The file that was sent, with each faulty cell marked and what to write instead."""

import io
from datetime import date
from decimal import Decimal

from comptes.classeurs import Cellule, ecrire_xlsx
from comptes.lecture import Valeur, lire_tableau

from .colonnes import A_CORRIGER, FEUILLE, lire_entete
from .fautes import Faute, ecrire_nombre, montrer


def annoter(contenu: bytes, fautes: list[Faute]) -> bytes:
    """A workbook with the same lines and cells, each fault as a note on its cell and in a last column.

    That column is left out when the file is sent again, for its title is known.
    """
    lignes = lire_tableau(contenu, feuille=FEUILLE)
    rangs = lire_entete(lignes[0]).rangs
    largeur = max(len(ligne.cellules) for ligne in lignes)
    par_ligne: dict[int, list[Faute]] = {}
    for faute in fautes:
        par_ligne.setdefault(faute.ligne, []).append(faute)
    notes, sorties = {}, []
    for rang, ligne in enumerate(lignes):
        siennes = par_ligne.get(ligne.numero, [])
        for faute in siennes:
            if faute.colonne in rangs:
                notes[(FEUILLE, rang, rangs[faute.colonne])] = _dire(faute)
        cellules = [_recopier(cellule) for cellule in ligne.cellules]
        dernier = A_CORRIGER if rang == 0 else "\n".join(f"{faute.colonne} : {_dire(faute)}" for faute in siennes)
        sorties.append([*cellules, *[None] * (largeur - len(cellules)), dernier])
    tampon = io.BytesIO()
    ecrire_xlsx(tampon, {FEUILLE: sorties}, notes=notes)
    return tampon.getvalue()


def _dire(faute: Faute) -> str:
    return f"{faute.regle} Proposition : {faute.proposition}" if faute.proposition else faute.regle


def _recopier(cellule: Valeur) -> Cellule:
    if isinstance(cellule, bool):
        return "oui" if cellule else "non"
    if isinstance(cellule, float):
        return Decimal(ecrire_nombre(cellule))
    return cellule if isinstance(cellule, str | date | None) else montrer(cellule)
