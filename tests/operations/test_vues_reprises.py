"""The pages that hand a step back, undo an error, follow the conditions and hold the grid."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from comptes.journal import journal_de
from operations.enums import Statut
from operations.models import ConditionDecision, Operation
from operations.services import deprogrammer_operation, programmer_operation
from operations.situation import compute_disponible
from tests.factories import (
    AppelFactory,
    CritereFactory,
    EnveloppeFactory,
    LignePartageFactory,
    OperationFactory,
    OrganismeFactory,
    StructureFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db

INSTRUCTION = {
    "cout_total_eligible": "1 000,00",
    "ue": "600",
    "autofinancement": "400",
    "conclue_le": "2026-03-01",
    "avis": "favorable",
    "rapport": "Le projet répond à l’appel.",
    "est_sans_conflit": "on",
}


@pytest.fixture
def enveloppe(accord):
    return EnveloppeFactory(accord=accord)


def url(nom, operation, *suite):
    return reverse(f"operations:{nom}", args=[operation.accord.slug, operation.numero, *suite])


def texte(reponse):
    return reponse.content.decode().replace("\xa0", " ").replace("\u202f", " ")


def message(reponse):
    return " ".join(str(m) for m in get_messages(reponse.wsgi_request)).replace("\xa0", " ").replace("\u202f", " ")


def statut(operation):
    return Operation.objects.get(pk=operation.pk).statut


# -- hand back, undo


def test_rouvrir_la_recevabilite_asks_its_day_and_its_reason(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, recevable=True)
    client.force_login(gestionnaire)
    page = url("rouvrir_recevabilite", operation)

    assert list(client.post(page, {"le": "2026-01-31", "motif": ""}).context["form"].errors) == ["motif", "le"]
    reponse = client.post(page, {"le": "2026-02-10", "motif": "Pièce illisible"})

    assert message(reponse) == "Recevabilité rouverte. La demande attend une nouvelle conclusion."
    assert statut(operation) == Statut.DEPOSEE
    assert "Recevabilité rouverte" in texte(client.get(url("journal", operation)))


def test_annuler_la_decision_says_the_money_it_frees(client, responsable, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)
    decision = {"instance": "Commission permanente", "decidee_le": dt.date(2026, 4, 1)}
    programmer_operation(operation, auteur=responsable, **decision)
    client.force_login(responsable)

    annonce = texte(client.get(url("annuler_decision", operation)))
    client.post(url("annuler_decision", operation), {"motif": "Mauvaise ligne"})

    assert "La décision favorable du 1er avril 2026 ne compte plus, à aucune date" in annonce
    assert "600,00 € redeviennent disponibles à la date de l’erreur." in annonce
    assert statut(operation) == Statut.INSTRUITE
    assert compute_disponible(enveloppe) == Decimal("1000000.00")
    assert "Annulée le" in texte(client.get(url("instruction", operation)))


def test_annuler_le_retrait_above_the_envelope_asks_a_tick(client, responsable, accord):
    enveloppe = EnveloppeFactory(accord=accord, montant=Decimal("1199.99"))
    premiere, seconde = OperationFactory.create_batch(2, enveloppe=enveloppe, instruite=True)
    decision = {"auteur": responsable, "instance": "Bureau", "decidee_le": dt.date(2026, 4, 1)}
    programmer_operation(premiere, **decision)
    deprogrammer_operation(premiere, auteur=responsable, le=dt.date(2026, 5, 1), motif="Sans suite")
    programmer_operation(seconde, **decision)
    client.force_login(responsable)
    page = url("annuler_retrait", premiere)

    annonce = texte(client.get(page))
    assert "« programmée » depuis le 1er avril 2026. 600,00 € sont programmés de nouveau." in annonce
    assert "Je confirme un dépassement de 0,01 €" in annonce
    refus = client.post(page, {"motif": "Erreur", "depassement": "0.01"})
    assert "Confirmez le dépassement pour annuler le retrait." in texte(refus)
    assert statut(premiere) == Statut.DEPROGRAMMEE

    client.post(page, {"motif": "Erreur", "depassement": "0.01", "confirmer": "on"})
    assert statut(premiere) == Statut.PROGRAMMEE
    assert compute_disponible(enveloppe) == Decimal("-0.01")


# -- conditions


def conditions(*lignes):
    donnees = {"conditions-TOTAL_FORMS": str(len(lignes)), "conditions-INITIAL_FORMS": "0"}
    for rang, ligne in enumerate(lignes):
        donnees |= {f"conditions-{rang}-{nom}": valeur for nom, valeur in ligne.items()}
    return donnees


def test_programmer_with_conditions_then_lift_and_put_back(client, gestionnaire, responsable, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)
    decision = {"instance": "Commission permanente", "decidee_le": "2026-04-01"}
    ligne = {"texte": "Signer le bail", "echeance_le": "2026-05-01", "preuve_attendue": "Bail signé"}
    client.force_login(responsable)

    incomplete = client.post(
        url("programmer", operation), decision | conditions({"texte": "Signer le bail"}, {"texte": ""})
    )
    assert incomplete.context["conditions"].errors == [
        {"echeance_le": ["Donnez son échéance."], "preuve_attendue": ["Dites ce qui la prouvera."]},
        {},
    ]
    assert statut(operation) == Statut.INSTRUITE
    client.post(url("programmer", operation), decision | conditions(ligne, {}))
    condition = ConditionDecision.objects.get()

    client.force_login(gestionnaire)
    assert "1 condition à lever, dont 1 en retard." in texte(client.get(url("detail", operation)))
    lever = url("condition_lever", operation, condition.pk)
    assert list(client.post(lever, {"le": "2026-04-20"}).context["form"].errors) == ["preuve"]
    assert message(client.post(lever, {"le": "2026-04-20", "preuve": "Bail reçu"})) == "Condition levée."
    page = texte(client.get(url("detail", operation)))
    assert "Toutes les conditions sont levées." in page
    assert "Bail reçu" in page
    assert message(client.get(lever)) == "Cette condition est déjà levée."
    client.post(url("condition_retablir", operation, condition.pk), {"motif": "Bail d’un autre lieu"})
    assert ConditionDecision.objects.a_lever().get() == condition
    assert "Condition rétablie" in texte(client.get(url("journal", operation)))


def test_the_contract_warns_of_the_conditions_still_to_lift(client, responsable, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)
    programmer_operation(
        operation,
        auteur=responsable,
        instance="Bureau",
        decidee_le=dt.date(2026, 4, 1),
        conditions=[ConditionDecision(texte="Signer le bail", echeance_le=dt.date(2099, 5, 1), preuve_attendue="Bail")],
    )
    client.force_login(responsable)

    page = texte(client.get(url("conventionner", operation)))

    assert "1 condition à lever." in page
    assert "Signer le bail, avant le 1er mai 2099" in page


def test_a_condition_of_another_operation_is_not_found(client, gestionnaire, enveloppe):
    operation, autre = OperationFactory.create_batch(2, enveloppe=enveloppe, instruite=True)
    condition = ConditionDecision(texte="Signer le bail", echeance_le=dt.date(2026, 5, 1), preuve_attendue="Bail")
    programmer_operation(
        operation,
        auteur=UtilisateurFactory(),
        instance="Bureau",
        decidee_le=dt.date(2026, 4, 1),
        conditions=[condition],
    )
    client.force_login(gestionnaire)

    assert client.get(url("condition_lever", autre, condition.pk)).status_code == 404


# -- the grid


def lignes_grille(*lignes, vu):
    donnees = {"criteres-TOTAL_FORMS": str(len(lignes)), "criteres-INITIAL_FORMS": "0", "vu": vu}
    for rang, ligne in enumerate(lignes):
        noms = ("libelle", "poids", "note_max", "seuil")
        donnees |= {f"criteres-{rang}-{nom}": v for nom, v in zip(noms, ligne, strict=True)}
    return donnees


def test_the_grid_of_a_draft_is_typed_checked_and_shown_on_the_call(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True)
    page = reverse("operations:appel_grille", args=[appel.enveloppe.accord.slug, appel.pk])
    client.force_login(gestionnaire)
    vu = client.get(page).context["vue"].initial["vu"]

    faux = client.post(page, lignes_grille(("Public", "", "5", "6"), ("public", "1", "5", ""), vu=vu))
    assert faux.context["grille"].errors == [
        {
            "poids": ["Écrivez le poids de «\u202fPublic\u202f»."],
            "seuil": ["Choisissez un seuil jusqu’à 5, ou laissez-le vide."],
        },
        {"libelle": ["Ce critère figure déjà plus haut\xa0: précisez son nom."]},
    ]
    client.post(page, lignes_grille(("Public", "3", "5", "2"), ("", "", "", ""), ("Moyens", "1", "10", ""), vu=vu))

    assert list(appel.criteres.values_list("libelle", "poids", "note_max", "seuil")) == [
        ("Public", 3, 5, 2),
        ("Moyens", 1, 10, None),
    ]
    assert "Public" in texte(client.get(reverse("operations:appel_detail", args=[enveloppe.accord.slug, appel.pk])))


def test_a_stale_grid_is_refused_and_shows_both(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, brouillon=True)
    page = reverse("operations:appel_grille", args=[appel.enveloppe.accord.slug, appel.pk])
    client.force_login(gestionnaire)
    vu = client.get(page).context["vue"].initial["vu"]
    CritereFactory(appel=appel, libelle="Critère d’une collègue")

    refus = client.post(page, lignes_grille(("Le mien", "1", "5", ""), vu=vu))

    assert "Critère d’une collègue" in texte(refus)
    assert 'value="Le mien"' in texte(refus)
    client.post(page, lignes_grille(("Le mien", "1", "5", ""), vu=refus.context["vue"]["vu"].value()))
    assert list(appel.criteres.values_list("libelle", flat=True)) == ["Le mien"]


def test_the_grid_of_a_published_call_leads_back_to_it(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe)
    client.force_login(gestionnaire)

    reponse = client.get(reverse("operations:appel_grille", args=[enveloppe.accord.slug, appel.pk]))

    assert message(reponse) == "La grille d’un appel publié ne change plus."


# -- instruct with a grid and lines


@pytest.mark.parametrize("item_count", [1, 3])
def test_instruire_shows_and_keeps_marks_and_answers(
    client, gestionnaire, responsable, enveloppe, item_count, django_assert_max_num_queries
):
    appel = AppelFactory(enveloppe=enveloppe)
    operation = OperationFactory(enveloppe=enveloppe, appel=appel, recevable=True)
    criteres = CritereFactory.create_batch(item_count, appel=appel, poids=2)
    lignes = LignePartageFactory.create_batch(item_count)
    client.force_login(gestionnaire)

    with django_assert_max_num_queries(24):
        page = client.get(url("instruire", operation))
    assert f"0 sur {10 * item_count}" in texte(page)
    vide = client.post(url("instruire", operation), INSTRUCTION | {f"note_{criteres[0].pk}": "2"})
    assert vide.context["grille"].errors.get(f"note_{criteres[0].pk}") is None
    assert f"partage_{lignes[0].pk}" in vide.context["partage"].errors
    assert f"4 sur {10 * item_count}" in texte(vide)
    saisie = INSTRUCTION | {f"note_{c.pk}": "2,5" for c in criteres}
    saisie |= {f"note_{c.pk}_justification": "Équipe incomplète" for c in criteres}
    saisie |= {f"partage_{ligne.pk}": "respectee" for ligne in lignes}
    client.post(url("instruire", operation), saisie)

    assert statut(operation) == Statut.INSTRUITE
    for personne, nom in [(gestionnaire, "instruction"), (responsable, "programmer")]:
        client.force_login(personne)
        lu = texte(client.get(url(nom, operation)))
        assert f"{5 * item_count} sur {10 * item_count}" in lu
        assert "Équipe incomplète" in lu
    assert "total pondéré de la grille" in texte(client.get(url("journal", operation))).lower()


def test_a_low_mark_asks_its_justification_beside_the_field(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe)
    operation = OperationFactory(enveloppe=enveloppe, appel=appel, recevable=True)
    critere = CritereFactory(appel=appel, libelle="Public")
    client.force_login(gestionnaire)

    reponse = client.post(url("instruire", operation), INSTRUCTION | {f"note_{critere.pk}": "2,9"})
    assert reponse.context["grille"].errors == {f"note_{critere.pk}_justification": ["Justifiez une note sous 3."]}
    for valeur, refus in [("6", "Donnez une note de 0 à 5."), ("abc", "Écrivez une note, par exemple 3,5.")]:
        reponse = client.post(url("instruire", operation), INSTRUCTION | {f"note_{critere.pk}": valeur})
        assert reponse.context["grille"].errors == {f"note_{critere.pk}": [refus]}


def test_instruire_for_the_body_itself_warns_and_asks_for_a_measure(client, gestionnaire, enveloppe):
    structure = StructureFactory(accord=enveloppe.accord, organisme=OrganismeFactory(code="CD62"))
    operation = OperationFactory(enveloppe=enveloppe, structure=structure, recevable=True)
    client.force_login(gestionnaire)

    assert "CD62 porte cette opération sur sa propre enveloppe." in texte(client.get(url("instruire", operation)))
    sans = client.post(url("instruire", operation), INSTRUCTION)
    assert list(sans.context["instruction"].errors) == ["mesure_conflit"]
    client.post(url("instruire", operation), INSTRUCTION | {"mesure_conflit": "Deux pôles distincts."})
    assert statut(operation) == Statut.INSTRUITE
    assert "Deux pôles distincts." in texte(client.get(url("instruction", operation)))
    assert journal_de(operation).first().valeurs["mesure_conflit"] == "Deux pôles distincts."
