"""The pages that load a file of participants: check, titles to match, confirmation, and the real worker."""

import datetime as dt
import signal
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from comptes.lecture import lire_tableau
from comptes.models import JournalAudit
from participants.models import CorrespondanceImport, EtatImport, ImportParticipants, Participation
from participants.services.imports import lire_contenu
from tests.factories import EnveloppeFactory, OperationFactory
from tests.participants.fichiers import build_personne, en_csv
from tests.travaux import attendre, faire_les_travaux, ouvrier

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(accord):
    return OperationFactory(enveloppe=EnveloppeFactory(accord=accord), programmee=True)


@pytest.fixture
def agent(client, gestionnaire):
    client.force_login(gestionnaire)
    return client


def url(nom, *args):
    return reverse(f"participants:{nom}", args=["essai-2021-2027", *args])


def envoyer(client, *lignes, **champs):
    fichier = SimpleUploadedFile("participants.csv", en_csv(list(lignes)))
    return client.post(url("import"), {"fichier": fichier} | champs)


def test_a_file_is_checked_then_imported_by_the_worker(agent, operation):
    reponse = envoyer(agent, *(build_personne(operation.numero, rang) for rang in range(3)))
    assert "Contrôle en cours" in agent.get(reponse.url).content.decode()
    faire_les_travaux()
    page = agent.get(reponse.url).content.decode()
    assert "Importer ces 3\u00a0fiches" in page
    assert not Participation.objects.exists()

    fichier = ImportParticipants.objects.get()
    agent.post(url("import_importer", fichier.pk))
    fichier.refresh_from_db()
    assert fichier.etat == EtatImport.CONTROLE  # the box is not ticked
    agent.post(url("import_importer", fichier.pk), {"confirmer": "on"})
    faire_les_travaux()

    assert Participation.objects.count() == 3
    fichier.refresh_from_db()
    assert (fichier.etat, fichier.contenu, fichier.constat) == (EtatImport.IMPORTE, None, None)
    assert "Import terminé" in agent.get(reponse.url).content.decode()
    ligne = JournalAudit.objects.get(acte="participants_importes")
    assert (ligne.objet_id, ligne.valeurs["creees"]) == (str(fichier.pk), 3)


def test_faults_are_shown_to_the_sender_and_kept_closed(agent, operation, settings):
    ligne = build_personne(operation.numero, 0, courriel="vasseur sans arobase", brsa="parfois")
    reponse = envoyer(agent, ligne)
    faire_les_travaux()

    page = agent.get(reponse.url).content.decode()
    assert "2\u00a0cellules à corriger" in page
    assert "vasseur sans arobase" in page
    with connection.cursor() as curseur:
        curseur.execute("SELECT i::text FROM participants_importparticipants i")
        garde = curseur.fetchone()[0]
    for mot in ("vasseur", "parfois", "participants.csv", "Vasseur"):
        assert mot not in garde
        assert mot.encode().hex() not in garde
    annote = b"".join(agent.get(url("import_annote", ImportParticipants.objects.get().pk)).streaming_content)
    assert "Écrivez l’une de ces réponses" in lire_tableau(annote)[1].cellules[-1]
    settings.SECOND_FACTEUR_IDENTITES = True
    page = agent.get(reponse.url).content.decode()
    assert "vasseur" not in page
    assert agent.get(url("import_annote", ImportParticipants.objects.get().pk)).status_code == 403


def test_a_source_is_matched_once(agent, operation):
    ligne = {"Réf.": "12", "Début de parcours": "05/01/2026", "Allocataire": "peut-être", "Divers": "x"}
    reponse = envoyer(agent, ligne, operation=operation.numero)
    fichier = ImportParticipants.objects.get()
    assert reponse.url == url("import_colonnes", fichier.pk)
    assert agent.get(reponse.url).status_code == 200

    champs = {"nom": "Outil maison", "titre_0": "identifiant_pseudonyme", "titre_1": "date_entree", "titre_2": "brsa"}
    agent.post(reponse.url, champs)
    faire_les_travaux()
    assert "peut-être" in agent.get(url("import_fichier", fichier.pk)).content.decode()

    agent.post(reponse.url, champs | {"valeur_brsa_0": "nsp"})
    faire_les_travaux()
    agent.post(url("import_importer", fichier.pk), {"confirmer": "on"})
    faire_les_travaux()
    assert Participation.objects.get().brsa == "nsp"

    source = CorrespondanceImport.objects.get()
    envoyer(agent, ligne | {"Réf.": "13"}, operation=operation.numero, correspondance=source.pk)
    faire_les_travaux()
    assert ImportParticipants.objects.get(importe_le=None).comptes["creees"] == 1


def test_a_file_expires_and_leaves_nothing(agent, operation, gestionnaire):
    reponse = envoyer(agent, build_personne(operation.numero, 0))
    ImportParticipants.objects.update(expire_le=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))

    assert agent.get(reponse.url).status_code == 404
    call_command("purger_identites", stdout=StringIO())
    assert not ImportParticipants.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_nothing_is_there_and_it_starts_again(client, operation, gestionnaire):
    client.force_login(gestionnaire)
    envoyer(client, *(build_personne(operation.numero, rang) for rang in range(2_000)))
    faire_les_travaux()
    fichier = ImportParticipants.objects.get()
    client.post(url("import_importer", fichier.pk), {"confirmer": "on"})
    fichier.refresh_from_db()
    lecteur = connection.copy()  # what is said outside of the transaction that holds the lock

    def ecrit_les_identites():
        with lecteur.cursor() as curseur:
            curseur.execute("SELECT etape FROM comptes_travail WHERE tache_id = %s", [fichier.travail_id])
            return curseur.fetchone()[0] == "Chiffrement des identités"

    with transaction.atomic(), connection.cursor() as curseur:  # the worker waits there, its records written
        curseur.execute("LOCK TABLE participants_identite IN SHARE MODE")
        with ouvrier() as processus:
            attendre(ecrit_les_identites)
            processus.send_signal(signal.SIGKILL)
            processus.wait()
    lecteur.close()
    assert not Participation.objects.exists()
    assert lire_contenu(fichier)

    with ouvrier("--une-fois") as processus:
        attendre(lambda: processus.poll() is not None)

    assert Participation.objects.count() == 2_000
    fichier.refresh_from_db()
    assert fichier.etat == EtatImport.IMPORTE
