"""The sparkline of a delay: eight quarters, on its own scale, so its figures stand beside it."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from accord.graphiques import ENCRE_2
from accord.montants import format_jours

from .delais import Trimestre

LARGEUR, HAUTEUR, MARGE = 120, 28, 4
ACCENT = "#0b5a63"


def _points(trimestres: list[Trimestre]) -> list[tuple[float, float] | None]:
    """Place each quarter; None where nothing was measured."""
    mesures = [t.mediane for t in trimestres if t.mediane is not None]
    bas, haut = min(mesures), max(mesures)
    pas = (LARGEUR - 2 * MARGE) / (len(trimestres) - 1)
    etendue = (haut - bas) or 1
    milieu = haut == bas
    return [
        None
        if t.mediane is None
        else (
            MARGE + rang * pas,
            HAUTEUR / 2 if milieu else HAUTEUR - MARGE - (t.mediane - bas) / etendue * (HAUTEUR - 2 * MARGE),
        )
        for rang, t in enumerate(trimestres)
    ]


def etincelle(libelle: str, trimestres: list[Trimestre]) -> SafeString:
    """Draw the medians, the last in accent; a quarter without measure breaks the line. Its title says every value."""
    if not any(t.mediane is not None for t in trimestres):
        return SafeString("")
    points = _points(trimestres)
    suites: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            suites.append([])
        else:
            suites[-1].append(point)
    dessin = []
    for suite in filter(None, suites):
        if len(suite) == 1:
            (x, y) = suite[0]
            dessin.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6" fill="{ENCRE_2}"/>')
        else:
            trait = " ".join(f"{x:.1f},{y:.1f}" for x, y in suite)
            dessin.append(f'<polyline points="{trait}" fill="none" stroke="{ENCRE_2}" stroke-width="1.6"/>')
    x, y = [point for point in points if point][-1]
    dessin.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{ACCENT}"/>')
    valeurs = "\u202f; ".join(f"{t.nom}, {format_jours(t.mediane, 'non mesuré')}" for t in trimestres)
    return format_html(
        '<svg class="etincelle" viewBox="0 0 {} {}" role="img"><title>{}</title>{}</svg>',
        LARGEUR,
        HAUTEUR,
        f"{libelle}, médiane par trimestre\u00a0: {valeurs}.",
        SafeString("".join(dessin)),
    )
