"""Files of operations: all or nothing, one message per faulty cell, twice the same file changes nothing."""

import datetime as dt
import io
import time
import zipfile
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accord.models import Epci
from comptes.classeurs import ecrire_ods, ecrire_xlsx
from comptes.enums import Role
from comptes.journal import journal_de
from comptes.lecture import TAILLE_MAX, TableauIllisible, lire_tableau
from comptes.models import JournalAudit
from operations.enums import Statut, VersionPlan
from operations.importation.colonnes import COLONNES, FEUILLE
from operations.importation.modele import build_modele_csv, build_modele_xlsx
from operations.models import Ecriture, Operation, Structure
from operations.services import rouvrir_instruction
from operations.services.importation import AuteurManquant, importer_operations
from tests.factories import (
    AppelFactory,
    CritereFactory,
    DispositifFactory,
    EnveloppeFactory,
    FondsFactory,
    HabilitationFactory,
    LignePartageFactory,
    ObjectifSpecifiqueFactory,
    OperationFactory,
    StructureFactory,
)
from tests.operations.tableaux import build_ligne, en_csv, en_ods, en_xlsx, typer

pytestmark = pytest.mark.django_db

INSTRUITE = {
    "recevable_le": "01/02/2026",
    "pieces_completes": "oui",
    "instruite_le": "01/03/2026",
    "avis": "Favorable",
    "rapport": "Le projet répond à l’appel.",
    "lignes_respectees": "oui",
    "sans_conflit": "oui",
}
PROGRAMMEE = INSTRUITE | {
    "decidee_le": "01/04/2026",
    "instance": "Commission permanente",
    "ue_programme": "600,00",
}


@pytest.fixture
def enveloppe(accord):
    enveloppe = EnveloppeFactory(accord=accord)
    ObjectifSpecifiqueFactory(fonds=enveloppe.fonds)
    return enveloppe


@pytest.fixture
def importer(enveloppe, gestionnaire):
    def charger(lignes, *, auteur=gestionnaire, ecrire=en_csv, **options):
        return importer_operations(
            lire_tableau(ecrire(lignes), feuille=FEUILLE),
            accord=enveloppe.accord,
            organisme=enveloppe.organisme,
            auteur=auteur,
            **options,
        )

    return charger


def lire_fautes(bilan) -> list[tuple]:
    return [(faute.ligne, faute.colonne, faute.valeur, faute.proposition) for faute in bilan.fautes]


def la_faute(bilan):
    (faute,) = bilan.fautes
    return faute


# -- Must be shown: 1 000 lines, 25 of them faulty


def poser_fautes(lignes: list[dict]) -> list[tuple]:
    """Spoil 25 lines in 25 ways; what the messages must say: line, column, value, correction."""
    attendues = []

    def gater(rang, colonne, valeur, proposition="", montre=None):
        lignes[rang][colonne] = valeur
        attendues.append((rang + 2, colonne, valeur if montre is None else montre, proposition))

    gater(10, "numero", "2026/é 10", "2026-10")
    gater(50, "numero", lignes[20]["numero"])
    gater(90, "numero", "2026-TM-1")
    gater(130, "enveloppe", "FSE_CD63", "FSE_CD62")
    gater(170, "enveloppe", "FTJ_CD62", "FSE_CD62")
    gater(210, "intitule", "")
    gater(250, "intitule", "long " * 50, montre=("long " * 50)[:79] + "…")
    gater(290, "beneficiaire", "")
    gater(330, "siret", "73282932000047", "73282932000074")
    gater(370, "siret", "7328293200007")
    gater(410, "objectif_specifique", "1.J", "1.H")
    gater(450, "appel", "AAP-2062", "AAP-2026")
    gater(490, "appel", "AAP-BROUILLON")
    lignes[530]["appel"] = "AAP-2026"
    gater(530, "deposee_le", "31/12/2025")
    gater(570, "dispositif", "CD62_1_3", "CD62_1_2")
    gater(610, "deposee_le", "01/01/2099")
    gater(650, "deposee_le", "31/02/2026")
    gater(690, "debut_le", "02/28/2026", "28/02/2026")
    gater(730, "fin_le", "31/01/2026")
    gater(770, "epci", "CU d’Aras", "CU d’Arras")
    gater(810, "part_qpv", "145 %")
    gater(850, "cout_total_eligible", "1.234,50", "1\u202f234,50")
    gater(890, "ue", "1 000,01")
    gater(930, "ue", "0")
    gater(970, "autofinancement", "-400,00", "400,00")
    return attendues


