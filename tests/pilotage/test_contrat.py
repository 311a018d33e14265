"""The contract in the queues and in the alerts: reports to claim, signatures to collect, contracts to notify."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accord.models import AccordCadre
from operations.models import BilanAttendu
from pilotage.alertes import alertes_contrat
from pilotage.ce_qui_attend import blocs
from pilotage.ce_qui_attend.blocs import ecrire_lignes
from pilotage.ce_qui_attend.contrat import lignes_bilans, lignes_notifications, lignes_signatures
from pilotage.forms import Perimetre
from pilotage.liens import Liens
from tests import contrats
from tests.factories import EnveloppeFactory, ParametreFactory

pytestmark = pytest.mark.django_db
JOUR = dt.date(2026, 7, 8)


@pytest.fixture(autouse=True)
def horloge():
    with time_machine.travel(dt.datetime(2026, 7, 8, 10, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def enveloppe(accord):
    for code, valeur in [("signature_convention_heures", "144"), ("bilan_alerte_jours", "30")]:
        ParametreFactory(accord=accord, code=code, valeur=valeur)
    return EnveloppeFactory(accord=accord)


def attend(enveloppe, auteur, jour):
    """An operation under way whose final report is due that day."""
    fin = dt.date(2026, 5, 31)
    ligne = BilanAttendu(**contrats.FINAL | {"fin_le": fin, "attendu_le": jour})
    return contrats.en_execution(enveloppe, auteur, fin_le=fin, calendrier=[ligne])


def simple(texte):
    return texte.replace("\xa0", " ").replace("\u202f", " ")


def alertes(accord, user, **perimetre):
    lues = alertes_contrat(accord, user, JOUR, Liens(accord, JOUR), Perimetre(au=JOUR, **perimetre))
    return [(simple(a.titre), simple(a.texte), a.url) for a in lues]


def test_reports_are_claimed_thirty_days_before_then_late(accord, enveloppe, gestionnaire):
    attend(enveloppe, gestionnaire, dt.date(2026, 8, 8))  # in thirty-one days
    proche = attend(enveloppe, gestionnaire, dt.date(2026, 8, 7))
    tardif = attend(enveloppe, gestionnaire, dt.date(2026, 7, 7))

    lignes = ecrire_lignes(lignes_bilans(accord, [enveloppe.organisme_id], JOUR))

    assert [(ligne.operation, ligne.acte, simple(ligne.depuis), ligne.ton) for ligne in lignes] == [
        (tardif, "Réclamer le bilan final", "depuis 1 jour", "stop"),
        (proche, "Réclamer le bilan final", "dans 30 jours", ""),
    ]
    assert lignes_bilans(accord, [], JOUR) == []
    assert alertes(accord, gestionnaire) == [
        (
            "1 opération n’a pas déposé son bilan à la date de la convention",
            f"Il était attendu le 7 juillet 2026, opération {tardif.numero}. Réclamez-le, ou reportez-le avec un "
            "motif.",
            f"/{accord.slug}/operations/?a_faire=bilan",
        )
    ]
    assert alertes(accord, gestionnaire, organisme="TM") == []


def test_a_second_signature_is_collected_then_late(accord, enveloppe, gestionnaire):
    def signer(**dates):
        return contrats.en_signature(enveloppe, gestionnaire, envoyee_le=dt.date(2026, 6, 1), **dates)

    muette = signer()
    signee = signer(signee_beneficiaire_le=dt.date(2026, 7, 1), signee_oi_le=dt.date(2026, 7, 2))
    juste = signer(signee_oi_le=dt.date(2026, 7, 2))
    tardive = signer(signee_beneficiaire_le=dt.date(2026, 7, 1))
    siens = [enveloppe.organisme_id]

    assert [
        (ligne.operation, ligne.acte, ligne.quand, ligne.ton) for ligne in lignes_signatures(accord, siens, JOUR)
    ] == [
        (muette, "Recueillir les deux signatures", dt.date(2026, 6, 7), "stop"),  # from its sending
        (tardive, "Recueillir la signature de l’organisme", dt.date(2026, 7, 7), "stop"),
        (juste, "Recueillir la signature du bénéficiaire", JOUR, ""),
    ]
    assert [ligne.operation for ligne in lignes_notifications(accord, siens, JOUR)] == [signee]
    assert [titre for titre, _, _ in alertes(accord, gestionnaire)] == [
        "2 conventions attendent une signature depuis plus de 6 jours"
    ]
    assert f"opération {muette.numero} : il manque les deux signatures" in alertes(accord, gestionnaire)[0][1]


@pytest.mark.parametrize("nombre", [1, 3])
def test_the_lines_cost_a_constant_number_of_queries(
    accord, enveloppe, gestionnaire, nombre, django_assert_num_queries
):
    for _ in range(nombre):
        attend(enveloppe, gestionnaire, dt.date(2026, 7, 7))
        contrats.en_signature(enveloppe, gestionnaire, signee_oi_le=dt.date(2026, 4, 3))
    accord = AccordCadre.objects.get(pk=accord.pk)
    with django_assert_num_queries(5):
        ecrire_lignes(lignes_bilans(accord, [enveloppe.organisme_id], JOUR))
        lignes_signatures(accord, [enveloppe.organisme_id], JOUR)


def test_the_home_page_leads_to_the_contract(client, accord, enveloppe, gestionnaire, responsable):
    tardif = attend(enveloppe, gestionnaire, dt.date(2026, 7, 7))
    signee = contrats.en_signature(
        enveloppe, gestionnaire, signee_beneficiaire_le=dt.date(2026, 4, 3), signee_oi_le=dt.date(2026, 4, 4)
    )
    accueil = reverse("pilotage:accueil", args=[accord.slug])

    client.force_login(gestionnaire)
    page = client.get(accueil).content.decode()
    assert f'href="{reverse("operations:convention", args=[accord.slug, tardif.numero])}"' in page
    client.force_login(responsable)
    page = client.get(accueil).content.decode()
    assert f'href="{reverse("operations:conventionner", args=[accord.slug, signee.numero])}"' in page


def test_each_alert_opens_the_list_that_it_counts_of_the_files_read_whole(
    client, accord, enveloppe, gestionnaire, gestionnaire_tm, lecteur_etat, secretaire
):
    tm = EnveloppeFactory(accord=accord, organisme__code="TM")
    nos_bilans = {attend(enveloppe, gestionnaire, dt.date(2026, 7, jour)) for jour in (6, 7)}
    leurs_bilans = {attend(tm, gestionnaire_tm, dt.date(2026, 7, 7))}
    attend(enveloppe, gestionnaire, JOUR)
    signature = {"envoyee_le": dt.date(2026, 6, 1)}
    nos_signatures = {contrats.en_signature(enveloppe, gestionnaire, **signature)}
    leurs_signatures = {contrats.en_signature(tm, gestionnaire_tm, **signature) for _ in range(2)}
    contrats.en_signature(enveloppe, gestionnaire, envoyee_le=dt.date(2026, 7, 7))

    for lecteur, bilans, signatures in [
        (gestionnaire, nos_bilans, nos_signatures),
        (gestionnaire_tm, leurs_bilans, leurs_signatures),
        (lecteur_etat, nos_bilans | leurs_bilans, nos_signatures | leurs_signatures),
    ]:
        client.force_login(lecteur)
        des_bilans, des_signatures = alertes(accord, lecteur)
        for (titre, _, url), operations in [(des_bilans, bilans), (des_signatures, signatures)]:
            assert titre.startswith(f"{len(operations)} "), titre
            assert set(client.get(url).context["table"].data.data) == operations
    assert alertes(accord, secretaire) == []  # reads summaries only: a late report is not in them


def test_a_queue_counts_what_it_does_not_show_and_opens_it(client, accord, enveloppe, gestionnaire, monkeypatch):
    for _ in range(14):
        attend(enveloppe, gestionnaire, dt.date(2026, 7, 7))
    client.force_login(gestionnaire)
    url = reverse("pilotage:accueil", args=[accord.slug])

    def groupes(requete=""):
        [section] = client.get(url + requete).context["sections"]
        return [(g.titre, len(g.lignes), g.total, g.url_suite) for g in section.groupes]

    assert groupes() == [("En retard", 12, 14, "?file=a-faire#a-faire")]
    assert groupes("?file=a-faire") == [("En retard", 14, 14, "")]
    assert client.get(url).context["total"] == 14
    monkeypatch.setattr(blocs, "PAR_PAGE", 5)
    assert groupes("?file=a-faire&page=3") == [("En retard", 4, 14, "")]
    page = client.get(url + "?file=a-faire&page=2")
    assert (page.context["total"], page.context["en_retard"]) == (14, 14)
    assert "?file=a-faire&amp;page=3" in page.content.decode()


def test_only_the_lines_shown_are_read(client, accord, enveloppe, gestionnaire):
    client.force_login(gestionnaire)
    for _ in range(14):
        attend(enveloppe, gestionnaire, dt.date(2026, 7, 7))
    with CaptureQueriesContext(connection) as requetes:
        client.get(reverse("pilotage:accueil", args=[accord.slug]))
    [lue] = [r["sql"] for r in requetes if '"operations_bilanattendu"."id" IN (' in r["sql"]]
    pks = re.search(r'"operations_bilanattendu"."id" IN \(([\d, ]+)\)', lue)[1]
    assert len(pks.split(",")) == 12
