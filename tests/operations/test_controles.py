"""The detail of a report, and the work of its control: sample, verification, contradictory phase, conclusions."""

import datetime as dt
import hashlib
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from comptes.enums import Role
from comptes.journal import journal_de
from operations.echantillon import imprimer, tirer
from operations.enums import (
    CategorieDepense,
    EtapeBilan,
    MotifEcart,
    NatureBilan,
    NaturePaiement,
    NatureRessource,
    ProfilCout,
    ResultatVerification,
)
from operations.forms.controles import TYPOLOGIES
from operations.historique import dire_lignes
from operations.models import (
    BilanExecution,
    Convention,
    DepenseDeclaree,
    LigneDepense,
    LignesPlan,
    PlanFinancement,
    PosteDepense,
    RessourcePercue,
)
from operations.services import (
    Ecart,
    Verification,
    abandonner_csf,
    annuler_bilan,
    annuler_csf,
    conventionner_operation,
    demarrer_operation,
    enregistrer_bilan,
    enregistrer_lignes,
    enregistrer_reponse,
    envoyer_conclusions,
    ouvrir_csf,
    payer,
    rejouer_echantillon,
    rendre_csf,
    tirer_echantillon,
    verifier_lignes,
)
from operations.suivi_bilans import suivre_bilans, suivre_postes
from operations.verification import verifier_chaines, verifier_operations
from operations.verification_bilans import verifier_bilans
from tests.factories import EnveloppeFactory, OperationFactory, ParametreFactory, habilite

D = Decimal
PERSONNEL, PRESTATIONS = CategorieDepense.PERSONNEL, CategorieDepense.PRESTATIONS
ACCEPTEE, ECARTEE = ResultatVerification.ACCEPTEE, ResultatVerification.ECARTEE


def jour(texte: str) -> dt.date:
    return dt.date.fromisoformat(texte)


def refus(acte, *args, **kwargs) -> ValidationError:
    with pytest.raises(ValidationError) as refuse:
        acte(*args, **kwargs)
    return refuse.value


@pytest.fixture
def controleur(accord):
    return habilite(Role.GESTIONNAIRE)


def lancer(accord, gestionnaire, responsable, plan):
    """An operation under way, of 600,00 € on 1 000,00 €, from 1 January to 31 December 2026."""
    enveloppe = EnveloppeFactory(accord=accord)
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    operation.decisions.create(
        sens="favorable", instance="CP", decidee_le="2026-04-01", ue_programme=D("600.00"), auteur=responsable
    )
    conventionner_operation(
        operation,
        auteur=responsable,
        plan=plan,
        convention=Convention(debut_le=jour("2026-01-01"), fin_le=jour("2026-12-31"), notifiee_le=jour("2026-04-10")),
        calendrier=[],
    )
    demarrer_operation(operation, auteur=gestionnaire, atteste_le=jour("2026-04-15"))
    operation.refresh_from_db()
    return operation


@pytest.fixture
def operation(accord, gestionnaire, responsable):
    plan = PlanFinancement(cout_total_eligible=D("1000.00"), ue=D("600.00"), autofinancement=D("400.00"))
    return lancer(accord, gestionnaire, responsable, plan)


@pytest.fixture
def detaillee(accord, gestionnaire, responsable):
    """A plan by post, whose indirect costs are 15 % of direct staff."""
    ParametreFactory(accord=accord, code="forfait_indirects_personnel", valeur="15")
    plan = PlanFinancement(profil=ProfilCout.OCS_15, ue=D("600.00"), autofinancement=D("400.00"))
    plan.lignes = LignesPlan(
        [
            PosteDepense(categorie=PERSONNEL, annee=2026, montant=D("800.00")),
            PosteDepense(categorie=PRESTATIONS, annee=2026, montant=D("80.00")),
        ]
    )
    return lancer(accord, gestionnaire, responsable, plan)


def bilan(**champs) -> BilanExecution:
    return BilanExecution(
        **{
            "nature": NatureBilan.INTERMEDIAIRE,
            "debut_le": jour("2026-01-01"),
            "fin_le": jour("2026-06-30"),
            "depose_le": jour("2026-07-10"),
            "depenses": D("500.00"),
            "ue_declare": None,
        }
        | champs
    )


def depense(categorie, montant, annee=2026) -> DepenseDeclaree:
    return DepenseDeclaree(categorie=categorie, annee=annee, montant=D(montant))


