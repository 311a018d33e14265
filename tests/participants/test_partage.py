"""Records against the lines of demarcation, as the agreement of the Pas-de-Calais writes them."""

import csv
import datetime as dt

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comptes.journal import journal_de
from operations.models import Operation
from participants.enums import SensDoublon
from participants.models import DecisionPartage, DoublonPresume, Participation
from participants.partage import Constat, compter, constats_de, lire_lignes
from participants.services import decider_doublon, enregistrer_fiche
from tests.conftest import FICHIER_ACCORD
from tests.factories import (
    EnveloppeFactory,
    LignePartageFactory,
    OperationFactory,
    OrganismeFactory,
    ParticipationFactory,
)

E, A, N, C = Constat.ECART, Constat.ALERTE, Constat.INCONNU, Constat.CONFORME
CLAIR = {"nom": "Dréfoubard", "prenom": "Clobine", "date_naissance": "1984-03-12"}


@pytest.fixture
def operations(accord):
    """One for each body, and the lines of the agreement’s own file."""
    for rang, ligne in enumerate(yaml.safe_load(FICHIER_ACCORD.read_text())["lignes_partage"]):
        organisme = OrganismeFactory(code=ligne["organisme"]) if "organisme" in ligne else None
        LignePartageFactory(
            accord=accord, organisme=organisme, ordre=rang, code=ligne["code"], criteres=ligne.get("criteres", [])
        )
    tm = EnveloppeFactory(accord=accord, code="FSE_TM", organisme=OrganismeFactory(code="TM"))
    return {
        "CD62": OperationFactory(enveloppe=EnveloppeFactory(accord=accord), programmee=True),
        "TM": OperationFactory(enveloppe=tm, programmee=True),
    }


def lire(fiche) -> dict[str, Constat]:
    return {ligne.code: constat for ligne, constat in constats_de(fiche, lire_lignes(fiche.operation.accord))}


@pytest.mark.parametrize(
    ("reponses", "attendu"),
    [
        ({"brsa": "oui", "age_entree": 45}, C),
        ({"brsa": "non", "age_entree": 29}, C),
        ({"brsa": "non", "age_entree": 30}, E),
        ({"brsa": "nsp", "age_entree": 30}, N),
        ({"brsa": "", "age_entree": 30}, N),
        ({"brsa": "", "age_entree": 29}, C),
        ({"brsa": "non", "age_entree": None}, N),
        ({"brsa": "oui", "age_entree": None}, C),
    ],
)
def test_publics_of_the_departement(operations, reponses, attendu):
    fiche = ParticipationFactory(operation=operations["CD62"], participant_plie="non", **reponses)

    assert lire(fiche).get("PUBLICS_CD62", C) == attendu


@pytest.mark.parametrize(("reponse", "attendu"), [("oui", C), ("non", E), ("", N)])
def test_publics_of_terri_mouv(operations, reponse, attendu):
    fiche = ParticipationFactory(operation=operations["TM"], participant_plie=reponse, brsa="non")

    assert lire(fiche) == ({"PUBLICS_TM": attendu} if attendu != C else {})


@pytest.mark.parametrize(
    ("brsa", "plie", "attendu"),
    [("oui", "oui", A), ("oui", "non", C), ("non", "oui", C), ("oui", "", N), ("nsp", "oui", N), ("", "non", C)],
)
def test_a_brsa_followed_by_a_plie_on_the_grant_of_the_departement(operations, brsa, plie, attendu):
    fiche = ParticipationFactory(operation=operations["CD62"], brsa=brsa, participant_plie=plie, age_entree=20)

    assert lire(fiche).get("BRSA_PLIE", C) == attendu


def croiser(operations, auteurs) -> tuple[list[Participation], DoublonPresume]:
    fiches = []
    for code, auteur in auteurs.items():
        fiche = Participation(
            operation=Operation.objects.get(pk=operations[code].pk),
            pseudonyme="P-1",
            entree_le=dt.date(2026, 3, 2),
            brsa="oui",
            participant_plie="oui" if code == "TM" else "non",
        )
        fiches.append(enregistrer_fiche(fiche, auteur=auteur, identite=CLAIR))
    return fiches, DoublonPresume.objects.get()