@pytest.fixture
def decor(enveloppe):
    """What the thousand lines name: a call, a draft, a measure, a territory, a number held by the other body."""
    AppelFactory(enveloppe=enveloppe, code="AAP-2026", ouvert_le=dt.date(2026, 1, 1))
    AppelFactory(enveloppe=enveloppe, code="AAP-BROUILLON", brouillon=True)
    DispositifFactory(enveloppe=enveloppe, code="CD62_1_2")
    Epci.objects.create(siren="200033579", nom="CU d’Arras", code_departement="62", millesime="2026")
    tm = EnveloppeFactory(accord=enveloppe.accord, organisme__code="TM")
    OperationFactory(enveloppe=tm, numero="2026-TM-1")
    return tm


def mille() -> list[dict]:
    facultatives = dict.fromkeys(["siret", "appel", "dispositif", "epci", "part_qpv"], "")
    lignes = [build_ligne(rang, **facultatives) for rang in range(1000)]
    lignes[1] |= {"appel": "aap-2026", "dispositif": "CD62_1_2", "epci": "CU D'ARRAS", "part_qpv": "45 %"}
    return lignes


def test_a_thousand_lines_25_of_them_faulty_then_corrected_then_again(importer, decor, django_assert_max_num_queries):
    lignes = mille()
    attendues = poser_fautes(lignes)
    journal = JournalAudit.objects.count()

    refuse = importer(lignes)

    assert lire_fautes(refuse) == attendues
    assert len({(faute.ligne, faute.colonne) for faute in refuse.fautes}) == 25
    assert all(faute.regle for faute in refuse.fautes)
    assert (refuse.lignes, refuse.en_erreur) == (1000, 25)
    assert (Operation.objects.count(), JournalAudit.objects.count()) == (1, journal)

    corrigees = mille()
    debut = time.perf_counter()
    charge = importer(corrigees)
    duree = time.perf_counter() - debut

    assert charge.fautes == []
    assert (len(charge.creees), charge.modifiees, charge.inchangees) == (1000, [], 0)
    assert Operation.objects.count() == 1001
    assert duree < 120  # minutes would be a query per reference and per rule

    journal = JournalAudit.objects.count()
    with django_assert_max_num_queries(30):
        encore = importer(corrigees)

    assert (encore.creees, encore.modifiees, encore.inchangees, encore.fautes) == ([], [], 1000, [])
    assert JournalAudit.objects.count() == journal
    assert not Operation.objects.exclude(version=1).exists()


@pytest.mark.parametrize("ecrire", [en_xlsx, en_ods])
def test_a_workbook_of_typed_cells_says_the_same(importer, ecrire):
    lignes = [typer(build_ligne(rang)) for rang in range(5)]
    lignes[3]["debut_le"] = Decimal("46054")

    refuse = importer(lignes, ecrire=ecrire)

    assert lire_fautes(refuse) == [(5, "debut_le", "46054", "01/02/2026")]
    lignes[3]["debut_le"] = dt.date(2026, 2, 1)
    assert len(importer(lignes, ecrire=ecrire).creees) == 5
    operation = Operation.objects.get(numero="202600003")
    assert (operation.debut_le, operation.deposee_le) == (dt.date(2026, 2, 1), dt.date(2026, 1, 15))
    assert operation.plans.get().ue == Decimal("600.00")
    assert importer(lignes, ecrire=ecrire).inchangees == 5


# -- reading


