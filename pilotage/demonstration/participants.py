"""Participants on the operations of the demonstration, written in bulk: the same number and seed give the same records.

Some are incomplete, some were entered late or never left, some are with both bodies at once under another spelling. A
priority neighbourhood is only ever one that was loaded.
"""

import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from django.db import connection

from accord.enums import CodeFonds, NaturePerimetre
from accord.models import AccordCadre, Commune, PerimetreTerritorial
from accord.territoires import communes_de
from operations.enums import STATUTS_DEMARRES, Statut
from operations.models import Operation
from participants.compteurs import recompter
from participants.enums import CodeEntites, SourceQpv
from participants.models import EntitesSoutenues, Identite, Participation, compute_age
from participants.residence import Generations, lire_generations, situer
from participants.services.doublons import rapprocher
from participants.services.identites import build_identite

from .personnes import Etat, varier
from .profils import PROFILS, SENSIBLES, Profil, partager, tirer_entrees, tirer_sorties

LOT = 2000  # rows written at a time
SANS_ADRESSE, EN_QUARTIER = 0.04, 0.22
INCOMPLETES, TARDIVES, REVENUES = 0.03, 0.06, 0.03
A_COMPLETER = ("date_naissance", "sexe", "statut_emploi", "niveau_diplome")
MENEES = [*STATUTS_DEMARRES, Statut.ARCHIVEE]


@dataclass(frozen=True)
class Action:
    """An operation that takes participants, from its first day to its last one known."""

    operation: Operation
    debut: date
    fin: date
    est_finie: bool
    poids: float

    @property
    def est_ftj(self) -> bool:
        return self.operation.enveloppe.fonds.code == CodeFonds.FTJ


@dataclass
class Personne:
    """A record being imagined, with the identity that goes beside it."""

    fiche: Participation
    clair: dict[str, str]
    action: Action

    @property
    def organisme(self) -> int:
        return self.action.operation.enveloppe.organisme_id


class Lieux:
    """Where persons live: communes by weight of population, and the neighbourhoods loaded for each."""

    def __init__(self, alea: random.Random, communes: Iterable[Commune]):
        self.alea = alea
        self.communes = list(communes)
        self.cumuls = list(accumulate(commune.population or 0 for commune in self.communes))
        self.quartiers = {commune.pk: list(commune.quartiers.all()) for commune in self.communes}

    def tirer(self) -> Commune | None:
        if not self.communes or self.alea.random() < SANS_ADRESSE:
            return None
        return self.communes[min(bisect(self.cumuls, self.alea.random() * self.cumuls[-1]), len(self.communes) - 1)]

    def quartier(self, commune: Commune, le: date) -> str:
        valables = [q.code for q in self.quartiers[commune.pk] if q.est_valable_le(le)]
        return self.alea.choice(valables) if valables and self.alea.random() < EN_QUARTIER else ""


def creer_participants(accord: AccordCadre, nombre: int, graine: int, jour: date) -> int:
    """Write so many records, in the profile of each body, as they would stand on a day; return how many.

    The caller is in a transaction, with the operations already told.
    """
    alea = random.Random(f"participants-{graine}")  # noqa: S311 (a demonstration, not a secret)
    actions = lire_actions(accord, jour)
    if not (nombre and actions):
        return 0
    etat, generations = Etat(alea), lire_generations(accord)
    lieux = lire_lieux(alea, accord, jour)
    personnes: list[Personne] = []
    for profil, effectif in zip(PROFILS, partager(nombre, (p.nombre for p in PROFILS)), strict=True):
        siennes = [a for a in actions if a.operation.enveloppe.organisme.code == profil.organisme]
        if siennes:
            personnes += imaginer(alea, profil, effectif, siennes, lieux[profil.organisme], etat, jour)
    dedoubler(alea, personnes)
    completer(alea, personnes, generations)
    ecrire(personnes)
    recompter(sorted({action.operation.pk for action in actions}))
    rapprocher([personne.fiche.pk for personne in personnes])
    soutenir(alea, actions)
    return len(personnes)


