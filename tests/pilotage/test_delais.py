"""Days between two steps, files that wait too long, and their sparkline."""

import datetime as dt
from decimal import Decimal

import pytest

from comptes.enums import Role
from operations.enums import Statut
from operations.models import Convention
from pilotage.alertes import alertes_attente, alertes_comites
from pilotage.attente import Seuil, compute_attentes_longues, lire_delais
from pilotage.delais import Trimestre, compute_delais, compute_trimestres
from pilotage.graphiques import etincelle
from pilotage.liens import Liens
from tests.factories import ComiteFactory, EcritureFactory, OperationFactory, PlanFactory, ReunionFactory, habilite
from tests.pilotage.donnees import enveloppe

pytestmark = pytest.mark.django_db
AU = dt.date(2026, 6, 30)
INSECABLE = "\u00a0"


def recevables(accord, *durees, fin=dt.date(2026, 3, 1), code="FSE_CD62"):
    e = enveloppe(accord, code)
    for jours in durees:
        OperationFactory(
            enveloppe=e, recevable=True, recevable_le=fin, deposee_le=fin - dt.timedelta(days=jours), ue=Decimal("1.00")
        )


def recevabilite(accord, au=AU, **perimetre):
    delai = compute_delais(accord, au, **perimetre)[0]
    return delai.nombre, delai.mediane, delai.decile_fiable


def test_median_and_ninth_decile_are_measured_days(accord):
    recevables(accord, 1, 2, 3, 40, 50)
    assert recevabilite(accord) == (5, 3, 50)


def test_few_files_have_no_ninth_decile_and_none_has_nothing(accord):
    assert recevabilite(accord) == (0, None, None)
    recevables(accord, 10, 20, 30, 40)
    assert recevabilite(accord) == (4, 20, None)


def test_only_the_twelve_months_before_the_day_count(accord):
    recevables(accord, 1, fin=dt.date(2025, 6, 30))
    recevables(accord, 2, fin=dt.date(2025, 7, 1))
    recevables(accord, 4, fin=dt.date(2026, 6, 30))
    recevables(accord, 8, fin=dt.date(2026, 7, 1))
    assert recevabilite(accord)[0] == 2


def test_scope_narrows_the_measure(accord):
    recevables(accord, 10)
    recevables(accord, 20, code="FTJ_CD62")
    assert recevabilite(accord, fonds="FTJ") == (1, 20, None)
    assert recevabilite(accord, organisme="TM") == (0, None, None)


def test_quarters_end_with_the_one_of_the_day(accord):
    recevables(accord, 10, fin=dt.date(2026, 1, 1))
    recevables(accord, 30, fin=dt.date(2026, 6, 30))
    recevables(accord, 99, fin=dt.date(2024, 6, 30))  # nine quarters ago

    trimestres = compute_trimestres(accord, AU)["recevabilite"]
    assert [t.debut for t in trimestres][:: len(trimestres) - 1] == [dt.date(2024, 7, 1), dt.date(2026, 4, 1)]
    assert [t.mediane for t in trimestres] == [None] * 6 + [10, 30]


@pytest.fixture
def execution(accord):
    """A contract notified 20 days after its programming, two payments 10 and 30 days after they were asked."""
    operation = OperationFactory(enveloppe=enveloppe(accord), programmee=True, ue=Decimal("600.00"))
    auteur = habilite(Role.RESPONSABLE)
    Convention.objects.create(
        operation=operation,
        plan=PlanFactory(operation=operation, version="conventionne"),
        debut_le=dt.date(2026, 1, 1),
        fin_le=dt.date(2026, 12, 31),
        notifiee_le=operation.programmee_le + dt.timedelta(days=20),
        auteur=auteur,
    )
    for jours, annule_le in [(10, None), (30, None), (99, AU)]:
        ecriture = EcritureFactory(operation=operation, nature="paye", montant=Decimal("1.00"))
        operation.paiements.create(
            nature="acompte",
            montant=Decimal("1.00"),
            demande_le=dt.date(2026, 2, 1),
            paye_le=dt.date(2026, 2, 1) + dt.timedelta(days=jours),
            ecriture=ecriture,
            auteur=auteur,
            annule_le=annule_le,
            motif_annulation="Erreur" if annule_le else "",
        )
    return operation


