"""The dashboard: the figures of the situation, fund by fund, each with its two terms and the list behind it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Min
from django.utils import timezone

from accord.enums import NatureMouvement, StatutTranche
from accord.graphiques import Jauge, barre_double, echelle_commune
from accord.models import Enveloppe, Fonds, MouvementEnveloppe, Tranche
from accord.montants import format_euros
from accord.querysets import fin_de_journee, rangs_organismes
from operations.enums import NatureEcriture
from operations.jauges import build_jauge
from operations.situation import (
    NATURES,
    ZERO,
    PartQpv,
    Situation,
    SituationEnveloppe,
    SituationTranche,
    Taux,
    compute_situation,
)

from .forms import Perimetre
from .liens import Liens
from .repartition import LigneRepartition, RepartitionEnveloppe, compute_repartition


@dataclass(frozen=True)
class CarteEnveloppe:
    """One envelope on the page: its figures, its gauge, its rank among the bodies (for the mark)."""

    situation: SituationEnveloppe
    jauge: Jauge
    rang: int
    url: str
    url_operations: str
    url_appels_fonds: str
    urls_tranches: list[str]
    urls_qpv: dict[str, str]
    tranches_en_hypothese: bool
    phrase: str
    alerte: bool

    @property
    def enveloppe(self) -> Enveloppe:
        return self.situation.enveloppe

    @property
    def tranches(self) -> list[tuple[SituationTranche, Taux, str]]:
        """Each tranche with its rate of programming, over what the tranche holds, and its list."""
        return [
            (t, Taux(t.montants["programme"], t.montant), url)
            for t, url in zip(self.situation.tranches, self.urls_tranches, strict=True)
        ]

    @property
    def depassement(self) -> Decimal | None:
        return -self.situation.disponible if self.situation.disponible < 0 else None


@dataclass(frozen=True)
class SectionFonds:
    """The envelopes of one fund. Sums stay inside the fund: two funds never share a total."""

    fonds: Fonds
    cartes: list[CarteEnveloppe]
    url_operations: str
    urls_qpv: dict[str, str]

    @property
    def _situations(self) -> list[SituationEnveloppe]:
        return [carte.situation for carte in self.cartes]

    @property
    def operations(self) -> int:
        return sum(s.operations for s in self._situations)

    @property
    def notifie(self) -> Decimal:
        return sum((s.notifie for s in self._situations), ZERO)

    @property
    def programmation(self) -> Taux:
        return Taux(sum((s.montants["programme"] for s in self._situations), ZERO), self.notifie)

    @property
    def parts(self) -> list[tuple[Enveloppe, int, Taux]]:
        """What each body holds of the fund."""
        return [(c.enveloppe, c.rang, Taux(c.situation.notifie, self.notifie)) for c in self.cartes]

    @property
    def qpv(self) -> PartQpv:
        parts = [s.part_qpv for s in self._situations]
        return PartQpv(
            sum((p.numerateur for p in parts), ZERO),
            sum((p.denominateur for p in parts), ZERO),
            sum((p.part_inconnue for p in parts), ZERO),
        )

    @property
    def a_controler(self) -> Decimal:
        """Declared and not yet retained: what the CSF has still to say."""
        return sum((s.montants["declare"] - s.montants["retenu"] for s in self._situations), ZERO)

    @property
    def est_engage(self) -> bool:
        """True when something beyond programming is recorded for this fund."""
        return any(s.montants[n] for s in self._situations for n in NatureEcriture if n != NatureEcriture.PROGRAMME)


@dataclass(frozen=True)
class LigneTableau:
    """A row of « Par dispositif et par axe », with its bar and the list behind each of its amounts, by stage."""

    ligne: LigneRepartition
    urls: dict[str, str]
    barre: str = ""


@dataclass(frozen=True)
class GroupeTableau:
    repartition: RepartitionEnveloppe
    rang: int
    lignes: list[LigneTableau]
    total: LigneTableau

    @property
    def enveloppe(self) -> Enveloppe:
        return self.repartition.situation.enveloppe


@dataclass
class Tableau:
    perimetre: Perimetre
    situation: Situation
    reference: Situation | None
    liens: Liens
    sections: list[SectionFonds] = field(default_factory=list)
    groupes: list[GroupeTableau] = field(default_factory=list)
    notifications_connues_le: date | None = None

    @property
    def cartes(self) -> list[CarteEnveloppe]:
        return [carte for section in self.sections for carte in section.cartes]

    @property
    def a_tranches(self) -> bool:
        return any(carte.jauge.tranches for carte in self.cartes)

    @property
    def a_depassement(self) -> bool:
        return any(carte.jauge.a_depassement for carte in self.cartes)

    @property
    def rien_de_notifie(self) -> bool:
        return not any(carte.situation.notifie for carte in self.cartes)

    @property
    def rien_d_engage(self) -> bool:
        return not any(section.est_engage for section in self.sections)


def _phrase_tranches(situation: SituationEnveloppe) -> tuple[str, bool]:
    """Say where the envelope stands in its tranches, and whether it is an alert."""
    if not situation.notifie:
        return "", False
    for t in situation.tranches:
        if t.disponible < 0:
            exces = format_euros(-t.disponible)
            return f"La tranche {t.tranche.code} est dépassée de {exces}.", True
        if t.tranche.statut == StatutTranche.PREVUE and t.montants["programme"] > 0:
            engage = format_euros(t.montants["programme"])
            return f"{engage} sont programmés sur la tranche {t.tranche.code}, qui n’est pas ouverte.", True
    for t in situation.tranches:
        if t.tranche.statut == StatutTranche.OUVERTE and t.montant:
            return f"Reste {format_euros(t.disponible)} sur la tranche {t.tranche.code}.", False
    return "", False


def _urls_qpv(liens: Liens, **portee) -> dict[str, str]:
    """The lists of what is programmed with a declared share, and without one."""
    return {part: liens.liste(**portee, nature="programme", part_qpv=part) for part in ("saisie", "inconnue")}


def _section(fonds, situations, *, rangs, liens, reference, reference_connue_le, hypotheses) -> SectionFonds:
    cartes = []
    for s in situations:
        code = s.enveloppe.code
        phrase, alerte = _phrase_tranches(s)
        cartes.append(
            CarteEnveloppe(
                situation=s,
                jauge=build_jauge(
                    s,
                    lien_etape=lambda nature, code=code: liens.liste(enveloppe=code, nature=nature),
                    lien_enveloppe=liens.enveloppe(code),
                    reference=reference.enveloppe(code) if reference else None,
                    reference_le=reference.au if reference else None,
                    reference_connue_le=reference_connue_le,
                ),
                rang=rangs[s.enveloppe.organisme_id],
                url=liens.enveloppe(code),
                url_operations=liens.liste(enveloppe=code, nature="programme"),
                url_appels_fonds=liens.appels_fonds(code),
                urls_tranches=[
                    liens.liste(enveloppe=code, tranche=t.tranche.code, nature="programme") for t in s.tranches
                ],
                urls_qpv=_urls_qpv(liens, enveloppe=code),
                tranches_en_hypothese=s.enveloppe.pk in hypotheses,
                phrase=phrase,
                alerte=alerte,
            )
        )
    return SectionFonds(
        fonds,
        cartes,
        liens.liste(fonds=fonds.code, nature="programme"),
        _urls_qpv(liens, fonds=fonds.code),
    )


def _groupes(repartitions: list[RepartitionEnveloppe], rangs: dict, liens: Liens) -> list[GroupeTableau]:
    """Add to each row its bar, on one scale for the whole table, and its lists."""
    maximum = max((ligne.montants["programme"] for r in repartitions for ligne in r.lignes), default=ZERO)
    groupes = []
    for r in repartitions:
        enveloppe = r.situation.enveloppe

        def ouvrir(code=enveloppe.code, **filtre) -> dict[str, str]:
            return {nature: liens.liste(enveloppe=code, nature=nature, **filtre) for nature in NATURES}

        lignes = [
            LigneTableau(
                ligne,
                ouvrir(**ligne.filtre),
                barre_double(ligne.montants["programme"], ligne.montants["declare"], maximum, enveloppe.fonds.code),
            )
            for ligne in r.lignes
        ]
        total = LigneTableau(r.total, ouvrir())
        groupes.append(GroupeTableau(r, rangs[enveloppe.organisme_id], lignes, total))
    return groupes


def compute_tableau(accord, perimetre: Perimetre, liens: Liens | None = None) -> Tableau:
    """Gather everything the dashboard shows, in a number of queries that depends on nothing.

    Without `liens`, every list is open: an export follows none.
    """
    situation = compute_situation(accord, au=perimetre.au, connu_le=perimetre.connu_le)
    avant = perimetre.compare_a
    reference = compute_situation(accord, au=avant.au, connu_le=avant.connu_le) if perimetre.compare else None
    liens = liens or Liens(accord, perimetre.au, perimetre.connu_le)
    tableau = build_fonds(perimetre, situation, reference, liens)
    rangs = rangs_organismes(s.enveloppe for s in situation.enveloppes)
    repartitions = compute_repartition(situation, [c.situation for c in tableau.cartes])
    tableau.groupes = _groupes(repartitions, rangs, tableau.liens)
    if perimetre.connu_le and not all(carte.situation.notifie for carte in tableau.cartes):
        tableau.notifications_connues_le = _notifications_connues_le(accord, perimetre)
    return tableau


def _notifications_connues_le(accord, perimetre: Perimetre) -> date | None:
    """When the notifications in force at the date were recorded, if that was after the day of knowledge."""
    notifications = MouvementEnveloppe.objects.filter(enveloppe__accord=accord, nature=NatureMouvement.NOTIFICATION)
    suite = notifications.au(perimetre.au).filter(enregistree_le__gte=fin_de_journee(perimetre.connu_le))
    premiere = suite.aggregate(m=Min("enregistree_le"))["m"]
    return timezone.localdate(premiere) if premiere else None


def build_fonds(perimetre: Perimetre, situation: Situation, reference: Situation | None, liens: Liens) -> Tableau:
    """Gather the envelopes of the scope fund by fund, their gauges on one scale."""
    rangs = rangs_organismes(s.enveloppe for s in situation.enveloppes)
    hypotheses = set(
        Tranche.objects.filter(enveloppe__accord=situation.accord, est_hypothese=True).values_list(
            "enveloppe", flat=True
        )
    )
    retenues = [
        s
        for s in situation.enveloppes
        if perimetre.organisme in ("", s.enveloppe.organisme.code) and perimetre.fonds in ("", s.enveloppe.fonds.code)
    ]
    par_fonds: dict[Fonds, list] = {}
    for s in retenues:
        par_fonds.setdefault(s.enveloppe.fonds, []).append(s)
    tableau = Tableau(perimetre, situation, reference, liens)
    tableau.sections = [
        _section(
            fonds,
            situations,
            rangs=rangs,
            liens=liens,
            reference=reference,
            reference_connue_le=perimetre.reference_connue_le,
            hypotheses=hypotheses,
        )
        for fonds, situations in par_fonds.items()
    ]
    echelle_commune([carte.jauge for carte in tableau.cartes])
    return tableau
