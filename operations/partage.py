"""The lines of demarcation that an instruction answers, and what the file itself shows of them."""

from accord.models import LignePartage

from .enums import ReponseLigne
from .models import Instruction, Operation


def lignes_concernees(operation: Operation) -> list[LignePartage]:
    """The lines of the agreement that bind the body of the envelope: its own, and those of all."""
    lignes = operation.accord.lignes_partage.all()
    return [ligne for ligne in lignes if ligne.organisme_id in (None, operation.enveloppe.organisme_id)]


def _priorite(operation: Operation) -> str:
    return operation.objectif_specifique.priorite.code


def _appel_priorite_qpv(operation: Operation) -> str:
    return "oui" if operation.appel and operation.appel.enonce_priorite_qpv else "non"


LECTURES = {"priorite": _priorite, "appel_priorite_qpv": _appel_priorite_qpv}  # what a file can tell by itself


def constater(ligne: LignePartage, operation: Operation) -> tuple[bool, str] | None:
    """Whether the file meets the criteria that it can answer, and in which words; None when it answers none."""
    lus = [
        (critere, LECTURES[critere["champ"]](operation)) for critere in ligne.criteres if critere["champ"] in LECTURES
    ]
    if not lus:
        return None
    tenu = all(_remplit(critere, valeur) for critere, valeur in lus)
    return tenu, " ; ".join(f"{critere['libelle']} : {valeur}" for critere, valeur in lus)


def _remplit(critere: dict, valeur: str) -> bool:
    attendu = critere["valeur"]
    return valeur in attendu if isinstance(attendu, list) else valeur == str(attendu)


def dire_partage(instruction: Instruction) -> str:
    """The answers in one sentence; the single answer of the first instructions as it was given."""
    if instruction.reponse_partage:
        return instruction.get_reponse_partage_display()
    reponses = list(instruction.reponses.all())
    ecarts = [str(r.ligne) for r in reponses if r.reponse == ReponseLigne.NON_RESPECTEE]
    if ecarts:
        return "Non respectée : " + " ; ".join(ecarts)
    return "Aucune ligne de partage n’est en cause" if reponses else "Sans ligne de partage"


def justifier_partage(instruction: Instruction) -> str:
    """What was written beside the answers that need it."""
    if instruction.reponse_partage:
        return instruction.justification_partage
    return " ".join(r.justification for r in instruction.reponses.all() if r.reponse == ReponseLigne.NON_RESPECTEE)
