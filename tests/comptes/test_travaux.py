"""Background jobs, done by the real worker; some of them by a process of its own, which is killed."""

import signal
import subprocess
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from comptes.models import Organisme, Travail
from comptes.travaux import lancer
from comptes.travaux.presence import ouvriers_vivants
from comptes.travaux.reprise import REPRISES
from tests.factories import UtilisateurFactory
from tests.travaux import (
    attendre,
    casser,
    casser_sans_place,
    faire_les_travaux,
    lancer_essai,
    ouvrier,
    ouvrir_par_etapes,
    perdre_sa_place,
    relire,
    surveiller,
)


def codes() -> list[str]:
    return sorted(Organisme.objects.values_list("code", flat=True))


@pytest.mark.django_db
def test_jobs_are_done_in_their_order_then_the_worker_leaves():
    premier, second = lancer_essai(UtilisateurFactory(), code="UN"), lancer_essai(None, code="DEUX")

    faire_les_travaux()

    premier, second = relire(premier), relire(second)
    assert (premier.texte, second.texte) == ("Terminé.", "Terminé.")
    assert premier.tache.return_value == "UN"
    assert premier.tache.finished_at < second.tache.started_at
    assert codes() == ["DEUX", "UN"]
    assert ouvriers_vivants() == set()


@pytest.mark.django_db(transaction=True)
def test_a_job_exists_once_the_act_that_starts_it_is_committed():
    with transaction.atomic():
        lancer_essai(None)
        transaction.set_rollback(True)

    faire_les_travaux()

    assert (codes(), Travail.objects.count(), DBTaskResult.objects.count()) == ([], 0, 0)


@pytest.mark.django_db
def test_an_unexpected_error_keeps_nothing_and_quotes_nothing(caplog):
    travail = lancer(casser, auteur=None, suite="/", nom="Dupont")

    faire_les_travaux()

    travail = relire(travail)
    assert travail.est_en_echec
    assert travail.motif.startswith("Le travail s’est arrêté sur une erreur inattendue.")
    assert travail.tache.exception_class_path == "builtins.ValueError"
    assert "casser" in travail.tache.traceback
    assert "casser" in caplog.text
    assert "Dupont" not in travail.tache.traceback + travail.motif + caplog.text
    assert codes() == []


@pytest.mark.django_db
def test_a_refusal_is_told_as_it_is_and_a_job_by_steps_keeps_its_steps():
    travail = lancer(ouvrir_par_etapes, auteur=None, suite="/", codes=["UN", "", "DEUX"])

    faire_les_travaux()

    assert relire(travail).texte == "Donnez un code à chaque organisme."
    assert codes() == ["UN"]


@pytest.mark.django_db
def test_a_worker_that_lost_its_job_commits_nothing():
    travail = lancer(perdre_sa_place, auteur=None, suite="/")

    faire_les_travaux()

    assert (relire(travail).est_fini, codes()) == (False, [])


@pytest.mark.django_db
def test_a_job_lost_that_fails_besides_does_not_stop_its_worker():
    perdu, suivant = lancer(casser_sans_place, auteur=None, suite="/"), lancer_essai(None)

    faire_les_travaux()

    assert (relire(perdu).est_fini, relire(suivant).texte) == (False, "Terminé.")


@pytest.mark.django_db
@pytest.mark.parametrize("morts", [REPRISES, REPRISES + 1])
def test_a_job_is_put_back_three_times_then_fails(morts):
    travail = lancer_essai(None)
    DBTaskResult.objects.update(status="RUNNING", worker_ids=[str(numero) for numero in range(1, morts + 1)])

    faire_les_travaux()

    travail = relire(travail)
    assert travail.est_en_echec is (morts > REPRISES)
    assert travail.texte.startswith("Le travail a été interrompu 4 fois" if morts > REPRISES else "Terminé.")
    assert codes() == ([] if morts > REPRISES else ["ESSAI_TRAVAIL"])


@pytest.mark.django_db
def test_a_job_that_left_the_product_fails_and_its_author_still_reads_it(client):
    auteur = UtilisateurFactory()
    travail = lancer_essai(auteur)
    DBTaskResult.objects.update(task_path="comptes.travaux.disparu.faire")

    faire_les_travaux()

    client.force_login(auteur)
    page = client.get(travail.get_absolute_url())
    assert "erreur inattendue" in page.content.decode()


@pytest.mark.django_db
def test_jobs_ended_long_ago_are_forgotten():
    vieux, recent, attend = (lancer_essai(None, code=code) for code in ("UN", "DEUX", "TROIS"))
    for travail, jours in ((vieux, 91), (recent, 89)):
        fini_le = timezone.now() - timedelta(days=jours)
        DBTaskResult.objects.filter(pk=travail.pk).update(status="SUCCESSFUL", finished_at=fini_le)

    faire_les_travaux()

    assert set(Travail.objects.values_list("pk", flat=True)) == {recent.pk, attend.pk}