def lire_actions(accord: AccordCadre, jour: date) -> list[Action]:
    """The operations under way or ended, the last day that their participants are known."""
    operations = (
        Operation.objects.filter(accord=accord, statut__in=MENEES, debut_le__lt=jour)
        .select_related("enveloppe__organisme", "enveloppe__fonds", "objectif_specifique")
        .with_montants()
        .with_fin()
        .order_by("numero")
    )
    return [
        Action(o, o.debut_le, min(o.fin_en_vigueur, jour), o.fin_en_vigueur < jour, float(max(o.ue_programme, 1)))
        for o in operations
    ]


def lire_lieux(alea: random.Random, accord: AccordCadre, jour: date) -> dict[str, Lieux]:
    """The Département lives everywhere, the PLIE within their perimeters when those are known."""
    toutes = Commune.objects.filter(code_departement=accord.code_departement).order_by("code_insee")
    toutes = toutes.prefetch_related("quartiers")
    perimetres = PerimetreTerritorial.objects.filter(accord=accord, nature=NaturePerimetre.PLIE)
    codes = {commune.pk for perimetre in perimetres for commune in communes_de(perimetre, jour)}
    partout = Lieux(alea, toutes)
    des_plie = Lieux(alea, [c for c in partout.communes if c.pk in codes] or partout.communes)
    return {"CD62": partout, "TM": des_plie}


def imaginer(
    alea: random.Random, profil: Profil, effectif: int, actions: list[Action], lieux: Lieux, etat: Etat, jour: date
) -> list[Personne]:
    """The persons of a profile: who they are, where, from when to when."""
    entrees = tirer_entrees(alea, profil, effectif)
    personnes = []
    for rang, (reponses, action) in enumerate(zip(entrees, _repartir(actions, effectif), strict=True), start=1):
        entree, sortie = _dater(alea, action, jour)
        commune = lieux.tirer()
        if action.est_ftj:  # its list of indicators does not ask these
            reponses = {nom: valeur for nom, valeur in reponses.items() if nom not in SENSIBLES}
        fiche = Participation(
            operation=action.operation,
            pseudonyme=f"{profil.code}-{rang:05d}",
            entree_le=entree,
            entree_saisie_le=_saisir(alea, entree, jour),
            sortie_le=sortie,
            sortie_saisie_le=_saisir(alea, sortie, jour) if sortie else None,
            code_insee=commune.code_insee if commune else "",
            code_qpv=lieux.quartier(commune, entree) if commune else "",
            **reponses,
        )
        fiche.source_qpv = SourceQpv.DECLARE if fiche.code_qpv else ""
        naissance = commune.nom if commune else ""
        personnes.append(Personne(fiche, etat.nommer(fiche.sexe, entree, fiche.age_entree, naissance), action))
    sortis = [p.fiche for p in personnes if p.fiche.sortie_le]
    lues = [{"statut_emploi": fiche.statut_emploi} for fiche in sortis]
    for fiche, reponses in zip(sortis, tirer_sorties(alea, profil, lues), strict=True):
        for champ, valeur in reponses.items():
            setattr(fiche, champ, valeur)
    _faire_revenir(alea, personnes)
    return personnes


def _repartir(actions: list[Action], effectif: int) -> Iterator[Action]:
    """The operation of each person: the money it holds makes its share."""
    for action, nombre in zip(actions, partager(effectif, (a.poids for a in actions)), strict=True):
        for _ in range(nombre):
            yield action


def _dater(alea: random.Random, action: Action, jour: date) -> tuple[date, date | None]:
    """Days of entry and exit; on an ended operation a few never left, which is an answer that lacks."""
    duree = max((action.fin - action.debut).days, 1)
    entree = action.debut + timedelta(days=int(alea.triangular(0, duree, duree * 0.3)))
    sortie = entree + timedelta(days=round(alea.triangular(0, 540, 200)))
    if action.est_finie:
        return entree, None if alea.random() < REVENUES else min(sortie, action.fin)
    return entree, sortie if sortie <= jour else None


def _saisir(alea: random.Random, le: date, jour: date) -> date:
    """Recorded in the month, most of the time."""
    retard = alea.randint(40, 150) if alea.random() < TARDIVES else alea.randint(0, 25)
    return min(le + timedelta(days=retard), jour)


