"""Files of participants for the tests: every name is made up."""

import csv
import io

from participants.importation.colonnes import COLONNES

NOMS = ["Vasseur", "Leroy-Dubois", "D’Hérin", "Müller", "Œillet"]
PRENOMS = ["Éloïse", "Jean Marc", "Zoé", "Ali"]


def build_personne(operation: str, rang: int, **ecrit) -> dict[str, str]:
    """A person as a line writes it: everything has a column, a few answers vary with the rank."""
    ligne = dict.fromkeys((colonne.nom for colonne in COLONNES), "") | {
        "operation": operation,
        "identifiant_pseudonyme": f"P-{rang}",
        "date_entree": f"2026-0{1 + rang % 4}-1{rang % 10}",
        "nom": NOMS[rang % 5],
        "prenom": PRENOMS[rang % 4],
        "date_naissance": f"{1965 + rang % 7 * 6}-0{1 + rang % 9}-15",
        "telephone": f"06112233{rang % 100:02d}",
        "courriel": f"personne{rang}@exemple.invalid",
        "sexe": "FHX"[rang % 3],
        "statut_emploi": ["chomeur", "inactif", "emploi", ""][rang % 4],
        "duree_chomage_mois": "14" if rang % 4 == 0 else "",
        "en_formation": ["oui", "non", ""][rang % 3],
        "niveau_diplome": ["CITE_0_2", "CITE_3_4", "CITE_5_8"][rang % 3],
        "brsa": ["oui", "non", "nsp"][rang % 3],
        "code_insee": ["62498", "", "62041"][rang % 3],
        "code_qpv": ["", "QN06201A"][rang % 2],
    }
    if rang % 5 == 1:
        ligne |= {"date_sortie": "2026-06-30", "statut_emploi_sortie": "emploi", "type_contrat": "cdi"}
    if rang % 6 == 5:
        ligne |= dict.fromkeys(["nom", "prenom", "date_naissance", "telephone", "courriel"], "")
    return ligne | ecrit


def en_csv(lignes) -> bytes:
    tampon = io.StringIO()
    table = csv.DictWriter(tampon, list(lignes[0]), delimiter=";")
    table.writeheader()
    table.writerows(lignes)
    return tampon.getvalue().encode()
