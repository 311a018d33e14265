"""The pack of each committee, opened and read back."""

import datetime as dt
import hashlib
import io
import json
import re
import subprocess
from decimal import Decimal

import pdfua
import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from accord.montants import format_euros, format_taux
from gouvernance.donnees_dossier import compute_empreinte, geler_donnees, to_canonical
from gouvernance.dossier import _find_renvoi, build_context, build_dossier
from gouvernance.models import DossierSeance
from gouvernance.propositions import ATTENTION
from gouvernance.services import ajouter_point, annuler_reunion, lire_dossier, produire_dossier
from operations.models import Instruction
from operations.situation import compute_situation
from tests.factories import ComiteFactory, EcritureFactory, OperationFactory

from .conftest import AU

INSTANT = dt.datetime(2026, 7, 8, 7, 14, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def fichiers(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def reunion_courte(reunion, secretaire):
    """One item, no operation, no envelope: the shortest pack there is."""
    ajouter_point(reunion, titre="Questions diverses", auteur=secretaire)
    return reunion


def read_text(octets: bytes, *options) -> str:
    sortie = subprocess.run(["pdftotext", *options, "-", "-"], input=octets, capture_output=True, check=True)
    return sortie.stdout.decode()


def one_line(texte: str) -> str:
    """The text on one line; extraction does not keep which space was narrow or unbreakable."""
    return " ".join(texte.split())


def read_bookmarks(octets: bytes) -> list[tuple[int, str]]:
    signets = []

    def descend(elements, niveau):
        for element in elements:
            signets.append((niveau, element.title))
            descend(element.children, niveau + 1)

    with pikepdf.open(io.BytesIO(octets)) as pdf, pdf.open_outline() as plan:
        descend(plan.root, 1)
    return signets


@pytest.mark.parametrize(
    ("code", "intitule"),
    [
        ("POLITIQUE", "Comité départemental politique de suivi"),
        ("TECHNIQUE", "Comité départemental technique de suivi"),
        ("TECHNIQUE_ELARGI", "Comité départemental technique élargi"),
    ],
)
def test_pack_of_each_committee(accord, instruites, reunion_prete, secretaire, code, intitule, tmp_path):
    comite = ComiteFactory(accord=accord, code=code, intitule=intitule)
    reunion_prete.comite = comite
    reunion_prete.save()

    dossier = produire_dossier(reunion_prete, au=AU, auteur=secretaire)

    octets = lire_dossier(dossier)
    check_text(octets, dossier, intitule, instruites)
    check_amounts(octets, dossier, accord)
    check_bookmarks(octets, instruites)
    check_pages(octets)
    check_format(octets, tmp_path / "dossier.pdf")


def check_text(octets, dossier, intitule, operations):
    texte = one_line(read_text(octets))
    for attendu in [
        intitule,
        "Jeudi 16 juillet 2026, 9 h 30 à 10 h 45",
        "Hôtel du Département",
        "Dossier de séance, version 1",
        "Empreinte SHA-256",
        " ".join(re.findall("....", dossier.empreinte_donnees)[:8]),
        "Première idée.",
        "Données provisoires",
        *(operation.numero for operation in operations),
        "22,00 % déclarés",
        "non saisie",
        "Avis proposé : favorable",
        "Reste si elle est programmée",
        "7 275 966,45 €",
        "Au-delà si elle est programmée",
        "579 000,00 €",
    ]:
        assert attendu in texte, attendu


def check_amounts(octets, dossier, accord):
    """The figures of the screen, to the cent, and no total that mixes FSE+ and FTJ."""
    texte, situation = one_line(read_text(octets)), compute_situation(accord, au=AU)
    assert dossier.donnees["situation"] == situation.to_json()
    for enveloppe in situation.enveloppes:
        montants = [enveloppe.notifie, abs(enveloppe.disponible), *enveloppe.montants.values()]
        montants += [m for tranche in enveloppe.tranches for m in (tranche.montant, tranche.disponible)]
        for montant in montants:
            assert one_line(format_euros(montant)) in texte, montant
        assert one_line(format_taux(enveloppe.taux["programmation"].valeur)) in texte
    assert one_line(format_euros(sum(enveloppe.notifie for enveloppe in situation.enveloppes))) not in texte


def check_bookmarks(octets, operations):
    signets = read_bookmarks(octets)
    assert [titre for niveau, titre in signets if niveau == 1] == [
        "Ordre du jour",
        "Situation du FSE+",
        "Situation du FTJ",
        "Opérations soumises à l’avis",
        "Points d’attention",
    ]
    seconds = {titre for niveau, titre in signets if niveau == 2}
    assert {"Situation des enveloppes", "Opérations à examiner", "Préparer l’avenant"} <= seconds
    assert {operation.intitule for operation in operations} <= seconds


def check_pages(octets):
    """Every page but the cover has its foot, and none ends on a title."""
    titres = {titre for _, titre in read_bookmarks(octets)}
    pages = read_text(octets, "-layout").split("\f")[:-1]
    for rang, page in enumerate(pages[1:], start=2):
        *_, derniere, pied = [one_line(ligne) for ligne in page.splitlines() if ligne.strip()]
        assert pied == (
            f"Cofinancé par l’Union européenne Chiffres au 30 juin 2026, provisoires page {rang} / {len(pages)}"
        )
        assert derniere not in titres


def check_format(octets, chemin):
    """Tagged, archivable, accessible: said in the file, and seen by the checkers."""
    chemin.write_bytes(octets)
    with pikepdf.open(chemin) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "fr"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadonnees:
            assert (metadonnees["pdfaid:part"], metadonnees["pdfuaid:part"]) == ("3", "1")
            assert metadonnees["dc:title"].startswith("Dossier de séance, Comité départemental")
    assert [constat.rule_id for constat in pdfua.validate(chemin).findings] == []
    assert subprocess.run(["qpdf", "--check", chemin], capture_output=True, check=False).returncode == 0


def test_a_sheet_says_what_the_envelope_would_have_left(reunion_prete, instruites):
    donnees = geler_donnees(reunion_prete, AU)

    premiere = donnees["operations"][instruites[0].numero]
    assert premiere["enveloppe_disponible"] == "7408866.45"
    assert premiere["enveloppe_reste"] == "7275966.45"
    assert donnees["operations"][instruites[2].numero]["enveloppe_reste"] == "-579000.00"


def test_an_operation_already_programmed_takes_nothing_more(reunion, enveloppes, secretaire):
    operation = OperationFactory(enveloppe=enveloppes[1], programmee=True, ue=Decimal("600.00"))
    ajouter_point(reunion, titre="Examen", operations=[operation], auteur=secretaire)

    fiche = geler_donnees(reunion, AU)["operations"][operation.numero]

    assert (fiche["est_programmee"], fiche["ue_examinee"]) == (True, "600.00")
    assert fiche["enveloppe_reste"] == fiche["enveloppe_disponible"] == "17513345.00"
    avant = geler_donnees(reunion, dt.date(2026, 3, 31))["operations"][operation.numero]
    assert (avant["est_programmee"], avant["enveloppe_reste"]) == (False, "17513345.00")


@pytest.fixture
def examinee(reunion, enveloppes, secretaire):
    """Deposited on 1 January, admissible on 1 February, instructed on 1 March, programmed on 1 April."""
    operation = OperationFactory(enveloppe=enveloppes[0], programmee=True, ue=Decimal("600.00"))
    Instruction.objects.create(
        operation=operation,
        conclue_le=dt.date(2026, 3, 1),
        avis="favorable",
        rapport="Rapport de mars.",
        reponse_partage="aucune",
        est_sans_conflit=True,
        auteur=operation.instruite_par,
    )
    ajouter_point(reunion, titre="Examen", operations=[operation], auteur=secretaire)
    return operation


@pytest.mark.parametrize(
    ("au", "statut", "instruction", "programmee", "reserve"),
    [
        (dt.date(2025, 12, 31), "Pas encore déposée", None, False, "déposée le 1er janvier 2026, recevable le"),
        (dt.date(2026, 2, 28), "Recevable", None, False, "Depuis, non repris ici : instruite le 1er mars 2026, "),
        (dt.date(2026, 3, 1), "Instruite", "Rapport de mars.", False, "ici : programmée le 1er avril 2026."),
        (dt.date(2026, 4, 1), "Programmée", "Rapport de mars.", True, "sont ceux du 16 juillet 2026."),
        (dt.date(2026, 7, 16), "Programmée", "Rapport de mars.", True, ""),
    ],
)
def test_a_sheet_stands_as_of_the_day_of_the_figures(reunion, examinee, au, statut, instruction, programmee, reserve):
    """One day for all: the status and the report do not come from a day that the amounts do not know."""
    donnees = geler_donnees(reunion, au, fige_le=dt.datetime(2026, 7, 16, 7, 14, tzinfo=dt.UTC))
    fiche = donnees["operations"][examinee.numero]

    assert (fiche["statut_libelle"], fiche["est_programmee"]) == (statut, programmee)
    assert (fiche["instruction"] and fiche["instruction"]["rapport"]) == instruction
    assert (fiche["plan_instruit"] is None) is (instruction is None)
    (lue,) = build_context(donnees)["groupes"][0]["operations"]
    assert reserve in one_line(lue["reserve"]) if reserve else lue["reserve"] == ""


def test_a_sheet_beyond_its_envelope_says_by_how_much(reunion_prete, instruites):
    """The FTJ envelope is over-programmed: a negative amount is never called available."""
    texte = one_line(read_text(build_dossier(geler_donnees(reunion_prete, AU))))

    assert "Au-delà de l’enveloppe au 30 juin 2026 429 000,00 €" in texte
    assert "\u2212429 000,00 €" not in texte


def test_what_is_typed_keeps_its_signs_with_their_words(reunion, enveloppes, secretaire):
    ajouter_point(reunion, titre="Tranches : 70 % / 30 % ?", duree_minutes=137, auteur=secretaire)

    contexte = build_context(geler_donnees(reunion, AU))

    assert contexte["points"][0]["titre"] == "Tranches\u00a0: 70\u202f%\u00a0/\u00a030\u202f%\u202f?"
    assert contexte["chapo_odj"] == "Un point, 2\u00a0h\u00a017."


def test_frozen_data_are_json_with_strings_for_amounts(reunion_prete):
    donnees = geler_donnees(reunion_prete, AU, fige_le=INSTANT)

    def check(valeur):
        if isinstance(valeur, dict):
            return all(isinstance(cle, str) and check(v) for cle, v in valeur.items())
        if isinstance(valeur, list):
            return all(map(check, valeur))
        return valeur is None or isinstance(valeur, str | bool | int)

    assert check(donnees)
    assert json.loads(to_canonical(donnees)) == donnees
    assert compute_empreinte(donnees) == hashlib.sha256(to_canonical(donnees)).hexdigest()


def test_frozen_pack_comes_back_byte_for_byte(reunion_prete, secretaire, instruites):
    dossier = produire_dossier(reunion_prete, au=AU, auteur=secretaire)
    octets = lire_dossier(dossier)

    EcritureFactory(operation=instruites[0], montant=Decimal("100.00"), date_effet=AU)
    ajouter_point(reunion_prete, titre="Point tardif", auteur=secretaire)
    dossier = DossierSeance.objects.get(pk=dossier.pk)

    assert lire_dossier(dossier) == octets
    assert hashlib.sha256(octets).hexdigest() == dossier.empreinte_fichier
    assert compute_empreinte(dossier.donnees) == dossier.empreinte_donnees
    assert build_dossier(dossier.donnees) == octets


def test_a_lost_file_is_drawn_again_and_an_altered_one_refused(reunion_courte, secretaire):
    dossier = produire_dossier(reunion_courte, au=AU, auteur=secretaire)
    octets = lire_dossier(dossier)
    nom = dossier.fichier.name

    dossier.fichier.storage.delete(nom)
    assert lire_dossier(DossierSeance.objects.get()) == octets

    dossier.fichier.storage.save(nom, io.BytesIO(octets + b"%"))
    with pytest.raises(ValidationError) as refus:
        lire_dossier(DossierSeance.objects.get())
    assert refus.value.code == "empreinte"


def test_a_correction_is_a_new_version(reunion_courte, secretaire):
    premiere = produire_dossier(reunion_courte, au=AU, auteur=secretaire)
    ajouter_point(reunion_courte, titre="Point tardif", auteur=secretaire)
    seconde = produire_dossier(reunion_courte, au=AU, auteur=secretaire)

    assert [d.version for d in reunion_courte.dossiers.all()] == [2, 1]
    assert premiere.empreinte_donnees != seconde.empreinte_donnees
    assert "Point tardif" not in read_text(lire_dossier(premiere))
    assert "Point tardif" in read_text(lire_dossier(seconde))


@pytest.mark.parametrize(
    ("au", "code"), [(dt.date(2100, 1, 1), "au"), (AU, "vide")], ids=["figures to come", "empty agenda"]
)
def test_produire_is_refused(reunion, enveloppes, secretaire, au, code):
    with pytest.raises(ValidationError) as refus:
        produire_dossier(reunion, au=au, auteur=secretaire)
    assert refus.value.code == code
    assert not DossierSeance.objects.exists()


def test_produire_for_a_cancelled_meeting_is_refused(reunion_courte, secretaire):
    annuler_reunion(reunion_courte, motif="Report", auteur=secretaire)

    with pytest.raises(ValidationError) as refus:
        produire_dossier(reunion_courte, au=AU, auteur=secretaire)
    assert refus.value.code == "annulee"


def test_a_version_produced_meanwhile_refuses_the_second(reunion_courte, secretaire, monkeypatch):
    """The first is drawn outside any lock: another person may produce the same version before it is kept."""

    def draw_slowly(donnees):
        monkeypatch.undo()
        produire_dossier(reunion_courte, au=AU, auteur=secretaire)
        return build_dossier(donnees)

    monkeypatch.setattr("gouvernance.services.dossiers.build_dossier", draw_slowly)
    with pytest.raises(ValidationError) as refus:
        produire_dossier(reunion_courte, au=AU, auteur=secretaire)

    assert refus.value.code == "version"
    assert [dossier.version for dossier in reunion_courte.dossiers.all()] == [1]


# -- generer_dossier


def test_generer_dossier_produces_then_gives_back_the_same_file(reunion_courte, tmp_path, capsys):
    sortie = tmp_path / "dossier.pdf"

    call_command("generer_dossier", reunion_courte.pk, sortie=sortie, au="2026-06-30")
    premier = sortie.read_bytes()
    assert "version 1 produite, chiffres au 30\u00a0juin\u00a02026" in capsys.readouterr().out
    call_command("generer_dossier", reunion_courte.pk, sortie=sortie)

    assert sortie.read_bytes() == premier
    empreinte = hashlib.sha256(premier).hexdigest()
    assert (tmp_path / "dossier.pdf.sha256").read_text() == f"{empreinte}  dossier.pdf\n"
    assert "version 1 déjà figée" in capsys.readouterr().out
    assert DossierSeance.objects.get().produit_par is None


def test_generer_dossier_refuses_other_figures_unless_asked_for_a_version(reunion_courte, tmp_path):
    sortie = tmp_path / "dossier.pdf"
    call_command("generer_dossier", reunion_courte.pk, sortie=sortie, au="2026-06-30")

    with pytest.raises(CommandError, match="--nouvelle-version") as refus:
        call_command("generer_dossier", reunion_courte.pk, sortie=sortie, au="2026-05-31")
    assert refus.value.returncode == 1
    call_command("generer_dossier", reunion_courte.pk, sortie=sortie, au="2026-05-31", nouvelle_version=True)

    assert DossierSeance.objects.count() == 2


def test_generer_dossier_of_a_cancelled_meeting_exits_1(reunion_courte, secretaire, tmp_path):
    annuler_reunion(reunion_courte, motif="Report", auteur=secretaire)

    with pytest.raises(CommandError, match="annulée") as refus:
        call_command("generer_dossier", reunion_courte.pk, sortie=tmp_path / "d.pdf")
    assert refus.value.returncode == 1
    assert not (tmp_path / "d.pdf").exists()


def test_generer_dossier_without_a_place_to_write_produces_nothing(reunion_courte, tmp_path):
    with pytest.raises(CommandError, match="n’existe pas") as refus:
        call_command("generer_dossier", reunion_courte.pk, sortie=tmp_path / "absent" / "d.pdf")
    assert refus.value.returncode == 1
    assert not DossierSeance.objects.exists()


@pytest.mark.parametrize("options", [{"reunion": 999}, {"au": "30/06/2026"}])
def test_generer_dossier_called_wrongly_exits_2(reunion_courte, tmp_path, options):
    options = {"reunion": reunion_courte.pk, "sortie": tmp_path / "d.pdf"} | options

    with pytest.raises(CommandError) as refus:
        call_command("generer_dossier", options.pop("reunion"), **options)
    assert refus.value.returncode == 2


@pytest.mark.parametrize(
    ("point", "renvoi"),
    [
        ({"proposition": "depassement-FSE", "texte": "Les montants sont plus loin."}, "attention"),
        ({"proposition": "autre", "texte": "Une note"}, "note-4"),
        ({"proposition": ATTENTION, "texte": ""}, "attention"),
        ({"proposition": "", "texte": ""}, ""),
    ],
)
def test_an_item_of_an_alert_leads_to_its_amounts(point, renvoi):
    alertes = [{"cle": "depassement-FSE"}]
    assert _find_renvoi({"operations": [], "ordre": 4, **point}, [], alertes) == renvoi
