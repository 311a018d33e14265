"""The pages of the money paid, taken back and certified, and of the closing."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from comptes.enums import Role
from comptes.journal import journal_de
from operations.actes import build_actes
from operations.echeances import lire_delai, lire_echeances
from operations.enums import NatureBilan, NatureEcriture, NaturePaiement, Statut
from operations.forms.appels_fonds import PAR_APPEL
from operations.historique import dire_lignes
from operations.models import AppelFonds, Operation, Paiement
from operations.services import annuler_paiement, certifier, recouvrer, rejeter_ligne, resilier_operation
from operations.services.grand_livre import soldes
from operations.situation import compute_disponible
from tests.factories import (
    EcritureFactory,
    EnveloppeFactory,
    OperationFactory,
    ParametreFactory,
    UtilisateurFactory,
    habilite,
)
from tests.vie import deposer, mener, verser

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def enveloppe(accord):
    ParametreFactory(accord=accord, code="paiement_delai_jours", valeur="80")
    ParametreFactory(accord=accord, code="conservation_annees", valeur="5")
    ParametreFactory(accord=accord, code="conservation_aide_etat_annees", valeur="10")
    return EnveloppeFactory(accord=accord)


def url(nom, *objets, **requete):
    adresse = reverse(f"operations:{nom}", args=["essai-2021-2027", *objets])
    return adresse + ("?" + "&".join(f"{c}={v}" for c, v in requete.items()) if requete else "")


def texte(reponse) -> str:
    return reponse.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def echeances(operation):
    suivie = Operation.objects.with_soldes().get(pk=operation.pk)
    return lire_echeances([suivie], lire_delai(operation.accord, dt.date(2026, 9, 1)))[operation.pk]


# -- the clock


def test_the_clock_runs_from_the_filing_and_stops_when_the_report_is_paid(enveloppe):
    operation, auteur = mener(enveloppe, Statut.EN_EXECUTION), UtilisateurFactory()
    deposer(operation, auteur, "100.00", conclu_le=None)

    (seule,) = echeances(operation)
    assert (seule.retenu, seule.du, seule.limite) == (None, D("0.00"), dt.date(2026, 9, 28))
    assert seule.dire(dt.date(2026, 9, 28)) == ("propose", "À payer aujourd’hui")
    assert not seule.est_en_retard(dt.date(2026, 9, 28))
    assert seule.dire(dt.date(2026, 9, 29)) == ("refusee", "En retard de 1\xa0jour")
    assert seule.est_en_retard(dt.date(2026, 9, 29))


def test_payments_settle_the_oldest_report_first(enveloppe):
    operation, auteur = mener(enveloppe, Statut.EN_EXECUTION), UtilisateurFactory()
    deposer(operation, auteur, "100.00", mois=(1, 2), le=dt.date(2026, 7, 1))
    deposer(operation, auteur, "200.00", mois=(3, 6), le=dt.date(2026, 7, 20), conclu_le=dt.date(2026, 8, 2))
    verser(operation, auteur, NaturePaiement.AVANCE, "70.00", "2026-08-03")

    premier, second = echeances(operation)
    assert (premier.retenu, premier.du, premier.court) == (D("60.00"), D("0.00"), False)
    assert (second.retenu, second.du, second.limite) == (D("120.00"), D("110.00"), dt.date(2026, 10, 8))
    verser(operation, auteur, NaturePaiement.ACOMPTE, "110.00", "2026-08-04")
    assert [e.dire(dt.date(2027, 1, 1)) for e in echeances(operation)] == [("signe", "Payé")] * 2


def test_without_a_delay_in_the_agreement_nothing_is_late(accord):
    operation = mener(EnveloppeFactory(accord=accord), Statut.ACHEVEE)
    (seule,) = echeances(operation)
    assert (seule.limite, seule.est_en_retard(dt.date(2030, 1, 1))) == (None, False)


# -- the tab


def test_the_tab_says_what_is_due_the_advance_and_the_certification(client, enveloppe, lecteur_etat):
    operation = mener(enveloppe, Statut.ACHEVEE)
    client.force_login(lecteur_etat)

    reponse = client.get(url("paiements", operation.numero))

    contexte = reponse.context
    assert (contexte["du"], contexte["a_retirer"]) == (D("240.00"), D("0.00"))
    assert contexte["avance"] == {
        "prevue": D("180.00"),
        "versee": D("0.00"),
        "reprise": D("0.00"),
        "reste": D("180.00"),
    }
    page = texte(reponse)
    assert "240,00 € à payer" in page
    assert "Annuler<" not in page  # a reader undoes nothing


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_tab_has_a_constant_number_of_queries(
    client, enveloppe, responsable, item_count, django_assert_num_queries
):
    operation, auteur = mener(enveloppe, Statut.EN_EXECUTION), UtilisateurFactory()
    for rang in range(item_count):
        deposer(operation, auteur, "10.00", mois=(1 + rang, 1 + rang), le=dt.date(2026, 7, 1 + rang))
        verser(operation, auteur, NaturePaiement.ACOMPTE, "1.00", "2026-08-03")
    client.force_login(responsable)
    with django_assert_num_queries(22):
        reponse = client.get(url("paiements", operation.numero))
    assert len(reponse.context["paiements"]) == len(reponse.context["echeances"]) == item_count


def test_who_may_not_read_the_batches_is_given_no_link_to_them(client, enveloppe):
    operation = mener(enveloppe, Statut.SOLDEE)
    plie = habilite(Role.PLIE)
    operation.structure.organisme = plie.habilitations.get().organisme
    operation.structure.save()
    client.force_login(plie)

    page = client.get(url("paiements", operation.numero))
    assert "Certifiée" in texte(page)
    assert url("fonds") not in page.content.decode()
    assert client.get(url("fonds")).status_code == 403


# -- pay


def test_paying_comes_first_while_something_is_due_and_recovering_once_something_is_paid(enveloppe, responsable):
    operation = mener(enveloppe, Statut.EN_EXECUTION)

    def actes():
        lus = build_actes(responsable, operation)
        return lus.principal and lus.principal.nom, [acte.nom for acte in lus.autres]

    assert actes() == (None, ["payer", "avenant", "resilier"])
    deposer(operation, responsable, "100.00")
    assert actes() == ("payer", ["avenant", "resilier"])
    verser(operation, responsable, NaturePaiement.ACOMPTE, "60.00", "2026-08-03")
    assert actes() == (None, ["payer", "avenant"])
    assert [acte.nom for acte in build_actes(responsable, operation).menu] == ["resilier", "recouvrer"]


@pytest.mark.parametrize(
    ("prevue", "propose", "pourquoi"),
    [
        ("0.00", False, "La convention ne prévoit pas d’avance."),
        ("180.00", True, "Verser l’avance"),
    ],
)
def test_an_advance_is_offered_where_one_is_planned(client, enveloppe, responsable, prevue, propose, pourquoi):
    operation = mener(enveloppe, Statut.EN_EXECUTION, avance_prevue=prevue)
    client.force_login(responsable)

    page = client.get(url("paiements", operation.numero))

    assert (url("payer", operation.numero, nature="avance") in page.content.decode()) is propose
    assert pourquoi in texte(page)
    assert "Dépasser l’avance" not in texte(page)
    with pytest.raises(ValidationError, match="Rien n’est encore retenu"):
        verser(operation, responsable, NaturePaiement.ACOMPTE, "1.00", "2026-09-02")


def test_the_tab_offers_no_payment_when_nothing_is_due_and_says_why(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.ACHEVEE)
    verser(operation, responsable, NaturePaiement.SOLDE, "240.00", "2026-09-01")
    client.force_login(responsable)

    page = client.get(url("paiements", operation.numero))

    pourquoi = "Rien n’est à payer : ce qui est retenu est déjà payé."
    assert url("payer", operation.numero) not in page.content.decode()
    assert pourquoi in texte(page)
    assert pourquoi in texte(client.get(url("payer", operation.numero), follow=True))
    with pytest.raises(ValidationError) as refus:
        verser(operation, responsable, NaturePaiement.ACOMPTE, "1.00", "2026-09-02")
    assert refus.value.code == "retenu"
    assert refus.value.message.replace("\xa0", " ") == pourquoi


def test_once_the_planned_advance_is_paid_only_a_larger_one_is_offered(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.EN_EXECUTION)
    verser(operation, responsable, NaturePaiement.AVANCE, "180.00", "2026-05-01")
    assert "payer" not in [acte.nom for acte in build_actes(responsable, operation).possibles]
    client.force_login(responsable)
    page = texte(client.get(url("paiements", operation.numero)))
    assert "Dépasser l’avance prévue" in page
    assert "Verser l’avance" not in page

    verser(operation, responsable, NaturePaiement.AVANCE, "420.00", "2026-05-02", depassement_vu=D("420.00"))
    page = client.get(url("paiements", operation.numero))
    assert "Dépasser l’avance prévue" not in texte(page)
    assert "Le montant conventionné est déjà payé en entier." in texte(page)
    assert url("payer", operation.numero) not in page.content.decode()


def test_the_tab_says_why_a_line_is_not_undone_in_the_words_of_the_service(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.EN_EXECUTION)
    avance = verser(operation, responsable, NaturePaiement.AVANCE, "80.00", "2026-05-01")
    dernier = recouvrer(
        operation, auteur=responsable, montant=D("30.00"), paye_le=dt.date(2026, 6, 1), motif="Trop versé"
    )
    client.force_login(responsable)

    page = client.get(url("paiements", operation.numero))

    pourquoi = "Une ligne plus récente en dépend : annulez d’abord celle du 1er juin 2026, 30,00 €."
    assert pourquoi in texte(page)
    assert url("paiement_annuler", operation.numero, avance.pk) not in page.content.decode()
    assert url("paiement_annuler", operation.numero, dernier.pk) in page.content.decode()
    assert pourquoi in texte(client.get(url("paiement_annuler", operation.numero, avance.pk), follow=True))
    with pytest.raises(ValidationError) as refus:
        annuler_paiement(avance, auteur=responsable, le=dt.date(2026, 6, 2), motif="Erreur")
    assert refus.value.message.replace("\xa0", " ").replace("\u202f", " ") == pourquoi


def test_a_settled_or_terminated_operation_offers_to_undo_no_payment(client, enveloppe, responsable):
    soldee, resiliee = mener(enveloppe, Statut.SOLDEE), mener(enveloppe, Statut.EN_EXECUTION)
    verser(resiliee, responsable, NaturePaiement.AVANCE, "80.00", "2026-05-01")
    resilier_operation(
        resiliee, auteur=responsable, le=dt.date(2026, 6, 1), motif="Liquidation", ue_conserve=D("80.00")
    )
    client.force_login(responsable)
    for operation, pourquoi in [
        (soldee, "Le solde en tient compte : annulez d’abord le solde."),
        (resiliee, "Le montant conservé à la résiliation tient compte de ce paiement."),
    ]:
        page = client.get(url("paiements", operation.numero))
        assert pourquoi in texte(page)
        assert "/annuler/" not in page.content.decode()
    assert "recouvrer" not in [acte.nom for acte in build_actes(responsable, resiliee).possibles]


def test_a_finished_operation_is_paid_before_it_is_settled(enveloppe, responsable):
    operation = mener(enveloppe, Statut.ACHEVEE)
    assert build_actes(responsable, operation).principal.nom == "payer"
    verser(operation, responsable, NaturePaiement.SOLDE, "240.00", "2026-09-01")
    assert build_actes(responsable, operation).principal.nom == "solder"


def fermees(page) -> list[str]:
    """The natures of payment that cannot be chosen."""
    radios = re.findall(r'<input type="radio"[^>]*>', page.content.decode())
    return [re.search(r'value="(\w+)"', radio)[1] for radio in radios if " disabled" in radio]


def test_paying_says_the_most_before_and_proposes_what_is_due(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.ACHEVEE)
    client.force_login(responsable)

    page = client.get(url("payer", operation.numero))
    form = page.context["form"]
    assert (form.initial["nature"], form.initial["montant"]) == (NaturePaiement.SOLDE, D("240.00"))
    assert form.initial["demande_le"] == dt.date(2026, 7, 10)
    assert "Solde : 240,00 € au plus" in texte(page)

    envoi = {"nature": "solde", "montant": "240,01", "paye_le": "2026-09-01", "demande_le": "2026-07-10"}
    refus = client.post(url("payer", operation.numero), envoi)
    assert "Ce qui est retenu et pas encore payé s’élève à 240,00 €." in texte(refus)
    assert not operation.paiements.exists()

    reponse = client.post(url("payer", operation.numero), envoi | {"montant": "240", "reference": "M-12"})
    assert reponse["Location"] == url("paiements", operation.numero)
    paiement = operation.paiements.get()
    assert (paiement.montant, paiement.reference, paiement.demande_le) == (D("240.00"), "M-12", dt.date(2026, 7, 10))
    assert "Payé en 53 jours" in texte(client.get(reponse["Location"]))


def test_the_advance_of_the_contract_is_proposed(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.EN_EXECUTION)
    verser(operation, responsable, NaturePaiement.AVANCE, "80.00", "2026-05-01")
    client.force_login(responsable)

    form = client.get(url("payer", operation.numero)).context["form"]

    assert (form.initial["nature"], form.initial["montant"]) == (NaturePaiement.AVANCE, D("100.00"))


def test_an_advance_above_the_planned_one_is_shown_and_ticked(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.EN_EXECUTION)
    annulee = verser(operation, responsable, NaturePaiement.AVANCE, "60.00", "2026-05-01")
    annuler_paiement(annulee, auteur=responsable, le=dt.date(2026, 5, 2), motif="Doublon")
    verser(operation, responsable, NaturePaiement.AVANCE, "80.00", "2026-05-01")
    client.force_login(responsable)
    adresse = url("payer", operation.numero)
    envoi = {"nature": "avance", "montant": "150", "paye_le": "2026-06-01"}

    assert "Avance : 100,00 € au plus" in texte(client.get(adresse))
    refus = client.post(adresse, envoi | {"confirmer": "on"})  # nothing was shown yet
    assert "Ce paiement dépasse l’avance prévue de 50,00 €." in texte(refus)
    assert refus.context["form"]["depassement"].value() == "50.00"
    # what was ticked for another excess does not hold
    client.post(adresse, envoi | {"confirmer": "on", "depassement": "49.99"})
    client.post(adresse, envoi | {"depassement": "50.00"})
    assert soldes(operation)[NatureEcriture.PAYE] == D("80.00")
    # never above the contract, whatever is ticked
    trop = client.post(adresse, envoi | {"montant": "520,01", "confirmer": "on", "depassement": "420.01"})
    assert "Il reste 520,00 € à payer sur la convention." in texte(trop)
    assert "Je confirme" not in texte(trop)

    client.post(adresse, envoi | {"confirmer": "on", "depassement": "50.00"})
    assert soldes(operation)[NatureEcriture.PAYE] == D("230.00")
    page = client.get(adresse)
    assert "Avance : rien de plus n’est prévu par la convention, un dépassement se confirme" in texte(page)
    assert "Acompte : rien de retenu n’est à payer" in texte(page)
    assert fermees(page) == ["acompte"]  # the advance is all that is left to pay
    deposer(operation, responsable, "500.00")
    page = client.get(adresse, {"nature": "avance"})
    assert fermees(page) == ["avance"]
    assert page.context["form"].initial["nature"] == NaturePaiement.ACOMPTE


def test_the_service_refuses_an_advance_above_the_planned_one_with_its_excess(enveloppe, responsable):
    operation = mener(enveloppe, Statut.EN_EXECUTION)
    with pytest.raises(ValidationError) as refus:
        verser(operation, responsable, NaturePaiement.AVANCE, "180.01", "2026-05-01")
    assert (refus.value.code, refus.value.params["depassement"]) == ("avance", D("0.01"))
    assert not operation.paiements.exists()
    verser(operation, responsable, NaturePaiement.AVANCE, "180.01", "2026-05-01", depassement_vu=D("0.01"))
    ligne = journal_de(operation).filter(acte="payee").get()
    assert "au-delà de l’avance prévue" in str(dire_lignes([ligne]))


def test_a_request_after_its_payment_is_refused(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.ACHEVEE)
    client.force_login(responsable)
    envoi = {"nature": "solde", "montant": "1", "paye_le": "2026-09-01", "demande_le": "2026-09-02"}
    assert client.post(url("payer", operation.numero), envoi).context["form"].errors["demande_le"]


# -- recover, undo


def test_recovering_after_the_settlement_asks_for_a_confirmation_and_says_what_follows(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.SOLDEE)
    client.force_login(responsable)
    envoi = {"montant": "40", "paye_le": "2026-10-01", "motif": "Audit"}

    assert client.post(url("recouvrer", operation.numero), envoi).context["form"].errors["confirmer"]
    reponse = client.post(url("recouvrer", operation.numero), envoi | {"confirmer": "on"}, follow=True)

    tenu = soldes(operation)
    assert (tenu["programme"], tenu["retenu"], tenu["certifie"], tenu["paye"]) == (
        D("200.00"),
        D("200.00"),
        D("240.00"),
        D("200.00"),
    )
    page = texte(reponse)
    assert "Le montant retenu baisse de 40,00 €" in page
    assert "40,00 € à retirer du prochain appel de fonds" in page


def test_an_advance_is_to_be_covered_until_every_report_is_controlled(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.EN_EXECUTION)
    verser(operation, responsable, NaturePaiement.AVANCE, "180.00", "2026-05-01")
    client.force_login(responsable)

    for depenses in (None, "100.00"):  # no report, then one that is not the last
        if depenses:
            deposer(operation, responsable, depenses)
        page = client.get(url("recouvrer", operation.numero))
        a_couvrir = "120,00 €" if depenses else "180,00 €"
        assert f"{a_couvrir} d’avance sont à couvrir par les bilans" in texte(page)
        assert "sont à recouvrer" not in texte(page)
        assert page.context["form"].initial["montant"] is None

    deposer(operation, responsable, "50.00", nature=NatureBilan.FINAL, mois=(3, 3))
    page = client.get(url("recouvrer", operation.numero))
    assert "90,00 € sont à recouvrer" in texte(page)
    assert page.context["form"].initial["montant"] == D("90.00")
    assert "90,00 € à recouvrer" in texte(client.get(url("paiements", operation.numero)))


def test_recovering_above_what_was_paid_is_refused(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.SOLDEE)
    client.force_login(responsable)
    envoi = {"montant": "240,01", "paye_le": "2026-10-01", "motif": "Audit", "confirmer": "on"}
    assert "Le bénéficiaire a reçu 240,00 € en tout." in texte(client.post(url("recouvrer", operation.numero), envoi))


def test_a_payment_is_undone_from_its_page_and_stays_readable(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.EN_EXECUTION)
    paiement = verser(operation, responsable, NaturePaiement.AVANCE, "80.00", "2026-05-01")
    client.force_login(responsable)
    adresse = url("paiement_annuler", operation.numero, paiement.pk)

    page = texte(client.get(adresse))
    assert "Annuler l’avance" in page
    assert "Rien ne bouge sur l’enveloppe." in page
    assert "avant : 80,00 € après : 0,00 €" in " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Les montants, eux, bougent à leur date d’origine." in page
    reponse = client.post(adresse, {"le": "2026-06-01", "motif": "Doublon"}, follow=True)

    assert soldes(operation)[NatureEcriture.PAYE] == D("0.00")
    assert "Doublon" in texte(reponse)
    assert client.post(adresse, {"le": "2026-06-01", "motif": "Doublon"}).context["form"].non_field_errors()


def test_a_payment_of_another_operation_is_unknown(client, enveloppe, responsable):
    une, autre = mener(enveloppe, Statut.EN_EXECUTION), mener(enveloppe, Statut.EN_EXECUTION)
    paiement = verser(une, responsable, NaturePaiement.AVANCE, "80.00", "2026-05-01")
    client.force_login(responsable)
    assert client.get(url("paiement_annuler", autre.numero, paiement.pk)).status_code == 404
    assert Paiement.objects.en_vigueur().count() == 1


def test_an_undo_already_made_has_no_form(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.EN_EXECUTION)
    paiement = verser(operation, responsable, NaturePaiement.AVANCE, "80.00", "2026-05-01")
    client.force_login(responsable)
    adresse = url("paiement_annuler", operation.numero, paiement.pk)
    client.post(adresse, {"le": "2026-05-02", "motif": "Double saisie"})
    page = client.get(adresse, follow=True)
    assert page.redirect_chain == [(url("paiements", operation.numero), 302)]
    assert "Cette ligne est déjà annulée." in texte(page)


# -- close


def test_settling_lists_what_is_missing_with_where_to_do_it(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.ACHEVEE)
    client.force_login(responsable)

    page = client.get(url("solder", operation.numero))
    assert [point["etat"] for point in page.context["points"]] == ["bon", "stop", "veille"]
    assert url("payer", operation.numero) in page.content.decode()
    assert "confirmer" not in page.content.decode()
    refus = client.post(url("solder", operation.numero), {"le": "2026-09-01", "confirmer": "on", "vu": "600.00"})
    assert "Le solde n’est pas réglé : payez 240,00 €." in texte(refus)


def test_settling_says_what_it_releases_then_does_it_and_back(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.ACHEVEE)
    verser(operation, responsable, NaturePaiement.SOLDE, "240.00", "2026-09-01")
    client.force_login(responsable)

    assert "360,00 € redeviennent disponibles" in texte(client.get(url("solder", operation.numero)))
    assert client.post(url("solder", operation.numero), {"le": "2026-09-02"}).context["form"].errors["confirmer"]
    # ticked on a page that said another amount: nothing is done before the right one is read
    perimee = client.post(url("solder", operation.numero), {"le": "2026-09-02", "confirmer": "on", "vu": "600.00"})
    assert "Le solde libère 360,00 €. Relisez-le, puis cochez la case de nouveau." in texte(perimee)
    assert perimee.context["form"]["vu"].value() == "360.00"
    client.post(url("solder", operation.numero), {"le": "2026-09-02", "confirmer": "on", "vu": "360.00"})
    operation.refresh_from_db()
    assert (operation.statut, soldes(operation)["programme"]) == (Statut.SOLDEE, D("240.00"))

    client.post(url("dessolder", operation.numero), {"le": "2026-09-03", "motif": "Trop tôt"})
    operation.refresh_from_db()
    assert (operation.statut, soldes(operation)["programme"]) == (Statut.ACHEVEE, D("600.00"))


def test_undoing_a_settlement_shows_the_excess_to_tick(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.SOLDEE)
    reste = compute_disponible(enveloppe)
    EcritureFactory(operation=OperationFactory(enveloppe=enveloppe), montant=reste - D("359.99"))
    client.force_login(responsable)
    adresse, envoi = url("dessolder", operation.numero), {"le": "2026-09-21", "motif": "Trop tôt"}

    assert "dépasse l’enveloppe de 0,01 €" in texte(client.get(adresse))
    client.post(adresse, envoi)
    operation.refresh_from_db()
    assert operation.statut == Statut.SOLDEE
    client.post(adresse, envoi | {"confirmer": "on", "depassement": "0.01"})
    operation.refresh_from_db()
    assert operation.statut == Statut.ACHEVEE


def test_archiving_shows_the_working_of_the_retention_date(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.SOLDEE)
    client.force_login(responsable)

    page = client.get(url("archiver", operation.numero))
    assert [str(calcul.fin) for _, calcul in page.context["conservations"]] == ["2031-12-31", "2036-12-31"]
    manquantes = [attendue.libelle for attendue in page.context["manquantes"]]
    assert manquantes[:2] == ["Convention signée", "Attestation de démarrage"]
    assert all(libelle in page.content.decode() for libelle in manquantes)
    envoi = {"le": "2026-10-01", "est_aide_etat": "on", "vu": page.context["form"].initial["vu"]}
    refus = client.post(url("archiver", operation.numero), envoi).context["form"]
    assert refus.errors == {"confirmer": ["Confirmez l’archivage sans ces pièces, ou déposez-les d’abord."]}
    autres = client.post(url("archiver", operation.numero), envoi | {"confirmer": "on", "vu": "autres"})
    assert "relisez la liste et confirmez" in texte(autres)
    assert autres.context["form"]["vu"].value() == envoi["vu"]  # what the page shows is what a tick will confirm
    assert not autres.context["form"]["confirmer"].value()
    client.post(url("archiver", operation.numero), envoi | {"confirmer": "on"})
    operation.refresh_from_db()
    assert operation.statut == Statut.ARCHIVEE
    assert operation.conventions.get().conservation_jusqu_au == dt.date(2036, 12, 31)

    client.post(url("desarchiver", operation.numero), {"le": "2026-10-02", "motif": "Audit"})
    operation.refresh_from_db()
    assert operation.statut == Statut.SOLDEE


@pytest.mark.parametrize(
    ("acte", "statut"),
    [("payer", "soldee"), ("solder", "en_execution"), ("dessolder", "achevee"), ("archiver", "achevee")],
)
def test_a_page_opened_from_another_status_leads_back_and_its_sending_is_refused(
    client, enveloppe, responsable, acte, statut
):
    operation = mener(enveloppe, Statut(statut))
    client.force_login(responsable)
    assert client.get(url(acte, operation.numero))["Location"] == operation.get_absolute_url()
    envoi = {"le": "2026-10-01", "confirmer": "on", "motif": "x", "nature": "acompte", "montant": "1"}
    reponse = client.post(url(acte, operation.numero), envoi | {"paye_le": "2026-10-01", "nature": "solde"})
    assert "cet acte part de" in texte(reponse)


# -- batches


def preparer(client, enveloppe, **champs):
    return client.post(url("fonds_creer", enveloppe=enveloppe.code), champs)


def test_a_batch_is_chosen_confirmed_then_sent(client, enveloppe, responsable):
    une, autre = mener(enveloppe, Statut.ACHEVEE), mener(enveloppe, Statut.ACHEVEE)
    client.force_login(responsable)
    saisie = client.get(url("fonds_creer", enveloppe=enveloppe.code))
    assert saisie.context["total"] == D("480.00")
    choix = {"envoye_le": "2026-09-10", f"choisie_{une.pk}": "on", f"montant_{une.pk}": "200,50"}

    assert "Il reste 240,00 € retenus à certifier." in texte(
        preparer(client, enveloppe, **choix | {f"montant_{une.pk}": "240,01"})
    )
    page = preparer(client, enveloppe, **choix)
    assert (page.context["total"], AppelFonds.objects.exists()) == (D("200.50"), False)
    sans_case = preparer(client, enveloppe, **choix, envoi="oui", total_vu="200.50")
    assert sans_case.context["form"].errors["confirmer"]
    change = preparer(client, enveloppe, **choix, envoi="oui", total_vu="200.00", confirmer="on")
    assert "Relisez-les" in texte(change)
    assert not AppelFonds.objects.exists()

    reponse = preparer(client, enveloppe, **choix, envoi="oui", total_vu="200.50", confirmer="on")

    appel = AppelFonds.objects.get()
    assert reponse["Location"] == url("fonds_detail", appel.pk)
    assert [(ligne.operation, ligne.montant) for ligne in appel.lignes.all()] == [(une, D("200.50"))]
    assert soldes(autre)["certifie"] == D("0.00")


def test_coming_back_from_the_confirmation_keeps_what_was_ticked_and_typed(client, enveloppe, responsable):
    une, autre = mener(enveloppe, Statut.ACHEVEE), mener(enveloppe, Statut.ACHEVEE)
    client.force_login(responsable)
    choix = {"envoye_le": "2026-09-10", f"choisie_{une.pk}": "on", f"montant_{une.pk}": "200.50"}
    assert 'name="revenir"' in preparer(client, enveloppe, **choix).content.decode()

    page = preparer(client, enveloppe, **choix, revenir="oui", total_vu="200.50", confirmer="on")

    form = page.context["form"]
    assert "operations/fonds_saisie.html" in [gabarit.name for gabarit in page.templates]
    assert [form[f"choisie_{operation.pk}"].value() for operation in (une, autre)] == [True, False]
    assert [str(form[f"montant_{o.pk}"].value()) for o in (une, autre)] == ["200,50", "240,00"]
    assert form["envoye_le"].value() == "2026-09-10"
    assert not AppelFonds.objects.exists()


def test_what_is_to_be_taken_back_goes_back_whole(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.SOLDEE)
    client.force_login(responsable)
    client.post(
        url("recouvrer", operation.numero),
        {"montant": "40", "paye_le": "2026-10-01", "motif": "Audit", "confirmer": "on"},
    )
    page = texte(client.get(url("fonds_creer", enveloppe=enveloppe.code)))
    assert "1 opération est à reprendre" in page
    choix = {"envoye_le": "2026-10-10", f"choisie_{operation.pk}": "on", f"montant_{operation.pk}": "5"}
    preparer(client, enveloppe, **choix, envoi="oui", total_vu="-40.00", confirmer="on")
    assert soldes(operation)["certifie"] == D("200.00")


def test_nothing_ticked_is_refused(client, enveloppe, responsable):
    mener(enveloppe, Statut.ACHEVEE)
    client.force_login(responsable)
    assert "Choisissez au moins une opération" in texte(preparer(client, enveloppe, envoye_le="2026-09-10"))


def test_a_line_is_rejected_then_the_batch_is_not_undone(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.SOLDEE)
    ligne = operation.lignes_appels_fonds.get()
    client.force_login(responsable)

    rejet = {"le": "2026-10-01", "motif": "Pièce absente"}
    page = client.post(url("fonds_rejeter", ligne.appel_id, ligne.pk), rejet, follow=True)
    assert "Pièce absente" in texte(page)
    assert soldes(operation)["certifie"] == D("0.00")
    refus = client.post(url("fonds_annuler", ligne.appel_id), {"le": "2026-10-02", "motif": "x"})
    assert "annulez-le d’abord" in texte(refus)

    assert url("fonds_annuler_rejet", ligne.appel_id, ligne.pk) in page.content.decode()
    assert "Annuler le rejet" in texte(client.get(url("fonds_annuler_rejet", ligne.appel_id, ligne.pk)))
    page = client.post(
        url("fonds_annuler_rejet", ligne.appel_id, ligne.pk), {"le": "2026-10-03", "motif": "Autre ligne"}, follow=True
    )
    assert soldes(operation)["certifie"] == D("240.00")
    assert "Certifiée" in texte(page)
    assert url("fonds_rejeter", ligne.appel_id, ligne.pk) in page.content.decode()
    assert "Rejet annulé" in str(dire_lignes(journal_de(operation)))
    page = client.get(url("fonds_annuler_rejet", ligne.appel_id, ligne.pk), follow=True)
    assert "Cette ligne n’est pas rejetée." in texte(page)  # no form to fill in vain


def test_the_page_of_a_batch_says_why_a_line_is_left_as_it_is(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.ARCHIVEE)
    ligne = operation.lignes_appels_fonds.get()
    client.force_login(responsable)
    page = client.get(ligne.appel.get_absolute_url())
    assert url("fonds_rejeter", ligne.appel_id, ligne.pk) not in page.content.decode()
    assert "L’opération est « archivée »" in texte(page)

    Operation.objects.filter(pk=operation.pk).update(statut=Statut.SOLDEE)
    rejeter_ligne(ligne, auteur=responsable, le=dt.date(2026, 10, 1), motif="Pièce absente")
    adresse = url("fonds_annuler_rejet", ligne.appel_id, ligne.pk)
    assert adresse in client.get(ligne.appel.get_absolute_url()).content.decode()
    Operation.objects.filter(pk=operation.pk).update(statut=Statut.ARCHIVEE)
    page = client.get(ligne.appel.get_absolute_url())
    assert adresse not in page.content.decode()
    assert "Le rejet ne s’annule pas. L’opération est « archivée »" in texte(page)
    assert client.get(adresse)["Location"] == ligne.appel.get_absolute_url()


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_lines_rejected_are_read_together(
    client, enveloppe, responsable, item_count, django_assert_max_num_queries
):
    operations = [mener(enveloppe, Statut.ACHEVEE) for _ in range(item_count)]
    montants = dict.fromkeys(operations, D("240.00"))
    appel = certifier(enveloppe, auteur=responsable, envoye_le=dt.date(2026, 8, 20), montants=montants)
    for ligne in appel.lignes.all():
        rejeter_ligne(ligne, auteur=responsable, le=dt.date(2026, 10, 1), motif="Pièce absente")
    client.force_login(responsable)
    with django_assert_max_num_queries(14):
        page = client.get(appel.get_absolute_url())
    assert page.content.decode().count("annuler-le-rejet") == item_count


def test_a_batch_is_undone_from_its_page(client, enveloppe, responsable):
    operation = mener(enveloppe, Statut.SOLDEE)
    appel = operation.lignes_appels_fonds.get().appel
    client.force_login(responsable)
    page = client.post(url("fonds_annuler", appel.pk), {"le": "2026-10-02", "motif": "Mauvais mois"}, follow=True)
    assert "Mauvais mois" in texte(page)
    ligne = appel.lignes.get()
    for adresse in (url("fonds_annuler", appel.pk), url("fonds_rejeter", appel.pk, ligne.pk)):
        assert client.get(adresse)["Location"] == appel.get_absolute_url()  # no form to fill in vain
    assert soldes(operation)["certifie"] == D("0.00")


def test_the_list_counts_the_batches_of_each_accounting_year(client, accord, enveloppe, lecteur_etat):
    ParametreFactory(accord=accord, code="demandes_paiement_max", valeur="1")
    mener(enveloppe, Statut.SOLDEE)
    mener(enveloppe, Statut.SOLDEE)
    annule = AppelFonds.objects.latest("pk")
    AppelFonds.objects.filter(pk=annule.pk).update(annule_le=dt.date(2026, 9, 1), motif_annulation="x")
    client.force_login(lecteur_etat)

    page = client.get(url("fonds"))
    (exercice,) = page.context["exercices"]
    assert (exercice.nom, exercice.nombre, exercice.maximum, exercice.total) == ("2026-2027", 1, 1, D("240.00"))
    assert page.context["nombre"] == 2
    assert client.get(url("fonds", etat="annule")).context["nombre"] == 1
    assert client.get(url("fonds", exercice="2025")).context["nombre"] == 0
    export = client.get(url("fonds_export", etat="envoye")).content.decode("utf-8-sig").splitlines()
    assert export[1] == "FSE_CD62;1;2026-08-20;2026-2027;Envoyé;1;240.00;0.00;"


def test_the_accounting_year_changes_in_july(enveloppe, responsable):
    assert AppelFonds(envoye_le=dt.date(2026, 6, 30)).exercice[0] == dt.date(2025, 7, 1)
    assert AppelFonds(envoye_le=dt.date(2026, 7, 1)).exercice[0] == dt.date(2026, 7, 1)


def test_a_batch_of_the_other_body_is_unknown_and_the_slip_reads_each_line(client, enveloppe, gestionnaire):
    operation = mener(enveloppe, Statut.SOLDEE, intitule="=cmd()")
    appel = operation.lignes_appels_fonds.get().appel
    client.force_login(habilite(Role.RESPONSABLE, "TM"))
    assert client.get(url("fonds_detail", appel.pk)).status_code == 404
    client.force_login(gestionnaire)
    lignes = client.get(url("fonds_bordereau", appel.pk)).content.decode("utf-8-sig").splitlines()
    assert lignes[1].startswith(f"FSE_CD62;{appel.numero};2026-08-20;{operation.numero};'=cmd();")
    assert ";240.00;;" in lignes[1]


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize(("nom", "nombre"), [("fonds", 12), ("fonds_creer", 9), ("fonds_detail", 7)])
def test_the_pages_of_batches_have_a_constant_number_of_queries(
    client, enveloppe, responsable, item_count, nom, nombre, django_assert_num_queries
):
    for _ in range(item_count):
        mener(enveloppe, Statut.ACHEVEE if nom == "fonds_creer" else Statut.SOLDEE)
    objets = [AppelFonds.objects.earliest("pk").pk] if nom == "fonds_detail" else []
    client.force_login(responsable)
    with django_assert_num_queries(nombre):
        assert client.get(url(nom, *objets)).status_code == 200


def test_a_batch_holds_as_many_lines_as_one_form_may_send(settings):
    """A box and an amount for each, the token, the day, and what the confirmation adds."""
    assert 400 < PAR_APPEL <= (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS - 10) // 2