def lignes(*montants) -> list[LigneDepense]:
    return [
        LigneDepense(
            categorie=PERSONNEL,
            piece=f"F{rang}",
            payee_le=jour("2026-03-01"),
            fournisseur=f"Fournisseur {rang} (exemple)",
            montant=D(montant),
        )
        for rang, montant in enumerate(montants, 1)
    ]


@pytest.fixture
def rapport(operation, gestionnaire):
    return enregistrer_bilan(operation, auteur=gestionnaire, bilan=bilan())


@pytest.fixture
def ouverture(rapport, gestionnaire, controleur):
    """A control opened on a report of four items."""
    enregistrer_lignes(rapport, auteur=gestionnaire, lignes=lignes("200.00", "150.00", "100.00", "50.00"))
    return ouvrir_csf(rapport, auteur=controleur, le=jour("2026-07-20"))


@pytest.fixture
def tiree(ouverture, controleur):
    return tirer_echantillon(
        ouverture, auteur=controleur, le=jour("2026-07-21"), seuil=D("150.00"), taille=1, graine="a1"
    )


def ecarter(ouverture, controleur, montant="40.00") -> None:
    """Everything accepted but one item, of which an amount is set aside."""
    premiere, *autres = ouverture.echantillon.all()
    verifier_lignes(
        ouverture,
        auteur=controleur,
        resultats={e.pk: Verification(ACCEPTEE) for e in autres}
        | {premiere.pk: Verification(ECARTEE, D(montant), MotifEcart.NON_JUSTIFIEE, "Fiche de temps absente")},
    )


# -- the detail of a report


@pytest.mark.django_db
def test_a_report_sums_its_posts_and_computes_its_flat_rate(detaillee, gestionnaire):
    rapport = enregistrer_bilan(
        detaillee,
        auteur=gestionnaire,
        bilan=bilan(depenses=D(0)),
        depenses=[depense(PERSONNEL, "333.33"), depense(PRESTATIONS, "10.00")],
        ressources=[RessourcePercue(nature=NatureRessource.ETAT, financeur="État (exemple)", montant=D("25.00"))],
    )

    assert [(d.categorie, d.montant, d.assiette) for d in rapport.depenses_declarees.all()] == [
        (PERSONNEL, D("333.33"), None),
        (PRESTATIONS, D("10.00"), None),
        (CategorieDepense.INDIRECTS, D("50.00"), D("333.33")),
    ]
    assert (rapport.depenses, rapport.ressources) == (D("393.33"), D("25.00"))
    assert rapport.ue_declare == D("236.00")  # 393,33 × 600 / 1 000
    assert verifier_bilans() == []


@pytest.mark.django_db
def test_a_plan_by_post_asks_for_the_detail(detaillee, gestionnaire):
    erreur = refus(enregistrer_bilan, detaillee, auteur=gestionnaire, bilan=bilan())
    assert (erreur.code, erreur.messages) == (
        "detail",
        ["Écrivez les dépenses par poste et par année, comme le plan."],
    )


@pytest.mark.django_db
def test_a_flat_rate_is_not_typed(detaillee, gestionnaire):
    erreur = refus(
        enregistrer_bilan,
        detaillee,
        auteur=gestionnaire,
        bilan=bilan(),
        depenses=[depense(CategorieDepense.INDIRECTS, "1.00")],
    )
    assert erreur.messages[0].startswith("Les coûts indirects sont au forfait sur le personnel direct.")


@pytest.mark.django_db
def test_posts_cumulate_from_report_to_report_and_say_their_excess(detaillee, gestionnaire):
    for mois, montant in ((1, "70.00"), (2, "10.01")):
        enregistrer_bilan(
            detaillee,
            auteur=gestionnaire,
            bilan=bilan(debut_le=jour(f"2026-0{mois}-01"), fin_le=jour(f"2026-0{mois}-28")),
            depenses=[depense(PRESTATIONS, montant)],
        )
    convention = detaillee.conventions.get()

    suivis = {s.categorie: s for s in suivre_postes(convention, convention.plan)}

    assert (suivis[PRESTATIONS].declare, suivis[PRESTATIONS].excede) == (D("80.01"), D("0.01"))
    assert (suivis[PERSONNEL].declare, suivis[PERSONNEL].reste) == (D("0.00"), D("800.00"))


@pytest.mark.django_db
def test_the_periods_of_two_reports_never_overlap(operation, rapport, gestionnaire):
    suivant = bilan(debut_le=jour("2026-06-30"), fin_le=jour("2026-09-30"))
    erreur = refus(enregistrer_bilan, operation, auteur=gestionnaire, bilan=suivant)
    assert list(erreur.message_dict) == ["debut_le"]
    assert "couvre déjà du 1er\xa0janvier\xa02026 au 30\xa0juin\xa02026" in erreur.messages[0]

    suivant.debut_le = jour("2026-07-01")
    assert enregistrer_bilan(operation, auteur=gestionnaire, bilan=suivant).numero == 2


