"""Do two calls overlap? Months that touch, territory left empty, publics not chosen, lines of demarcation."""

import datetime as dt
from dataclasses import replace

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.urls import reverse

from accord.models import Epci, LignePartage
from comptes.enums import Role
from comptes.journal import journal_de
from operations.chevauchement import Emprise, chercher_chevauchements, comparer, dire_mois
from operations.enums import StatutAppel
from operations.services import publier_appel
from tests.factories import AppelFactory, EnveloppeFactory, OrganismeFactory, PublicCibleFactory, habilite

BRSA = {"BRSA": "Bénéficiaires du RSA"}
PLIE = {"PLIE": "Participants d’un PLIE"}
BASE = Emprise(dt.date(2027, 1, 1), dt.date(2027, 3, 1), BRSA, frozenset({"brsa"}), frozenset({"Arras"}))
BRSA_PLIE = LignePartage(
    code="BRSA_PLIE",
    regle="Accompagnement",
    texte="Hors subvention globale.",
    criteres=[
        {"champ": "brsa", "libelle": "BRSA", "operateur": "egal", "valeur": "oui", "effet": "alerte"},
        {"champ": "participant_plie", "libelle": "PLIE", "operateur": "egal", "valeur": "oui", "effet": "alerte"},
    ],
)
JEUNES = LignePartage(
    code="JEUNES",
    criteres=[{"champ": "age_entree", "libelle": "âge", "operateur": "inferieur", "valeur": 30, "effet": "requis"}],
)
IAE = LignePartage(code="IAE", criteres=[])


# -- the pure function


@pytest.mark.parametrize(
    ("debut", "fin", "mois"),
    [
        (dt.date(2027, 3, 31), dt.date(2027, 5, 31), "mars\xa02027"),  # one month touched by both, by a day each
        (dt.date(2027, 4, 1), dt.date(2027, 5, 31), None),  # the month after
        (dt.date(2026, 1, 1), dt.date(2027, 1, 1), "janvier\xa02027"),
        (dt.date(2026, 1, 1), dt.date(2026, 12, 31), None),
        (dt.date(2026, 1, 1), dt.date(2029, 12, 31), "janvier à mars\xa02027"),
    ],
)
def test_months_overlap_when_both_touch_one(debut, fin, mois):
    commun = comparer(BASE, replace(BASE, debut=debut, fin=fin), [])

    assert (commun and dire_mois(commun.debut, commun.fin)) == mois


def test_months_across_two_years_say_both():
    assert dire_mois(dt.date(2026, 11, 1), dt.date(2027, 3, 1)) == "novembre\xa02026 à mars\xa02027"


@pytest.mark.parametrize(
    ("a", "b", "lieux"),
    [
        ({}, {}, ["Arras"]),
        ({}, {"epcis": frozenset({"Lens"})}, None),
        ({}, {"epcis": frozenset(), "tout": True}, ["Arras"]),  # nothing said: the whole département
        ({"epcis": frozenset(), "tout": True}, {"epcis": frozenset(), "tout": True}, []),
        ({}, {"epcis": frozenset(), "communes": {"Achicourt": "Arras"}}, ["Achicourt"]),
        ({}, {"epcis": frozenset(), "communes": {"Avion": "Lens"}}, None),
        (
            {"epcis": frozenset(), "communes": {"Avion": "Lens", "Achicourt": "Arras"}},
            {"epcis": frozenset(), "communes": {"Avion": "Lens"}},
            ["Avion"],
        ),
    ],
)
def test_places_overlap_by_epci_or_commune_and_an_empty_territory_is_everywhere(a, b, lieux):
    for un, autre in [(a, b), (b, a)]:
        commun = comparer(replace(BASE, **un), replace(BASE, **autre), [])
        assert (commun and commun.lieux) == lieux
        assert commun is None or (commun.est_certain, commun.tout) == (True, lieux == [])


@pytest.mark.parametrize(
    ("autre", "incertitudes"),
    [
        ({"publics": None, "champs": frozenset()}, ["publics"]),
        ({"epcis": frozenset(), "lieux_connus": False}, ["territoire"]),
        ({"publics": None, "epcis": frozenset(), "lieux_connus": False}, ["publics", "territoire"]),
    ],
)
def test_what_a_call_does_not_say_may_overlap_and_is_said(autre, incertitudes):
    commun = comparer(BASE, replace(BASE, **autre), [])

    assert (commun.incertitudes, commun.est_certain) == (incertitudes, False)


