"""What can be done now on an operation, by this person; and for the rest, who can."""

from dataclasses import dataclass

from django.urls import reverse

from .enums import STATUTS_MODIFIABLES, Statut
from .permissions import (
    a_decide,
    a_instruit,
    est_responsable,
    peut_decider,
    peut_instruire,
    peut_retirer,
    peut_saisir,
)

LIBELLES = {
    "recevable": "Déclarer recevable",
    "irrecevable": "Déclarer irrecevable",
    "instruire": "Instruire",
    "rouvrir": "Rouvrir l’instruction",
    "programmer": "Programmer",
    "refuser": "Refuser",
    "ajourner": "Ajourner",
    "abandonner": "Enregistrer l’abandon",
    "deprogrammer": "Déprogrammer",
    "modifier": "Modifier la demande",
}
ICONES = {
    "recevable": "coche",
    "irrecevable": "croix",
    "instruire": "dossier-loupe",
    "rouvrir": "retour",
    "programmer": "drapeau",
    "refuser": "croix",
    "ajourner": "pause",
    "abandonner": "corbeille",
    "deprogrammer": "retour",
    "modifier": "stylo",
}
SAISIES = {"recevable", "irrecevable", "instruire", "rouvrir", "modifier"}
DECISIONS = {"programmer", "refuser", "ajourner"}
# from where each act starts (design, « The life of an operation »)
DEPUIS = {
    "recevable": [Statut.DEPOSEE],
    "irrecevable": [Statut.DEPOSEE],
    "instruire": [Statut.RECEVABLE, Statut.AJOURNEE],
    "programmer": [Statut.INSTRUITE],
    "rouvrir": [Statut.INSTRUITE],
    "refuser": [Statut.INSTRUITE],
    "ajourner": [Statut.INSTRUITE],
    "deprogrammer": [Statut.PROGRAMMEE],
    "modifier": STATUTS_MODIFIABLES,
    "abandonner": [
        Statut.DEPOSEE,
        Statut.RECEVABLE,
        Statut.INSTRUITE,
        Statut.AJOURNEE,
        Statut.PROGRAMMEE,
    ],
}

# what comes first while an act is still ahead; a status that is not here lets no further act wait
DABORD = {
    Statut.DEPOSEE: "la recevabilité se prononce d’abord",
    Statut.RECEVABLE: "l’instruction se conclut d’abord",
    Statut.AJOURNEE: "l’instruction se reprend d’abord",
    Statut.INSTRUITE: "la programmation se décide d’abord",
}


@dataclass(frozen=True)
class Acte:
    nom: str
    libelle: str
    icone: str
    url: str
    principal: bool


@dataclass(frozen=True)
class Actes:
    """The acts of the moment: those this person may do, and what the others say."""

    possibles: list[Acte]
    refus: list[str]

    @property
    def principal(self) -> Acte | None:
        return next((acte for acte in self.possibles if acte.principal), None)

    @property
    def autres(self) -> list[Acte]:
        return [acte for acte in self.possibles if acte != self.principal]


def peut_agir(user, operation, nom: str) -> bool:
    """The predicate of an act."""
    if nom in DECISIONS:
        return peut_decider(user, operation)
    if nom == "instruire":
        return peut_instruire(user, operation)
    if nom == "deprogrammer":
        return est_responsable(user, operation)
    return peut_saisir(user, operation) if nom in SAISIES else peut_retirer(user, operation)


def refus(user, operation, nom: str) -> str:
    """Why an act is not for this person, and who can do it."""
    organisme = operation.enveloppe.organisme
    if nom in DECISIONS:
        verbe = {"programmer": "programme", "refuser": "refuse", "ajourner": "ajourne"}[nom]
        suite = " Vous avez instruit cette opération." if a_instruit(user, operation) else ""
        if est_responsable(user, operation):
            return f"Un autre responsable {verbe}.{suite}"
        return f"Seul le responsable {verbe} ({organisme}).{suite}"
    if nom == "instruire" and peut_saisir(user, operation) and a_decide(user, operation):
        return "Un autre gestionnaire instruit. Vous avez décidé sur cette opération."
    if nom in SAISIES:
        return f"Seul un gestionnaire de l’organisme ({organisme}) saisit et instruit cette opération."
    if nom == "deprogrammer":
        return f"Seul le responsable déprogramme ({organisme})."
    return f"Seuls un gestionnaire ou le responsable de l’organisme ({organisme}) retirent cette opération."


def expliquer_statut(operation, nom: str) -> str:
    """Why an act does not start from the present status: still ahead, with what comes first, or behind."""
    statut, etapes = Statut(operation.statut), list(DABORD)
    if statut in DABORD and all(
        depart not in DABORD or etapes.index(depart) > etapes.index(statut) for depart in DEPUIS[nom]
    ):
        suite = f"cet acte n’est pas encore possible, {DABORD[statut]}."
    else:
        suite = "cet acte est passé."
    return f"L’opération est « {statut.label.lower()} » : {suite}"


def build_actes(user, operation) -> Actes:
    """Sort the acts of the current status by what this person may do."""
    actuels = [nom for nom in DEPUIS if operation.statut in DEPUIS[nom]]
    possibles = [nom for nom in actuels if peut_agir(user, operation, nom)]
    principaux = [nom for nom in ("recevable", "instruire", "programmer") if nom in possibles]
    refuses = [nom for nom in ("recevable", "instruire", "programmer", "deprogrammer") if nom in actuels]
    return Actes(
        [Acte(nom, LIBELLES[nom], ICONES[nom], url_acte(operation, nom), nom in principaux[:1]) for nom in possibles],
        [refus(user, operation, nom) for nom in refuses if nom not in possibles],
    )


def url_acte(operation, nom: str) -> str:
    return reverse(f"operations:{nom}", args=[operation.accord.slug, operation.numero])