@pytest.mark.django_db
def test_the_database_refuses_two_periods_that_overlap(rapport):
    rapport.pk, rapport.numero, rapport.ecriture = None, 2, None
    with pytest.raises(IntegrityError, match="bilan_periodes_disjointes"), transaction.atomic():
        rapport.save(force_insert=True)


@pytest.mark.django_db
def test_the_period_of_a_report_undone_is_free_again(operation, rapport, gestionnaire):
    annuler_bilan(rapport, auteur=gestionnaire, le=jour("2026-07-11"), motif="Erreur")
    assert enregistrer_bilan(operation, auteur=gestionnaire, bilan=bilan()).numero == 2


@pytest.mark.django_db
def test_items_stay_within_what_is_declared(rapport, gestionnaire):
    erreur = refus(enregistrer_lignes, rapport, auteur=gestionnaire, lignes=lignes("400.00", "100.01"))
    assert (erreur.code, "Retirez 0,01\xa0€." in erreur.messages[0]) == ("lignes", True)
    assert not rapport.lignes.exists()


# -- the sample


def _ligne(rang, montant) -> LigneDepense:
    ligne = lignes(montant)[0]
    ligne.rang = rang
    return ligne


def test_a_sample_is_what_its_seed_says_byte_for_byte():
    liste = [_ligne(rang, montant) for rang, montant in enumerate(["900.00", "10.00", "20.00", "30.00", "40.00"], 1)]

    tirages = tirer(liste, graine="62", seuil=D("500.00"), taille=2)

    # a fixed print: it changes only when the method does, and then its name changes
    assert [(t.ligne.rang, t.est_systematique) for t in tirages] == [(1, True), (3, False), (5, False)]
    texte = imprimer(tirer(reversed(liste), graine="62", seuil=D("500.00"), taille=2))
    assert texte == imprimer(tirages)
    assert hashlib.sha256(texte.encode()).hexdigest() == EMPREINTE


EMPREINTE = "d4ab5753abf01eab68f858e974aa99370fa019beda01f5cfca490eabcc601cb1"


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=40),
    st.text(min_size=1, max_size=8),
    st.integers(0, 100_000),
    st.integers(0, 10),
)
def test_a_sample_holds_the_whole_of_what_is_above_and_the_size_asked(centimes, graine, seuil, taille):
    liste = [_ligne(rang, D(c) / 100) for rang, c in enumerate(centimes, 1)]
    hauts = {ligne.rang for ligne in liste if ligne.montant >= D(seuil) / 100}

    tirages = tirer(liste, graine=graine, seuil=D(seuil) / 100, taille=taille)

    assert {t.ligne.rang for t in tirages if t.est_systematique} == hauts
    assert len(tirages) == len(hauts) + min(taille, len(liste) - len(hauts))


@pytest.mark.django_db
def test_a_sample_is_drawn_once_kept_and_replayed(tiree, controleur, gestionnaire):
    assert [(e.ligne.rang, e.est_systematique) for e in tiree.echantillon.all()][:2] == [(1, True), (2, True)]
    assert (tiree.population, tiree.echantillon.count(), rejouer_echantillon(tiree)) == (4, 3, True)

    encore = {"auteur": controleur, "le": jour("2026-07-22"), "seuil": D("1.00"), "taille": 0}
    assert refus(tirer_echantillon, tiree, **encore).code == "echantillon"
    autres = lignes("10.00")
    assert refus(enregistrer_lignes, tiree.bilan, auteur=gestionnaire, lignes=autres).code == "echantillon"

    LigneDepense.objects.filter(bilan=tiree.bilan, rang=1).update(fournisseur="Un autre")
    assert not rejouer_echantillon(tiree)
    assert verifier_bilans() == [
        f"Bilan n°\xa01 de l’opération {tiree.bilan.convention.operation.numero}\xa0: rejoué, l’échantillon n’est plus "
        "celui qui a été gardé."
    ]


