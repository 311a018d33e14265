"""The calendar of the calls of every body over a year: the window of applications, then the period of operations.

A chart that starts from a table column: its dates are written beside it. SVG with presentation attributes only, lengths
in percentages of the year, without a viewBox (see accord/graphiques.py).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F
from django.db.models.functions import Coalesce, Greatest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accord.graphiques import ENCRE, ENCRE_3, RAMPE_NEUTRE, RAMPES
from accord.montants import MOIS_COURTS

HAUTEUR, FILET = 36, "#dcdfe2"


@dataclass(frozen=True)
class LigneCalendrier:
    appel: object
    svg: SafeString


def appels_de(appels, annee: int):
    """The calls whose applications or operations touch a year, in the order of their opening."""
    fin = Greatest("limite_depot_le", Coalesce("periode_fin_le", F("limite_depot_le")))
    return (
        appels.annotate(dernier_jour=fin)
        .filter(ouvert_le__lte=date(annee, 12, 31), dernier_jour__gte=date(annee, 1, 1))
        .order_by("ouvert_le", "limite_depot_le", "code")
    )


def build_lignes(appels, annee: int, aujourdhui: date) -> list[LigneCalendrier]:
    return [LigneCalendrier(appel, _dessiner(appel, annee, aujourdhui)) for appel in appels]


def lire_part(jour: date, annee: int) -> Decimal:
    """How much of the year is over when a day begins, in percent, kept between 0 and 100."""
    duree = (date(annee + 1, 1, 1) - date(annee, 1, 1)).days
    ecoule = (jour - date(annee, 1, 1)).days
    return round(Decimal(min(max(ecoule, 0), duree)) * 100 / duree, 2)


def dessiner_mois(annee: int) -> SafeString:
    """The heads of the months, above the bars."""
    noms = [
        (lire_part(date(annee, rang, 1), annee), ENCRE_3, nom[:1].upper()) for rang, nom in enumerate(MOIS_COURTS, 1)
    ]
    textes = format_html_join("", '<text x="{}%" dx="2" y="12" font-size="12" fill="{}">{}</text>', noms)
    return format_html('<svg width="100%" height="16" aria-hidden="true">{}</svg>', textes)


def _dessiner(appel, annee: int, aujourdhui: date) -> SafeString:
    claire, _, _, _, foncee, sombre = RAMPES.get(appel.enveloppe.fonds.code, RAMPE_NEUTRE)
    mois = [(lire_part(date(annee, rang, 1), annee), HAUTEUR, FILET) for rang in range(2, 13)]
    morceaux = [format_html_join("", '<line x1="{0}%" x2="{0}%" y1="0" y2="{1}" stroke="{2}"/>', mois)]
    if appel.periode_debut_le and appel.periode_fin_le:
        morceaux.append(_barre(appel.periode_debut_le, appel.periode_fin_le, annee, 21, claire, foncee))
    morceaux.append(_barre(appel.ouvert_le, appel.limite_depot_le, annee, 5, foncee, sombre))
    if aujourdhui.year == annee:
        x = lire_part(aujourdhui, annee)
        morceaux.append(
            format_html(
                '<line x1="{0}%" x2="{0}%" y1="0" y2="{1}" stroke="{2}" stroke-dasharray="3 3"/>', x, HAUTEUR, ENCRE
            )
        )
    return format_html(
        '<svg width="100%" height="{}" aria-hidden="true">{}</svg>',
        HAUTEUR,
        format_html_join("", "{}", ((m,) for m in morceaux)),
    )


def _barre(debut: date, fin: date, annee: int, y: int, fond: str, trait: str) -> SafeString:
    """A bar that ends with its last day; empty when the year does not meet it."""
    x, bout = lire_part(debut, annee), lire_part(fin + timedelta(days=1), annee)
    if bout <= x:
        return SafeString("")
    return format_html(
        '<rect x="{}%" y="{}" width="{}%" height="10" fill="{}" stroke="{}"/>',
        x,
        y,
        max(bout - x, Decimal("0.6")),
        fond,
        trait,
    )
