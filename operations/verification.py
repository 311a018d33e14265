"""Do the balances agree with the decisions that made them?"""

import hashlib
from collections import defaultdict
from decimal import Decimal

from django.db.models import Case, F, Q, Sum, When

from accord.models import Enveloppe, MouvementEnveloppe
from accord.montants import format_euros
from comptes.verification import verifier_gardes

from .avances import compute_avances
from .couts_simplifies import REGLES
from .enums import STATUTS_CONVENTIONNES, NatureEcriture, NaturePaiement, NatureRessource, SensDecision, Statut
from .models import (
    AvenantConvention,
    BilanExecution,
    ControleServiceFait,
    Convention,
    DecisionProgrammation,
    Ecriture,
    LigneAppelFonds,
    MessageObservation,
    Operation,
    Paiement,
    PlanFinancement,
    PosteDepense,
    Ressource,
    VersionPiece,
)
from .situation import ZERO, compute_situation

LIBELLES = {champ.name: str(champ.verbose_name) for champ in PlanFinancement._meta.concrete_fields}


def verifier_operations() -> list[str]:
    """Compare what each operation holds in the ledger, stage by stage, with the acts that made it and its status."""
    tenus = _lire_soldes()
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


def verifier_chaines() -> list[str]:
    """Compare the stages of each operation with one another, and name every one that goes above what bounds it.

    Certified may be above what is retained by what was lowered since, until the next batch takes it back. Paid may be
    above it by the advances, and by what was retained then taken back, until it is recovered. No stage goes below zero.
    """
    tenus = _lire_soldes()
    en_vigueur = Ecriture.objects.filter(annule__isnull=True, annulee_par__isnull=True)
    repris = _sommer(en_vigueur.filter(nature=NatureEcriture.RETENU, montant__lt=0), "operation", -F("montant"))
    avances = _lire_avances()
    conventionnees = Operation.objects.filter(statut__in=STATUTS_CONVENTIONNES).order_by("pk")
    ecarts = []
    for pk, numero, statut in conventionnees.values_list("pk", "numero", "statut"):
        tenu = dict.fromkeys(NatureEcriture, ZERO) | tenus[pk]
        solde = statut in (Statut.SOLDEE, Statut.ARCHIVEE)
        marge = tenu[NatureEcriture.RETENU]
        if not solde:
            marge += avances.get(pk, ZERO) + repris.get(pk, ZERO)
        bornes = [
            (NatureEcriture.CONVENTIONNE, tenu[NatureEcriture.PROGRAMME], "programmé"),
            (NatureEcriture.RETENU, tenu[NatureEcriture.DECLARE], "déclaré"),
            (NatureEcriture.RETENU, tenu[NatureEcriture.CONVENTIONNE], "conventionné"),
            (
                NatureEcriture.CERTIFIE,
                tenu[NatureEcriture.RETENU] + repris.get(pk, ZERO),
                "retenu, baisses à reprendre comprises",
            ),
            (NatureEcriture.PAYE, marge, "retenu, avances et montants à recouvrer compris" if not solde else "retenu"),
        ]
        if statut != Statut.RESILIEE:  # there, paid meets what is kept recovery after recovery
            bornes.append((NatureEcriture.PAYE, tenu[NatureEcriture.CONVENTIONNE], "conventionné"))
        if solde:
            bornes.append((NatureEcriture.RETENU, tenu[NatureEcriture.PAYE], "payé, après le solde"))
        ecarts += [
            f"Opération {numero}\u00a0: {nature.label.lower()} {format_euros(tenu[nature])}, au-dessus de "
            f"{format_euros(borne)} {nom}."
            for nature, borne, nom in bornes
            if tenu[nature] > borne
        ]
        ecarts += [
            f"Opération {numero}\u00a0: {nature.label.lower()} {format_euros(tenu[nature])}, sous zéro."
            for nature in NatureEcriture
            if tenu[nature] < 0
        ]
    return ecarts


def _lire_avances() -> dict[int, Decimal]:
    """The advances of each operation that were not recovered, in euros, in one query."""
    paiements: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    avancees = Paiement.objects.en_vigueur().filter(nature=NaturePaiement.AVANCE).values("operation")
    lus = Paiement.objects.en_vigueur().filter(operation__in=avancees).order_by("pk")
    for pk, nature, montant in lus.values_list("operation", "nature", "montant"):
        paiements[pk].append((nature, montant))
    return {pk: compute_avances(lignes) for pk, lignes in paiements.items()}


def _lire_soldes() -> dict[int, dict[str, Decimal]]:
    """What each operation holds at each stage, in one query."""
    tenus: dict[int, dict[str, Decimal]] = defaultdict(dict)
    sommes = Ecriture.objects.order_by().values_list("operation", "nature").annotate(Sum("montant"))
    for pk, nature, somme in sommes:
        tenus[pk][nature] = somme
    return tenus


def _lire_actes() -> dict[str, dict[int, Decimal]]:
    """What the acts of each operation say, in euros: one query each, `{name: {operation: amount}}`."""
    conventions = Convention.objects.en_vigueur()
    bilans = BilanExecution.objects.filter(annule_le__isnull=True)
    controles = ControleServiceFait.objects.filter(annule_le__isnull=True)
    signe = Case(When(nature=NaturePaiement.RECOUVREMENT, then=-F("montant")), default=F("montant"))
    return {
        "decide": dict(
            DecisionProgrammation.objects.filter(sens=SensDecision.FAVORABLE, annulee_le__isnull=True)
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
        "certifie": _sommer(LigneAppelFonds.objects.en_vigueur(), "operation", F("montant")),
        "paye": _sommer(Paiement.objects.en_vigueur(), "operation", signe),
        "retire": dict(conventions.values_list("operation", "retenu_retire")),
        "corrige": _sommer(
            Paiement.objects.en_vigueur().filter(suites__nature=NatureEcriture.RETENU),
            "operation",
            F("suites__montant"),
        ),
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
        NatureEcriture.RETENU: actes["retenu"] - actes["retire"] + actes["corrige"],
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


def verifier_pieces() -> list[str]:
    """Read every file received again: each is there, with the print it had when it came in."""
    ecarts = [e for modele in (VersionPiece, MessageObservation) for e in verifier_gardes(modele, "refuser", "vider")]
    versions = VersionPiece.objects.select_related("piece__operation").order_by("pk")
    for version in versions.iterator(chunk_size=500):
        try:
            with version.fichier.open("rb") as fichier:
                somme = hashlib.file_digest(fichier, "sha256").hexdigest()
        except OSError:
            ecarts.append(f"Pièce {version}\u00a0: son fichier a disparu.")
            continue
        if somme != version.empreinte:
            ecarts.append(f"Pièce {version}\u00a0: son fichier ne correspond plus à son empreinte.")
    return ecarts
