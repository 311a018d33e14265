"""The figures hold at every level, at any day, for the same number of queries."""

import datetime as dt
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptes.enums import Role
from participants.calcul import (
    TOTAL,
    Cellule,
    Niveau,
    compute_figures,
    participants_par_epci,
    participants_par_operation,
    parts_qpv_participants,
)
from participants.calcul_secret import lire_figures
from participants.compteurs import recompter
from participants.indicateurs import COMBINES
from participants.lignes import LIGNES
from participants.models import EntitesSoutenues, Participation
from participants.secret import Masque
from tests.factories import (
    EnveloppeFactory,
    FondsFactory,
    ObjectifSpecifiqueFactory,
    OperationFactory,
    OrganismeFactory,
    ParticipationFactory,
    habilite,
)

AU = dt.date(2026, 6, 15)


@pytest.fixture
def operations(accord):
    """Two bodies on two objectives of the FSE+, and the FTJ."""
    fse = [
        EnveloppeFactory(accord=accord),
        EnveloppeFactory(accord=accord, code="FSE_TM", organisme=OrganismeFactory(code="TM")),
    ]
    ftj = EnveloppeFactory(accord=accord, code="FTJ_CD62", fonds=FondsFactory(code="FTJ"))
    os_l = ObjectifSpecifiqueFactory(code="1.L", fonds=fse[0].fonds)
    return [
        OperationFactory(enveloppe=fse[0], programmee=True),
        OperationFactory(enveloppe=fse[0], programmee=True, objectif_specifique=os_l),
        OperationFactory(enveloppe=fse[1], programmee=True),
        OperationFactory(enveloppe=fse[1], programmee=True, objectif_specifique=os_l),
        OperationFactory(
            enveloppe=ftj, programmee=True, objectif_specifique=ObjectifSpecifiqueFactory(code="FTJ", fonds=ftj.fonds)
        ),
    ]


@st.composite
def fiche(draw):
    """A record as the database admits it: (rank of the operation, its answers)."""
    statut = draw(st.sampled_from(["", "chomeur", "inactif", "emploi"]))
    champs = {
        "entree_le": draw(st.dates(dt.date(2026, 4, 20), dt.date(2026, 6, 30))),
        "sexe": draw(st.sampled_from(["", "F", "H", "X"])),
        "age_entree": draw(st.sampled_from([None, 17, 18, 29, 30, 54, 55])),
        "statut_emploi": statut,
        "duree_chomage_mois": draw(st.sampled_from([None, 11, 12])) if statut == "chomeur" else None,
        "niveau_diplome": draw(st.sampled_from(["", "CITE_0_2", "CITE_3_4", "CITE_5_8"])),
        "en_formation": draw(st.sampled_from(["", "oui", "non"])),
        "origine_etrangere": draw(st.sampled_from(["", "oui", "nsp"])),
        "personne": draw(st.sampled_from([None, 1, 2])),
    }
    if draw(st.booleans()):
        champs["sortie_le"] = champs["entree_le"] + dt.timedelta(days=draw(st.integers(0, 30)))
        champs["statut_emploi_sortie"] = draw(st.sampled_from(["", "chomeur", "emploi"]))
        champs["recherche_active"] = draw(st.sampled_from(["", "oui"]))
    return draw(st.integers(0, 4)), champs


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(fiche(), max_size=14), st.sampled_from([AU, dt.date(2026, 5, 31), dt.date(2026, 6, 30)]))
def test_the_sums_hold_at_every_level_and_at_any_day(operations, fiches, au):
    Participation.objects.all().delete()
    for rang, champs in fiches:
        ParticipationFactory(operation=operations[rang], **champs)
    recompter()

    figures = compute_figures(operations[0].accord, au)

    entrees = [(operations[rang], champs) for rang, champs in fiches if champs["entree_le"] <= au]
    for fonds in figures.fonds:
        for niveau in figures.niveaux(fonds):
            lus = {
                sexe: {c: figures.nombre(Cellule(niveau, sexe, c)) for c in LIGNES}
                for sexe in ("F", "H", "X", "", TOTAL)
            }
            for code in LIGNES:
                assert lus[TOTAL][code] == sum(lus[sexe][code] for sexe in ("F", "H", "X", ""))
            for valeurs in lus.values():
                verifier_lignes(valeurs, niveau)
            places = [
                o
                for o, _ in entrees
                if Niveau(fonds, o.enveloppe.organisme.code, o.objectif_specifique.code)
                in [m for m in figures.mailles if niveau.contient(m)]
            ]
            assert lus[TOTAL]["FICHES"] == len(places)
    par_operation = participants_par_operation(operations[0].accord, au)
    assert sum((n for _, n in par_operation.values()), Counter())["fiches"] == len(entrees)


