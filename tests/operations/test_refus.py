"""Each refusal of the table of the design, before the contract, in the words that people read."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from comptes.enums import Role
from comptes.models import JournalAudit
from operations.enums import StatutAppel
from operations.models import Ecriture, Instruction, PlanFinancement
from operations.services import (
    abandonner_operation,
    ajourner_operation,
    annuler_decision,
    annuler_retrait,
    declarer_irrecevable,
    declarer_recevable,
    deposer_operation,
    deprogrammer_operation,
    instruire_operation,
    programmer_operation,
    refuser_operation,
    rouvrir_instruction,
    rouvrir_recevabilite,
    suivre_signatures,
)
from tests.factories import (
    AppelFactory,
    EnveloppeFactory,
    InstructionFactory,
    LignePartageFactory,
    OperationFactory,
    StructureFactory,
    UtilisateurFactory,
    habilite,
)

pytestmark = pytest.mark.django_db

LE, PLUS_TARD = dt.date(2026, 4, 1), dt.date(2026, 6, 1)


def dire(acte, *args, **champs) -> str:
    """The words of a refusal that wrote nothing, with ordinary spaces."""
    lignes = JournalAudit.objects.count(), Ecriture.objects.count()
    with pytest.raises(ValidationError) as refus:
        acte(*args, **champs)
    assert (JournalAudit.objects.count(), Ecriture.objects.count()) == lignes
    return " ".join(refus.value.messages).replace("\xa0", " ").replace("\u202f", " ")


def plan(**champs):
    return PlanFinancement(
        **{"cout_total_eligible": Decimal(1000), "ue": Decimal(600), "autofinancement": Decimal(400), **champs}
    )


def instruire(operation, auteur=None, avec=None, **champs):
    instruction = {"conclue_le": LE, "avis": "favorable", "rapport": "Conforme.", "est_sans_conflit": True} | champs
    return instruire_operation(
        operation,
        auteur=auteur or UtilisateurFactory(),
        plan=plan(**(avec or {})),
        instruction=Instruction(**instruction),
    )


def decider(service, operation, **champs):
    acte = {"auteur": UtilisateurFactory(), "instance": "Bureau", "decidee_le": LE} | champs
    if service is not programmer_operation:
        acte.setdefault("motif", "Hors appel")
    return service(operation, **acte)


# deposer


def test_deposer():
    appel = AppelFactory(code="AAP-1", ouvert_le=dt.date(2026, 1, 1), limite_depot_le=dt.date(2026, 3, 31))
    autre = OperationFactory(enveloppe=appel.enveloppe, numero="202600001")

    def deposer(**champs):
        operation = OperationFactory.build(
            **{
                "enveloppe": appel.enveloppe,
                "accord": None,
                "structure": autre.structure,
                "objectif_specifique": appel.objectif_specifique,
                "numero": "202600002",
                **champs,
            }
        )
        return dire(deposer_operation, operation=operation, plan=plan(), auteur=UtilisateurFactory())

    assert deposer(appel=appel, deposee_le=LE) == (
        "L’appel AAP-1 reçoit les demandes du 1er janvier 2026 au 31 mars 2026."
    )
    clos = AppelFactory(enveloppe=appel.enveloppe, statut=StatutAppel.CLOS)
    assert deposer(appel=clos) == "Cet appel est clos."
    assert deposer(numero="202600001") == "Une opération porte déjà ce numéro Ma démarche FSE+."


# recevable, irrecevable, and back


def test_recevabilite():
    appel = AppelFactory()
    for ordre, libelle in enumerate(["Statuts", "RIB"], 1):
        appel.pieces_attendues.create(ordre=ordre, type="autre", libelle=libelle)
    operation = OperationFactory(appel=appel, enveloppe=appel.enveloppe)
    auteur = UtilisateurFactory()

    assert dire(declarer_recevable, operation, auteur=auteur, le=LE, pieces_recues=[]) == (
        "Il manque : Statuts ; RIB. Réclamez-les au bénéficiaire, puis cochez-les à réception."
    )
    assert dire(declarer_irrecevable, operation, auteur=auteur, le=LE, motif=" ") == (
        "Dites pourquoi la demande est irrecevable : le bénéficiaire en est informé."
    )
    assert dire(declarer_recevable, operation, auteur=auteur, le=dt.date(2100, 1, 1), pieces_recues=[]) == (
        "Choisissez une date qui n’est pas à venir."
    )
    recevable = OperationFactory(recevable=True)
    assert dire(rouvrir_recevabilite, recevable, auteur=auteur, le=LE, motif="") == (
        "Dites pourquoi la recevabilité est rouverte : le motif figure dans l’historique."
    )
    assert dire(rouvrir_recevabilite, recevable, auteur=auteur, le=dt.date(2026, 1, 31), motif="x") == (
        "Choisissez une date à partir du 1er février 2026 : c’est la date de l’étape précédente."
    )


# instruire


def test_instruire():
    operation = OperationFactory(recevable=True)

    assert dire(instruire, operation, avec={"autofinancement": Decimal("399.99")}).startswith(
        "Il manque 0,01 € de ressources."
    )
    assert dire(instruire, operation, est_sans_conflit=False) == (
        "Déclarez l’absence de conflit d’intérêts, ou confiez le dossier à un collègue."
    )
    assert dire(instruire, operation, rapport=" ") == "Rédigez le rapport d’instruction."
    LignePartageFactory(regle="Non-doublon")
    assert dire(instruire, operation) == "Répondez à chaque ligne de partage ; il reste : Non-doublon."


def test_nobody_acts_for_the_beneficiary_and_instructs_or_decides():
    agent = habilite(Role.PLIE, "PLIE_LENS_LIEVIN")
    enveloppe = EnveloppeFactory()
    structure = StructureFactory(accord=enveloppe.accord, organisme=agent.habilitations.get().organisme)
    sienne = {"enveloppe": enveloppe, "structure": structure}
    phrase = "Vous agissez aussi pour le bénéficiaire de cette opération : un collègue s’en charge."

    assert dire(instruire, OperationFactory(recevable=True, **sienne), auteur=agent) == phrase
    assert dire(decider, programmer_operation, OperationFactory(instruite=True, **sienne), auteur=agent) == phrase


def test_nobody_decides_and_instructs():
    operation, chef = OperationFactory(instruite=True), UtilisateurFactory()
    decider(ajourner_operation, operation, auteur=chef)

    assert dire(instruire, operation, auteur=chef) == "Vous avez décidé sur cette opération : un collègue l’instruit."


# programmer, refuser, ajourner


@pytest.mark.parametrize("service", [programmer_operation, refuser_operation, ajourner_operation])
def test_decider(service):
    operation = OperationFactory(instruite=True)

    assert dire(decider, service, operation, auteur=operation.instruite_par) == (
        "Vous avez instruit cette opération : une autre personne décide."
    )
    assert dire(decider, service, operation, instance=" ") == (
        "Indiquez l’instance qui a décidé, par exemple « commission permanente »."
    )
    assert dire(decider, service, operation, decidee_le=None) == "Indiquez la date de la décision."
    assert dire(decider, service, operation, decidee_le=dt.date(2026, 2, 28)) == (
        "Choisissez une date à partir du 1er mars 2026 : c’est la date de l’instruction."
    )
    if service is not programmer_operation:
        assert dire(decider, service, operation, motif="") == (
            "Donnez le motif de la décision : le bénéficiaire en est informé."
        )


def test_programmer_above_what_is_left():
    operation = OperationFactory(instruite=True, enveloppe=EnveloppeFactory(montant=Decimal("599.99")))

    assert dire(decider, programmer_operation, operation) == (
        "Il reste 599,99 € sur l’enveloppe ; cette opération de 600,00 € porte le dépassement à 0,01 €. "
        "Confirmez le dépassement pour programmer."
    )


# abandonner, deprogrammer, and what undoes


def test_withdraw_and_undo_without_a_reason():
    operation, auteur = OperationFactory(programmee=True), UtilisateurFactory()
    sans = {"auteur": auteur, "le": PLUS_TARD, "motif": " "}
    phrase = "Donnez le motif : il figure dans l’historique de l’opération."

    assert dire(abandonner_operation, operation, **sans) == phrase
    assert dire(deprogrammer_operation, operation, **sans) == phrase
    assert dire(annuler_decision, operation, auteur=auteur, motif="") == (
        "Dites quelle erreur de saisie vous corrigez : le motif figure dans l’historique."
    )
    mise = suivre_signatures(operation, auteur=auteur, envoyee_le=PLUS_TARD)
    assert dire(annuler_decision, operation, auteur=auteur, motif="Erreur") == (
        "La convention est à la signature : retirez-la de la signature, puis annulez la décision."
    )
    mise.delete()
    InstructionFactory(operation=operation, auteur=auteur)
    assert dire(annuler_decision, operation, auteur=auteur, motif="Erreur") == (
        "Vous avez instruit cette opération : une autre personne annule."
    )
    deprogrammer_operation(operation, **sans | {"motif": "Sans suite"})
    assert dire(annuler_retrait, operation, auteur=auteur, motif=" ") == (
        "Dites quelle erreur de saisie vous corrigez : le motif figure dans l’historique."
    )


def test_rouvrir_without_a_reason():
    operation = OperationFactory(instruite=True)

    assert dire(rouvrir_instruction, operation, auteur=UtilisateurFactory(), le=LE, motif="") == (
        "Dites pourquoi l’instruction est rouverte : le motif figure dans l’historique."
    )