@pytest.mark.parametrize("separateur", [";", ",", "\t"])
@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_habit_of_csv_is_read(importer, separateur, encodage):
    importer(
        [build_ligne(1, intitule="Élan, œuvre ; été")],
        ecrire=lambda x: en_csv(x, separateur=separateur, encodage=encodage),
    )

    assert Operation.objects.get().intitule == "Élan, œuvre ; été"


def test_titles_are_known_whatever_their_case_accents_and_order(importer):
    ligne = build_ligne(1)
    titres = {
        "numero": "N° d'opération",
        "cout_total_eligible": "COUT TOTAL ELIGIBLE",
        "beneficiaire": " Bénéficiaire ",
    }
    renversee = {titres.get(nom, nom): valeur for nom, valeur in reversed(ligne.items())}

    assert importer([renversee]).creees == ["202600001"]


def test_no_two_columns_answer_to_the_same_title():
    cles = [cle for colonne in COLONNES for cle in colonne.cles]

    assert len(cles) == len(set(cles))


def test_an_unknown_a_double_and_a_missing_column_are_named(importer):
    ligne = build_ligne(1)
    del ligne["fin_le"]

    bilan = importer([ligne | {"numéro": "2", "fin_de": "", "Couleur": "bleu"}])

    assert lire_fautes(bilan) == [
        (1, "fin_de", "fin_de", "fin_le"),
        (1, "Couleur", "Couleur", ""),
        (1, "numero", "numéro", ""),
        (1, "fin_le", "", "fin_le"),
    ]


@pytest.mark.parametrize(
    ("contenu", "message"),
    [
        (b"", "vide"),
        (b"\n;;;\n", "vide"),
        (b"%PDF-1.7 \x00", "pas un tableau"),
        (b"PK\x03\x04 rien", "ne s’ouvre pas"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "ancien classeur"),
        (b"a;b\n" + b"1;2\n" * 5001, "plus de 5000 lignes"),
        (b"x" * (TAILLE_MAX + 1), "plus de 5 Mo"),
    ],
)
def test_what_is_not_a_table_is_refused_with_what_to_do(contenu, message):
    with pytest.raises(TableauIllisible, match=message):
        lire_tableau(contenu)


def test_a_workbook_with_a_cell_at_the_end_of_the_world_is_refused_and_takes_nothing_down():
    """Five kilobytes that ask their reader for hundreds of gigabytes."""
    source, bombe = zipfile.ZipFile(io.BytesIO(en_xlsx([build_ligne(1)]))), io.BytesIO()
    loin = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    with source, zipfile.ZipFile(bombe, "w", zipfile.ZIP_DEFLATED) as cible:
        for nom in source.namelist():
            cible.writestr(nom, source.read(nom).replace(b"</sheetData>", loin))

    with pytest.raises(TableauIllisible, match="démesuré"):
        lire_tableau(bombe.getvalue())


@pytest.mark.parametrize("ecrire", [ecrire_xlsx, lambda sortie, pages: ecrire_ods(sortie, pages["a"], feuille="a")])
def test_an_empty_area_before_the_table_keeps_the_numbers_of_its_lines(ecrire):
    tampon = io.BytesIO()
    ecrire(tampon, {"a": [[], ["", "jour", "montant"], [], ["", dt.date(2026, 1, 15), Decimal("12.50")]]})

    assert [(ligne.numero, ligne.cellules) for ligne in lire_tableau(tampon.getvalue())] == [
        (2, ["", "jour", "montant"]),
        (4, ["", dt.date(2026, 1, 15), 12.5]),
    ]


def test_a_record_on_several_lines_keeps_the_line_of_its_start(importer):
    bilan = importer([build_ligne(1, resume="deux\nlignes"), build_ligne(2, ue="rien")])

    assert [(faute.ligne, faute.colonne) for faute in bilan.fautes] == [(4, "ue")]