def verifier_lignes(v, niveau):
    assert v["FICHES"] == v["EECO01"] + v["INCOMPLETES"]
    assert v["EECO01"] == v["EECO06"] + v["EECO07"] + v["EECO08"] + v["AGE30_54"]
    assert v["EECO03"] <= v["EECO02"]
    for total, parts in COMBINES.items():
        assert v[total] == sum(v[part] for part in parts)
    if niveau.objectif == "1.L":
        assert v["EECO02+04+05"] == v["EECO10+11"] == v["EECO09"] == 0
    elif niveau.objectif:
        assert v["EECO01"] == v["EECO02+04+05"] == v["EECO09"] + v["EECO10+11"]
    for code in ("EECR01", "EECR02", "EECR03", "EECR04"):
        assert v[code] <= v[f"{code}_POP"] <= v["SORTIES"] <= v["EECO01"]
    assert v["EECR01_POP"] <= v["EECO04"]
    assert v["EECR04_POP"] <= v["EECO02+04"]


def test_a_day_of_a_month_counts_that_day_and_no_later(operations):
    for jour in (15, 16):
        ParticipationFactory(
            operation=operations[0], entree_le=dt.date(2026, 6, jour), sortie_le=dt.date(2026, 6, jour)
        )
    recompter()

    lus = {
        au.day: compute_figures(operations[0].accord, au).compteurs(Niveau("FSE_PLUS"))
        for au in (AU, dt.date(2026, 6, 16))
    }

    assert [lus[15]["eeco01"], lus[15]["sorties"]] == [1, 1]
    assert [lus[16]["eeco01"], lus[16]["sorties"]] == [2, 2]


def test_persons_are_counted_once_by_body(operations):
    for rang, personne in [(0, 7), (1, 7), (0, None), (0, None), (2, 7)]:
        ParticipationFactory(operation=operations[rang], personne=personne)
    ParticipationFactory(operation=operations[0], personne=8, sexe="")
    recompter()

    figures = compute_figures(operations[0].accord, AU)

    assert figures.personnes == {Niveau("FSE_PLUS", "CD62"): 3, Niveau("FSE_PLUS", "TM"): 1}


def test_entities_are_the_latest_number_at_the_date(operations):
    for jour, nombre in [(dt.date(2026, 1, 1), 3), (dt.date(2026, 6, 1), 5), (dt.date(2026, 7, 1), 9)]:
        EntitesSoutenues.objects.create(operation=operations[0], code="EECO19", nombre=nombre, constate_le=jour)
    EntitesSoutenues.objects.create(operation=operations[2], code="EECO19", nombre=2, constate_le=dt.date(2026, 2, 1))

    figures = compute_figures(operations[0].accord, AU)

    assert figures.nombre_entites(Niveau("FSE_PLUS"), "EECO19") == 7
    assert figures.nombre_entites(Niveau("FSE_PLUS", "CD62"), "EECO19") == 5


@pytest.mark.parametrize("nombre", [1, 3])
def test_the_number_of_queries_does_not_depend_on_the_number_of_persons(operations, lecteur_etat, nombre):
    for rang in range(nombre):
        ParticipationFactory(operation=operations[rang], sortie=True)
        ParticipationFactory(operation=operations[rang], entree_le=AU)
    recompter()

    with CaptureQueriesContext(connection) as requetes:
        figures = compute_figures(operations[0].accord, AU)
    assert len(requetes) == 9
    with CaptureQueriesContext(connection) as requetes:
        lire_figures(figures, lecteur_etat)
    assert len(requetes) == 17


def test_the_share_of_neighbourhoods_by_body_fund_and_year(operations):
    connue = {"code_insee": "62498"}
    ParticipationFactory(operation=operations[0], entree_le=dt.date(2025, 3, 1), en_qpv=True, **connue)
    ParticipationFactory(operation=operations[0], entree_le=dt.date(2026, 3, 1), en_qpv=False, **connue)
    ParticipationFactory(operation=operations[1], entree_le=AU, en_qpv=True, **connue)
    ParticipationFactory(operation=operations[0], entree_le=AU)
    ParticipationFactory(operation=operations[4], entree_le=dt.date(2026, 6, 16))
    recompter()

    lus = parts_qpv_participants(operations[0].accord, AU)

    assert [(p.organisme, p.fonds, p.annee, p.en_qpv, p.adresses_connues, p.eeco01) for p in lus] == [
        ("CD62", "FSE_PLUS", 2025, 1, 1, 1),
        ("CD62", "FSE_PLUS", 2026, 1, 2, 3),
    ]
    assert [p.part.to_json() for p in parts_qpv_participants(operations[0].accord, AU, par_annee=False)] == [
        {"numerateur": 2, "denominateur": 3, "valeur": "0.6667"}
    ]
    epcis = participants_par_epci(operations[0].accord, AU, fonds="FSE_PLUS", organisme="CD62")
    assert epcis == {"": Counter(eeco01=4, adresses_connues=3, en_qpv=2)}


