"""The commands of the contract: exact output, exit status."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, ManagementUtility, call_command
from django.db import connection

from comptes.journal import journaliser
from operations.models import Ecriture
from operations.services import programmer_operation
from operations.situation import compute_situation
from tests.concurrence import au_moment_de
from tests.factories import EnveloppeFactory, OperationFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db

CHAINEES = ["comptes_journalaudit", "accord_mouvementenveloppe", "operations_ecriture"]


def executer(*args, **options) -> str:
    sortie = StringIO()
    call_command(*args, stdout=sortie, **options)
    return sortie.getvalue()


def programmer() -> Ecriture:
    operation = OperationFactory(instruite=True)
    programmer_operation(
        operation, auteur=UtilisateurFactory(), instance="Commission permanente", decidee_le=dt.date(2026, 4, 1)
    )
    return operation.ecritures.get()


def test_situation_prints_the_json_of_the_service():
    accord = programmer().operation.accord

    lu = json.loads(executer("situation", accord.slug, "--format", "json", "--au", "2026-04-01"))

    assert lu == compute_situation(accord, au=dt.date(2026, 4, 1)).to_json()
    assert lu["enveloppes"][0]["montants"]["programme"] == "600.00"


def test_situation_as_text_shows_the_amounts_as_people_write_them():
    texte = executer("situation", programmer().operation.accord.slug, "--au", "2026-04-01")

    assert "1\u202f000\u202f000,00\xa0€" in texte
    assert "1er\xa0avril\xa02026" in texte


def test_an_unknown_agreement_is_a_wrong_call_and_lists_those_loaded():
    EnveloppeFactory()

    with pytest.raises(CommandError, match="essai-2021-2027") as erreur:
        executer("situation", "inconnu")

    assert erreur.value.returncode == 2


def test_verifier_on_a_sound_base():
    programmer()

    assert executer("verifier").startswith("Tout concorde")


def alterer(table, requete, parametres):
    """Do what only a superuser can: switch the guards off, change the past, switch them on again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(requete, parametres)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_verifier_names_the_ledger_line_that_was_changed():
    ecriture = programmer()
    alterer(
        "operations_ecriture", "UPDATE operations_ecriture SET montant = montant + 0.01 WHERE id = %s", [ecriture.pk]
    )

    with pytest.raises(CommandError) as erreur:
        executer("verifier")

    assert erreur.value.returncode == 1
    assert f"ligne {ecriture.pk}, rang {ecriture.operation.ecritures.get().rang}" in str(erreur.value)
    assert f"Opération {ecriture.operation.numero} : programmé 600,01\xa0€" in str(erreur.value)


def test_verifier_names_the_operation_whose_date_was_changed():
    ecriture = programmer()
    alterer(
        "operations_ecriture", "UPDATE operations_ecriture SET date_effet = '2026-04-02' WHERE id = %s", [ecriture.pk]
    )

    with pytest.raises(CommandError) as erreur:
        executer("verifier")

    assert erreur.value.returncode == 1
    assert (
        f"Opération {ecriture.operation.numero}\xa0: l’écriture de rang {ecriture.operation.ecritures.get().rang} "
        in str(erreur.value)
    )


def test_verifier_names_the_journal_line_that_was_changed():
    operation = programmer().operation
    lignes = [journaliser(operation, "essai", auteur=None, n=n) for n in range(3)]
    alterer(
        "comptes_journalaudit",
        "UPDATE comptes_journalaudit SET motif = 'réécrit' WHERE id = %s",
        [lignes[1].pk],
    )

    with pytest.raises(CommandError, match=f"comptes_journalaudit\\), ligne {lignes[1].pk},"):
        executer("verifier")


def test_verifier_sees_that_the_last_lines_were_removed():
    ecriture = programmer()
    alterer("operations_ecriture", "DELETE FROM operations_ecriture WHERE id = %s", [ecriture.pk])

    with pytest.raises(CommandError, match="à la fin"):
        executer("verifier")


def test_verifier_sees_a_movement_that_was_changed():
    enveloppe = EnveloppeFactory()
    mouvement = enveloppe.mouvements.get()
    alterer(
        "accord_mouvementenveloppe",
        "UPDATE accord_mouvementenveloppe SET montant = 1 WHERE id = %s",
        [mouvement.pk],
    )

    with pytest.raises(CommandError, match=f"accord_mouvementenveloppe\\), ligne {mouvement.pk},"):
        executer("verifier")


def test_a_refusal_opens_with_a_french_word_on_stderr(capsys):
    with pytest.raises(SystemExit) as sortie:
        ManagementUtility(["manage.py", "situation", "nulle-part"]).execute()

    assert sortie.value.code == 2
    assert capsys.readouterr().err.startswith("Refus\u00a0: Accord inconnu\u00a0: «\u202fnulle-part\u202f».")


GARDES = [
    *(f"{table}_{garde}" for table in CHAINEES for garde in ["ajouter", "refuser", "vider"]),
    *(f"gouvernance_dossierseance_{garde}" for garde in ["refuser", "vider"]),
]


@pytest.mark.parametrize("garde", GARDES)
@pytest.mark.parametrize("requete", ["ALTER TABLE {table} DISABLE TRIGGER {garde}", "DROP TRIGGER {garde} ON {table}"])
def test_verifier_names_each_guard_that_is_off(garde, requete):
    table = garde.rsplit("_", 1)[0]
    with connection.cursor() as cursor:
        cursor.execute(requete.format(table=table, garde=garde))

    with pytest.raises(CommandError) as erreur:
        executer("verifier")

    assert [ligne.split(" : ")[1] for ligne in str(erreur.value).splitlines()] == [
        f"la protection {garde} manque ou est désactivée."
    ]


def test_verifier_is_not_fooled_by_a_guard_that_guards_nothing():
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION laisser() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            DROP TRIGGER operations_ecriture_refuser ON operations_ecriture;
            CREATE TRIGGER operations_ecriture_refuser BEFORE UPDATE OR DELETE ON operations_ecriture
                FOR EACH ROW EXECUTE FUNCTION laisser();
            """
        )

    with pytest.raises(CommandError, match="operations_ecriture_refuser"):
        executer("verifier")


@pytest.mark.django_db(transaction=True)
def test_verifier_sees_one_instant_whatever_is_recorded_while_it_runs():
    operation, auteur = OperationFactory(instruite=True), UtilisateurFactory()

    def programmer_a_cote():  # once the ledger is read and before the statuses are
        programmer_operation(operation, auteur=auteur, instance="Commission", decidee_le=dt.date(2026, 4, 1))

    with au_moment_de('FROM "operations_operation"', programmer_a_cote):
        sortie = executer("verifier")

    assert sortie.startswith("Tout concorde")
    assert operation.ecritures.count() == 1