@pytest.mark.parametrize(
    ("colonne", "valeur", "champ", "lu"),
    [
        ("deposee_le", "2026-01-15", "deposee_le", dt.date(2026, 1, 15)),
        ("deposee_le", "15-01-2026", "deposee_le", dt.date(2026, 1, 15)),
        ("deposee_le", "15 janv. 2026", "deposee_le", dt.date(2026, 1, 15)),
        ("deposee_le", "1er août 2026", "deposee_le", dt.date(2026, 8, 1)),
        ("deposee_le", "2026-01-15 00:00:00", "deposee_le", dt.date(2026, 1, 15)),
        ("part_qpv", "45", "part_qpv_declaree", Decimal("0.4500")),
        ("part_qpv", "0,5 %", "part_qpv_declaree", Decimal("0.0050")),
        ("part_qpv", "", "part_qpv_declaree", None),
        ("intitule", "'=1+1", "intitule", "=1+1"),
        ("numero", "2026 00 067", "numero", "202600067"),
    ],
)
def test_what_people_type_is_read(importer, colonne, valeur, champ, lu):
    assert importer([build_ligne(1) | {colonne: valeur}]).fautes == []

    assert getattr(Operation.objects.get(), champ) == lu


@pytest.mark.parametrize("cout", ["1\u202f234,50", "1 234,50 €", "1234.5", "1\u00a0234,5", "1234,50 EUR"])
def test_amounts_are_read_to_the_cent(importer, cout):
    importer([build_ligne(1, cout_total_eligible=cout)])

    assert Operation.objects.get().plans.get().cout_total_eligible == Decimal("1234.50")


@pytest.mark.parametrize(
    ("colonne", "valeur", "proposition"),
    [
        ("deposee_le", "15/01/26", "15/01/2026"),
        ("deposee_le", "20260115", "15/01/2026"),
        ("deposee_le", "46037", "15/01/2026"),
        ("ue", "1,234.567", "1\u202f234,57"),
        ("ue", "cent", ""),
        ("part_qpv", "0,45", "45,00 %"),
        ("siret", "7,32829E+13", ""),
        ("avis", "bon", ""),
        ("sans_conflit", "peut-être", ""),
    ],
)
def test_a_cell_that_cannot_be_read_proposes_what_it_may_mean(importer, colonne, valeur, proposition):
    faute = la_faute(importer([build_ligne(1) | {colonne: valeur}]))

    assert (faute.ligne, faute.colonne, faute.valeur) == (2, colonne, valeur)
    assert faute.proposition.replace("\u00a0", " ") == proposition


# -- beneficiaries


def test_a_beneficiary_is_found_by_siret_then_by_name_and_created_once(importer, enveloppe):
    connue = StructureFactory(accord=enveloppe.accord, nom="Élan", siret="73282932000074")
    sans_siret = StructureFactory(accord=enveloppe.accord, nom="Passerelle")

    bilan = importer(
        [
            build_ligne(1, beneficiaire="", siret="732 829 320 00074"),
            build_ligne(2, beneficiaire="ELAN", siret=""),
            build_ligne(3, beneficiaire="passerelle", siret=""),
            build_ligne(4, beneficiaire="Nouvelle", siret=""),
            build_ligne(5, beneficiaire="nouvelle", siret=""),
        ]
    )

    assert bilan.fautes == []
    nouvelle = Structure.objects.get(nom="Nouvelle")
    assert list(Operation.objects.order_by("numero").values_list("structure", flat=True)) == [
        connue.pk,
        connue.pk,
        sans_siret.pk,
        nouvelle.pk,
        nouvelle.pk,
    ]


def test_a_siret_that_belongs_to_another_name_proposes_that_name(importer, enveloppe):
    StructureFactory(accord=enveloppe.accord, nom="Élan", siret="73282932000074")

    faute = la_faute(importer([build_ligne(1, beneficiaire="Passerelle", siret="73282932000074")]))

    assert (faute.colonne, faute.proposition) == ("beneficiaire", "Élan")


