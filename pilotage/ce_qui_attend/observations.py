"""Questions to answer before a date, and answers to read."""

from django.urls import reverse

from accord.montants import format_date
from comptes.enums import Role
from operations.models import Observation

from .blocs import Groupe, Ligne, Section, Vide, a_rebours


def lignes_a_repondre(accord, organismes, jour) -> list[Ligne]:
    """What these OI owe an answer to, the earliest due first."""
    observations = Observation.objects.a_repondre(organismes).filter(operation__accord=accord).for_list()
    return [
        Ligne(
            f"Répondre à l’observation avant le {format_date(fil.echeance_le)}",
            _url(accord, fil),
            f"{fil.operation.numero} · {fil.organisme} · {fil.objet}",
            fil.echeance_le,
            a_rebours(fil.echeance_le, jour),
            fil.operation,
            ton="stop" if fil.echeance_le < jour else "",
        )
        for fil in observations
    ]


def lignes_a_lire(accord, organismes, jour) -> list[Ligne]:
    """The answers that these bodies received and did not conclude on, the oldest first."""
    observations = Observation.objects.a_lire(organismes).filter(operation__accord=accord).for_list()
    return [
        Ligne(
            "Réponse reçue\u00a0: la lire et conclure",
            _url(accord, fil),
            f"{fil.operation.numero} · {fil.operation.enveloppe.organisme} · {fil.objet}",
            fil.statut_depuis_le,
            a_rebours(fil.statut_depuis_le, jour),
            fil.operation,
        )
        for fil in observations
    ]


def build_section(user, accord, jour) -> Section | None:
    """The State’s own threads: those answered, to conclude. Nothing is shown while no answer came."""
    lignes = lignes_a_lire(accord, user.organismes_ids(Role.LECTEUR_ETAT, Role.AGD), jour)
    if not lignes:
        return None
    return Section("observations", "Vos observations", Vide(""), [Groupe("Réponses reçues", lignes, len(lignes))])


def _url(accord, fil) -> str:
    return reverse("operations:observation", args=[accord.slug, fil.operation.numero, fil.numero])