@pytest.mark.django_db
def test_the_owner_of_the_object_says_who_may_follow(client):
    auteur, autre = UtilisateurFactory(email="auteur@exemple.org"), UtilisateurFactory(email="voisin@exemple.org")
    travail = lancer(surveiller, auteur=auteur, suite="/", code="voisin")
    statuts = {}
    for personne in (auteur, autre):
        client.force_login(personne)
        statuts[personne.email] = client.get(reverse("travail_avancement", args=[travail.pk])).status_code

    assert statuts == {"auteur@exemple.org": 404, "voisin@exemple.org": 200}


@pytest.mark.django_db
def test_the_end_leads_to_the_result_and_a_failure_to_its_reason(client):
    auteur = UtilisateurFactory()
    client.force_login(auteur)
    reussi = lancer_essai(auteur)
    rate = lancer(casser, auteur=auteur, suite="/", nom="x")
    assert client.get(reverse("travail_avancement", args=[reussi.pk])).json() == {
        "etape": "",
        "fait": 0,
        "total": None,
        "texte": "En attente de son tour.",
    }

    faire_les_travaux()

    suites = [client.get(reverse("travail_avancement", args=[t.pk])).json()["suite"] for t in (reussi, rate)]
    assert suites == ["/", rate.get_absolute_url()]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_job_starts_again(client, tmp_path):
    """What is read on the way: the page follows a job whose transaction is open."""
    auteur, feu = UtilisateurFactory(), tmp_path / "feu"
    client.force_login(auteur)
    travail = lancer_essai(auteur, feu=str(feu))
    adresse = reverse("travail_avancement", args=[travail.pk])

    with ouvrier() as processus:
        attendre(lambda: client.get(adresse).json()["etape"] == "Attente du feu")
        pendant = client.get(adresse).json()
        assert codes() == []
        assert len(ouvriers_vivants()) == 1
        processus.kill()
    attendre(lambda: not ouvriers_vivants())
    assert (relire(travail).tache.status, codes()) == ("RUNNING", [])
    feu.touch()
    with ouvrier("--une-fois") as processus:
        dit = processus.communicate()[0]

    assert pendant == {
        "etape": "Attente du feu",
        "fait": 0,
        "total": 2_000,
        "texte": "Attente du feu\u00a0: 0 sur 2\u202f000",
    }
    assert processus.returncode == 0
    assert "interrompu\u00a0: remis" in dit
    travail = relire(travail)
    assert (travail.texte, len(travail.tache.worker_ids), codes()) == ("Terminé.", 2, ["ESSAI_TRAVAIL"])


@pytest.mark.django_db(transaction=True)
def test_a_session_lost_in_the_middle_puts_the_job_back(tmp_path):
    """The base is there again at once: nothing failed but the session, which took the number of the worker with it."""
    feu = tmp_path / "feu"
    travail = lancer_essai(None, feu=str(feu))

    with ouvrier() as processus:
        attendre(lambda: relire(travail).etape == "Attente du feu")
        [numero] = ouvriers_vivants()
        with connection.cursor() as curseur:
            curseur.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [numero]
            )
        attendre(lambda: not ouvriers_vivants())
        feu.touch()
        attendre(lambda: relire(travail).est_fini)
        processus.send_signal(signal.SIGTERM)
        dit = processus.communicate()[0]

    assert processus.returncode == 0
    assert "sa session avec la base est perdue" in dit
    travail = relire(travail)
    assert (travail.texte, len(travail.tache.worker_ids), codes()) == ("Terminé.", 2, ["ESSAI_TRAVAIL"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("recu", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_asked_to_stop_ends_its_job_and_takes_no_other(tmp_path, recu):
    feu = tmp_path / "feu"
    en_cours, suivant = lancer_essai(None, code="UN", feu=str(feu)), lancer_essai(None, code="DEUX")

    with ouvrier() as processus:
        attendre(lambda: relire(en_cours).etape == "Attente du feu")
        processus.send_signal(recu)
        with pytest.raises(subprocess.TimeoutExpired):
            processus.wait(timeout=0.5)
        feu.touch()
        dit = processus.communicate()[0]

    assert (processus.returncode, ouvriers_vivants()) == (0, set())
    assert "Arrêt demandé" in dit
    assert [relire(travail).tache.status for travail in (en_cours, suivant)] == ["SUCCESSFUL", "READY"]
    assert codes() == ["UN"]
