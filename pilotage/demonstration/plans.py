"""Financing plans of the demonstration: posts and resources by year, one profile or another, balanced by own funds."""

import random
from decimal import ROUND_CEILING, Decimal

from accord.montants import CENTIME, arrondir
from operations.couts_simplifies import REGLES, ZERO, compute_forfaits
from operations.enums import EtatRessource, NatureRessource, ProfilCout
from operations.lignes_plan import lire_bareme, sommer_ressources
from operations.models import LignesPlan, Operation, PlanFinancement, PosteDepense, Ressource
from operations.services.plans import copier_plan

PROFILS = [ProfilCout.REEL] * 2 + [ProfilCout.OCS_7, ProfilCout.OCS_15, ProfilCout.OCS_20] + [ProfilCout.OCS_40] * 2
SANS_LIGNES = 6  # one plan in six says its totals only, as older files do
PARTS = {  # of the entered posts, by profile
    ProfilCout.REEL: {"personnel": 60, "fonctionnement": 15, "prestations": 15, "indirects": 10},
    ProfilCout.OCS_7: {"personnel": 55, "fonctionnement": 25, "participants": 20},
    ProfilCout.OCS_15: {"personnel": 70, "fonctionnement": 20, "prestations": 10},
    ProfilCout.OCS_20: {"prestations": 60, "fonctionnement": 30, "participants": 10},
    ProfilCout.OCS_40: {"personnel": 100},
}
PRECISIONS = {
    "personnel": "Conseillers et coordination",
    "fonctionnement": "Locaux et déplacements",
    "prestations": "Ateliers et bilans de compétences",
    "participants": "Transport et garde d’enfants",
}
FINANCEURS = {
    NatureRessource.DEPARTEMENT: "Département du Pas-de-Calais",
    NatureRessource.EPCI_COMMUNE: "Intercommunalité (exemple)",
    NatureRessource.AUTOFINANCEMENT: "",
}


def repartir(total: Decimal, poids: list[int]) -> list[Decimal]:
    """Split a total by weight; the last share takes the remainder, so the sum is exact."""
    parts = [arrondir(total * p / sum(poids)) for p in poids[:-1]]
    return [*parts, total - sum(parts, ZERO)]


def detailler(operation: Operation, *, cout: Decimal, ue: Decimal, parts: dict[str, Decimal]) -> PlanFinancement:
    """A plan of about this cost, never less: `parts` of what the fund does not bring come from each co-funder."""
    # its own draws: the others of the set stay as they are
    alea = random.Random(f"plan {operation.numero}")  # noqa: S311
    if not alea.randrange(SANS_LIGNES):
        return _sans_lignes(cout, ue, parts)
    profil = alea.choice(PROFILS)
    taux = lire_bareme(operation.accord, operation.deposee_le).taux.get(profil)
    annees = list(range(operation.debut_le.year, operation.fin_le.year + 1))
    saisi = cout if taux is None else _avant_forfait(cout, profil, taux)
    postes = [
        PosteDepense(categorie=categorie, annee=annee, montant=montant, libelle=PRECISIONS.get(categorie, ""))
        for annee, an in zip(annees, repartir(saisi, [1] * len(annees)), strict=True)
        for categorie, montant in zip(PARTS[profil], repartir(an, list(PARTS[profil].values())), strict=True)
    ]
    plan = PlanFinancement(profil=profil, ue=ue)
    plan.lignes = LignesPlan(postes)
    plan.cout_total_eligible = _cout(plan, taux)
    reste = plan.cout_total_eligible - ue
    for nature, part in parts.items():
        plan.lignes.ressources += [
            Ressource(nature=nature, financeur=FINANCEURS[NatureRessource(nature)], annee=annee, montant=montant)
            for annee, montant in zip(annees, repartir(arrondir(reste * part), [1] * len(annees)), strict=True)
            if montant
        ]
    _completer_par_autofinancement(plan, annees)
    return plan


