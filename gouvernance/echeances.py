"""How often a committee must meet (`AC 6`), and whether it is late (`domaine.md` 1.10)."""

from dataclasses import dataclass
from datetime import date, timedelta

from comptes.dates import add_months


@dataclass(frozen=True)
class Echeance:
    """What the rule asks of a committee on a day, in words, the last day to meet, and whether it is late."""

    regle: str
    limite: date | None
    est_en_retard: bool
    est_annuelle: bool = False


def compute_echeance(regle: dict, derniere: date | None, debut: date, jour: date) -> Echeance:
    """Tell when a committee must meet next.

    `regle` is `Comite.regle_frequence`: `{"periode": "annee_civile", "minimum": 1}` or `{"intervalle_max_mois": 2}`.
    `derniere` is its last meeting before `jour`; with none, the delay runs from `debut`, the start of the agreement.
    """
    if regle.get("periode") == "annee_civile":
        est_tenue = derniere is not None and derniere.year == jour.year
        limite = date(jour.year + est_tenue, 12, 31)
        return Echeance("une réunion au moins par année civile", limite, not est_tenue, est_annuelle=True)
    mois = int(regle.get("intervalle_max_mois") or 0)
    if not mois:
        return Echeance("", None, False)
    limite = add_months(derniere or debut, mois)
    texte = "une réunion par trimestre" if mois == 3 else f"une réunion tous les {mois} mois"
    return Echeance(texte, limite, jour > limite)


def jours_de_retard(echeance: Echeance, jour: date) -> int:
    return max((jour - echeance.limite) // timedelta(days=1), 0) if echeance.limite else 0
