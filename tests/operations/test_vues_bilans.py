"""The pages of reports and of their control, from the report to its document."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comptes.enums import Role
from operations.actes import build_actes
from operations.calcul_retenu import build_calcul
from operations.enums import NatureBilan, ResultatVerification, Statut
from operations.models import ControleServiceFait
from operations.retenu import Retenu
from operations.services import (
    Verification,
    abandonner_csf,
    annuler_bilan,
    annuler_csf,
    ouvrir_csf,
    tirer_echantillon,
    verifier_lignes,
)
from operations.services.bilans import compute_controle
from operations.views import controles
from tests import contrats
from tests.controles import mettre_en_controle
from tests.factories import EnveloppeFactory, habilite
from tests.vie import deposer, mener

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def controleur(accord):
    return habilite(Role.GESTIONNAIRE)


@pytest.fixture
def operation(accord):
    return mener(EnveloppeFactory(accord=accord), Statut.EN_EXECUTION)


@pytest.fixture
def ouverture(operation, gestionnaire, controleur):
    bilan = deposer(operation, gestionnaire, "400.00", conclu_le=None)
    return mettre_en_controle(bilan, gestionnaire, controleur, dt.date(2026, 7, 20))


def url(operation, nom, *suite):
    return reverse(f"operations:{nom}", args=[operation.accord.slug, operation.numero, *suite])


def envoyer(client, qui, adresse, **donnees):
    client.force_login(qui)
    return client.post(adresse, donnees)


def erreurs(reponse) -> list[str]:
    forms = [form for form in reponse.context["formulaires"] if hasattr(form, "fields") and form.fields]
    return [str(e) for form in forms for champ in form.errors.values() for e in champ]


def verifier_tout(client, ouverture, ecarte="40,00"):
    """Every item accepted but the first, of which an amount is set aside."""
    premiere, *autres = ouverture.echantillon.all()
    donnees = {f"l{e.pk}-resultat": "acceptee" for e in autres}
    donnees |= {f"l{premiere.pk}-resultat": "ecartee", f"l{premiere.pk}-ecarte": ecarte}
    donnees |= {f"l{premiere.pk}-typologie": "non_justifiee", f"l{premiere.pk}-motif": "Fiche absente"}
    operation = ouverture.bilan.convention.operation
    return envoyer(client, ouverture.controleur, url(operation, "csf_verifier", 1), **donnees)


def conclure(client, ouverture, /, **donnees):
    operation = ouverture.bilan.convention.operation
    base = {
        "conclu_le": "2026-10-01",
        "ressources_retenues": "0,00",
        "conclusions": "Conforme, à une fiche près",
        "ecarts-TOTAL_FORMS": "1",
        "ecarts-INITIAL_FORMS": "0",
    }
    return envoyer(client, ouverture.controleur, url(operation, "rendre_csf", 1), **base | donnees)


def test_a_report_is_entered_and_read(client, operation, gestionnaire):
    reponse = envoyer(
        client,
        gestionnaire,
        url(operation, "enregistrer_bilan"),
        nature="intermediaire",
        debut_le="2026-01-01",
        fin_le="2026-06-30",
        depose_le="2026-07-10",
        depenses="400,00",
        r_0="10,00",
    )
    assert reponse.url == url(operation, "bilans")
    texte = client.get(reponse.url).content.decode()
    assert "Bilan n°\xa01 enregistré\xa0: 400,00\xa0€ de dépenses, 240,00\xa0€ de participation" in texte
    bilan = operation.conventions.get().bilans.get()
    assert (bilan.ressources, [str(r) for r in bilan.ressources_percues.all()]) == (D("10.00"), ["Recettes"])


def test_the_final_report_ends_the_reports_and_opens_the_completion(operation, gestionnaire):
    def principal():
        actes = build_actes(gestionnaire, operation)
        assert len(actes.possibles) == 1  # the other one would be refused
        return actes.principal.nom

    deposer(operation, gestionnaire, "100.00")
    assert principal() == "enregistrer_bilan"
    final = deposer(operation, gestionnaire, "100.00", nature=NatureBilan.FINAL, conclu_le=None)
    assert principal() == "achever"
    annuler_bilan(final, auteur=gestionnaire, le=dt.date(2026, 8, 2), motif="Mauvais fichier")
    assert principal() == "enregistrer_bilan"


@pytest.mark.parametrize("nombre", [1, 3])
def test_the_synthesis_says_where_each_report_stands(
    client, operation, gestionnaire, nombre, django_assert_num_queries
):
    for _ in range(nombre):
        deposer(operation, gestionnaire, "100.00")
    deposer(operation, gestionnaire, "50.00", conclu_le=None)
    client.force_login(gestionnaire)

    with django_assert_num_queries(28):
        page = client.get(operation.get_absolute_url())

    bloc = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode().partition('id="bilans"')[2]).split())
    texte = bloc.replace("\xa0", " ").replace("\u202f", " ")
    assert "1er janv. 2026 au 28 janv. 2026" in texte
    assert texte.count("conclu le 1er août 2026 60,00 € 60,00 €") == nombre
    assert "30,00 € non contrôlé" in texte


def test_the_synthesis_has_no_reports_before_the_contract(client, gestionnaire, operation):
    programmee = contrats.programmee(operation.enveloppe, gestionnaire, ue=D("10.00"))
    client.force_login(gestionnaire)
    assert 'id="bilans"' not in client.get(programmee.get_absolute_url()).content.decode()


def test_a_report_that_ends_before_it_starts_or_is_filed_before_its_end_is_refused(client, operation, gestionnaire):
    dates = {"nature": "intermediaire", "debut_le": "2026-06-30", "depose_le": "2026-07-10", "depenses": "1"}
    adresse = url(operation, "enregistrer_bilan")
    assert erreurs(envoyer(client, gestionnaire, adresse, fin_le="2026-06-29", **dates)) == [
        "Choisissez une date à partir du début de la période."
    ]
    assert erreurs(envoyer(client, gestionnaire, adresse, fin_le="2026-07-11", **dates)) == [
        "Choisissez une date à partir du 11\xa0juillet\xa02026, fin de la période."
    ]


def test_items_come_from_a_file_or_from_pasted_rows(client, operation, gestionnaire):
    bilan = deposer(operation, gestionnaire, "400.00", conclu_le=None)
    adresse = url(operation, "lister_depenses", 1)
    colle = (
        "Personnel direct\tFP-1\t31/01/2026\tAlix (exemple)\t250,00\nprestations\tF-2\t2026-01-15\tBase (exemple)\t150"
    )
    assert envoyer(client, gestionnaire, adresse, texte=colle).url == url(operation, "bilan", 1)
    assert [(e.categorie, e.montant) for e in bilan.lignes.all()] == [
        ("personnel", D("250.00")),
        ("prestations", D("150.00")),
    ]
    page = client.get(url(operation, "bilan", 1))
    assert [ligne.piece for ligne in page.context["lignes"]] == ["FP-1", "F-2"]
    assert (page.context["total_lignes"], page.context["ecart_lignes"]) == (D("400.00"), D("0.00"))

    csv = "Poste;Pièce;Payée le;Fournisseur;Montant\nPersonnel direct;FP-9;31/01/2026;Alix (exemple);10,00\n"
    fichier = SimpleUploadedFile("pieces.csv", csv.encode("cp1252"))
    envoyer(client, gestionnaire, adresse, fichier=fichier)
    assert [ligne.piece for ligne in bilan.lignes.all()] == ["FP-9"]


def test_each_row_says_what_is_wrong(client, operation, gestionnaire):
    deposer(operation, gestionnaire, "400.00", conclu_le=None)
    fin = "31/01/2026;Base (exemple)"
    faux = f"Loyer;F1;{fin};1\nPrestations extern;F3;{fin};1\nPersonnel direct;F2;{fin}"
    assert erreurs(envoyer(client, gestionnaire, url(operation, "lister_depenses", 1), texte=faux)) == [
        "Ligne 1\xa0: « Loyer » n’est pas un poste. Écrivez par exemple « Personnel direct ».",
        "Ligne 2\xa0: « Prestations extern » n’est pas un poste. Écrivez « Prestations externes ».",
        "Ligne 3\xa0: elle compte 4 colonnes, il en faut 5.",
    ]


def test_a_control_goes_from_its_sample_to_its_document(client, operation, ouverture):
    assert verifier_tout(client, ouverture).url == url(operation, "bilan", 1)
    jour = timezone.localdate()
    envoyer(
        client,
        ouverture.controleur,
        url(operation, "csf_envoyer", 1),
        le="2026-07-25",
        reponse_attendue_le="2026-08-25",
        conclusions="Une fiche manque",
    )
    envoyer(client, ouverture.controleur, url(operation, "csf_repondre", 1), le="2026-08-01", reponse="D’accord")
    demande = conclure(client, ouverture)
    assert erreurs(demande) == ["Relisez le calcul, puis confirmez 216,00\xa0€ retenus en cumul."]
    page = demande.content.decode()
    assert "Le plus bas des trois termes est retenu" in page
    assert "Il ne dépasse pas le montant déclaré." in page
    assert not ControleServiceFait.objects.exists()

    assert conclure(client, ouverture, vu="216.00", confirmer="on").url == url(operation, "bilan", 1)

    controle = ControleServiceFait.objects.get()
    assert (controle.ue_retenu, controle.terme_taux) == (D("216.00"), D("216.00"))
    pdf = client.get(url(operation, "csf_pdf", 1))
    assert (pdf.content[:5], pdf.content == client.get(url(operation, "csf_pdf", 1)).content) == (b"%PDF-", True)
    assert jour >= controle.conclu_le


def test_three_terms_decide_then_what_was_declared_limits_them():
    calcul = build_calcul(Retenu(D("600.00"), D("240.00"), D("400.00"), declare=D("230.00")), deja=D("0.00"))
    assert [plus_bas for _, _, plus_bas in calcul.termes] == [False, True, False]
    assert (calcul.plus_bas, calcul.declare, calcul.cumule) == (D("240.00"), D("230.00"), D("230.00"))
    assert calcul.phrase == "Le plus bas des trois termes dépasse le montant déclaré\xa0: il y est ramené."


def test_an_amount_that_changed_since_it_was_shown_is_confirmed_again(client, operation, ouverture):
    verifier_tout(client, ouverture)
    suite = {"sans_contradictoire": "Accord écrit", "confirmer": "on", "vu": "240.00"}
    assert erreurs(conclure(client, ouverture, **suite)) == [
        "Relisez le calcul, puis confirmez 216,00\xa0€ retenus en cumul."
    ]


def test_an_amount_that_changes_while_it_is_confirmed_is_confirmed_again(client, operation, ouverture, monkeypatch):
    """The page reads 216,00 €; before the lock is taken, another item is set aside."""
    verifier_tout(client, ouverture)

    def lire_puis_ecarter(*lus, **options):
        retenu = compute_controle(*lus, **options)
        derniere = ouverture.echantillon.last()
        ecart = Verification(ResultatVerification.ECARTEE, D("10.00"), "ineligible", "Hors objet")
        verifier_lignes(ouverture, auteur=ouverture.controleur, resultats={derniere.pk: ecart})
        return retenu

    monkeypatch.setattr(controles, "compute_controle", lire_puis_ecarter)
    suite = {"sans_contradictoire": "Accord écrit", "confirmer": "on", "conclusions": "Un long texte"}
    page = conclure(client, ouverture, vu="216.00", **suite)

    assert erreurs(page) == ["Relisez le calcul, puis confirmez 210,00\xa0€ retenus en cumul."]
    assert (page.context["calcul"].cumule, page.context["form"]["vu"].value()) == (D("210.00"), "210.00")
    assert "Un long texte" in page.content.decode()
    assert not ControleServiceFait.objects.exists()
    monkeypatch.undo()
    conclure(client, ouverture, vu="210.00", **suite)
    assert ControleServiceFait.objects.get().ue_cumule == D("210.00")


def test_setting_aside_without_the_contradictory_phase_is_refused_in_words(client, operation, ouverture):
    verifier_tout(client, ouverture)
    assert erreurs(conclure(client, ouverture, confirmer="on", vu="216.00")) == [
        "40,00\xa0€ sont écartés sans contradictoire. Envoyez des conclusions provisoires au bénéficiaire, ou dites "
        "pourquoi vous vous en passez."
    ]


def test_only_who_opened_the_control_leads_it(client, operation, ouverture):
    autre = habilite(Role.GESTIONNAIRE)
    (erreur,) = erreurs(
        envoyer(
            client,
            autre,
            url(operation, "csf_envoyer", 1),
            le="2026-07-25",
            reponse_attendue_le="2026-08-25",
            conclusions="x",
        )
    )
    assert erreur.startswith(f"{ouverture.controleur} mène ce contrôle.")
    envoyer(client, autre, url(operation, "abandonner_csf", 1), le="2026-07-26", motif="Départ")
    assert envoyer(client, autre, url(operation, "ouvrir_csf", 1), le="2026-07-27").status_code == 302


def test_what_was_typed_on_a_control_that_ended_stays_on_its_page(client, operation, ouverture):
    premiere = ouverture.echantillon.first()
    typee = {
        f"l{premiere.pk}-resultat": "ecartee",
        f"l{premiere.pk}-ecarte": "40,00",
        f"l{premiere.pk}-typologie": "non_justifiee",
        f"l{premiere.pk}-motif": "Fiche absente",
    }
    verifier_tout(client, ouverture)
    conclure(client, ouverture, sans_contradictoire="Accord écrit", confirmer="on", vu="216.00")
    conclu = envoyer(client, ouverture.controleur, url(operation, "csf_verifier", 1), **typee)
    assert erreurs(conclu) == ["Ce contrôle est conclu."]
    assert "Fiche absente" in conclu.content.decode()
    assert erreurs(conclure(client, ouverture, conclusions="Un long texte")) == ["Ce contrôle est conclu."]
    annuler_csf(ouverture.bilan.controles.get(), auteur=ouverture.controleur, le=dt.date(2026, 10, 2), motif="Erreur")
    abandonner_csf(ouverture, auteur=ouverture.controleur, le=dt.date(2026, 10, 2), motif="Départ")

    abandonne = envoyer(client, ouverture.controleur, url(operation, "csf_verifier", 1), **typee)

    assert erreurs(abandonne) == ["Ce contrôle a été abandonné."]
    assert "Fiche absente" in abandonne.content.decode()
    page = client.get(url(operation, "csf_verifier", 1))  # nobody opens a form to fill it in vain
    assert page.url == url(operation, "bilan", 1)


def test_what_was_typed_on_a_control_that_another_replaced_stays_on_its_page(client, operation, ouverture):
    qui = ouverture.controleur
    client.force_login(qui)
    page = client.get(url(operation, "csf_verifier", 1)).content.decode()
    assert f'name="ouverture" value="{ouverture.pk}"' in page
    abandonner_csf(ouverture, auteur=qui, le=dt.date(2026, 7, 26), motif="Départ")
    seconde = ouvrir_csf(ouverture.bilan, auteur=qui, le=dt.date(2026, 7, 27))
    tirer_echantillon(seconde, auteur=qui, le=dt.date(2026, 7, 28), seuil=D("0.00"), taille=0)
    premiere = ouverture.echantillon.first()
    typee = {
        f"l{premiere.pk}-resultat": "ecartee",
        f"l{premiere.pk}-ecarte": "40,00",
        f"l{premiere.pk}-typologie": "non_justifiee",
        f"l{premiere.pk}-motif": "Fiche absente",
    }

    page = envoyer(client, qui, url(operation, "csf_verifier", 1), ouverture=str(ouverture.pk), **typee)

    assert erreurs(page) == ["Ce contrôle a été abandonné, un autre est ouvert\xa0: reportez-y votre saisie."]
    assert "Fiche absente" in page.content.decode()
    suite = {"ouverture": str(ouverture.pk), "conclusions": "Un long texte"}
    page = conclure(client, ouverture, confirmer="on", vu="240.00", **suite)
    assert "un autre est ouvert" in erreurs(page)[0]
    assert "Un long texte" in page.content.decode()
    assert not ControleServiceFait.objects.exists()


def test_an_item_set_aside_says_how_much_and_why(client, ouverture):
    premiere = ouverture.echantillon.first()
    adresse = url(ouverture.bilan.convention.operation, "csf_verifier", 1)
    reponse = envoyer(client, ouverture.controleur, adresse, **{f"l{premiere.pk}-resultat": "ecartee"})
    assert erreurs(reponse) == [
        "Écrivez le montant écarté.",
        "Choisissez la typologie de l’erreur.",
        "Dites pourquoi ce montant est écarté.",
    ]
    assert "Ligne 1, Typologie\xa0: Choisissez la typologie de l’erreur." in reponse.content.decode()


def test_an_execution_closes_on_its_final_report_and_goes_on_again(client, operation, gestionnaire):
    adresse = url(operation, "achever")
    assert erreurs(envoyer(client, gestionnaire, adresse, le="2026-11-01")) == ["Le bilan final n’est pas déposé."]
    deposer(operation, gestionnaire, "400.00", nature=NatureBilan.FINAL, conclu_le=None)
    envoyer(client, gestionnaire, adresse, le="2026-11-01")
    operation.refresh_from_db()
    assert operation.statut == Statut.ACHEVEE
    envoyer(client, gestionnaire, url(operation, "reprendre_execution"), le="2026-11-02", motif="Trop tôt")
    operation.refresh_from_db()
    assert operation.statut == Statut.EN_EXECUTION


def test_before_its_contract_an_operation_says_what_will_come(client, accord, gestionnaire):
    programmee = contrats.programmee(EnveloppeFactory(accord=accord), habilite(Role.RESPONSABLE))
    client.force_login(gestionnaire)
    assert (
        "Les bilans attendus apparaîtront ici avec la convention."
        in client.get(url(programmee, "bilans")).content.decode()
    )


def test_three_reports_cost_no_more_queries_than_one(client, operation, gestionnaire, ouverture):
    client.force_login(gestionnaire)
    adresses = [url(operation, "bilans"), url(operation, "bilan", 1)]

    def compter() -> list[int]:
        comptes = []
        for adresse in adresses:
            with CaptureQueriesContext(connection) as requetes:
                assert client.get(adresse).status_code == 200
            comptes.append(len(requetes))
        return comptes

    compter()  # what is read once a process
    avec_un = compter()
    for _ in range(2):
        deposer(operation, gestionnaire, "10.00", conclu_le=None)
    assert compter() == avec_un


def test_a_report_puts_forward_one_act_that_of_its_control(client, controleur, ouverture):
    client.force_login(controleur)
    page = client.get(url(ouverture.bilan.convention.operation, "bilan", 1)).content.decode()

    assert page.count("btn-primary") == 1
    assert re.search(r'class="btn btn-primary" href="[^"]*"[^>]*>.*?Vérifier l’échantillon', page)


def test_a_sample_is_told_without_the_words_of_its_method(client, controleur, ouverture):
    client.force_login(controleur)
    page = client.get(url(ouverture.bilan.convention.operation, "bilan", 1)).content.decode()

    assert "le même échantillon sort" in page
    assert ouverture.graine in page
    assert "SHA-256" not in page
    assert ouverture.methode not in page
