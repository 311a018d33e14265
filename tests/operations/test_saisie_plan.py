"""Entering a plan by posts and by funders: with and without script, what is computed, refused, compared."""

import re
from decimal import Decimal as D
from html import unescape

import pytest
from django.urls import reverse

from accord.models import Parametre
from operations.enums import EtatRessource, ProfilCout, VersionPlan
from operations.forms import PlanForm
from operations.models import AppelAProjets, Operation
from operations.services.plans import enregistrer_plan
from tests.factories import EnveloppeFactory, OperationFactory, StructureFactory
from tests.operations.test_plans import fixer_taux, plan, poste, ressource
from tests.operations.test_vues_actes import instruction
from tests.operations.test_vues_operations import saisie

pytestmark = pytest.mark.django_db


@pytest.fixture
def enveloppe(accord):
    fixer_taux(accord)
    return EnveloppeFactory(accord=accord)


def url(nom, *args):
    return reverse(f"operations:{nom}", args=["essai-2021-2027", *args])


def lignes(postes=(), ressources=(), profil=ProfilCout.REEL):
    """What the rows of a form send: (post, year, amount) and (origin, funder, year, state, amount)."""
    donnees = {"profil": profil}
    for prefixe, noms, valeurs in (
        ("postes", ["categorie", "annee", "montant"], postes),
        ("ressources", ["nature", "financeur", "annee", "etat", "montant"], ressources),
    ):
        donnees |= {f"{prefixe}-TOTAL_FORMS": str(len(valeurs) + 1), f"{prefixe}-INITIAL_FORMS": "0"}
        for rang, ligne in enumerate(valeurs):
            donnees |= {f"{prefixe}-{rang}-{nom}": valeur for nom, valeur in zip(noms, ligne, strict=True)}
    return donnees


def build_form(accord=None, jour=None, **champs):
    donnees = {"ue": "600", "cout_total_eligible": "", "autofinancement": ""} | champs
    return PlanForm(
        donnees,
        fonds="FSE+",
        equilibre=True,
        appel=AppelAProjets(taux_max=D("0.6000")),
        accord=accord,
        jour=jour,
    )


FINANCES = [
    ("contrepartie_region", "Région", "2026", "promis", "100"),
    ("autofinancement", "", "2027", "acquis", "300"),
]


def test_the_totals_are_the_sums_of_the_rows_whatever_was_typed(enveloppe, accord):
    operation = OperationFactory(enveloppe=enveloppe)
    form = build_form(
        accord=accord,
        jour=operation.deposee_le,
        **lignes([("personnel", "2026", "700"), ("personnel", "2027", "169,56")], FINANCES, ProfilCout.OCS_15)
        | {"cout_total_eligible": "5", "recettes": "12"},
    )

    # 700,00 × 15 % = 105,00; 169,56 × 15 % = 25,434 → 25,43: 999,99, so one cent too much
    assert not form.is_valid()
    assert form.errors == {
        "autofinancement": [
            "Il y a 0,01\xa0€ de trop. Ramenez l’autofinancement à 299,99\xa0€, ou retirez-les d’une autre ligne."
        ]
    }
    assert [(f.annee, f.assiette, f.taux, f.montant) for f in form.forfaits] == [
        (2026, D("700.00"), D("0.15"), D("105.00")),
        (2027, D("169.56"), D("0.15"), D("25.43")),
    ]
    assert (form["cout_total_eligible"].value(), form["recettes"].value()) == ("999,99", "0,00")


@pytest.mark.parametrize(
    ("champs", "prefixe", "rang", "erreurs"),
    [
        ({"postes-0-annee": ""}, "postes", 0, {"annee": ["Écrivez l’année."]}),
        ({"postes-0-annee": "26"}, "postes", 0, {"annee": ["Écrivez une année entre 2000 et 2099."]}),
        ({"postes-0-montant": ""}, "postes", 0, {"montant": ["Écrivez le montant, ou videz la ligne."]}),
        (
            {"postes-1-montant": "5"},
            "postes",
            1,
            {"categorie": ["Choisissez le poste."], "annee": ["Écrivez l’année."]},
        ),
        ({"ressources-0-nature": ""}, "ressources", 0, {"nature": ["Choisissez l’origine."]}),
        (
            {"profil": "OCS_20"},
            "postes",
            0,
            {
                "categorie": [
                    "Le personnel direct est au forfait sur les autres coûts directs. Retirez cette ligne "
                    "«\u202fPersonnel direct\u202f», ou choisissez un autre établissement des coûts."
                ]
            },
        ),
    ],
)
def test_a_row_says_what_it_lacks(enveloppe, accord, champs, prefixe, rang, erreurs):
    jour = OperationFactory(enveloppe=enveloppe).deposee_le
    form = build_form(accord=accord, jour=jour, **lignes([("personnel", "2026", "1000")], FINANCES) | champs)
    assert not form.is_valid()
    assert getattr(form, prefixe).forms[rang].errors == erreurs


