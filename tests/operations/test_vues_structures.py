"""Structures: listed, entered with their SIRET checked, and all their operations."""

import csv
import io

import pytest
from django.urls import reverse

from accord.montants import format_siret
from comptes.enums import Role
from comptes.journal import journal_de
from operations.models import Structure
from tests.factories import (
    AccordFactory,
    EnveloppeFactory,
    OperationFactory,
    OrganismeFactory,
    PartieFactory,
    StructureFactory,
    habilite,
)

pytestmark = pytest.mark.django_db

SIRET = "73282932000074"
SIREN_AUTRE = "443061841"


@pytest.fixture
def enveloppe(accord):
    return EnveloppeFactory(accord=accord)


def url(nom, *args):
    return reverse(f"operations:{nom}", args=["essai-2021-2027", *args])


def saisie(champs, *contacts):
    """What the form sends: these fields, and one dict per contact."""
    lignes = {"contacts-TOTAL_FORMS": len(contacts), "contacts-INITIAL_FORMS": 0}
    for rang, contact in enumerate(contacts):
        lignes |= {f"contacts-{rang}-{nom}": valeur for nom, valeur in contact.items()}
    return {"roles": ["beneficiaire"]} | champs | lignes


def noms(response):
    return [row.record.nom for row in response.context["table"].page.object_list]


def test_structure_is_entered_with_its_siret(client, gestionnaire):
    client.force_login(gestionnaire)

    response = client.post(url("structure_creer"), saisie({"nom": "Cap Ternois", "siret": "732 829 320 00074"}))

    structure = Structure.objects.get()
    assert structure.siret == SIRET
    assert response["Location"] == url("structure_detail", structure.pk)


@pytest.mark.parametrize(
    ("champs", "erreur"),
    [
        ({"siret": "73282932000075"}, "siret"),
        ({"siret": SIRET}, "siret"),
        ({"nom": ""}, "nom"),
        ({"code_postal": "6200"}, "code_postal"),
        ({"commune": "Nulle part"}, "commune"),
        ({"roles": []}, "roles"),
        ({"siren_declare": "732829321"}, "siren_declare"),
        ({"siret": "", "siren_declare": SIREN_AUTRE}, "siren_declare"),
        ({"siret": "55208131766522", "siren_declare": SIREN_AUTRE}, "siren_declare"),
    ],
)
def test_structure_errors_are_beside_their_field(client, gestionnaire, champs, erreur):
    StructureFactory(accord__slug="essai-2021-2027", siret=SIRET)
    StructureFactory(accord__slug="essai-2021-2027", siren_declare=SIREN_AUTRE)
    client.force_login(gestionnaire)

    response = client.post(url("structure_creer"), saisie({"nom": "Cap Ternois", "adresse": "1 rue d’Arras"} | champs))

    assert list(response.context["form"].errors) == [erreur]
    assert 'value="1 rue d’Arras"' in response.content.decode()


def test_structure_known_by_its_siren_only(client, gestionnaire):
    client.force_login(gestionnaire)

    client.post(url("structure_creer"), saisie({"nom": "Cap Ternois", "siren_declare": "443 061 841"}))

    structure = Structure.objects.get()
    assert (structure.siret, structure.siren) == ("", SIREN_AUTRE)
    assert (
        f'SIREN <span class="nombre">{format_siret(SIREN_AUTRE)}</span>'
        in client.get(url("structure_detail", structure.pk)).content.decode()
    )


def test_a_siret_says_its_siren(client, gestionnaire):
    client.force_login(gestionnaire)

    client.post(url("structure_creer"), saisie({"nom": "Cap", "siret": SIRET, "siren_declare": "732829320"}))

    structure = Structure.objects.get()
    assert (structure.siret, structure.siren_declare, structure.siren) == (SIRET, "", "732829320")


def test_structure_keeps_several_contacts_and_no_name_in_its_journal(client, gestionnaire):
    client.force_login(gestionnaire)
    deux = [{"nom": "Dominique Bertin", "fonction": "Direction"}, {"courriel": "accueil@exemple.invalid"}]
    client.post(url("structure_creer"), saisie({"nom": "Cap", "roles": ["partenaire", "cofinanceur"]}, *deux, {}))
    structure = Structure.objects.get()
    assert [str(c) for c in structure.contacts.all()] == ["Dominique Bertin", "accueil@exemple.invalid"]
    assert structure.dire_roles == "Partenaire, cofinanceur"

    vu = client.get(url("structure_modifier", structure.pk)).context["form"].initial["vu"]
    client.post(url("structure_modifier", structure.pk), saisie({"nom": "Cap", "vu": vu}, deux[1]))

    assert [str(c) for c in structure.contacts.all()] == ["accueil@exemple.invalid"]
    lignes = list(journal_de(structure))
    assert [ligne.valeurs["contacts"] for ligne in lignes] == ["1", "2"]
    assert not any("Bertin" in str(ligne.valeurs) for ligne in lignes)


