"""The figures of an agreement, envelope by envelope: as of a day, and as known on a day.

Everything is summed from the two append-only ledgers, in two queries whatever the number of lines.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q, Sum
from django.utils import timezone

from accord.enums import NatureMouvement
from accord.models import AccordCadre, Enveloppe, MouvementEnveloppe, Tranche

from .enums import NatureEcriture
from .models import Ecriture

ZERO = Decimal("0.00")
QUATRE_DECIMALES = Decimal("0.0001")
NATURES = [str(nature) for nature in NatureEcriture]
# name of the rate: (numerator, denominator); `notifie` is what the envelope holds at the date
TAUX = {
    "programmation": ("programme", "notifie"),
    "conventionnement": ("conventionne", "notifie"),
    "execution": ("declare", "programme"),
    "certification": ("certifie", "notifie"),
    "paiement": ("paye", "notifie"),
}


@dataclass(frozen=True)
class Taux:
    """A rate with its two terms, in euros; `valeur` has four decimals, None when there is nothing to divide by."""

    numerateur: Decimal
    denominateur: Decimal

    @property
    def valeur(self) -> Decimal | None:
        if self.denominateur == 0:
            return None
        return (self.numerateur / self.denominateur).quantize(QUATRE_DECIMALES, ROUND_HALF_UP)

    def to_json(self) -> dict:
        return {
            "numerateur": str(self.numerateur),
            "denominateur": str(self.denominateur),
            "valeur": None if self.valeur is None else str(self.valeur),
        }


@dataclass(frozen=True)
class PartQpv:
    """Declared share for priority neighbourhoods: Σ programmed × declared share / Σ programmed (`domaine.md` 1.8).

    Operations of unknown share are left out of the rate, and their programmed amount is `part_inconnue`, in euros.
    """

    numerateur: Decimal
    denominateur: Decimal
    part_inconnue: Decimal

    @property
    def taux(self) -> Taux:
        return Taux(self.numerateur, self.denominateur)

    def to_json(self) -> dict:
        declaree = None
        if self.denominateur or self.part_inconnue:
            declaree = {**self.taux.to_json(), "part_inconnue": str(self.part_inconnue)}
        return {"declaree": declaree, "participants": None, "adresses_inconnues": None}


@dataclass(frozen=True)
class SituationTranche:
    tranche: Tranche
    montant: Decimal
    montants: dict[str, Decimal]

    @property
    def disponible(self) -> Decimal:
        return self.montant - self.montants["programme"]

    @property
    def depassement(self) -> Decimal | None:
        """What is programmed above the tranche, in euros; None when nothing is."""
        return -self.disponible if self.disponible < 0 else None

    def to_json(self) -> dict:
        return {
            "code": self.tranche.code,
            "statut": self.tranche.statut,
            "montant": str(self.montant),
            "montants": {nature: str(montant) for nature, montant in self.montants.items()},
            "disponible": str(self.disponible),
        }


@dataclass(frozen=True)
class SituationEnveloppe:
    """The chain of one envelope, in euros. `notifie` counts every movement, `notifie_initial` notifications only."""

    enveloppe: Enveloppe
    notifie: Decimal
    notifie_initial: Decimal
    montants: dict[str, Decimal]
    operations: int
    part_qpv: PartQpv
    tranches: list[SituationTranche]

    @property
    def disponible(self) -> Decimal:
        """What is left to programme; negative above the envelope."""
        return self.notifie - self.montants["programme"]

    @property
    def depassement(self) -> Decimal | None:
        """What is programmed above the envelope, in euros; None when nothing is."""
        return -self.disponible if self.disponible < 0 else None

    @property
    def taux(self) -> dict[str, Taux]:
        termes = {"notifie": self.notifie, **self.montants}
        return {nom: Taux(termes[haut], termes[bas]) for nom, (haut, bas) in TAUX.items()}

    def to_json(self) -> dict:
        return {
            "code": self.enveloppe.code,
            "fonds": self.enveloppe.fonds.code,
            "organisme": self.enveloppe.organisme.code,
            "notifie": str(self.notifie),
            "notifie_initial": str(self.notifie_initial),
            "montants": {nature: str(montant) for nature, montant in self.montants.items()},
            "disponible": str(self.disponible),
            "operations": self.operations,
            "taux": {nom: taux.to_json() for nom, taux in self.taux.items()},
            "part_qpv": self.part_qpv.to_json(),
            "tranches": [tranche.to_json() for tranche in self.tranches],
        }


@dataclass(frozen=True)
class Situation:
    accord: AccordCadre
    au: date
    connu_le: date | None
    enveloppes: list[SituationEnveloppe]

    def enveloppe(self, code: str) -> SituationEnveloppe:
        return next(s for s in self.enveloppes if s.enveloppe.code == code)

    def to_json(self) -> dict:
        return {
            "accord": self.accord.slug,
            "au": self.au.isoformat(),
            "connu_le": self.connu_le.isoformat() if self.connu_le else None,
            "enveloppes": [enveloppe.to_json() for enveloppe in self.enveloppes],
        }


def _montants() -> dict[str, Decimal]:
    return dict.fromkeys(NATURES, ZERO)


def _sommer_ecritures(accord, au, connu_le):
    """Sum the ledger by envelope, and by envelope and tranche: `{(enveloppe, None | tranche): {nature: euros}}`."""
    lignes = (
        Ecriture.objects.filter(enveloppe__accord=accord)
        .au(au)
        .connu_le(connu_le)
        .order_by()
        .values_list("enveloppe", "tranche", "nature")
        .annotate(Sum("montant"))
    )
    enveloppes, tranches = defaultdict(_montants), defaultdict(_montants)
    for enveloppe, tranche, nature, somme in lignes:
        enveloppes[enveloppe][nature] += somme
        if tranche is not None:
            tranches[tranche][nature] += somme
    return enveloppes, tranches


def _sommer_mouvements(accord, au, connu_le):
    """Sum the movements: what each envelope holds, what was first notified, what each tranche holds, in euros."""
    lignes = (
        MouvementEnveloppe.objects.filter(enveloppe__accord=accord)
        .au(au)
        .connu_le(connu_le)
        .order_by()
        .values_list("enveloppe", "tranche")
        .annotate(
            somme=Sum("montant"),
            notifications=Sum("montant", filter=Q(nature=NatureMouvement.NOTIFICATION), default=ZERO),
        )
    )
    notifie, initial, tranches = defaultdict(lambda: ZERO), defaultdict(lambda: ZERO), defaultdict(lambda: ZERO)
    for enveloppe, tranche, somme, notifications in lignes:
        notifie[enveloppe] += somme
        initial[enveloppe] += notifications
        if tranche is not None:
            tranches[tranche] += somme
    return notifie, initial, tranches


def _operations_programmees(accord, au, connu_le):
    """Count the operations programmed above zero and weigh their declared QPV share, by envelope."""
    lignes = Ecriture.objects.filter(enveloppe__accord=accord).au(au).connu_le(connu_le)
    sommes = (
        lignes.filter(nature=NatureEcriture.PROGRAMME, operation__in=lignes.programmees())
        .order_by()
        .values_list("enveloppe", "operation__part_qpv_declaree")
        .annotate(Count("operation", distinct=True), Sum("montant"))
    )
    nombre: dict[int, int] = defaultdict(int)
    parts: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for enveloppe, part, combien, somme in sommes:
        nombre[enveloppe] += combien
        if part is None:
            parts[enveloppe][2] += somme
        else:
            parts[enveloppe][0] += somme * part
            parts[enveloppe][1] += somme
    return nombre, {
        enveloppe: PartQpv(haut.quantize(ZERO, ROUND_HALF_UP), bas, inconnue)
        for enveloppe, (haut, bas, inconnue) in parts.items()
    }


def compute_situation(accord, *, au: date | None = None, connu_le: date | None = None) -> Situation:
    """Return the figures of every envelope of an agreement, in euros.

    `au` (today by default) keeps the lines whose effect is not later; `connu_le` those recorded by the end of that
    day, Paris time. A tranche that is only a hypothesis holds no money and is left out (I8).
    """
    au = au or timezone.localdate()
    ecritures, ecritures_tranches = _sommer_ecritures(accord, au, connu_le)
    notifie, initial, mouvements_tranches = _sommer_mouvements(accord, au, connu_le)
    nombre, parts = _operations_programmees(accord, au, connu_le)
    tranches = defaultdict(list)
    for tranche in Tranche.objects.filter(enveloppe__accord=accord, est_hypothese=False).order_by("ordre"):
        tranches[tranche.enveloppe_id].append(
            SituationTranche(tranche, mouvements_tranches[tranche.pk], ecritures_tranches[tranche.pk])
        )
    return Situation(
        accord=accord,
        au=au,
        connu_le=connu_le,
        enveloppes=[
            SituationEnveloppe(
                enveloppe=enveloppe,
                notifie=notifie[enveloppe.pk],
                notifie_initial=initial[enveloppe.pk],
                montants=ecritures[enveloppe.pk],
                operations=nombre[enveloppe.pk],
                part_qpv=parts.get(enveloppe.pk, PartQpv(ZERO, ZERO, ZERO)),
                tranches=tranches[enveloppe.pk],
            )
            for enveloppe in Enveloppe.objects.for_accord(accord)
        ],
    )


def compute_disponible(enveloppe: Enveloppe) -> Decimal:
    """Return what an envelope has left to programme, in euros, negative above it.

    Every line counts whatever its date of effect on the side of operations; on the side of movements, only what the
    State has already notified. To be read under a lock on the envelope.
    """
    entrees = enveloppe.mouvements.au(timezone.localdate()).aggregate(s=Sum("montant", default=ZERO))["s"]
    programme = enveloppe.ecritures.filter(nature=NatureEcriture.PROGRAMME).aggregate(s=Sum("montant", default=ZERO))
    return entrees - programme["s"]
