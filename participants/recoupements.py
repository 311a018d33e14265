"""A presumed duplicate as each body may read it: its own record, and of the other one the days and the kind of action.

Never the other body's identifier, operation, structure or names: nothing here gives them to a page.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, CharField, Count, F, OuterRef, Prefetch, Q, Subquery, TextChoices, Value, When

from comptes.enums import ROLES_OI
from comptes.models import Organisme

from .models import DecisionDoublon, DoublonPresume, Participation


class Accordement(TextChoices):
    """Where the two bodies stand."""

    A_DECIDER = "a_decider", "Sans décision"
    UNE_DECISION = "une_decision", "Un seul organisme a décidé"
    ACCORD = "accord", "Les deux organismes sont d’accord"
    DESACCORD = "desaccord", "Les deux organismes sont en désaccord"


@dataclass(frozen=True)
class AutreFiche:
    """All that a body reads of the other body's record."""

    organisme: Organisme
    entree_le: date
    sortie_le: date | None
    action: str


@dataclass(frozen=True)
class Recoupement:
    """A pair seen from one of its two bodies."""

    doublon: DoublonPresume
    sienne: Participation
    autre: AutreFiche
    decision: DecisionDoublon | None
    decision_autre: DecisionDoublon | None

    @property
    def pk(self) -> int:
        return self.doublon.pk

    @property
    def organisme(self) -> Organisme:
        return self.sienne.operation.enveloppe.organisme

    @property
    def est_en_vigueur(self) -> bool:
        return self.doublon.ecarte_le is None

    @property
    def force(self) -> str:
        return "Mêmes nom, prénom et date" if self.doublon.est_exact else "Orthographe ou date voisine"

    @property
    def chevauchement(self) -> tuple[date, date | None]:
        """The first and last days that both records hold."""
        fins = [jour for jour in (self.sienne.sortie_le, self.autre.sortie_le) if jour]
        return max(self.sienne.entree_le, self.autre.entree_le), min(fins, default=None)

    @property
    def decisions(self) -> tuple[DecisionDoublon | None, DecisionDoublon | None]:
        return self.decision, self.decision_autre

    @property
    def accordement(self) -> Accordement:
        sens = {d.sens for d in (self.decision, self.decision_autre) if d}
        if not sens:
            return Accordement.A_DECIDER
        if not (self.decision and self.decision_autre):
            return Accordement.UNE_DECISION
        return Accordement.ACCORD if len(sens) == 1 else Accordement.DESACCORD


def _decision(cote: str) -> Subquery:
    organisme = OuterRef(f"{cote}__operation__enveloppe__organisme")
    siennes = DecisionDoublon.objects.filter(doublon=OuterRef("pk"), organisme=organisme, annulee_le__isnull=True)
    return Subquery(siennes.values("sens")[:1])


def with_decisions(doublons):
    """Add what each side decided (`sens_premiere`, `sens_seconde`) and where they stand (`accordement`)."""
    doublons = doublons.annotate(sens_premiere=_decision("premiere"), sens_seconde=_decision("seconde"))
    sans = {cote: Q(**{f"sens_{cote}__isnull": True}) for cote in ("premiere", "seconde")}
    return doublons.annotate(
        accordement=Case(
            When(sans["premiere"] & sans["seconde"], then=Value(Accordement.A_DECIDER)),
            When(sans["premiere"] | sans["seconde"], then=Value(Accordement.UNE_DECISION)),
            When(sens_premiere=F("sens_seconde"), then=Value(Accordement.ACCORD)),
            default=Value(Accordement.DESACCORD),
            output_field=CharField(),
        )
    )


def doublons_de(user, accord):
    """The pairs that a person of a body may read, with what their body decided (`sens_sien`) and its identifier.

    `est_premiere` says which record is theirs.
    """
    siens = user.organismes_ids(*ROLES_OI)
    est_premiere = Q(premiere__operation__enveloppe__organisme__in=siens)
    return with_decisions(DoublonPresume.objects.for_user(user).filter(premiere__operation__accord=accord)).annotate(
        est_premiere=Case(When(est_premiere, then=Value(True)), default=Value(False)),
        sens_sien=Case(When(est_premiere, then=F("sens_premiere")), default=F("sens_seconde")),
        pseudonyme_sien=Case(When(est_premiere, then=F("premiere__pseudonyme")), default=F("seconde__pseudonyme")),
    )


def for_lecture(doublons):
    """Everything that `lire` reads, in a constant number of queries."""
    decisions = DecisionDoublon.objects.filter(annulee_le__isnull=True).select_related("organisme")
    liens = [
        f"{cote}__operation__{lien}"
        for cote in ("premiere", "seconde")
        for lien in ("accord", "enveloppe__organisme", "dispositif", "type_action")
    ]
    return doublons.select_related(*liens).prefetch_related(Prefetch("decisions", decisions, to_attr="tenues"))


def lire(doublon) -> Recoupement:
    """The pair (`doublons_de`, `for_lecture`) as its body may read it."""
    sienne, autre = doublon.premiere, doublon.seconde
    if not doublon.est_premiere:
        sienne, autre = autre, sienne
    decisions = {decision.organisme_id: decision for decision in doublon.tenues}
    operation = autre.operation
    organisme = operation.enveloppe.organisme
    return Recoupement(
        doublon,
        sienne,
        AutreFiche(
            organisme,
            autre.entree_le,
            autre.sortie_le,
            str(operation.dispositif or operation.type_action or "non précisée"),
        ),
        decisions.get(sienne.operation.enveloppe.organisme_id),
        decisions.get(organisme.pk),
    )


def compter(accord) -> Counter:
    """How many pairs in force, by where the two bodies stand and by strength (`est_exact`)."""
    doublons = with_decisions(DoublonPresume.objects.en_vigueur().filter(premiere__operation__accord=accord))
    lignes = doublons.order_by().values("accordement", "est_exact").annotate(nombre=Count("pk"))
    return Counter({(ligne["accordement"], ligne["est_exact"]): ligne["nombre"] for ligne in lignes})


COLONNES = [
    "identifiant",
    "operation",
    "entree_le",
    "sortie_le",
    "force",
    "detecte_le",
    "ecarte_le",
    "autre_organisme",
    "autre_entree_le",
    "autre_sortie_le",
    "autre_action",
    "decision",
    "motif",
    "decision_autre_organisme",
]


def lignes_export(recoupements):
    yield COLONNES
    for r in recoupements:
        yield [
            r.sienne.pseudonyme,
            r.sienne.operation.numero,
            r.sienne.entree_le,
            r.sienne.sortie_le,
            r.force,
            r.doublon.detecte_le,
            r.doublon.ecarte_le,
            str(r.autre.organisme),
            r.autre.entree_le,
            r.autre.sortie_le,
            r.autre.action,
            str(r.decision or ""),
            r.decision.motif if r.decision else "",
            str(r.decision_autre or ""),
        ]
