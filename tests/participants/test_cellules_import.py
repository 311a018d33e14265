"""What people write in a file of participants, and what it means."""

import datetime as dt

import pytest

from operations.importation.fautes import CelluleRefusee
from participants.importation.cellules import simplifier
from participants.importation.colonnes import COLONNES, PAR_CLE, PAR_NOM


def lire(colonne, valeur):
    return PAR_NOM[colonne].lire(valeur)


@pytest.mark.parametrize(
    ("colonne", "ecrit", "lu"),
    [
        ("date_entree", "31/12/2025", "2025-12-31"),
        ("date_entree", "1-2-2026", "2026-02-01"),
        ("date_entree", "31 décembre 2025", "2025-12-31"),
        ("date_entree", "2025-12-31", "2025-12-31"),
        ("date_entree", "2025-12-31 00:00:00", "2025-12-31"),
        ("date_entree", dt.date(2025, 12, 31), "2025-12-31"),
        ("date_entree", dt.datetime(2025, 12, 31, 9, 30), "2025-12-31"),  # noqa: DTZ001 (a cell has no zone)
        ("date_entree", "46022", "2025-12-31"),
        ("date_naissance", 33343.0, "1991-04-15"),
        ("code_insee", "1004", "01004"),
        ("code_insee", 62498.0, "62498"),
        ("code_insee", "2a004", "2A004"),
        ("telephone", 612345678.0, "0612345678"),
        ("brsa", "Oui", "oui"),
        ("brsa", "O", "oui"),
        ("brsa", "1", "oui"),
        ("brsa", 1.0, "oui"),
        ("brsa", "VRAI", "oui"),
        ("brsa", True, "oui"),
        ("brsa", "X", "oui"),
        ("brsa", "n", "non"),
        ("brsa", "0", "non"),
        ("brsa", "Ne souhaite pas répondre", "nsp"),
        ("brsa", "NSP", "nsp"),
        ("sexe", "Mme", "F"),
        ("sexe", "Féminin", "F"),
        ("sexe", "h", "H"),
        ("sexe", "Monsieur", "H"),
        ("sexe", "Non binaire", "X"),
        ("statut_emploi", "Au chômage", "chomeur"),
        ("statut_emploi", "CHOMEUR", "chomeur"),
        ("statut_emploi", "Demandeuse d’emploi", "chomeur"),
        ("statut_emploi", "Salarié", "emploi"),
        ("niveau_diplome", "CITE_3_4", "CITE_3_4"),
        ("niveau_diplome", "cite 0 2", "CITE_0_2"),
        ("type_contrat", "CDD de 6 mois et plus", "cdd_6_mois_et_plus"),
        ("duree_chomage_mois", "14 mois", "14"),
        ("duree_chomage_mois", 14.0, "14"),
        ("longitude", "2,8304", "2.8304"),
    ],
)
def test_a_cell_is_understood(colonne, ecrit, lu):
    assert lire(colonne, ecrit) == lu


@pytest.mark.parametrize(
    ("colonne", "ecrit", "propose"),
    [
        ("date_entree", "31-12-25", "31/12/2025"),
        ("date_entree", "12/31/2025", "31/12/2025"),
        ("date_entree", "31/02/2026", ""),
        ("date_entree", "demain", ""),
        ("date_entree", 46022.5, ""),
        ("identifiant_pseudonyme", "Jean Dupont", ""),
        ("code_insee", "Lens", ""),
        ("code_qpv", "QN-062-01-A-2024", ""),
        ("en_formation", "Ne souhaite pas répondre", ""),
        ("brsa", "peut-être", ""),
        ("courriel", "sans arobase", ""),
        ("duree_chomage_mois", "un an", ""),
        ("longitude", "200", ""),
        ("adresse", "a" * 201, ""),
    ],
)
def test_a_cell_is_refused(colonne, ecrit, propose):
    with pytest.raises(CelluleRefusee) as refus:
        lire(colonne, ecrit)

    assert refus.value.proposition == propose


def test_a_title_is_that_of_one_column():
    assert sum(len(colonne.cles) for colonne in COLONNES) == len(PAR_CLE)
    assert PAR_CLE[simplifier("DATE D'ENTREE")] == "date_entree"
