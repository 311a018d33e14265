"""Our charts, drawn as SVG with presentation attributes only: the same markup serves the screen and the PDF.

Horizontal lengths are percentages of the drawing, without a viewBox: a bar is crisp at every width and needs no script.
A chart starts from a table column: what it shows is written beside it, figure by figure.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from .montants import FINE, format_euros, format_taux, ratio

ENCRE, ENCRE_2, ENCRE_3, BLANC = "#15222c", "#475562", "#5a6874", "#fff"
FOND_ACQUIS, FOND_PREVU, STOP = "#f3f2ed", "#faf9f6", "#a3261b"
# From programmé to payé: the darker, the surer the euro. The last tint ends each bar.
RAMPES = {
    "FSE_PLUS": ("#b4cdea", "#8fb2dd", "#6a97cf", "#437bbd", "#285f9f", "#163f73"),
    "FTJ": ("#efd3a2", "#e2b974", "#d09a45", "#b47d24", "#8c5d12", "#643f06"),
}
RAMPE_NEUTRE = ("#c3cad0", "#aeb7bf", "#919ca6", "#75828e", "#5a6874", "#475562")
RANGS = {"programme": 0, "conventionne": 1, "declare": 2, "retenu": 3, "certifie": 4, "paye": 5}

ECHELLE = Decimal("1.10")
PAS_ECHELLE = Decimal("0.05")


@dataclass(frozen=True)
class EtapeJauge:
    """One stage of the euro. `comparaison` is its amount at the comparison date, `url` the list that makes it up."""

    code: str
    libelle: str
    montant: Decimal
    url: str = ""
    comparaison: Decimal | None = None


@dataclass
class Jauge:
    """An envelope from the euro notified to the euro paid: a table whose second column is drawn.

    `notifie` is what every bar is measured against; None or zero means that nothing is notified at this date: figures
    are shown, bars are not. `tranches` lists (amount, open) in their order; leave it empty when they are a hypothesis,
    which is said in words. `limite_tranche` (dashed line) is the sum of the open ones unless given. `echelle` is
    shared by all the gauges of a page: set it with `echelle_commune`. With `enveloppe=False` there is no envelope
    behind (an operation measured against its own agreement): neither notified row, lines, nor available.
    `reference_le` is the comparison date: each row then says its amount that day, and the difference;
    `reference_connue_le` that this was the amount known by then.
    """

    libelle: str
    fonds_code: str
    notifie: Decimal | None
    etapes: list[EtapeJauge]
    disponible: Decimal | None = None
    limite_tranche: Decimal | None = None
    tranches: list[tuple[Decimal, bool]] = field(default_factory=list)
    echelle: Decimal = ECHELLE
    url_notifie: str = ""
    url_disponible: str = ""
    nom_limite: str = "Tranche ouverte"
    nom_reference: str = "notifié"
    enveloppe: bool = True
    cle: str = ""
    reference_le: date | None = None
    reference_connue_le: date | None = None
    comparaison_notifie: Decimal | None = None
    comparaison_disponible: Decimal | None = None

    def __post_init__(self):
        self.cle = self.cle or slugify(f"{self.libelle} {self.fonds_code}")
        ouvertes = sum((montant for montant, ouverte in self.tranches if ouverte), Decimal(0))
        if self.limite_tranche is None and self.tranches and ouvertes != self.notifie:
            self.limite_tranche = ouvertes

    @property
    def est_notifiee(self) -> bool:
        return bool(self.notifie)

    @property
    def au_dela(self) -> Decimal | None:
        """What exceeds the notified amount, when something does."""
        return -self.disponible if self.disponible is not None and self.disponible < 0 else None

    @property
    def rampe(self) -> tuple[str, ...]:
        return RAMPES.get(self.fonds_code, RAMPE_NEUTRE)

    @property
    def a_comparaison(self) -> bool:
        return any(etape.comparaison is not None for etape in self.etapes)

    @property
    def a_depassement(self) -> bool:
        return self.est_notifiee and any(etape.montant > self.notifie for etape in self.etapes)

    @property
    def en_tete(self) -> SafeString:
        return Trace(self).en_tete()

    @property
    def en_tete_pdf(self) -> SafeString:
        return Trace(self, pdf=True).en_tete()

    @property
    def lignes(self) -> list["LigneJauge"]:
        return build_lignes(self)

    @property
    def lignes_pdf(self) -> list["LigneJauge"]:
        return build_lignes(self, pdf=True)

    @property
    def escalier(self) -> SafeString:
        return escalier(self)

    @property
    def escalier_pdf(self) -> SafeString:
        return escalier(self, pdf=True)


@dataclass(frozen=True)
class LigneJauge:
    """A row of the table, ready to print."""

    libelle: str
    svg: SafeString
    montant: Decimal
    taux: Decimal | None
    precedent: Decimal | None = None
    url: str = ""
    fort: bool = False
    fin: bool = False
    stop: bool = False
    premier: bool = False
    avant: Decimal | None = None
    ecart: Decimal | None = None


def echelle_commune(jauges: list[Jauge]) -> Decimal:
    """Set and return the one scale of a page: 0 to 110 % of notified, grown when something goes beyond."""
    parts = [ratio(e.montant, j.notifie) or Decimal(0) for j in jauges for e in j.etapes if j.est_notifiee]
    plus_haut = max(parts, default=Decimal(0)) * Decimal("1.02")
    echelle = max(ECHELLE, (plus_haut / PAS_ECHELLE).to_integral_value(ROUND_CEILING) * PAS_ECHELLE)
    for jauge in jauges:
        jauge.echelle = echelle
    return echelle


def compute_ecart(montant: Decimal, avant: Decimal | None) -> Decimal | None:
    """What moved since the comparison date, in euros; None when nothing is compared."""
    return None if avant is None else montant - avant


def build_lignes(jauge: Jauge, pdf: bool = False) -> list[LigneJauge]:
    """Return the notified amount, the stages, then what is available or beyond."""
    trace = Trace(jauge, pdf)
    lignes = []
    precedent = jauge.notifie
    if jauge.enveloppe:
        lignes.append(
            LigneJauge(
                "Notifié",
                trace.notifie(),
                jauge.notifie or Decimal(0),
                Decimal(1) if jauge.est_notifiee else None,
                url=jauge.url_notifie,
                premier=True,
                avant=jauge.comparaison_notifie,
                ecart=compute_ecart(jauge.notifie or Decimal(0), jauge.comparaison_notifie),
            )
        )
    for rang, etape in enumerate(jauge.etapes):
        lignes.append(
            LigneJauge(
                etape.libelle,
                trace.etape(etape, rang),
                etape.montant,
                ratio(etape.montant, jauge.notifie),
                precedent=ratio(etape.montant, precedent),
                url=etape.url,
                fort=rang == 0,
                avant=etape.comparaison,
                ecart=compute_ecart(etape.montant, etape.comparaison),
            )
        )
        precedent = etape.montant
    if jauge.enveloppe and jauge.disponible is not None:
        depasse = jauge.au_dela is not None
        lignes.append(
            LigneJauge(
                "Au-delà" if depasse else "Disponible",
                trace.disponible(),
                abs(jauge.disponible),
                ratio(abs(jauge.disponible), jauge.notifie),
                url=jauge.url_disponible,
                fort=True,
                fin=True,
                stop=depasse,
                avant=jauge.comparaison_disponible,
                ecart=compute_ecart(jauge.disponible, jauge.comparaison_disponible),
            )
        )
    return lignes


class Trace:
    """Draws the second column of a gauge. On screen bars are hidden from readers; in a PDF each is a titled figure."""

    def __init__(self, jauge: Jauge, pdf: bool = False):
        self.jauge, self.pdf = jauge, pdf
        self.hauteur, self.epaisseur, self.debord = (22, 10, 3) if pdf else (30, 14, 3)
        self.y = (self.hauteur - self.epaisseur) / 2
        self.milieu = self.hauteur / 2

    def x(self, montant: Decimal) -> str:
        """Return the place of an amount on the common scale, in percent of the width."""
        echelle = self.jauge.echelle if self.jauge.enveloppe else Decimal(1)
        part = (ratio(montant, self.jauge.notifie) or Decimal(0)) / echelle * 100
        return f"{max(Decimal(0), min(part, Decimal(100))):.2f}%"

    def largeur(self, montant: Decimal, depuis: Decimal = Decimal(0)) -> str:
        return f"{max(0.0, float(self.x(montant)[:-1]) - float(self.x(depuis)[:-1])):.2f}%"

    def svg(self, contenu: list[str], titre: str, hauteur: float | None = None, attributs: str = "") -> SafeString:
        dessin = SafeString("".join(contenu))
        if self.pdf:
            return format_html(
                '<svg role="img" width="100%" height="{}"{}><title>{}</title>{}</svg>',
                hauteur or self.hauteur,
                SafeString(attributs),
                titre,
                dessin,
            )
        return format_html('<svg aria-hidden="true" focusable="false"{}>{}</svg>', SafeString(attributs), dessin)

    def reperes(self, bas: float) -> list[str]:
        """Return the two lines that cross every row: limit of the open tranche, notified."""
        jauge, lignes = self.jauge, []
        if not (jauge.enveloppe and jauge.est_notifiee):
            return lignes
        if jauge.limite_tranche is not None:
            x = self.x(jauge.limite_tranche)
            lignes.append(f'<line x1="{x}" x2="{x}" y2="{bas}" stroke="{ENCRE}" stroke-dasharray="3 2"/>')
        x = self.x(jauge.notifie)
        return [*lignes, f'<line x1="{x}" x2="{x}" y2="{bas}" stroke="{ENCRE}" stroke-width="1.5"/>']

    def fond(self) -> list[str]:
        jauge = self.jauge
        if not jauge.est_notifiee:
            return []
        if not jauge.enveloppe:
            return [rect("0", "100%", 0, self.hauteur, FOND_ACQUIS)]
        limite = jauge.limite_tranche
        if limite is None:
            return [rect("0", self.x(jauge.notifie), 0, self.hauteur, FOND_ACQUIS)]
        return [
            rect("0", self.x(limite), 0, self.hauteur, FOND_ACQUIS),
            rect(self.x(limite), self.largeur(jauge.notifie, limite), 0, self.hauteur, FOND_PREVU),
        ]

    def en_tete(self) -> SafeString:
        """Draw the names of the two lines above them; the limit is left out when they would touch."""
        jauge = self.jauge
        if not (jauge.enveloppe and jauge.est_notifiee):
            return SafeString("")
        taille, y, police = (9.5, 13, ' font-family="Public Sans"') if self.pdf else (12, 16, "")
        textes, mots = [], []
        if jauge.limite_tranche is not None:
            part = ratio(jauge.limite_tranche, jauge.notifie)
            nom = f"{jauge.nom_limite}, {_taux_court(part)}"
            mots.append(nom)
            if Decimal("0.40") <= part <= Decimal("0.80"):
                textes.append(
                    f'<text x="{self.x(jauge.limite_tranche)}" dx="-5" y="{y}" text-anchor="end">{escape(nom)}</text>'
                )
        mots.append("notifié, 100 %")
        textes.append(f'<text x="{self.x(jauge.notifie)}" dx="-5" y="{y}" text-anchor="end">Notifié</text>')
        attributs = f' fill="{ENCRE_2}" font-size="{taille}"{police}'
        return self.svg([*textes, *self.reperes(27)], "Repères : " + " ; ".join(mots), 20, attributs)

    def notifie(self) -> SafeString:
        """Draw what is open filled, what is planned outlined with dashes: it is not acquired."""
        jauge = self.jauge
        if not jauge.est_notifiee:
            return self.svg([], "Rien n’est notifié à cette date")
        dessin = self.fond()
        depuis = Decimal(0)
        for montant, ouverte in jauge.tranches or [(jauge.notifie, True)]:
            x, largeur = self.x(depuis), self.largeur(depuis + montant, depuis)
            contour = "" if ouverte else f' stroke="{ENCRE_3}" stroke-dasharray="3 2"'
            dessin.append(rect(x, largeur, self.y, self.epaisseur, ENCRE_3 if ouverte else BLANC, contour))
            depuis += montant
        titre = f"Notifié : {format_euros(jauge.notifie)}"
        return self.svg([*dessin, *self.reperes(self.hauteur + self.debord)], titre)

    def etape(self, etape: EtapeJauge, rang: int) -> SafeString:
        """Draw the bar, its dark end, the open dot of the comparison, and hatches beyond notified."""
        jauge, rampe = self.jauge, self.jauge.rampe
        titre = f"{etape.libelle} : {format_taux(ratio(etape.montant, jauge.notifie))} du {jauge.nom_reference}"
        if not jauge.est_notifiee:
            return self.svg([], titre)
        teinte, bout = rampe[RANGS.get(etape.code, min(rang, 5))], rampe[-1]
        dessin = self.fond()
        dans = min(etape.montant, jauge.notifie)
        dessin.append(rect("0", self.largeur(dans), self.y, self.epaisseur, teinte))
        if etape.montant > jauge.notifie and jauge.enveloppe:
            motif = f"sur-{jauge.cle}-{etape.code}{'-pdf' if self.pdf else ''}"
            dessin.append(hachures(motif, bout))
            largeur = self.largeur(etape.montant, jauge.notifie)
            contour = f' stroke="{bout}"'
            dessin.append(rect(self.x(jauge.notifie), largeur, self.y, self.epaisseur, f"url(#{motif})", contour))
        dessin += self.reperes(self.hauteur + self.debord)
        if etape.comparaison is not None:
            dessin.append(
                f'<circle cx="{self.x(etape.comparaison)}" cy="{self.milieu}" r="3.5" fill="{BLANC}" stroke="{bout}"'
                ' stroke-width="1.5"/>'
            )
        x, haut, bas = self.x(etape.montant), self.y - 3, self.y + self.epaisseur + 3
        dessin.append(f'<line x1="{x}" x2="{x}" y1="{haut}" y2="{bas}" stroke="{bout}" stroke-width="3"/>')
        return self.svg(dessin, titre)

    def disponible(self) -> SafeString:
        """Draw a dimension line between programmé and notified, in red when it goes the other way."""
        jauge = self.jauge
        nom = "Au-delà" if jauge.au_dela is not None else "Disponible"
        titre = f"{nom} : {format_euros(abs(jauge.disponible))}"
        if not jauge.est_notifiee:
            return self.svg([], titre)
        couleur = ENCRE if jauge.au_dela is None else STOP
        debut, fin = sorted(
            [self.x(jauge.notifie - jauge.disponible), self.x(jauge.notifie)], key=lambda x: float(x[:-1])
        )
        m, trait = self.milieu, f'stroke="{couleur}" stroke-width="2"'
        dessin = [
            *self.reperes(self.hauteur),
            f'<line x1="{debut}" x2="{fin}" y1="{m}" y2="{m}" {trait}/>',
            f'<line x1="{debut}" x2="{debut}" y1="{m - 5}" y2="{m + 5}" {trait}/>',
            f'<line x1="{fin}" x2="{fin}" y1="{m - 5}" y2="{m + 5}" {trait}/>',
        ]
        return self.svg(dessin, titre)


def rect(x: str, largeur: str, y: float, hauteur: float, teinte: str, reste: str = "") -> str:
    debut = f' x="{x}"' if x not in ("0", "0.00%") else ""
    return f'<rect{debut} width="{largeur}" y="{y:g}" height="{hauteur:g}" fill="{teinte}"{reste}/>'


def hachures(identifiant: str, teinte: str) -> str:
    """Define the pattern in the svg that uses it: WeasyPrint does not look elsewhere."""
    return (
        f'<defs><pattern id="{identifiant}" width="5" height="5" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><rect width="5" height="5" fill="{BLANC}"/>'
        f'<rect width="2.4" height="5" fill="{teinte}"/></pattern></defs>'
    )


def _taux_court(part: Decimal) -> str:
    """70 % rather than 70,00 % where room is short and nothing is lost."""
    return format_taux(part).replace(f",00{FINE}%", f"{FINE}%")


def escalier(jauge: Jauge, hauteur: int = 28, pdf: bool = False) -> SafeString:
    """Draw the gauge in 28 px, stages only: the signature of the product. Its figures are written beside it."""
    if not jauge.est_notifiee:
        return SafeString("")
    trace = Trace(jauge, pdf)
    pas = hauteur / max(len(jauge.etapes), 1) - 0.2
    bout = jauge.rampe[-1]
    dessin = [rect("0", trace.x(jauge.notifie), 0, hauteur, FOND_ACQUIS)]
    for rang, etape in enumerate(jauge.etapes):
        y = 1 + rang * (hauteur - 2 + 0.8) / len(jauge.etapes)
        epaisseur = min(pas - 0.8, 12)
        teinte = jauge.rampe[RANGS.get(etape.code, min(rang, 5))]
        dessin.append(rect("0", trace.largeur(min(etape.montant, jauge.notifie)), y, epaisseur, teinte))
        if etape.montant > jauge.notifie:
            x, largeur = trace.x(jauge.notifie), trace.largeur(etape.montant, jauge.notifie)
            dessin.append(rect(x, largeur, y, epaisseur, STOP))
        x = trace.x(etape.montant)
        dessin.append(f'<line x1="{x}" x2="{x}" y1="{y:g}" y2="{y + epaisseur:g}" stroke="{bout}" stroke-width="2"/>')
    dessin += trace.reperes(hauteur + 3)
    stades = ", ".join(f"{e.libelle.lower()} {format_taux(ratio(e.montant, jauge.notifie))}" for e in jauge.etapes)
    titre = f"{jauge.libelle} : {stades} du notifié."
    if pdf:
        return format_html(
            '<svg role="img" width="100%" height="{}"><title>{}</title>{}</svg>',
            hauteur,
            titre,
            SafeString("".join(dessin)),
        )
    return format_html('<svg class="escalier" role="img" aria-label="{}">{}</svg>', titre, SafeString("".join(dessin)))


def barre_double(total: Decimal, part: Decimal, maximum: Decimal, fonds_code: str, titre: str = "") -> SafeString:
    """Draw a part within a total (declared within programmed); `maximum` is the total of the longest bar of the table.

    With a title it is a figure of the PDF; without, it is hidden from readers, since the row says both amounts.
    """
    rampe = RAMPES.get(fonds_code, RAMPE_NEUTRE)
    barres = "".join(
        rect("0", f"{min((ratio(m, maximum) or Decimal(0)) * 100, Decimal(100)):.2f}%", 2, 12, teinte)
        for m, teinte in ((total, rampe[0]), (part, rampe[3]))
    )
    if titre:
        return format_html(
            '<svg role="img" width="100%" height="16"><title>{}</title>{}</svg>', titre, SafeString(barres)
        )
    return format_html('<svg aria-hidden="true" focusable="false">{}</svg>', SafeString(barres))
