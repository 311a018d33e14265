"""Reading the records: the tab of an operation, the list across operations, one record."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comptes.enums import Role
from comptes.models import JournalAudit
from participants.compteurs import recompter
from participants.enums import StatutEmploi
from participants.services import enregistrer_fiche
from tests.factories import (
    EnveloppeFactory,
    FondsFactory,
    OperationFactory,
    OrganismeFactory,
    ParametreFactory,
    ParticipationFactory,
    StructureFactory,
    habilite,
)

NOM = "Delattre-Vasseur"


@pytest.fixture
def operation(accord):
    return OperationFactory(enveloppe=EnveloppeFactory(accord=accord), programmee=True, fin_le=dt.date(2027, 12, 31))


@pytest.fixture
def entree(client, gestionnaire):
    client.force_login(gestionnaire)
    return client


def url(nom, operation, *reste):
    return reverse(f"participants:{nom}", args=[operation.accord.slug, operation.numero, *reste])


def url_liste(operation):
    return reverse("participants:liste", args=[operation.accord.slug])


def identifiants(reponse):
    return [ligne.record.pseudonyme for ligne in reponse.context["table"].paginated_rows]


# -- the tab


def test_the_tab_stands_between_payments_and_pieces(entree, operation):
    onglets = entree.get(url("participants", operation)).context["onglets"]

    noms = [onglet["libelle"] for onglet in onglets]
    assert noms[noms.index("Participants") - 1 : noms.index("Participants") + 2] == [
        "Paiements",
        "Participants",
        "Pièces",
    ]
    assert [onglet["libelle"] for onglet in onglets if onglet["courant"]] == ["Participants"]


def test_late_records_come_first_then_the_incomplete_ones(entree, operation):
    ParametreFactory(accord=operation.accord, code="saisie_delai_mois", valeur="1")
    ParticipationFactory(operation=operation, pseudonyme="complete", entree_le=dt.date(2026, 11, 20))
    ParticipationFactory(operation=operation, pseudonyme="incomplete", entree_le=dt.date(2099, 1, 1), sexe="")
    ParticipationFactory(operation=operation, pseudonyme="retard", entree_le=dt.date(2022, 1, 3), sexe="")

    assert identifiants(entree.get(url("participants", operation))) == ["retard", "incomplete", "complete"]


def test_a_record_says_what_it_lacks(entree, operation):
    ParticipationFactory(operation=operation, age_entree=None, niveau_diplome="")

    page = entree.get(url("participants", operation)).content.decode()

    assert "à saisir\u00a0: date de naissance, diplôme" in page


@pytest.mark.parametrize(
    ("requete", "attendus"),
    [
        ("", ["inactive", "simple", "sortie"]),
        ("etat=incomplete", ["inactive"]),
        ("etat=en_cours", ["inactive", "simple"]),
        ("etat=sorties", ["sortie"]),
        ("etat=annulees", ["annulee"]),
        ("sexe=H", ["sortie"]),
        ("sexe=aucune", ["inactive"]),
        ("statut_emploi=inactif", ["inactive"]),
        ("qpv=inconnue", ["simple", "sortie"]),
        ("qpv=oui", ["inactive"]),
        ("entree_du=2026-03-03", ["sortie"]),
        ("entree_au=02/03/2026", ["inactive", "simple"]),
        ("q=SIMP", ["simple"]),
        ("q=introuvable", []),
    ],
)
def test_the_filters(entree, operation, requete, attendus):
    ParticipationFactory(operation=operation, pseudonyme="simple")
    ParticipationFactory(
        operation=operation,
        pseudonyme="inactive",
        sexe="",
        statut_emploi=StatutEmploi.INACTIF,
        code_qpv="QN06201A",
        en_qpv=True,
    )
    ParticipationFactory(
        operation=operation, pseudonyme="sortie", sexe="H", entree_le=dt.date(2026, 3, 3), sortie_le=dt.date(2026, 6, 1)
    )
    ParticipationFactory(operation=operation, pseudonyme="annulee", annulee_le=dt.date(2026, 6, 1))

    assert sorted(identifiants(entree.get(f"{url('participants', operation)}?{requete}"))) == attendus


def test_the_counts_lead_to_the_list_that_makes_them(entree, operation):
    ParticipationFactory.create_batch(2, operation=operation, sexe="")
    ParticipationFactory(operation=operation)

    reponse = entree.get(url("participants", operation))

    for code, _, nombre in reponse.context["etats"]:
        assert entree.get(f"{url('participants', operation)}?etat={code}").context["nombre"] == nombre
    assert "33,33" in reponse.content.decode()


def test_above_the_threshold_the_tab_alerts(entree, operation):
    ParametreFactory(accord=operation.accord, code="fiches_incompletes_seuil", valeur="35")
    ParticipationFactory(operation=operation, sexe="")

    assert "une correction financière est possible" in entree.get(url("participants", operation)).content.decode()


def test_an_empty_tab_says_what_to_do(entree, operation):
    page = entree.get(url("participants", operation)).content.decode()

    assert "Aucun participant pour l’instant" in page
    assert url("saisir", operation) in page


def test_before_its_programming_an_operation_takes_nobody(entree, operation):
    deposee = OperationFactory(enveloppe=operation.enveloppe)

    page = entree.get(url("participants", deposee)).content.decode()

    assert "de la programmation" in page
    assert url("saisir", deposee) not in page
    assert entree.get(url("saisir", deposee)).status_code == 302


# -- who reads only counts


@pytest.mark.parametrize(
    ("nombre", "texte"), [(0, "Aucun participant compté"), (4, "&lt;\u00a05"), (5, '"chiffre">5</span>')]
)
def test_the_state_reads_a_count_hidden_below_five(client, lecteur_etat, operation, nombre, texte):
    ParticipationFactory.create_batch(nombre, operation=operation)
    recompter(None)
    client.force_login(lecteur_etat)

    page = client.get(url("participants", operation)).content.decode()

    assert texte in page
    assert "P-0" not in page
    assert "Exporter" not in page


def test_the_count_of_another_operation_does_not_give_a_small_one_back(client, lecteur_etat, operation):
    """Three of one and nine of another: with the total of the envelope, the nine would tell the three."""
    autre = OperationFactory(enveloppe=operation.enveloppe, programmee=True)
    ParticipationFactory.create_batch(3, operation=operation)
    ParticipationFactory.create_batch(9, operation=autre)
    recompter(None)
    client.force_login(lecteur_etat)

    assert "masqué" in client.get(url("participants", autre)).content.decode()


def test_the_other_body_and_the_secretary_read_the_count(client, gestionnaire_tm, secretaire, operation):
    ParticipationFactory.create_batch(6, operation=operation)
    recompter(None)
    for personne in (gestionnaire_tm, secretaire):
        client.force_login(personne)
        assert client.get(url("participants", operation)).context["effectif"].texte == "6"


def test_a_plie_reads_the_records_of_its_own_structure(client, accord, operation):
    organisme = OrganismeFactory(code="PLIE_LENS_LIEVIN")
    sienne = OperationFactory(
        enveloppe=operation.enveloppe, programmee=True, structure=StructureFactory(accord=accord, organisme=organisme)
    )
    fiche, autre = ParticipationFactory(operation=sienne), ParticipationFactory(operation=operation)
    client.force_login(habilite(Role.PLIE, organisme))

    assert identifiants(client.get(url_liste(operation))) == [fiche.pseudonyme]
    assert client.get(url("fiche", sienne, fiche.pk)).status_code == 200
    assert client.get(url("fiche", operation, autre.pk)).status_code == 404
    assert client.get(url("saisir", sienne)).status_code == 403


# -- across operations


def test_the_list_holds_the_records_of_the_own_body(entree, operation):
    autre = OperationFactory(
        enveloppe=EnveloppeFactory(accord=operation.accord, code="FSE_TM", organisme=OrganismeFactory(code="TM")),
        programmee=True,
    )
    seconde = OperationFactory(enveloppe=operation.enveloppe, programmee=True)
    ParticipationFactory(operation=operation, pseudonyme="ancienne", entree_le=dt.date(2026, 1, 5))
    ParticipationFactory(operation=seconde, pseudonyme="recente", entree_le=dt.date(2026, 5, 5))
    ParticipationFactory(operation=autre, pseudonyme="ailleurs")

    assert identifiants(entree.get(url_liste(operation))) == ["recente", "ancienne"]
    assert identifiants(entree.get(f"{url_liste(operation)}?operation={seconde.numero}")) == ["recente"]


def test_the_order_of_the_list_is_that_of_an_index(entree, operation):
    ParticipationFactory(operation=operation)
    with CaptureQueriesContext(connection) as requetes:
        entree.get(url_liste(operation))

    lue = next(r["sql"] for r in requetes if "LIMIT" in r["sql"] and "pseudonyme" in r["sql"])
    assert 'ORDER BY "participants_participation"."entree_le" DESC, "participants_participation"."id" DESC' in lue


# -- one record


def test_a_record_says_why_it_counts_or_not(entree, operation):
    fiche = ParticipationFactory(operation=operation, statut_emploi=StatutEmploi.INACTIF)

    explications = entree.get(url("fiche", operation, fiche.pk)).context["explications"]

    lignes = {ligne.regle.code: ligne for _, groupe in explications.groupes for ligne in groupe}
    assert explications.communs == []
    assert (lignes["EECO04"].compte, lignes["EECO04"].motifs) == (True, [])
    assert lignes["EECO02"].motifs == ["La personne n’était pas au chômage à l’entrée."]
    assert lignes["EECR03"].motifs[0] == "La personne n’est pas sortie\u00a0: un résultat se constate à la sortie."


def test_what_is_missing_is_not_said_as_if_it_were_known(entree, operation):
    fiche = ParticipationFactory(operation=operation, age_entree=None)

    explications = entree.get(url("fiche", operation, fiche.pk)).context["explications"]

    lignes = {ligne.regle.code: ligne for _, groupe in explications.groupes for ligne in groupe}
    assert explications.nombre == 0
    assert explications.communs == ["La date de naissance manque\u00a0: la fiche est incomplète."]
    assert lignes["EECO07"].motifs == ["On ne le sait pas encore\u00a0: une réponse manque."]
    assert lignes["EECO02"].motifs == []


def test_the_ftj_has_its_own_list(entree, operation):
    ftj = OperationFactory(
        enveloppe=EnveloppeFactory(accord=operation.accord, code="FTJ_CD62", fonds=FondsFactory(code="FTJ")),
        programmee=True,
    )
    fiche = ParticipationFactory(operation=ftj)

    page = entree.get(url("fiche", ftj, fiche.pk)).content.decode()

    assert "EECO11" in page
    assert "EECO12" not in page
    assert "Handicap reconnu" not in page
    assert "Entités soutenues" not in entree.get(url("participants", ftj)).content.decode()


def test_the_history_is_in_french_and_keeps_the_answers_to_itself(entree, gestionnaire, operation):
    fiche = ParticipationFactory.build(operation=operation)
    enregistrer_fiche(fiche, auteur=gestionnaire, identite={"nom": NOM, "date_naissance": "1990-04-12"})
    fiche.brsa = "oui"
    enregistrer_fiche(fiche, auteur=gestionnaire, identite={"nom": NOM, "date_naissance": "1990-04-13"})

    reponse = entree.get(url("fiche", operation, fiche.pk))

    assert [(ligne["acte"], ligne["detail"]) for ligne in reponse.context["historique"]] == [
        ("Fiche corrigée", "A changé\u00a0: bénéficiaire du RSA, date de naissance"),
        ("Fiche saisie", ""),
    ]
    assert NOM not in reponse.content.decode()
    assert not JournalAudit.objects.filter(valeurs__icontains=NOM).exists()


# -- costs


def compter_requetes(client, adresse):
    with CaptureQueriesContext(connection) as requetes:
        assert client.get(adresse).status_code == 200
    return len(requetes)


@pytest.mark.parametrize("nom", ["participants", "liste"])
def test_the_lists_cost_the_same_with_one_or_three(entree, operation, nom):
    adresse = url_liste(operation) if nom == "liste" else url(nom, operation)
    ParticipationFactory(operation=operation)
    entree.get(adresse)
    une = compter_requetes(entree, adresse)
    ParticipationFactory.create_batch(2, operation=operation)

    assert compter_requetes(entree, adresse) == une


def test_a_record_costs_the_same_after_one_act_or_three(entree, gestionnaire, operation):
    fiche = enregistrer_fiche(ParticipationFactory.build(operation=operation), auteur=gestionnaire)
    adresse = url("fiche", operation, fiche.pk)
    entree.get(adresse)
    une = compter_requetes(entree, adresse)
    for reponse in ("oui", "non"):
        fiche.brsa = reponse
        enregistrer_fiche(fiche, auteur=gestionnaire)

    assert compter_requetes(entree, adresse) == une