def test_a_contact_changed_elsewhere_makes_the_form_stale(client, gestionnaire, accord):
    structure = StructureFactory(accord=accord, nom="Cap")
    client.force_login(gestionnaire)
    vu = client.get(url("structure_modifier", structure.pk)).context["form"].initial["vu"]
    structure.contacts.create(nom="Alix")

    response = client.post(url("structure_modifier", structure.pk), saisie({"nom": "Cap", "vu": vu}, {"nom": "Lou"}))

    assert [(e["libelle"], e["enregistre"], e["saisi"]) for e in response.context["ecarts"]] == [
        ("Contacts", "Alix", "Lou")
    ]


def test_a_contact_with_a_false_address_is_said_beside_its_field(client, gestionnaire):
    client.force_login(gestionnaire)

    response = client.post(url("structure_creer"), saisie({"nom": "Cap"}, {"courriel": "nom@"}))

    assert list(response.context["form"].contacts.forms[0].errors) == ["courriel"]
    assert not Structure.objects.exists()


def test_a_second_structure_with_the_same_name_asks_for_a_tick(client, gestionnaire, accord):
    ancienne = StructureFactory(accord=accord, nom="Études et Travaux")
    client.force_login(gestionnaire)

    response = client.post(url("structure_creer"), saisie({"nom": "etudes et travaux"}))
    assert list(response.context["form"].errors) == ["homonyme"]
    assert url("structure_detail", ancienne.pk) in response.content.decode()

    client.post(url("structure_creer"), saisie({"nom": "etudes et travaux", "homonyme": "on"}))
    assert Structure.objects.count() == 2


def test_structure_modifier_refuses_a_stale_form_and_shows_both(client, gestionnaire, accord):
    structure = StructureFactory(accord=accord, nom="Cap Ternois")
    client.force_login(gestionnaire)
    vu = client.get(url("structure_modifier", structure.pk)).context["form"].initial["vu"]
    client.post(url("structure_modifier", structure.pk), saisie({"nom": "Cap Ternois", "adresse": "2 rue", "vu": vu}))

    response = client.post(
        url("structure_modifier", structure.pk), saisie({"nom": "Cap Ternois", "adresse": "3 rue", "vu": vu})
    )
    assert [(e["enregistre"], e["saisi"]) for e in response.context["ecarts"]] == [("2 rue", "3 rue")]

    vu = response.context["form"].data["vu"]
    client.post(url("structure_modifier", structure.pk), saisie({"nom": "Cap Ternois", "adresse": "3 rue", "vu": vu}))
    structure.refresh_from_db()
    assert structure.adresse == "3 rue"


def test_structures_search_by_name_and_siret(client, gestionnaire, accord):
    StructureFactory(accord=accord, nom="Les Écoliers", siret=SIRET)
    StructureFactory(accord=accord, nom="Autre")
    client.force_login(gestionnaire)

    assert noms(client.get(url("structures"), {"q": "ecoliers"})) == ["Les Écoliers"]
    assert noms(client.get(url("structures"), {"q": "732 829"})) == ["Les Écoliers"]
    assert noms(client.get(url("structures"), {"siret": "absent"})) == ["Autre"]


def test_structures_filtered_by_role_and_operations_then_sorted(client, gestionnaire, enveloppe):
    accord = enveloppe.accord
    StructureFactory(accord=accord, nom="Alpha", roles=["partenaire", "cofinanceur"], siren_declare=SIREN_AUTRE)
    OperationFactory(enveloppe=enveloppe, structure=StructureFactory(accord=accord, nom="Bêta", siret=SIRET))
    client.force_login(gestionnaire)

    assert noms(client.get(url("structures"), {"role": "cofinanceur"})) == ["Alpha"]
    assert noms(client.get(url("structures"), {"operations": "avec"})) == ["Bêta"]
    assert noms(client.get(url("structures"), {"operations": "sans"})) == ["Alpha"]
    assert noms(client.get(url("structures"), {"tri": "-siret"})) == ["Bêta", "Alpha"]
    assert noms(client.get(url("structures"), {"q": "443 061"})) == ["Alpha"]
    assert noms(client.get(url("structures"), {"siret": "absent"})) == []


def test_structures_exported_as_filtered_without_their_contacts(client, gestionnaire, enveloppe):
    structure = StructureFactory(accord=enveloppe.accord, nom="=Bêta", siret=SIRET)
    structure.contacts.create(nom="Alix", courriel="alix@exemple.invalid")
    OperationFactory(enveloppe=enveloppe, structure=structure)
    StructureFactory(accord=enveloppe.accord, nom="Alpha")
    client.force_login(gestionnaire)

    response = client.get(url("export_structures"), {"operations": "avec"})

    texte = b"".join(response.streaming_content).decode("utf-8-sig")
    lignes = list(csv.DictReader(io.StringIO(texte), delimiter=";"))
    assert [(x["nom"], x["siret"], x["siren"], x["roles"], x["operations"]) for x in lignes] == [
        ("'=Bêta", SIRET, "732829320", "Bénéficiaire", "1")
    ]
    assert "Alix" not in texte


