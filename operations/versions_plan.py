"""Two versions of a financing plan side by side: totals, posts by year, resources by funder and year."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .couts_simplifies import ZERO
from .enums import CategorieDepense, NatureRessource, VersionPlan
from .forms.plans import LIBELLES
from .models import Operation, PlanFinancement, PosteDepense, Ressource
from .models.operations import RESSOURCES

RANGS = {version: rang for rang, version in enumerate(VersionPlan.values)}
POSTES, NATURES = list(CategorieDepense.values), list(NatureRessource.values)


@dataclass(frozen=True)
class Montants:
    """An amount in each version, None where the version has no such line."""

    libelle: str
    gauche: Decimal | None
    droite: Decimal | None
    champ: str = ""

    @property
    def ecart(self) -> Decimal:
        return (self.droite or ZERO) - (self.gauche or ZERO)


@dataclass(frozen=True)
class LigneAnnee(Montants):
    """One year of a post or of a funder, with the lines of each version: their working, or their state."""

    lignes_gauche: Sequence[PosteDepense | Ressource] = ()
    lignes_droite: Sequence[PosteDepense | Ressource] = ()


@dataclass(frozen=True)
class Groupe:
    """A post or a funder with its years."""

    libelle: str
    precision: str
    annees: list[LigneAnnee]

    @property
    def total(self) -> Montants:
        return Montants("Total", _total(a.gauche for a in self.annees), _total(a.droite for a in self.annees))


def est_annulee(plan: PlanFinancement) -> bool:
    """True when the contract, or the amendment, that brought this version was undone."""
    convention, avenant = getattr(plan, "convention", None), getattr(plan, "avenant", None)
    return bool((convention and convention.annulee_le) or (avenant and avenant.annule_le))


def nommer(plan: PlanFinancement, plans: list[PlanFinancement]) -> str:
    """« Demandé », « Instruit n° 2 », « Avenant n° 1 (annulé) ».

    The number when the version has several, or is an amendment.
    """
    seul = sum(p.version == plan.version for p in plans) == 1 and plan.version != VersionPlan.AVENANT
    nom = plan.get_version_display() if seul else f"{plan.get_version_display()} n° {plan.numero}"
    return f"{nom} (annulé)" if est_annulee(plan) else nom


def cle(plan: PlanFinancement) -> str:
    """How a version is named in an address."""
    return f"{plan.version}-{plan.numero}"


def lire_versions(operation: Operation) -> list[PlanFinancement]:
    """Every version of the plan, from what was asked on, with its lines."""
    plans = operation.plans.select_related("convention", "avenant").prefetch_related(
        "postes", "ressources__changements"
    )
    return sorted(plans, key=lambda plan: (RANGS[plan.version], plan.numero))


def choisir(plans: list[PlanFinancement], gauche: str, droite: str) -> tuple[PlanFinancement, PlanFinancement | None]:
    """The two versions that an address asks for; the last two in force when it says nothing, or nothing that exists."""
    par_cle = {cle(plan): plan for plan in plans}
    *_, avant, dernier = [None, *(plan for plan in plans if not est_annulee(plan))]
    if avant is None:
        return par_cle.get(gauche, dernier), par_cle.get(droite)
    return par_cle.get(gauche, avant), par_cle.get(droite, dernier)


def comparer_totaux(gauche: PlanFinancement, droite: PlanFinancement | None) -> list[Montants]:
    """Each origin of money; one that brings nothing in any version is left out, but the fund."""
    totaux = [
        Montants(LIBELLES.get(champ, ""), getattr(gauche, champ), getattr(droite, champ) if droite else None, champ)
        for champ in RESSOURCES
    ]
    return [ligne for ligne in totaux if ligne.champ == "ue" or ligne.gauche or ligne.droite]


def comparer_cout(gauche: PlanFinancement, droite: PlanFinancement | None) -> Montants:
    return Montants(
        LIBELLES["cout_total_eligible"], gauche.cout_total_eligible, droite.cout_total_eligible if droite else None
    )


def comparer_postes(gauche: PlanFinancement, droite: PlanFinancement | None) -> list[Groupe]:
    return _grouper(
        gauche.postes.all(),
        droite.postes.all() if droite else [],
        lambda p: (POSTES.index(p.categorie), p.get_categorie_display(), p.libelle),
    )


def comparer_ressources(gauche: PlanFinancement, droite: PlanFinancement | None) -> list[Groupe]:
    return _grouper(
        gauche.ressources.all(),
        droite.ressources.all() if droite else [],
        lambda r: (NATURES.index(r.nature), r.get_nature_display(), r.financeur),
    )


def _grouper(gauche: Iterable, droite: Iterable, nommer_ligne) -> list[Groupe]:
    """Put the lines of both versions that share a name in one group, a row a year; equal names are added up."""
    groupes: dict[tuple, dict[int, dict[str, list]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for cote, lignes in (("gauche", gauche), ("droite", droite)):
        for ligne in lignes:
            groupes[nommer_ligne(ligne)][ligne.annee][cote].append(ligne)
    return [
        Groupe(
            libelle,
            precision,
            [
                LigneAnnee(
                    libelle=str(annee),
                    gauche=_total(ligne.montant for ligne in cotes["gauche"]),
                    droite=_total(ligne.montant for ligne in cotes["droite"]),
                    lignes_gauche=cotes["gauche"],
                    lignes_droite=cotes["droite"],
                )
                for annee, cotes in sorted(annees.items())
            ],
        )
        for (_, libelle, precision), annees in sorted(groupes.items())
    ]


def _total(montants: Iterable[Decimal | None]) -> Decimal | None:
    connus = [montant for montant in montants if montant is not None]
    return sum(connus, ZERO) if connus else None
