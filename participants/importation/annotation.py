"""The file that was sent, with what is to be corrected: a workbook with notes, or a text file when it is long."""

from collections.abc import Iterator

from comptes.classeurs import Format, stream_csv
from comptes.lecture import LIGNES_MAX, LigneLue, parcourir_tableau
from operations.importation.annotation import annoter_lignes, dire_toutes, grouper_par_ligne, recopier
from operations.importation.fautes import Faute

from .colonnes import FEUILLE
from .entete import A_CORRIGER, Entete


def annoter(lignes: list[LigneLue], entete: Entete, fautes: list[Faute]) -> tuple[Iterator[bytes], Format]:
    """The same lines, with a last column that the next import leaves out.

    A workbook of 80 000 lines takes minutes to write: above what a person corrects by hand, a text file.
    """
    if len(lignes) <= LIGNES_MAX:
        return iter([annoter_lignes(lignes, entete.rangs, fautes, feuille=FEUILLE)]), Format.XLSX
    par_ligne = grouper_par_ligne(fautes)
    largeur = max(len(ligne.cellules) for ligne in lignes)

    def ecrire():
        for rang, ligne in enumerate(lignes):
            cellules = [recopier(cellule) for cellule in ligne.cellules]
            dernier = dire_toutes(par_ligne.get(ligne.numero, [])) if rang else A_CORRIGER
            yield [*cellules, *[None] * (largeur - len(cellules)), dernier]

    return stream_csv(ecrire()), Format.CSV


def lire_lignes(contenu: bytes, bornes) -> list[LigneLue]:
    return list(parcourir_tableau(contenu, feuille=FEUILLE, bornes=bornes))
