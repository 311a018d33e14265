"""`importer_participants` and `modele_import participants`: exit status, words, and no name on the terminal."""

from io import BytesIO, StringIO, TextIOWrapper

import pytest
from django.core.management import CommandError, call_command

from comptes.lecture import lire_tableau
from comptes.models import JournalAudit
from participants.importation.colonnes import COLONNES
from participants.models import ImportParticipants, Participation
from tests.factories import OperationFactory
from tests.participants.fichiers import build_personne, en_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(accord):
    return OperationFactory(enveloppe__accord=accord, programmee=True)


@pytest.fixture
def fichier(tmp_path):
    def ecrire(*lignes):
        chemin = tmp_path / "participants.csv"
        chemin.write_bytes(en_csv(list(lignes)))
        return str(chemin)

    return ecrire


def executer(*args) -> str:
    sortie = StringIO()
    call_command("importer_participants", *args, stdout=sortie)
    return sortie.getvalue()


def test_a_file_is_imported_then_changes_nothing(operation, fichier):
    chemin = fichier(*(build_personne(operation.numero, rang) for rang in range(3)))

    assert executer(chemin, "--simulation") == (
        "Simulation, rien n’est enregistré.\nFiches\u00a0: 3\u00a0créées, 0\u00a0modifiée, 0\u00a0inchangée.\n"
    )
    assert not Participation.objects.exists()
    assert "3\u00a0créées" in executer(chemin)
    assert "0\u00a0créée, 0\u00a0modifiée, 3\u00a0inchangées" in executer(chemin)
    assert Participation.objects.count() == 3
    lignes = JournalAudit.objects.filter(acte="participants_importes").order_by("rang")
    assert [ligne.valeurs["creees"] for ligne in lignes] == [3, 0]
    assert {ligne.objet_id for ligne in lignes} == {
        str(pk) for pk in ImportParticipants.objects.values_list("pk", flat=True)
    }


def test_a_refusal_names_the_line_and_nobody(operation, fichier):
    ligne = build_personne(operation.numero, 0, courriel="vasseur sans arobase", brsa="parfois")

    with pytest.raises(CommandError) as refus:
        executer(fichier(ligne))

    assert refus.value.returncode == 1
    assert "ligne 2, colonne brsa, valeur «\u202fparfois\u202f»" in str(refus.value)
    assert "ligne 2, colonne courriel, valeur «\u202fmasquée\u202f»" in str(refus.value)
    assert "vasseur" not in str(refus.value)


def test_the_operation_of_every_line_may_be_named(operation, fichier):
    ligne = build_personne(operation.numero, 0)
    del ligne["operation"]

    executer(fichier(ligne), "--operation", operation.numero)

    assert Participation.objects.get().operation == operation
    with pytest.raises(CommandError) as refus:
        executer(fichier(ligne), "--operation", "404")
    assert refus.value.returncode == 2


@pytest.mark.parametrize("format_fichier", ["csv", "xlsx"])
def test_the_template_has_every_column_and_imports_nothing(format_fichier, operation):
    sortie = TextIOWrapper(BytesIO())
    call_command("modele_import", "participants", format=format_fichier, stdout=sortie)

    lignes = lire_tableau(sortie.buffer.getvalue())

    assert lignes[0].cellules[: len(COLONNES)] == [colonne.nom for colonne in COLONNES]
