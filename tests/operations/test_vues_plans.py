"""The tab of the financing plan: any two versions side by side, and the state of each resource."""

import datetime as dt
import re
from decimal import Decimal as D
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from comptes.enums import Role
from comptes.journal import journal_de
from operations.enums import EtatRessource, ProfilCout, Statut, VersionPlan
from operations.models import Operation
from operations.models.operations import RESSOURCES
from operations.services import annuler_avenant
from operations.services.plans import enregistrer_plan
from operations.services.ressources import annuler_etat_ressource, changer_etat_ressource
from tests import contrats
from tests.factories import EnveloppeFactory, OperationFactory, UtilisateurFactory, habilite
from tests.operations.test_plans import fixer_taux, plan, poste, ressource

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(accord):
    """Three versions; the last one is the one in force."""
    fixer_taux(accord)
    operation = OperationFactory(enveloppe=EnveloppeFactory(accord=accord), recevable=True)
    enregistrer_plan(
        operation,
        plan(
            poste("personnel", "700.00"),
            poste("personnel", "300.00", 2027),
            ressource("contrepartie_region", "150.00", financeur="Région"),
            ressource("autofinancement", "355.00"),
            profil=ProfilCout.OCS_15,
            ue="645.00",
        ),
        VersionPlan.INSTRUIT,
    )
    enregistrer_plan(
        operation,
        plan(
            poste("personnel", "800.00"),
            ressource("contrepartie_region", "150.00", financeur="Région", etat=EtatRessource.PROMIS),
            ressource("autofinancement", "170.00"),
            profil=ProfilCout.OCS_15,
        ),
        VersionPlan.INSTRUIT,
    )
    return operation


def url(nom, operation, *args):
    return reverse(f"operations:{nom}", args=["essai-2021-2027", operation.numero, *args])


def textes(reponse):
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reponse.content.decode())))


def montants(groupes):
    return {
        (groupe.libelle, annee.libelle): (annee.gauche, annee.droite, annee.ecart)
        for groupe in groupes
        for annee in groupe.annees
    }


def test_the_last_two_versions_stand_side_by_side(client, gestionnaire, operation):
    client.force_login(gestionnaire)
    page = client.get(url("plan", operation))

    assert (page.context["nom_gauche"], page.context["nom_droite"]) == ("Instruit n° 1", "Instruit n° 2")
    assert montants(page.context["postes"]) == {
        ("Personnel direct", "2026"): (D("700.00"), D("800.00"), D("100.00")),
        ("Personnel direct", "2027"): (D("300.00"), None, D("-300.00")),
        ("Coûts indirects", "2026"): (D("105.00"), D("120.00"), D("15.00")),
        ("Coûts indirects", "2027"): (D("45.00"), None, D("-45.00")),
    }
    assert montants(page.context["ressources"]) == {
        ("Région", "2026"): (D("150.00"), D("150.00"), D("0.00")),
        ("Autofinancement", "2026"): (D("355.00"), D("170.00"), D("-185.00")),
    }
    assert page.context["cout"].ecart == D("-230.00")
    vus = textes(page)
    assert "800,00 € × 15,00 %" in vus
    assert "+ 100,00 €" in vus.replace("\xa0", " ")  # differences have their sign
    # the fund, then what brings money in one version at least
    assert all(t.champ == "ue" or t.gauche or t.droite for t in page.context["totaux"])
    assert "ue" in [t.champ for t in page.context["totaux"]]
    assert len(page.context["totaux"]) < len(RESSOURCES)
    assert "Promis" in vus


def test_the_address_chooses_the_versions(client, gestionnaire, operation):
    client.force_login(gestionnaire)
    page = client.get(url("plan", operation), {"de": "instruit-2", "a": "demande-1"})
    assert (page.context["nom_gauche"], page.context["nom_droite"]) == ("Instruit n° 2", "Demandé")
    page = client.get(url("plan", operation), {"de": "rien", "a": "avenant-9"})
    assert (page.context["nom_gauche"], page.context["nom_droite"]) == ("Instruit n° 1", "Instruit n° 2")


def test_a_version_undone_is_never_taken_for_one_in_force(client, gestionnaire, accord):
    operation = contrats.amendee(EnveloppeFactory(accord=accord, montant=D("9000")), gestionnaire, ue="700.00")
    client.force_login(gestionnaire)
    page = client.get(url("plan", operation))
    assert (page.context["nom_gauche"], page.context["nom_droite"]) == ("Conventionné", "Avenant n° 1")
    journal = textes(client.get(url("journal", operation))).replace("\xa0", " ")
    assert "montant européen : 600,00 € devient 700,00 €" in journal
    assert not re.search(r": ([^;:]+) devient \1( |;|$)", journal)  # what an amendment leaves as it was is not told
    assert "le montant demandé" not in textes(page)  # 700,00 € by the amendment: no fault of the instruction

    annuler_avenant(operation, auteur=gestionnaire, le=dt.date(2026, 7, 1), motif="Erreur de saisie")
    page = client.get(url("plan", operation))
    assert page.context["nom_droite"] == "Conventionné"
    assert "Avenant n° 1 (annulé)" in [nom for _, nom in page.context["versions"]]
    page = client.get(url("plan", operation), {"de": "conventionne-1", "a": "avenant-1"})
    assert page.context["nom_droite"] == "Avenant n° 1 (annulé)"


