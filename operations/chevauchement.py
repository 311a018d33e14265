"""Do two calls of two bodies aim at the same people, in the same places, in the same months?

`comparer` is a pure function on what each call occupies; what a call does not say may overlap with anything, and the
result says so. An overlap is then read against the lines of demarcation of the agreement (`domaine.md` 1.7).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch

from accord.models import Epci, LignePartage, PerimetreCommune, PerimetreEpci, PerimetreTerritorial, PublicCible
from accord.montants import INSECABLE, MOIS

from .enums import StatutAppel
from .models import AppelAProjets

CHAMP_CHEVAUCHEMENT = "chevauchement_autre_oi"  # the criterion that reads the other body's dates
ALERTE = "alerte"


@dataclass(frozen=True)
class Emprise:
    """What a call occupies. Publics by code; places by name, a commune with the name of its EPCI.

    `publics` is None when the call lists none; `tout` means the whole département; `lieux_connus` is False when the
    territory is written in words only.
    """

    debut: date
    fin: date
    publics: dict[str, str] | None  # code → words
    champs: frozenset[str] = frozenset()  # what the lines of demarcation read of its publics
    epcis: frozenset[str] = frozenset()
    communes: dict[str, str] = field(default_factory=dict)  # commune → its EPCI
    tout: bool = False
    lieux_connus: bool = True


@dataclass(frozen=True)
class Chevauchement:
    debut: date  # first and last days of the common months
    fin: date
    publics: list[str]
    lieux: list[str]
    tout: bool
    incertitudes: list[str]
    regles: list[str]  # codes of the lines of demarcation to read

    @property
    def est_certain(self) -> bool:
        return not self.incertitudes


def comparer(a: Emprise, b: Emprise, lignes: Iterable[LignePartage]) -> Chevauchement | None:
    """What two calls have in common; None when months, places or publics keep them apart."""
    mois = _mois_communs(a, b)
    if mois is None:
        return None
    incertitudes = []
    publics, croisees = _publics_communs(a, b, lignes)
    if a.publics is None or b.publics is None:
        incertitudes.append("publics")
    elif not publics:
        return None
    lieux: list[str] = []
    if not (a.lieux_connus and b.lieux_connus):
        incertitudes.append("territoire")
    elif not (a.tout and b.tout):
        lieux = _lieux_communs(a, b)
        if not lieux:
            return None
    regles = [ligne.code for ligne in lignes if ligne.code in croisees or _concerne(ligne, a, b)]
    return Chevauchement(*mois, publics, lieux, a.tout and b.tout, incertitudes, regles)


def _mois_communs(a: Emprise, b: Emprise) -> tuple[date, date] | None:
    """Whole months that both touch, even by a day."""
    debut = max(a.debut.replace(day=1), b.debut.replace(day=1))
    fin = min(a.fin.replace(day=1), b.fin.replace(day=1))
    return (debut, fin) if debut <= fin else None


def _publics_communs(a: Emprise, b: Emprise, lignes) -> tuple[list[str], set[str]]:
    """Publics that both aim at, then those that a line of demarcation brings together across the two calls."""
    siens, autres = a.publics or {}, b.publics or {}
    communs = [mots for code, mots in siens.items() if code in autres]
    croisees = {
        ligne.code: " et ".join(c["libelle"] for c in _alertes(ligne)) for ligne in lignes if _croise(ligne, a, b)
    }
    return [*communs, *dict.fromkeys(croisees.values())], set(croisees)


def _alertes(ligne) -> list[dict]:
    return [c for c in ligne.criteres if c["effet"] == ALERTE]


def _croise(ligne, a: Emprise, b: Emprise) -> bool:
    """One call brings one side of the alert, the other call the other side."""
    champs = {c["champ"] for c in _alertes(ligne)}
    return len(champs) > 1 and champs <= a.champs | b.champs and bool(champs & a.champs and champs & b.champs)


def _lieux_communs(a: Emprise, b: Emprise) -> list[str]:
    if a.tout or b.tout:
        precis = b if a.tout else a
        return sorted(precis.epcis) + sorted(precis.communes)
    communes = {c for c in a.communes if c in b.communes or a.communes[c] in b.epcis}
    communes |= {c for c in b.communes if b.communes[c] in a.epcis}
    return sorted(a.epcis & b.epcis) + sorted(communes)


def _concerne(ligne, a: Emprise, b: Emprise) -> bool:
    """A line without criteria is read by people; the others by the data of the publics, or by the dates."""
    champs = {c["champ"] for c in ligne.criteres}
    return not champs or CHAMP_CHEVAUCHEMENT in champs or bool(champs & (a.champs | b.champs))


# -- reading calls


def _avec_emprise(appels):
    communes = PerimetreCommune.objects.select_related("commune__epci").order_by("commune__nom")
    epcis = PerimetreEpci.objects.select_related("epci")
    perimetres = PerimetreTerritorial.objects.prefetch_related(
        Prefetch("liens_epcis", epcis), Prefetch("communes", communes)
    )
    return appels.select_related("enveloppe__organisme", "enveloppe__fonds", "enveloppe__accord").prefetch_related(
        Prefetch("publics_cibles", PublicCible.objects.order_by("ordre", "code")),
        Prefetch("epcis", Epci.objects.order_by("nom")),
        Prefetch("perimetres", perimetres),
    )


def _vaut_pendant(lien: PerimetreEpci | PerimetreCommune, appel: AppelAProjets) -> bool:
    """Inside its perimeter on one day at least of the window of the call."""
    return lien.valide_du <= appel.limite_depot_le and (lien.valide_au is None or lien.valide_au >= appel.ouvert_le)


def lire_emprise(appel: AppelAProjets) -> Emprise:
    """What a call occupies: the period of its operations, else the window of its applications."""
    publics = list(appel.publics_cibles.all())
    perimetres = list(appel.perimetres.all())
    liens = [lien for p in perimetres for lien in p.liens_epcis.all() if _vaut_pendant(lien, appel)]
    epcis = {epci.nom for epci in appel.epcis.all()} | {lien.epci.nom for lien in liens}
    communes = {
        c.commune.nom: c.commune.epci.nom if c.commune.epci else ""
        for p in perimetres
        for c in p.communes.all()
        if _vaut_pendant(c, appel)
    }
    precise = bool(epcis or communes)
    return Emprise(
        debut=appel.periode_debut_le or appel.ouvert_le,
        fin=appel.periode_fin_le or appel.limite_depot_le,
        publics={p.code: p.libelle for p in publics} or None,
        champs=frozenset(p.champ for p in publics if p.champ),
        epcis=frozenset(epcis),
        communes=communes,
        tout=not precise and not appel.territoire.strip(),
        lieux_connus=precise or not appel.territoire.strip(),
    )


def chercher_chevauchements(appel: AppelAProjets, le: date) -> list[dict]:
    """The published calls of the other bodies, open that day or to come, that may overlap with this one.

    Plain values, as the journal and the call keep them: the certain ones first, then by opening.
    """
    appel = _avec_emprise(AppelAProjets.objects).get(pk=appel.pk)
    accord, organisme = appel.enveloppe.accord, appel.enveloppe.organisme_id
    autres = AppelAProjets.objects.filter(
        statut=StatutAppel.PUBLIE, limite_depot_le__gte=le, enveloppe__accord=accord
    ).exclude(enveloppe__organisme=organisme)
    lignes = list(LignePartage.objects.filter(accord=accord))
    emprise, trouves = lire_emprise(appel), []
    for autre in _avec_emprise(autres).order_by("ouvert_le", "code"):
        concernees = [x for x in lignes if x.organisme_id in (None, organisme, autre.enveloppe.organisme_id)]
        commun = comparer(emprise, lire_emprise(autre), concernees)
        if commun:
            regles = {ligne.code: f"{ligne.regle}\u00a0: {ligne.texte}" for ligne in concernees}
            trouves.append(_decrire(autre, commun, [regles[code] for code in commun.regles]))
    return sorted(trouves, key=lambda c: not c["est_certain"])


def _decrire(autre: AppelAProjets, commun: Chevauchement, regles: list[str]) -> dict:
    if "territoire" in commun.incertitudes:
        lieux = ["territoire écrit en mots dans un des deux appels"]
    else:
        lieux = ["tout le département"] if commun.tout else commun.lieux
    return {
        "appel": autre.pk,
        "code": autre.code,
        "intitule": autre.intitule,
        "organisme": str(autre.enveloppe.organisme),
        "fonds": autre.enveloppe.fonds.code,
        "publics": commun.publics or ["publics non choisis dans un des deux appels"],
        "lieux": lieux,
        "mois": dire_mois(commun.debut, commun.fin),
        "est_certain": commun.est_certain,
        "regles": regles,
    }


def dire_mois(debut: date, fin: date) -> str:
    """« mars 2027 », « mars à juin 2027 », « novembre 2026 à mars 2027 »."""
    dernier = f"{MOIS[fin.month - 1]}{INSECABLE}{fin.year}"
    if debut == fin:
        return dernier
    premier = MOIS[debut.month - 1] + (f"{INSECABLE}{debut.year}" if debut.year != fin.year else "")
    return f"{premier} à {dernier}"
