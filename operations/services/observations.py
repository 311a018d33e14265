"""A question on an operation, its answer, its end. Each step adds a message; nobody rewrites one."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from comptes.horloge import maintenant
from comptes.journal import journaliser

from ..enums import SensMessage, Statut, StatutObservation
from ..models import MessageObservation, Observation, Operation
from .etat import exiger, verrouiller


@transaction.atomic
def poser_observation(
    operation: Operation, *, auteur, organisme, objet: str, texte: str, echeance_le: date
) -> Observation:
    """Ask the OI of an operation, in the name of `organisme`, for an answer before a day."""
    operation = verrouiller(operation, depuis=list(Statut))
    jour = timezone.localdate(maintenant())
    _verifier_echeance(echeance_le, jour)
    numero = 1 + (operation.observations.aggregate(dernier=Max("numero"))["dernier"] or 0)
    observation = Observation(
        operation=operation,
        numero=numero,
        objet=exiger(objet, "Donnez un objet à votre question.", "objet"),
        organisme=organisme,
        auteur=auteur,
        posee_le=jour,
        echeance_le=echeance_le,
        statut_depuis_le=jour,
    )
    observation.full_clean()
    observation.save()
    _ecrire(observation, SensMessage.QUESTION, exiger(texte, "Écrivez votre question.", "texte"), auteur, organisme)
    _journaliser(observation, "observation_posee", auteur, echeance_le=echeance_le)
    return observation


@transaction.atomic
def repondre_observation(observation: Observation, *, auteur, texte: str) -> Observation:
    """Answer in the name of the OI; an answer may be completed until the thread is closed."""
    observation = _verrouiller(observation, depuis=[StatutObservation.OUVERTE, StatutObservation.REPONDUE])
    texte = exiger(texte, "Écrivez votre réponse.", "texte")
    _ecrire(observation, SensMessage.REPONSE, texte, auteur, observation.operation.enveloppe.organisme)
    _avancer(observation, StatutObservation.REPONDUE)
    _journaliser(observation, "observation_repondue", auteur)
    return observation


@transaction.atomic
def relancer_observation(observation: Observation, *, auteur, texte: str, echeance_le: date) -> Observation:
    """Ask again, on an answer or a closed thread, with a new day: the answer is awaited anew."""
    observation = _verrouiller(observation, depuis=[StatutObservation.REPONDUE, StatutObservation.CLOSE])
    texte = exiger(texte, "Dites ce que vous attendez encore.", "texte")
    _verifier_echeance(echeance_le, timezone.localdate(maintenant()))
    _ecrire(observation, SensMessage.QUESTION, texte, auteur, observation.organisme)
    observation.echeance_le = echeance_le
    _avancer(observation, StatutObservation.OUVERTE)
    _journaliser(observation, "observation_rouverte", auteur, echeance_le=echeance_le)
    return observation


@transaction.atomic
def clore_observation(observation: Observation, *, auteur, texte: str) -> Observation:
    """End the thread, in the name of the body that asked, saying what it concludes."""
    observation = _verrouiller(observation, depuis=[StatutObservation.OUVERTE, StatutObservation.REPONDUE])
    texte = exiger(texte, "Dites ce que vous concluez.", "texte")
    _ecrire(observation, SensMessage.CLOTURE, texte, auteur, observation.organisme)
    _avancer(observation, StatutObservation.CLOSE)
    _journaliser(observation, "observation_close", auteur)
    return observation


def _verrouiller(observation: Observation, *, depuis: list[StatutObservation]) -> Observation:
    observation = (
        Observation.objects.select_for_update(of=("self",))
        .select_related("operation__enveloppe__organisme", "operation__accord", "organisme")
        .get(pk=observation.pk)
    )
    if observation.statut not in depuis:
        raise ValidationError(
            "Cette observation a changé depuis que vous l’avez ouverte\u00a0: rechargez la page.", code="statut"
        )
    return observation


def _verifier_echeance(echeance_le: date, jour: date) -> None:
    if echeance_le < jour:
        raise ValidationError({"echeance_le": "Choisissez une date à partir d’aujourd’hui."}, code="echeance")


def _ecrire(observation: Observation, sens: SensMessage, texte: str, auteur, organisme) -> None:
    message = MessageObservation(
        observation=observation, sens=sens, texte=texte, organisme=organisme, auteur=auteur, ecrit_le=maintenant()
    )
    message.full_clean()
    message.save()


def _avancer(observation: Observation, statut: StatutObservation) -> None:
    observation.statut, observation.statut_depuis_le = statut, timezone.localdate(maintenant())
    observation.save(update_fields=["statut", "statut_depuis_le", "echeance_le"])


def _journaliser(observation: Observation, acte: str, auteur, **valeurs) -> None:
    """What was said stays in the thread, for those who follow it."""
    journaliser(observation.operation, acte, auteur=auteur, observation=observation.numero, **valeurs)