def test_a_state_reader_does_not_read_small_counts_and_the_body_reads_its_own(operations, lecteur_etat, gestionnaire):
    ParticipationFactory.create_batch(9, operation=operations[0], sexe="F")
    ParticipationFactory.create_batch(7, operation=operations[0], sexe="H")
    ParticipationFactory.create_batch(2, operation=operations[0], sexe="X")
    ParticipationFactory.create_batch(6, operation=operations[2], sexe="F")
    recompter()
    figures = compute_figures(operations[0].accord, AU)

    lecture = lire_figures(figures, lecteur_etat)

    fonds, cd62, tm = Niveau("FSE_PLUS"), Niveau("FSE_PLUS", "CD62", "1.H"), Niveau("FSE_PLUS", "TM")
    lus = [lecture.masque(fonds, sexe, "EECO01") for sexe in ("F", "H", "X", TOTAL)]
    assert lus == [None, Masque.AUTRE, Masque.PETIT, None]
    assert [lecture.masque(niveau, TOTAL, "EECO01") for niveau in (cd62, tm)] == [None, None]
    assert lecture.masque(cd62, "H", "EECO01") is Masque.AUTRE  # genders are read for the fund only
    assert lecture.masque(cd62, TOTAL, "EECO12") is None  # a zero is shown
    assert lecture.masque(fonds, "H", "EECO02+04") is Masque.AUTRE  # a sum of hidden counts
    assert lecture.masque(fonds, TOTAL, "EECO02+04") is None
    propre = lire_figures(figures, gestionnaire)
    assert [propre.masque(niveau, "X", "EECO01") for niveau in (fonds, cd62)] == [None, None]
    assert propre.masques == {}  # the other body has no small count


def test_what_is_small_among_the_others_is_not_left_to_a_subtraction(operations, gestionnaire):
    """The Département knows its 8 records: the 10 of the fund would give the 2 of Terri’Mouv."""
    ParticipationFactory.create_batch(8, operation=operations[0])
    ParticipationFactory.create_batch(2, operation=operations[2])
    recompter()

    lecture = lire_figures(compute_figures(operations[0].accord, AU), gestionnaire)

    assert lecture.masque(Niveau("FSE_PLUS"), "F", "EECO01") is Masque.AUTRE
    assert lecture.masque(Niveau("FSE_PLUS", "TM"), TOTAL, "EECO01") is Masque.PETIT
    assert lecture.masque(Niveau("FSE_PLUS", "CD62"), "F", "EECO01") is None
    assert lecture.operations == {operations[2].pk: Masque.PETIT}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(fiche(), max_size=14))
def test_no_total_shown_gives_a_small_count_by_subtraction(operations, lecteur_etat, fiches):
    """Each total shown has no part hidden, or two at least; each small count is hidden."""
    Participation.objects.all().delete()
    for rang, champs in fiches:
        ParticipationFactory(operation=operations[rang], **champs)
    recompter()
    figures = compute_figures(operations[0].accord, dt.date(2026, 6, 30))

    lecture = lire_figures(figures, lecteur_etat)

    for fonds in figures.fonds:
        tous = Niveau(fonds)
        organismes = [n for n in figures.niveaux(fonds) if n.organisme and not n.objectif]
        for code, ligne in LIGNES.items():
            if not ligne.concerne(fonds):
                continue
            for niveau in figures.niveaux(fonds):
                for sexe in ("F", "H", "X", TOTAL):
                    montre = ligne.concerne(fonds, niveau.objectif) and not lecture.masque(niveau, sexe, code)
                    assert not (montre and 0 < figures.nombre(Cellule(niveau, sexe, code)) < 5)
            if not lecture.masque(tous, TOTAL, code):
                for parts in ([(tous, s) for s in "FHX"], [(n, TOTAL) for n in organismes]):
                    caches = [c for c in parts if lecture.masque(*c, code)]
                    assert len(caches) != 1 or code == "INCOMPLETES" or code == "FICHES"


def test_an_auditor_reads_every_count(operations):
    ParticipationFactory(operation=operations[0])
    recompter()

    lecture = lire_figures(compute_figures(operations[0].accord, AU), habilite(Role.AUDITEUR))

    assert not lecture.est_restreinte
    assert lecture.masques == {}