def confirmer(plan: PlanFinancement, etat: EtatRessource) -> PlanFinancement:
    """The same plan for the next version, its co-funding surer."""
    copie = PlanFinancement(profil=plan.profil, **{champ: getattr(plan, champ) for champ in _totaux()})
    if plan.lignes is None:
        return copie
    copie.lignes = LignesPlan(
        [
            PosteDepense(categorie=p.categorie, annee=p.annee, montant=p.montant, libelle=p.libelle)
            for p in plan.lignes.postes
            if not p.est_forfait
        ],
        [
            Ressource(
                nature=r.nature,
                financeur=r.financeur,
                annee=r.annee,
                montant=r.montant,
                etat=EtatRessource.ACQUIS if r.nature == NatureRessource.AUTOFINANCEMENT else etat,
            )
            for r in plan.lignes.ressources
        ],
    )
    return copie


def reduire(plan: PlanFinancement) -> PlanFinancement:
    """The plan of an amendment: one twentieth less; the fund and own funds come down together."""
    nouveau, taux_ue, avant = copier_plan(plan), plan.taux_ue, plan.cout_total_eligible
    if nouveau.lignes is None or not nouveau.lignes.postes:
        nouveau.lignes = None
        nouveau.cout_total_eligible -= min((avant / 20).quantize(CENTIME), plan.autofinancement)
        nouveau.ue -= arrondir((avant - nouveau.cout_total_eligible) * taux_ue)
        nouveau.autofinancement += nouveau.cout_total_eligible - nouveau.total_ressources
        return nouveau
    forfaits = [p for p in nouveau.lignes.postes if p.est_forfait]
    nouveau.lignes.postes = [p for p in nouveau.lignes.postes if not p.est_forfait]
    for poste in nouveau.lignes.postes:
        poste.montant = arrondir(poste.montant * 19 / 20)
    nouveau.cout_total_eligible = _cout(nouveau, forfaits[0].taux if forfaits else None)
    nouveau.ue -= arrondir((avant - nouveau.cout_total_eligible) * taux_ue)
    annees = sorted({r.annee for r in nouveau.lignes.ressources})
    nouveau.lignes.ressources = [r for r in nouveau.lignes.ressources if r.nature != NatureRessource.AUTOFINANCEMENT]
    _completer_par_autofinancement(nouveau, annees)
    return nouveau


def _totaux() -> list[str]:
    return ["cout_total_eligible", "ue", *NatureRessource.values]


def _avant_forfait(cout: Decimal, profil: ProfilCout, taux: Decimal) -> Decimal:
    """What is entered so that, its flat rate added, the plan costs at least this much."""
    parts, regle = PARTS[profil], REGLES[profil]
    assiette = Decimal(sum(part for poste, part in parts.items() if poste in regle.assiette)) / sum(parts.values())
    return (cout / (1 + assiette * taux) + Decimal("0.10")).quantize(CENTIME, ROUND_CEILING)


def _cout(plan: PlanFinancement, taux: Decimal | None) -> Decimal:
    saisis = plan.lignes.postes if plan.lignes else []
    forfaits = compute_forfaits(plan.profil, saisis, taux)
    return sum((poste.montant for poste in saisis), ZERO) + sum((forfait.montant for forfait in forfaits), ZERO)


def _completer_par_autofinancement(plan: PlanFinancement, annees: list[int]) -> None:
    """Own funds bring, year by year, what is missing; the totals follow."""
    lignes = plan.lignes or LignesPlan()
    autres = sum((r.montant for r in lignes.ressources), ZERO)
    manque = plan.cout_total_eligible - plan.ue - autres
    lignes.ressources += [
        Ressource(nature=NatureRessource.AUTOFINANCEMENT, annee=annee, montant=montant, etat=EtatRessource.ACQUIS)
        for annee, montant in zip(annees, repartir(manque, [1] * len(annees)), strict=True)
    ]
    for nature, somme in sommer_ressources(lignes.ressources).items():
        setattr(plan, nature, somme)


def _sans_lignes(cout: Decimal, ue: Decimal, parts: dict[str, Decimal]) -> PlanFinancement:
    montants = {nature: arrondir((cout - ue) * part) for nature, part in parts.items()}
    return PlanFinancement(
        cout_total_eligible=cout, ue=ue, autofinancement=cout - ue - sum(montants.values(), ZERO), **montants
    )
