"""The reports that a contract asks for: proposed from its duration, then followed (`domaine.md` 4.3)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils import timezone

from accord.models import Parametre
from comptes.dates import add_months

from .enums import NatureBilan
from .models import BilanAttendu, BilanExecution, Operation

# months up to which a rule holds, the last one beyond; the parameter says how many interim reports
DUREES = [
    (12, "bilans_jusqu_a_12_mois"),
    (24, "bilans_12_24_mois"),
    (36, "bilans_24_36_mois"),
    (None, "bilans_36_48_mois"),
]
REGLE = re.compile(r"(?:(?P<sens>au plus|au moins) (?P<nombre>\d+) intermédiaires? et )?1 final")


class EtatBilan(TextChoices):
    ATTENDU = "attendu", "Attendu"
    EN_RETARD = "en_retard", "En retard"
    DEPOSE = "depose", "Déposé"
    SANS_OBJET = "sans_objet", "Sans objet"


@dataclass(frozen=True)
class RegleBilans:
    """How many interim reports a duration asks for; `maximum` is None when there is none. `texte` says it."""

    texte: str
    minimum: int
    maximum: int | None

    @property
    def en_clair(self) -> str:
        """« au plus 1 bilan intermédiaire et 1 bilan final »: `texte` with what it counts."""
        return re.sub(r"\b(final|intermédiaires?)\b", lambda mot: _nommer_bilan(mot[1]), self.texte)

    @property
    def propose(self) -> int:
        return self.minimum if self.maximum is None else self.maximum


@dataclass(frozen=True)
class Attendu:
    """A line of the calendar, and the report that answers it (None while none does)."""

    ligne: BilanAttendu
    bilan: BilanExecution | None
    etat: EtatBilan

    @property
    def est_ouvert(self) -> bool:
        """True while the report may still come."""
        return self.etat in (EtatBilan.ATTENDU, EtatBilan.EN_RETARD)


def _nommer_bilan(mot: str) -> str:
    return f"bilans {mot}" if mot.endswith("s") else f"bilan {mot}"


def _depasse(debut: date, fin: date, mois: int) -> bool:
    return fin + timedelta(days=1) > add_months(debut, mois)


def lire_regle(accord, debut: date, fin: date, jour: date) -> RegleBilans | None:
    """The rule of the agreement for a period; None when it sets none."""
    code = next(code for mois, code in DUREES if mois is None or not _depasse(debut, fin, mois))
    parametre = Parametre.objects.filter(accord=accord, code=code).valables_le(jour).first()
    lue = REGLE.fullmatch(parametre.valeur) if parametre else None
    if lue is None:
        return None
    nombre = int(lue["nombre"] or 0)
    return RegleBilans(parametre.valeur, *((nombre, None) if lue["sens"] == "au moins" else (0, nombre)))


def lire_delai(accord, jour: date) -> int | None:
    """Months after the end of the period to file a report, at most; None when the agreement sets none."""
    mois = Parametre.objects.lire_nombre(accord, "bilan_final_delai_mois", jour)
    return int(mois) if mois is not None else None


def proposer_calendrier(accord, debut: date, fin: date, jour: date) -> list[BilanAttendu]:
    """The reports to ask for, unsaved: equal periods of whole months, each due within the delay of the agreement.

    Empty when the agreement sets no delay or no rule: the dates are then typed.
    """
    regle, delai = lire_regle(accord, debut, fin, jour), lire_delai(accord, jour)
    if regle is None or delai is None:
        return []
    duree = next(mois for mois in range(1, 1200) if not _depasse(debut, fin, mois))
    parts = regle.propose + 1
    bornes = [add_months(debut, duree * rang // parts) - timedelta(days=1) for rang in range(1, parts)]
    lignes, depuis = [], debut
    for borne in [*bornes, fin]:
        nature = NatureBilan.FINAL if borne == fin else NatureBilan.INTERMEDIAIRE
        lignes.append(BilanAttendu(nature=nature, debut_le=depuis, fin_le=borne, attendu_le=add_months(borne, delai)))
        depuis = borne + timedelta(days=1)
    return lignes


def ajuster_calendrier(lignes: list[BilanAttendu], fin: date, delai: int | None) -> list[BilanAttendu]:
    """The same reports when the period ends on another day: the final one follows, interim ones beyond it fall."""
    gardees = [
        BilanAttendu(nature=ligne.nature, debut_le=ligne.debut_le, fin_le=ligne.fin_le, attendu_le=ligne.attendu_le)
        for ligne in lignes
        if ligne.nature == NatureBilan.FINAL or ligne.fin_le < fin
    ]
    for ligne in gardees:
        if ligne.nature == NatureBilan.FINAL and ligne.fin_le != fin:
            marge = ligne.attendu_le - ligne.fin_le
            ligne.attendu_le = add_months(fin, delai) if delai is not None else fin + marge
            ligne.fin_le, ligne.debut_le = fin, min(ligne.debut_le, fin)
    return gardees


def bilans_attendus(operation: Operation, jour: date | None = None) -> list[Attendu]:
    """The calendar of the contract in force, each line with its report: three queries, whatever its length."""
    convention = operation.conventions.courante()
    if convention is None:
        return []
    return suivre_calendrier(convention, jour or timezone.localdate())


def suivre_calendrier(convention, jour: date) -> list[Attendu]:
    """The nth report of a nature answers the nth line of that nature; a final report makes the others pointless."""
    deposes: dict[str, list[BilanExecution]] = {nature: [] for nature in NatureBilan.values}
    for bilan in convention.bilans.filter(annule_le__isnull=True).order_by("fin_le", "numero"):
        deposes[bilan.nature].append(bilan)
    est_finie = bool(deposes[NatureBilan.FINAL])
    suivis = []
    for ligne in convention.bilans_attendus.en_vigueur():
        bilan = next(iter(deposes[ligne.nature][ligne.rang - 1 : ligne.rang]), None)
        if bilan:
            etat = EtatBilan.DEPOSE
        elif est_finie:
            etat = EtatBilan.SANS_OBJET
        else:
            etat = EtatBilan.EN_RETARD if ligne.attendu_le < jour else EtatBilan.ATTENDU
        suivis.append(Attendu(ligne, bilan, etat))
    return suivis