@pytest.mark.django_db
def test_a_new_sample_on_the_same_report_keeps_its_seed(client, operation, tiree, rapport, controleur):
    abandonner_csf(tiree, auteur=controleur, le=jour("2026-07-22"), motif="Départ")
    nouvelle = ouvrir_csf(rapport, auteur=controleur, le=jour("2026-07-23"))
    court = {"auteur": controleur, "le": jour("2026-07-24"), "seuil": D("150.00"), "taille": 1}

    erreur = refus(tirer_echantillon, nouvelle, graine="b2", **court)
    assert (erreur.code, "a1" in erreur.messages[0]) == ("graine", True)
    client.force_login(controleur)
    adresse = reverse("operations:csf_echantillon", args=[operation.accord.slug, operation.numero, 1])
    champ = client.get(adresse).context["form"]["graine"]
    assert (champ.value(), champ.field.disabled) == ("a1", True)
    client.post(adresse, {"le": "2026-07-24", "seuil": "150", "taille": "1", "graine": "b2"})

    nouvelle.refresh_from_db()
    assert (nouvelle.graine, nouvelle.empreinte) == ("a1", tiree.empreinte)
    tire = journal_de(operation).filter(acte="echantillon_tire").first()
    assert "a1\u202f; reprise du tirage du 21" in dire_lignes([tire])[0]["detail"]


@pytest.mark.django_db
def test_an_item_outside_the_sample_is_named(tiree, rapport, controleur):
    ancien, *autres = tiree.echantillon.select_related("ligne")
    abandonner_csf(tiree, auteur=controleur, le=jour("2026-07-22"), motif="Départ")
    nouvelle = ouvrir_csf(rapport, auteur=controleur, le=jour("2026-07-23"))
    tirer_echantillon(nouvelle, auteur=controleur, le=jour("2026-07-24"), seuil=D("150.00"), taille=1)
    for pk, nom in [(ancien.pk, f"Ligne {ancien.ligne.rang}"), (987654, "987654")]:
        resultats = {nouvelle.echantillon.first().pk: Verification(ACCEPTEE), pk: Verification(ACCEPTEE)}
        erreur = refus(verifier_lignes, nouvelle, auteur=controleur, resultats=resultats)
        assert (erreur.code, nom in erreur.messages[0]) == ("echantillon", True)
    resultats = dict.fromkeys([ancien.pk, *(autre.pk for autre in autres)], Verification(ACCEPTEE))
    erreur = refus(verifier_lignes, nouvelle, auteur=controleur, resultats=resultats)
    rangs = [str(element.ligne.rang) for element in (ancien, *autres)]
    assert f"Lignes {', '.join(rangs[:-1])} et {rangs[-1]}\u00a0: elles viennent" in erreur.messages[0]
    assert not nouvelle.echantillon.exclude(resultat="").exists()  # a refused attempt writes nothing


@pytest.mark.django_db
def test_a_sample_needs_items_and_draws_at_least_one(rapport, controleur, gestionnaire):
    ouverture = ouvrir_csf(rapport, auteur=controleur, le=jour("2026-07-20"))
    tirage = {"auteur": controleur, "le": jour("2026-07-21"), "seuil": D("1000.00"), "taille": 0}
    assert refus(tirer_echantillon, ouverture, **tirage).code == "lignes"
    enregistrer_lignes(rapport, auteur=gestionnaire, lignes=lignes("10.00"))
    assert refus(tirer_echantillon, ouverture, **tirage).code == "taille"


# -- who leads a control


@pytest.mark.django_db
def test_who_opens_a_control_leads_it(ouverture, controleur):
    autre = habilite(Role.GESTIONNAIRE)
    assert refus(ouvrir_csf, ouverture.bilan, auteur=autre, le=jour("2026-07-20")).code == "ouvert"
    conclusion = {"conclu_le": jour("2026-08-01"), "ecarts": []}
    erreur = refus(rendre_csf, ouverture.bilan, auteur=autre, **conclusion)
    assert (erreur.code, str(controleur) in erreur.messages[0]) == ("controleur", True)

    abandonner_csf(ouverture, auteur=autre, le=jour("2026-07-25"), motif="Départ")
    assert ouvrir_csf(ouverture.bilan, auteur=autre, le=jour("2026-07-26")).controleur == autre


@pytest.mark.django_db
def test_who_instructed_decided_or_signed_opens_no_control(operation, rapport, responsable):
    for personne in (operation.instruite_par, responsable):
        assert refus(ouvrir_csf, rapport, auteur=personne, le=jour("2026-07-20")).code == "conflit"


@pytest.mark.django_db
def test_a_report_under_control_is_not_undone(ouverture, gestionnaire):
    erreur = refus(annuler_bilan, ouverture.bilan, auteur=gestionnaire, le=jour("2026-07-30"), motif="x")
    assert erreur.messages == ["Le contrôle de ce bilan est ouvert\xa0: abandonnez-le d’abord."]


# -- verification, contradictory phase, conclusions


