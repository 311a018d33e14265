"""The map of the EPCI: one tile each by default, their real contours once they are loaded.

On a page the tiles are links in a list (`components/carte.html`); in a PDF, and for contours, the map is an SVG with
presentation attributes only. The figures also stand in the table beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from math import cos, radians

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from .enums import Certitude, NaturePerimetre
from .models import AccordCadre, ContourEpci, Epci
from .montants import format_nombre
from .territoires import epcis_de, epcis_du_bassin

CLASSES = ["#e4f0f0", "#b9d7d8", "#86b7ba", "#2b767d", "#0a474f"]  # --c1 to --c5 of style.css
ENCRE, BLANC, FILET_FORT = "#15222c", "#ffffff", "#7b8894"
CLAIR_DES = 4  # from this class on, text is white
SERIE = [Decimal(n) for n in ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")]
NON_CONNU = "non connu"

# the drawing, in units of its own view box
LARGEUR = 704
MARGE = 4
TUILE, HAUTEUR_TUILE, ECART = 98, 84, 3
CORPS_NOM, CORPS_VALEUR = 12, 14
LARGEUR_SIGNE = 6.4  # of a letter of a name, on average
PLACE = 0.6  # share of the width of a contour that a name may take


@dataclass(frozen=True)
class ValeurEpci:
    """What the map says of one EPCI: `nombre` chooses its class, `texte` is printed; None is not known."""

    nombre: Decimal | int | None
    texte: str
    url: str = ""
    est_masque: bool = False


INCONNUE = ValeurEpci(None, NON_CONNU)


@dataclass(frozen=True)
class Case:
    """One EPCI on the map, whatever its shape; class 0 has no colour: masked, or not known."""

    epci: Epci
    valeur: ValeurEpci
    classe: int
    est_minier: bool

    @property
    def nom_court(self) -> str:
        return self.epci.nom_court or self.epci.nom

    @property
    def sigle(self) -> str:
        return self.epci.sigle or self.nom_court[:3].upper()

    @property
    def phrase(self) -> str:
        """What a reader hears: « CA de Lens-Liévin, bassin minier : 2 486 »."""
        precision = ", bassin minier" if self.est_minier else ""
        return f"{self.epci.nom}{precision}\u00a0: {self.valeur.texte}"

    @property
    def teinte(self) -> str:
        return CLASSES[self.classe - 1] if self.classe else BLANC

    @property
    def encre(self) -> str:
        return BLANC if self.classe >= CLAIR_DES else ENCRE

    @property
    def contour(self) -> ContourEpci:
        return self.epci.contour


@dataclass(frozen=True)
class Carte:
    """The map ready to print. `cle`: class and words of each range; `hors_carte`: EPCI that have no place on it."""

    titre: str
    cases: list[Case]
    cle: list[tuple[int, str]]
    phrase_bassin: str = ""
    hors_carte: list[str] = field(default_factory=list)

    @property
    def a_masque(self) -> bool:
        return any(case.valeur.est_masque for case in self.cases)

    @property
    def mots_inconnus(self) -> str:
        """What is printed where there is no value: the key says it too."""
        return ", ".join(sorted({c.valeur.texte for c in self.cases if not c.classe and not c.valeur.est_masque}))

    @cached_property
    def a_contours(self) -> bool:
        """True when every EPCI has its contour: half a map would hide the others."""
        return bool(self.cases) and all(hasattr(case.epci, "contour") for case in self.cases)

    @property
    def svg(self) -> SafeString:
        """The contours, for a page: each a link when it leads somewhere."""
        return _Contours(self).dessiner()

    @property
    def svg_pdf(self) -> SafeString:
        """The map for a PDF: contours when they are loaded, tiles otherwise."""
        return (_Contours(self, pdf=True) if self.a_contours else _Tuiles(self)).dessiner()


def build_carte(
    accord: AccordCadre,
    valeurs: Mapping[str, ValeurEpci],
    *,
    titre: str,
    le: date,
    bornes: list[int] | list[Decimal] | None = None,
    ecrire: Callable[[Decimal | int], str] = format_nombre,
) -> Carte:
    """Place the EPCI of an agreement on a map, in four queries; one without value is « non connu ».

    `bornes` are those of the classes, chosen among round numbers when they are not given; `ecrire` writes them.
    """
    miniers = epcis_du_bassin(accord, le)
    epcis = list(epcis_de(accord).select_related("contour"))
    nombres = [v.nombre for v in valeurs.values() if v.nombre is not None and not v.est_masque]
    bornes = choisir_bornes(nombres) if bornes is None else bornes
    cases, hors_carte = [], []
    for epci in epcis:
        valeur = valeurs.get(epci.siren, INCONNUE)
        if hasattr(epci, "contour") or (epci.rangee and epci.colonne):
            cases.append(Case(epci, valeur, _classer(valeur, bornes), epci.siren in miniers))
        else:
            hors_carte.append(f"{epci.nom}\u00a0: {valeur.texte}")
    entieres = all(isinstance(n, int) for n in nombres)
    return Carte(titre, cases, _ecrire_cle(bornes, ecrire, entieres), _dire_bassin(accord, miniers), hors_carte)


def _classer(valeur: ValeurEpci, bornes) -> int:
    if valeur.nombre is None or valeur.est_masque:
        return 0
    return 1 + sum(valeur.nombre >= borne for borne in bornes)


def choisir_bornes(nombres: list) -> list[Decimal]:
    """Four round numbers at most, near the fifths of what is shown; fewer when the values are few or alike."""
    ranges = sorted(nombres)
    cinquiemes = [ranges[len(ranges) * rang // 5] for rang in range(1, 5)] if ranges else []
    entieres = all(isinstance(n, int) for n in nombres)
    rondes = {_arrondir(Decimal(n), entieres) for n in cinquiemes if n > 0}
    return sorted(borne for borne in rondes if borne > ranges[0])


def _arrondir(nombre: Decimal, entier: bool) -> Decimal:
    decade = Decimal(10) ** nombre.adjusted()
    candidats = [pas * decade for pas in SERIE]
    if entier:
        candidats = [c for c in candidats if c == c.to_integral_value()]
    return min(candidats, key=lambda candidat: abs(candidat - nombre)).normalize() + 0


def _ecrire_cle(bornes, ecrire, entieres: bool) -> list[tuple[int, str]]:
    if not bornes:
        return []
    lignes = [ecrire(0) if entieres and bornes[0] == 1 else f"moins de {ecrire(bornes[0])}"]
    for bas, haut in pairwise(bornes):
        suite = f"{ecrire(bas)} à {ecrire(haut - 1)}" if entieres else f"{ecrire(bas)} à moins de {ecrire(haut)}"
        lignes.append(suite)
    return list(enumerate([*lignes, f"{ecrire(bornes[-1])} et plus"], 1))


def _dire_bassin(accord: AccordCadre, miniers: set[str]) -> str:
    """The key of the diamond, with how sure its perimeter is."""
    if not miniers:
        return ""
    sure = accord.perimetres.filter(nature=NaturePerimetre.BASSIN_MINIER).values_list("certitude", flat=True)
    doutes = sorted({Certitude(c).label for c in sure if c != Certitude.LU})
    return f"bassin minier ({', '.join(doutes)})" if doutes else "bassin minier"


class _Dessin:
    """What both drawings share: the frame and its title, the shapes, then their words above all of them."""

    def __init__(self, carte: Carte, pdf: bool = True):
        self.carte, self.pdf = carte, pdf
        self.hauteur = 0.0

    def dessiner(self) -> SafeString:
        formes = format_html_join("", "{}", ((self._entourer(case),) for case in self.carte.cases))
        mots = SafeString("".join(self.ecrire(case) for case in self.carte.cases))
        liste = "\u202f; ".join(case.phrase for case in self.carte.cases)
        return format_html(
            '<svg viewBox="0 0 {} {}" width="100%" font-family="Public Sans" role="{}" aria-label="{}">'
            '<title>{}</title><desc>{}</desc>{}<g pointer-events="none">{}</g></svg>',
            LARGEUR,
            f"{self.hauteur:.0f}",
            "img" if self.pdf else "group",
            self.carte.titre,
            self.carte.titre,
            liste,
            formes,
            mots,
        )

    def _entourer(self, case: Case) -> SafeString:
        """The shape of an EPCI, a link on a page when its figure leads somewhere."""
        forme = self.tracer(case)
        if self.pdf or not case.valeur.url:
            return forme
        return format_html('<a href="{}" aria-label="{}">{}</a>', case.valeur.url, case.phrase, forme)

    def tracer(self, case: Case) -> SafeString:
        raise NotImplementedError

    def ecrire(self, case: Case) -> str:
        raise NotImplementedError

    def trait(self, case: Case) -> str:
        if case.valeur.est_masque:
            return f'fill="{case.teinte}" stroke="{FILET_FORT}" stroke-dasharray="3 2"'
        return f'fill="{case.teinte}" stroke="{BLANC if case.classe else FILET_FORT}"'


class _Tuiles(_Dessin):
    def __init__(self, carte: Carte):
        super().__init__(carte)
        self.hauteur = max((case.epci.rangee for case in carte.cases), default=1) * (HAUTEUR_TUILE + ECART) + MARGE

    def _coin(self, case: Case) -> tuple[float, float]:
        x = (case.epci.colonne - 1) * (TUILE + ECART) + MARGE / 2
        return x, (case.epci.rangee - 1) * (HAUTEUR_TUILE + ECART) + MARGE / 2

    def tracer(self, case: Case) -> SafeString:
        x, y = self._coin(case)
        cotes = f'x="{x:g}" y="{y:g}" width="{TUILE}" height="{HAUTEUR_TUILE}" rx="2"'
        return SafeString(f"<rect {cotes} {self.trait(case)}/>")

    def ecrire(self, case: Case) -> str:
        x, y = self._coin(case)
        losange = _losange(x + TUILE - 13, y + HAUTEUR_TUILE - 13, case.encre) if case.est_minier else ""
        return (
            f'<text x="{x + 7:g}" y="{y + 19:g}" font-size="{CORPS_NOM}" fill="{case.encre}">'
            f"{escape(case.nom_court)}</text>"
            f'<text x="{x + 7:g}" y="{y + HAUTEUR_TUILE - 9:g}" font-size="{CORPS_VALEUR + 1}" font-weight="600"'
            f' fill="{case.encre}">{escape(case.valeur.texte)}</text>{losange}'
        )


class _Contours(_Dessin):
    """Degrees drawn flat, as wide as they are at the latitude of the middle: enough for one département."""

    def __init__(self, carte: Carte, pdf: bool = False):
        super().__init__(carte, pdf)
        contours = [case.contour for case in carte.cases]
        self.ouest, self.nord = min(c.ouest for c in contours), max(c.nord for c in contours)
        est, sud = max(c.est for c in contours), min(c.sud for c in contours)
        serre = cos(radians((sud + self.nord) / 2))
        self.echelle_x = (LARGEUR - 2 * MARGE) / (est - self.ouest)
        self.echelle_y = self.echelle_x / serre
        self.hauteur = (self.nord - sud) * self.echelle_y + 2 * MARGE

    def x(self, longitude: float) -> float:
        return (longitude - self.ouest) * self.echelle_x + MARGE

    def y(self, latitude: float) -> float:
        return (self.nord - latitude) * self.echelle_y + MARGE

    def tracer(self, case: Case) -> SafeString:
        chemin = self._chemin(case.contour.geometrie)
        return SafeString(f'<path d="{chemin}" fill-rule="evenodd" stroke-width="1.5" {self.trait(case)}/>')

    def ecrire(self, case: Case) -> str:
        contour = case.contour
        x, y = self.x(contour.repere_longitude), self.y(contour.repere_latitude)
        large = (contour.est - contour.ouest) * self.echelle_x
        nom = case.nom_court if len(case.nom_court) * LARGEUR_SIGNE < large * PLACE else case.sigle
        losange = _losange(x - 5, y + 17, case.encre) if case.est_minier else ""
        # a word wider than its shape stays readable; WeasyPrint would draw the halo above the word
        halo = "" if self.pdf else f' paint-order="stroke" stroke="{case.teinte}" stroke-width="3"'
        commun = f'x="{x:.1f}" text-anchor="middle" fill="{case.encre}"{halo}'
        return (
            f'<text {commun} y="{y - 3:.1f}" font-size="{CORPS_NOM}">{escape(nom)}</text>'
            f'<text {commun} y="{y + 12:.1f}" font-size="{CORPS_VALEUR}" font-weight="600">'
            f"{escape(case.valeur.texte)}</text>{losange}"
        )

    def _chemin(self, geometrie: dict) -> str:
        coordonnees = geometrie["coordinates"]
        polygones = [coordonnees] if geometrie["type"] == "Polygon" else coordonnees
        return "".join(self._anneau(anneau) for polygone in polygones for anneau in polygone)

    def _anneau(self, anneau: list) -> str:
        points = [f"{self.x(longitude):.1f} {self.y(latitude):.1f}" for longitude, latitude in anneau[:-1]]
        return f"M{'L'.join(points)}Z"


def _losange(x: float, y: float, teinte: str) -> str:
    return f'<path d="m{x + 5:.1f} {y:.1f} 5 5-5 5-5-5z" fill="{teinte}"/>'
