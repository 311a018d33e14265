"""The contract on screen: what its tab tells, what each act shows before it is done, writes, refuses and takes back."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse

from comptes.enums import Role
from operations.calendrier import bilans_attendus
from operations.enums import NaturePaiement, Statut
from operations.models import AvenantConvention, BilanAttendu, Convention, MiseEnSignature, Operation
from operations.services import annuler_avenant, payer, signer_avenant, suivre_signatures
from operations.services.conventions import conditions_de, convention_de
from operations.situation import compute_disponible
from tests import contrats
from tests.factories import (
    EcritureFactory,
    EnveloppeFactory,
    MouvementFactory,
    OperationFactory,
    ParametreFactory,
    TrancheFactory,
    habilite,
)

pytestmark = pytest.mark.django_db
D = Decimal
JOUR = dt.datetime(2026, 7, 8, 10, tzinfo=dt.UTC)
PLAN = {"cout_total_eligible": "1000", "ue": "600", "autofinancement": "400"}


@pytest.fixture(autouse=True)
def horloge():
    with time_machine.travel(JOUR, tick=False):
        yield


@pytest.fixture
def enveloppe(accord):
    for code, valeur in [
        ("signature_convention_heures", "144"),
        ("avance_taux", "30"),
        ("bilan_final_delai_mois", "6"),
        ("bilan_alerte_jours", "30"),
        ("bilans_jusqu_a_12_mois", "1 final"),
        ("bilans_12_24_mois", "au plus 1 intermédiaire et 1 final"),
    ]:
        ParametreFactory(accord=accord, code=code, valeur=valeur)
    return EnveloppeFactory(accord=accord, montant=D("1000.00"))


@pytest.fixture
def chef(client, responsable):
    client.force_login(responsable)
    return responsable


@pytest.fixture
def agent(client, gestionnaire):
    client.force_login(gestionnaire)
    return gestionnaire


def url(nom, operation, *suite):
    return reverse(f"operations:{nom}", args=[operation.accord.slug, operation.numero, *suite])


def simple(texte):
    return " ".join(texte.replace("\xa0", " ").replace("\u202f", " ").split())


def texte(response):
    """What a person reads of the page, without its tags."""
    return simple(re.sub(r"<[^>]+>", " ", response.content.decode().partition("<main")[2]))


def message(response):
    return simple(" ".join(str(m) for m in get_messages(response.wsgi_request)))


def erreurs(response):
    return {nom: simple(" ".join(e)) for form in response.context["formulaires"] for nom, e in lire_erreurs(form)}


def lire_erreurs(form):
    if hasattr(form, "non_form_errors"):
        return [("calendrier", form.non_form_errors())] if form.non_form_errors() else []
    return form.errors.items()


def calendrier(*lignes, initial=1):
    """What the formset sends; nothing typed: the proposal of a year, as it was shown."""
    lignes = lignes or [("final", "2026-01-01", "2026-12-31", "2027-06-30")]
    envoi = {"bilans-TOTAL_FORMS": len(lignes), "bilans-INITIAL_FORMS": initial}
    for rang, ligne in enumerate(lignes):
        noms = ("nature", "debut_le", "fin_le", "attendu_le")
        envoi |= {f"bilans-{rang}-{nom}": valeur for nom, valeur in zip(noms, ligne, strict=True)}
    return envoi


def notifier(**champs):
    return (
        PLAN
        | {
            "debut_le": "2026-01-01",
            "fin_le": "2026-12-31",
            "signee_beneficiaire_le": "2026-04-03",
            "signee_oi_le": "2026-04-04",
            "notifiee_le": "2026-04-15",
            "sans_avance": "",
            "avance_prevue": "",
        }
        | calendrier()
        | champs
    )


INITIALE = "aucun avenant n’est en vigueur"  # what the page of an amendment carries, without an earlier one
PAS_ENVOYEE = "la convention n’est pas à la signature"


def amender(**champs):
    return (
        {"vu": INITIALE, "objet": "Un lot de plus", "fin_le": "2026-12-31", "signe_le": "2026-06-01"}
        | PLAN
        | calendrier()
        | champs
    )


RETOUR = {"le": "2026-07-01", "motif": "Erreur de saisie"}


# -- the tab


def test_the_tab_says_what_comes_before_there_is_a_contract(client, agent, enveloppe):
    recevable = OperationFactory(enveloppe=enveloppe, recevable=True)
    refusee = OperationFactory(enveloppe=enveloppe, instruite=True, statut=Statut.REFUSEE)
    programmee = contrats.programmee(enveloppe, agent)

    assert "viendra après la programmation" in texte(client.get(url("convention", recevable)))
    assert "L’opération n’a pas de convention" in texte(client.get(url("convention", refusee)))
    page = texte(client.get(url("convention", programmee)))
    assert "La convention reste à signer" in page
    assert "Envoyer la convention à la signature" in page
    assert "Seul le responsable notifie la convention (CD62)." in page


def test_the_tab_tells_the_contract_its_amendments_and_its_reports(client, agent, enveloppe):
    operation = contrats.amendee(enveloppe, agent, fin=dt.date(2027, 3, 31))
    page = texte(client.get(url("convention", operation)))
    for attendu in [
        "du 1er janvier 2026 au 31 mars 2027 au 31 décembre 2026 à la signature",
        "700,00 € , 70,00 % du coût total 600,00 € à la signature",
        "attesté le 20 avril 2026 Annuler le démarrage",
        "N° 1 Un lot 1er juin 2026 31 mars 2027 au lieu du 31 déc. 2026 600,00 € 700,00 € + 100,00 €",
        "Bilan final 1er janv. 2026 au 31 mars 2027 30 sept. 2027 Attendu Reporter",
        "Rien aujourd’hui. Le bilan final est attendu le 30 septembre 2027.",
    ]:
        assert attendu in page


def test_the_end_in_force_is_the_one_read_everywhere(client, agent, chef, enveloppe):
    operation = contrats.amendee(enveloppe, agent, fin=dt.date(2027, 3, 31))
    lue = Operation.objects.for_export().get()
    assert (lue.fin_le, lue.fin_en_vigueur) == (dt.date(2026, 12, 31), dt.date(2027, 3, 31))
    assert Operation.objects.with_fin(dt.date(2026, 5, 31)).get().fin_en_vigueur == dt.date(2026, 12, 31)
    assert "1er janvier 2026 au 31 mars 2027" in texte(client.get(operation.get_absolute_url()))

    annuler_avenant(operation, auteur=chef, le=dt.date(2026, 7, 1), motif="Erreur")
    assert Operation.objects.with_fin().get().fin_en_vigueur == dt.date(2026, 12, 31)


@pytest.mark.parametrize(
    ("jour", "attendu"),
    [
        (dt.date(2026, 8, 7), "Réclamer le bilan final attendu le 7 août 2026"),  # thirty days before
        (dt.date(2026, 8, 8), "Rien aujourd’hui. Le bilan final est attendu le 8 août 2026."),
    ],
)
def test_the_tab_claims_a_report_thirty_days_before(client, agent, enveloppe, jour, attendu):
    operation = contrats.en_execution(enveloppe, agent, fin_le=dt.date(2026, 7, 1), calendrier=[_final(jour)])
    assert attendu in texte(client.get(url("convention", operation)))


def _final(attendu_le, fin_le=dt.date(2026, 7, 1)):
    return BilanAttendu(**contrats.FINAL | {"fin_le": fin_le, "attendu_le": attendu_le})


def test_the_tab_asks_for_the_advance_until_it_is_paid(client, agent, chef, enveloppe):
    operation = contrats.en_execution(enveloppe, agent, avance_prevue=D("180.00"))
    page = client.get(url("convention", operation))
    assert "Payer l’avance prévue 180,00 €" in texte(page)
    assert f'href="{url("payer", operation)}?nature=avance"' in page.content.decode()
    client.force_login(agent)
    assert "Payer l’avance prévue 180,00 €, par le responsable" in texte(client.get(url("convention", operation)))

    client.force_login(chef)
    payer(operation, auteur=chef, nature=NaturePaiement.AVANCE, montant=D("180.00"), paye_le=dt.date(2026, 5, 1))
    assert "Payer l’avance" not in texte(client.get(url("convention", operation)))


@pytest.mark.parametrize("nombre", [1, 3])
def test_the_tab_asks_a_constant_number_of_queries(client, agent, enveloppe, nombre, django_assert_num_queries):
    operation = contrats.en_execution(enveloppe, agent)
    for rang in range(nombre):
        AvenantConvention.objects.create(
            convention=convention_de(operation),
            numero=rang + 1,
            objet="Dates",
            plan=operation.plans.create(
                version="avenant", numero=rang + 1, cout_total_eligible=1000, ue=600, autofinancement=400
            ),
            plan_avant=operation.plans.first(),
            fin_le="2026-12-31",
            fin_avant_le="2026-12-31",
            signe_le="2026-06-01",
            auteur=agent,
        )
    with django_assert_num_queries(18):
        client.get(url("convention", operation))


# -- signatures


def test_a_contract_is_followed_at_its_parties(client, agent, enveloppe):
    operation = contrats.programmee(enveloppe, agent)
    envoi = {"envoyee_le": "2026-07-01", "signee_beneficiaire_le": "", "signee_oi_le": "", "vu": PAS_ENVOYEE}

    assert message(client.post(url("signatures", operation), envoi)).endswith("Les deux signatures sont attendues.")
    page = texte(client.get(url("convention", operation)))
    assert "Recueillir les deux signatures depuis le 7 juillet 2026" in page  # six days after the sending
    assert "aucune des deux parties n’avait signé le 7 juillet 2026. Relancez" in page
    envoi["vu"] = client.get(url("signatures", operation)).context["form"].initial["vu"]
    response = client.post(url("signatures", operation), envoi | {"signee_beneficiaire_le": "2026-07-02"})
    assert message(response).endswith("Signature du bénéficiaire enregistrée. Celle de l’organisme est attendue.")
    page = texte(client.get(url("convention", operation)))
    assert "Recueillir la signature de l’organisme au plus tard le 8 juillet 2026" in page

    with time_machine.travel(JOUR + dt.timedelta(days=1)):
        client.force_login(agent)
        page = texte(client.get(url("convention", operation)))
    assert "l’autre signature était attendue au plus tard le 8 juillet 2026. Relancez" in page

    assert client.post(url("retirer_signature", operation), RETOUR | {"le": "2026-07-03"}).status_code == 302
    assert not MiseEnSignature.objects.en_cours().exists()


def test_a_signature_before_its_sending_is_refused(client, agent, enveloppe):
    operation = contrats.programmee(enveloppe, agent)
    response = client.post(url("signatures", operation), {"envoyee_le": "2026-07-02", "signee_oi_le": "2026-07-01"})
    assert erreurs(response) == {"signee_oi_le": "Choisissez une date à partir de l’envoi à la signature."}


def test_a_signature_recorded_meanwhile_is_not_wiped(client, agent, enveloppe):
    operation = contrats.en_signature(enveloppe, agent)
    ouverte = client.get(url("signatures", operation)).context["form"].initial["vu"]
    suivre_signatures(
        operation, auteur=agent, envoyee_le=dt.date(2026, 4, 2), signee_beneficiaire_le=dt.date(2026, 4, 3)
    )

    saisie = {"envoyee_le": "2026-04-02", "signee_beneficiaire_le": "", "signee_oi_le": "2026-04-04", "vu": ouverte}
    refusee = client.post(url("signatures", operation), saisie)
    assert erreurs(refusee)["__all__"] == (
        "Ces dates ont changé depuis que vous les avez ouvertes. Aujourd’hui : envoyée le 2 avril 2026, signée par le "
        "bénéficiaire le 3 avril 2026."
    )
    assert MiseEnSignature.objects.get().signee_beneficiaire_le == dt.date(2026, 4, 3)

    relu = saisie | {"signee_beneficiaire_le": "2026-04-03", "vu": refusee.context["form"]["vu"].value()}
    assert client.post(url("signatures", operation), relu).status_code == 302
    assert MiseEnSignature.objects.get().est_signee


# -- the contract


def test_a_contract_starts_from_the_instructed_plan_and_the_signatures(client, chef, enveloppe):
    operation = contrats.en_signature(
        enveloppe, chef, signee_beneficiaire_le=dt.date(2026, 4, 3), signee_oi_le=dt.date(2026, 4, 4)
    )
    response = client.get(url("conventionner", operation))
    page = texte(response)
    assert "La convention porte au plus les 600,00 € programmés." in page
    assert "les bilans attendus par l’accord sont : 1 bilan final." in page
    form = response.context["convention"]
    assert [form[nom].value() for nom in ("signee_beneficiaire_le", "signee_oi_le")] == [
        dt.date(2026, 4, 3),
        dt.date(2026, 4, 4),
    ]
    assert form.initial["avance_prevue"] == D("180.00")  # 30 % of 600
    assert [form.initial for form in response.context["calendrier"].initial_forms] == [contrats.FINAL]


def test_a_contract_is_notified(client, chef, enveloppe):
    operation = contrats.en_signature(enveloppe, chef)
    response = client.post(url("conventionner", operation), notifier(ue="500", autofinancement="500"))

    assert response["Location"] == url("convention", operation)
    assert message(response).startswith("Convention notifiée à 500,00 €.")
    operation.refresh_from_db()
    convention = convention_de(operation)
    assert (operation.statut, convention.plan.ue, convention.avance_prevue) == (
        Statut.CONVENTIONNEE,
        D("500.00"),
        D("150.00"),
    )
    assert [x.ligne.attendu_le for x in bilans_attendus(operation)] == [dt.date(2027, 6, 30)]
    assert convention.mise_en_signature
    assert compute_disponible(enveloppe) == D("400.00")  # what is programmed stays until the settlement


@pytest.mark.parametrize(
    ("champs", "champ", "refus"),
    [
        (
            {"ue": "600,01", "autofinancement": "399,99"},
            "ue",
            "La convention dépasse de 0,01 € le montant programmé (600,00 €). Ramenez-la à ce montant, ou faites-la "
            "reprogrammer.",
        ),
        ({"autofinancement": "399"}, "autofinancement", "Il manque 1,00 €"),
        ({"signee_oi_le": ""}, "signee_oi_le", "Donnez la date de cette signature : les deux parties signent."),
        ({"notifiee_le": "2026-03-31"}, "notifiee_le", "Choisissez une date à partir du 1er avril 2026"),
        ({"notifiee_le": "2026-04-03"}, "__all__", "La notification ne précède pas les signatures."),
        ({"avance_prevue": "180,01"}, "avance_prevue", "L’avance ne dépasse pas 30,00 % du montant européen, soit 180"),
        ({"sans_avance": "collectivite", "avance_prevue": "1"}, "avance_prevue", "n’a pas d’avance"),
        (calendrier(("", "", "", "")), "calendrier", "un bilan final et un seul"),
        (
            calendrier(
                ("intermediaire", "2026-01-01", "2026-06-30", "2026-12-31"),
                ("final", "2026-07-01", "2026-12-31", "2027-06-30"),
            ),
            "calendrier",
            "demande 1 final : le calendrier compte 1 intermédiaire et 1 final. Retirez un bilan intermédiaire.",
        ),
        (calendrier(("final", "2026-01-01", "2026-12-31", "2027-07-01")), "calendrier", "au plus tard le 30 juin 2027"),
    ],
)
def test_a_contract_is_refused_beside_its_field(client, chef, enveloppe, champs, champ, refus):
    operation = contrats.programmee(enveloppe, chef)
    response = client.post(url("conventionner", operation), notifier(**champs))
    assert refus in erreurs(response)[champ]
    assert not Convention.objects.exists()


def test_a_contract_says_that_it_is_state_aid(client, chef, enveloppe):
    operation = contrats.programmee(enveloppe, chef)
    client.post(url("conventionner", operation), notifier(est_aide_etat="on"))
    assert convention_de(operation).est_aide_etat


def test_a_category_without_advance_has_none(client, chef, enveloppe):
    operation = contrats.programmee(enveloppe, chef)
    client.post(url("conventionner", operation), notifier(sans_avance="collectivite"))
    assert convention_de(operation).avance_prevue == 0
    # the next contract of the same beneficiary starts from it
    suivante = contrats.programmee(enveloppe, chef, structure=operation.structure, ue=D("100.00"))
    form = client.get(url("conventionner", suivante)).context["convention"]
    assert (form.initial["sans_avance"], form.initial["avance_prevue"]) == ("collectivite", 0)


def test_the_effect_of_a_contract_is_seen_before_and_nothing_is_written(client, chef, enveloppe):
    operation = contrats.programmee(enveloppe, chef)
    response = client.post(
        url("conventionner", operation), notifier(ue="500", autofinancement="500", fin_le="2027-12-31", voir="oui")
    )
    page = texte(response)
    assert "Conventionné 500,00 € Différence 100,00 €, gardés programmés jusqu’au solde" in page
    assert "Avance prévue 150,00 €" in page
    # the calendar nobody touched follows the period that was typed
    assert [form.initial["nature"] for form in response.context["calendrier"].initial_forms] == [
        "intermediaire",
        "final",
    ]
    assert not Convention.objects.exists()
    refusee = client.post(url("conventionner", operation), notifier(ue="601", autofinancement="399", voir="oui"))
    assert "dépasse de 1,00 €" in erreurs(refusee)["ue"]


def test_a_contract_handed_back(client, chef, enveloppe):
    operation = contrats.conventionnee(enveloppe, chef)
    vide = client.post(url("annuler_convention", operation), {"le": "2026-07-01", "motif": " "})
    assert erreurs(vide) == {"motif": "Donnez le motif de l’annulation."}
    response = client.post(url("annuler_convention", operation), RETOUR)
    assert message(response) == "Convention annulée. L’opération est de nouveau programmée."
    operation.refresh_from_db()
    assert operation.statut == Statut.PROGRAMMEE


# -- the start


def test_an_operation_starts_with_its_certificate(client, agent, enveloppe):
    operation = contrats.conventionnee(enveloppe, agent)
    assert erreurs(client.post(url("demarrer", operation), {"atteste_le": ""})) == {
        "atteste_le": "Indiquez la date de l’attestation de démarrage."
    }
    client.post(url("demarrer", operation), {"atteste_le": "2026-04-20"})
    operation.refresh_from_db()
    assert operation.statut == Statut.EN_EXECUTION

    client.post(url("annuler_demarrage", operation), RETOUR)
    operation.refresh_from_db()
    assert operation.statut == Statut.CONVENTIONNEE


def test_a_start_stays_once_money_was_paid(client, agent, enveloppe):
    operation = contrats.en_execution(enveloppe, agent)
    payer(
        operation,
        auteur=agent,
        nature=NaturePaiement.AVANCE,
        montant=D("180.00"),
        paye_le=dt.date(2026, 5, 1),
        depassement_vu=D("180.00"),
    )
    response = client.post(url("annuler_demarrage", operation), RETOUR)
    assert "Un paiement est enregistré : annulez-le d’abord." in texte(response)


def test_a_contract_entered_again_starts_from_the_one_that_was_undone(client, chef, enveloppe):
    operation = contrats.conventionnee(enveloppe, chef, signee_beneficiaire_le=dt.date(2026, 4, 3))
    client.post(url("annuler_convention", operation), RETOUR)
    initial = client.get(url("conventionner", operation)).context["convention"].initial
    assert initial["signee_beneficiaire_le"] == dt.date(2026, 4, 3)


# -- amendments


def test_the_effect_of_an_amendment_on_the_envelope_and_the_tranche_is_seen_before(client, chef, accord, enveloppe):
    tranche = TrancheFactory(enveloppe=enveloppe)
    MouvementFactory(enveloppe=enveloppe, tranche=tranche, montant=D("700.00"))
    operation = contrats.en_execution(enveloppe, chef)
    EcritureFactory(operation=operation, tranche=tranche, montant=D("0.01"))

    response = client.post(
        url("avenant", operation),
        amender(ue="700", autofinancement="300", fin_le="2027-01-31", objet="Un lot", voir="oui"),
    )

    page = texte(response)
    for attendu in [
        "Autofinancement 400,00 € 300,00 € −100,00 €",
        "Fin de la période 31 décembre 2026 31 janvier 2027 31 jours plus tard",
        "1 099,99 € 999,99 €",  # what the envelope has left
        "699,99 € 599,99 €",  # what the tranche has left
    ]:
        assert attendu in page
    assert not AvenantConvention.objects.exists()
    assert [form.initial["fin_le"] for form in response.context["calendrier"].initial_forms] == [dt.date(2027, 1, 31)]


def test_an_amendment_is_signed(client, chef, enveloppe):
    operation = contrats.en_execution(enveloppe, chef)
    response = client.post(url("avenant", operation), amender(ue="700", autofinancement="300"))
    assert message(response) == "Avenant signé. La convention porte 700,00 €."
    assert conditions_de(convention_de(operation)).plan.ue == D("700.00")
    assert compute_disponible(enveloppe) == D("300.00")


def test_an_amendment_prepared_before_another_one_is_shown_again(client, chef, enveloppe):
    operation = contrats.en_execution(enveloppe, chef)
    ouverte = client.get(url("avenant", operation)).context["avenant"].initial["vu"]
    signer_avenant(
        operation,
        auteur=chef,
        plan=contrats.plan("700.00"),
        objet="Un lot",
        fin_le=dt.date(2026, 12, 31),
        signe_le=dt.date(2026, 5, 20),
    )

    saisie = amender(fin_le="2027-01-31", vu=ouverte)  # the plan of 600,00 € that the page showed
    refusee = client.post(url("avenant", operation), saisie)
    assert "l’avenant n° 1 du 20 mai 2026 est en vigueur" in erreurs(refusee)["__all__"]
    assert conditions_de(convention_de(operation)).plan.ue == D("700.00")

    client.post(url("avenant", operation), saisie | {"vu": refusee.context["avenant"]["vu"].value()})
    assert conditions_de(convention_de(operation)).plan.ue == D("600.00")  # knowingly


def test_an_amendment_above_the_envelope_is_shown_then_ticked(client, chef, enveloppe):
    operation = contrats.en_execution(enveloppe, chef)
    saisie = amender(cout_total_eligible="2000", ue="1000,01", autofinancement="999,99")

    vue = client.post(url("avenant", operation), saisie | {"voir": "oui"})
    assert "Je confirme un dépassement de 0,01 €" in texte(vue)
    refusee = client.post(url("avenant", operation), saisie)
    assert "Confirmez le dépassement pour l’enregistrer." in texte(refusee)
    assert not AvenantConvention.objects.exists()

    # someone programmes meanwhile: the excess that was ticked is too small
    EcritureFactory(operation=OperationFactory(enveloppe=enveloppe), montant=D("10.00"))
    coche = saisie | {"confirmer": "on", "depassement": "0.01"}
    response = client.post(url("avenant", operation), coche)
    assert "Je confirme un dépassement de 10,01 €" in texte(response)
    assert 'value="10.01"' in response.content.decode()

    client.post(url("avenant", operation), saisie | {"confirmer": "on", "depassement": "10.01"})
    assert AvenantConvention.objects.get().depassement_accepte == D("10.01")


@pytest.mark.parametrize(
    ("champs", "champ", "refus"),
    [
        ({"ue": "179,99", "autofinancement": "820,01"}, "ue", "sous ce qui est déjà retenu ou payé (180,00 €)"),
        ({"objet": ""}, "objet", "Dites l’objet de l’avenant."),
        ({"fin_le": "2025-12-31"}, "fin_le", "ne précède ni son début, ni la fin d’un bilan déposé"),
        ({"signe_le": "2026-04-14"}, "signe_le", "à partir du 15 avril 2026"),
    ],
)
def test_an_amendment_is_refused_beside_its_field(client, chef, enveloppe, champs, champ, refus):
    operation = contrats.en_execution(enveloppe, chef)
    payer(
        operation,
        auteur=chef,
        nature=NaturePaiement.AVANCE,
        montant=D("180.00"),
        paye_le=dt.date(2026, 5, 1),
        depassement_vu=D("180.00"),
    )
    response = client.post(url("avenant", operation), amender(**champs))
    assert refus in erreurs(response)[champ]
    assert not AvenantConvention.objects.exists()


def test_the_last_amendment_is_handed_back(client, chef, enveloppe):
    operation = contrats.amendee(enveloppe, chef)
    page = client.get(url("annuler_avenant", operation))
    assert "Annuler l’avenant n° 1" in texte(page)
    assert "Rendu 100,00 €" in texte(page)
    client.post(url("annuler_avenant", operation), RETOUR)
    assert conditions_de(convention_de(operation)).plan.ue == D("600.00")
    assert "Annulé le 1er juillet 2026" in texte(client.get(url("convention", operation)))


def test_an_amendment_that_pays_for_a_payment_stays(client, chef, enveloppe):
    operation = contrats.amendee(enveloppe, chef)
    payer(
        operation,
        auteur=chef,
        nature=NaturePaiement.AVANCE,
        montant=D("600.01"),
        paye_le=dt.date(2026, 6, 2),
        depassement_vu=D("600.01"),
    )
    response = client.post(url("annuler_avenant", operation), RETOUR)
    assert "descendrait sous ce qui est déjà déclaré, retenu ou payé (600,01 €)" in texte(response)


def test_handing_back_a_reduction_asks_before_going_above_the_envelope(client, chef, enveloppe):
    operation = contrats.amendee(enveloppe, chef, ue="500.00")
    EcritureFactory(operation=OperationFactory(enveloppe=enveloppe), montant=D("450.00"))
    response = client.post(url("annuler_avenant", operation), RETOUR)
    assert "Je confirme un dépassement de 50,00 €" in texte(response)
    client.post(url("annuler_avenant", operation), RETOUR | {"confirmer": "on", "depassement": "50.00"})
    assert compute_disponible(enveloppe) == D("-50.00")


# -- the end before term


def test_an_end_before_term_is_confirmed_with_its_amount(client, chef, enveloppe):
    operation = contrats.en_execution(enveloppe, chef)
    payer(
        operation,
        auteur=chef,
        nature=NaturePaiement.AVANCE,
        montant=D("180.00"),
        paye_le=dt.date(2026, 5, 1),
        depassement_vu=D("180.00"),
    )
    saisie = {"le": "2026-06-01", "ue_conserve": "100", "motif": "Liquidation"}

    sans_case = client.post(url("resilier", operation), saisie)
    assert erreurs(sans_case) == {"confirmer": "Cochez cette case pour confirmer la résiliation."}
    assert "500,00 € redeviennent disponibles" in texte(sans_case)
    sans_motif = client.post(url("resilier", operation), saisie | {"motif": " ", "confirmer": "on"})
    assert erreurs(sans_motif) == {"motif": "Donnez le motif de la résiliation."}
    trop = client.post(
        url("resilier", operation), saisie | {"ue_conserve": "180,01", "confirmer": "on", "vu": "419.99"}
    )
    assert "Le bénéficiaire a reçu 180,00 €" in erreurs(trop)["ue_conserve"]

    # ticked for what the page said before the amount was typed
    perimee = client.post(url("resilier", operation), saisie | {"confirmer": "on", "vu": "420.00"})
    assert erreurs(perimee)["__all__"].startswith("La résiliation libère 500,00 €. Relisez son effet")
    assert not perimee.context["form"]["confirmer"].value()
    assert compute_disponible(enveloppe) == D("400.00")
    assert {f["vu"].value() for f in (sans_case.context["form"], perimee.context["form"])} == {"500.00"}

    response = client.post(url("resilier", operation), saisie | {"confirmer": "on", "vu": "500.00"})
    assert message(response) == "Convention résiliée. 500,00 € redeviennent disponibles sur l’enveloppe."
    assert compute_disponible(enveloppe) == D("900.00")
    assert "100,00 € conservés" in texte(client.get(url("convention", operation)))


def test_an_end_is_handed_back(client, chef, enveloppe):
    operation = contrats.resiliee(enveloppe, chef)
    EcritureFactory(operation=OperationFactory(enveloppe=enveloppe), montant=D("500.00"))
    assert "Je confirme un dépassement de 100,00 €" in texte(client.get(url("annuler_resiliation", operation)))
    client.post(url("annuler_resiliation", operation), RETOUR | {"confirmer": "on", "depassement": "100.00"})
    operation.refresh_from_db()
    assert operation.statut == Statut.EN_EXECUTION


# -- a report put off


def test_a_report_is_put_off(client, agent, enveloppe):
    operation = contrats.en_execution(enveloppe, agent)
    ligne = bilans_attendus(operation)[0].ligne
    page = url("bilan_reporter", operation, ligne.pk)
    assert erreurs(client.post(page, {"attendu_le": "2027-09-30"})) == {"motif": "Donnez le motif du report."}
    response = client.post(page, {"attendu_le": "2027-09-30", "motif": "Expert-comptable absent"})
    assert message(response) == "Bilan reporté au 30 septembre 2027."
    tableau = texte(client.get(url("convention", operation)))
    assert "30 sept. 2027 reporté, 30 juin 2027 à la convention" in tableau


def test_a_line_of_another_operation_is_unknown(client, agent, enveloppe):
    une, autre = contrats.en_execution(enveloppe, agent), contrats.programmee(enveloppe, agent, ue=D("10.00"))
    ligne = bilans_attendus(une)[0].ligne
    assert client.get(url("bilan_reporter", autre, ligne.pk)).status_code == 404


# -- who


@pytest.mark.parametrize("etat", ["programmee", "conventionnee", "en_execution", "amendee", "resiliee"])
def test_undos_stand_on_the_tab_for_who_may_and_never_at_its_head(client, enveloppe, etat):
    chef, lecteur = habilite(Role.RESPONSABLE), habilite(Role.LECTEUR_ETAT)
    operation = getattr(contrats, etat)(enveloppe, chef)
    client.force_login(lecteur)
    assert client.get(url("convention", operation)).context["retours"] == {}
    client.force_login(chef)
    response = client.get(url("convention", operation))
    en_tete = {acte.nom for acte in response.context["actes"].possibles}
    assert not en_tete & set(response.context["retours"])
    for adresse in response.context["retours"].values():
        assert client.get(adresse).status_code == 200