@pytest.mark.django_db
def test_an_item_is_set_aside_within_its_amount_and_with_its_reason(tiree, controleur):
    element = tiree.echantillon.first()
    trop = Verification(ECARTEE, D("200.01"), MotifEcart.CALCUL, "Total")
    assert refus(verifier_lignes, tiree, auteur=controleur, resultats={element.pk: trop}).code == "ecarts"
    muet = Verification(ECARTEE, D("1.00"), MotifEcart.CALCUL, " ")
    erreur = refus(verifier_lignes, tiree, auteur=controleur, resultats={element.pk: muet})
    assert erreur.messages == ["Un montant écarté se dit avec sa typologie et son motif."]


@pytest.mark.django_db
def test_a_sample_is_verified_before_anything_is_concluded(tiree, controleur):
    element = tiree.echantillon.first()
    verifier_lignes(tiree, auteur=controleur, resultats={element.pk: Verification(ACCEPTEE)})
    erreur = refus(rendre_csf, tiree.bilan, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    assert erreur.messages == ["Il reste 2 lignes de l’échantillon à vérifier."]
    envoi = {"le": jour("2026-07-25"), "conclusions": "x", "reponse_attendue_le": jour("2026-08-25")}
    assert refus(envoyer_conclusions, tiree, auteur=controleur, **envoi).code == "verification"


@pytest.mark.django_db
def test_from_sample_to_conclusions_through_the_contradictory_phase(operation, tiree, controleur, responsable):
    ecarter(tiree, controleur)
    envoyer_conclusions(
        tiree,
        auteur=controleur,
        le=jour("2026-07-25"),
        conclusions="Une fiche manque",
        reponse_attendue_le=jour("2026-08-25"),
    )
    assert [s.etape for s in suivre_bilans(operation)] == [EtapeBilan.CONTRADICTOIRE]
    conclusion = {"auteur": controleur, "ecarts": []}
    erreur = refus(rendre_csf, tiree.bilan, conclu_le=jour("2026-08-25"), **conclusion)
    assert erreur.messages[0].startswith("Le bénéficiaire peut répondre jusqu’au 25\xa0août\xa02026.")
    enregistrer_reponse(tiree, auteur=controleur, le=jour("2026-08-10"), reponse="Nous acceptons")
    assert refus(rendre_csf, tiree.bilan, conclu_le=jour("2026-08-09"), **conclusion).code == "date"

    controle = rendre_csf(tiree.bilan, conclu_le=jour("2026-08-10"), **conclusion)

    assert (controle.depenses_retenues, controle.ue_retenu) == (D("460.00"), D("276.00"))
    assert (controle.terme_convention, controle.terme_taux, controle.terme_besoin, controle.declare_cumule) == (
        D("600.00"),
        D("276.00"),
        D("460.00"),
        D("300.00"),
    )
    assert [(e.montant, e.piece, e.motif) for e in controle.ecarts.all()] == [
        (D("40.00"), "F1", "Fiche de temps absente")
    ]
    assert [s.etape for s in suivre_bilans(operation)] == [EtapeBilan.CSF_VALIDE]
    acompte = {"nature": NaturePaiement.ACOMPTE, "paye_le": jour("2026-08-20")}
    payer(operation, auteur=responsable, montant=D("275.99"), **acompte)
    assert [s.etape for s in suivre_bilans(operation)] == [EtapeBilan.CSF_VALIDE]
    payer(operation, auteur=responsable, montant=D("0.01"), **acompte)
    assert [s.etape for s in suivre_bilans(operation)] == [EtapeBilan.PAYE]
    assert verifier_bilans() + verifier_operations() + verifier_chaines() == []


@pytest.mark.django_db
def test_nothing_is_concluded_on_an_amount_or_a_work_that_nobody_confirmed(tiree, controleur):
    ecarter(tiree, controleur)
    suite = {"auteur": controleur, "conclu_le": jour("2026-08-01"), "ecarts": [], "sans_contradictoire": "Accord écrit"}
    lu = {"ouverture_lue": tiree, "cumule_confirme": D("300.00")}
    erreur = refus(rendre_csf, tiree.bilan, **suite, **lu)
    assert (erreur.code, "276,00" in erreur.message) == ("relire", True)
    abandonner_csf(tiree, auteur=controleur, le=jour("2026-07-30"), motif="Départ")
    assert refus(rendre_csf, tiree.bilan, **suite, ouverture_lue=tiree).code == "abandonne"
    ouvrir_csf(tiree.bilan, auteur=controleur, le=jour("2026-07-30"))
    assert refus(rendre_csf, tiree.bilan, **suite, ouverture_lue=tiree).code == "abandonne"
    assert not tiree.bilan.controles.exists()


@pytest.mark.django_db
def test_without_an_answer_a_control_concludes_the_day_after_the_delay(tiree, controleur):
    ecarter(tiree, controleur)
    envoi = {"le": jour("2026-07-25"), "conclusions": "x", "reponse_attendue_le": jour("2026-07-25")}
    assert refus(envoyer_conclusions, tiree, auteur=controleur, **envoi).messages == [
        "Laissez un délai de réponse\xa0: une date après le 25\xa0juillet\xa02026."
    ]
    envoyer_conclusions(tiree, auteur=controleur, **envoi | {"reponse_attendue_le": jour("2026-08-25")})
    rendre_csf(tiree.bilan, auteur=controleur, conclu_le=jour("2026-08-26"), ecarts=[])


@pytest.mark.django_db
def test_setting_aside_without_the_contradictory_phase_says_why(rapport, controleur):
    ecarts = {
        "auteur": controleur,
        "conclu_le": jour("2026-08-01"),
        "ecarts": [Ecart(D("1.00"), MotifEcart.CALCUL, "T")],
    }
    erreur = refus(rendre_csf, rapport, **ecarts)
    assert erreur.code == "contradictoire"
    assert erreur.messages[0].startswith("1,00\xa0€ sont écartés sans contradictoire.")

    controle = rendre_csf(rapport, sans_contradictoire="Accord écrit du bénéficiaire", **ecarts)
    assert controle.sans_contradictoire == "Accord écrit du bénéficiaire"


@pytest.mark.django_db
def test_a_control_without_sample_concludes_with_its_reason(client, rapport, controleur):
    ouvrir_csf(rapport, auteur=controleur, le=jour("2026-07-20"))
    conclusion = {"auteur": controleur, "conclu_le": jour("2026-08-01"), "ecarts": []}
    assert refus(rendre_csf, rapport, sans_echantillon=" ", **conclusion).code == "sans_echantillon"

    operation = rapport.convention.operation
    adresse = reverse("operations:rendre_csf", args=[operation.accord.slug, operation.numero, 1])
    client.force_login(controleur)
    page = client.get(adresse).content.decode()
    assert "Aucun échantillon tiré" in page
    assert "n’écarte rien" not in page
    form = client.post(adresse, {"ecarts-TOTAL_FORMS": "1", "ecarts-INITIAL_FORMS": "0"}).context["form"]
    assert form.errors["sans_echantillon"] == ["Dites pourquoi aucun échantillon n’est tiré, ou tirez-le."]

    raison = "Forfait seul, sans pièce"
    controle = rendre_csf(rapport, sans_contradictoire="sans objet", sans_echantillon=raison, **conclusion)
    assert (controle.ue_retenu, controle.sans_contradictoire) == (D("300.00"), "")
    assert controle.sans_echantillon == journal_de(operation).first().valeurs["sans_echantillon"] == raison


@pytest.mark.django_db
def test_the_reason_to_draw_no_sample_is_not_kept_beside_one(tiree, controleur):
    acceptees = {e.pk: Verification(ACCEPTEE) for e in tiree.echantillon.all()}
    verifier_lignes(tiree, auteur=controleur, resultats=acceptees)
    controle = rendre_csf(
        tiree.bilan, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[], sans_echantillon="Sans objet"
    )
    assert controle.sans_echantillon == ""


@pytest.mark.django_db
def test_a_flat_rate_has_no_item_to_list(client, forfaitaire, gestionnaire):
    enregistrer_lignes(forfaitaire, auteur=gestionnaire, lignes=lignes("300.00"))
    operation = forfaitaire.convention.operation
    client.force_login(gestionnaire)
    page = client.get(reverse("operations:bilan", args=[operation.accord.slug, operation.numero, 1]))
    # 460,00 declared at real cost: the 60,00 of the flat rate have no invoice
    assert [page.context[nom] for nom in ("a_lister", "forfait", "ecart_lignes")] == [D("460"), D("60"), D("-160")]
    assert "pour 460,00\xa0€ déclarés au coût réel" in page.content.decode()


@pytest.mark.django_db
def test_what_a_flat_rate_loses_is_computed_and_never_typed():
    assert MotifEcart.FORFAIT not in dict(TYPOLOGIES)
    assert MotifEcart.CALCUL in dict(TYPOLOGIES)


@pytest.mark.django_db
def test_conclusions_undone_give_the_work_back(tiree, operation, controleur):
    ecarter(tiree, controleur)
    controle = rendre_csf(
        tiree.bilan, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[], sans_contradictoire="Accord"
    )
    annuler_csf(controle, auteur=controleur, le=jour("2026-08-02"), motif="Erreur")

    assert [s.etape for s in suivre_bilans(operation)] == [EtapeBilan.EN_CSF]
    nouveau = rendre_csf(
        tiree.bilan, auteur=controleur, conclu_le=jour("2026-08-03"), ecarts=[], sans_contradictoire="Accord"
    )
    assert nouveau.ue_retenu == D("276.00")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("profil", "parametre", "taux", "poste", "declare", "ecarte", "perdu"),
    [
        (ProfilCout.OCS_40, "forfait_reste", "40", PERSONNEL, "300.00", "100.00", "40.00"),
        (ProfilCout.OCS_15, "forfait_indirects_personnel", "15", PERSONNEL, "300.00", "100.00", "15.00"),
        (ProfilCout.OCS_7, "forfait_indirects_couts_directs", "7", PRESTATIONS, "300.00", "100.00", "7.00"),
        (ProfilCout.OCS_20, "forfait_personnel", "20", PRESTATIONS, "300.00", "100.00", "20.00"),
        # 15,015 rounds to 15,02 and 15,0105 to 15,01: the line loses what its two roundings differ by
        (ProfilCout.OCS_15, "forfait_indirects_personnel", "15", PERSONNEL, "100.10", "0.03", "0.01"),
        # the whole base: the whole flat rate
        (ProfilCout.OCS_40, "forfait_reste", "40", PERSONNEL, "99.99", "99.99", "40.00"),
    ],
)
def test_a_flat_rate_falls_with_its_base(
    accord, gestionnaire, responsable, controleur, profil, parametre, taux, poste, declare, ecarte, perdu
):
    ParametreFactory(accord=accord, code=parametre, valeur=taux)
    cout = D("500.00") * (100 + int(taux)) / 100
    plan = PlanFinancement(profil=profil, ue=D("300.00"), autofinancement=cout - 300)
    plan.lignes = LignesPlan([PosteDepense(categorie=poste, annee=2026, montant=D("500.00"))])
    operation = lancer(accord, gestionnaire, responsable, plan)
    rapport = enregistrer_bilan(operation, auteur=gestionnaire, bilan=bilan(), depenses=[depense(poste, declare)])

    controle = conclure(rapport, controleur, Ecart(D(ecarte), MotifEcart.INELIGIBLE, "Prime", "", poste, 2026))

    assert [(e.montant, e.typologie) for e in controle.ecarts.all()] == [
        (D(ecarte), MotifEcart.INELIGIBLE),
        (D(perdu), MotifEcart.FORFAIT),
    ]
    assert controle.depenses_retenues == rapport.depenses - D(ecarte) - D(perdu)
    assert verifier_bilans() == []


