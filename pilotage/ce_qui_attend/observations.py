"""Questions to answer before a date, and answers to read."""

from functools import partial

from django.urls import reverse

from accord.montants import format_date
from comptes.enums import Role
from operations.models import Observation

from .blocs import Attente, Groupe, Ligne, Section, Source, Vide, a_rebours


def lignes_a_repondre(accord, organismes, jour) -> list[Attente]:
    """What these OI owe an answer to."""
    observations = Observation.objects.a_repondre(organismes).filter(operation__accord=accord).for_list()
    return Source(observations, partial(_repondre, accord, jour)).attentes("echeance_le", "operation__numero")


def _repondre(accord, jour, fil) -> Ligne:
    return Ligne(
        f"Répondre à l’observation avant le {format_date(fil.echeance_le)}",
        _url(accord, fil),
        f"{fil.operation.numero} · {fil.organisme} · {fil.objet}",
        fil.echeance_le,
        a_rebours(fil.echeance_le, jour),
        fil.operation,
        ton="stop" if fil.echeance_le < jour else "",
    )


def lignes_a_lire(accord, organismes, jour) -> list[Attente]:
    """The answers that these bodies received and did not conclude on, the oldest first."""
    observations = Observation.objects.a_lire(organismes).filter(operation__accord=accord).for_list()
    return Source(observations, partial(_lire, accord, jour)).attentes("statut_depuis_le", "operation__numero")


def _lire(accord, jour, fil) -> Ligne:
    return Ligne(
        "Réponse reçue\u00a0: la lire et conclure",
        _url(accord, fil),
        f"{fil.operation.numero} · {fil.operation.enveloppe.organisme} · {fil.objet}",
        fil.statut_depuis_le,
        a_rebours(fil.statut_depuis_le, jour),
        fil.operation,
    )


def build_section(user, accord, jour) -> Section | None:
    """The State’s own threads: those answered, to conclude. Nothing is shown while no answer came."""
    lignes = lignes_a_lire(accord, user.organismes_ids(Role.LECTEUR_ETAT, Role.AGD), jour)
    if not lignes:
        return None
    return Section("observations", "Vos observations", Vide(""), [Groupe("Réponses reçues", lignes, len(lignes))])


def _url(accord, fil) -> str:
    return reverse("operations:observation", args=[accord.slug, fil.operation.numero, fil.numero])
