"""The home page: what waits for each role, the margin, and the root that leads there."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from accord.montants import format_ecart
from comptes.enums import Role
from comptes.journal import journaliser
from operations.enums import Statut
from operations.services import poser_observation, repondre_observation
from tests.factories import (
    ORGANISME_DU_ROLE,
    AccordFactory,
    AppelFactory,
    ComiteFactory,
    EcritureFactory,
    HabilitationFactory,
    MouvementFactory,
    OperationFactory,
    OrganismeFactory,
    PointFactory,
    ReunionFactory,
    StructureFactory,
    UtilisateurFactory,
    habilite,
)
from tests.pilotage.donnees import enveloppe

pytestmark = pytest.mark.django_db
INSECABLE = "\u00a0"
JOUR = dt.datetime(2026, 7, 8, 10, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def horloge():
    with time_machine.travel(JOUR, tick=False):
        yield


@pytest.fixture
def accueil(client, accord):
    def lire(user):
        client.force_login(user)
        reponse = client.get(reverse("pilotage:accueil", args=[accord.slug]))
        assert reponse.status_code == 200
        return reponse

    return lire


def lignes(reponse, section=0):
    """(verb, text, value) of each line of a section."""
    section = reponse.context["sections"][section]
    return [(ligne.acte, ligne.texte, ligne.valeur) for groupe in section.groupes for ligne in groupe.lignes]


def verbes(reponse, section=0):
    return [verbe for verbe, _, _ in lignes(reponse, section)]


def test_gestionnaire_sees_what_is_owed_for_their_body_the_oldest_first(accord, accueil, gestionnaire):
    e = enveloppe(accord)
    OperationFactory(
        enveloppe=e, numero="A1", recevable=True, statut_depuis_le=dt.date(2026, 5, 1), ue=Decimal("10.00")
    )
    OperationFactory(enveloppe=e, numero="A2", statut_depuis_le=dt.date(2026, 3, 1), ue=Decimal("20.00"))
    OperationFactory(enveloppe=e, numero="A3", instruite=True)
    OperationFactory(enveloppe=e, numero="A4", programmee=True)
    OperationFactory(
        enveloppe=e, numero="A5", instruite=True, statut=Statut.AJOURNEE, statut_depuis_le=dt.date(2026, 6, 1)
    )
    OperationFactory(enveloppe=enveloppe(accord, "FSE_TM"), numero="B1")

    page = accueil(gestionnaire)
    assert verbes(page) == ["Prononcer la recevabilité", "Instruire", "Reprendre l’instruction"]
    assert [texte[:2] for _, texte, _ in lignes(page)] == ["A2", "A1", "A5"]
    assert [valeur for *_, valeur in lignes(page)] == [f"{m}{INSECABLE}€" for m in ("20,00", "10,00", "600,00")]
    assert "3 actes vous attendent" in page.content.decode().replace(INSECABLE, " ")


def test_delay_of_the_agreement_puts_late_files_first(accord, accueil, gestionnaire):
    accord.parametres.create(
        code="recevabilite_delai_jours",
        libelle="Délai",
        sujet="Étapes",
        valeur="30",
        unite="jours",
        valide_du=dt.date(2021, 1, 1),
        source="essai",
    )
    e = enveloppe(accord)
    for numero, jour in [("A1", dt.date(2026, 6, 8)), ("A2", dt.date(2026, 6, 7)), ("A3", dt.date(2026, 7, 1))]:
        OperationFactory(enveloppe=e, numero=numero, statut_depuis_le=jour)
    OperationFactory(enveloppe=e, numero="A4", recevable=True)

    section = accueil(gestionnaire).context["sections"][0]
    assert [(g.titre, [ligne.texte[:2] for ligne in g.lignes]) for g in section.groupes] == [
        ("En retard", ["A2"]),  # due on 7 July, yesterday
        ("Cette semaine", ["A1"]),  # due today
        ("Plus tard", ["A3"]),
        ("Les plus anciennes d’abord", ["A4"]),
    ]
    assert (section.total, section.en_retard) == (4, 1)


def test_responsable_decides_what_others_instructed_and_publishes(accord, accueil, responsable):
    e = enveloppe(accord)
    OperationFactory(enveloppe=e, numero="A1", instruite=True, ue=Decimal("10.00"))
    OperationFactory(enveloppe=e, numero="A2", instruite=True, instruite_par=responsable)
    OperationFactory(enveloppe=e, numero="A3")
    AppelFactory(enveloppe=e, code="AAP-1", brouillon=True, enonce_priorite_qpv=False)
    AppelFactory(enveloppe=e, code="AAP-2")

    page = accueil(responsable)
    assert verbes(page) == ["Enregistrer la décision", "Publier l’appel à projets"]
    assert lignes(page)[0][1:] == (
        f"A1 · {e.operations.get(numero='A1').intitule} · {e.operations.get(numero='A1').structure}",
        f"10,00{INSECABLE}€",
    )
    assert "quartiers prioritaires : il reste la case à cocher" in lignes(page)[1][1]
    assert "1 opération que vous avez instruite attend" in page.content.decode().replace(INSECABLE, " ")
    assert page.context["titre_enveloppes"] == "Mes enveloppes"


def test_responsable_is_warned_of_their_own_envelopes_only(accord, accueil, responsable):
    for code in ["FSE_CD62", "FSE_TM"]:
        OperationFactory(enveloppe=enveloppe(accord, code, "500.00"), programmee=True, ue=Decimal("600.00"))

    assert [alerte.enveloppe for alerte in accueil(responsable).context["alertes"]] == ["FSE_CD62"]


@pytest.mark.parametrize("role", [Role.LECTEUR_ETAT, Role.AGD, Role.AUDITEUR])
def test_readers_see_figures_that_changed_fund_by_fund(accord, accueil, role):
    fse, ftj = enveloppe(accord), enveloppe(accord, "FTJ_CD62")
    for e, ue in [(fse, "600.00"), (fse, "30.00"), (ftj, "4.00")]:
        OperationFactory(enveloppe=e, programmee=True, ue=Decimal(ue))
    vieille = OperationFactory(enveloppe=fse, instruite=True)
    EcritureFactory(
        operation=vieille, montant=Decimal("9.00"), enregistree_le=dt.datetime(2026, 6, 7, 12, tzinfo=dt.UTC)
    )
    ComiteFactory(accord=accord)

    page = accueil(habilite(role, "DREETS_HDF"))
    section = page.context["sections"][0]
    groupes = {groupe.titre: groupe.lignes for groupe in section.groupes}
    assert [(x.acte, x.valeur) for x in groupes["FSE+, CD62"]] == [("Programmé", f"+{INSECABLE}630,00{INSECABLE}€")]
    assert [(x.acte, x.valeur) for x in groupes["FTJ, CD62"]] == [("Programmé", f"+{INSECABLE}4,00{INSECABLE}€")]
    assert "Données provisoires" in page.content.decode()
    assert page.context["alertes"]  # the committee has never met


def test_what_was_recorded_equals_the_comparison_that_it_opens(client, accord, accueil, lecteur_etat):
    fse, ftj = enveloppe(accord), enveloppe(accord, "FTJ_CD62")
    hier, limite = dt.datetime(2026, 7, 7, 12, tzinfo=dt.UTC), dt.datetime(2026, 6, 8, 12, tzinfo=dt.UTC)
    for e, montant, effet, ecrite in [
        (fse, "600.00", dt.date(2023, 1, 1), hier),  # rewrites the past: not seen by a comparison of dates of effect
        (fse, "9.00", dt.date(2026, 7, 1), limite),  # the last day that was known
        (fse, "-0.50", dt.date(2026, 6, 9), limite + dt.timedelta(days=1)),
        (ftj, "4.00", dt.date(2026, 7, 1), hier),
        (ftj, "2.00", dt.date(2026, 8, 1), hier),  # not in force yet
    ]:
        operation = OperationFactory(enveloppe=e, instruite=True)
        EcritureFactory(operation=operation, montant=Decimal(montant), date_effet=effet, enregistree_le=ecrite)

    section = accueil(lecteur_etat).context["sections"][0]
    lus = {(g.titre, ligne.acte): ligne.valeur for g in section.groupes for ligne in g.lignes}
    assert lus == {
        ("FSE+, CD62", "Programmé"): f"+{INSECABLE}599,50{INSECABLE}€",
        ("FTJ, CD62", "Programmé"): f"+{INSECABLE}4,00{INSECABLE}€",
    }
    page = client.get(section.url)
    ecarts = {
        (f"{carte.enveloppe.fonds}, {carte.enveloppe.organisme}", etape.libelle): format_ecart(
            etape.montant - etape.comparaison
        )
        for carte in page.context["tableau"].cartes
        for etape in carte.jauge.etapes
        if etape.montant != etape.comparaison
    }
    assert ecarts == lus
    assert f"connu le 8{INSECABLE}juin{INSECABLE}2026" in page.content.decode()
    assert f"Depuis le 9{INSECABLE}juin{INSECABLE}2026" in accueil(lecteur_etat).content.decode()


def test_home_shows_the_first_alerts_of_the_dashboard_and_the_way_to_all(client, accord, accueil, responsable):
    for code in ["FSE_CD62", "FTJ_CD62", "FSE_TM"]:
        OperationFactory(enveloppe=enveloppe(accord, code, "500.00"), programmee=True, ue=Decimal("600.00"))
    for code in ["TECHNIQUE", "POLITIQUE"]:
        ComiteFactory(accord=accord, code=code)  # has never met

    for personne, suite in [(habilite(Role.LECTEUR_ETAT, "DDETS_62"), ""), (responsable, "?organisme=CD62")]:
        page = accueil(personne)
        tableau = reverse("pilotage:tableau_de_bord", args=[accord.slug]) + suite
        toutes = client.get(tableau).context["alertes"]
        assert page.context["alertes"] == toutes
        assert page.context["premieres_alertes"] == toutes[:4]
        suivant = f'<a href="{tableau}#alertes">Voir les {len(toutes)} alertes</a>'
        assert (suivant in page.content.decode()) is (len(toutes) > 4)
    assert len(accueil(habilite(Role.LECTEUR_ETAT, "DDETS_62")).context["alertes"]) == 5


def test_words_under_the_small_gauges_name_the_bars_they_have(accord, accueil, lecteur_etat):
    operation = OperationFactory(enveloppe=enveloppe(accord), programmee=True)
    EcritureFactory(operation=operation, nature="declare")

    contexte = accueil(lecteur_etat).context
    assert contexte["etapes_tracees"] == "programmé, déclaré"
    assert contexte["etapes_vides"] == "conventionné, retenu, certifié, payé"


def test_readers_see_movements_that_are_news_and_not_the_first_load(accord, accueil):
    e = enveloppe(accord)
    reader = habilite(Role.LECTEUR_ETAT, "DDETS_62")
    journaliser(accord, "charge", auteur=None)
    assert accueil(reader).context["sections"][0].total == 0

    recent = {"enveloppe": e, "nature": "abondement", "date_effet": dt.date(2026, 6, 20)}
    MouvementFactory(**recent, montant=Decimal("2.00"))  # takes effect in the window, recorded with the load
    with time_machine.travel(JOUR + dt.timedelta(hours=1), tick=False):
        MouvementFactory(**recent | {"date_effet": dt.date(2023, 1, 1)}, montant=Decimal("5.00"))  # since the load
        assert [valeur for _, _, valeur in lignes(accueil(reader))] == [
            f"+{INSECABLE}{montant}{INSECABLE}€" for montant in ("5,00", "2,00")
        ]


def test_secretary_sees_what_each_pack_lacks_and_committees_to_convene(accord, accueil, secretaire):
    technique = ComiteFactory(accord=accord, intitule="Comité technique")
    ComiteFactory(
        accord=accord, code="TECHNIQUE_ELARGI", intitule="Comité élargi", regle_frequence={"intervalle_max_mois": 3}
    )
    ReunionFactory(comite=technique, date=dt.date(2026, 7, 10))
    PointFactory(reunion=ReunionFactory(comite=technique, date=dt.date(2026, 9, 1)))
    ReunionFactory(comite=technique, date=dt.date(2026, 9, 2), statut="annulee", motif_annulation="essai")

    page = accueil(secretaire)
    assert verbes(page) == ["Planifier une réunion", "Composer l’ordre du jour", "Produire le dossier"]
    titres = [groupe.titre for groupe in page.context["sections"][0].groupes]
    assert titres == ["Comités en retard", "Cette semaine", "Plus tard"]


def test_plie_follows_the_operations_of_its_own_structure(accord, accueil):
    plie = habilite(Role.PLIE, "PLIE_LENS_LIEVIN")
    sienne = StructureFactory(accord=accord, organisme_id=plie.organismes_ids()[0])
    e = enveloppe(accord)
    OperationFactory(enveloppe=e, intitule="La sienne", structure=sienne, programmee=True, ue=Decimal("12.34"))
    OperationFactory(enveloppe=e, intitule="Une autre")

    page = accueil(plie)
    assert [(acte, valeur) for acte, _, valeur in lignes(page)] == [("La sienne", f"12,34{INSECABLE}€")]
    assert "Une autre" not in page.content.decode()


def test_administrator_sees_accounts_roles_and_parameters(accord, accueil):
    admin = habilite(Role.ADMINISTRATEUR)
    passe = {"debut_le": dt.date(2022, 1, 1), "fin_le": dt.date(2022, 12, 31)}
    HabilitationFactory(utilisateur__nom="Sans rôle", **passe)
    HabilitationFactory(utilisateur__nom="Fermé", utilisateur__is_active=False, **passe)
    HabilitationFactory(utilisateur__nom="D’un autre accord", organisme__code="AUTRE", **passe)
    HabilitationFactory(utilisateur=admin, role=Role.AUDITEUR, fin_le=dt.date(2026, 8, 1))
    accord.parametres.create(
        code="taux", libelle="Taux", sujet="Taux", valeur="60", valide_du=dt.date(2021, 1, 1), source="essai"
    )

    assert verbes(accueil(admin)) == [
        "Accorder un rôle, ou fermer le compte",
        "Prolonger le rôle, ou le laisser finir",
        "Vérifier « Taux »",
    ]


def test_administrator_sees_five_parameters_and_the_way_to_all(accord, accueil):
    for rang in range(7):
        accord.parametres.create(
            code=f"taux_{rang}",
            libelle=f"Taux {rang}",
            sujet="Taux",
            valeur="60",
            valide_du=dt.date(2021, 1, 1),
            source="essai",
        )

    page = accueil(habilite(Role.ADMINISTRATEUR))
    assert verbes(page) == [f"Vérifier « Taux {rang} »" for rang in range(5)]
    assert "Voir les 7</a>" in page.content.decode()


def test_several_roles_bring_several_sections(accord, accueil, gestionnaire):
    HabilitationFactory(utilisateur=gestionnaire, role=Role.SECRETAIRE)
    HabilitationFactory(utilisateur=gestionnaire, role=Role.RESPONSABLE)

    page = accueil(gestionnaire)
    assert [section.id for section in page.context["sections"]] == ["a-decider", "a-faire", "a-preparer"]


@pytest.mark.parametrize(("role", "organisme"), list(ORGANISME_DU_ROLE.items()))
def test_empty_page_says_what_will_come(accord, accueil, role, organisme):
    page = accueil(habilite(role, organisme))

    assert page.context["sections"][0].total == 0
    assert 'class="vide"' in page.content.decode()


def test_lately_tells_only_what_the_person_may_read_once_per_act(accord, accueil, gestionnaire):
    e = enveloppe(accord)
    sienne, autre = OperationFactory(enveloppe=e, numero="A1"), OperationFactory(enveloppe=e, numero="A2")
    plie = habilite(Role.PLIE, "PLIE_LENS_LIEVIN")
    sienne.structure = StructureFactory(accord=accord, organisme_id=plie.organismes_ids()[0])
    sienne.save()
    journaliser(sienne, "deposee", auteur=gestionnaire)
    journaliser(autre, "recevable", auteur=gestionnaire, motif="confidentiel")
    reunion = ReunionFactory(comite=ComiteFactory(accord=accord))
    for _ in range(3):
        journaliser(reunion, "point_modifie", auteur=None)

    faits = accueil(gestionnaire).context["activite"]
    assert [(f.objet, f.acte) for f in faits] == [
        (faits[0].objet, f"ordre du jour modifié (3{INSECABLE}fois)"),
        ("A2", "déclarée recevable"),
        ("A1", "demande enregistrée"),
    ]
    page = accueil(plie)
    assert [f.objet for f in page.context["activite"]] == ["A1"]
    assert "confidentiel" not in page.content.decode()


def test_role_held_elsewhere_brings_nothing_here(accord, accueil, gestionnaire):
    AccordFactory(slug="autre-accord", parties=["AUTRE"])
    HabilitationFactory(utilisateur=gestionnaire, organisme__code="AUTRE", role=Role.SECRETAIRE)

    assert [section.id for section in accueil(gestionnaire).context["sections"]] == ["a-faire"]


def test_an_observation_waits_for_its_answer_then_for_its_conclusion(
    accord, accueil, gestionnaire, gestionnaire_tm, lecteur_etat
):
    operation = OperationFactory(enveloppe=enveloppe(accord), numero="A1", programmee=True)
    question = {"objet": "Cofinancement", "texte": "Où est-il\u202f?", "echeance_le": dt.date(2026, 7, 20)}
    fils = [
        poser_observation(operation, auteur=qui, organisme=OrganismeFactory(code=code), **question)
        for qui, code in [(lecteur_etat, "DDETS_62"), (gestionnaire_tm, "TM")]
    ]
    assert lignes(accueil(gestionnaire)) == [
        ("Répondre à l’observation avant le 20\u00a0juillet\u00a02026", f"A1 · {code} · Cofinancement", "")
        for code in ("DDETS_62", "TM")
    ]
    assert "observations" not in [section.id for section in accueil(lecteur_etat).context["sections"]]

    for fil in fils:
        repondre_observation(fil, auteur=gestionnaire, texte="Le voici.")
    attendue = ("Réponse reçue\u00a0: la lire et conclure", "A1 · CD62 · Cofinancement", "")
    assert lignes(accueil(gestionnaire_tm)) == lignes(accueil(lecteur_etat)) == [attendue]
    assert lignes(accueil(gestionnaire)) == []


@pytest.mark.parametrize("nombre", [3, 5])  # enough for delays to be measured
def test_query_count_with_every_role(client, accord, nombre, django_assert_num_queries):
    personne = habilite(Role.GESTIONNAIRE)
    for role in [Role.RESPONSABLE, Role.SECRETAIRE, Role.ADMINISTRATEUR, Role.LECTEUR_ETAT]:
        HabilitationFactory(utilisateur=personne, role=role)
    e = enveloppe(accord)
    comite = ComiteFactory(accord=accord)
    for rang in range(nombre):
        UtilisateurFactory()
        journaliser(OperationFactory(enveloppe=e), "deposee", auteur=personne)
        OperationFactory(enveloppe=e, instruite=True)
        OperationFactory(enveloppe=e, programmee=True)
        AppelFactory(enveloppe=e, brouillon=True)
        journaliser(ReunionFactory(comite=comite, date=dt.date(2026, 9, 1 + rang)), "planifiee", auteur=personne)
    client.force_login(personne)
    with django_assert_num_queries(58):
        client.get(reverse("pilotage:accueil", args=[accord.slug]))


def test_root_leads_to_the_only_agreement(client, accord, gestionnaire):
    client.force_login(gestionnaire)
    assert client.get("/").url == f"/{accord.slug}/"


def test_root_lets_choose_among_several(client, accord, gestionnaire):
    AccordFactory(slug="autre-accord", territoire="Ailleurs", parties=["CD62"])
    client.force_login(gestionnaire)

    page = client.get("/").content.decode()
    assert f'href="/{accord.slug}/"' in page
    assert 'href="/autre-accord/"' in page


def test_root_without_agreement_says_what_to_do(client, accord):
    client.force_login(UtilisateurFactory(email="seule@exemple.invalid"))

    page = client.get("/")
    assert page.status_code == 200
    assert "seule@exemple.invalid" in page.content.decode()


@pytest.mark.parametrize("nom", ["aide", "accessibilite", "donnees_personnelles", "mentions_legales"])
@pytest.mark.parametrize("role", [Role.PLIE, Role.ADMINISTRATEUR, Role.GESTIONNAIRE])
def test_help_and_notices_are_read_by_all(client, accord, nom, role):
    client.force_login(habilite(role))
    assert client.get(reverse(f"pilotage:{nom}", args=[accord.slug])).status_code == 200