def conclure(rapport, controleur, *ecarts):
    suite = {"conclu_le": jour("2026-08-01"), "sans_contradictoire": "Accord écrit"}
    return rendre_csf(rapport, auteur=controleur, ecarts=list(ecarts), **suite)


@pytest.fixture
def forfaitaire(detaillee, gestionnaire):
    """400,00 € of direct staff, 60,00 € of others, 60,00 € of indirect costs at 15 % of the staff."""
    depenses = [depense(PERSONNEL, "400.00"), depense(PRESTATIONS, "60.00")]
    return enregistrer_bilan(detaillee, auteur=gestionnaire, bilan=bilan(), depenses=depenses)


@pytest.mark.django_db
def test_what_is_no_base_of_the_flat_rate_leaves_it(forfaitaire, controleur):
    controle = conclure(forfaitaire, controleur, Ecart(D("10.00"), MotifEcart.CALCUL, "T", "", PRESTATIONS, 2026))
    assert [e.montant for e in controle.ecarts.all()] == [D("10.00")]


@pytest.mark.django_db
def test_with_a_flat_rate_the_post_of_what_is_set_aside_is_asked(forfaitaire, rapport, controleur):
    ecart = Ecart(D("10.00"), MotifEcart.CALCUL, "Total")
    assert refus(conclure, forfaitaire, controleur, ecart).code == "poste"
    assert not forfaitaire.controles.exists()
    conclure(rapport, controleur, ecart)  # real costs: nothing depends on it