def test_what_is_known_still_keeps_calls_apart():
    assert comparer(BASE, replace(BASE, publics=None, epcis=frozenset({"Lens"})), []) is None
    assert comparer(BASE, replace(BASE, publics=PLIE, epcis=frozenset(), lieux_connus=False), []) is None


def test_different_publics_overlap_when_a_line_of_demarcation_brings_them_together():
    plie = replace(BASE, publics=PLIE, champs=frozenset({"participant_plie"}))

    assert comparer(BASE, plie, [JEUNES, IAE]) is None
    for un, autre in [(BASE, plie), (plie, BASE)]:
        commun = comparer(un, autre, [BRSA_PLIE, JEUNES, IAE])
        assert (commun.publics, commun.regles) == (["BRSA et PLIE"], ["BRSA_PLIE", "IAE"])


def test_an_alert_that_one_call_raises_alone_brings_nothing_together():
    seul = replace(BASE, champs=frozenset({"brsa", "participant_plie"}))

    assert comparer(seul, replace(BASE, publics={"DELD": "DELD"}, champs=frozenset()), [BRSA_PLIE]) is None


# -- the calls of an agreement, and the publication


@pytest.fixture
def appels(accord):
    """A draft of the Département, and a published call of the other body on the same public."""
    brsa = PublicCibleFactory(accord=accord, code="BRSA", libelle="Bénéficiaires du RSA", champ="brsa")
    dates = {"ouvert_le": dt.date(2027, 1, 3), "limite_depot_le": dt.date(2027, 6, 30)}
    autre = AppelFactory(
        enveloppe=EnveloppeFactory(accord=accord, organisme=OrganismeFactory(code="TM")), code="TM-1", **dates
    )
    appel = AppelFactory(enveloppe=EnveloppeFactory(accord=accord), code="CD-1", brouillon=True, **dates)
    for un in (appel, autre):
        un.publics_cibles.set([brsa])
    return appel, autre


def url(nom, *args):
    return reverse(f"operations:{nom}", args=["essai-2021-2027", *args])


LE = dt.date(2026, 11, 25)


@pytest.mark.django_db
def test_the_calls_of_the_other_body_still_open_or_to_come_are_compared(appels):
    appel, autre = appels
    for champs in [
        {"code": "PASSE", "limite_depot_le": LE - dt.timedelta(days=1)},
        {"code": "CLOS", "statut": StatutAppel.CLOS},
        {"code": "BROUILLON", "brouillon": True},
        {"code": "SIEN", "enveloppe": appel.enveloppe},
    ]:
        AppelFactory(**{"enveloppe": autre.enveloppe, "limite_depot_le": dt.date(2027, 6, 30)} | champs)

    trouves = chercher_chevauchements(appel, LE)

    assert [(c["code"], c["organisme"], c["publics"], c["lieux"], c["mois"], c["est_certain"]) for c in trouves] == [
        ("TM-1", "TM", ["Bénéficiaires du RSA"], ["tout le département"], "janvier à juin\xa02027", True)
    ]


@pytest.mark.django_db
def test_the_period_of_operations_counts_before_the_window_of_applications(appels):
    appel, autre = appels
    autre.periode_debut_le, autre.periode_fin_le = dt.date(2027, 9, 1), dt.date(2028, 8, 31)
    autre.save()
    assert chercher_chevauchements(appel, LE) == []

    appel.periode_debut_le, appel.periode_fin_le = dt.date(2027, 3, 1), dt.date(2027, 9, 1)
    appel.save()
    assert [c["mois"] for c in chercher_chevauchements(appel, LE)] == ["septembre\xa02027"]


