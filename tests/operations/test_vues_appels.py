"""Calls for projects: prepared, published with their QPV clause, closed; and the operations that answer them."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.urls import reverse

from comptes.enums import Role
from comptes.journal import journal_de
from operations.enums import StatutAppel
from operations.models import AppelAProjets
from operations.services import supprimer_appel
from tests.factories import (
    AppelFactory,
    DispositifFactory,
    EnveloppeFactory,
    ObjectifSpecifiqueFactory,
    OperationFactory,
    PublicCibleFactory,
    habilite,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def enveloppe(accord):
    return EnveloppeFactory(accord=accord)


def url(nom, *args):
    return reverse(f"operations:{nom}", args=["essai-2021-2027", *args])


def message(response):
    return " ".join(str(m) for m in get_messages(response.wsgi_request))


def saisie(enveloppe, **champs):
    return {
        "code": "AAP-2027-1",
        "intitule": "Levée des freins (exemple)",
        "objectif_specifique": ObjectifSpecifiqueFactory(fonds=enveloppe.fonds).pk,
        "ouvert_le": "2027-01-03",
        "limite_depot_le": "2027-06-30",
        "ue_prevu": "1 500 000",
        "taux_max": "60,00",
        **pieces(("statuts", "", True), ("", "", True), ("budget", " Budget par année ", False)),
    } | champs


def pieces(*lignes):
    """The rows of the formset, each (type, name, mandatory)."""
    champs = {"pieces-TOTAL_FORMS": len(lignes), "pieces-INITIAL_FORMS": 0}
    for rang, (type_piece, libelle, obligatoire) in enumerate(lignes):
        champs |= {f"pieces-{rang}-type": type_piece, f"pieces-{rang}-libelle": libelle}
        champs |= {f"pieces-{rang}-obligatoire": "on"} if obligatoire else {}
    return champs


def noms(response):
    return [row.record.code for row in response.context["table"].page.object_list]


def test_appel_creer_reads_amounts_rates_and_pieces(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    client.post(url("appel_creer"), saisie(enveloppe))

    appel = AppelAProjets.objects.get()
    assert (appel.statut, appel.ue_prevu, appel.taux_max) == (
        StatutAppel.BROUILLON,
        Decimal("1500000.00"),
        Decimal("0.6000"),
    )
    assert list(appel.pieces_attendues.values_list("ordre", "type", "libelle", "obligatoire")) == [
        (1, "statuts", "Statuts", True),
        (2, "budget", "Budget par année", False),
    ]
    assert appel.lire_pieces_obligatoires() == ["Statuts"]


def test_appel_creer_at_the_edges_of_its_checks(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)
    bornes = {
        "periode_debut_le": "2027-01-31",
        "periode_fin_le": "2027-07-01",
        "duree_min_mois": "7",
        "duree_max_mois": "7",
        "ue_min": "600,00",
        "cout_total_min": "1000",
        "profils_cout": ["REEL", "OCS_40"],
    }

    client.post(url("appel_creer"), saisie(enveloppe, **bornes))

    appel = AppelAProjets.objects.get()
    assert (appel.duree_min_mois, appel.ue_min, appel.cout_total_min, appel.profils_cout) == (
        7,
        Decimal("600.00"),
        Decimal("1000.00"),
        ["REEL", "OCS_40"],
    )


def test_appel_keeps_what_it_aims_at_and_refuses_a_stale_choice(client, gestionnaire, enveloppe):
    brsa, deld = (PublicCibleFactory(accord=enveloppe.accord, code=code) for code in ("BRSA", "DELD"))
    passe = PublicCibleFactory(accord=enveloppe.accord, code="ANCIEN", valide_au=dt.date(2024, 12, 31))
    dispositifs = DispositifFactory.create_batch(2, enveloppe=enveloppe)
    client.force_login(gestionnaire)
    choix = {"publics_cibles": [brsa.pk, deld.pk], "dispositifs": [d.pk for d in dispositifs]}
    client.post(url("appel_creer"), saisie(enveloppe, **choix))
    appel = AppelAProjets.objects.get()
    assert [set(appel.publics_cibles.all()), set(appel.dispositifs.all())] == [{brsa, deld}, set(dispositifs)]

    form = client.get(url("appel_modifier", appel.pk)).context["form"]
    assert set(form.fields["publics_cibles"].queryset) == {brsa, deld}
    appel.publics_cibles.set([deld, passe])
    response = client.post(url("appel_modifier", appel.pk), saisie(enveloppe, vu=form.initial["vu"], **choix))

    assert [(e["libelle"], e["saisi"]) for e in response.context["ecarts"]] == [("Publics visés", f"{brsa}, {deld}")]
    assert set(appel.publics_cibles.all()) == {deld, passe}


@pytest.mark.parametrize(
    ("lignes", "rang", "champ", "message"),
    [
        ([("", "Photo", True)], 0, "type", "Choisissez le type de la pièce «\u202fPhoto\u202f»."),
        ([("autre", "", True)], 0, "libelle", "Nommez cette autre pièce."),
        ([("statuts", "", True), ("autre", "statuts", True)], 1, "libelle", "figure déjà plus haut"),
    ],
)
def test_appel_creer_says_what_a_piece_lacks(client, gestionnaire, enveloppe, lignes, rang, champ, message):
    client.force_login(gestionnaire)

    response = client.post(url("appel_creer"), saisie(enveloppe) | pieces(*lignes))

    erreurs = response.context["form"].pieces.forms[rang].errors[champ]
    assert message in erreurs[0]
    assert not AppelAProjets.objects.exists()


def test_appel_modifier_replaces_the_pieces_and_refuses_those_of_a_stale_page(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True, pieces=["RIB"])
    client.force_login(gestionnaire)
    vu = client.get(url("appel_modifier", appel.pk)).context["form"].initial["vu"]
    sans_rien = saisie(enveloppe, vu=vu) | pieces(("statuts", "", True))
    client.post(url("appel_modifier", appel.pk), sans_rien)
    assert appel.pieces_attendues.get().libelle == "Statuts"

    response = client.post(url("appel_modifier", appel.pk), sans_rien | pieces(("budget", "", True)))

    assert [(e["libelle"], e["enregistre"], e["saisi"]) for e in response.context["ecarts"]] == [
        ("Pièces attendues", "Statuts", "Budget prévisionnel")
    ]
    assert appel.pieces_attendues.get().libelle == "Statuts"


@pytest.mark.parametrize(
    ("champs", "erreur"),
    [
        ({"limite_depot_le": "2026-12-31"}, "limite_depot_le"),
        ({"periode_debut_le": "2027-02-01", "periode_fin_le": "2027-01-01"}, "periode_fin_le"),
        ({"taux_max": "101"}, "taux_max"),
        ({"taux_max": "0"}, "taux_max"),
        ({"ue_prevu": "beaucoup"}, "ue_prevu"),
        ({"code": "DEJA"}, "code"),
        ({"code": "deja"}, "code"),
        ({"duree_min_mois": "12", "duree_max_mois": "11"}, "duree_max_mois"),
        ({"duree_min_mois": "0"}, "duree_min_mois"),
        (
            {"periode_debut_le": "2027-01-31", "periode_fin_le": "2027-07-01", "duree_min_mois": "8"},
            "duree_min_mois",
        ),
        ({"periode_debut_le": "2027-01-01", "periode_fin_le": "2027-06-29"}, "periode_fin_le"),
        ({"ue_min": "1 500 000,01"}, "ue_min"),
        ({"ue_min": "600,01", "cout_total_min": "1000"}, "ue_min"),
        ({"profils_cout": ["OCS_99"]}, "profils_cout"),
    ],
)
def test_appel_creer_says_errors_beside_their_field(client, gestionnaire, enveloppe, champs, erreur):
    AppelFactory(enveloppe=enveloppe, code="DEJA")
    client.force_login(gestionnaire)

    response = client.post(url("appel_creer"), saisie(enveloppe, **champs))

    assert list(response.context["form"].errors) == [erreur]
    assert "Levée des freins (exemple)" in response.content.decode()


def test_appel_modifier_refuses_a_stale_form_and_shows_both(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True, intitule="Avant")
    client.force_login(gestionnaire)
    vu = client.get(url("appel_modifier", appel.pk)).context["form"].initial["vu"]
    client.post(url("appel_modifier", appel.pk), saisie(enveloppe, intitule="D’un collègue", vu=vu))

    response = client.post(url("appel_modifier", appel.pk), saisie(enveloppe, intitule="Le mien", vu=vu))

    assert [(e["enregistre"], e["saisi"]) for e in response.context["ecarts"]] == [("D’un collègue", "Le mien")]
    assert response.content.decode().count("conservée ci-dessous") == 1
    appel.refresh_from_db()
    assert appel.intitule == "D’un collègue"


def test_appel_publier_without_the_qpv_clause_says_what_to_do(client, responsable, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True, clause_qpv="", enonce_priorite_qpv=False)
    client.force_login(responsable)

    erreurs = client.post(url("appel_publier", appel.pk)).context["form"].non_field_errors()

    assert "il reste la case à cocher et la phrase à recopier. Un gestionnaire de l’organisme" in erreurs[0]
    appel.refresh_from_db()
    assert appel.statut == StatutAppel.BROUILLON


def test_appel_is_published_then_closed_by_the_responsable(client, responsable, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True)
    client.force_login(responsable)

    for acte, statut in [("appel_publier", StatutAppel.PUBLIE), ("appel_clore", StatutAppel.CLOS)]:
        client.post(url(acte, appel.pk))
        appel.refresh_from_db()
        assert appel.statut == statut


def test_appel_publier_is_for_the_responsable_of_its_body(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True)
    for personne in (gestionnaire, habilite(Role.RESPONSABLE, "TM")):
        client.force_login(personne)
        assert client.post(url("appel_publier", appel.pk)).status_code == 403
        assert client.get(url("appel_publier", appel.pk)).status_code == 403


def test_appel_published_is_not_changed(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe)
    client.force_login(gestionnaire)

    response = client.get(url("appel_modifier", appel.pk))

    assert response["Location"] == url("appel_detail", appel.pk)


def test_appel_detail_shows_what_was_asked_and_programmed(client, gestionnaire_tm, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe)
    OperationFactory(enveloppe=enveloppe, appel=appel, programmee=True)
    OperationFactory(enveloppe=enveloppe, appel=appel)
    OperationFactory(enveloppe=enveloppe)
    client.force_login(gestionnaire_tm)

    response = client.get(url("appel_detail", appel.pk))

    assert response.context["montants"] == {
        "nombre": 2,
        "demande": Decimal("1200.00"),
        "programme": Decimal("600.00"),
    }


def test_a_draft_is_for_who_reads_the_files(client, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True)
    for role, organisme, statut in [
        (Role.GESTIONNAIRE, "TM", 200),
        (Role.LECTEUR_ETAT, "DDETS_62", 200),
        (Role.PLIE, "PLIE_LENS_LIEVIN", 404),
        (Role.ADMINISTRATEUR, "CD62", 404),
    ]:
        client.force_login(habilite(role, organisme))
        assert client.get(url("appel_detail", appel.pk)).status_code == statut


def test_a_published_call_shows_an_administrator_no_operation(client, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe)
    operation = OperationFactory(enveloppe=enveloppe, appel=appel)
    client.force_login(habilite(Role.ADMINISTRATEUR))

    for page in (url("appels"), url("appel_detail", appel.pk)):
        response = client.get(page)
        assert response.status_code == 200
        assert operation.intitule not in response.content.decode()


def test_appels_search_and_filter(client, gestionnaire, enveloppe):
    AppelFactory(enveloppe=enveloppe, code="A1", intitule="Mobilité")
    AppelFactory(enveloppe=enveloppe, code="B1", intitule="Mobilité", brouillon=True)
    AppelFactory(enveloppe=enveloppe, code="C1", intitule="Autre")
    client.force_login(gestionnaire)

    assert noms(client.get(url("appels"), {"q": "MOBILITE", "statut": "publie"})) == ["A1"]
    assert noms(client.get(url("appels"), {"q": "c1"})) == ["C1"]
    assert noms(client.get(url("appels"), {"tri": "code"})) == ["A1", "B1", "C1"]


@pytest.mark.parametrize("item_count", [1, 3])
def test_appels_query_count(client, gestionnaire, enveloppe, item_count, django_assert_num_queries):
    appels = AppelFactory.create_batch(item_count, enveloppe=enveloppe)
    for appel in appels:
        OperationFactory.create_batch(item_count, enveloppe=enveloppe, appel=appel)
    client.force_login(gestionnaire)
    with django_assert_num_queries(10):
        client.get(url("appels"))
    with django_assert_num_queries(19):
        client.get(url("appel_detail", appels[0].pk))


@pytest.mark.parametrize(
    ("champs", "manque"),
    [
        ({"enonce_priorite_qpv": True, "clause_qpv": ""}, "la phrase à recopier"),
        ({"enonce_priorite_qpv": False, "clause_qpv": "Les quartiers d’abord."}, "la case à cocher"),
        ({"enonce_priorite_qpv": False, "clause_qpv": " "}, "la case à cocher et la phrase à recopier"),
    ],
)
def test_a_draft_says_what_its_qpv_priority_lacks(client, gestionnaire, responsable, enveloppe, champs, manque):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True, **champs)
    pages = {}
    for personne in (gestionnaire, responsable):
        client.force_login(personne)
        pages[personne] = client.get(url("appel_detail", appel.pk)).content.decode()

    for page in pages.values():
        assert f"il reste {manque} avant de publier." in page
        assert url("appel_publier", appel.pk) not in page
    assert "Compléter l’appel" in pages[gestionnaire]
    assert "Un gestionnaire de l’organisme" in pages[responsable]


def test_a_draft_saved_without_its_sentence_is_warned_about_once(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    response = client.post(url("appel_creer"), saisie(enveloppe, enonce_priorite_qpv="on"), follow=True)

    assert response.content.decode().count("il reste la phrase à recopier avant de publier") == 1


@pytest.mark.parametrize("acte", ["appel_publier", "appel_clore", "appel_reporter"])
def test_appel_act_asked_by_get_says_what_it_does_and_writes_nothing(client, responsable, enveloppe, acte):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=acte == "appel_publier")
    avant = appel.statut
    client.force_login(responsable)

    response = client.get(url(acte, appel.pk))

    assert response.status_code == 200
    assert response.context["texte"]
    appel.refresh_from_db()
    assert appel.statut == avant


def test_appel_act_that_is_past_goes_back_to_the_call(client, responsable, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, statut=StatutAppel.CLOS)
    client.force_login(responsable)

    for acte in ("appel_publier", "appel_clore", "appel_reporter"):
        assert client.get(url(acte, appel.pk))["Location"] == url("appel_detail", appel.pk)


def test_appel_reporter_gives_more_time_and_says_why(client, responsable, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, limite_depot_le=dt.date(2026, 6, 30))
    client.force_login(responsable)

    client.post(url("appel_reporter", appel.pk), {"limite_depot_le": "2026-07-31", "motif": "Peu de demandes"})

    appel.refresh_from_db()
    assert appel.limite_depot_le == dt.date(2026, 7, 31)
    ligne = client.get(url("appel_detail", appel.pk)).context["historique"][0]
    assert (ligne["acte"], ligne["detail"]) == (
        "Report de la date limite",
        "Dépôt jusqu’au : 30 juin 2026 devient 31 juillet 2026 ; motif : Peu de demandes",
    )


@pytest.mark.parametrize(
    ("champs", "erreur"),
    [
        ({"limite_depot_le": "2026-06-30"}, "limite_depot_le"),
        ({"limite_depot_le": "2026-06-29"}, "limite_depot_le"),
        ({"motif": "  "}, "motif"),
    ],
)
def test_appel_reporter_refuses_a_date_that_is_not_later_or_no_reason(client, responsable, enveloppe, champs, erreur):
    appel = AppelFactory(enveloppe=enveloppe, limite_depot_le=dt.date(2026, 6, 30))
    client.force_login(responsable)

    response = client.post(
        url("appel_reporter", appel.pk), {"limite_depot_le": "2026-07-31", "motif": "Peu de demandes"} | champs
    )

    assert list(response.context["form"].errors) == [erreur]
    appel.refresh_from_db()
    assert appel.limite_depot_le == dt.date(2026, 6, 30)


def test_appel_supprimer_throws_a_draft_away_and_keeps_its_line(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True, code="ESSAI")
    client.force_login(gestionnaire)

    assert "ne se récupère pas" in client.get(url("appel_supprimer", appel.pk)).context["texte"]
    response = client.post(url("appel_supprimer", appel.pk))

    assert response["Location"] == url("appels")
    assert not AppelAProjets.objects.exists()
    ligne = journal_de(appel).get()
    assert (ligne.acte, ligne.auteur, ligne.objet_libelle) == ("supprime", gestionnaire, str(appel))


def test_appel_supprimer_keeps_a_call_that_was_published_or_answered(enveloppe, gestionnaire):
    publie, repondu = AppelFactory(enveloppe=enveloppe), AppelFactory(enveloppe=enveloppe, brouillon=True)
    OperationFactory(enveloppe=enveloppe, appel=repondu)

    for appel, code in [(publie, "statut"), (repondu, "operations")]:
        with pytest.raises(ValidationError) as refus:
            supprimer_appel(appel, auteur=gestionnaire)
        assert refus.value.code == code
    assert AppelAProjets.objects.count() == 2


def test_a_call_whose_last_day_is_over_says_so_and_stays_published(client, gestionnaire, enveloppe):
    appel = AppelFactory(
        enveloppe=enveloppe, ouvert_le=dt.date(2026, 1, 5), limite_depot_le=dt.date(2026, 3, 31), code="A1"
    )
    client.force_login(gestionnaire)

    with time_machine.travel("2026-03-31 12:00", tick=False):
        assert appel.etat_lisible == ("publie", "Publié")
    with time_machine.travel("2026-04-01 12:00", tick=False):
        pages = [client.get(url("appels")), client.get(url("appel_detail", appel.pk))]

    for page in pages:
        assert "Dépôt terminé le 31\u00a0mars\u00a02026" in page.content.decode()
    appel.refresh_from_db()
    assert appel.statut == "publie"
