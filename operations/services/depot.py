"""An application comes in, and is put right while it is examined."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accord.models import Parametre
from accord.montants import format_date
from comptes.concurrence import clean_own_fields, save_checked
from comptes.journal import journaliser

from ..admission import demander_motif, dire_duree
from ..enums import STATUTS_MODIFIABLES, Statut, StatutAppel, VersionPlan
from ..evenements import objectif_modifie
from ..models import AppelAProjets, Operation, PlanFinancement
from .etat import verifier_jour, verrouiller
from .plans import corriger_plan, enregistrer_plan

MODIFIABLES = [
    "appel",
    "structure",
    "numero",
    "intitule",
    "resume",
    "objectif_specifique",
    "dispositif",
    "axe",
    "type_action",
    "debut_le",
    "fin_le",
    "part_qpv_declaree",
    "deposee_le",
]


def lire_appel(pk: int) -> AppelAProjets:
    """Read a call again, and keep it from being closed or changed meanwhile.

    The lock is shared, which the ORM does not offer: deposits on the same call do not wait for each other.
    """
    return AppelAProjets.objects.raw("SELECT * FROM operations_appelaprojets WHERE id = %s FOR SHARE", [pk])[0]


def verifier_appel(operation: Operation, *, nouveau: bool = False) -> None:
    """Refuse a deposit outside its call (`code="appel"`); none is made on a closed call, nor moved to it.

    `nouveau`: the operation was not on this call yet.
    """
    appel = operation.appel
    if appel is None:
        return
    if nouveau and appel.statut == StatutAppel.CLOS:
        raise ValidationError({"appel": "Cet appel est clos."}, code="appel")
    if appel.enveloppe_id != operation.enveloppe_id:
        raise ValidationError({"appel": "Cet appel porte sur une autre enveloppe."}, code="appel")
    if appel.statut == StatutAppel.BROUILLON:
        raise ValidationError({"appel": "Cet appel n’est pas publié."}, code="appel")
    if not appel.ouvert_le <= operation.deposee_le <= appel.limite_depot_le:
        raise ValidationError(
            {
                "deposee_le": f"L’appel {appel.code} reçoit les demandes du {format_date(appel.ouvert_le)} "
                f"au {format_date(appel.limite_depot_le)}."
            },
            code="appel",
        )


def _verifier_rattachements(operation: Operation) -> None:
    """Refuse a structure, measure or axis that belongs to another agreement, body or fund."""
    enveloppe, erreurs = operation.enveloppe, {}
    if operation.structure.accord_id != enveloppe.accord_id:
        erreurs["structure"] = "Cette structure appartient à un autre accord."
    if operation.objectif_specifique.priorite.fonds_id != enveloppe.fonds_id:
        erreurs["objectif_specifique"] = "Cet objectif spécifique relève d’un autre fonds."
    dispositif = operation.dispositif
    if dispositif and (dispositif.organisme_id, dispositif.fonds_id) != (enveloppe.organisme_id, enveloppe.fonds_id):
        erreurs["dispositif"] = "Ce dispositif relève d’un autre organisme ou d’un autre fonds."
    for champ in ["axe", "type_action"]:
        element = getattr(operation, champ)
        if element and element.organisme_id != enveloppe.organisme_id:
            erreurs[champ] = "Cet élément relève de la stratégie d’un autre organisme."
    if erreurs:
        raise ValidationError(erreurs)


def lire_fin_eligible(accord) -> date | None:
    """The last day on which an expense of the agreement may be paid for, None when it sets none."""
    return Parametre.objects.lire_date(accord, "eligibilite_fin", timezone.localdate())


def verifier_calendrier(operation: Operation, fin_eligible: date | None) -> None:
    """Refuse dates outside the period of the call, or after the eligibility of the agreement (`code="periode"`)."""
    appel, erreurs = operation.appel, {}
    if appel and appel.periode_debut_le and operation.debut_le < appel.periode_debut_le:
        erreurs["debut_le"] = (
            f"L’appel {appel.code} finance des opérations à partir du {format_date(appel.periode_debut_le)}."
        )
    if appel and appel.periode_fin_le and operation.fin_le > appel.periode_fin_le:
        erreurs["fin_le"] = f"L’appel {appel.code} finance des opérations jusqu’au {format_date(appel.periode_fin_le)}."
    elif fin_eligible and operation.fin_le > fin_eligible:
        erreurs["fin_le"] = (
            f"Choisissez une date jusqu’au {format_date(fin_eligible)} : les dépenses ne sont plus éligibles ensuite."
        )
    if erreurs:
        raise ValidationError(erreurs, code="periode")


def _verifier(operation: Operation, *, appel_avant: int | None = None) -> None:
    operation.accord = operation.enveloppe.accord
    verifier_jour(operation.deposee_le)
    if operation.recevable_le and operation.deposee_le > operation.recevable_le:
        raise ValidationError(
            {"deposee_le": f"La demande est recevable depuis le {format_date(operation.recevable_le)}."}, code="date"
        )
    nouveau = operation.appel_id is not None and operation.appel_id != appel_avant
    if nouveau:
        operation.appel = lire_appel(operation.appel_id)
    verifier_appel(operation, nouveau=nouveau)
    verifier_calendrier(operation, lire_fin_eligible(operation.accord))
    _verifier_rattachements(operation)
    clean_own_fields(operation)


def _lire(operation: Operation) -> dict:
    return {champ: getattr(operation, champ) for champ in MODIFIABLES}


@transaction.atomic
def deposer_operation(*, operation: Operation, plan: PlanFinancement, auteur, epcis=()) -> Operation:
    """Record an application with the plan it asks for.

    `operation` and `plan` are unsaved. Raises ValidationError: call closed, number already used, plan out of its
    bounds; nothing is written then.
    """
    operation.statut = Statut.DEPOSEE
    operation.statut_depuis_le = operation.deposee_le
    _verifier(operation)
    save_checked(operation)
    if epcis:
        operation.epcis.set(epcis)
    enregistrer_plan(operation, plan, VersionPlan.DEMANDE)
    journaliser(
        operation,
        "deposee",
        auteur=auteur,
        deposee_le=operation.deposee_le,
        enveloppe=operation.enveloppe.code,
        structure=operation.structure,
        ue_demande=plan.ue,
        cout_total_eligible=plan.cout_total_eligible,
    )
    return operation


def _admettre_duree(operation: Operation, motif: str) -> dict[str, str]:
    """Why the new length of an admissible application is admitted out of the bounds of its call; empty within them."""
    hors_duree = dire_duree(operation.appel, operation.debut_le, operation.fin_le)
    if hors_duree and not motif:
        raise ValidationError(demander_motif(hors_duree), code="duree")
    return {"hors_duree": motif} if hors_duree else {}


@transaction.atomic
def modifier_operation(
    operation: Operation, *, plan: PlanFinancement, auteur, epcis, version: int, motif_duree: str = ""
) -> Operation:
    """Correct an application before it is instructed, with the plan it asks for.

    `operation` carries the new values, `version` the one that was read. Raises ValidationError `perime` when
    somebody else saved in between, and says who. Once admissible, a length that leaves the bounds of the call needs a
    reason (`code="duree"`), kept in the journal.
    """
    avant = verrouiller(operation, depuis=STATUTS_MODIFIABLES)
    if avant.version != version:
        raise ValidationError(
            "Cette opération a changé depuis que vous l’avez ouverte. "
            "Comparez votre saisie avec le dossier, puis enregistrez de nouveau.",
            code="perime",
        )
    operation.enveloppe, operation.statut, operation.recevable_le = avant.enveloppe, avant.statut, avant.recevable_le
    operation.statut_depuis_le = avant.statut_depuis_le
    operation.version = version + 1
    _verifier(operation, appel_avant=avant.appel_id)
    plan_enregistre = PlanFinancement.objects.get(operation=avant, version=VersionPlan.DEMANDE)
    anciens, nouveaux = _lire(avant), _lire(operation)
    change: dict[str, Any] = {
        c: {"avant": anciens[c], "apres": nouveaux[c]} for c in nouveaux if anciens[c] != nouveaux[c]
    }
    if change.keys() & {"appel", "debut_le", "fin_le"} and operation.recevable_le:
        change |= _admettre_duree(operation, motif_duree.strip())
    change |= corriger_plan(operation, plan_enregistre, plan)
    epcis_avant, epcis_apres = sorted(map(str, avant.epcis.all())), sorted(map(str, epcis))
    if epcis_avant != epcis_apres:
        change["epcis"] = {"avant": epcis_avant, "apres": epcis_apres}
    if not change:
        return avant
    if operation.statut == Statut.DEPOSEE:
        operation.statut_depuis_le = operation.deposee_le
    save_checked(operation, update_fields=[*MODIFIABLES, "statut_depuis_le", "version"])
    operation.epcis.set(epcis)
    journaliser(operation, "modifiee", auteur=auteur, **change)
    if "objectif_specifique" in change:
        objectif_modifie.send(Operation, operation=operation)
    return operation
