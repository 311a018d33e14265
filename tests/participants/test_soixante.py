"""Sixty persons, each chosen for a border: `soixante.csv` says by hand which indicators each counts in, and why."""

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
import time_machine

from participants.calcul import TOTAL, Cellule, Niveau, compute_figures
from participants.compteurs import verifier_compteurs
from participants.indicateurs import COMBINES
from participants.lignes import LIGNES, q_ligne
from participants.models import Participation
from participants.services import annuler_fiche, enregistrer_fiche, retablir_fiche
from tests.factories import (
    EnveloppeFactory,
    FondsFactory,
    ObjectifSpecifiqueFactory,
    OperationFactory,
    OrganismeFactory,
    ParametreFactory,
)

FICHIER = Path(__file__).with_name("soixante.csv")
AU = dt.date(2026, 6, 30)
SENSIBLES = {
    "h": "reconnaissance_handicap",
    "n": "nationalite_hors_ue",
    "o": "origine_etrangere",
    "m": "minorite",
    "s": "sans_logement",
}
CODES = {"FI": "FICHES", "INC": "INCOMPLETES", "A": "AGE30_54", "ADR": "ADRESSES_CONNUES", "QPV": "EN_QPV"}
CODES |= {"S": "SORTIES", "POS": "SORTIE_POSITIVE", "DUR": "EMPLOI_DURABLE"}
CODES |= {f"{n:02d}": f"EECO{n:02d}" for n in range(1, 18)}
CODES |= {f"P{n}": f"EECR0{n}_POP" for n in range(1, 5)} | {f"R{n}": f"EECR0{n}" for n in range(1, 5)}
NIVEAUX = {
    Niveau("FSE_PLUS"): ("H", "L", "TM"),
    Niveau("FSE_PLUS", "CD62"): ("H", "L"),
    Niveau("FSE_PLUS", "", "1.H"): ("H", "TM"),
    Niveau("FSE_PLUS", "CD62", "1.L"): ("L",),
    Niveau("FSE_PLUS", "TM", "1.H"): ("TM",),
    Niveau("FTJ", "CD62", "FTJ"): ("FTJ",),
}


def lire() -> list[dict]:
    with FICHIER.open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter=";"))


def jour(texte: str) -> dt.date | None:
    return dt.date.fromisoformat(texte) if texte else None


def saisir(operation, ligne: dict, auteur) -> Participation:
    reponses = dict(reponse.split("=") for reponse in ligne["sensibles"].split())
    fiche = Participation(
        operation=operation,
        pseudonyme=f"P-{ligne['n']}",
        entree_le=jour(ligne["entree"]),
        sexe=ligne["sexe"],
        statut_emploi=ligne["statut"],
        duree_chomage_mois=int(ligne["mois"]) if ligne["mois"] else None,
        en_formation=ligne["formation"],
        niveau_diplome=ligne["diplome"],
        code_insee=ligne["insee"],
        code_qpv=ligne["qpv"],
        sortie_le=jour(ligne["sortie"]),
        statut_emploi_sortie=ligne["statut_s"],
        type_contrat=ligne["contrat"],
        en_formation_sortie=ligne["formation_s"],
        qualification_obtenue=ligne["qualif"],
        recherche_active=ligne["recherche"],
        **{SENSIBLES[lettre]: reponse for lettre, reponse in reponses.items()},
    )
    return enregistrer_fiche(fiche, auteur=auteur, identite={"date_naissance": ligne["naissance"]})


@pytest.fixture
def personnes(accord, gestionnaire) -> dict[str, Participation]:
    """The sixty, entered one by one as an agent does; two of them undone, one put back."""
    fse = EnveloppeFactory(accord=accord)
    tm = EnveloppeFactory(accord=accord, code="FSE_TM", organisme=OrganismeFactory(code="TM"))
    ftj = EnveloppeFactory(accord=accord, code="FTJ_CD62", fonds=FondsFactory(code="FTJ"))
    os_l = ObjectifSpecifiqueFactory(code="1.L", fonds=fse.fonds)
    os_ftj = ObjectifSpecifiqueFactory(code="FTJ", fonds=ftj.fonds)
    operations = {
        "H": OperationFactory(enveloppe=fse, programmee=True),
        "L": OperationFactory(enveloppe=fse, programmee=True, objectif_specifique=os_l),
        "TM": OperationFactory(enveloppe=tm, programmee=True),
        "FTJ": OperationFactory(enveloppe=ftj, programmee=True, objectif_specifique=os_ftj),
    }
    ParametreFactory(accord=accord, code="qpv_motif_2015", valeur=r"^QP062\d{3}$")
    ParametreFactory(accord=accord, code="qpv_motif_2024", valeur=r"^QN062\d{2}[A-Z]$")
    ParametreFactory(accord=accord, code="qpv_bascule", valeur="2024-01-01", unite="date")
    with time_machine.travel(dt.datetime(2026, 7, 15, 9, tzinfo=dt.UTC), tick=False):
        fiches = {ligne["n"]: saisir(operations[ligne["op"]], ligne, gestionnaire) for ligne in lire()}
        for n in ("59", "60"):
            annuler_fiche(fiches[n], auteur=gestionnaire, motif="Saisie par erreur")
        retablir_fiche(fiches["60"], auteur=gestionnaire)
    return fiches


def test_the_file_has_sixty_persons_and_a_reason_for_each():
    lignes = lire()

    assert [ligne["n"] for ligne in lignes] == [str(n) for n in range(1, 61)]
    assert all(ligne["raison"] for ligne in lignes)
    assert {code for ligne in lignes for code in ligne["compte"].split()} == CODES.keys() - {"17"}


def test_each_person_counts_where_it_was_reasoned(personnes):
    """Who counts, person by person; and every figure, at every level, is their sum."""
    lignes = lire()
    for court, code in CODES.items():
        comptees = (
            Participation.objects.for_indicateurs().filter(q_ligne(code, AU)).values_list("pseudonyme", flat=True)
        )
        assert (code, sorted(comptees)) == (
            code,
            sorted(f"P-{ligne['n']}" for ligne in lignes if court in ligne["compte"].split()),
        )
    figures = compute_figures(personnes["1"].operation.accord, AU)
    for niveau, operations in NIVEAUX.items():
        for sexe in ("F", "H", "X", TOTAL):
            retenues = [li for li in lignes if li["op"] in operations and sexe in (TOTAL, li["sexe"])]
            attendu = Counter(CODES[court] for ligne in retenues for court in ligne["compte"].split())
            attendu |= Counter({total: sum(attendu[part] for part in parts) for total, parts in COMBINES.items()})
            lus = {code: figures.nombre(Cellule(niveau, sexe, code)) for code in LIGNES}
            assert (niveau, sexe, {c: n for c, n in lus.items() if n}) == (niveau, sexe, dict(+attendu))
    assert verifier_compteurs() == []
