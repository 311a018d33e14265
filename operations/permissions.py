"""Who may do what on calls, structures and operations (design, « Who may »). When is the service’s question."""

from comptes.enums import Role

from .querysets import ROLES_LECTEURS


def _organismes(accord) -> set[int]:
    return set(accord.parties.values_list("organisme_id", flat=True))


def _enveloppe(objet):
    """The envelope of an operation or a call; an envelope is its own."""
    return getattr(objet, "enveloppe", objet)


def peut_lister(user, accord) -> bool:
    """May open the lists of the agreement: who reads its files, and a PLIE for its own ones."""
    return bool(_organismes(accord) & set(user.organismes_ids(*ROLES_LECTEURS, Role.PLIE)))


def est_gestionnaire(user, accord) -> bool:
    """May enter calls, structures and operations for at least one OI of the agreement."""
    return bool(_organismes(accord) & set(user.organismes_ids(Role.GESTIONNAIRE)))


def peut_saisir(user, objet) -> bool:
    """May write: the gestionnaire of the OI that holds the envelope."""
    return user.has_role(Role.GESTIONNAIRE, _enveloppe(objet).organisme_id)


def peut_publier(user, appel) -> bool:
    return user.has_role(Role.RESPONSABLE, _enveloppe(appel).organisme_id)


def est_responsable(user, operation) -> bool:
    return user.has_role(Role.RESPONSABLE, _enveloppe(operation).organisme_id)


def peut_decider(user, operation) -> bool:
    """The responsable decides, except on a file that the same person instructed."""
    return est_responsable(user, operation) and user.pk != operation.instruite_par_id


def peut_retirer(user, operation) -> bool:
    """A gestionnaire or the responsable records that an application is withdrawn."""
    return peut_saisir(user, operation) or est_responsable(user, operation)


def peut_lire_dossier(user, operation) -> bool:
    """The whole file; anyone else who knows the operation reads its summary."""
    organisme = operation.enveloppe.organisme_id
    if user.organismes_ids(Role.GESTIONNAIRE, Role.RESPONSABLE) and organisme in user.organismes_ids(
        Role.GESTIONNAIRE, Role.RESPONSABLE
    ):
        return True
    if user.organismes_ids(Role.LECTEUR_ETAT, Role.AGD, Role.AUDITEUR):
        return bool(
            _organismes(operation.accord) & set(user.organismes_ids(Role.LECTEUR_ETAT, Role.AGD, Role.AUDITEUR))
        )
    propre = operation.structure.organisme_id
    return propre is not None and user.has_role(Role.PLIE, propre)
