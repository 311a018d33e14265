"""What an instruction answers: the lines of demarcation, the grid of the call, whoever carries the operation."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from comptes.journal import journal_de
from comptes.models import JournalAudit
from operations.conflits import dire_porteur_interne
from operations.enums import AvisInstruction, ReponseLigne, Statut
from operations.grille import compute_total
from operations.models import CritereInstruction, Instruction, NoteInstruction, PlanFinancement, ReponseLignePartage
from operations.partage import constater, dire_partage, lignes_concernees
from operations.services import enregistrer_grille, instruire_operation, publier_appel
from tests.factories import (
    AppelFactory,
    CritereFactory,
    InstructionFactory,
    LignePartageFactory,
    OperationFactory,
    OrganismeFactory,
    StructureFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db


def instruire(operation, **champs):
    instruction = {
        "conclue_le": dt.date(2026, 3, 1),
        "avis": AvisInstruction.FAVORABLE,
        "rapport": "Le projet répond à l’appel.",
        "est_sans_conflit": True,
        "mesure_conflit": champs.pop("mesure_conflit", ""),
    }
    plan = PlanFinancement(
        cout_total_eligible=Decimal("1000.00"), ue=Decimal("600.00"), autofinancement=Decimal("400.00")
    )
    return instruire_operation(
        operation, auteur=UtilisateurFactory(), plan=plan, instruction=Instruction(**instruction), **champs
    )


def refus(*args, **champs) -> ValidationError:
    lignes = JournalAudit.objects.count()
    with pytest.raises(ValidationError) as erreur:
        instruire(*args, **champs)
    assert (JournalAudit.objects.count(), Instruction.objects.count()) == (lignes, 0)
    return erreur.value


def reponse(ligne, sens=ReponseLigne.RESPECTEE, justification=""):
    return ReponseLignePartage(ligne=ligne, reponse=sens, justification=justification)


def note(critere, valeur, justification=""):
    return NoteInstruction(critere=critere, note=Decimal(valeur), justification=justification)


# lines of demarcation


def test_each_line_that_binds_the_body_is_answered_and_the_missing_ones_are_named():
    operation = OperationFactory(recevable=True)
    tous = LignePartageFactory(regle="Non-doublon")
    sienne = LignePartageFactory(regle="Publics du Département", organisme=operation.enveloppe.organisme)
    autre = LignePartageFactory(organisme=OrganismeFactory(code="TM"))

    erreur = refus(operation, reponses=[reponse(tous)])
    assert (erreur.code, erreur.messages) == (
        "partage",
        ["Répondez à chaque ligne de partage\u202f; il reste\xa0: Publics du Département."],
    )
    assert refus(operation, reponses=[reponse(tous), reponse(sienne), reponse(autre)]).code == "partage"
    assert lignes_concernees(operation) == [tous, sienne]
    instruire(operation, reponses=[reponse(tous), reponse(sienne, ReponseLigne.SANS_OBJET)])

    assert [(r.ligne, r.reponse) for r in operation.instructions.get().reponses.all()] == [
        (tous, "respectee"),
        (sienne, "sans_objet"),
    ]
    assert journal_de(operation).first().valeurs["ligne_de_partage"] == "Aucune ligne de partage n’est en cause"


def test_a_line_that_is_not_respected_says_why_and_stays_under_the_eyes():
    operation, ligne = OperationFactory(recevable=True), LignePartageFactory(regle="Non-doublon")

    erreur = refus(operation, reponses=[reponse(ligne, ReponseLigne.NON_RESPECTEE)])
    assert erreur.messages == ["Dites pourquoi la ligne n’est pas respectée et ce qui est prévu."]
    instruire(operation, reponses=[reponse(ligne, ReponseLigne.NON_RESPECTEE, "Deux mois communs, revus en mai.")])

    assert dire_partage(operation.instructions.get()) == "Non respectée\xa0: Non-doublon"


def test_the_single_answer_of_an_older_instruction_still_reads():
    ancienne = InstructionFactory(reponse_partage="successives", justification_partage="Deux conventions.")

    assert dire_partage(ancienne) == "Oui, sur des étapes successives et distinctes"


@pytest.mark.parametrize(
    ("critere", "attendu"),
    [
        ({"champ": "priorite", "libelle": "priorité", "valeur": ["P1", "FTJ"]}, (True, "priorité\xa0: P1")),
        ({"champ": "priorite", "libelle": "priorité", "valeur": ["P2"]}, (False, "priorité\xa0: P1")),
        ({"champ": "appel_priorite_qpv", "libelle": "énoncée", "valeur": "oui"}, (False, "énoncée\xa0: non")),
        ({"champ": "brsa", "libelle": "BRSA", "valeur": "oui"}, None),
    ],
)
def test_the_file_shows_the_criteria_that_it_can_read(critere, attendu):
    ligne = LignePartageFactory(criteres=[critere])

    assert constater(ligne, OperationFactory()) == attendu


# the grid


def test_the_total_is_each_mark_times_its_weight_out_of_what_is_possible():
    appel = AppelFactory()
    operation = OperationFactory(recevable=True, appel=appel, enveloppe=appel.enveloppe)
    public = CritereFactory(appel=appel, libelle="Public", poids=3)
    moyens = CritereFactory(appel=appel, libelle="Moyens", poids=1, note_max=10, seuil=None)

    instruire(operation, notes=[note(public, "3.5"), note(moyens, "0")])

    # 3,5 × 3 + 0 × 1 out of 5 × 3 + 10 × 1
    total = compute_total(operation.instructions.get().notes.all())
    assert (total.obtenu, total.maximum, total.part, str(total)) == (
        Decimal("10.5"),
        25,
        Decimal("0.42"),
        "10,5 sur\xa025",
    )
    assert journal_de(operation).first().valeurs["note"] == "10,5 sur\xa025"


def test_a_mark_under_the_threshold_is_justified_and_one_at_the_threshold_need_not():
    appel = AppelFactory()
    operation = OperationFactory(recevable=True, appel=appel, enveloppe=appel.enveloppe)
    critere = CritereFactory(appel=appel, libelle="Public", seuil=3)

    erreur = refus(operation, notes=[note(critere, "2.9", "  ")])
    assert (erreur.code, erreur.messages) == ("grille", ["Public\xa0: la note 2,9 est sous 3, justifiez-la."])
    instruire(operation, notes=[note(critere, "3")])
    assert operation.instructions.get().notes.get().justification == ""


@pytest.mark.parametrize("valeur", ["-0.1", "5.1"])
def test_a_mark_stays_within_its_criterion(valeur):
    appel = AppelFactory()
    operation = OperationFactory(recevable=True, appel=appel, enveloppe=appel.enveloppe)
    critere = CritereFactory(appel=appel, libelle="Public")

    erreur = refus(operation, notes=[note(critere, valeur, "x")])
    assert erreur.messages == ["Public\xa0: donnez une note de 0 à 5."]


def test_every_criterion_of_the_call_is_marked_and_no_other():
    appel = AppelFactory()
    operation = OperationFactory(recevable=True, appel=appel, enveloppe=appel.enveloppe)
    premier, second = CritereFactory(appel=appel, libelle="Public"), CritereFactory(appel=appel, libelle="Moyens")

    erreur = refus(operation, notes=[note(premier, "4")])
    assert erreur.messages == ["Notez chaque critère de la grille de l’appel\u202f; il reste\xa0: Moyens."]
    assert refus(operation, notes=[note(premier, "4"), note(second, "4"), note(CritereFactory(), "4")]).code == "grille"


def test_a_grid_is_replaced_on_a_draft_and_frozen_once_published():
    appel, auteur = AppelFactory(brouillon=True), UtilisateurFactory()
    enregistrer_grille(appel, auteur=auteur, criteres=[CritereInstruction(libelle="Avant")])
    enregistrer_grille(
        appel,
        auteur=auteur,
        criteres=[CritereInstruction(libelle="Public", poids=3, seuil=2), CritereInstruction(libelle="Moyens")],
    )

    assert list(appel.criteres.values_list("rang", "libelle")) == [(1, "Public"), (2, "Moyens")]
    assert journal_de(appel).first().valeurs["criteres"] == [
        "Public (sur 5, poids 3, à justifier sous 2)",
        "Moyens (sur 5, poids 1)",
    ]
    publier_appel(appel, auteur=auteur)
    with pytest.raises(ValidationError, match="La grille d’un appel publié ne change plus"):
        enregistrer_grille(appel, auteur=auteur, criteres=[])
    assert appel.criteres.count() == 2


def test_a_threshold_stays_within_the_mark():
    with pytest.raises(IntegrityError, match="critere_seuil_dans_la_note"):
        CritereFactory(note_max=5, seuil=6)


# whoever carries the operation


@pytest.mark.parametrize(
    ("code", "parent", "interne"),
    [("CD62", None, True), ("PLIE_LENS", "CD62", True), ("PLIE_LENS", "TM", False), (None, None, False)],
)
def test_the_body_of_the_envelope_or_its_plie_as_beneficiary_asks_for_a_measure(code, parent, interne):
    porteur = None
    if code:
        porteur = OrganismeFactory(code=code)
        porteur.parent = OrganismeFactory(code=parent) if parent else None
        porteur.save()
    operation = OperationFactory(recevable=True)
    operation.structure = StructureFactory(accord=operation.accord, organisme=porteur)
    operation.save()

    assert bool(dire_porteur_interne(operation)) == interne
    if interne:
        erreur = refus(operation, mesure_conflit="  ")
        assert (erreur.message_dict) == {
            "mesure_conflit": ["Dites ce qui sépare l’instructeur et le porteur de cette opération."]
        }
        instruire(operation, mesure_conflit="Le service porteur relève d’un autre pôle.")
    else:
        instruire(operation)
    operation.refresh_from_db()
    assert operation.statut == Statut.INSTRUITE
