"""Who may do what on calls, structures and operations (design, « Who may »). When is the service’s question."""

from django.db.models import Q

from comptes.enums import ROLES_OI, NatureOrganisme, Role
from comptes.models import Organisme

from .models import Convention, Operation
from .querysets import ROLES_CONTROLE, ROLES_DOSSIER, ROLES_LECTEURS, dossiers_complets


def _organismes(accord) -> set[int]:
    return set(accord.parties.values_list("organisme_id", flat=True))


def _enveloppe(objet):
    """The envelope of an operation or a call; an envelope is its own."""
    return getattr(objet, "enveloppe", objet)


def peut_lister(user, accord) -> bool:
    """May open the lists of the agreement: who reads its files, and a PLIE for its own ones."""
    return bool(_organismes(accord) & set(user.organismes_ids(*ROLES_LECTEURS, Role.PLIE)))


def peut_lire_des_dossiers(user, accord) -> bool:
    """Reads whole files of the agreement, at least some: their ledger lines may be exported."""
    return bool(_organismes(accord) & set(user.organismes_ids(*ROLES_DOSSIER)))


def est_gestionnaire(user, accord) -> bool:
    """May enter calls, structures and operations for at least one OI of the agreement."""
    return bool(_organismes(accord) & set(user.organismes_ids(Role.GESTIONNAIRE)))


def organismes_importes(user, accord):
    """The bodies whose files of operations the person may load: a gestionnaire enters, a responsable decides."""
    return Organisme.objects.filter(enveloppes__accord=accord, pk__in=user.organismes_ids(*ROLES_OI)).distinct()


def peut_importer(user, accord) -> bool:
    return organismes_importes(user, accord).exists()


def peut_corriger_structure(user, accord) -> bool:
    """A structure is shared by the OI: gestionnaires keep it, and a responsable may put its link right."""
    return bool(_organismes(accord) & set(user.organismes_ids(*ROLES_OI)))


def peut_lire_demandes(user, accord) -> bool:
    """May read what European money a structure asked for, all bodies together: who reads the files of the agreement."""
    return bool(_organismes(accord) & set(user.organismes_ids(*ROLES_LECTEURS)))


def peut_saisir(user, objet) -> bool:
    """May write: the gestionnaire of the OI that holds the envelope."""
    return user.has_role(Role.GESTIONNAIRE, _enveloppe(objet).organisme_id)


def peut_publier(user, appel) -> bool:
    return user.has_role(Role.RESPONSABLE, _enveloppe(appel).organisme_id)


def est_responsable(user, operation) -> bool:
    return user.has_role(Role.RESPONSABLE, _enveloppe(operation).organisme_id)


def peut_decider(user, operation) -> bool:
    """The responsable decides, except on a file that the same person instructed, now or before an adjournment."""
    return est_responsable(user, operation) and not a_instruit(user, operation)


def a_instruit(user, operation) -> bool:
    return user.pk == operation.instruite_par_id or operation.instructions.filter(auteur=user).exists()


def peut_instruire(user, operation) -> bool:
    """A gestionnaire instructs, except on a file that the same person decided on: nobody does both."""
    return peut_saisir(user, operation) and not a_decide(user, operation)


def a_decide(user, operation) -> bool:
    return operation.decisions.filter(auteur=user).exists()


def a_signe(user, operation) -> bool:
    """Whoever signed the contract or an amendment decided on the file."""
    return Convention.objects.filter(Q(auteur=user) | Q(avenants__auteur=user), operation=operation).exists()


def peut_controler(user, operation) -> bool:
    """A gestionnaire controls, except on a file that the same person instructed, decided on or signed."""
    return peut_saisir(user, operation) and not (
        a_instruit(user, operation) or a_decide(user, operation) or a_signe(user, operation)
    )


def peut_suivre_conditions(user, operation) -> bool:
    """A gestionnaire or the responsable reads the proof of a condition and lifts it."""
    return peut_saisir(user, operation) or est_responsable(user, operation)


def peut_retirer(user, operation) -> bool:
    """A gestionnaire or the responsable records that the beneficiary gives up; only the latter undoes a decision."""
    return peut_saisir(user, operation) or est_responsable(user, operation)


def peut_suivre_convention(user, operation) -> bool:
    """Both follow a contract at its parties’ and put off a report; only the responsable notifies it."""
    return peut_saisir(user, operation) or est_responsable(user, operation)


def peut_lire_dossier(user, operation) -> bool:
    """The whole file; anyone else who knows the operation reads its summary."""
    return Operation.objects.filter(dossiers_complets(user), pk=operation.pk).exists()


# -- pieces and observations


def peut_deposer_piece(user, operation) -> bool:
    """The OI keeps the file: a gestionnaire sends and withdraws pieces, the responsable the signed ones."""
    return peut_retirer(user, operation)


def organismes_observateurs(user, operation) -> list[Organisme]:
    """The bodies in whose name the person may ask about an operation: the State, or the other OI; never its own OI."""
    parties = Organisme.objects.filter(parties__accord=operation.accord_id).order_by("code")
    etat = parties.filter(pk__in=user.organismes_ids(Role.LECTEUR_ETAT, Role.AGD))
    autre_oi = parties.filter(pk__in=user.organismes_ids(*ROLES_OI), nature=NatureOrganisme.OI).exclude(
        pk=_enveloppe(operation).organisme_id
    )
    return [*etat, *autre_oi]


def peut_observer(user, operation) -> bool:
    return bool(organismes_observateurs(user, operation))


def peut_repondre(user, observation) -> bool:
    """The OI answers: whoever may write or decide on the operation."""
    return peut_retirer(user, observation.operation)


def peut_suivre(user, observation) -> bool:
    """The body that asked closes its thread, or asks again."""
    return observation.organisme in organismes_observateurs(user, observation.operation)


def peut_lire_appels_fonds(user, accord) -> bool:
    """May open the list of batches: who works for an OI of the agreement, the State, the authority, an auditor."""
    return bool(_organismes(accord) & set(user.organismes_ids(*ROLES_OI, *ROLES_CONTROLE)))
