"""The empty template of a file of participants, with what each column expects."""

from operations.importation.modele import ecrire_modele_csv, ecrire_modele_xlsx

from .colonnes import COLONNES, FEUILLE, LIMITE, NOTICE

# identifiers, codes and numbers of telephone are typed as text, or lose their zeros
TEXTES = ["operation", "identifiant_pseudonyme", "code_insee", "code_qpv", "telephone"]


def build_modele_csv() -> bytes:
    return ecrire_modele_csv(COLONNES, LIMITE)


def build_modele_xlsx() -> bytes:
    return ecrire_modele_xlsx(COLONNES, LIMITE, feuille=FEUILLE, notice=NOTICE, textes=TEXTES)