@pytest.mark.django_db
def test_a_territory_in_words_only_may_overlap_and_comes_after_the_certain_ones(appels):
    appel, autre = appels
    epci = Epci.objects.create(siren="200033579", nom="CU d’Arras", code_departement="62", millesime="2026")
    appel.epcis.set([epci])
    AppelFactory(
        enveloppe=autre.enveloppe, code="MOTS", ouvert_le=dt.date(2026, 1, 1), territoire="Arrageois"
    ).publics_cibles.set(autre.publics_cibles.all())

    trouves = chercher_chevauchements(appel, LE)

    assert [(c["code"], c["est_certain"], c["lieux"]) for c in trouves] == [
        ("TM-1", True, ["CU d’Arras"]),
        ("MOTS", False, ["territoire écrit en mots dans un des deux appels"]),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("item_count", [1, 3])
def test_comparing_calls_takes_as_many_queries_for_three(appels, item_count, django_assert_num_queries):
    appel, autre = appels
    epci = Epci.objects.create(siren="200033579", nom="CU d’Arras", code_departement="62", millesime="2026")
    for _ in range(item_count):
        nouveau = AppelFactory(enveloppe=autre.enveloppe)
        nouveau.epcis.set([epci])
        nouveau.publics_cibles.set(autre.publics_cibles.all())

    with django_assert_num_queries(9):
        assert len(chercher_chevauchements(appel, LE)) == item_count + 1


@pytest.mark.django_db
def test_publier_asks_how_the_line_of_demarcation_is_kept_then_keeps_the_answer(client, appels):
    appel, autre = appels
    client.force_login(habilite(Role.RESPONSABLE, "CD62"))
    vus = client.get(url("appel_publier", appel.pk)).context["form"].initial["vus"]

    response = client.post(url("appel_publier", appel.pk), {"vus": vus, "reponse_partage": " "})
    assert list(response.context["form"].errors) == ["reponse_partage"]
    appel.refresh_from_db()
    assert appel.statut == StatutAppel.BROUILLON

    client.post(url("appel_publier", appel.pk), {"vus": vus, "reponse_partage": "Étapes distinctes."})
    appel.refresh_from_db()
    assert (appel.statut, appel.reponse_partage) == (StatutAppel.PUBLIE, "Étapes distinctes.")
    assert [c["code"] for c in appel.chevauchements] == ["TM-1"]
    valeurs = journal_de(appel)[0].valeurs
    assert (valeurs["chevauchements"], valeurs["reponse_partage"]) == (["TM-1 (TM)"], "Étapes distinctes.")

    client.force_login(habilite(Role.LECTEUR_ETAT))
    page = client.get(url("appel_detail", appel.pk)).content.decode()
    assert "Étapes distinctes." in page
    assert url("appel_detail", autre.pk) in page


@pytest.mark.django_db
def test_publier_with_a_call_published_meanwhile_shows_it_first(client, appels):
    appel, autre = appels
    autre.statut = StatutAppel.BROUILLON
    autre.save()
    client.force_login(habilite(Role.RESPONSABLE, "CD62"))
    vus = client.get(url("appel_publier", appel.pk)).context["form"].initial["vus"]
    autre.statut = StatutAppel.PUBLIE
    autre.save()

    response = client.post(url("appel_publier", appel.pk), {"vus": vus, "reponse_partage": "Rien."})

    assert "TM-1. Lisez-le ci-dessous" in response.context["form"].non_field_errors()[0]
    form = response.context["form"]
    client.post(url("appel_publier", appel.pk), {"vus": form["vus"].value(), "reponse_partage": "Étapes distinctes."})
    appel.refresh_from_db()
    assert appel.statut == StatutAppel.PUBLIE


@pytest.mark.django_db
def test_publier_without_overlap_asks_nothing(client, appels):
    appel, autre = appels
    autre.publics_cibles.set([PublicCibleFactory(accord=appel.enveloppe.accord)])
    client.force_login(habilite(Role.RESPONSABLE, "CD62"))
    assert "reponse_partage" not in client.get(url("appel_publier", appel.pk)).context["form"].fields

    response = client.post(url("appel_publier", appel.pk))

    assert "publié" in " ".join(str(m) for m in get_messages(response.wsgi_request))
    appel.refresh_from_db()
    assert (appel.chevauchements, appel.reponse_partage) == ([], "")


@pytest.mark.django_db
def test_publier_appel_without_an_answer_writes_nothing(appels):
    appel, _ = appels
    with pytest.raises(ValidationError) as refus:
        publier_appel(appel, auteur=habilite(Role.RESPONSABLE, "CD62"))

    assert list(refus.value.message_dict) == ["reponse_partage"]
    appel.refresh_from_db()
    assert (appel.statut, appel.chevauchements) == (StatutAppel.BROUILLON, None)
    assert not journal_de(appel).exists()