@pytest.mark.django_db
def test_verified_items_and_typed_amounts_lower_the_flat_rate_together(client, forfaitaire, gestionnaire, controleur):
    enregistrer_lignes(forfaitaire, auteur=gestionnaire, lignes=lignes("300.00"))
    ouverture = ouvrir_csf(forfaitaire, auteur=controleur, le=jour("2026-07-20"))
    tirer_echantillon(ouverture, auteur=controleur, le=jour("2026-07-21"), seuil=D("150.00"), taille=0, graine="a1")
    client.force_login(controleur)
    numero = forfaitaire.convention.operation.numero
    verifier = reverse("operations:csf_verifier", args=[forfaitaire.convention.operation.accord.slug, numero, 1])
    page = client.get(verifier)
    assert [(f.assiette, f.taux, f.montant) for f in page.context["forfaits"]] == [
        (D("400.00"), D("0.1500"), D("60.00"))
    ]
    assert (page.context["ecarte"], page.context["tous"]) == (D("0.00"), [])
    ecarter(ouverture, controleur, "100.00")
    page = client.get(verifier)
    assert page.context["ecarte"] == D("115.00")
    assert "écartés de l’assiette de 2026" in page.content.decode()
    envoyer_conclusions(
        ouverture,
        auteur=controleur,
        le=jour("2026-07-22"),
        conclusions="Une fiche manque",
        reponse_attendue_le=jour("2026-08-01"),
    )
    assert "115,00" in str(journal_de(forfaitaire.convention.operation).first().valeurs).replace(".", ",")
    client.force_login(controleur)
    operation = forfaitaire.convention.operation
    adresse = reverse("operations:rendre_csf", args=[operation.accord.slug, operation.numero, 1])

    page = client.get(adresse)
    assert (page.context["ecarte"], page.context["calcul"].cumule) == (D("115.00"), D("243.00"))
    assert "Coûts indirects au forfait" in page.content.decode()

    envoi = {
        "conclu_le": "2026-10-01",
        "ressources_retenues": "0",
        "conclusions": "Conforme, à une fiche près",
        "ecarts-TOTAL_FORMS": "1",
        "ecarts-INITIAL_FORMS": "0",
        "ecarts-0-montant": "20",
        "ecarts-0-typologie": "ineligible",
        "ecarts-0-motif": "Prime",
    }
    (sans_poste,) = client.post(adresse, envoi).context["ecarts"].forms
    assert list(sans_poste.errors) == ["poste"]
    envoi["ecarts-0-poste"] = "personnel-2026"
    trop = client.post(adresse, envoi | {"ecarts-0-montant": "400,01"}).context["ecarts"].forms[0]
    assert trop.errors["montant"] == ["Ce poste est déclaré pour 400,00\xa0€."]
    client.post(adresse, envoi | {"confirmer": "on", "vu": "229.20"})

    controle = forfaitaire.controles.get()
    # 100 and 20 of staff, then 15 % of both: 60,00 becomes 42,00
    assert [e.montant for e in controle.ecarts.all()] == [D("100.00"), D("20.00"), D("18.00")]
    assert controle.ue_cumule == D("229.20")  # (520 − 138) × 600 / 1 000
    assert verifier_bilans() == []