def test_a_siret_typed_as_a_number_gets_its_zeros_back(importer, enveloppe):
    siret = "00572000800019"
    connue = StructureFactory(accord=enveloppe.accord, nom="Zéro", siret=siret)

    importer([typer(build_ligne(1, beneficiaire="Zéro")) | {"siret": Decimal(siret)}], ecrire=en_xlsx)

    assert Operation.objects.get().structure == connue


# -- updates


def test_a_number_already_there_is_updated_by_the_columns_of_the_file_only(importer, enveloppe):
    importer([build_ligne(1, part_qpv="45 %", resume="Avant")])
    modifiee = build_ligne(1, resume="", intitule="Autre intitulé", autofinancement="300,00", recettes="100,00")

    bilan = importer([modifiee])

    assert (bilan.creees, bilan.modifiees) == ([], ["202600001"])
    operation = Operation.objects.get()
    assert (operation.intitule, operation.resume, operation.version) == ("Autre intitulé", "", 2)
    assert operation.part_qpv_declaree == Decimal("0.4500")  # its column is not in the second file
    assert operation.plans.get().recettes == Decimal("100.00")
    ligne = JournalAudit.objects.latest("rang")
    assert (ligne.acte, set(ligne.valeurs)) == ("modifiee", {"intitule", "resume", "autofinancement", "recettes"})


def test_an_instructed_operation_is_left_alone_and_each_different_cell_is_refused(importer, enveloppe):
    importer([build_ligne(1, **INSTRUITE)])

    assert importer([build_ligne(1, **INSTRUITE)]).inchangees == 1
    refuse = importer([build_ligne(1, **INSTRUITE) | {"intitule": "Autre", "ue": "500,00", "avis": "Défavorable"}])

    assert lire_fautes(refuse) == [
        (2, "intitule", "Autre", "Opération 1 (exemple)"),
        (2, "ue", "500,00", "600,00"),
        (2, "avis", "Défavorable", "favorable"),
    ]
    assert "instruite" in refuse.fautes[0].regle


def test_an_operation_stays_on_its_envelope(importer, enveloppe):
    EnveloppeFactory(accord=enveloppe.accord, organisme=enveloppe.organisme, fonds=FondsFactory(code="FTJ"))
    importer([build_ligne(1)])

    faute = la_faute(importer([build_ligne(1, enveloppe="FTJ_CD62")]))

    assert (faute.colonne, faute.proposition) == ("enveloppe", "FSE_CD62")


def test_the_number_of_the_other_body_is_refused_and_nothing_of_it_is_said(importer, decor):
    faute = la_faute(importer([build_ligne(1, numero="2026-TM-1")]))

    assert (faute.colonne, faute.regle, faute.proposition) == (
        "numero",
        "Une opération d’un autre organisme porte déjà ce numéro.",
        "",
    )


# -- how far a line carries its file


def test_a_gestionnaire_instructs_and_the_responsable_programmes_with_the_same_file(
    importer, enveloppe, gestionnaire, responsable
):
    appel = AppelFactory(enveloppe=enveloppe, code="AAP-2026", pieces=["Statuts"])
    LignePartageFactory(accord=enveloppe.accord)
    lignes = [build_ligne(1, appel="AAP-2026", **PROGRAMMEE)]

    premier = importer(lignes)
    second = importer(lignes, auteur=responsable)
    troisieme = importer(lignes)

    assert premier.actes == {"recevable": 1, "instruire": 1}
    assert (premier.attendent_decision, second.actes, second.attendent_decision) == (1, {"programmer": 1}, 0)
    assert troisieme.inchangees == 1
    operation = Operation.objects.get()
    assert (operation.statut, operation.instruite_par, operation.appel) == (Statut.PROGRAMMEE, gestionnaire, appel)
    assert (operation.recevable_le, operation.instruite_le, operation.programmee_le) == (
        dt.date(2026, 2, 1),
        dt.date(2026, 3, 1),
        dt.date(2026, 4, 1),
    )
    assert operation.recevabilites.get().pieces_recues == ["Statuts"]
    assert operation.instructions.get().reponses.get().reponse == "respectee"
    assert operation.plans.get(version=VersionPlan.INSTRUIT).ue == Decimal("600.00")
    ecriture = Ecriture.objects.get()
    assert (ecriture.montant, ecriture.date_effet, ecriture.auteur) == (
        Decimal("600.00"),
        dt.date(2026, 4, 1),
        responsable,
    )


