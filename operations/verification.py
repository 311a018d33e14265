"""Do the balances agree with the decisions that made them?"""

from collections import defaultdict
from decimal import Decimal

from django.db.models import Case, F, Q, Sum, When

from accord.models import Enveloppe, MouvementEnveloppe
from accord.montants import format_euros

from .couts_simplifies import REGLES
from .enums import NatureEcriture, NaturePaiement, NatureRessource, SensDecision, Statut
from .models import (
    AvenantConvention,
    BilanExecution,
    ControleServiceFait,
    Convention,
    DecisionProgrammation,
    Ecriture,
    LigneAppelFonds,
    Operation,
    Paiement,
    PlanFinancement,
    PosteDepense,
    Ressource,
)
from .situation import ZERO, compute_situation

LIBELLES = {champ.name: str(champ.verbose_name) for champ in PlanFinancement._meta.concrete_fields}


def verifier_operations() -> list[str]:
    """Compare what each operation holds in the ledger, stage by stage, with the acts that made it and its status."""
    tenus: dict[int, dict[str, Decimal]] = defaultdict(dict)
    sommes = Ecriture.objects.order_by().values_list("operation", "nature").annotate(Sum("montant"))
    for pk, nature, somme in sommes:
        tenus[pk][nature] = somme
    actes = _lire_actes()
    ecarts = []
    for pk, numero, statut in Operation.objects.order_by("pk").values_list("pk", "numero", "statut"):
        attendus = _attendre(statut, {nom: valeurs.get(pk, ZERO) for nom, valeurs in actes.items()})
        for nature in NatureEcriture:
            solde, attendu = tenus[pk].get(nature, ZERO), attendus[nature]
            if solde != attendu:
                ecarts.append(
                    f"Opération {numero}\u00a0: {nature.label.lower()} {format_euros(solde)} dans les écritures, "
                    f"{format_euros(attendu)} d’après ses actes et son statut "
                    f"«\u202f{Statut(statut).label.lower()}\u202f»."
                )
    return ecarts


def _lire_actes() -> dict[str, dict[int, Decimal]]:
    """What the acts of each operation say, in euros: one query each, `{name: {operation: amount}}`."""
    conventions = Convention.objects.en_vigueur()
    bilans = BilanExecution.objects.filter(annule_le__isnull=True)
    controles = ControleServiceFait.objects.filter(annule_le__isnull=True)
    signe = Case(When(nature=NaturePaiement.RECOUVREMENT, then=-F("montant")), default=F("montant"))
    return {
        "decide": dict(
            DecisionProgrammation.objects.filter(sens=SensDecision.FAVORABLE)
            .order_by("decidee_le", "pk")
            .values_list("operation", "ue_programme")
        ),
        "contracte": dict(conventions.values_list("operation", "plan__ue")),
        "conserve": dict(conventions.filter(ue_conserve__isnull=False).values_list("operation", "ue_conserve")),
        "avenants": _sommer(
            AvenantConvention.objects.filter(convention__annulee_le__isnull=True, annule_le__isnull=True),
            "convention__operation",
            F("plan__ue") - F("plan_avant__ue"),
        ),
        "declare": _sommer(bilans, "convention__operation", F("ue_declare")),
        "retenu": _sommer(controles, "bilan__convention__operation", F("ue_retenu")),
        "certifie": _sommer(LigneAppelFonds.objects.filter(rejetee_le__isnull=True), "operation", F("montant")),
        "paye": _sommer(Paiement.objects.all(), "operation", signe),
    }


def _sommer(queryset, cle: str, montant) -> dict[int, Decimal]:
    return dict(queryset.order_by().values_list(cle).annotate(somme=Sum(montant)))


def _attendre(statut: str, actes: dict[str, Decimal]) -> dict[str, Decimal]:
    """What each stage holds for a status (design, « Settled readings »)."""
    programme = conventionne = ZERO
    if statut in (Statut.PROGRAMMEE, Statut.CONVENTIONNEE, Statut.EN_EXECUTION, Statut.ACHEVEE):
        programme = actes["decide"] + actes["avenants"]
        conventionne = actes["contracte"] + actes["avenants"]
    elif statut in (Statut.SOLDEE, Statut.ARCHIVEE):
        programme = conventionne = actes["paye"]
    elif statut == Statut.RESILIEE:
        programme = conventionne = actes["conserve"]
    return {
        NatureEcriture.PROGRAMME: programme,
        NatureEcriture.CONVENTIONNE: conventionne,
        NatureEcriture.DECLARE: actes["declare"],
        NatureEcriture.RETENU: actes["retenu"],
        NatureEcriture.CERTIFIE: actes["certifie"],
        NatureEcriture.PAYE: actes["paye"],
    }