def test_a_plan_without_lines_says_so(client, gestionnaire, accord):
    seule = OperationFactory(enveloppe=EnveloppeFactory(accord=accord))
    client.force_login(gestionnaire)
    page = client.get(url("plan", seule))
    assert page.context["droite"] is None
    assert "Le détail par poste n’est pas saisi." in textes(page)


@pytest.mark.parametrize("item_count", [1, 3])
def test_plan_query_count(client, gestionnaire, accord, item_count, django_assert_num_queries):
    operation = OperationFactory(enveloppe=EnveloppeFactory(accord=accord), recevable=True)
    enregistrer_plan(
        operation,
        plan(
            *[poste("personnel", "100.00", 2026 + rang) for rang in range(item_count)],
            *[ressource("recettes", "50.00", 2026 + rang) for rang in range(item_count)],
            ue=f"{50 * item_count}.00",
        ),
        VersionPlan.INSTRUIT,
    )
    client.force_login(gestionnaire)
    with django_assert_num_queries(15):
        client.get(url("plan", operation))


# the state of a resource


def en_vigueur(operation):
    return operation.plans.latest_first().first().ressources.get(nature="contrepartie_region")


def test_a_resource_becomes_acquired_on_a_day_and_the_journal_says_both(client, gestionnaire, operation):
    region = en_vigueur(operation)
    client.force_login(gestionnaire)

    reponse = client.post(url("ressource_etat", operation, region.pk), {"etat": "acquis", "le": "2026-03-15"})

    assert reponse.url == url("plan", operation)
    region.refresh_from_db()
    assert (region.etat, region.etat_le) == (EtatRessource.ACQUIS, dt.date(2026, 3, 15))
    ligne = journal_de(operation).first()
    assert (ligne.acte, ligne.valeurs) == (
        "etat_ressource",
        {
            "le": "2026-03-15",
            "ressource": "Région 2026",
            "montant": "150.00",
            "etat": {"avant": "Promis", "apres": "Acquis"},
        },
    )
    vus = textes(client.get(url("plan", operation)))
    assert "Acquis le 15 mars 2026" in vus
    assert "État d’une ressource" in textes(client.get(url("journal", operation)))


def test_undoing_puts_the_state_before_back(client, gestionnaire, operation):
    region = en_vigueur(operation)
    changer_etat_ressource(operation, region, auteur=gestionnaire, etat=EtatRessource.ACQUIS, le=dt.date(2026, 3, 15))
    client.force_login(gestionnaire)

    client.post(url("ressource_annuler", operation, region.pk), {"motif": "Lettre d’un autre projet."})

    region.refresh_from_db()
    assert (region.etat, region.etat_le) == (EtatRessource.PROMIS, None)
    ligne = journal_de(operation).first()
    assert (ligne.acte, ligne.motif) == ("etat_ressource_annule", "Lettre d’un autre projet.")
    with pytest.raises(ValidationError, match="Aucun changement d’état"):
        annuler_etat_ressource(operation, region, auteur=gestionnaire, motif="Encore.")


@pytest.mark.parametrize(
    ("champs", "message"),
    [
        ({"etat": EtatRessource.PROMIS}, "Cette ressource est déjà «\u202fpromis\u202f»."),
        ({"le": dt.date(2025, 12, 31)}, "Choisissez une date à partir du 1er\xa0janvier\xa02026"),
        ({"le": dt.date(2199, 1, 1)}, "Choisissez une date qui n’est pas à venir."),
    ],
)
def test_a_change_that_says_nothing_or_the_wrong_day_is_refused(operation, champs, message):
    version = Operation.objects.get(pk=operation.pk).version
    with pytest.raises(ValidationError) as refus:
        changer_etat_ressource(
            operation,
            en_vigueur(operation),
            auteur=UtilisateurFactory(),
            **{"etat": EtatRessource.ACQUIS, "le": dt.date(2026, 3, 1)} | champs,
        )
    assert refus.value.messages[0].startswith(message)
    assert Operation.objects.get(pk=operation.pk).version == version


def test_only_the_plan_in_force_of_an_open_operation_changes(operation):
    ancienne = operation.plans.get(version="instruit", numero=1).ressources.first()
    with pytest.raises(ValidationError, match="version précédente du plan"):
        changer_etat_ressource(
            operation, ancienne, auteur=UtilisateurFactory(), etat=EtatRessource.ACQUIS, le=dt.date(2026, 3, 1)
        )
    Operation.objects.filter(pk=operation.pk).update(statut=Statut.ABANDONNEE)
    with pytest.raises(ValidationError) as refus:
        changer_etat_ressource(
            operation,
            en_vigueur(operation),
            auteur=UtilisateurFactory(),
            etat=EtatRessource.ACQUIS,
            le=dt.date(2026, 3, 1),
        )
    assert refus.value.code == "statut"


def test_a_resource_of_another_operation_is_not_found(client, gestionnaire, operation):
    autre = OperationFactory(enveloppe=operation.enveloppe)
    client.force_login(gestionnaire)
    assert client.get(url("ressource_etat", autre, en_vigueur(operation).pk)).status_code == 404


def test_a_reader_sees_the_states_without_the_links(client, operation):
    client.force_login(habilite(Role.LECTEUR_ETAT))
    vus = textes(client.get(url("plan", operation)))
    assert "Promis" in vus
    assert "Changer l’état" not in vus
