"""What can be done now on an operation, by this person; and for the rest, who can.

One rule per act: its words, from which statuses it starts (design, « The life of an operation »), who does it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.urls import reverse

from .enums import STATUTS_DEMARRES, STATUTS_MODIFIABLES, NatureBilan, NatureEcriture, Statut
from .models import BilanExecution
from .permissions import (
    a_decide,
    a_instruit,
    est_responsable,
    peut_controler,
    peut_decider,
    peut_instruire,
    peut_retirer,
    peut_saisir,
    peut_suivre_convention,
)
from .retenu import ZERO
from .services.grand_livre import soldes
from .services.paiements import compute_avance_restante
from .services.refus_argent import refus_paiement, refus_recouvrement

BOUTONS = 3  # beside the main one; more go into a menu

# what comes first while an act is still ahead; a status that is not here lets no further act wait
DABORD = {
    Statut.DEPOSEE: "la recevabilité se prononce d’abord",
    Statut.RECEVABLE: "l’instruction se conclut d’abord",
    Statut.AJOURNEE: "l’instruction se reprend d’abord",
    Statut.INSTRUITE: "la programmation se décide d’abord",
    Statut.PROGRAMMEE: "la convention se notifie d’abord",
    Statut.CONVENTIONNEE: "le démarrage s’atteste d’abord",
    Statut.EN_EXECUTION: "l’exécution s’achève d’abord",
    Statut.ACHEVEE: "l’opération se solde d’abord",
    Statut.SOLDEE: "l’opération s’archive d’abord",
}


def _seul_gestionnaire(user, operation) -> str:
    organisme = operation.enveloppe.organisme
    return f"Seul un gestionnaire de l’organisme ({organisme}) saisit et instruit cette opération."


def _instruction(user, operation) -> str:
    if peut_saisir(user, operation) and a_decide(user, operation):
        return "Un autre gestionnaire instruit. Vous avez décidé sur cette opération."
    return _seul_gestionnaire(user, operation)


def _controle(user, operation) -> str:
    if peut_saisir(user, operation):
        return "Un autre gestionnaire contrôle. Vous avez instruit cette opération, décidé sur elle ou signé."
    return f"Seul un gestionnaire de l’organisme ({operation.enveloppe.organisme}) contrôle cette opération."


def _etape_csf(libelle: str, icone: str) -> "Regle":
    """An act of a control: its button stands on the page of its report."""
    return Regle(libelle, icone, [Statut.EN_EXECUTION, Statut.ACHEVEE], peut_controler, _controle, en_tete=False)


def seul_responsable(verbe: str) -> Callable:
    """The sentence of an act of the responsable, whoever they are: `verbe` says it in the present."""
    return lambda user, operation: f"Seul le responsable {verbe} ({operation.enveloppe.organisme})."


def seul_son_organisme(verbe: str) -> Callable:
    """The same for an act of the gestionnaire and of the responsable alike."""
    return lambda user, operation: (
        f"Seuls un gestionnaire ou le responsable de l’organisme ({operation.enveloppe.organisme}) {verbe}."
    )


def _decision(verbe: str) -> Callable:
    def dire(user, operation) -> str:
        suite = " Vous avez instruit cette opération." if a_instruit(user, operation) else ""
        if est_responsable(user, operation):
            return f"Un autre responsable {verbe}.{suite}"
        return seul_responsable(verbe)(user, operation) + suite

    return dire


@dataclass(frozen=True)
class Avancement:
    """How far the reports and the money are: left to pay in euros, what money may do, the final report."""

    du: Decimal = ZERO
    est_a_payer: bool = False
    est_recouvrable: bool = False
    est_finale: bool = False


@dataclass(frozen=True)
class Regle:
    """An act. `qui` says who can, to who may not; `est_principal` puts it forward, `est_annoncee` tells who can.

    One whose button stands beside what it changes is not `en_tete`. One that would be refused is not `est_utile`, one
    that money waits for `est_presse` and comes before any other.
    """

    libelle: str
    icone: str
    depuis: Sequence[Statut]
    peut: Callable
    qui: Callable
    est_principal: bool = False
    est_annoncee: bool = False
    en_tete: bool = True
    est_utile: Callable[[Avancement], bool] = lambda avancement: True
    est_presse: Callable[[Avancement], bool] = lambda avancement: False


# in the order of the life of a file: of two main acts that are possible, the first is put forward
REGLES = {
    "recevable": Regle(
        "Déclarer recevable", "coche", [Statut.DEPOSEE], peut_saisir, _seul_gestionnaire, est_principal=True
    ),
    "irrecevable": Regle("Déclarer irrecevable", "croix", [Statut.DEPOSEE], peut_saisir, _seul_gestionnaire),
    "instruire": Regle(
        "Instruire",
        "dossier-loupe",
        [Statut.RECEVABLE, Statut.AJOURNEE],
        peut_instruire,
        _instruction,
        est_principal=True,
    ),
    "programmer": Regle(
        "Programmer", "drapeau", [Statut.INSTRUITE], peut_decider, _decision("programme"), est_principal=True
    ),
    "rouvrir": Regle("Rouvrir l’instruction", "retour", [Statut.INSTRUITE], peut_saisir, _seul_gestionnaire),
    "refuser": Regle("Refuser", "croix", [Statut.INSTRUITE], peut_decider, _decision("refuse")),
    "ajourner": Regle("Ajourner", "pause", [Statut.INSTRUITE], peut_decider, _decision("ajourne")),
    "signatures": Regle(
        "Suivre les signatures",
        "stylo",
        [Statut.PROGRAMMEE],
        peut_suivre_convention,
        seul_son_organisme("suivent la convention"),
    ),
    "retirer_signature": Regle(
        "Retirer de la signature",
        "retour",
        [Statut.PROGRAMMEE],
        peut_suivre_convention,
        seul_son_organisme("suivent la convention"),
        en_tete=False,
    ),
    "conventionner": Regle(
        "Notifier la convention",
        "double-coche",
        [Statut.PROGRAMMEE],
        est_responsable,
        seul_responsable("notifie la convention"),
        est_principal=True,
    ),
    "deprogrammer": Regle(
        "Déprogrammer",
        "retour",
        [Statut.PROGRAMMEE],
        est_responsable,
        seul_responsable("déprogramme"),
        est_annoncee=True,
    ),
    "annuler_convention": Regle(
        "Annuler la convention",
        "retour",
        [Statut.CONVENTIONNEE],
        est_responsable,
        seul_responsable("annule une convention"),
        en_tete=False,
    ),
    "demarrer": Regle(
        "Attester le démarrage", "lecture", [Statut.CONVENTIONNEE], peut_saisir, _seul_gestionnaire, est_principal=True
    ),
    "annuler_demarrage": Regle(
        "Annuler le démarrage", "retour", [Statut.EN_EXECUTION], peut_saisir, _seul_gestionnaire, en_tete=False
    ),
    "payer": Regle(
        "Payer",
        "euro",
        [Statut.EN_EXECUTION, Statut.ACHEVEE],
        est_responsable,
        seul_responsable("paie"),
        est_annoncee=True,
        est_utile=lambda avancement: avancement.est_a_payer,
        est_presse=lambda avancement: avancement.du > 0,
    ),
    "avenant": Regle(
        "Signer un avenant", "document", [Statut.EN_EXECUTION], est_responsable, seul_responsable("signe un avenant")
    ),
    "annuler_avenant": Regle(
        "Annuler le dernier avenant",
        "retour",
        [Statut.EN_EXECUTION],
        est_responsable,
        seul_responsable("annule un avenant"),
        en_tete=False,
    ),
    "resilier": Regle(
        "Résilier",
        "arret",
        [Statut.CONVENTIONNEE, Statut.EN_EXECUTION, Statut.ACHEVEE],
        est_responsable,
        seul_responsable("résilie"),
    ),
    "annuler_resiliation": Regle(
        "Annuler la résiliation",
        "retour",
        [Statut.RESILIEE],
        est_responsable,
        seul_responsable("annule une résiliation"),
        en_tete=False,
    ),
    "enregistrer_bilan": Regle(
        "Enregistrer un bilan",
        "plus",
        [Statut.EN_EXECUTION],
        peut_saisir,
        _seul_gestionnaire,
        est_principal=True,
        est_utile=lambda avancement: not avancement.est_finale,
    ),
    "achever": Regle(
        "Constater l’achèvement",
        "arret",
        [Statut.EN_EXECUTION],
        peut_saisir,
        _seul_gestionnaire,
        est_principal=True,
        est_utile=lambda avancement: avancement.est_finale,
    ),
    "reprendre_execution": Regle("Reprendre l’exécution", "retour", [Statut.ACHEVEE], peut_saisir, _seul_gestionnaire),
    "annuler_bilan": Regle(
        "Annuler le bilan", "retour", [Statut.EN_EXECUTION], peut_saisir, _seul_gestionnaire, en_tete=False
    ),
    "lister_depenses": Regle(
        "Lister les dépenses",
        "document",
        [Statut.EN_EXECUTION, Statut.ACHEVEE],
        peut_saisir,
        _seul_gestionnaire,
        en_tete=False,
    ),
    "ouvrir_csf": _etape_csf("Ouvrir le contrôle", "dossier-loupe"),
    "csf_echantillon": _etape_csf("Tirer l’échantillon", "filtre"),
    "csf_verifier": _etape_csf("Vérifier l’échantillon", "coche"),
    "csf_envoyer": _etape_csf("Envoyer les conclusions provisoires", "courrier"),
    "csf_repondre": _etape_csf("Enregistrer la réponse du bénéficiaire", "bulle"),
    "rendre_csf": _etape_csf("Conclure le contrôle", "double-coche"),
    "abandonner_csf": _etape_csf("Abandonner le contrôle", "croix"),
    "annuler_csf": _etape_csf("Annuler les conclusions", "retour"),
    "solder": Regle(
        "Solder", "double-coche", [Statut.ACHEVEE], est_responsable, seul_responsable("solde"), est_principal=True
    ),
    "archiver": Regle(
        "Archiver", "boite", [Statut.SOLDEE], est_responsable, seul_responsable("archive"), est_principal=True
    ),
    "recouvrer": Regle(
        "Recouvrer",
        "retour",
        STATUTS_DEMARRES,
        est_responsable,
        seul_responsable("recouvre"),
        est_utile=lambda avancement: avancement.est_recouvrable,
    ),
    "dessolder": Regle(
        "Annuler le solde", "croix", [Statut.SOLDEE], est_responsable, seul_responsable("annule le solde")
    ),
    "desarchiver": Regle(
        "Sortir de l’archive", "boite", [Statut.ARCHIVEE], est_responsable, seul_responsable("sort de l’archive")
    ),
    "modifier": Regle("Modifier la demande", "stylo", STATUTS_MODIFIABLES, peut_saisir, _seul_gestionnaire),
    "abandonner": Regle(
        "Enregistrer l’abandon",
        "corbeille",
        [Statut.DEPOSEE, Statut.RECEVABLE, Statut.INSTRUITE, Statut.AJOURNEE, Statut.PROGRAMMEE],
        peut_retirer,
        seul_son_organisme("retirent cette opération"),
    ),
    "rouvrir_recevabilite": Regle(
        "Rouvrir la recevabilité",
        "retour",
        [Statut.RECEVABLE, Statut.IRRECEVABLE],
        peut_saisir,
        _seul_gestionnaire,
    ),
    "annuler_decision": Regle(
        "Annuler la décision",
        "retour",
        [Statut.PROGRAMMEE, Statut.REFUSEE, Statut.AJOURNEE],
        peut_decider,
        _decision("annule la décision"),
    ),
    "annuler_retrait": Regle(
        "Annuler le retrait",
        "retour",
        [Statut.ABANDONNEE, Statut.DEPROGRAMMEE],
        est_responsable,
        seul_responsable("annule un retrait"),
    ),
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
        """The buttons beside the main one; the rest is in the menu."""
        autres = self._secondaires
        return autres if len(autres) <= BOUTONS else autres[: BOUTONS - 1]

    @property
    def menu(self) -> list[Acte]:
        return self._secondaires[len(self.autres) :]

    @property
    def _secondaires(self) -> list[Acte]:
        return [acte for acte in self.possibles if acte != self.principal]


def peut_agir(user, operation, nom: str) -> bool:
    """The predicate of an act."""
    return REGLES[nom].peut(user, operation)


def refus(user, operation, nom: str) -> str:
    """Why an act is not for this person, and who can do it."""
    return REGLES[nom].qui(user, operation)


def expliquer_statut(operation, nom: str) -> str:
    """Why an act does not start from the present status: still ahead, with what comes first, or behind."""
    statut, etapes = Statut(operation.statut), list(DABORD)
    if statut in DABORD and all(
        depart not in DABORD or etapes.index(depart) > etapes.index(statut) for depart in REGLES[nom].depuis
    ):
        suite = f"cet acte n’est pas encore possible, {DABORD[statut]}."
    else:
        suite = "cet acte est passé."
    return f"L’opération est « {statut.label.lower()} » : {suite}"


def lire_avancement(operation) -> Avancement:
    """Nothing before the start; two queries after, a third one for an advance while the operation is under way."""
    if operation.statut not in STATUTS_DEMARRES:
        return Avancement()
    tenu = soldes(operation)
    finals = BilanExecution.objects.filter(nature=NatureBilan.FINAL, annule_le__isnull=True, convention=OuterRef("pk"))
    convention = operation.conventions.annotate(est_finale=Exists(finals)).courante()
    if convention is None:
        return Avancement()
    en_execution = operation.statut == Statut.EN_EXECUTION
    avance_restante = compute_avance_restante(operation, convention) if en_execution else ZERO
    return Avancement(
        tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.PAYE],
        refus_paiement(operation, tenu, avance_restante) is None,
        refus_recouvrement(operation, tenu, convention) is None,
        convention.est_finale,
    )


def build_actes(user, operation) -> Actes:
    """Sort the acts of the current status by what this person may do."""
    avancement = lire_avancement(operation)
    actuels = {
        nom: regle
        for nom, regle in REGLES.items()
        if operation.statut in regle.depuis
        and (regle.en_tete or regle.est_principal or regle.est_annoncee)
        and regle.est_utile(avancement)
    }
    possibles = {nom: regle for nom, regle in actuels.items() if regle.peut(user, operation)}
    presses = [nom for nom, regle in possibles.items() if regle.est_presse(avancement)]
    principaux = [nom for nom, regle in possibles.items() if regle.est_principal]
    principal = next(iter(presses + principaux), None)
    return Actes(
        [
            Acte(nom, regle.libelle, regle.icone, url_acte(operation, nom), nom == principal)
            for nom, regle in possibles.items()
            if regle.en_tete
        ],
        [
            regle.qui(user, operation)
            for nom, regle in actuels.items()
            if nom not in possibles and (regle.est_principal or regle.est_annoncee)
        ],
    )


def url_acte(operation, nom: str) -> str:
    return reverse(f"operations:{nom}", args=[operation.accord.slug, operation.numero])