def test_an_emptied_row_is_no_line_and_a_year_alone_neither(enveloppe, accord):
    jour = OperationFactory(enveloppe=enveloppe).deposee_le
    form = build_form(
        accord=accord,
        jour=jour,
        **lignes([("personnel", "2026", "1000"), ("", "2027", "")], FINANCES),
    )
    assert form.is_valid(), form.errors
    assert [p.annee for p in form.instance.lignes.postes] == [2026]


def test_a_flat_rate_needs_posts_and_a_forged_profile_is_refused(enveloppe, accord):
    jour = OperationFactory(enveloppe=enveloppe).deposee_le
    sans = build_form(
        accord=accord, jour=jour, **lignes([], FINANCES, ProfilCout.OCS_7) | {"cout_total_eligible": "1000"}
    )
    assert sans.errors["profil"][0].startswith("Un forfait se calcule sur des postes.")
    Parametre.objects.filter(code="forfait_personnel").delete()
    assert "profil" in build_form(accord=accord, jour=jour, **lignes([], [], ProfilCout.OCS_20)).errors


@pytest.mark.parametrize(("cout", "seuil"), [("200000", D("200000.00")), ("200000,01", None)])
def test_real_costs_at_the_threshold_are_a_warning_and_never_block(enveloppe, accord, cout, seuil):
    operation = OperationFactory(enveloppe=enveloppe)
    parametre = Parametre.objects.filter(code="forfait_reste").get()
    parametre.pk, parametre.code, parametre.valeur, parametre.unite = None, "ocs_obligatoires_seuil", "200000.00", "EUR"
    parametre.save(force_insert=True)
    form = build_form(
        accord=accord,
        jour=operation.deposee_le,
        **lignes([("personnel", "2026", cout)], []) | {"ue": "100000", "autofinancement": ""},
    )
    form.equilibre = False
    assert (form.is_valid(), form.seuil_forfait) == (True, seuil)


# the pages


def test_deposit_records_the_lines(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)
    donnees = saisie(enveloppe) | lignes([("personnel", "2026", "1000")], FINANCES, ProfilCout.OCS_40)

    client.post(f"{url('creer')}?enveloppe=FSE_CD62", donnees)

    enregistre = Operation.objects.get().plans.get()
    assert (enregistre.profil, enregistre.cout_total_eligible) == (ProfilCout.OCS_40, D("1400.00"))
    assert [(p.categorie, p.annee, p.montant) for p in enregistre.postes.all()] == [
        ("personnel", 2026, D("1000.00")),
        ("reste", 2026, D("400.00")),
    ]
    assert [(r.financeur, r.etat) for r in enregistre.ressources.all()] == [("Région", "promis"), ("", "acquis")]


def test_instruction_starts_from_the_lines_and_records_its_own(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, recevable=True)
    demande = operation.plans.get()
    demande.delete()
    enregistrer_plan(
        operation,
        plan(poste("personnel", "1000.00"), ressource("autofinancement", "400.00", etat=EtatRessource.PROMIS)),
        VersionPlan.DEMANDE,
    )
    client.force_login(gestionnaire)

    page = client.get(url("instruire", operation.numero))
    assert page.context["plan"].postes.forms[0]["montant"].value() == "1\u202f000,00"
    assert page.context["plan"]["cout_total_eligible"].field.widget.attrs["readonly"] is True

    client.post(
        url("instruire", operation.numero),
        instruction()
        | lignes([("personnel", "2026", "900"), ("fonctionnement", "2027", "100")], [FINANCES[0], FINANCES[1]]),
    )
    instruit = operation.plans.get(version=VersionPlan.INSTRUIT)
    assert [(p.categorie, p.annee) for p in instruit.postes.all()] == [("personnel", 2026), ("fonctionnement", 2027)]
    assert operation.plans.get(version=VersionPlan.DEMANDE).postes.count() == 1


def test_without_script_enter_saves_the_plan_and_adds_no_row(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, recevable=True)
    client.force_login(gestionnaire)
    page = client.get(url("instruire", operation.numero)).content.decode().partition("<main")[2]
    boutons = re.findall(r"<button[^>]*type=\"submit\"[^>]*>", page)
    assert "plan_saisie" not in boutons[0]  # a browser presses the first one
    assert any("plan_saisie" in bouton for bouton in boutons)


