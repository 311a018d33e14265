"""One page per act: what it writes, what it refuses, who may, and where the words of the refusal go."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.urls import reverse

from comptes.enums import Role
from comptes.journal import journal_de
from operations.actes import REGLES, build_actes
from operations.admission import dire_duree
from operations.enums import Statut, VersionPlan
from operations.models import Ecriture, Operation
from operations.services import declarer_recevable, programmer_operation
from operations.situation import compute_disponible
from tests.factories import (
    AppelFactory,
    EnveloppeFactory,
    FondsFactory,
    HabilitationFactory,
    InstructionFactory,
    LignePartageFactory,
    OperationFactory,
    OrganismeFactory,
    TrancheFactory,
    UtilisateurFactory,
    habilite,
)

pytestmark = pytest.mark.django_db

# those of a report have its number in their address: tests/adresses.py knows who opens them
SUR_UN_BILAN = {nom for nom in REGLES if "csf" in nom} | {"annuler_bilan", "lister_depenses"}
ACTES = [nom for nom in REGLES if nom != "modifier" and nom not in SUR_UN_BILAN]


@pytest.fixture
def enveloppe(accord):
    EnveloppeFactory(accord=accord, organisme=OrganismeFactory(code="TM"))
    return EnveloppeFactory(accord=accord)


def url(nom, operation):
    return reverse(f"operations:{nom}", args=[operation.accord.slug, operation.numero])


def message(response):
    return " ".join(str(m) for m in get_messages(response.wsgi_request)).replace("\xa0", " ").replace("\u202f", " ")


def apres(operation):
    operation.refresh_from_db()
    return operation.statut


# -- admissible or not


def test_recevable_lists_every_missing_piece_beside_the_field(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, pieces=["Statuts", "RIB", "Budget"])
    operation = OperationFactory(enveloppe=enveloppe, appel=appel)
    client.force_login(gestionnaire)

    response = client.post(url("recevable", operation), {"le": "2026-02-01", "pieces_recues": ["RIB"]})

    assert response.context["form"].errors == {
        "pieces_recues": ["Il manque\xa0: Statuts\u202f; Budget. Réclamez-les au bénéficiaire, cochez-les à réception."]
    }
    assert 'value="RIB"' in response.content.decode()
    assert apres(operation) == Statut.DEPOSEE


def test_recevable_with_every_piece(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, pieces=["Statuts", "RIB"])
    operation = OperationFactory(enveloppe=enveloppe, appel=appel)
    client.force_login(gestionnaire)

    response = client.post(url("recevable", operation), {"le": "2026-02-01", "pieces_recues": ["RIB", "Statuts"]})

    assert message(response) == "Demande recevable. Elle attend son instruction."
    assert apres(operation) == Statut.RECEVABLE
    assert operation.recevabilites.get().pieces_recues == ["RIB", "Statuts"]


def test_irrecevable_needs_its_reason(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe)
    client.force_login(gestionnaire)

    response = client.post(url("irrecevable", operation), {"le": "2026-02-01", "motif": "  "})
    assert response.context["form"].errors == {"motif": ["Dites pourquoi la demande est irrecevable."]}

    client.post(url("irrecevable", operation), {"le": "2026-02-01", "motif": "Hors délai"})
    assert apres(operation) == Statut.IRRECEVABLE


@pytest.mark.parametrize("le", ["2025-12-31", "2099-01-01", "2026-02-30", ""])
def test_the_day_of_an_act_is_checked_beside_its_field(client, gestionnaire, enveloppe, le):
    operation = OperationFactory(enveloppe=enveloppe)
    client.force_login(gestionnaire)

    response = client.post(url("irrecevable", operation), {"le": le, "motif": "Hors délai"})

    assert list(response.context["form"].errors) == ["le"]
    assert "Hors délai" in response.content.decode()
    assert apres(operation) == Statut.DEPOSEE


# -- instruct


def instruction(**champs):
    return {
        "cout_total_eligible": "1 000,00",
        "ue": "600",
        "autofinancement": "400",
        "conclue_le": "2026-03-01",
        "avis": "favorable",
        "rapport": "Le projet répond à l’appel.",
        "est_sans_conflit": "on",
    } | champs


def test_instruire_starts_from_the_plan_that_was_asked(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, recevable=True)
    client.force_login(gestionnaire)

    response = client.get(url("instruire", operation))

    page = response.content.decode()
    assert 'value="600,00"' in page
    assert "demandé 600,00\xa0€" in page


def test_instruire_records_a_second_plan_and_keeps_the_first(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, recevable=True)
    client.force_login(gestionnaire)

    response = client.post(url("instruire", operation), instruction(ue="550,5", autofinancement="449.50"))

    assert message(response) == "Opération instruite à 550,50 €. Le responsable peut décider."
    assert apres(operation) == Statut.INSTRUITE
    assert {p.version: p.ue for p in operation.plans.all()} == {
        VersionPlan.DEMANDE: Decimal("600.00"),
        VersionPlan.INSTRUIT: Decimal("550.50"),
    }


def test_instruire_says_by_how_much_the_plan_does_not_balance(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, recevable=True)
    client.force_login(gestionnaire)

    response = client.post(url("instruire", operation), instruction(autofinancement="399,99"))

    assert response.context["plan"].errors == {
        "autofinancement": [
            "Il manque 0,01\xa0€ de ressources. Portez l’autofinancement à 400,00\xa0€, ou ajoutez-les sur une autre "
            "ligne."
        ]
    }
    page = response.content.decode()
    assert "\u22120,01\xa0€" in page
    assert "Le projet répond à l’appel." in page
    assert operation.plans.count() == 1


@pytest.mark.parametrize("manque", ["est_sans_conflit", "rapport", "avis"])
def test_instruire_asks_each_answer_beside_its_field(client, gestionnaire, enveloppe, manque):
    operation = OperationFactory(enveloppe=enveloppe, recevable=True)
    client.force_login(gestionnaire)

    response = client.post(url("instruire", operation), instruction(**{manque: ""}))

    assert list(response.context["instruction"].errors) == [manque]
    assert apres(operation) == Statut.RECEVABLE


def test_instruire_asks_the_link_with_the_transition_for_ftj_only(client, gestionnaire, enveloppe):
    ftj = EnveloppeFactory(accord=enveloppe.accord, fonds=FondsFactory(code="FTJ"))
    operation = OperationFactory(enveloppe=ftj, recevable=True)
    fse = OperationFactory(enveloppe=enveloppe, recevable=True)
    client.force_login(gestionnaire)

    assert list(client.post(url("instruire", operation), instruction()).context["instruction"].errors) == [
        "lien_transition"
    ]
    assert "lien_transition" not in client.get(url("instruire", fse)).context["instruction"].fields


def texte(response):
    return response.content.decode().replace("\xa0", " ").replace("\u202f", " ")


def test_what_the_call_does_not_admit_is_said_then_refused(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, code="AAP", profils_cout=["OCS_40"], duree_max_mois=6)
    operation = OperationFactory(enveloppe=enveloppe, appel=appel, recevable=True)
    client.force_login(gestionnaire)

    page = texte(client.get(url("instruire", operation)))
    assert "L’opération est plus longue que l’appel AAP ne le dit : 6 mois au plus" in page
    assert "L’appel AAP n’admet pas « Coûts réels »." in page

    refus = client.post(url("instruire", operation), instruction())
    assert list(refus.context["plan"].errors) == ["profil"]
    assert apres(operation) == Statut.RECEVABLE

    appel.profils_cout = ["REEL", "OCS_40"]
    appel.save()
    client.post(url("instruire", operation), instruction())
    assert apres(operation) == Statut.INSTRUITE  # its length is said, never refused


@pytest.mark.parametrize(
    ("fin", "phrase"),
    [
        (dt.date(2026, 6, 29), "plus courte"),
        (dt.date(2026, 6, 30), ""),
        (dt.date(2026, 12, 31), ""),
        (dt.date(2027, 1, 1), "plus longue"),
    ],
)
def test_a_length_is_within_the_bounds_of_the_call_to_the_day(fin, phrase):
    appel = AppelFactory(duree_min_mois=6, duree_max_mois=12)
    dite = dire_duree(appel, dt.date(2026, 1, 1), fin)
    assert phrase in dite if phrase else dite == ""


def test_a_length_out_of_the_call_is_admitted_with_a_reason_that_the_journal_keeps(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, duree_min_mois=120)
    operation = OperationFactory(enveloppe=enveloppe, appel=appel)
    client.force_login(gestionnaire)
    with pytest.raises(ValidationError) as refus:
        declarer_recevable(operation, auteur=gestionnaire, le=operation.deposee_le, pieces_recues=[])
    assert refus.value.code == "duree"
    assert "plus courte" in client.get(url("recevable", operation)).content.decode()
    envoi = {"le": operation.deposee_le.isoformat()}
    assert list(client.post(url("recevable", operation), envoi).context["form"].errors) == ["motif_duree"]

    client.post(url("recevable", operation), envoi | {"motif_duree": "Action courte admise"})

    assert apres(operation) == Statut.RECEVABLE
    assert journal_de(operation).first().valeurs["hors_duree"] == "Action courte admise"


def test_a_decision_entered_again_starts_from_the_one_that_was_undone(client, responsable, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)
    annulee = operation.decisions.create(
        sens="favorable",
        instance="Bureau",
        decidee_le=dt.date(2026, 4, 1),
        ue_programme=600,
        annulee_le=dt.date(2026, 4, 2),
        auteur=responsable,
    )
    annulee.conditions.create(texte="Statuts à jour", echeance_le=dt.date(2026, 9, 1), preuve_attendue="Statuts")
    client.force_login(responsable)

    page = client.get(url("programmer", operation))
    initial = page.context["form"].initial
    assert (initial["instance"], initial["decidee_le"]) == ("Bureau", dt.date(2026, 4, 1))
    assert [form.initial.get("texte") for form in page.context["conditions"]][:2] == ["Statuts à jour", None]

    lignes = {f"conditions-0-{nom}": "" for nom in ("texte", "echeance_le", "preuve_attendue")}
    envoi = {
        "instance": "Bureau",
        "decidee_le": "2026-04-01",
        "conditions-TOTAL_FORMS": 4,
        "conditions-INITIAL_FORMS": 1,
    }
    client.post(url("programmer", operation), envoi | lignes)  # the condition was wiped
    assert apres(operation) == Statut.PROGRAMMEE
    assert not operation.decisions.get(annulee_le__isnull=True).conditions.exists()


def test_instruire_above_the_rate_of_the_call_asks_a_tick_and_journals_the_excess(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, code="AAP", taux_max=Decimal("0.6000"))
    operation = OperationFactory(enveloppe=enveloppe, appel=appel, recevable=True)
    au_dessus = instruction(ue="600,01", autofinancement="399,99")
    client.force_login(gestionnaire)
    assert "dépasse" not in texte(client.get(url("instruire", operation)))

    refus = client.post(url("instruire", operation), au_dessus)

    assert list(refus.context["instruction"].errors) == ["au_dela_du_taux"]
    assert "La participation européenne de 600,01 € dépasse de 0,01 € le maximum de l’appel, 600,00 €" in texte(refus)
    assert "Instruire au-delà du taux de l’appel, de 0,01 €" in texte(refus)
    assert apres(operation) == Statut.RECEVABLE

    client.post(url("instruire", operation), au_dessus | {"au_dela_du_taux": "on", "exces_vu": "0.01"})
    assert apres(operation) == Statut.INSTRUITE
    assert journal_de(operation).get().valeurs["exces_taux_max"] == "0.01"
    plan = texte(client.get(url("plan", operation)))
    assert "La participation européenne dépasse de 0,01 € le maximum de l’appel." in plan
    assert "Le montant instruit dépasse de 0,01 € le montant demandé, 600,00 €." in plan


def test_instruire_asks_again_when_the_excess_has_grown_since_it_was_ticked(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, taux_max=Decimal("0.6000"))
    operation = OperationFactory(enveloppe=enveloppe, appel=appel, recevable=True)
    client.force_login(gestionnaire)

    response = client.post(
        url("instruire", operation),
        instruction(ue="610", autofinancement="390", au_dela_du_taux="on", exces_vu="0.01"),
    )

    assert list(response.context["instruction"].errors) == ["au_dela_du_taux"]
    assert 'name="exces_vu" value="10.00"' in response.content.decode()
    assert not response.context["instruction"]["au_dela_du_taux"].value()
    assert apres(operation) == Statut.RECEVABLE


@pytest.mark.parametrize("acte", ["ajourner", "rouvrir"])
def test_an_instruction_resumed_starts_from_the_previous_one(client, gestionnaire, responsable, enveloppe, acte):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)
    ligne = LignePartageFactory()
    precedente = InstructionFactory(operation=operation, avis="reserve", rapport="Le coût est à revoir.")
    precedente.reponses.create(ligne=ligne, reponse="sans_objet", justification="Conventions jointes.")
    if acte == "ajourner":
        client.force_login(responsable)
        client.post(url(acte, operation), DECISION | {"motif": "Plan à revoir"})
    client.force_login(gestionnaire)
    if acte == "rouvrir":
        assert list(client.post(url(acte, operation), {"le": "2026-03-02"}).context["form"].errors) == ["motif"]
        reponse = client.post(url(acte, operation), {"le": "2026-03-02", "motif": "Coût erroné"})
        assert message(reponse).startswith("Instruction rouverte.")
        assert apres(operation) == Statut.RECEVABLE

    page = client.get(url("instruire", operation)).context
    form = page["instruction"]

    assert [form[nom].value() for nom in ("avis", "rapport")] == ["reserve", "Le coût est à revoir."]
    assert [champ.value() for champ in page["partage"]] == ["sans_objet", "Conventions jointes."]
    assert not form["est_sans_conflit"].value()
    onglet = texte(client.get(reverse("operations:instruction", args=[operation.accord.slug, operation.numero])))
    assert "L’instruction est à reprendre : ce qui suit est sa conclusion précédente." in onglet
    reponse = {f"partage_{ligne.pk}": "respectee"}
    client.post(url("instruire", operation), instruction(conclue_le="2026-05-01", **reponse))
    assert [i.avis for i in operation.instructions.all()] == ["favorable", "reserve"]


# -- decide


DECISION = {"instance": "Commission permanente", "decidee_le": "2026-04-01"}


def test_programmer_says_what_is_left(client, responsable, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)
    client.force_login(responsable)

    response = client.post(url("programmer", operation), DECISION)

    assert message(response) == "Opération programmée. Il reste 999 400,00 €."
    assert apres(operation) == Statut.PROGRAMMEE
    assert Ecriture.objects.get().date_effet == dt.date(2026, 4, 1)


def test_programmer_one_cent_above_shows_the_excess_and_asks_a_tick(client, responsable, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True, ue=Decimal("1000000.01"))
    client.force_login(responsable)

    page = client.get(url("programmer", operation)).content.decode()
    assert "Je confirme un dépassement de 0,01\xa0€" in page

    refus = client.post(url("programmer", operation), DECISION | {"depassement": "0.01"})
    assert "porte le dépassement à 0,01\xa0€" in refus.content.decode()
    assert 'value="Commission permanente"' in refus.content.decode()
    assert apres(operation) == Statut.INSTRUITE

    response = client.post(url("programmer", operation), DECISION | {"depassement": "0.01", "confirmer": "on"})
    assert message(response) == "Opération programmée. L’enveloppe est dépassée de 0,01 €."
    assert operation.decisions.get().depassement_accepte == Decimal("0.01")


def test_programmer_asks_again_when_the_excess_has_grown_since_it_was_ticked(client, responsable, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True, ue=Decimal("1000000.01"))
    client.force_login(responsable)
    client.get(url("programmer", operation))
    autre = OperationFactory(enveloppe=enveloppe, instruite=True, ue=Decimal("600.00"))
    programmer_operation(autre, auteur=responsable, instance="CP", decidee_le=dt.date(2026, 4, 1))

    response = client.post(url("programmer", operation), DECISION | {"depassement": "0.01", "confirmer": "on"})

    assert "Je confirme un dépassement de 600,01\xa0€" in response.content.decode()
    assert 'name="depassement" value="600.01"' in response.content.decode()
    assert apres(operation) == Statut.INSTRUITE


@pytest.mark.parametrize(("acte", "statut"), [("refuser", Statut.REFUSEE), ("ajourner", Statut.AJOURNEE)])
def test_refuser_and_ajourner_need_their_reason(client, responsable, enveloppe, acte, statut):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)
    client.force_login(responsable)

    response = client.post(url(acte, operation), DECISION)
    assert list(response.context["form"].errors) == ["motif"]

    client.post(url(acte, operation), DECISION | {"motif": "Plan à revoir"})
    assert apres(operation) == statut


def test_who_instructed_does_not_decide(client, enveloppe):
    personne = habilite(Role.RESPONSABLE)
    operation = OperationFactory(enveloppe=enveloppe, instruite=True, instruite_par=personne)
    client.force_login(personne)

    response = client.post(url("programmer", operation), DECISION)

    assert response.status_code == 403
    assert "Un autre responsable programme. Vous avez instruit cette opération." in response.content.decode()
    assert apres(operation) == Statut.INSTRUITE


@pytest.mark.parametrize("acte", ["programmer", "refuser", "ajourner"])
def test_who_decides_reads_the_opinion_and_what_it_rests_on(client, responsable, enveloppe, acte):
    appel = AppelFactory(enveloppe=enveloppe, code="AAP-7", taux_max=Decimal("0.5000"))
    operation = OperationFactory(enveloppe=enveloppe, appel=appel, instruite=True)
    InstructionFactory(
        operation=operation,
        avis="defavorable",
        rapport="Les publics sortent de l’appel.",
        auteur=UtilisateurFactory(prenom="Dominique", nom="Petit"),
    )
    client.force_login(responsable)

    page = texte(client.get(url(acte, operation)))

    assert "L’instruction conclut à un avis défavorable." in page
    assert '<span class="etat stop">' in page
    assert "le 1er mars 2026, par Dominique Petit" in page
    assert "Les publics sortent de l’appel." in page
    assert "60,00 % du coût total, soit 600,00 € sur 1 000,00 € ; 50,00 % au plus pour l’appel AAP-7" in page
    assert "La participation européenne dépasse de 100,00 € le maximum de l’appel." in page
    assert "Non, aucune étape commune" in page


@pytest.mark.parametrize(
    ("regle", "phrase"),
    [
        ("date_programmation", "la tranche <b>2026-2027</b>, prévue : elle dépend de la revue à mi-parcours."),
        ("debut_prevu", "la tranche <b>2022-2025</b>, ouverte."),
    ],
)
def test_programmer_and_modifier_say_the_tranche_where_the_operation_goes(client, responsable, accord, regle, phrase):
    enveloppe = EnveloppeFactory(accord=accord)
    TrancheFactory(enveloppe=enveloppe, ordre=1, regle_imputation=regle)
    TrancheFactory(
        enveloppe=enveloppe,
        ordre=2,
        code="2026-2027",
        debut_le=dt.date(2026, 1, 1),
        fin_le=dt.date(2027, 12, 31),
        regle_imputation=regle,
        statut="prevue",
    )
    HabilitationFactory(utilisateur=responsable, organisme=enveloppe.organisme, role=Role.GESTIONNAIRE)
    dates = {"debut_le": dt.date(2025, 9, 1), "enveloppe": enveloppe}
    client.force_login(responsable)

    assert phrase in texte(client.get(url("programmer", OperationFactory(instruite=True, **dates))))
    assert phrase in texte(client.get(url("modifier", OperationFactory(**dates))))


# -- withdraw


@pytest.mark.parametrize(("acte", "statut"), [("deprogrammer", Statut.DEPROGRAMMEE), ("abandonner", Statut.ABANDONNEE)])
def test_what_is_withdrawn_says_the_money_it_frees(client, responsable, enveloppe, acte, statut):
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    client.force_login(responsable)

    annonce = client.get(url(acte, operation)).content.decode()
    response = client.post(url(acte, operation), {"le": "2026-06-01", "motif": "Désistement"})

    assert "600,00\xa0€ programmés redeviennent disponibles" in annonce
    assert "600,00 € sont libérés. Il reste 1 000 000,00 €." in message(response)
    assert apres(operation) == statut
    assert compute_disponible(enveloppe) == Decimal("1000000.00")


# -- who, and when


@pytest.mark.parametrize("acte", ACTES)
def test_an_act_is_for_its_body_only(client, gestionnaire_tm, secretaire, lecteur_etat, enveloppe, acte):
    etat = {Statut.INSTRUITE: "instruite", Statut.PROGRAMMEE: "programmee", Statut.RECEVABLE: "recevable"}
    trait = etat.get(REGLES[acte].depuis[0])
    operation = OperationFactory(enveloppe=enveloppe, **({trait: True} if trait else {}))
    autre_responsable = habilite(Role.RESPONSABLE, "TM")
    for personne in (
        gestionnaire_tm,
        autre_responsable,
        secretaire,
        lecteur_etat,
        habilite(Role.AUDITEUR, "DREETS_HDF"),
    ):
        client.force_login(personne)
        assert client.get(url(acte, operation)).status_code == 403
        assert client.post(url(acte, operation), {"motif": "x"}).status_code == 403


def test_a_responsable_does_not_enter_and_a_gestionnaire_does_not_decide(client, gestionnaire, responsable, enveloppe):
    deposee = OperationFactory(enveloppe=enveloppe)
    instruite = OperationFactory(enveloppe=enveloppe, instruite=True)
    client.force_login(responsable)
    assert client.get(url("recevable", deposee)).status_code == 403
    client.force_login(gestionnaire)
    assert client.get(url("programmer", instruite)).status_code == 403


def test_only_the_responsable_undoes_a_decision_and_both_record_a_withdrawal(
    client, gestionnaire, responsable, enveloppe
):
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)

    def possibles(personne):
        return {acte.nom for acte in build_actes(personne, operation).possibles}

    assert possibles(responsable) == {
        "abandonner",
        "annuler_decision",
        "conventionner",
        "deprogrammer",
        "signatures",
    }
    assert possibles(gestionnaire) == {"abandonner", "signatures"}
    assert build_actes(gestionnaire, operation).refus == [
        "Seul le responsable notifie la convention (CD62).",
        "Seul le responsable déprogramme (CD62).",
    ]
    client.force_login(gestionnaire)
    assert client.post(url("deprogrammer", operation), {"le": "2026-06-01", "motif": "x"}).status_code == 403
    assert apres(operation) == Statut.PROGRAMMEE


@pytest.mark.parametrize("acte", ["recevable", "instruire", "abandonner"])
def test_an_act_that_is_past_leads_back_to_the_operation(client, gestionnaire, enveloppe, acte):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True, statut=Statut.REFUSEE)
    client.force_login(gestionnaire)

    response = client.get(url(acte, operation))

    assert response["Location"] == operation.get_absolute_url()
    assert message(response) == "L’opération est « refusée » : cet acte est passé."


@pytest.mark.parametrize(
    ("acte", "statut", "suite"),
    [
        ("programmer", Statut.DEPOSEE, "cet acte n’est pas encore possible, la recevabilité se prononce d’abord."),
        ("refuser", Statut.RECEVABLE, "cet acte n’est pas encore possible, l’instruction se conclut d’abord."),
        ("ajourner", Statut.AJOURNEE, "cet acte n’est pas encore possible, l’instruction se reprend d’abord."),
        ("deprogrammer", Statut.INSTRUITE, "cet acte n’est pas encore possible, la programmation se décide d’abord."),
        ("programmer", Statut.PROGRAMMEE, "cet acte est passé."),
        ("deprogrammer", Statut.REFUSEE, "cet acte est passé."),
    ],
)
def test_an_act_that_is_ahead_says_what_comes_first(client, responsable, enveloppe, acte, statut, suite):
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    Operation.objects.update(statut=statut)
    client.force_login(responsable)

    assert message(client.get(url(acte, operation))) == f"L’opération est « {statut.label.lower()} » : {suite}"


def test_instruire_is_ahead_before_the_admissibility_and_behind_after(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    deposee = message(client.get(url("instruire", OperationFactory(enveloppe=enveloppe))))
    recevable = message(client.get(url("irrecevable", OperationFactory(enveloppe=enveloppe, recevable=True))))

    assert deposee.endswith("cet acte n’est pas encore possible, la recevabilité se prononce d’abord.")
    assert recevable.endswith("L’opération est « recevable » : cet acte est passé.")


def test_an_act_sent_twice_is_refused_in_words(client, responsable, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)
    client.force_login(responsable)
    client.post(url("programmer", operation), DECISION)

    response = client.post(url("programmer", operation), DECISION)

    assert "L’opération est « programmée »" in response.content.decode()
    assert Ecriture.objects.count() == 1


def test_who_once_instructed_is_not_offered_the_decision(client, enveloppe):
    personne = habilite(Role.RESPONSABLE)
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)  # by someone else, after an adjournment
    InstructionFactory(operation=operation, auteur=personne)
    client.force_login(personne)

    assert client.get(url("programmer", operation)).status_code == 403
    actes = build_actes(personne, operation)
    assert not {"programmer", "refuser", "ajourner"} & {acte.nom for acte in actes.possibles}
    assert actes.refus[0] == "Un autre responsable programme. Vous avez instruit cette opération."


def test_who_once_decided_is_not_offered_the_instruction(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)
    operation.statut = Statut.AJOURNEE
    operation.save()
    operation.decisions.create(sens="ajournee", instance="CP", decidee_le="2026-04-01", motif="M", auteur=gestionnaire)
    client.force_login(gestionnaire)

    assert client.get(url("instruire", operation)).status_code == 403
    assert build_actes(gestionnaire, operation).refus == [
        "Un autre gestionnaire instruit. Vous avez décidé sur cette opération."
    ]
