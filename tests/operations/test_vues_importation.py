"""The page that loads a file: template, check, annotated file, confirmation, result."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from comptes.lecture import TAILLE_MAX, lire_tableau
from operations.importation.colonnes import COLONNES
from operations.models import FichierImport, Operation
from tests.factories import EnveloppeFactory, FichierImportFactory, ObjectifSpecifiqueFactory, OperationFactory
from tests.operations.tableaux import build_ligne, en_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def enveloppe(accord):
    enveloppe = EnveloppeFactory(accord=accord)
    ObjectifSpecifiqueFactory(fonds=enveloppe.fonds)
    return enveloppe


def url(nom, *args):
    return reverse(f"operations:{nom}", args=["essai-2021-2027", *args])


def envoyer(client, *lignes, contenu=None, nom="operations.csv"):
    contenu = en_csv(list(lignes)) if contenu is None else contenu
    return client.post(url("import"), {"fichier": SimpleUploadedFile(nom, contenu)})


def test_a_file_is_checked_then_imported_and_leads_to_its_operations(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    reponse = envoyer(client, build_ligne(1), build_ligne(2))

    fichier = FichierImport.objects.get()
    assert reponse.url == url("import_fichier", fichier.pk)
    assert not Operation.objects.exists()
    page = client.get(reponse.url).content.decode()
    assert "Importer ces 2\u00a0opérations" in page

    client.post(url("import_importer", fichier.pk))
    assert not Operation.objects.exists()  # the box is not ticked
    client.post(url("import_importer", fichier.pk), {"confirmer": "on"})

    assert Operation.objects.count() == 2
    fichier.refresh_from_db()
    assert (bytes(fichier.contenu), fichier.importe_le is not None) == (b"", True)
    page = client.get(reponse.url).content.decode()
    assert "Import terminé" in page
    assert all(operation.get_absolute_url() in page for operation in Operation.objects.select_related("accord"))


def test_faults_are_listed_and_the_annotated_file_marks_them(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    reponse = envoyer(client, build_ligne(1), build_ligne(2, enveloppe="FSE_CD63", fin_le=""))

    page = client.get(reponse.url).content.decode()
    assert "2\u00a0cellules à corriger" in page
    assert "<b>FSE_CD62</b>" in page
    assert "Importer ces" not in page
    fichier = FichierImport.objects.get()
    annote = lire_tableau(client.get(url("import_annote", fichier.pk)).content)
    assert [ligne.cellules[-1] for ligne in annote] == [
        "à corriger",
        "",
        "enveloppe\u00a0: Aucune enveloppe de l’organisme ne porte ce code. Proposition\u00a0: FSE_CD62\n"
        "fin_le\u00a0: Cette cellule est obligatoire.",
    ]
    # sent again as it is, its last column is left out
    encore = client.post(
        url("import"),
        {"fichier": SimpleUploadedFile("a.xlsx", client.get(url("import_annote", fichier.pk)).content)},
    )
    assert [faute["colonne"] for faute in FichierImport.objects.get().bilan["fautes"]] == ["enveloppe", "fin_le"]
    assert encore.status_code == 302


def test_what_changed_since_the_check_is_checked_again(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)
    reponse = envoyer(client, build_ligne(1))
    tm = EnveloppeFactory(accord=enveloppe.accord, organisme__code="TM")
    OperationFactory(enveloppe=tm, numero="202600001")

    client.post(url("import_importer", FichierImport.objects.get().pk), {"confirmer": "on"})

    assert Operation.objects.count() == 1
    page = client.get(reponse.url).content.decode()
    assert "Une opération d’un autre organisme porte déjà ce numéro." in page


@pytest.mark.parametrize(
    ("contenu", "message"),
    [
        (b"", "Ce fichier est vide. Partez du modèle."),
        (b"%PDF \x00", "n’est pas un tableau"),
        (b"x" * (TAILLE_MAX + 1), "pèse plus de 5"),
    ],
)
def test_a_file_that_is_no_table_is_refused_beside_its_field(client, gestionnaire, enveloppe, contenu, message):
    client.force_login(gestionnaire)

    reponse = envoyer(client, contenu=contenu)

    assert (reponse.status_code, message in " ".join(reponse.context["form"].errors["fichier"])) == (200, True)
    assert not FichierImport.objects.exists()


def test_a_file_is_kept_for_who_sent_it_and_for_a_day(client, gestionnaire, responsable, enveloppe):
    fichier = FichierImportFactory(accord=enveloppe.accord, organisme=enveloppe.organisme, auteur=gestionnaire)
    client.force_login(responsable)
    assert client.get(url("import_fichier", fichier.pk)).status_code == 404

    client.force_login(gestionnaire)
    assert client.get(url("import_fichier", fichier.pk)).status_code == 200
    FichierImport.objects.update(expire_le=fichier.controle_le - dt.timedelta(seconds=1))
    assert client.get(url("import_fichier", fichier.pk)).status_code == 404
    assert client.post(url("import_importer", fichier.pk), {"confirmer": "on"}).status_code == 404


def test_a_file_is_imported_once(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)
    envoyer(client, build_ligne(1))
    fichier = FichierImport.objects.get()

    for _ in range(2):
        client.post(url("import_importer", fichier.pk), {"confirmer": "on"})

    assert Operation.objects.get().version == 1


def test_a_new_file_takes_the_place_of_the_one_that_waits(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    envoyer(client, build_ligne(1))
    envoyer(client, build_ligne(2))

    assert FichierImport.objects.get().bilan["creees"] == ["202600002"]


def test_the_templates_are_downloaded(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    for extension in ("csv", "xlsx"):
        contenu = client.get(url(f"import_modele_{extension}")).content
        assert lire_tableau(contenu)[0].cellules == [colonne.nom for colonne in COLONNES]


@pytest.mark.parametrize("nombre", [1, 3])
def test_result_query_count(client, gestionnaire, enveloppe, nombre, django_assert_num_queries):
    client.force_login(gestionnaire)
    envoyer(client, *(build_ligne(rang) for rang in range(nombre)))
    fichier = FichierImport.objects.get()
    client.post(url("import_importer", fichier.pk), {"confirmer": "on"})
    client.get(url("import_fichier", fichier.pk))
    with django_assert_num_queries(8):
        client.get(url("import_fichier", fichier.pk))
