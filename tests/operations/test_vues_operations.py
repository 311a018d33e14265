"""The list, the entry, the file and its tabs: what a person sees, types and is refused."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape
from itertools import product

import pytest
from django.urls import reverse

from accord.models import Epci
from accord.montants import format_euros
from comptes.enums import Role
from comptes.journal import journal_de
from operations.enums import Statut
from operations.models import Ecriture, Operation, Structure
from operations.situation import compute_situation
from tests.factories import (
    AccordFactory,
    AppelFactory,
    AxeFactory,
    DispositifFactory,
    EcritureFactory,
    EnveloppeFactory,
    FondsFactory,
    InstructionFactory,
    ObjectifSpecifiqueFactory,
    OperationFactory,
    OrganismeFactory,
    StructureFactory,
    TrancheFactory,
    habilite,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def enveloppe(accord):
    return EnveloppeFactory(accord=accord)


def url(nom, *args):
    return reverse(f"operations:{nom}", args=["essai-2021-2027", *args])


def entrer(client, personne):
    client.force_login(personne)
    return client


def numeros(response):
    return [row.record.numero for row in response.context["table"].page.object_list]


def textes(response):
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def saisie(enveloppe, **champs):
    return {
        "numero": "202600067",
        "intitule": "Ateliers de reprise en main (exemple)",
        "structure": StructureFactory(accord=enveloppe.accord).pk,
        "deposee_le": "2026-01-05",
        "debut_le": "2026-02-01",
        "fin_le": "2026-12-31",
        "part_qpv_declaree": "45,00",
        "objectif_specifique": ObjectifSpecifiqueFactory(fonds=enveloppe.fonds).pk,
        "cout_total_eligible": "1 000,5",
        "ue": "600.50",
        "autofinancement": "400,00",
    } | champs


# -- the list


def test_liste_shows_what_the_person_may_know(client, gestionnaire, enveloppe):
    OperationFactory(enveloppe=enveloppe, numero="2026A")
    ailleurs = AccordFactory(slug="ailleurs-2021-2027", chef_de_file=OrganismeFactory(code="AILLEURS"))
    OperationFactory(enveloppe=EnveloppeFactory(accord=ailleurs, organisme=ailleurs.chef_de_file), numero="2026B")

    response = entrer(client, gestionnaire).get(url("liste"))

    assert numeros(response) == ["2026A"]


@pytest.mark.parametrize("recherche", ["ECOLE", "école", "2026-9", "lys", "ÉCOLE Lys"])
def test_liste_search_forgets_case_and_accents(client, gestionnaire, enveloppe, recherche):
    structure = StructureFactory(accord=enveloppe.accord, nom="Ateliers de la Lys")
    OperationFactory(enveloppe=enveloppe, numero="2026-9", intitule="Retour à l’École", structure=structure)
    OperationFactory(enveloppe=enveloppe, numero="2026-1", intitule="Autre")

    response = entrer(client, gestionnaire).get(url("liste"), {"q": recherche})

    assert numeros(response) == ["2026-9"]


def test_liste_filters_add_up_and_each_pill_takes_one_off(client, gestionnaire, enveloppe):
    ftj = EnveloppeFactory(accord=enveloppe.accord, fonds=FondsFactory(code="FTJ"))
    OperationFactory(enveloppe=enveloppe, numero="fse-deposee")
    OperationFactory(enveloppe=ftj, numero="ftj-deposee")
    OperationFactory(enveloppe=ftj, numero="ftj-instruite", instruite=True)

    response = entrer(client, gestionnaire).get(url("liste"), {"fonds": "FTJ", "statut": "deposee"})

    assert numeros(response) == ["ftj-deposee"]
    assert [(p["libelle"], p["url"]) for p in response.context["pilules"]] == [
        ("FTJ", "?statut=deposee"),
        ("Déposée", "?fonds=FTJ"),
    ]


def test_pills_say_days_and_what_was_typed_and_leave_out_what_cannot_be_read(client, gestionnaire, enveloppe):
    demande = {"q": "deux mots", "au": "2026-07-01", "tranche": "T1", "annee": "jamais"}

    response = entrer(client, gestionnaire).get(url("liste"), demande)

    assert {p["libelle"] for p in response.context["pilules"]} == {
        "« deux mots »",
        "Au 1er juillet 2026",
        "Tranche T1",
    }


def test_the_last_pill_leads_to_the_whole_list(client, gestionnaire, enveloppe):
    response = entrer(client, gestionnaire).get(url("liste"), {"fonds": "FSE_PLUS", "page": "1"})

    assert [p["url"] for p in response.context["pilules"]] == [url("liste")]


@pytest.mark.parametrize(
    ("filtre", "trouvee"),
    [
        ({"organisme": "TM"}, "tm"),
        ({"annee": "2026"}, "programmee"),
        ({"depot": "2024"}, "ancienne"),
        ({"dispositif": "MOBILITE"}, "mobilite"),
        ({"enveloppe": "FSE_TM"}, "tm"),
    ],
)
def test_liste_filters(client, gestionnaire, enveloppe, filtre, trouvee):
    OperationFactory(enveloppe=EnveloppeFactory(accord=enveloppe.accord, organisme__code="TM"), numero="tm")
    OperationFactory(enveloppe=enveloppe, numero="programmee", programmee=True)
    OperationFactory(enveloppe=enveloppe, numero="ancienne", deposee_le=dt.date(2024, 5, 1))
    dispositif = DispositifFactory(enveloppe=enveloppe, code="MOBILITE")
    OperationFactory(enveloppe=enveloppe, numero="mobilite", dispositif=dispositif)

    assert numeros(entrer(client, gestionnaire).get(url("liste"), filtre)) == [trouvee]


def test_liste_by_axis_when_two_bodies_use_the_same_code(client, gestionnaire, enveloppe):
    tm = EnveloppeFactory(accord=enveloppe.accord, organisme=OrganismeFactory(code="TM"))
    for numero, env in [("cd62", enveloppe), ("tm", tm)]:
        axe = AxeFactory(accord=env.accord, organisme=env.organisme, code="A1")
        OperationFactory(enveloppe=env, numero=numero, axe=axe)

    client.force_login(gestionnaire)

    assert numeros(client.get(url("liste"), {"axe": "A1", "enveloppe": "FSE_TM"})) == ["tm"]


def test_liste_by_call(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe)
    OperationFactory(enveloppe=enveloppe, numero="appel", appel=appel)
    OperationFactory(enveloppe=enveloppe, numero="hors-appel")

    assert numeros(entrer(client, gestionnaire).get(url("liste"), {"appel": appel.pk})) == ["appel"]


def test_liste_that_a_figure_opens_sums_to_that_figure_to_the_cent(client, gestionnaire, accord):
    enveloppe = EnveloppeFactory(accord=accord, montant=Decimal(0))
    tranche = TrancheFactory(enveloppe=enveloppe, code="2022-2025")
    suivante = TrancheFactory(
        enveloppe=enveloppe, code="2026-2027", debut_le=dt.date(2026, 1, 1), fin_le=dt.date(2027, 12, 31)
    )
    for numero, choisie, montant, jour in [
        ("dedans", tranche, "100.01", "2025-06-30"),
        ("autre-tranche", suivante, "200.00", "2026-02-01"),
        ("apres", tranche, "400.00", "2026-07-01"),
    ]:
        operation = OperationFactory(enveloppe=enveloppe, numero=numero)
        EcritureFactory(operation=operation, tranche=choisie, montant=Decimal(montant), date_effet=jour)
    reprise = OperationFactory(enveloppe=enveloppe, numero="reprise")
    EcritureFactory(operation=reprise, tranche=tranche, montant=Decimal("50.00"), date_effet="2025-01-01")
    EcritureFactory(operation=reprise, tranche=tranche, montant=Decimal("-50.00"), date_effet="2025-02-01")
    ftj = EnveloppeFactory(accord=accord, fonds=FondsFactory(code="FTJ"))
    EcritureFactory(operation=OperationFactory(enveloppe=ftj, numero="ftj"), date_effet="2025-01-01")

    response = entrer(client, gestionnaire).get(
        url("liste"), {"enveloppe": "FSE_CD62", "tranche": "2022-2025", "nature": "programme", "au": "2026-06-30"}
    )

    situation = compute_situation(accord, au=dt.date(2026, 6, 30)).enveloppe("FSE_CD62")
    assert numeros(response) == ["dedans"]
    assert [t["montant"] for t in response.context["table"].totaux] == [situation.tranches[0].montants["programme"]]
    assert f"Programmé en FSE+, 1 opération {format_euros(Decimal('100.01'))}".replace("\xa0", " ").replace(
        "\u202f", " "
    ) in textes(response).replace("\xa0", " ").replace("\u202f", " ")


def test_liste_never_adds_two_funds(client, gestionnaire, enveloppe):
    ftj = EnveloppeFactory(accord=enveloppe.accord, fonds=FondsFactory(code="FTJ"))
    OperationFactory(enveloppe=enveloppe, programmee=True, ue=Decimal("600.00"))
    OperationFactory(enveloppe=ftj, programmee=True, ue=Decimal("70.00"))

    totaux = entrer(client, gestionnaire).get(url("liste"), {"au": "2026-12-31"}).context["table"].totaux

    assert [(str(t["fonds"]), t["nombre"], t["montant"]) for t in totaux] == [
        ("FSE+", 1, Decimal("600.00")),
        ("FTJ", 1, Decimal("70.00")),
    ]


def test_liste_totals_are_those_of_a_naive_sum(client, gestionnaire, enveloppe):
    ftj = EnveloppeFactory(accord=enveloppe.accord, fonds=FondsFactory(code="FTJ"))
    for n, (sienne, montants) in enumerate(
        product([enveloppe, ftj], [["100.01"], ["100.01", "-0.02"], ["5.00", "-5.00"], ["-3.00"], []])
    ):
        operation = OperationFactory(enveloppe=sienne, intitule=["Atelier", "Chantier"][n % 2])
        for montant in montants:
            EcritureFactory(operation=operation, montant=Decimal(montant), date_effet="2026-02-01")

    for recherche in ["", "Chantier"]:
        reponse = entrer(client, gestionnaire).get(url("liste"), {"au": "2026-12-31", "q": recherche})
        attendu = []
        for sienne in [enveloppe, ftj]:
            soldes = [
                sum(e.montant for e in operation.ecritures.all())
                for operation in sienne.operations.filter(intitule__contains=recherche)
            ]
            soldes = [solde for solde in soldes if solde]
            attendu.append((sienne.fonds.code, len(soldes), sum(soldes)))

        totaux = reponse.context["table"].totaux
        assert [(t["fonds"].code, t["nombre"], t["montant"]) for t in totaux] == attendu


def test_liste_as_known_on_a_day_leaves_out_what_was_recorded_since(client, gestionnaire, enveloppe):
    OperationFactory(enveloppe=enveloppe, programmee=True)

    response = entrer(client, gestionnaire).get(url("liste"), {"au": "2026-12-31", "connu_le": "2026-04-02"})

    assert response.context["nombre"] == 0
    assert "Aucune opération ne répond à ces filtres" in response.content.decode()


def test_liste_says_what_is_of_today_beside_the_amount_of_a_past_day(client, gestionnaire, enveloppe):
    OperationFactory(enveloppe=enveloppe, programmee=True)
    aujourdhui = ["Statut aujourd’hui", "Coût total aujourd’hui", "Taux UE aujourd’hui"]

    passe = textes(entrer(client, gestionnaire).get(url("liste"), {"au": "2026-04-02"}))
    assert all(titre in passe for titre in aujourdhui)
    assert "Le statut, le coût total et le taux sont ceux d’aujourd’hui." in passe
    present = textes(client.get(url("liste"), {"nature": "programme"}))
    assert not any(titre in present for titre in aujourdhui)


def test_filters_tell_nothing_of_what_the_summary_hides(client, gestionnaire, gestionnaire_tm, enveloppe):
    autre = EnveloppeFactory(accord=enveloppe.accord, organisme=OrganismeFactory(code="TM"))
    champs = {"recevable": True, "part_qpv_declaree": Decimal("0.2500")}
    OperationFactory(enveloppe=enveloppe, numero="1", **champs)
    phrase = "les opérations dont vous lisez le résumé sont laissées de côté"
    filtres = [{"etape": "recevabilite", "etape_au": "2026-06-30"}, {"part_qpv": "saisie"}]

    for filtre in filtres:  # nothing is left out of a list that hides nothing
        page = entrer(client, gestionnaire).get(url("liste"), filtre)
        assert (numeros(page), phrase in textes(page)) == (["1"], False)
    OperationFactory(enveloppe=autre, numero="2", **champs)
    for personne, lus in [(gestionnaire, ["1"]), (gestionnaire_tm, ["2"])]:
        for filtre in filtres:
            page = entrer(client, personne).get(url("liste"), filtre)
            assert (numeros(page), phrase in textes(page)) == (lus, True)
        assert client.get(url("liste")).context["nombre"] == 2
        assert phrase not in textes(client.get(url("liste")))
    assert client.get(url("liste"), {"part_qpv": "inconnue"}).context["nombre"] == 0


def test_the_call_of_a_summary_is_not_told(client, gestionnaire, gestionnaire_tm, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe)
    OperationFactory(enveloppe=enveloppe, appel=appel, numero="1")
    OperationFactory(enveloppe=enveloppe, numero="2")

    for personne, lus in [(gestionnaire, ["1"]), (gestionnaire_tm, [])]:
        page = entrer(client, personne).get(url("liste"), {"appel": appel.pk})
        assert numeros(page) == lus
        assert ("les opérations dont vous lisez le résumé sont laissées de côté" in textes(page)) is (not lus)


def test_liste_keeps_the_amount_of_a_stage_of_another_body(client, gestionnaire, gestionnaire_tm, enveloppe):
    for numero, retenu in [("1", "180.05"), ("2", "90.00"), ("3", "120.00")]:
        operation = OperationFactory(enveloppe=enveloppe, numero=numero, programmee=True)
        EcritureFactory(operation=operation, nature="retenu", montant=Decimal(retenu))
    figure = {"nature": "retenu", "tri": "montant"}

    page = entrer(client, gestionnaire).get(url("liste"), figure)
    assert (numeros(page), "180,05" in textes(page)) == (["2", "3", "1"], True)
    page = entrer(client, gestionnaire_tm).get(url("liste"), figure)
    assert numeros(page) == ["3", "2", "1"]  # hidden amounts sort nothing
    assert not any(montant in textes(page) for montant in ("180,05", "90,00", "120,00"))
    assert "390,05" in textes(page)  # the total belongs to the agreement
    assert "600,00" in textes(client.get(url("liste"), {"nature": "programme"}))


@pytest.mark.parametrize(("tri", "attendu"), [("numero", ["1", "2", "3"]), ("-montant", ["2", "3", "1"])])
def test_liste_sorts_and_says_so(client, gestionnaire, enveloppe, tri, attendu):
    for numero, ue in [("1", "10.00"), ("2", "30.00"), ("3", "20.00")]:
        OperationFactory(enveloppe=enveloppe, numero=numero, ue=Decimal(ue))

    response = entrer(client, gestionnaire).get(url("liste"), {"tri": tri})

    assert numeros(response) == attendu
    sens = "descending" if tri.startswith("-") else "ascending"
    assert response.content.decode().count(f'aria-sort="{sens}"') == 1


def test_liste_sorts_statuses_in_the_order_of_life(client, gestionnaire, enveloppe):
    OperationFactory(enveloppe=enveloppe, numero="programmee", programmee=True)
    OperationFactory(enveloppe=enveloppe, numero="deposee")
    OperationFactory(enveloppe=enveloppe, numero="instruite", instruite=True)

    response = entrer(client, gestionnaire).get(url("liste"), {"tri": "statut"})

    assert numeros(response) == ["deposee", "instruite", "programmee"]


def test_liste_has_pages_that_keep_the_filters(client, gestionnaire, enveloppe):
    OperationFactory.create_batch(26, enveloppe=enveloppe)

    response = entrer(client, gestionnaire).get(url("liste"), {"organisme": "CD62", "page": "2"})

    assert len(numeros(response)) == 1
    assert "?organisme=CD62&amp;page=1" in response.content.decode()
    assert "26\xa0opérations" in response.content.decode()
    assert "Ces 26\xa0opérations, CSV" in response.content.decode()


@pytest.mark.parametrize("requete", ["au=hier", "page=x", "page=99", "tri=rien", "appel=x", "statut=zzz", "q=%00"])
def test_liste_answers_a_mistaken_address(client, gestionnaire, enveloppe, requete):
    assert entrer(client, gestionnaire).get(f"{url('liste')}?{requete}").status_code == 200


def test_liste_empty_says_what_comes(client, gestionnaire, enveloppe):
    response = entrer(client, gestionnaire).get(url("liste"))

    assert "Aucune opération pour l’instant" in response.content.decode()
    assert url("creer") in response.content.decode()


def test_liste_keeps_the_cost_and_the_instructed_amount_of_another_body(client, gestionnaire_tm, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True, ue=Decimal("600.00"), ue__cout=Decimal("1234.00"))
    operation.plans.filter(version="instruit").update(ue=Decimal("555.00"), autofinancement=Decimal("679.00"))

    page = textes(entrer(client, gestionnaire_tm).get(url("liste")))

    assert "1\u202f234,00" not in page
    assert "555,00" not in page
    assert "600,00" in page


@pytest.mark.parametrize("item_count", [1, 3])
def test_liste_query_count(client, gestionnaire, enveloppe, item_count, django_assert_num_queries):
    OperationFactory.create_batch(item_count, enveloppe=enveloppe, programmee=True)
    entrer(client, gestionnaire)
    with django_assert_num_queries(18):
        response = client.get(url("liste"))
    assert len(numeros(response)) == item_count


@pytest.mark.parametrize(
    ("role", "lit"), [(Role.RESPONSABLE, True), (Role.LECTEUR_ETAT, True), (Role.SECRETAIRE, False)]
)
def test_the_list_leads_to_the_batches_for_who_may_read_them(client, enveloppe, role, lit):
    entrer(client, habilite(role))
    page = client.get(url("liste")).content.decode()
    assert (reverse("operations:fonds", args=[enveloppe.accord.slug]) in page) is lit


@pytest.mark.parametrize(
    ("role", "organisme", "statut"),
    [
        (Role.GESTIONNAIRE, "TM", 200),
        (Role.SECRETAIRE, "CD62", 200),
        (Role.LECTEUR_ETAT, "DDETS_62", 200),
        (Role.AUDITEUR, "DREETS_HDF", 200),
        (Role.PLIE, "PLIE_LENS_LIEVIN", 200),
        (Role.ADMINISTRATEUR, "CD62", 403),
    ],
)
def test_who_opens_the_list(client, enveloppe, role, organisme, statut):
    client.force_login(habilite(role, organisme))
    assert [client.get(url(nom)).status_code for nom in ("liste", "export_operations_csv")] == [statut, statut]


def test_a_plie_lists_the_operations_of_its_own_structure(client, enveloppe):
    plie = OrganismeFactory(code="PLIE_LENS_LIEVIN")
    sienne = StructureFactory(accord=enveloppe.accord, organisme=plie)
    OperationFactory(enveloppe=enveloppe, numero="sienne", structure=sienne)
    OperationFactory(enveloppe=enveloppe, numero="autre")
    client.force_login(habilite(Role.PLIE, plie))

    assert numeros(client.get(url("liste"))) == ["sienne"]
    assert client.get(url("plan", "sienne")).status_code == 200
    assert client.get(url("detail", "autre")).status_code == 404


# -- the file


def test_detail_is_whole_for_its_body_and_for_the_state(client, gestionnaire, lecteur_etat, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    InstructionFactory(operation=operation)
    for personne in (gestionnaire, lecteur_etat):
        client.force_login(personne)
        for onglet in ("detail", "plan", "instruction", "journal"):
            response = client.get(url(onglet, operation.numero))
            assert response.status_code == 200
            assert "operations/resume.html" not in [t.name for t in response.templates]


@pytest.mark.parametrize(("role", "organisme"), [(Role.GESTIONNAIRE, "TM"), (Role.SECRETAIRE, "CD62")])
def test_who_reads_the_summary_reads_nothing_more(client, enveloppe, role, organisme):
    operation = OperationFactory(
        enveloppe=enveloppe, programmee=True, resume="Secret de fabrique", ue__cout=Decimal("1234.00")
    )
    InstructionFactory(operation=operation, rapport="Rapport confidentiel")
    client.force_login(habilite(role, organisme))

    page = textes(client.get(url("detail", operation.numero)))

    for connu in (operation.numero, operation.intitule, operation.structure.nom, "600,00", "Programmée", "1er"):
        assert connu in page
    for tu in ("Secret de fabrique", "Rapport confidentiel", "1\u202f234,00", "Journal", "Plan de financement"):
        assert tu not in page
    statuts = [client.get(url(onglet, operation.numero)).status_code for onglet in ("plan", "instruction", "journal")]
    assert statuts == [403, 403, 403]


def test_another_agreement_is_not_even_known(client, gestionnaire, enveloppe):
    ailleurs = AccordFactory(slug="ailleurs-2021-2027", chef_de_file=OrganismeFactory(code="AILLEURS"))
    operation = OperationFactory(enveloppe=EnveloppeFactory(accord=ailleurs, organisme=ailleurs.chef_de_file))
    client.force_login(gestionnaire)

    assert client.get(operation.get_absolute_url()).status_code == 404
    assert client.get(url("detail", operation.numero)).status_code == 404
    assert client.get(url("modifier", operation.numero)).status_code == 404


def test_an_operation_of_a_second_agreement_does_not_answer_under_the_first(client, gestionnaire, enveloppe):
    second = AccordFactory(slug="second-2021-2027", parties=["CD62"])
    operation = OperationFactory(enveloppe=EnveloppeFactory(accord=second))
    client.force_login(gestionnaire)

    assert client.get(operation.get_absolute_url()).status_code == 200
    assert client.get(url("detail", operation.numero)).status_code == 404


def test_detail_offers_the_acts_of_the_moment_and_says_who_does_the_others(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True, instruite_par=gestionnaire)
    client.force_login(gestionnaire)

    response = client.get(url("detail", operation.numero))

    assert [acte.nom for acte in response.context["actes"].possibles] == ["rouvrir", "abandonner"]
    assert response.context["actes"].refus == [
        "Seul le responsable programme (CD62). Vous avez instruit cette opération."
    ]


def test_journal_tells_before_and_after_in_words(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, numero="202600067")
    client.force_login(gestionnaire)
    donnees = saisie(enveloppe, structure=operation.structure_id, ue="700", autofinancement="300", version="1")
    client.post(url("modifier", operation.numero), donnees | {"cout_total_eligible": "1000"})

    page = textes(client.get(url("journal", operation.numero)))

    assert "montant européen : 600,00 € devient 700,00 €" in page.replace("\xa0", " ")
    assert "part consacrée aux quartiers prioritaires : rien devient 45,00" in page.replace("\xa0", " ")
    for code in ("part_qpv_declaree", "autofinancement_", "debut_le", "ue_"):
        assert code not in page


@pytest.mark.parametrize("onglet", ["detail", "plan", "instruction", "journal"])
@pytest.mark.parametrize("item_count", [1, 3])
def test_detail_query_count(client, gestionnaire, enveloppe, onglet, item_count, django_assert_num_queries):
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)
    for _ in range(item_count):
        EcritureFactory(operation=operation)
        InstructionFactory(operation=operation)
        operation.recevabilites.create(sens="recevable", prononcee_le="2026-02-01", auteur=gestionnaire)
        operation.decisions.create(
            sens="ajournee", instance="CP", decidee_le="2026-04-01", motif="Motif", auteur=gestionnaire
        )
    client.force_login(gestionnaire)
    with django_assert_num_queries({"detail": 15, "plan": 14, "instruction": 15, "journal": 11}[onglet]):
        assert client.get(url(onglet, operation.numero)).status_code == 200


# -- deposit


def test_creer_deposits_an_operation_from_what_people_type(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    response = client.post(url("creer"), saisie(enveloppe))

    operation = Operation.objects.get()
    assert response["Location"] == operation.get_absolute_url()
    assert (operation.statut, operation.part_qpv_declaree, operation.enveloppe) == (
        Statut.DEPOSEE,
        Decimal("0.4500"),
        enveloppe,
    )
    plan = operation.plans.get()
    assert (plan.cout_total_eligible, plan.ue, plan.autofinancement) == (
        Decimal("1000.50"),
        Decimal("600.50"),
        Decimal("400.00"),
    )
    assert journal_de(operation).get().acte == "deposee"


def test_creer_with_errors_loses_nothing_and_says_where(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    response = client.post(
        url("creer"), saisie(enveloppe, debut_le="2026-10-01", fin_le="2026-09-30", ue="12 euros", resume="Mon résumé")
    )

    assert response.status_code == 200
    assert not Operation.objects.exists()
    assert response.context["form"].errors == {"fin_le": ["Choisissez une date à partir du 1er\xa0octobre\xa02026."]}
    assert list(response.context["plan"].errors) == ["ue"]
    page = response.content.decode()
    for conserve in ('value="12 euros"', "Mon résumé", 'value="2026-09-30"', 'value="45,00"'):
        assert conserve in page
    assert "Deux points empêchent d’enregistrer" in page
    assert 'href="#id_fin_le"' in page
    assert 'href="#id_ue"' in page
    assert 'aria-describedby="id_ue_error"' in page


def test_creer_refuses_a_number_already_used_beside_its_field(client, gestionnaire, enveloppe):
    OperationFactory(enveloppe=enveloppe, numero="202600067")
    client.force_login(gestionnaire)

    response = client.post(url("creer"), saisie(enveloppe))

    assert response.context["form"].errors == {"numero": ["Une opération porte déjà ce numéro Ma démarche FSE+."]}


def test_creer_puts_the_refusal_of_the_service_beside_its_field(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, ouvert_le=dt.date(2026, 1, 1), limite_depot_le=dt.date(2026, 1, 31))
    client.force_login(gestionnaire)

    response = client.post(url("creer"), saisie(enveloppe, appel=appel.pk, deposee_le="2026-02-01"))

    assert list(response.context["form"].errors) == ["deposee_le"]
    assert not Operation.objects.exists()


def test_creer_records_a_new_beneficiary_on_the_way(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    client.post(
        url("creer"),
        saisie(enveloppe, structure="", nouvelle_structure="Cap Ternois (exemple)", nouveau_siret="732 829 320 00074"),
    )

    structure = Operation.objects.get().structure
    assert (structure.nom, structure.siret, structure.accord) == (
        "Cap Ternois (exemple)",
        "73282932000074",
        enveloppe.accord,
    )


def test_creer_that_is_refused_leaves_no_new_beneficiary_behind(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, limite_depot_le=dt.date(2022, 12, 31))
    client.force_login(gestionnaire)

    client.post(url("creer"), saisie(enveloppe, structure="", nouvelle_structure="Cap Ternois", appel=appel.pk))

    assert not Structure.objects.filter(nom="Cap Ternois").exists()


@pytest.mark.parametrize(
    ("champs", "erreur"),
    [
        ({"structure": ""}, "structure"),
        ({"structure": "", "nouvelle_structure": "  "}, "structure"),
        ({"nouvelle_structure": "Une autre"}, "nouvelle_structure"),
        ({"structure": "", "nouvelle_structure": "ETUDES (Exemple)"}, "nouvelle_structure"),
        ({"structure": "", "nouvelle_structure": "Neuve", "nouveau_siret": "12345678901234"}, "nouveau_siret"),
    ],
)
def test_creer_wants_one_beneficiary_that_is_not_there_yet(client, gestionnaire, enveloppe, champs, erreur):
    StructureFactory(accord=enveloppe.accord, nom="Études (exemple)")
    client.force_login(gestionnaire)

    response = client.post(url("creer"), saisie(enveloppe, **champs))

    assert list(response.context["form"].errors) == [erreur]


def test_creer_asks_the_envelope_first_when_there_are_two(client, gestionnaire, enveloppe):
    ftj = EnveloppeFactory(accord=enveloppe.accord, fonds=FondsFactory(code="FTJ"))
    EnveloppeFactory(accord=enveloppe.accord, organisme=OrganismeFactory(code="TM"))
    client.force_login(gestionnaire)

    choix = client.get(url("creer"))
    assert choix.context["enveloppes"] == [enveloppe, ftj]
    assert client.get(url("creer"), {"enveloppe": "FTJ_CD62"}).context["enveloppe"] == ftj
    assert "form" in client.get(url("creer"), {"enveloppe": "FSE_TM"}).context
    assert "plan" not in client.get(url("creer"), {"enveloppe": "FSE_TM"}).context


def test_creer_offers_what_the_envelope_allows_only(client, gestionnaire, enveloppe):
    sien = DispositifFactory(enveloppe=enveloppe)
    DispositifFactory(enveloppe=EnveloppeFactory(accord=enveloppe.accord, fonds=FondsFactory(code="FTJ")))
    brouillon = AppelFactory(enveloppe=enveloppe, brouillon=True)
    client.force_login(gestionnaire)

    form = client.get(url("creer"), {"enveloppe": enveloppe.code}).context["form"]

    assert list(form.fields["dispositif"].queryset) == [sien]
    assert "axe" not in form.fields
    assert brouillon not in form.fields["appel"].queryset


@pytest.mark.parametrize(
    ("role", "organisme"),
    [
        (Role.SECRETAIRE, "CD62"),
        (Role.RESPONSABLE, "CD62"),
        (Role.LECTEUR_ETAT, "DDETS_62"),
        (Role.AUDITEUR, "DREETS_HDF"),
    ],
)
def test_who_may_not_deposit(client, enveloppe, role, organisme):
    client.force_login(habilite(role, organisme))
    assert client.get(url("creer")).status_code == 403
    assert client.post(url("creer"), saisie(enveloppe)).status_code == 403
    assert not Operation.objects.exists()


# -- correct


def test_modifier_starts_from_what_is_recorded_and_saves(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, numero="202600067", part_qpv_declaree=Decimal("0.1250"))
    client.force_login(gestionnaire)

    page = client.get(url("modifier", operation.numero)).content.decode()
    assert 'value="12,50"' in page
    assert 'value="1\u202f000,00"' in page

    response = client.post(
        url("modifier", operation.numero), saisie(enveloppe, structure=operation.structure_id, version="1")
    )

    assert response["Location"] == operation.get_absolute_url()
    operation.refresh_from_db()
    assert operation.intitule == "Ateliers de reprise en main (exemple)"
    assert operation.plans.get().ue == Decimal("600.50")


def test_modifier_asks_why_an_admissible_length_leaves_the_bounds_of_its_call(client, gestionnaire, enveloppe):
    appel = AppelFactory(enveloppe=enveloppe, duree_max_mois=12)
    operation = OperationFactory(enveloppe=enveloppe, appel=appel, recevable=True)
    donnees = saisie(
        enveloppe,
        structure=operation.structure_id,
        appel=appel.pk,
        debut_le="2026-01-01",
        fin_le="2026-12-31",
        version=str(operation.version),
    )
    champ = 'name="motif_duree"'
    assert champ not in entrer(client, gestionnaire).get(url("modifier", operation.numero)).content.decode()

    page = client.post(url("modifier", operation.numero), donnees | {"fin_le": "2027-01-01"})
    assert list(page.context["form"].errors) == ["motif_duree"]
    assert champ in page.content.decode()
    assert "ou dites pourquoi elle est recevable ainsi" in textes(page)

    motif = {"fin_le": "2027-01-01", "motif_duree": "Année scolaire"}
    page = client.post(url("modifier", operation.numero), donnees | motif, follow=True)
    operation = Operation.objects.get()
    assert operation.fin_le == dt.date(2027, 1, 1)
    assert journal_de(operation).first().valeurs["hors_duree"] == "Année scolaire"
    assert "ou dites pourquoi" not in textes(page)

    # corrected elsewhere, the length that was admitted is not asked again
    suite = donnees | {"numero": operation.numero, "fin_le": "2027-01-01", "version": str(operation.version)}
    client.post(url("modifier", operation.numero), suite | {"intitule": "Autre intitulé"})
    assert Operation.objects.get().intitule == "Autre intitulé"


def test_modifier_refuses_a_stale_form_and_shows_both(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, numero="202600067", intitule="Avant")
    client.force_login(gestionnaire)
    donnees = saisie(enveloppe, structure=operation.structure_id, version="1")
    client.post(url("modifier", operation.numero), donnees | {"intitule": "Saisie d’un collègue"})

    response = client.post(url("modifier", operation.numero), donnees | {"intitule": "La mienne"})

    assert response.status_code == 200
    ecarts = response.context["ecarts"]
    assert [(e["libelle"], e["enregistre"], e["saisi"]) for e in ecarts] == [
        ("Intitulé", "Saisie d’un collègue", "La mienne")
    ]
    operation.refresh_from_db()
    assert operation.intitule == "Saisie d’un collègue"
    # the page now carries the version it shows: a second save is knowing
    version = re.search(r'name="version" value="(\d+)"', response.content.decode()).group(1)
    client.post(url("modifier", operation.numero), donnees | {"intitule": "La mienne", "version": version})
    operation.refresh_from_db()
    assert operation.intitule == "La mienne"


def test_modifier_is_for_the_body_of_the_envelope(client, gestionnaire_tm, secretaire, responsable, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe)
    for personne in (gestionnaire_tm, secretaire, responsable):
        client.force_login(personne)
        assert client.get(url("modifier", operation.numero)).status_code == 403
        assert client.post(url("modifier", operation.numero), saisie(enveloppe)).status_code == 403


def test_modifier_once_decided_leads_back_with_the_reason(client, gestionnaire, enveloppe):
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    client.force_login(gestionnaire)

    response = client.get(url("modifier", operation.numero), follow=True)

    assert "Une opération programmée ne se modifie plus." in response.content.decode()
    assert Ecriture.objects.count() == 1


@pytest.mark.parametrize("item_count", [1, 3])
def test_saisie_query_count(client, gestionnaire, enveloppe, item_count, django_assert_num_queries):
    StructureFactory.create_batch(item_count, accord=enveloppe.accord)
    DispositifFactory.create_batch(item_count, enveloppe=enveloppe)
    AppelFactory.create_batch(item_count, enveloppe=enveloppe)
    client.force_login(gestionnaire)
    with django_assert_num_queries(21):
        client.get(url("creer"))


def test_a_date_that_does_not_exist_shows_today_and_says_so_and_exports_nothing(client, gestionnaire, enveloppe):
    client.force_login(gestionnaire)

    page = client.get(url("liste"), {"au": "2026-02-30", "nature": "programme"}).content.decode()
    assert "<b>Chiffres d’aujourd’hui.</b>" in page

    refus = client.get(url("export_operations_csv"), {"au": "2026-02-30"})
    assert (refus.status_code, refus.content.decode().splitlines()) == (
        400,
        ["Rien n’est exporté.", "Programmées au\xa0: Donnez une date qui existe, par exemple 30/06/2026."],
    )


def test_operations_of_a_siren_typed_with_spaces(client, gestionnaire, enveloppe):
    structure = StructureFactory(accord=enveloppe.accord, siret="73282932000074")
    OperationFactory(enveloppe=enveloppe, structure=structure, numero="sienne")
    OperationFactory(enveloppe=enveloppe, numero="202600900")

    page = entrer(client, gestionnaire)

    assert numeros(page.get(url("liste"), {"q": "732 829 320"})) == ["sienne"]
    assert numeros(page.get(url("liste"), {"q": "2026 00 900"})) == ["202600900"]
    assert numeros(page.get(url("liste"), {"q": "732 829 321"})) == []


def test_a_number_typed_in_groups_is_recorded_without_spaces(client, gestionnaire, enveloppe):
    entrer(client, gestionnaire).post(url("creer"), saisie(enveloppe, numero=" 2026 00 900 "))

    assert Operation.objects.get().numero == "202600900"


def test_the_beneficiary_stays_required_in_words_after_an_error(client, gestionnaire, enveloppe):
    envoi = saisie(enveloppe, structure="", nouvelle_structure="Cap Ternois (exemple)", intitule="")

    form = entrer(client, gestionnaire).post(url("creer"), envoi).context["form"]

    assert list(form.errors) == ["intitule"]
    assert form.fields["structure"].required


def test_the_epcis_are_in_the_order_of_the_alphabet(client, gestionnaire, enveloppe):
    for rang, nom in enumerate(["CA Grand Calais", "CA de Béthune", "CC du Ternois"]):
        Epci.objects.create(nom=nom, siren=f"20000000{rang}", code_departement="62", millesime="2026")

    form = entrer(client, gestionnaire).get(url("creer")).context["form"]

    assert [str(epci) for epci in form.fields["epcis"].queryset] == [
        "CA de Béthune",
        "CA Grand Calais",
        "CC du Ternois",
    ]


def test_a_printed_page_says_that_it_is_not_the_whole_list(client, gestionnaire, enveloppe):
    OperationFactory.create_batch(26, enveloppe=enveloppe)

    texte = entrer(client, gestionnaire).get(url("liste")).content.decode()

    assert "25 opérations sur 26 : exportez la liste pour les avoir toutes." in texte


@pytest.mark.parametrize(
    ("statut", "mot"), [(Statut.IRRECEVABLE, "irrecevable"), (Statut.ABANDONNEE, "abandonnée")], ids=str
)
def test_a_file_that_is_over_does_not_announce_what_will_never_come(client, gestionnaire, accord, statut, mot):
    operation = OperationFactory(enveloppe=EnveloppeFactory(accord=accord), statut=statut)
    client.force_login(gestionnaire)
    for page in ("instruction", "plan"):
        texte = client.get(url(page, operation.numero)).content.decode().replace("\xa0", " ")
        assert f"L’opération est {mot} : elle s’arrête ici." in texte
        assert "appara" not in texte
        assert "pas encore" not in texte
