"""Is the application admissible, and is it sound?"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from accord.enums import CodeFonds
from accord.montants import format_euros, format_note, format_taux
from comptes.journal import journaliser

from ..admission import demander_motif, dire_duree, dire_profil_refuse
from ..conflits import dire_porteur_interne
from ..enums import SensRecevabilite, Statut, VersionPlan
from ..grille import compute_total
from ..models import Instruction, NoteInstruction, Operation, PlanFinancement, Recevabilite, ReponseLignePartage
from ..partage import dire_partage, lignes_concernees
from ..permissions import a_decide
from ..plafonds import Plafond, compute_plafond
from .etat import avancer, exiger, verifier_jour, verifier_porteur, verrouiller
from .plans import enregistrer_plan


@transaction.atomic
def declarer_recevable(
    operation: Operation, *, auteur, le: date, pieces_recues: list[str], motif_duree: str = ""
) -> Operation:
    """Declare an application admissible; every mandatory piece of its call must be there, those missing are listed.

    A length out of the bounds of the call is admitted with a reason (`code="duree"`), kept in the journal.
    """
    operation = verrouiller(operation, depuis=[Statut.DEPOSEE])
    verifier_jour(le, pas_avant=operation.deposee_le, quoi="dépôt")
    obligatoires = operation.appel.lire_pieces_obligatoires() if operation.appel else []
    manquantes = [piece for piece in obligatoires if piece not in pieces_recues]
    if manquantes:
        raise ValidationError(
            "Il manque : " + " ; ".join(manquantes) + ". Réclamez-les au bénéficiaire, puis cochez-les à réception.",
            code="pieces",
        )
    motif_duree = motif_duree.strip()
    hors_duree = dire_duree(operation.appel, operation.debut_le, operation.fin_le)
    if hors_duree and not motif_duree:
        raise ValidationError(demander_motif(hors_duree), code="duree")
    Recevabilite.objects.create(
        operation=operation,
        sens=SensRecevabilite.RECEVABLE,
        prononcee_le=le,
        pieces_recues=list(pieces_recues),
        auteur=auteur,
    )
    operation.recevable_le = le
    avancer(operation, Statut.RECEVABLE, le, "recevable_le")
    journaliser(
        operation,
        "recevable",
        auteur=auteur,
        le=le,
        pieces_recues=list(pieces_recues),
        hors_duree=motif_duree if hors_duree else "",
    )
    return operation


@transaction.atomic
def declarer_irrecevable(operation: Operation, *, auteur, le: date, motif: str) -> Operation:
    """Turn down an application before instruction, with a reason."""
    operation = verrouiller(operation, depuis=[Statut.DEPOSEE])
    verifier_jour(le, pas_avant=operation.deposee_le, quoi="dépôt")
    motif = exiger(motif, "Dites pourquoi la demande est irrecevable : le bénéficiaire en est informé.")
    Recevabilite.objects.create(
        operation=operation, sens=SensRecevabilite.IRRECEVABLE, prononcee_le=le, motif=motif, auteur=auteur
    )
    avancer(operation, Statut.IRRECEVABLE, le)
    journaliser(operation, "irrecevable", auteur=auteur, motif=motif, le=le)
    return operation


@transaction.atomic
def rouvrir_recevabilite(operation: Operation, *, auteur, le: date, motif: str) -> Operation:
    """Hand a file back to its admissibility, with a reason, while it is not instructed. What was pronounced stays."""
    operation = verrouiller(operation, depuis=[Statut.RECEVABLE, Statut.IRRECEVABLE])
    motif = exiger(motif, "Dites pourquoi la recevabilité est rouverte : le motif figure dans l’historique.")
    verifier_jour(le, pas_avant=operation.statut_depuis_le)
    operation.recevabilites.filter(reprise_le__isnull=True).update(reprise_le=le)
    operation.recevable_le = None
    avancer(operation, Statut.DEPOSEE, le, "recevable_le")
    journaliser(operation, "recevabilite_rouverte", auteur=auteur, motif=motif, le=le)
    return operation


@transaction.atomic
def rouvrir_instruction(operation: Operation, *, auteur, le: date, motif: str) -> Operation:
    """Hand an instructed file back to its instruction, with a reason, while nothing was decided since.

    What was concluded stays; the file waits for a new conclusion, and nobody is its instructor until then.
    """
    operation = verrouiller(operation, depuis=[Statut.INSTRUITE])
    motif = exiger(motif, "Dites pourquoi l’instruction est rouverte : le motif figure dans l’historique.")
    verifier_jour(le, pas_avant=operation.instruite_le, quoi="l’instruction")
    conclue = operation.instructions.first()
    if conclue:
        conclue.rouverte_le = le
        conclue.save(update_fields=["rouverte_le"])
    operation.instruite_le = operation.instruite_par = None
    avancer(operation, Statut.RECEVABLE, le, "instruite_le", "instruite_par")
    journaliser(operation, "rouverte", auteur=auteur, motif=motif, le=le)
    return operation


def _verifier_taux(plafond: Plafond, exces_vu: Decimal | None) -> None:
    """Refuse a European share above the maximum of the call (`code="taux_max"`), unless that excess was seen."""
    if plafond.exces and plafond.exces > (exces_vu or 0):
        raise ValidationError(
            f"La participation européenne de {format_euros(plafond.ue)} dépasse de {format_euros(plafond.exces)} le "
            f"maximum de l’appel, {format_euros(plafond.ue_max)} ({format_taux(plafond.taux_max)} du coût total). "
            "Ramenez-la à ce montant, ou cochez « Instruire au-delà du taux de l’appel » et dites pourquoi dans le "
            "rapport.",
            code="taux_max",
        )


def _verifier_instruction(operation: Operation, instruction: Instruction) -> None:
    exiger(instruction.rapport, "Rédigez le rapport d’instruction.", "rapport")
    if not instruction.est_sans_conflit:
        raise ValidationError(
            {"est_sans_conflit": "Déclarez l’absence de conflit d’intérêts, ou confiez le dossier à un collègue."},
            code="conflit",
        )
    instruction.mesure_conflit = instruction.mesure_conflit.strip()
    if dire_porteur_interne(operation) and not instruction.mesure_conflit:
        raise ValidationError(
            {"mesure_conflit": "Dites ce qui sépare l’instructeur et le porteur de cette opération."}, code="conflit"
        )
    if operation.enveloppe.fonds.code == CodeFonds.FTJ and not instruction.lien_transition.strip():
        raise ValidationError(
            {"lien_transition": "Pour le FTJ, dites le lien de l’opération avec la transition."}, code="transition"
        )
    instruction.full_clean(exclude=["operation", "auteur"])


def _verifier_partage(operation: Operation, reponses: list[ReponseLignePartage]) -> None:
    """Every line of demarcation of the body is answered (`code="partage"`), once, and no other."""
    attendues = lignes_concernees(operation)
    repondues = [reponse.ligne_id for reponse in reponses if reponse.reponse]
    manquantes = [str(ligne) for ligne in attendues if ligne.pk not in repondues]
    if manquantes:
        raise ValidationError(
            "Répondez à chaque ligne de partage ; il reste : " + " ; ".join(manquantes) + ".", code="partage"
        )
    if sorted(repondues) != sorted(ligne.pk for ligne in attendues):
        raise ValidationError("Une réponse porte sur une ligne de partage qui ne lie pas l’organisme.", code="partage")


def _verifier_notes(operation: Operation, notes: list[NoteInstruction]) -> None:
    """Every criterion of the call is marked within its bounds; a low mark is justified (`code="grille"`)."""
    criteres = {critere.pk: critere for critere in operation.appel.criteres.all()} if operation.appel else {}
    if sorted(note.critere_id for note in notes) != sorted(criteres):
        manquants = [str(c) for pk, c in criteres.items() if pk not in {note.critere_id for note in notes}]
        raise ValidationError(
            "Notez chaque critère de la grille de l’appel"
            + (" ; il reste : " + " ; ".join(manquants) if manquants else "")
            + ".",
            code="grille",
        )
    for note in notes:
        critere = criteres[note.critere_id]
        note.critere, note.justification = critere, note.justification.strip()
        if not 0 <= note.note <= critere.note_max:
            raise ValidationError(f"{critere} : donnez une note de 0 à {critere.note_max}.", code="grille")
        if note.est_sous_le_seuil and not note.justification:
            raise ValidationError(
                f"{critere} : la note {format_note(note.note)} est sous {critere.seuil}, justifiez-la.", code="grille"
            )


def _joindre(instruction: Instruction, elements) -> None:
    """Save what an instruction answers or marks."""
    for element in elements:
        element.pk, element.instruction = None, instruction
        element.full_clean(exclude=["instruction"])
        element.save(force_insert=True)


@transaction.atomic
def instruire_operation(
    operation: Operation,
    *,
    auteur,
    plan: PlanFinancement,
    instruction: Instruction,
    reponses: Iterable[ReponseLignePartage] = (),
    notes: Iterable[NoteInstruction] = (),
    exces_taux_vu: Decimal | None = None,
) -> Operation:
    """Conclude the instruction: a balanced plan, a report, an opinion, each line of demarcation, the grid of the call.

    `plan`, `instruction`, `reponses` and `notes` are unsaved; amounts in euros. A file that comes back from adjournment
    is instructed anew. Above the maximum rate of the call, accepts the excess in euros that the person saw,
    `exces_taux_vu`, and no more.
    """
    operation = verrouiller(operation, depuis=[Statut.RECEVABLE, Statut.AJOURNEE])
    verifier_porteur(operation, auteur)
    if a_decide(auteur, operation):
        raise ValidationError("Vous avez décidé sur cette opération : un collègue l’instruit.", code="conflit")
    le = instruction.conclue_le
    verifier_jour(le, pas_avant=max(operation.recevable_le, operation.statut_depuis_le), quoi="l’étape précédente")
    reponses, notes = list(reponses), list(notes)
    _verifier_instruction(operation, instruction)
    _verifier_partage(operation, reponses)
    _verifier_notes(operation, notes)
    if refuse := dire_profil_refuse(operation.appel, plan.profil):
        raise ValidationError({"profil": refuse}, code="profil")
    enregistrer_plan(operation, plan, VersionPlan.INSTRUIT)
    plafond = compute_plafond(operation.appel, cout=plan.cout_total_eligible, ue=plan.ue)
    _verifier_taux(plafond, exces_taux_vu)
    instruction.pk, instruction.operation, instruction.auteur = None, operation, auteur
    instruction.save(force_insert=True)
    _joindre(instruction, [*reponses, *notes])
    operation.instruite_le, operation.instruite_par = le, auteur
    avancer(operation, Statut.INSTRUITE, le, "instruite_le", "instruite_par")
    journaliser(
        operation,
        "instruite",
        auteur=auteur,
        le=le,
        avis=instruction.avis,
        ue=plan.ue,
        cout_total_eligible=plan.cout_total_eligible,
        exces_taux_max=plafond.exces,
        note=str(compute_total(notes) or ""),
        ligne_de_partage=dire_partage(instruction),
        mesure_conflit=instruction.mesure_conflit,
    )
    return operation