def test_a_stage_that_the_other_body_funds(operations, gestionnaire, gestionnaire_tm):
    fiches, doublon = croiser(operations, {"CD62": gestionnaire, "TM": gestionnaire_tm})

    assert lire(fiches[0]) == {"PUBLICS_CD62": E, "NON_DOUBLON": A}
    assert lire(fiches[1]) == {"NON_DOUBLON": A}

    organisme = gestionnaire_tm.habilitations.get().organisme
    decider_doublon(
        doublon, organisme=organisme, sens=SensDoublon.AUTRE_PERSONNE, motif="Homonyme", auteur=gestionnaire_tm
    )
    assert lire(fiches[0]) == lire(fiches[1]) == {}


def test_lines_that_no_record_answers_are_left_out(operations, accord):
    codes = [lue.ligne.code for lue in lire_lignes(accord)]

    assert codes == ["PUBLICS_CD62", "PUBLICS_TM", "NON_DOUBLON", "BRSA_PLIE"]


def test_counts_by_line_hold_the_records_of_its_body(operations, accord):
    for brsa, age in (("oui", 45), ("non", 45), ("non", 45), ("", 45)):
        ParticipationFactory(operation=operations["CD62"], brsa=brsa, age_entree=age, participant_plie="non")
    ParticipationFactory(operation=operations["CD62"], brsa="non", annulee_le=dt.date(2026, 6, 1))
    ParticipationFactory(operation=operations["TM"], participant_plie="non")

    nombres = {ligne.code: nombres for ligne, nombres in compter(Participation.objects.all(), lire_lignes(accord))}

    assert nombres["PUBLICS_CD62"] == {"ecart": 2, "alerte": 0, "inconnu": 1, "conforme": 1}
    assert nombres["PUBLICS_TM"] == {"ecart": 1, "alerte": 0, "inconnu": 0, "conforme": 0}
    assert nombres["NON_DOUBLON"] == {"ecart": 0, "alerte": 0, "inconnu": 0, "conforme": 5}


def test_decide_then_undo(client, accord, operations, gestionnaire):
    fiche = ParticipationFactory(operation=operations["CD62"], brsa="non", age_entree=45, participant_plie="non")
    client.force_login(gestionnaire)
    args = [accord.slug, fiche.operation.numero, fiche.pk, "PUBLICS_CD62"]
    client.post(reverse("participants:partage_decider", args=args), {"sens": "admise", "motif": "Dérogation du 3 mai"})

    liste = reverse("participants:partage", args=[accord.slug])
    assert client.get(liste, {"decision": "admise"}).context["page"].paginator.count == 1
    assert client.get(liste, {"decision": "attendue"}).context["page"].paginator.count == 0
    assert "Dérogation du 3 mai" in client.get(reverse("participants:partage_decider", args=args)).content.decode()

    client.post(reverse("participants:partage_annuler", args=args))
    assert DecisionPartage.objects.get().annulee_le is not None
    assert client.get(liste, {"decision": "attendue"}).context["page"].paginator.count == 1
    assert [ligne.acte for ligne in journal_de(fiche)] == ["partage_rouvert", "partage_decide"]


def test_the_export_holds_what_the_list_shows(client, accord, operations, gestionnaire):
    fiche = ParticipationFactory(operation=operations["CD62"], brsa="non", age_entree=45, participant_plie="non")
    ParticipationFactory(operation=operations["TM"], participant_plie="non")
    client.force_login(gestionnaire)
    reponse = client.get(reverse("participants:export_partage_csv", args=[accord.slug]))

    lignes = list(csv.DictReader(b"".join(reponse.streaming_content).decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [(x["identifiant"], x["constat"], x["decision"]) for x in lignes] == [(fiche.pseudonyme, "Écart", "")]


def test_query_count(client, accord, operations, gestionnaire):
    client.force_login(gestionnaire)
    comptes = []
    for _ in range(3):
        ParticipationFactory(operation=operations["CD62"], brsa="non", age_entree=45, participant_plie="non")
        with CaptureQueriesContext(connection) as lues:
            client.get(reverse("participants:partage", args=[accord.slug]))
        comptes.append(len(lues))

    assert len(set(comptes)) == 1, comptes
