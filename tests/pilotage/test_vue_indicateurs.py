"""The page of indicators: what each person reads of it, and at which day."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from python_calamine import CalamineWorkbook

from comptes.enums import Role
from participants.calcul import TOTAL, Cellule, Niveau, compute_figures
from participants.compteurs import recompter
from participants.models import EntitesSoutenues
from tests.factories import (
    EnveloppeFactory,
    FondsFactory,
    ObjectifSpecifiqueFactory,
    OperationFactory,
    OrganismeFactory,
    ParametreFactory,
    ParticipationFactory,
    habilite,
)

AUJOURDHUI = dt.datetime(2026, 7, 10, 9, tzinfo=dt.UTC)
FIN = dt.date(2026, 6, 30)


@pytest.fixture(autouse=True)
def jour():
    with time_machine.travel(AUJOURDHUI, tick=False):
        yield


@pytest.fixture
def operations(accord):
    """Eight women and six men at the Département, two women at Terri’Mouv, one man in the FTJ."""
    fse = EnveloppeFactory(accord=accord)
    tm = EnveloppeFactory(accord=accord, code="FSE_TM", organisme=OrganismeFactory(code="TM"))
    ftj = EnveloppeFactory(accord=accord, code="FTJ_CD62", fonds=FondsFactory(code="FTJ"))
    os_ftj = ObjectifSpecifiqueFactory(code="FTJ", fonds=ftj.fonds)
    resultat = [
        OperationFactory(enveloppe=fse, programmee=True),
        OperationFactory(enveloppe=tm, programmee=True),
        OperationFactory(enveloppe=ftj, programmee=True, objectif_specifique=os_ftj),
    ]
    ParticipationFactory.create_batch(8, operation=resultat[0], sexe="F")
    ParticipationFactory.create_batch(6, operation=resultat[0], sexe="H", sortie=True, statut_emploi_sortie="emploi")
    ParticipationFactory.create_batch(2, operation=resultat[1], sexe="F")
    ParticipationFactory(operation=resultat[2], sexe="H")
    recompter()
    return resultat


def lire(client, user, accord, **demande):
    client.force_login(user)
    reponse = client.get(reverse("pilotage:indicateurs", args=[accord.slug]), demande)
    assert reponse.status_code == 200
    return reponse


def textes(reponse, code, fonds=0, bloc=0):
    section = reponse.context["page"].sections[fonds]
    return [c.texte for ligne in section.blocs[bloc].lignes if ligne.code == code for c in ligne.chiffres]


def test_a_body_reads_its_own_counts_and_the_others_hidden(client, operations, gestionnaire):
    reponse = lire(client, gestionnaire, operations[0].accord)

    assert reponse.context["vue"].figures.au == FIN
    assert textes(reponse, "EECO01") == ["masqué", "6", "0", "masqué", "14", "<\u00a05"]
    assert textes(reponse, "EECO01", fonds=1) == ["0", "1", "0", "1"]


def test_an_auditor_reads_every_count_at_any_day(client, operations):
    auditeur = habilite(Role.AUDITEUR)

    assert textes(lire(client, auditeur, operations[0].accord), "EECO01") == ["10", "6", "0", "16", "14", "2"]
    avant = lire(client, auditeur, operations[0].accord, au="2026-03-01")
    assert avant.context["page"].sections[0].blocs == []


def test_a_state_reader_reads_the_last_end_of_a_month_whatever_is_asked(client, operations, lecteur_etat):
    reponse = lire(client, lecteur_etat, operations[0].accord, au="2026-07-09")

    assert reponse.context["vue"].figures.au == FIN
    assert "et non au 9\u00a0juillet\u00a02026" in reponse.content.decode()
    assert textes(reponse, "EECO01", fonds=1) == ["0", "<\u00a05", "0", "<\u00a05"]


def test_at_another_day_a_body_reads_its_own_records_only(client, operations, gestionnaire):
    ParticipationFactory(operation=operations[0], entree_le=dt.date(2026, 7, 8))

    reponse = lire(client, gestionnaire, operations[0].accord, au="2026-07-09")

    assert textes(reponse, "EECO01") == ["9", "6", "0", "15", "15", "0"]
    assert "Vos fiches seulement." in reponse.content.decode()


def test_a_result_is_shared_over_those_who_left(client, operations, gestionnaire):
    reponse = lire(client, gestionnaire, operations[0].accord, organisme="CD62", fonds="FSE_PLUS")

    ligne = next(li for li in reponse.context["page"].sections[0].blocs[2].lignes if li.code == "EECR04")
    assert [c.texte for c in ligne.chiffres] == ["0", "6", "0", "6"]
    assert (ligne.population.texte, ligne.taux) == ("6", "100,00\u202f%")


def test_a_figure_opens_the_records_for_who_reads_them(client, operations, gestionnaire, lecteur_etat):
    accord = operations[0].accord
    adresse = f"/{accord.slug}/participants/?indicateur=EECO02&amp;au=2026-06-30&amp;fonds=FSE_PLUS&amp;organisme=CD62"

    assert f'href="{adresse}&amp;sexe=F"' in lire(client, gestionnaire, accord, organisme="CD62").content.decode()
    assert "/participants/" not in lire(client, lecteur_etat, accord).content.decode()


@pytest.mark.parametrize("code", ["EECO01", "EECO02+04", "AGE30_54", "INCOMPLETES", "EECR04", "EECR04_POP", "FICHES"])
def test_the_list_that_a_figure_opens_is_as_long_as_the_figure(client, operations, gestionnaire, code):
    accord = operations[0].accord
    ParticipationFactory(operation=operations[0], sexe="")
    ParticipationFactory(operation=operations[0], age_entree=20, entree_le=dt.date(2026, 7, 8))
    recompter()
    client.force_login(gestionnaire)
    demande = {"indicateur": code, "au": "2026-06-30", "fonds": "FSE_PLUS", "organisme": "CD62", "objectif": "1.H"}

    reponse = client.get(reverse("participants:liste", args=[accord.slug]), demande)

    figures = compute_figures(accord, FIN)
    assert reponse.context["nombre"] == figures.nombre(Cellule(Niveau("FSE_PLUS", "CD62", "1.H"), TOTAL, code)) > 0


def test_one_operation_is_read_whole_by_its_body_and_counted_for_the_state(
    client, operations, gestionnaire, lecteur_etat
):
    accord, numero = operations[0].accord, operations[0].numero

    assert textes(lire(client, gestionnaire, accord, operation=numero), "EECO01") == ["8", "6", "0", "14"]
    etat = lire(client, lecteur_etat, accord, operation=numero)
    assert etat.context["page"] is None
    assert etat.context["effectif"].texte == "masqué"  # 16 in all, less the 2 hidden
    assert lire(client, lecteur_etat, accord, operation=operations[1].numero).context["effectif"].texte == "<\u00a05"
    inconnue = lire(client, gestionnaire, accord, operation="0000")
    assert "Aucune opération de cet accord ne porte ce numéro." in inconnue.content.decode()


def test_the_ftj_has_its_own_list_and_os_l_leaves_some_out(client, operations, gestionnaire):
    reponse = lire(client, gestionnaire, operations[0].accord)
    codes = [[ligne.code for bloc in s.blocs for ligne in bloc.lignes] for s in reponse.context["page"].sections]
    assert {f"EECO{n}" for n in range(12, 18)} <= set(codes[0])
    assert not {f"EECO{n}" for n in range(12, 18)} & set(codes[1])

    os_l = ObjectifSpecifiqueFactory(code="1.L", fonds=operations[0].enveloppe.fonds)
    operation = OperationFactory(enveloppe=operations[0].enveloppe, programmee=True, objectif_specifique=os_l)
    ParticipationFactory(operation=operation)
    recompter()
    reponse = lire(client, gestionnaire, operations[0].accord, organisme="CD62", fonds="FSE_PLUS", objectif="1.L")
    assert textes(reponse, "EECO01") == ["1", "0", "0", "1"]
    assert textes(reponse, "EECO02") == ["sans objet"] * 4


def test_operations_above_the_threshold_of_incomplete_records_are_named(client, operations, gestionnaire):
    accord = operations[0].accord
    ParametreFactory(accord=accord, code="fiches_incompletes_seuil", valeur="35", unite="%")
    ParticipationFactory.create_batch(7, operation=operations[0], sexe="")
    recompter()
    assert lire(client, gestionnaire, accord).context["incompletes"] == []

    ParticipationFactory(operation=operations[0], sexe="")
    recompter()

    (incomplete,) = lire(client, gestionnaire, accord).context["incompletes"]
    assert (incomplete.operation, incomplete.rapport.valeur) == (operations[0], Decimal("0.3636"))


@pytest.mark.parametrize("nombre", [1, 3])
def test_query_count(client, accord, gestionnaire, nombre, django_assert_num_queries):
    enveloppe = EnveloppeFactory(accord=accord)
    for _ in range(nombre):
        ParticipationFactory.create_batch(nombre, operation=OperationFactory(enveloppe=enveloppe, programmee=True))
    recompter()
    client.force_login(gestionnaire)

    with django_assert_num_queries(35):
        client.get(reverse("pilotage:indicateurs", args=[accord.slug]))


def test_the_files_hide_what_the_page_hides(client, operations, lecteur_etat):
    accord = operations[0].accord
    client.force_login(lecteur_etat)

    reponse = client.get(reverse("pilotage:indicateurs_csv", args=[accord.slug]), {"au": "2026-07-09"})
    lignes = list(csv.DictReader(io.StringIO(b"".join(reponse).decode("utf-8-sig")), delimiter=";"))
    lue = {(li["fonds"], li["organisme"], li["sexe"], li["code"]): li for li in lignes if not li["objectif_specifique"]}
    assert {li["au"] for li in lignes} == {"2026-06-30"}
    assert lue["FTJ", "", "T", "EECO01"]["valeur"] == "<\u00a05"
    assert lue["FSE_PLUS", "CD62", "T", "EECR04"]["taux"] == "1.0000"
    assert lue["FSE_PLUS", "CD62", "H", "EECR04"]["valeur"] == "masqué"
    assert lue["FSE_PLUS", "TM", "T", "EECO02"]["valeur"] == "<\u00a05"

    classeur = b"".join(client.get(reverse("pilotage:indicateurs_xlsx", args=[accord.slug])))
    feuille = CalamineWorkbook.from_filelike(BytesIO(classeur)).get_sheet_by_name("Indicateurs").to_python()
    assert feuille[0][:4] == ["Accord", "Situation au", "Fonds", "Organisme"]
    assert "<\u00a05" in {ligne[8] for ligne in feuille}


def test_the_dashboard_shows_the_same_figures_hidden_alike(client, operations, lecteur_etat, gestionnaire):
    for user, attendu in [(lecteur_etat, "<\u00a05"), (gestionnaire, "1")]:
        client.force_login(user)
        page = client.get(reverse("pilotage:tableau_de_bord", args=[operations[0].accord.slug])).context["page"]
        assert page.au == FIN
        assert page.sections[1].blocs[0].lignes[0].chiffres[3].texte == attendu


def executer(*args) -> str:
    sortie = StringIO()
    call_command(*args, stdout=sortie)
    return sortie.getvalue()


def test_the_command_gives_every_figure(operations, tmp_path):
    accord = operations[0].accord
    EntitesSoutenues.objects.create(operation=operations[0], code="EECO19", nombre=4, constate_le=FIN)

    lu = json.loads(executer("indicateurs", accord.slug, "--au", "2026-06-30", "--format", "json"))

    assert [f["code"] for f in lu["fonds"]] == ["FSE_PLUS", "FTJ"]
    niveaux = {(n["organisme"], n["objectif_specifique"]): n for n in lu["fonds"][0]["niveaux"]}
    assert list(niveaux) == [(None, None), ("CD62", None), ("CD62", "1.H"), ("TM", None), ("TM", "1.H")]
    fonds = niveaux[None, None]["indicateurs"]
    assert fonds["EECO01"] == {"F": 10, "H": 6, "X": 0, "total": 16}
    assert fonds["EECO19"] == {"total": 4}
    assert fonds["EECR04"] == {"F": 0, "H": 6, "X": 0, "total": 6, "population": 6, "taux": "1.0000"}
    assert niveaux["TM", None]["personnes_differentes"] == 2

    lignes = list(csv.DictReader(io.StringIO(executer("indicateurs", accord.slug).lstrip("\ufeff")), delimiter=";"))
    assert {"code": "EECO01", "valeur": "16"}.items() <= next(
        li for li in lignes if li["code"] == "EECO01" and li["sexe"] == "T"
    ).items()
    sortie = tmp_path / "indicateurs.ods"
    call_command("exporter", "indicateurs", "--accord", accord.slug, "--format", "ods", "--sortie", str(sortie))
    assert sortie.stat().st_size > 1000
