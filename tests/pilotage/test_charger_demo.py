"""The demonstration set: deterministic, sound, honest about what is invented."""

from collections import Counter
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

from accord.models import AccordCadre
from accord.montants import arrondir
from comptes.models import JournalAudit, Utilisateur
from gouvernance.models import Reunion
from operations.enums import STATUTS_PROGRAMMES, Statut
from operations.models import AppelAProjets, DecisionProgrammation, Ecriture, Operation, Structure
from operations.situation import compute_situation
from pilotage.demonstration.chargement import charger_accord
from pilotage.demonstration.operations import ENVELOPPES
from tests.conftest import FICHIER_ACCORD
from tests.factories import UtilisateurFactory

pytestmark = pytest.mark.django_db


def executer(*args, **options) -> str:
    sortie = StringIO()
    call_command(*args, stdout=sortie, **options)
    return sortie.getvalue()


def image():
    """All that a reader sees of the money, in the order of the ledger."""
    operations = Operation.objects.order_by("numero").values_list("numero", "intitule", "statut", "programmee_le")
    ecritures = Ecriture.objects.order_by("rang").values_list("rang", "montant", "date_effet", "enregistree_le")
    return list(operations), list(ecritures)


@contextmanager
def charge():
    """The agreement and forty operations, gone afterwards."""
    with transaction.atomic():
        executer("charger_accord", str(FICHIER_ACCORD))
        executer("charger_demo", operations=40)
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def deux_images(django_db_setup, django_db_blocker):
    """Load the set twice from nothing; leave the second one for the tests of this file."""
    with django_db_blocker.unblock():
        with charge():
            premiere = image()
        with charge():
            yield premiere, image()


def test_agreement_of_the_demonstration_is_known_when_it_takes_effect(db):
    charger_accord(FICHIER_ACCORD)

    accord = AccordCadre.objects.get()
    veille, jour = date(2023, 9, 17), date(2023, 9, 18)
    for connu_le, est_connu in [(veille, False), (jour, True)]:
        situation = compute_situation(accord, connu_le=connu_le)
        assert {bool(s.notifie) for s in situation.enveloppes} == {est_connu}


@pytest.fixture
def demonstration(deux_images, db):
    return AccordCadre.objects.get()


def test_it_covers_every_status_body_fund_and_year(demonstration):
    operations = Operation.objects.select_related("enveloppe")

    assert Counter(o.statut for o in operations).keys() == set(Statut.values)
    assert {o.enveloppe.code for o in operations} == {"FSE_CD62", "FSE_TM", "FTJ_CD62"}
    assert {o.deposee_le.year for o in operations} == {2022, 2023, 2024, 2025, 2026}
    assert operations.count() == 40


@pytest.mark.parametrize(("code", "part"), [(code, part) for code, _, part in ENVELOPPES])
def test_what_is_decided_is_the_share_it_aims_at(demonstration, code, part):
    decide = DecisionProgrammation.objects.filter(
        operation__enveloppe__code=code, operation__statut__in=STATUTS_PROGRAMMES
    ).aggregate(s=Sum("ue_programme"))["s"]

    assert decide == arrondir(compute_situation(demonstration).enveloppe(code).notifie * part)


def test_every_stage_of_the_money_is_there_and_verifies(demonstration):
    for code in ["FSE_CD62", "FSE_TM", "FTJ_CD62"]:
        montants = compute_situation(demonstration).enveloppe(code).montants
        assert montants["programme"] > montants["conventionne"] > montants["declare"] > montants["retenu"] > 0
    assert montants["programme"] > Decimal("11571000.00")  # the FTJ is committed beyond what it holds
    assert executer("verifier").startswith("Tout concorde")


def test_every_invented_name_says_so_and_no_siret_is_invented(demonstration):
    noms = [
        *Operation.objects.values_list("intitule", flat=True),
        *Structure.objects.values_list("nom", flat=True),
        *AppelAProjets.objects.values_list("intitule", flat=True),
        *(str(u) for u in Utilisateur.objects.all()),
    ]

    assert [nom for nom in noms if not nom.endswith("(exemple)")] == []
    assert not Structure.objects.exclude(siret="").exists()


def test_loaded_twice_nothing_changes_and_the_accounts_are_printed_again(demonstration):
    avant = [table.objects.count() for table in (Operation, Ecriture, JournalAudit, Reunion, Utilisateur)]

    sortie = executer("charger_demo", operations=40)

    assert "Rien n’a changé." in sortie
    assert "gestionnaire.tm@exemple.invalid" in sortie
    assert [table.objects.count() for table in (Operation, Ecriture, JournalAudit, Reunion, Utilisateur)] == avant


def test_the_same_seed_gives_the_same_set(deux_images, db):
    premiere, seconde = deux_images

    assert premiere == seconde
    assert {connue.date() for _, _, _, connue in seconde[1]} == {effet for _, _, effet, _ in seconde[1]}


def test_production_refuses_it(demonstration, settings):
    settings.REFUSER_COMPTES_DEMO = True

    with pytest.raises(CommandError, match="production"):
        executer("charger_demo")


def test_an_account_opened_in_the_demonstration_does_not_stop_it(demonstration, settings):
    UtilisateurFactory(email="ada@pasdecalais.fr")
    settings.OUVRIR_COMPTES_DEMO = False

    assert "Rien n’a changé." in executer("charger_demo")


def test_without_an_agreement_it_says_what_to_load(demonstration):
    with pytest.raises(CommandError, match="charger_accord"):
        executer("charger_demo", accord="inconnu")