def test_structure_detail_lists_all_its_operations(client, gestionnaire, enveloppe):
    structure = StructureFactory(accord=enveloppe.accord)
    OperationFactory(enveloppe=enveloppe, structure=structure, numero="a")
    tm = EnveloppeFactory(accord=enveloppe.accord, organisme=OrganismeFactory(code="TM"))
    OperationFactory(enveloppe=tm, structure=structure, numero="b")
    OperationFactory(enveloppe=enveloppe, numero="c")
    client.force_login(gestionnaire)

    response = client.get(url("structure_detail", structure.pk), {"tri": "numero"})

    assert [row.record.numero for row in response.context["table"].page.object_list] == ["a", "b"]


@pytest.mark.parametrize(
    ("role", "organisme", "attendus"),
    [
        (Role.RESPONSABLE, "CD62", [200, 200, 200, 403]),
        (Role.SECRETAIRE, "CD62", [200, 200, 403, 403]),
        (Role.PLIE, "PLIE_LENS_LIEVIN", [200, 404, 404, 403]),
        (Role.ADMINISTRATEUR, "CD62", [403, 404, 404, 403]),
    ],
)
def test_who_reads_and_writes_structures(client, enveloppe, role, organisme, attendus):
    structure = StructureFactory(accord=enveloppe.accord)
    client.force_login(habilite(role, organisme))
    pages = [
        url("structures"),
        url("structure_detail", structure.pk),
        url("structure_modifier", structure.pk),
        url("structure_creer"),
    ]
    assert [client.get(page).status_code for page in pages] == attendus


def test_a_structure_of_another_agreement_is_not_known(client, gestionnaire):
    ailleurs = AccordFactory(slug="ailleurs-2021-2027", chef_de_file=OrganismeFactory(code="AILLEURS"))
    structure = StructureFactory(accord=ailleurs)
    client.force_login(gestionnaire)

    assert client.get(url("structure_detail", structure.pk)).status_code == 404


@pytest.mark.parametrize("item_count", [1, 3])
def test_structures_query_count(client, gestionnaire, enveloppe, item_count, django_assert_num_queries):
    structures = StructureFactory.create_batch(item_count, accord=enveloppe.accord)
    for structure in structures:
        OperationFactory.create_batch(item_count, enveloppe=enveloppe, structure=structure)
    client.force_login(gestionnaire)
    with django_assert_num_queries(8):
        client.get(url("structures"))
    with django_assert_num_queries(13):
        client.get(url("structure_detail", structures[0].pk))


# -- the link with a body of the agreement


def lier(client, structure, organisme):
    vu = client.get(url("structure_modifier", structure.pk)).context["form"].initial["vu"]
    champs = {"nom": structure.nom, "vu": vu, "organisme": organisme.pk if organisme else ""}
    return client.post(url("structure_modifier", structure.pk), saisie(champs))


def test_a_gestionnaire_links_a_structure_whose_operations_are_all_theirs(client, gestionnaire, enveloppe):
    plie = PartieFactory(accord=enveloppe.accord, organisme=OrganismeFactory(code="PLIE_A")).organisme
    structure = OperationFactory(enveloppe=enveloppe).structure
    client.force_login(gestionnaire)

    assert lier(client, structure, plie).status_code == 302

    structure.refresh_from_db()
    assert structure.organisme == plie
    assert journal_de(structure)[0].valeurs == {"organisme": {"avant": "", "apres": "PLIE_A"}}


@pytest.mark.parametrize(
    ("role", "lie", "autre_oi", "accepte"),
    [
        (Role.GESTIONNAIRE, False, True, False),  # the other OI’s files would open
        (Role.GESTIONNAIRE, True, False, False),  # taking the link away would hide a conflict of interest
        (Role.RESPONSABLE, True, False, True),
        (Role.RESPONSABLE, True, True, False),
    ],
)
def test_a_link_never_reaches_the_files_of_the_other_body(client, enveloppe, role, lie, autre_oi, accepte):
    plie = PartieFactory(accord=enveloppe.accord, organisme=OrganismeFactory(code="PLIE_A")).organisme
    structure = StructureFactory(accord=enveloppe.accord, organisme=plie if lie else None)
    OperationFactory(enveloppe=enveloppe, structure=structure)
    if autre_oi:
        tm = EnveloppeFactory(accord=enveloppe.accord, organisme=OrganismeFactory(code="TM"))
        OperationFactory(enveloppe=tm, structure=structure)
    client.force_login(habilite(role))

    reponse = lier(client, structure, None if lie else plie)

    structure.refresh_from_db()
    assert (structure.organisme is not None) is (lie is not accepte)
    if not accepte:
        assert list(reponse.context["form"].errors) == ["organisme"]


def test_a_siret_is_read_by_threes(client, gestionnaire, accord):
    structure = StructureFactory(accord=accord, siret=SIRET)
    client.force_login(gestionnaire)

    for page in (url("structures"), url("structure_detail", structure.pk)):
        assert "732 829 320 00074" in client.get(page).content.decode()