def verifier_plans() -> list[str]:
    """Compare the totals of each plan with the sums of its lines, and each flat rate with its base."""
    postes: dict[int, list[PosteDepense]] = defaultdict(list)
    for poste in PosteDepense.objects.all():
        postes[poste.plan_id].append(poste)
    ressources: dict[int, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(NatureRessource.values, ZERO))
    for pk, nature, somme in Ressource.objects.order_by().values_list("plan", "nature").annotate(Sum("montant")):
        ressources[pk][nature] = somme
    ecarts = []
    for plan in PlanFinancement.objects.select_related("operation").order_by("pk"):
        attendus = dict(ressources[plan.pk]) if plan.pk in ressources else {}
        if postes[plan.pk]:
            attendus["cout_total_eligible"] = sum(poste.montant for poste in postes[plan.pk])
        nom = f"Plan {plan.get_version_display().lower()} n° {plan.numero} de l’opération {plan.operation.numero}"
        for champ, attendu in attendus.items():
            if getattr(plan, champ) != attendu:
                libelle = LIBELLES[champ]
                ecarts.append(
                    f"{nom}\u00a0: {libelle} {format_euros(getattr(plan, champ))} au total, "
                    f"{format_euros(attendu)} d’après ses lignes."
                )
        ecarts += [f"{nom}\u00a0: {ecart}" for ecart in _verifier_forfaits(plan.profil, postes[plan.pk])]
    return ecarts


def _verifier_forfaits(profil: str, postes: list[PosteDepense]) -> list[str]:
    """Find flat-rate lines that their profile does not give, or whose base is not the sum of its posts."""
    regle, bases = REGLES.get(profil), defaultdict(Decimal)  # type: ignore[call-overload]
    for poste in postes:
        if regle and not poste.est_forfait and poste.categorie in regle.assiette:
            bases[poste.annee] += poste.montant
    tenus = {poste.annee: poste.assiette for poste in postes if poste.est_forfait}
    return [
        f"forfait {annee} sur une assiette de {format_euros(tenus.get(annee, ZERO))}, "
        f"{format_euros(bases.get(annee, ZERO))} d’après ses postes."
        for annee in sorted(tenus.keys() | bases.keys())
        if tenus.get(annee, ZERO) != bases.get(annee, ZERO)
    ]


def verifier_rattachements() -> list[str]:
    """Find ledger lines on another envelope than their operation’s, or on another envelope’s tranche."""
    fautives = Ecriture.objects.filter(
        ~Q(enveloppe=F("operation__enveloppe")) | Q(tranche__isnull=False) & ~Q(tranche__enveloppe=F("enveloppe"))
    ).values_list("pk", "operation__numero")
    return [
        f"Écriture {pk} de l’opération {numero} : elle porte sur une autre enveloppe ou une autre tranche."
        for pk, numero in fautives.order_by("pk")
    ]


def verifier_enveloppes() -> list[str]:
    """Compare each envelope with the sum of its tranches, for what it holds and for each stage."""
    ecarts = []
    orphelins = MouvementEnveloppe.objects.filter(
        tranche__isnull=True, enveloppe__in=Enveloppe.objects.filter(tranches__est_hypothese=False)
    )
    for mouvement in orphelins.select_related("enveloppe").order_by("pk"):
        ecarts.append(f"Mouvement {mouvement.pk} de {mouvement.enveloppe.code} : il ne dit pas sa tranche.")
    for accord in {e.accord for e in Enveloppe.objects.select_related("accord")}:
        for situation in compute_situation(accord).enveloppes:
            if not situation.tranches:
                continue
            for nature, montant in situation.montants.items():
                somme = sum(t.montants[nature] for t in situation.tranches)
                if somme != montant:
                    ecarts.append(
                        f"Enveloppe {situation.enveloppe.code}, {NatureEcriture(nature).label.lower()} : "
                        f"{format_euros(montant)} en tout, {format_euros(somme)} par tranche."
                    )
    return ecarts