@pytest.mark.django_db
def test_a_difference_in_the_detail_is_found(detaillee, gestionnaire, controleur):
    rapport = enregistrer_bilan(detaillee, auteur=gestionnaire, bilan=bilan(), depenses=[depense(PRESTATIONS, "70.00")])
    rendre_csf(rapport, auteur=controleur, conclu_le=jour("2026-08-01"), ecarts=[])
    assert verifier_bilans() == []

    rapport.depenses_declarees.update(montant=D("69.99"))
    rapport.controles.update(depenses_retenues=D("69.00"))

    nom = f"Bilan n°\xa01 de l’opération {detaillee.numero}"
    assert verifier_bilans() == [
        f"{nom}\xa0: dépenses 70,00\xa0€ au total, 69,99\xa0€ d’après leur détail.",
        f"{nom}\xa0: 1,00\xa0€ entre déclaré et retenu, 0,00\xa0€ d’après les montants écartés.",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("nombre", [1, 3])
def test_reports_are_followed_in_a_constant_number_of_queries(
    operation, gestionnaire, controleur, nombre, django_assert_num_queries
):
    for mois in range(1, nombre + 1):
        periode = {"debut_le": jour(f"2026-0{mois}-01"), "fin_le": jour(f"2026-0{mois}-28")}
        rapport = enregistrer_bilan(operation, auteur=gestionnaire, bilan=bilan(**periode, depenses=D("100.00")))
        ouvrir_csf(rapport, auteur=controleur, le=jour("2026-07-20"))
    with django_assert_num_queries(8):
        assert len(suivre_bilans(operation)) == nombre
