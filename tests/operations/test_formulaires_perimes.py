"""Two people on the same operation: nothing is lost, nothing is overwritten unknowingly."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from comptes.enums import Role
from operations.enums import Statut
from operations.models import Operation
from operations.services import abandonner_operation
from tests.factories import EnveloppeFactory, OperationFactory, StructureFactory, habilite

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(accord):
    return OperationFactory(
        enveloppe=EnveloppeFactory(accord=accord),
        intitule="Ateliers",
        resume="Premier résumé",
        recevable=True,
    )


@pytest.fixture
def collegue(accord):
    return habilite(Role.GESTIONNAIRE, "CD62", prenom="Marie", nom="Petit")


def url(nom, operation):
    return reverse(f"operations:{nom}", args=[operation.accord.slug, operation.numero])


def lire(reponse, *formulaires):
    """What the page would send back, as a browser does."""
    champs = {}
    for nom in formulaires:
        for champ in reponse.context[nom]:
            valeur = champ.value()
            if valeur not in (None, ""):
                champs[champ.html_name] = valeur.isoformat() if isinstance(valeur, dt.date) else valeur
    return champs


def messages(reponse):
    return " ".join(str(m) for m in get_messages(reponse.wsgi_request)).replace("\xa0", " ").replace("\u202f", " ")


def ouvrir(client, personne, operation, nom="modifier", formulaires=("form", "plan")):
    client.force_login(personne)
    return lire(client.get(url(nom, operation)), *formulaires)


def envoyer(client, personne, operation, champs, nom="modifier"):
    client.force_login(personne)
    return client.post(url(nom, operation), champs)


def test_different_fields_are_merged_and_said(client, gestionnaire, collegue, operation):
    mienne, sienne = (ouvrir(client, personne, operation) for personne in (gestionnaire, collegue))
    structure = StructureFactory(accord=operation.accord)
    envoyer(
        client,
        collegue,
        operation,
        sienne
        | {"intitule": "Ateliers et permanences", "structure": structure.pk, "ue": "500", "autofinancement": "500"},
    )

    reponse = envoyer(client, gestionnaire, operation, mienne | {"resume": "Second résumé", "fin_le": "2027-06-30"})

    assert reponse.status_code == 302
    lue = Operation.objects.get(pk=operation.pk)
    assert (lue.intitule, lue.resume, lue.structure, lue.fin_le, lue.version) == (
        "Ateliers et permanences",
        "Second résumé",
        structure,
        dt.date(2027, 6, 30),
        operation.version + 2,
    )
    assert (lue.plans.get().ue, lue.plans.get().autofinancement) == (Decimal("500.00"), Decimal("500.00"))
    assert "Pendant votre saisie, Marie Petit a changé : Intitulé, Bénéficiaire, FSE+, Autofinancement." in messages(
        reponse
    ).replace("Fonds d’essai", "FSE+")


def test_a_field_that_both_changed_is_refused_and_shows_both(client, gestionnaire, collegue, operation):
    mienne, sienne = (ouvrir(client, personne, operation) for personne in (gestionnaire, collegue))
    envoyer(client, collegue, operation, sienne | {"intitule": "La sienne", "fin_le": "2027-01-31"})

    reponse = envoyer(client, gestionnaire, operation, mienne | {"intitule": "La mienne", "resume": "Mon résumé"})

    assert [(e["libelle"], e["enregistre"], e["saisi"]) for e in reponse.context["ecarts"]] == [
        ("Intitulé", "La sienne", "La mienne")
    ]
    assert reponse.context["reprises"] == ["Fin"]
    assert Operation.objects.get(pk=operation.pk).intitule == "La sienne"
    # what is shown keeps my own words and takes the date that I had not touched
    montre = lire(reponse, "form", "plan")
    assert (montre["intitule"], montre["resume"], montre["fin_le"]) == ("La mienne", "Mon résumé", "2027-01-31")
    envoyer(client, gestionnaire, operation, montre)
    lue = Operation.objects.get(pk=operation.pk)
    assert (lue.intitule, lue.resume, lue.fin_le) == ("La mienne", "Mon résumé", dt.date(2027, 1, 31))


def test_both_made_the_same_change(client, gestionnaire, collegue, operation):
    mienne, sienne = (ouvrir(client, personne, operation) for personne in (gestionnaire, collegue))
    envoyer(client, collegue, operation, sienne | {"intitule": "Permanences"})

    reponse = envoyer(client, gestionnaire, operation, mienne | {"intitule": "Permanences"})

    assert reponse.status_code == 302
    assert Operation.objects.get(pk=operation.pk).version == operation.version + 1


def test_a_merge_that_makes_no_sense_is_refused_by_its_rule(client, gestionnaire, collegue, operation):
    mienne, sienne = (ouvrir(client, personne, operation) for personne in (gestionnaire, collegue))
    envoyer(client, collegue, operation, sienne | {"debut_le": "2026-09-01"})

    reponse = envoyer(client, gestionnaire, operation, mienne | {"fin_le": "2026-06-30"})

    assert "La date de fin précède la date de début." in reponse.content.decode()
    assert Operation.objects.get(pk=operation.pk).fin_le == operation.fin_le


def test_a_form_sent_once_the_operation_has_moved_on_keeps_what_was_typed(client, gestionnaire, collegue, operation):
    mienne = ouvrir(client, gestionnaire, operation)
    abandonner_operation(operation, auteur=collegue, le=dt.date(2026, 5, 1), motif="Renonce")

    reponse = envoyer(client, gestionnaire, operation, mienne | {"resume": "Une heure de travail"})

    page = reponse.content.decode().replace("\u202f", " ")
    assert "L’opération est « abandonnée »" in page
    assert "Une heure de travail" in page


def test_an_application_corrected_during_its_instruction_is_shown_first(client, gestionnaire, collegue, operation):
    formulaires = ("plan", "instruction")
    mienne = ouvrir(client, gestionnaire, operation, "instruire", formulaires)
    mienne |= {"avis": "favorable", "rapport": "Mon rapport", "est_sans_conflit": "on", "conclue_le": "2026-03-01"}
    sienne = ouvrir(client, collegue, operation)
    envoyer(client, collegue, operation, sienne | {"ue": "500", "autofinancement": "500"})

    reponse = envoyer(client, gestionnaire, operation, mienne, "instruire")

    page = reponse.content.decode().replace("\xa0", " ").replace("\u202f", " ")
    assert "La demande a été corrigée depuis que vous avez ouvert l’instruction." in page
    assert "600,00 € devient 500,00 €" in page
    assert "Mon rapport" in page
    assert Operation.objects.get(pk=operation.pk).statut == Statut.RECEVABLE
    envoyer(client, gestionnaire, operation, mienne | lire(reponse, "instruction"), "instruire")
    assert Operation.objects.get(pk=operation.pk).statut == Statut.INSTRUITE
