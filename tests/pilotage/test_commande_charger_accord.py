"""`charger_accord`: what it prints, its exit status, its one line in the journal."""

import io

import pytest
from django.core.management import CommandError, call_command

from accord.models import AccordCadre, Enveloppe, MouvementEnveloppe
from comptes.journal import journal_de
from comptes.models import JournalAudit
from participants.compteurs import recompter, verifier_compteurs
from participants.models import CompteurIndicateur
from tests.conftest import FICHIER_ACCORD
from tests.factories import OperationFactory, ParticipationFactory

pytestmark = pytest.mark.django_db


def charger(fichier=FICHIER_ACCORD) -> str:
    sortie = io.StringIO()
    call_command("charger_accord", str(fichier), stdout=sortie)
    return sortie.getvalue()


def refuser(fichier) -> CommandError:
    with pytest.raises(CommandError) as refus:
        charger(fichier)
    return refus.value


@pytest.fixture
def copie(tmp_path):
    """Write a copy of the agreement with one text replaced by another."""

    def copier(avant, apres):
        texte = FICHIER_ACCORD.read_text(encoding="utf-8")
        assert avant in texte
        fichier = tmp_path / "copie.yaml"
        fichier.write_text(texte.replace(avant, apres, 1), encoding="utf-8")
        return fichier

    return copier


def test_first_load_says_what_it_created_and_writes_one_line():
    sortie = charger().splitlines()

    assert "Création : commune, 887" in sortie
    assert "Création : point d’attention, 37" in sortie
    ligne = journal_de(AccordCadre.objects.get()).get()
    assert (ligne.acte, ligne.auteur, ligne.valeurs["fichier"]) == ("charge", None, FICHIER_ACCORD.name)
    assert ligne.valeurs["crees"]["mouvement d’enveloppe"] == 5


def test_second_load_changes_nothing_not_even_the_journal():
    charger()
    lignes = JournalAudit.objects.count()

    assert charger() == "Rien n’a changé.\n"
    assert JournalAudit.objects.count() == lignes == 1


def test_a_changed_word_is_told_and_journaled(copie):
    charger()

    sortie = charger(copie("Coaching jeunesse", "Coaching des jeunes"))

    assert sortie.splitlines()[0].startswith("Modification\u00a0: dispositif CD62_FSE_5, libellé")
    derniere = journal_de(AccordCadre.objects.get()).first()
    assert derniere.valeurs["changements"] == sortie.splitlines()[:1]


def test_an_inserted_fact_does_not_tell_every_place_that_moved(copie):
    charger()
    nouveau = '    - {code: VOTE_NUL, libelle: "Voix nulles", valeur: "0", source: DEL}\n'

    sortie = charger(copie("    - {code: VOTE_CONTRE", nouveau + "    - {code: VOTE_CONTRE")).splitlines()

    assert sortie[:2] == ["Création : fait de l’accord, 1", "Modification : place dans leur liste, 16"]


def test_one_cent_is_refused_with_both_sides_named(copie):
    refus = refuser(copie('montant: "17513945.00"', 'montant: "17513945.01"'))

    assert refus.returncode == 1
    assert "FSE_CD62 + FSE_TM = 49\u202f106\u202f452,01\u00a0€ ≠ enveloppe territoriale FSE_TERRITOIRE" in str(refus)
    assert not AccordCadre.objects.exists()


def test_an_amount_changed_after_the_load_is_refused(copie):
    charger()

    refus = refuser(copie("date_effet: 2023-09-18", "date_effet: 2023-09-19"))

    assert refus.returncode == 1
    assert "passez par un mouvement d’enveloppe" in str(refus)
    assert MouvementEnveloppe.objects.count() == 5


def test_a_missing_file_is_a_wrong_call(tmp_path):
    refus = refuser(tmp_path / "absent.yaml")

    assert refus.returncode == 2
    assert "introuvable" in str(refus)


def test_what_is_not_yaml_is_a_wrong_call(tmp_path):
    fichier = tmp_path / "essai.yaml"
    fichier.write_text("a: [1", encoding="utf-8")

    assert refuser(fichier).returncode == 2


def test_a_fault_of_shape_is_told_with_its_line(copie):
    refus = refuser(copie("qualite: signataire", "qualite: temoin"))

    assert refus.returncode == 1
    assert "parties[1].qualite : « temoin » n’est pas admis ; attendu : signataire, associe." in str(refus)


def test_another_threshold_counts_the_records_again(copie):
    charger()
    enveloppe = Enveloppe.objects.get(code="FSE_CD62")
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    ParticipationFactory(operation=operation, duree_chomage_mois=8)
    recompter()
    assert CompteurIndicateur.objects.get().eeco03 == 0

    charger(copie('à partir de", valeur: "12", unite: "mois"', 'à partir de", valeur: "6", unite: "mois"'))

    assert CompteurIndicateur.objects.get().eeco03 == 1
    assert verifier_compteurs() == []
