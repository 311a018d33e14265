"""`modele_import` and `importer_operations`: exit status, words on stderr, files."""

from io import BytesIO, StringIO, TextIOWrapper

import pytest
from django.core.management import CommandError, call_command

from comptes.enums import Role
from comptes.lecture import lire_tableau
from comptes.models import JournalAudit
from operations.importation.colonnes import COLONNES
from operations.models import Operation
from tests.factories import AccordFactory, EnveloppeFactory, ObjectifSpecifiqueFactory, OrganismeFactory, habilite
from tests.operations.tableaux import build_ligne, en_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def enveloppe(accord):
    enveloppe = EnveloppeFactory(accord=accord)
    ObjectifSpecifiqueFactory(fonds=enveloppe.fonds)
    return enveloppe


@pytest.fixture
def fichier(tmp_path):
    def ecrire(*lignes):
        chemin = tmp_path / "operations.csv"
        chemin.write_bytes(en_csv(list(lignes)))
        return str(chemin)

    return ecrire


def executer(*args) -> str:
    sortie = StringIO()
    call_command(*args, stdout=sortie)
    return sortie.getvalue()


def refuser(*args) -> tuple[int, list[str]]:
    with pytest.raises(CommandError) as refus:
        executer(*args)
    return refus.value.returncode, str(refus.value).splitlines()


def test_the_call_of_the_contract_loads_a_file_and_says_what_it_did(enveloppe, fichier):
    dit = executer("importer_operations", fichier(build_ligne(1), build_ligne(2)), "--organisme", "CD62")

    assert dit.splitlines() == [
        "Import terminé.",
        "Opérations créées\u00a0: 2",
        "Opérations modifiées\u00a0: 0",
        "Opérations inchangées\u00a0: 0",
    ]
    assert Operation.objects.count() == 2


def test_a_simulation_records_nothing(enveloppe, fichier):
    dit = executer("importer_operations", fichier(build_ligne(1)), "--organisme", "CD62", "--simulation")

    assert dit.startswith("Simulation, rien n’est enregistré.\nOpérations créées\u00a0: 1")
    assert not Operation.objects.exists()


def test_a_faulty_file_exits_with_1_and_one_message_per_cell(enveloppe, fichier):
    code, lignes = refuser(
        "importer_operations",
        fichier(build_ligne(1, ue="rien"), build_ligne(2, enveloppe="FSE_CD63", fin_le="")),
        "--organisme",
        "CD62",
    )

    assert (code, lignes) == (
        1,
        [
            "rien n’a été importé.",
            "operations.csv, ligne 2, colonne ue, valeur «\u202frien\u202f»\u00a0: Écrivez un montant en euros, par "
            "exemple 1\u202f234,50.",
            "operations.csv, ligne 3, colonne enveloppe, valeur «\u202fFSE_CD63\u202f»\u00a0: Aucune enveloppe "
            "de l’organisme ne porte ce code. Proposition\u00a0: FSE_CD62",
            "operations.csv, ligne 3, colonne fin_le, valeur vide\u00a0: Cette cellule est obligatoire.",
        ],
    )


def test_the_author_is_named_by_the_journal_and_signs_the_acts(enveloppe, fichier):
    gestionnaire = habilite(Role.GESTIONNAIRE, email="g@exemple.fr")
    ligne = build_ligne(1, recevable_le="01/02/2026")

    assert refuser("importer_operations", fichier(ligne), "--organisme", "CD62")[0] == 2
    executer("importer_operations", fichier(ligne), "--organisme", "CD62", "--auteur", "G@exemple.fr")

    assert set(JournalAudit.objects.filter(acte__in=["deposee", "recevable"]).values_list("auteur", flat=True)) == {
        gestionnaire.pk
    }


@pytest.mark.parametrize(
    ("options", "mots"),
    [
        (["--organisme", "XX"], "Organisme inconnu"),
        (["--organisme", "TM"], "ne gère aucune enveloppe"),
        (["--organisme", "CD62", "--accord", "autre"], "Accord inconnu"),
        (["--organisme", "CD62", "--auteur", "nul@exemple.fr"], "Aucun compte ouvert"),
        (["--organisme", "CD62", "--auteur", "lecteur@exemple.fr"], "ni gestionnaire ni responsable"),
    ],
)
def test_a_wrong_call_exits_with_2(enveloppe, fichier, options, mots):
    habilite(Role.LECTEUR_ETAT, email="lecteur@exemple.fr")

    code, lignes = refuser("importer_operations", fichier(build_ligne(1)), *options)

    assert code == 2
    assert mots in lignes[0]


def test_a_missing_file_is_a_wrong_call_an_unreadable_one_is_refused(enveloppe, tmp_path):
    (tmp_path / "photo.csv").write_bytes(b"\x00\x01")

    assert refuser("importer_operations", str(tmp_path / "rien.csv"), "--organisme", "CD62")[0] == 2
    code, lignes = refuser("importer_operations", str(tmp_path / "photo.csv"), "--organisme", "CD62")
    assert (code, lignes[0].startswith("photo.csv")) == (1, True)


def test_a_body_of_two_agreements_says_which(enveloppe, fichier):
    autre = AccordFactory(slug="autre-2021-2027", chef_de_file=OrganismeFactory(code="CD62"))
    EnveloppeFactory(accord=autre)
    chemin = fichier(build_ligne(1))

    code, lignes = refuser("importer_operations", chemin, "--organisme", "CD62")
    executer("importer_operations", chemin, "--organisme", "CD62", "--accord", "autre-2021-2027")

    assert (code, "essai-2021-2027" in lignes[0], "autre-2021-2027" in lignes[0]) == (2, True, True)
    assert Operation.objects.get().accord == autre


@pytest.mark.parametrize("format_fichier", ["csv", "xlsx"])
def test_the_template_goes_to_the_output_or_to_a_file(format_fichier, tmp_path):
    flux = TextIOWrapper(BytesIO())
    call_command("modele_import", "operations", "--format", format_fichier, stdout=flux)
    chemin = tmp_path / "modele"
    executer("modele_import", "operations", "--format", format_fichier, "--sortie", str(chemin))

    for contenu in (flux.buffer.getvalue(), chemin.read_bytes()):
        assert lire_tableau(contenu)[0].cellules == [colonne.nom for colonne in COLONNES]
