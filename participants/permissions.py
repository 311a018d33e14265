"""Who may do what on records of persons (design, « Who may »)."""

from django.conf import settings

from accord.models import AccordCadre
from comptes.enums import ROLES_OI, Role


def _organisme(operation) -> int:
    return operation.enveloppe.organisme_id


def peut_saisir_participants(user, operation) -> bool:
    """A gestionnaire or the responsable of the OI that holds the envelope."""
    return any(user.has_role(role, _organisme(operation)) for role in ROLES_OI)


def peut_lire_fiches(user, operation) -> bool:
    """Reads the records one by one, without identity: own OI, own structure, an auditor. Others read counts."""
    porteur = operation.structure.organisme_id
    return (
        peut_saisir_participants(user, operation)
        or bool(porteur and user.has_role(Role.PLIE, porteur))
        or AccordCadre.objects.filter(
            pk=operation.accord_id, parties__organisme__in=user.organismes_ids(Role.AUDITEUR)
        ).exists()
    )


def peut_lire_identites(user, operation) -> bool:
    """The same persons, and nobody else; each look is logged, a second factor is asked (`a_second_facteur`)."""
    return peut_lire_fiches(user, operation)


def peut_lister_fiches(user, accord) -> bool:
    """Has records to read in the agreement, at least some."""
    roles = [*ROLES_OI, Role.PLIE, Role.AUDITEUR]
    return accord.parties.filter(organisme__in=user.organismes_ids(*roles)).exists()


def a_second_facteur(user) -> bool:
    """Whoever sees identities signs in with a second factor, unless the setting lifts it (the demonstration does)."""
    return not settings.SECOND_FACTEUR_IDENTITES or user.authenticator_set.exists()


def voit_effectifs_fins(user, accord) -> bool:
    """Reads the records of the whole agreement, so no small count is hidden from them: an auditor."""
    return accord.parties.filter(organisme__in=user.organismes_ids(Role.AUDITEUR)).exists()


def peut_lire_doublons(user, accord) -> bool:
    """Reads the pairs of its own body, and decides on them: a gestionnaire or the responsable."""
    return accord.parties.filter(organisme__in=user.organismes_ids(*ROLES_OI)).exists()


def peut_compter_doublons(user, accord) -> bool:
    """The State, the managing authority and an auditor read how many pairs there are, and none of them."""
    roles = [Role.LECTEUR_ETAT, Role.AGD, Role.AUDITEUR]
    return accord.parties.filter(organisme__in=user.organismes_ids(*roles)).exists()


def peut_lire_consultations(user, accord) -> bool:
    """Who looked at identities: read by the responsable of a body, for its records, and by an auditor."""
    roles = [Role.RESPONSABLE, Role.AUDITEUR]
    return accord.parties.filter(organisme__in=user.organismes_ids(*roles)).exists()
