"""A file of participants of the size of a programme: 80 632 persons, every column filled, every name made up."""

import csv
import io
import random

NOMBRE = 80_632
SYLLABES = [
    *("BA", "BE", "BI", "BO", "DU", "DE", "LA", "LE", "LI", "MA", "MAR", "TIN", "VAS", "SEUR", "ROU", "SEL"),
    *("CAR", "PEN", "TIER", "LEF", "EB", "VRE", "HEN", "RY"),
]
OUI_NON = ["Oui", "Non", "Non", "Non"]
TITRES = [
    *("operation", "identifiant_pseudonyme", "date_entree", "nom", "prenom", "date_naissance", "sexe"),
    *("commune_naissance", "adresse", "code_insee", "code_qpv", "telephone", "courriel", "statut_emploi"),
    *("duree_chomage_mois", "en_formation", "niveau_diplome", "minima_sociaux", "brsa", "reconnaissance_handicap"),
    *("origine_etrangere", "nationalite_hors_ue", "minorite", "sans_logement", "participant_plie", "date_sortie"),
    *("motif_sortie", "statut_emploi_sortie", "type_contrat", "en_formation_sortie", "qualification_obtenue"),
    "recherche_active",
]


def build_fichier(operations: list[str], nombre: int = NOMBRE, graine: int = 62) -> bytes:
    """A CSV of persons spread over these operations."""
    hasard = random.Random(graine)
    noms = _inventer(hasard, 14_000, [2, 3, 3, 4])
    prenoms = [nom.title() for nom in _inventer(hasard, 1_500, [2, 2, 3])]
    tampon = io.StringIO()
    table = csv.writer(tampon, delimiter=";")
    table.writerow(TITRES)
    for rang in range(nombre):
        table.writerow(_inventer_personne(hasard, rang, operations, noms, prenoms))
    return tampon.getvalue().encode("utf-8-sig")


def _inventer(hasard, combien: int, tailles: list[int]) -> list[str]:
    return sorted({"".join(hasard.choices(SYLLABES, k=hasard.choice(tailles))) for _ in range(combien)})


def _jour(hasard, premiere: int, derniere: int, mois: int = 12) -> str:
    return f"{hasard.randint(1, 28):02d}/{hasard.randint(1, mois):02d}/{hasard.randint(premiere, derniere)}"


def _inventer_personne(hasard, rang, operations, noms, prenoms) -> list:
    nom, prenom, choisir = hasard.choice(noms), hasard.choice(prenoms), hasard.choice
    statut = choisir(["chomeur"] * 5 + ["inactif"] * 3 + ["emploi"] * 2)
    ligne = [choisir(operations), f"P{rang:06d}", _jour(hasard, 2023, 2025), nom, prenom, _jour(hasard, 1962, 2006)]
    ligne += [choisir("FH"), choisir(["Lens", "Arras", "Calais"]), f"{hasard.randint(1, 300)} rue {choisir(noms)}"]
    ligne += [f"62{hasard.randint(1, 890):03d}", choisir(["QN06201A", "", "", ""]), f"06{hasard.randrange(10**8):08d}"]
    ligne += [f"{prenom.lower()}.{nom.lower()}{rang}@exemple.invalid", statut]
    ligne += [hasard.randint(0, 40) if statut == "chomeur" else "", choisir(OUI_NON)]
    ligne += [choisir(["CITE_0_2", "CITE_3_4", "CITE_5_8"]), choisir(OUI_NON), choisir(OUI_NON), choisir(OUI_NON)]
    ligne += [choisir(["Oui", "Non", "Ne souhaite pas répondre"]), *(choisir(OUI_NON) for _ in range(4))]
    if hasard.random() < 0.4:
        return ligne + [""] * 7
    apres = choisir(["chomeur", "inactif", "emploi"])
    ligne += [_jour(hasard, 2026, 2026, mois=6), choisir(["terme", "abandon"]), apres]
    ligne += [choisir(["cdi", "cdd_6_mois_et_plus"]) if apres == "emploi" else ""]
    return ligne + [choisir(OUI_NON) for _ in range(3)]
