"""Where a person lives, as the indicators read it on the day of entry (`domaine.md` 1.8, 2.6)."""

import re
from dataclasses import dataclass
from datetime import date

from accord.models import AccordCadre, Parametre, Qpv
from accord.quartiers import qpv_du_point, sont_dessines

from .enums import SourceQpv

COORDONNEES = ("longitude", "latitude")
GENERATIONS = {2015: "qpv_motif_2015", 2024: "qpv_motif_2024"}


@dataclass(frozen=True)
class Generations:
    """The forms of the codes of each generation, and the day when the second one replaces the first."""

    motifs: dict[int, re.Pattern]
    bascule: date | None

    def est_valable(self, code: str, le: date) -> bool:
        """A code of another generation than that of the day does not put anybody in a neighbourhood."""
        if not self.bascule:
            return any(motif.match(code) for motif in self.motifs.values())
        generation = 2024 if le >= self.bascule else 2015
        return generation in self.motifs and bool(self.motifs[generation].match(code))


def lire_generations(accord: AccordCadre) -> Generations:
    """Two queries, once for a file of any size."""
    lus = dict(
        Parametre.objects.filter(accord=accord, code__in=GENERATIONS.values())
        .order_by("valide_du")
        .values_list("code", "valeur")
    )
    bascule = Parametre.objects.filter(accord=accord, code="qpv_bascule").order_by("valide_du").last()
    return Generations(
        {generation: re.compile(lus[code]) for generation, code in GENERATIONS.items() if code in lus},
        date.fromisoformat(bascule.valeur) if bascule else None,
    )


def lire_point(identite: dict[str, str] | None) -> tuple[float, float] | None:
    """The longitude and latitude of an address, when both are there and can be read."""
    try:
        longitude, latitude = (float((identite or {}).get(nom, "").replace(",", ".")) for nom in COORDONNEES)
    except ValueError:
        return None
    return (longitude, latitude) if abs(longitude) <= 180 and abs(latitude) <= 90 else None


def retenir_quartier(fiche, quartier: Qpv | None) -> None:
    """The address says it, whatever was declared: in this neighbourhood, or in none."""
    fiche.code_qpv = quartier.code if quartier else ""
    fiche.source_qpv = SourceQpv.ADRESSE


def situer_par_adresse(fiche, identite: dict[str, str] | None) -> None:
    """Find the neighbourhood of the day of entry from the coordinates; what is declared stays where none is drawn."""
    point = lire_point(identite)
    if point and sont_dessines(fiche.entree_le):
        retenir_quartier(fiche, qpv_du_point(*point, fiche.entree_le))


def situer(fiche, generations: Generations) -> None:
    """Set what depends on the address: in a neighbourhood or not, unknown while the address is (`en_qpv` None)."""
    if not fiche.est_adresse_connue:
        fiche.en_qpv, fiche.est_rural = None, None
        return
    fiche.en_qpv = bool(fiche.code_qpv) and generations.est_valable(fiche.code_qpv, fiche.entree_le)
