"""Where the reports of an operation stand, and what was spent on each post: to be read, in a constant number of
queries."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, Sum

from .calendrier import Attendu, EtatBilan, bilans_attendus
from .enums import CategorieDepense, EtapeBilan, NatureEcriture
from .models import BilanExecution, ControleServiceFait, DepenseDeclaree, Operation, OuvertureControle, PosteDepense
from .retenu import ZERO


@dataclass(frozen=True)
class Suivi:
    """A report that was filed, or is awaited (`bilan` is None); `attendu` is the line of the calendar it answers."""

    etape: EtapeBilan
    bilan: BilanExecution | None = None
    attendu: Attendu | None = None
    ouverture: OuvertureControle | None = None
    controle: ControleServiceFait | None = None

    @property
    def ecarte(self) -> Decimal | None:
        """What the control set aside, in euros; None before its conclusion."""
        return self.bilan.depenses - self.controle.depenses_retenues if self.bilan and self.controle else None

    @property
    def est_en_retard(self) -> bool:
        return bool(self.attendu and self.attendu.etat == EtatBilan.EN_RETARD)


@dataclass(frozen=True)
class SuiviPoste:
    """A post of the plan in force, over its years: planned and declared so far, in euros."""

    categorie: CategorieDepense
    prevu: Decimal
    declare: Decimal

    @property
    def reste(self) -> Decimal:
        return self.prevu - self.declare

    @property
    def excede(self) -> Decimal:
        return max(-self.reste, ZERO)


def etape_bilan(ouverture: OuvertureControle | None, controle: ControleServiceFait | None, paye: Decimal) -> EtapeBilan:
    """The stage of a filed report. Paid once what was paid in all reaches what was retained up to its control."""
    if controle:
        est_paye = controle.ue_cumule > 0 and paye >= controle.ue_cumule
        return EtapeBilan.PAYE if est_paye else EtapeBilan.CSF_VALIDE
    if ouverture:
        return EtapeBilan.CONTRADICTOIRE if ouverture.envoyees_le else EtapeBilan.EN_CSF
    return EtapeBilan.DEPOSE


def charger_bilans(convention):
    """The reports in force of a contract, with the control and the work of each."""
    return (
        convention.bilans.filter(annule_le__isnull=True)
        .select_related("auteur")
        .prefetch_related(
            Prefetch(
                "controles",
                ControleServiceFait.objects.filter(annule_le__isnull=True).select_related("auteur"),
                to_attr="controles_en_vigueur",
            ),
            Prefetch(
                "ouvertures",
                OuvertureControle.objects.filter(abandonne_le__isnull=True).select_related("controleur"),
                to_attr="ouvertures_en_vigueur",
            ),
        )
    )


def lire_paye(operation: Operation) -> Decimal:
    return operation.ecritures.filter(nature=NatureEcriture.PAYE).aggregate(s=Sum("montant", default=ZERO))["s"]


def suivre_bilan(bilan: BilanExecution, attendu: Attendu | None, paye: Decimal) -> Suivi:
    """`bilan` comes from `charger_bilans`."""
    ouverture = next(iter(bilan.ouvertures_en_vigueur), None)  # type: ignore[attr-defined]
    controle = next(iter(bilan.controles_en_vigueur), None)  # type: ignore[attr-defined]
    return Suivi(etape_bilan(ouverture, controle, paye), bilan, attendu, ouverture, controle)


def suivre_bilans(operation: Operation, jour: date | None = None) -> list[Suivi]:
    """The reports of the contract in force: those filed in their order, then those awaited."""
    convention = operation.conventions.courante()
    if convention is None:
        return []
    attendus = bilans_attendus(operation, jour)
    reponses = {attendu.bilan.pk: attendu for attendu in attendus if attendu.bilan}
    paye = lire_paye(operation)
    deposes = [suivre_bilan(bilan, reponses.get(bilan.pk), paye) for bilan in charger_bilans(convention)]
    manquants = [
        Suivi(EtapeBilan.ATTENDU, attendu=attendu)
        for attendu in attendus
        if attendu.etat in (EtatBilan.ATTENDU, EtatBilan.EN_RETARD)
    ]
    return deposes + manquants


def suivre_postes(convention, plan) -> list[SuiviPoste]:
    """Planned and declared on each post, in the order of the posts; empty when the plan has none. Two queries."""
    prevus = dict(PosteDepense.objects.filter(plan=plan).order_by().values_list("categorie").annotate(Sum("montant")))
    if not prevus:
        return []
    declares = dict(
        DepenseDeclaree.objects.filter(bilan__convention=convention, bilan__annule_le__isnull=True)
        .order_by()
        .values_list("categorie")
        .annotate(Sum("montant"))
    )
    return [
        SuiviPoste(categorie, prevus.get(categorie, ZERO), declares.get(categorie, ZERO))
        for categorie in CategorieDepense
        if categorie in prevus or categorie in declares
    ]
