"""The journal refuses to be rewritten, and shows when a superuser did it all the same."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from comptes.journal import journal_de, journaliser
from comptes.models import JournalAudit
from tests.factories import OrganismeFactory, UtilisateurFactory

TABLE = "comptes_journalaudit"
pytestmark = pytest.mark.django_db


@pytest.fixture
def lignes():
    organisme, auteur = OrganismeFactory(), UtilisateurFactory()
    lignes = [journaliser(organisme, f"acte_{n}", auteur=auteur, montant=Decimal("599.99")) for n in range(3)]
    executer("SET CONSTRAINTS ALL IMMEDIATE")  # a table is only altered when no check is pending
    return lignes


def executer(sql, *parametres):
    with connection.cursor() as cursor:
        cursor.execute(sql, parametres)


def ecarts():
    with connection.cursor() as cursor:
        cursor.execute("SELECT ligne, rang, constat FROM chaine_ecarts(%s)", [TABLE])
        return cursor.fetchall()


@pytest.mark.parametrize(
    "sql",
    [
        f"UPDATE {TABLE} SET motif = 'autre'",
        f"UPDATE {TABLE} SET rang = rang",
        f"DELETE FROM {TABLE}",
        f"TRUNCATE {TABLE} CASCADE",
    ],
)
def test_the_database_refuses_to_rewrite(lignes, sql):
    with pytest.raises(IntegrityError, match="ne s’écrit qu’en ajout"), transaction.atomic():
        executer(sql)

    assert JournalAudit.objects.count() == 3
    assert ecarts() == []


def test_the_orm_is_refused_too(lignes):
    lignes[0].motif = "autre"
    with pytest.raises(IntegrityError, match="ne s’écrit qu’en ajout"), transaction.atomic():
        lignes[0].save()
    with pytest.raises(IntegrityError, match="ne s’écrit qu’en ajout"), transaction.atomic():
        lignes[0].delete()


def sans_declencheur(sql, *parametres):
    executer(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
    executer(sql, *parametres)
    executer(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    "changement",
    [
        "motif = 'autre'",
        "acte = 'autre_acte'",
        """valeurs = '{"montant": "600.00"}'""",
        "auteur_id = NULL",
        "objet_id = '0'",
        "enregistree_le = enregistree_le - interval '1 second'",
    ],
)
def test_a_line_altered_by_a_superuser_breaks_the_chain(lignes, changement):
    sans_declencheur(f"UPDATE {TABLE} SET {changement} WHERE id = %s", lignes[1].pk)

    assert ecarts() == [(lignes[1].pk, 2, "empreinte")]


def test_a_line_removed_in_the_middle_is_seen(lignes):
    sans_declencheur(f"DELETE FROM {TABLE} WHERE id = %s", lignes[1].pk)

    assert (lignes[2].pk, 3, "rang") in ecarts()


def test_the_last_line_removed_is_seen(lignes):
    sans_declencheur(f"DELETE FROM {TABLE} WHERE id = %s", lignes[2].pk)

    assert ecarts() == [(None, 2, "fin")]


def test_every_line_removed_is_seen(lignes):
    sans_declencheur(f"DELETE FROM {TABLE}")

    assert ecarts() == [(None, 0, "fin")]


def test_values_are_kept_as_people_read_them():
    organisme = OrganismeFactory(code="TM")

    ligne = journaliser(organisme, "essai", auteur=None, ue=Decimal("600.10"), le=dt.date(2026, 3, 10), de=organisme)

    ligne = journal_de(organisme).get(pk=ligne.pk)
    assert ligne.valeurs == {"ue": "600.10", "le": "2026-03-10", "de": "TM"}
    assert (ligne.rang, len(ligne.empreinte)) == (1, 64)