def test_who_holds_both_roles_does_not_decide_on_what_they_instruct(importer, enveloppe, gestionnaire):
    HabilitationFactory(utilisateur=gestionnaire, organisme=enveloppe.organisme, role=Role.RESPONSABLE)
    lignes = [build_ligne(1, **PROGRAMMEE)]

    assert importer(lignes).attendent_decision == 1
    assert importer(lignes).attendent_decision == 1
    assert Operation.objects.get().statut == Statut.INSTRUITE


def test_a_responsable_deposits_nothing(importer, responsable):
    faute = la_faute(importer([build_ligne(1)], auteur=responsable))

    assert (faute.colonne, faute.regle) == (
        "numero",
        "Seul un gestionnaire de l’organisme dépose une opération ou la corrige.",
    )


@pytest.mark.parametrize(
    ("cellules", "colonne", "proposition"),
    [
        ({"recevable_le": "14/01/2026"}, "recevable_le", ""),
        ({"recevable_le": "01/01/2099"}, "recevable_le", ""),
        ({"appel": "AAP-2026", "recevable_le": "01/02/2026"}, "pieces_completes", ""),
        ({"appel": "AAP-COURT", "recevable_le": "01/02/2026"}, "motif_duree", ""),
        ({"instruite_le": "01/03/2026"}, "recevable_le", ""),
        (INSTRUITE | {"instruite_le": "31/01/2026"}, "instruite_le", ""),
        (INSTRUITE | {"avis": ""}, "avis", ""),
        (INSTRUITE | {"rapport": ""}, "rapport", ""),
        (INSTRUITE | {"lignes_respectees": "non"}, "lignes_respectees", ""),
        (INSTRUITE | {"appel": "AAP-GRILLE"}, "instruite_le", ""),
        (INSTRUITE | {"beneficiaire": "Le Département"}, "mesure_conflit", ""),
        (INSTRUITE | {"sans_conflit": "non"}, "sans_conflit", ""),
        (INSTRUITE | {"autofinancement": "399,99"}, "autofinancement", "400,00"),
        (INSTRUITE | {"appel": "AAP-2026", "ue": "600,01", "autofinancement": "399,99"}, "ue", "600,00"),
        ({"avis": "Favorable"}, "instruite_le", ""),
        ({"instance": "Commission permanente"}, "decidee_le", ""),
        ({"decidee_le": "01/04/2026"}, "instruite_le", ""),
        (PROGRAMMEE | {"decidee_le": "28/02/2026"}, "decidee_le", ""),
        (PROGRAMMEE | {"instance": ""}, "instance", ""),
        (PROGRAMMEE | {"ue_programme": ""}, "ue_programme", "600,00"),
        (PROGRAMMEE | {"ue_programme": "599,99"}, "ue_programme", "600,00"),
    ],
)
def test_each_step_asks_for_what_it_needs(importer, enveloppe, cellules, colonne, proposition):
    AppelFactory(enveloppe=enveloppe, code="AAP-2026", taux_max=Decimal("0.6000"), pieces=["Statuts"])
    CritereFactory(appel=AppelFactory(enveloppe=enveloppe, code="AAP-GRILLE"))
    AppelFactory(enveloppe=enveloppe, code="AAP-COURT", duree_max_mois=6)
    StructureFactory(accord=enveloppe.accord, nom="Le Département", organisme=enveloppe.organisme)

    faute = la_faute(importer([build_ligne(1) | cellules]))

    assert (faute.colonne, faute.proposition) == (colonne, proposition)
    assert not Operation.objects.exists()


