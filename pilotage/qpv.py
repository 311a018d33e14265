"""The priority to neighbourhoods in its two measures: declared, in euros; measured, in persons. No target exists."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from accord.cartes import Carte, ValeurEpci, build_carte
from accord.models import AccordCadre, Enveloppe, Fonds, Parametre
from accord.montants import FINE, format_nombre, format_taux
from accord.querysets import rangs_organismes
from accord.territoires import epcis_de
from comptes.enums import ROLES_OI
from operations.parts_qpv import compute_parts_par_annee
from operations.situation import PartQpv, compute_situation
from participants.calcul import TOTAL, Niveau, Rapport, compute_figures, participants_par_epci, parts_qpv_participants
from participants.calcul_secret import Lecture, lire_figures
from participants.permissions import voit_effectifs_fins
from participants.secret import Masque, ecrire_nombre, fin_de_mois, masquer

from .liens import Liens

AILLEURS = "Ailleurs, ou commune inconnue"
NOMBRES = ("participants", "adresses_connues", "adresses_inconnues", "en_qpv")
# the same counts on the page of the indicators: what is hidden there is hidden here, what is shown there is known
INDICATEURS = {"participants": "EECO01", "adresses_connues": "ADRESSES_CONNUES", "en_qpv": "EN_QPV"}


@dataclass(frozen=True)
class Residence:
    """Persons: in all, of known address, in a neighbourhood."""

    participants: int = 0
    adresses_connues: int = 0
    en_qpv: int = 0

    @property
    def adresses_inconnues(self) -> int:
        return self.participants - self.adresses_connues

    @property
    def part(self) -> Decimal | None:
        """Over known addresses only (`domaine.md` 1.8)."""
        return Rapport(self.en_qpv, self.adresses_connues).valeur

    @property
    def part_inconnue(self) -> Decimal | None:
        return Rapport(self.adresses_inconnues, self.participants).valeur

    def __add__(self, autre: "Residence") -> "Residence":
        return Residence(
            self.participants + autre.participants,
            self.adresses_connues + autre.adresses_connues,
            self.en_qpv + autre.en_qpv,
        )


PERSONNE = Residence()


@dataclass
class LigneResidence:
    """A row of persons; a small count is hidden, and with it the shares that would give it back."""

    libelle: str
    residence: Residence
    generation: str = ""
    est_total: bool = False
    masques: dict[str, Masque] = field(default_factory=dict)
    seuil: int = 0

    def _ecrire(self, nombre: str) -> str:
        return ecrire_nombre(getattr(self.residence, nombre), self.masques.get(nombre), self.seuil)

    @property
    def nombres(self) -> list[str]:
        """Participants, of known address, of unknown address, in a neighbourhood: as they are read."""
        return [self._ecrire(nombre) for nombre in NOMBRES]

    @property
    def part_lisible(self) -> bool:
        return not self.masques.keys() & {"en_qpv", "adresses_connues"}

    @property
    def part(self) -> str:
        if not self.part_lisible:
            return Masque.AUTRE.value
        return format_taux(self.residence.part, "aucune adresse connue")

    @property
    def part_inconnue(self) -> str:
        if self.masques.keys() & {"adresses_inconnues", "participants"}:
            return Masque.AUTRE.value
        return format_taux(self.residence.part_inconnue, "personne")


@dataclass(frozen=True)
class EnveloppeQpv:
    """Both measures of one body on one fund: the total, then year by year."""

    enveloppe: Enveloppe
    rang: int
    declaree: PartQpv
    annees: dict[int, PartQpv]
    total: LigneResidence
    par_annee: list[LigneResidence]
    urls: dict[str, str]
    est_connue: bool  # the reader knows these persons one by one

    @property
    def residences(self) -> list[LigneResidence]:
        return [self.total, *self.par_annee]


@dataclass(frozen=True)
class SectionQpv:
    """One fund; two funds never share a sum nor a map."""

    fonds: Fonds
    enveloppes: list[EnveloppeQpv]
    epcis: dict[str, LigneResidence]  # by SIREN, empty for what lives elsewhere or is not located
    carte: Carte | None = None

    @property
    def a_participants(self) -> bool:
        return any(e.total.residence.participants for e in self.enveloppes)

    @property
    def lignes(self) -> list[LigneResidence]:
        return [ligne for e in self.enveloppes for ligne in e.residences] + list(self.epcis.values())


@dataclass(frozen=True)
class MesuresQpv:
    """`personnes_au`: the day at which persons are counted, the last end of a month where small counts are hidden."""

    au: date
    personnes_au: date
    bascule: date | None
    seuil: int
    sections: list[SectionQpv]

    @property
    def a_masque(self) -> bool:
        return any(ligne.masques for section in self.sections for ligne in section.lignes)


def compute_qpv(accord: AccordCadre, au: date, *, lecteur, liens: Liens, organisme="", fonds="") -> MesuresQpv:
    """Both measures as of a day, by fund, body and year; small counts are hidden from who reads no identity."""
    situation = compute_situation(accord, au=au)
    voit_tout = voit_effectifs_fins(lecteur, accord)
    personnes_au = au if voit_tout else fin_de_mois(au)
    lecture = Lecture() if voit_tout else lire_figures(compute_figures(accord, personnes_au), lecteur)
    annees, residences = compute_parts_par_annee(accord, au), _lire_residences(accord, personnes_au)
    bascule = Parametre.objects.lire_date(accord, "qpv_bascule", au)
    rangs = rangs_organismes([s.enveloppe for s in situation.enveloppes])
    noms = {epci.siren: epci.nom for epci in epcis_de(accord)} | {"": AILLEURS}
    par_fonds: dict[Fonds, list[EnveloppeQpv]] = {}
    for s in situation.enveloppes:
        e = s.enveloppe
        if fonds and e.fonds.code != fonds:
            continue
        siennes = residences.get((e.organisme.code, e.fonds.code), {})
        par_fonds.setdefault(e.fonds, []).append(
            EnveloppeQpv(
                enveloppe=e,
                rang=rangs[e.organisme_id],
                declaree=s.part_qpv,
                annees=annees.get(e.pk, {}),
                total=_totaliser(siennes, bascule),
                par_annee=[LigneResidence(str(a), r, _generation(a, bascule)) for a, r in siennes.items()],
                urls={p: liens.liste(enveloppe=e.code, nature="programme", part_qpv=p) for p in ("saisie", "inconnue")},
                est_connue=voit_tout or any(lecteur.has_role(role, e.organisme_id) for role in ROLES_OI),
            )
        )
    sections = []
    for f, enveloppes in par_fonds.items():
        comptes = participants_par_epci(accord, personnes_au, fonds=f.code)
        section = SectionQpv(f, enveloppes, _lister_epcis(noms, comptes))
        if lecture.est_restreinte:
            _masquer(section, lecture)
        sections.append(_choisir(accord, personnes_au, section, organisme))
    return MesuresQpv(au, personnes_au, bascule, lecture.seuil, sections)


def _lire_residences(accord: AccordCadre, au: date) -> dict[tuple[str, str], dict[int, Residence]]:
    """By body and fund, then by year of entry."""
    residences: dict[tuple[str, str], dict[int, Residence]] = {}
    for p in parts_qpv_participants(accord, au):
        annees = residences.setdefault((p.organisme, p.fonds), {})
        annees[p.annee] = Residence(p.eeco01, p.adresses_connues, p.en_qpv)
    return residences


def _totaliser(par_annee: dict[int, Residence], bascule: date | None) -> LigneResidence:
    generations = {_generation(annee, bascule) for annee in par_annee} - {""}
    lues = generations.pop() if len(generations) == 1 else "les deux" if generations else ""
    return LigneResidence("toutes", sum(par_annee.values(), PERSONNE), lues, est_total=True)


def _lister_epcis(noms: dict[str, str], comptes: dict[str, Counter]) -> dict[str, LigneResidence]:
    lignes = {}
    for siren in [*noms, *sorted(comptes.keys() - noms.keys())]:
        n = comptes.get(siren, Counter())
        residence = Residence(n["eeco01"], n["adresses_connues"], n["en_qpv"])
        lignes[siren] = LigneResidence(noms.get(siren, f"EPCI {siren}"), residence)
    return lignes


def _masquer(section: SectionQpv, lecture: Lecture) -> None:
    """Hide the small counts of a fund, its tables together and with the page of the indicators."""
    lignes = dict(enumerate(section.lignes))
    rangs = {id(ligne): rang for rang, ligne in lignes.items()}
    table = _Table()
    for rang, ligne in lignes.items():
        table.ajouter(rang, ligne.residence)
    totaux = [rangs[id(e.total)] for e in section.enveloppes]
    epcis = [rangs[id(ligne)] for ligne in section.epcis.values()]
    table.ajouter("fonds", sum((e.total.residence for e in section.enveloppes), PERSONNE))
    table.reprendre("fonds", lecture, Niveau(section.fonds.code))
    for parts in (totaux, epcis):
        table.sommer("fonds", parts)
    for e, total in zip(section.enveloppes, totaux, strict=True):
        siennes = [rangs[id(ligne)] for ligne in e.par_annee]
        table.sommer(total, siennes)
        if e.est_connue:
            table.connues.update((rang, nombre) for rang in (total, *siennes) for nombre in NOMBRES)
        else:
            niveau = Niveau(section.fonds.code, e.enveloppe.organisme.code)
            e.total.masques.update(table.reprendre(total, lecture, niveau))
            e.total.seuil = lecture.seuil
    for (rang, nombre), masque in table.masquer(lecture.seuil).items():
        lignes[rang].masques[nombre], lignes[rang].seuil = masque, lecture.seuil


class _Table:
    """The counts of a fund and what ties them, for `participants.secret`."""

    def __init__(self):
        self.valeurs: dict[Any, int] = {}
        self.equations: list[Any] = []
        self.connues: set[Any] = set()
        self.implicites: set[Any] = set()

    def ajouter(self, rang, residence: Residence) -> None:
        for nombre in NOMBRES:
            self.valeurs[rang, nombre] = getattr(residence, nombre)
        self.valeurs[rang, "ailleurs"] = residence.adresses_connues - residence.en_qpv
        self.implicites.add((rang, "ailleurs"))
        self.equations += [
            ((rang, "participants"), ((rang, "adresses_connues"), (rang, "adresses_inconnues"))),
            ((rang, "adresses_connues"), ((rang, "en_qpv"), (rang, "ailleurs"))),
        ]

    def sommer(self, total, parts: list) -> None:
        self.equations += [((total, nombre), tuple((rang, nombre) for rang in parts)) for nombre in NOMBRES]

    def reprendre(self, rang, lecture: Lecture, niveau: Niveau) -> dict[str, Masque]:
        """Take what the page of the indicators hides and shows of this place; return what it hides."""
        masques = {n: m for n, code in INDICATEURS.items() if (m := lecture.masque(niveau, TOTAL, code))}
        if masques.keys() & {"participants", "adresses_connues"}:
            masques["adresses_inconnues"] = Masque.AUTRE  # it is their difference
        for nombre in NOMBRES:
            (self.implicites if nombre in masques else self.connues).add((rang, nombre))
        return masques

    def masquer(self, seuil: int) -> dict[Any, Masque]:
        return masquer(self.valeurs, self.equations, seuil=seuil, connues=self.connues, implicites=self.implicites)


def _choisir(accord: AccordCadre, au: date, section: SectionQpv, organisme: str) -> SectionQpv:
    """Keep what is asked: one body alone has no map, since the map adds the bodies of the fund."""
    if organisme:
        siennes = [e for e in section.enveloppes if e.enveloppe.organisme.code == organisme]
        return SectionQpv(section.fonds, siennes, {})
    carte = _dessiner(accord, au, section) if section.a_participants else None
    return SectionQpv(section.fonds, section.enveloppes, section.epcis if carte else {}, carte)


def _generation(annee: int, bascule: date | None) -> str:
    """The generation in force a given year, for who entered that year."""
    if bascule is None:
        return ""
    return str(bascule.year) if annee >= bascule.year else f"avant {bascule.year}"


def _dessiner(accord: AccordCadre, au: date, section: SectionQpv) -> Carte:
    valeurs = {siren: _placer(ligne) for siren, ligne in section.epcis.items() if siren}
    titre = f"{section.fonds}\u00a0: part des participants qui résident en quartier prioritaire, par EPCI"
    bornes = [Decimal(n) / 10 for n in range(1, 5)]
    return build_carte(accord, valeurs, titre=titre, le=au, bornes=bornes, ecrire=_sans_decimales)


def _sans_decimales(part) -> str:
    return format_taux(part).replace(",00", "")


def _court(part: Decimal) -> str:
    """One decimal fits in a tile on a phone; the table beside the map has both."""
    return f"{format_nombre((part * 100).quantize(Decimal('0.1'), ROUND_HALF_UP))}{FINE}%"


def _placer(ligne: LigneResidence) -> ValeurEpci:
    if not ligne.part_lisible:
        return ValeurEpci(None, ligne.part, est_masque=True)
    part = ligne.residence.part
    return ValeurEpci(part, "aucun" if part is None else _court(part))


EUROS = ("part déclarée à l’instruction", "euros")
PERSONNES = ("participants résidant en quartier", "personnes")
COLONNES = [
    *("mesure", "unité", "fonds", "organisme", "enveloppe", "EPCI", "année", "génération"),
    *("numérateur", "dénominateur", "part", "inconnu"),
]


def build_lignes(mesures: MesuresQpv) -> Iterator[list]:
    """The page as a table, its titles first: one figure per line, no line mixes two funds nor two measures."""
    yield COLONNES
    for section in mesures.sections:
        for e in section.enveloppes:
            debut = [section.fonds.code, e.enveloppe.organisme.code, e.enveloppe.code, ""]
            for annee, part in [("toutes", e.declaree), *e.annees.items()]:
                taux = part.taux.valeur if part.denominateur > 0 else None  # a year may take back more than it gives
                termes = [part.numerateur, part.denominateur, taux, part.part_inconnue]
                yield [*EUROS, *debut, annee, "", *termes]
            for ligne in e.residences:
                yield [*PERSONNES, *debut, ligne.libelle, ligne.generation, *_termes(ligne)]
        for ligne in section.epcis.values():
            yield [*PERSONNES, section.fonds.code, "", "", ligne.libelle, "toutes", "", *_termes(ligne)]


def _termes(ligne: LigneResidence) -> list:
    """Numbers stay numbers; what is hidden is a word, as on the page."""
    lus = {n: ligne._ecrire(n) if n in ligne.masques else getattr(ligne.residence, n) for n in NOMBRES}
    part = ligne.residence.part if ligne.part_lisible else ligne.part
    return [lus["en_qpv"], lus["adresses_connues"], part, lus["adresses_inconnues"]]