def test_what_follows_programming_is_measured_and_an_operation_counts_once(accord, execution):
    delais = {delai.etape.code: (delai.nombre, delai.mediane) for delai in compute_delais(accord, AU)}

    assert (delais["convention"], delais["controle"], delais["paiement"]) == ((1, 20), (0, None), (1, 10))
    assert compute_trimestres(accord, AU)["paiement"][-2].mediane == 10


def test_a_step_opens_the_operations_it_measures(client, accord, execution, lecteur_etat):
    OperationFactory(enveloppe=execution.enveloppe, programmee=True, ue=Decimal("600.00"))
    client.force_login(lecteur_etat)

    for code, attendues in [("paiement", 1), ("convention", 1), ("controle", 0), ("programmation", 2)]:
        page = client.get(f"/{accord.slug}/operations/", {"etape": code, "etape_au": AU.isoformat()})
        assert page.context["nombre"] == attendues


def test_sparkline_tells_every_value_in_words():
    trimestres = [Trimestre(dt.date(2026, 1, 1), 34), Trimestre(dt.date(2026, 4, 1), None)]
    dessin = etincelle("Dépôt à recevabilité", trimestres)
    assert f"1er trimestre 2026, 34{INSECABLE}jours\u202f; 2e trimestre 2026, non mesuré" in dessin
    assert etincelle("Rien", [Trimestre(dt.date(2026, 1, 1), None)]) == ""


def test_waiting_is_long_one_day_after_the_threshold(accord):
    e = enveloppe(accord)
    OperationFactory(enveloppe=e, statut_depuis_le=AU - dt.timedelta(days=30))
    OperationFactory(enveloppe=e, statut_depuis_le=AU - dt.timedelta(days=31))

    (longue,) = compute_attentes_longues(accord, AU, {"recevabilite": Seuil(30, "essai")})
    assert (longue.attente.statut, longue.nombre, longue.jours(AU)) == (Statut.DEPOSEE, 1, 31)


def test_delay_of_the_agreement_prevails_on_what_is_measured(accord):
    recevables(accord, 1, 1, 1, 1, 1)
    OperationFactory(enveloppe=enveloppe(accord), statut_depuis_le=AU - dt.timedelta(days=20))
    liens = Liens(accord, AU)

    (alerte,) = alertes_attente(accord, AU, liens)
    assert alerte.titre == f"1{INSECABLE}demande attend la recevabilité depuis plus de 1{INSECABLE}jour"
    assert alerte.url == f"/{accord.slug}/operations/?statut=deposee&inchangees_avant=2026-06-29"

    accord.parametres.create(
        code="recevabilite_delai_jours",
        libelle="Délai",
        sujet="Étapes",
        valeur="20",
        unite="jours",
        valide_du=dt.date(2021, 1, 1),
        source="essai",
    )
    assert lire_delais(accord, AU)["recevabilite"].jours == 20
    assert alertes_attente(accord, AU, liens) == []


def test_committee_is_overdue_the_day_after_its_interval(accord, lecteur_etat):
    comite = ComiteFactory(accord=accord, regle_frequence={"intervalle_max_mois": 2})
    ReunionFactory(comite=comite, date=dt.date(2026, 4, 30))

    assert alertes_comites(accord, lecteur_etat, dt.date(2026, 6, 30)) == []
    (alerte,) = alertes_comites(accord, lecteur_etat, dt.date(2026, 7, 1))
    assert alerte.url == f"/{accord.slug}/comites/TECHNIQUE/"
    assert "en retard de 1" in alerte.titre