def test_a_length_out_of_the_call_comes_in_with_its_reason(importer, enveloppe):
    AppelFactory(enveloppe=enveloppe, code="AAP-COURT", duree_max_mois=11)
    admise = {"appel": "AAP-COURT", "recevable_le": "01/02/2026"}
    ligne = build_ligne(1, **admise)

    importer([ligne])  # eleven months, to the day
    faute = la_faute(importer([ligne | {"fin_le": "31/01/2027"}]))
    assert (faute.colonne, "ou dites pourquoi elle est recevable ainsi" in faute.regle) == ("motif_duree", True)
    importer([ligne | {"fin_le": "31/01/2027", "motif_duree": "Année scolaire"}])
    importer([build_ligne(2, **admise | {"fin_le": "31/01/2027", "motif_duree": "Formation longue"})])

    def motif(numero, acte):
        operation = Operation.objects.get(numero=numero)
        return journal_de(operation).get(acte=acte).valeurs["hors_duree"]

    assert motif("202600001", "modifiee") == "Année scolaire"
    assert motif("202600002", "recevable") == "Formation longue"


def test_what_the_envelope_cannot_hold_is_refused_on_its_line(importer, enveloppe, responsable):
    enveloppe.mouvements.model.objects.create(
        enveloppe=enveloppe,
        nature="reduction",
        montant=Decimal("-999000.00"),
        date_effet=dt.date(2022, 2, 1),
        reference="r",
        acte="essai",
        enregistree_le=enveloppe.mouvements.get().enregistree_le,
    )
    lignes = [build_ligne(rang, **PROGRAMMEE) for rang in (1, 2)]
    importer(lignes)

    faute = la_faute(importer(lignes, auteur=responsable))

    assert (faute.ligne, faute.colonne) == (3, "decidee_le")
    assert "200,00\u00a0€" in faute.regle
    assert not Ecriture.objects.exists()


def test_an_instruction_reopened_on_screen_is_not_concluded_again_by_an_old_file(importer, gestionnaire):
    lignes = [build_ligne(1, **INSTRUITE)]
    importer(lignes)
    rouvrir_instruction(Operation.objects.get(), auteur=gestionnaire, le=dt.date(2026, 5, 1), motif="Coûts à revoir")

    faute = la_faute(importer(lignes))

    assert (faute.colonne, Operation.objects.get().statut) == ("instruite_le", Statut.RECEVABLE)


def test_a_job_without_author_deposits_and_corrects_but_signs_nothing(importer):
    assert importer([build_ligne(1)], auteur=None).creees == ["202600001"]
    with pytest.raises(AuteurManquant):
        importer([build_ligne(2, **INSTRUITE)], auteur=None)
    assert JournalAudit.objects.filter(acte="deposee", auteur=None).count() == 1


def test_a_simulation_says_the_same_and_writes_nothing(importer):
    simule = importer([build_ligne(1, **INSTRUITE)], simulation=True)

    assert (simule.creees, simule.actes) == (["202600001"], {"recevable": 1, "instruire": 1})
    assert not Operation.objects.exists()
    assert not JournalAudit.objects.filter(acte="deposee").exists()


def test_reading_a_line_more_costs_no_reference_query(importer):
    def compter(nombre):
        lignes = [build_ligne(rang, beneficiaire="Élan", ue="rien") for rang in range(nombre)]
        with CaptureQueriesContext(connection) as requetes:
            importer(lignes)
        return len(requetes)

    compter(1)  # reads what is read once per person
    assert compter(1) == compter(20)


# -- template


def test_the_templates_are_empty_and_loaded_as_they_are(importer):
    for modele in (build_modele_csv(), build_modele_xlsx()):
        bilan = importer([], ecrire=lambda _, modele=modele: modele)
        assert (bilan.lignes, bilan.fautes) == (0, [])
    titres = lire_tableau(build_modele_xlsx(), feuille=FEUILLE)[0].cellules
    assert titres == [colonne.nom for colonne in COLONNES]
    notice = [ligne.cellules for ligne in lire_tableau(build_modele_xlsx(), feuille="Notice")]
    assert [ligne[0] for ligne in notice[2:]] == titres
