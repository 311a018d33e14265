"""« Ce qui m’attend »: the sections of a person, one per role they hold for the agreement."""

from comptes.enums import Role

from ..liens import Liens
from . import administrateur, gestionnaire, lecteurs, observations, plie, responsable, secretaire
from .blocs import Section

LECTEURS = (Role.LECTEUR_ETAT, Role.AGD, Role.AUDITEUR)


def roles_pour(user, accord) -> set[str]:
    """Roles held for a body bound to this agreement; one held elsewhere brings nothing here."""
    organismes = set(accord.parties.values_list("organisme", flat=True))
    return {h.role for h in user.habilitations_du_jour if h.organisme_id in organismes}


def build_sections(user, accord, roles: set[str], aujourdhui, liens: Liens, enveloppes: dict) -> list[Section]:
    """The sections of every role, decisions first; each runs the same number of queries whatever it finds."""
    commun = (user, accord, aujourdhui)
    sections = []
    if Role.RESPONSABLE in roles:
        sections.append(responsable.build_section(*commun, liens))
    if Role.GESTIONNAIRE in roles:
        sections.append(gestionnaire.build_section(*commun, liens))
    if Role.SECRETAIRE in roles:
        sections.append(secretaire.build_section(*commun))
    if Role.PLIE in roles:
        sections.append(plie.build_section(*commun, liens))
    if Role.ADMINISTRATEUR in roles:
        sections.append(administrateur.build_section(accord, aujourdhui))
    if roles & {Role.LECTEUR_ETAT, Role.AGD} and (reponses := observations.build_section(*commun)):
        sections.append(reponses)
    if roles & set(LECTEURS):
        sections.append(lecteurs.build_section(accord, aujourdhui, liens, enveloppes))
    return sections
