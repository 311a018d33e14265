"""The files of records: what is filtered, in the words of the import, without anybody’s identity."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comptes.lecture import lire_tableau
from participants.services import enregistrer_fiche
from tests.factories import EnveloppeFactory, OperationFactory, ParticipationFactory, UtilisateurFactory

NOM = "Delattre-Vasseur"


@pytest.fixture
def operation(accord, client, gestionnaire):
    client.force_login(gestionnaire)
    return OperationFactory(enveloppe=EnveloppeFactory(accord=accord), programmee=True)


def contenu(client, operation, extension, requete=""):
    reponse = client.get(reverse(f"participants:export_{extension}", args=[operation.accord.slug]) + f"?{requete}")
    assert reponse.status_code == 200
    assert f'participants-{timezone.localdate().isoformat()}.{extension}"' in reponse["Content-Disposition"]
    return b"".join(reponse.streaming_content)


def lignes(octets):
    return list(csv.DictReader(io.StringIO(octets.decode("utf-8-sig")), delimiter=";"))


def test_a_csv_holds_the_answers_and_what_is_missing(client, operation):
    fiche = ParticipationFactory.build(operation=operation, pseudonyme="P0001", sexe="", brsa="nsp", code_insee="62498")
    identite = {"nom": NOM, "date_naissance": "1990-04-12", "courriel": "marie@exemple.fr"}
    enregistrer_fiche(fiche, auteur=UtilisateurFactory(), identite=identite)

    octets = contenu(client, operation, "csv")

    ligne = lignes(octets)[0]
    assert ligne == ligne | {
        "operation": operation.numero,
        "identifiant_pseudonyme": "P0001",
        "date_entree": "2026-03-02",
        "statut_emploi": "chomeur",
        "niveau_diplome": "CITE_0_2",
        "brsa": "nsp",
        "code_insee": "62498",
        "date_sortie": "",
        "age_entree": "35",
        "en_qpv": "non",
        "fiche": "incomplète",
        "a_saisir": "sexe",
    }
    for secret in (NOM, "1990", "marie@"):
        assert secret not in octets.decode()


def test_only_what_is_filtered_leaves(client, operation):
    autre = OperationFactory(enveloppe=operation.enveloppe, programmee=True)
    ParticipationFactory(operation=operation, pseudonyme="femme")
    ParticipationFactory(operation=operation, pseudonyme="homme", sexe="H")
    ParticipationFactory(operation=operation, pseudonyme="annulee", annulee_le=dt.date(2026, 6, 1))
    ParticipationFactory(operation=autre, pseudonyme="ailleurs", sexe="H")

    octets = contenu(client, operation, "csv", f"operation={operation.numero}&sexe=H")

    assert [ligne["identifiant_pseudonyme"] for ligne in lignes(octets)] == ["homme"]


def test_the_menu_of_the_tab_exports_its_operation(client, operation):
    ParticipationFactory(operation=operation)

    page = client.get(
        reverse("participants:participants", args=[operation.accord.slug, operation.numero]) + "?sexe=F"
    ).content.decode()

    assert f"participants.xlsx?operation={operation.numero}&amp;sexe=F" in page


@pytest.mark.parametrize("extension", ["xlsx", "ods"])
def test_a_workbook_holds_dates_and_numbers(client, operation, extension):
    ParticipationFactory(operation=operation, duree_chomage_mois=14)

    titres, valeurs = (ligne.cellules for ligne in lire_tableau(contenu(client, operation, extension)))

    ligne = dict(zip(titres, valeurs, strict=True))
    assert ligne["date_entree"] == dt.date(2026, 3, 2)
    assert (ligne["duree_chomage_mois"], ligne["age_entree"]) == (14, 34)


def test_dates_that_cannot_be_read_export_nothing(client, operation):
    adresse = reverse("participants:export_csv", args=[operation.accord.slug])

    reponse = client.get(f"{adresse}?entree_du=hier")

    assert reponse.status_code == 400
    assert "Rien n’est exporté." in reponse.content.decode()


@pytest.mark.parametrize("nombre", [1, 3])
def test_an_export_costs_the_same_with_one_or_three(client, operation, nombre):
    ParticipationFactory.create_batch(nombre, operation=operation)
    contenu(client, operation, "csv")
    with CaptureQueriesContext(connection) as requetes:
        contenu(client, operation, "csv")

    assert len(requetes) == 7