def test_without_script_a_button_adds_rows_computes_and_saves_nothing(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, recevable=True)
    client.force_login(gestionnaire)

    page = client.post(
        url("instruire", operation.numero),
        instruction()
        | lignes([("personnel", "2026", "1000,50")], FINANCES, ProfilCout.OCS_7)
        | {"plan_saisie": "postes"},
    )

    form = page.context["plan"]
    assert (len(form.postes.forms), len(form.ressources.forms)) == (5, 3)
    assert form["cout_total_eligible"].value() == "1\u202f070,54"  # 1 000,50 × 7 % = 70,035 → 70,04
    assert 'postes-TOTAL_FORMS" value="5"' in page.content.decode()
    assert "empêche" not in page.content.decode()
    assert not operation.plans.filter(version=VersionPlan.INSTRUIT).exists()


def test_the_server_computes_while_it_is_typed(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)
    page = client.post(
        f"{url('plan_calcul')}?le=2026-01-01",
        lignes(
            [("personnel", "2026", "1000"), ("personnel", "2027", "0,13"), ("personnel", "", "9")],
            [],
            ProfilCout.OCS_40,
        ),
    )
    texte = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode())))
    assert "Coûts restants au forfait" in texte
    assert "2026 1\u202f000,00\xa0€ 40,00\u202f% 400,00\xa0€" in texte.replace("\\s", " ") or "400,00" in texte
    assert 'data-cout="1\u202f400,18"' in page.content.decode()  # 0,13 × 40 % = 0,052 → 0,05


def test_a_stale_form_shows_both_versions_of_the_lines(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, numero="202600067")
    client.force_login(gestionnaire)
    donnees = saisie(enveloppe, structure=operation.structure_id, version="1", lu="{}")
    client.post(
        url("modifier", operation.numero), donnees | lignes([("personnel", "2026", "800")], FINANCES, ProfilCout.OCS_40)
    )

    page = client.post(url("modifier", operation.numero), donnees | lignes([("personnel", "2026", "1000")], FINANCES))

    ecarts = {e["libelle"]: (e["enregistre"], e["saisi"]) for e in page.context["ecarts"]}
    assert ecarts["Postes de dépense"] == (
        "Personnel direct 2026\xa0: 800,00\xa0€\u202f; Coûts restants 2026\xa0: 320,00\xa0€",
        "Personnel direct 2026\xa0: 1\u202f000,00\xa0€",
    )
    assert ecarts["Établissement des coûts"][1] == "Coûts réels"
    assert "Ressources par financeur" not in ecarts
    assert page.context["plan"].postes.forms[0]["montant"].value() == "1000"
    assert operation.plans.get().profil == ProfilCout.OCS_40
    client.post(
        url("modifier", operation.numero),
        donnees | lignes([("personnel", "2026", "1000")], FINANCES) | {"version": "2"},
    )
    assert operation.plans.get().profil == ProfilCout.REEL


def test_rows_that_nobody_else_touched_are_merged_with_those_that_changed(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, numero="202600067")
    client.force_login(gestionnaire)
    debut = saisie(enveloppe, structure=operation.structure_id, version="1")
    client.post(url("modifier", operation.numero), debut | lignes([("personnel", "2026", "800")], FINANCES))
    lu = client.get(url("modifier", operation.numero)).context["form"]["lu"].value()
    ouvert = debut | {"version": "2", "lu": lu}
    mes_postes = lignes([("personnel", "2026", "900"), ("fonctionnement", "2026", "50")], FINANCES)
    ses_ressources = lignes([("personnel", "2026", "800")], [("recettes", "", "2026", "promis", "12")])
    client.post(url("modifier", operation.numero), ouvert | ses_ressources)

    reponse = client.post(url("modifier", operation.numero), ouvert | mes_postes)

    assert reponse.status_code == 302
    enregistre = operation.plans.get()
    assert (enregistre.cout_total_eligible, enregistre.recettes, enregistre.autofinancement) == (
        D("950.00"),
        D("12.00"),
        D("0.00"),
    )
    assert [r.nature for r in enregistre.ressources.all()] == ["recettes"]


@pytest.mark.parametrize("item_count", [1, 3])
def test_saisie_query_count(client, gestionnaire, enveloppe, item_count, django_assert_num_queries):
    StructureFactory(accord=enveloppe.accord)
    operation = OperationFactory(enveloppe=enveloppe, recevable=True)
    operation.plans.get().delete()
    postes = [poste("personnel", "100.00", 2026 + rang) for rang in range(item_count)]
    siennes = [ressource("recettes", "1.00", 2026 + rang) for rang in range(item_count)]
    enregistrer_plan(operation, plan(*postes, *siennes, ue="50.00"), VersionPlan.DEMANDE)
    client.force_login(gestionnaire)
    with django_assert_num_queries(28):
        client.get(url("modifier", operation.numero))