def _faire_revenir(alea: random.Random, personnes: list[Personne]) -> None:
    """Some persons are on two operations of the same body: the second record takes the identity of the first."""
    par_profil = defaultdict(list)
    for personne in personnes:
        par_profil[personne.fiche.sexe, personne.fiche.age_entree].append(personne)
    voulus = round(len(personnes) * REVENUES)
    for semblables in par_profil.values():
        alea.shuffle(semblables)
        for premiere, seconde in zip(semblables[::2], semblables[1::2], strict=False):
            if not voulus:
                return
            if premiere.action is not seconde.action:
                seconde.clair = premiere.clair
                voulus -= 1


def dedoubler(alea: random.Random, personnes: list[Personne]) -> None:
    """A handful are with both bodies at once: the record of the second one spells the person of the first otherwise."""
    du_departement = [p for p in personnes if p.fiche.pseudonyme.startswith("CD-")]
    par_profil = defaultdict(list)
    for personne in personnes:
        if not personne.fiche.pseudonyme.startswith("CD-"):
            par_profil[personne.fiche.sexe, personne.fiche.age_entree].append(personne)
    voulus, rang = 4 + len(personnes) // 2000, 0
    for premiere in alea.sample(du_departement, len(du_departement)):
        if rang == voulus:
            return
        semblables = par_profil[premiere.fiche.sexe, premiere.fiche.age_entree]
        seconde = next((p for p in semblables if _ensemble(premiere, p)), None)
        if seconde:
            seconde.clair = varier(premiere.clair, rang)
            semblables.remove(seconde)
            rang += 1


def _ensemble(une: Personne, autre: Personne) -> bool:
    """Their days overlap."""
    un, deux = une.fiche, autre.fiche
    return un.entree_le <= (deux.sortie_le or date.max) and deux.entree_le <= (un.sortie_le or date.max)


def completer(alea: random.Random, personnes: list[Personne], generations: Generations) -> None:
    """What the acts compute from the answers; then some answers that nobody gave."""
    for personne in personnes:
        fiche, manque = personne.fiche, ""
        if alea.random() < INCOMPLETES:
            manque = alea.choice(A_COMPLETER)
        fiche.age_entree = compute_age(date.fromisoformat(personne.clair["date_naissance"]), fiche.entree_le)
        if manque == "date_naissance":
            fiche.age_entree = None
            personne.clair = {nom: valeur for nom, valeur in personne.clair.items() if nom != "date_naissance"}
        elif manque:
            setattr(fiche, manque, "")
        if manque == "statut_emploi":
            fiche.duree_chomage_mois = None
        situer(fiche, generations)


def ecrire(personnes: list[Personne]) -> None:
    """Write the records with their identities; the counters are counted again afterwards."""
    premiers: dict[tuple[int, int], int] = {}
    for debut in range(0, len(personnes), LOT):
        lot, identites = personnes[debut : debut + LOT], []
        for personne, pk in zip(lot, _reserver(len(lot)), strict=True):
            personne.fiche.pk = pk
            identite = build_identite(personne.fiche, personne.clair, personne.organisme)
            cle = (personne.organisme, identite.exacte or -pk)
            personne.fiche.personne = premiers.setdefault(cle, pk)
            identites.append(identite)
        Participation.objects.bulk_create([personne.fiche for personne in lot])
        Identite.objects.bulk_create(identites)


def _reserver(nombre: int) -> list[int]:
    """Keys taken from the sequence: a record names the first one of the same person, itself included."""
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Participation._meta.db_table, nombre],
        )
        return [pk for (pk,) in curseur.fetchall()]


def soutenir(alea: random.Random, actions: list[Action]) -> None:
    """The entities that a few operations of the FSE+ support."""
    retenues = [a for a in actions if not a.est_ftj][::6]
    EntitesSoutenues.objects.bulk_create(
        EntitesSoutenues(
            operation=action.operation,
            code=CodeEntites.EECO19 if rang % 3 else CodeEntites.EECO18,
            nombre=alea.randint(2, 18),
            constate_le=action.fin,
        )
        for rang, action in enumerate(retenues)
    )
