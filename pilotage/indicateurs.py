"""The page of indicators: for each fund its lines, by gender and by body, with the list behind each figure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from accord.models import AccordCadre, Enveloppe, Fonds, Indicateur, Parametre
from accord.montants import format_nombre, format_taux
from accord.querysets import rangs_organismes
from comptes.enums import ROLES_OI
from comptes.models import Organisme
from operations.models import Operation
from participants.calcul import PERSONNES, TOTAL, Cellule, Niveau, Rapport, participants_par_operation
from participants.calcul_secret import Vue, connues_de
from participants.enums import CodeEntites, Sexe
from participants.lignes import LIGNES, SECTIONS, Ligne
from participants.permissions import voit_effectifs_fins
from participants.secret import ecrire_nombre

TITRES = {
    "realisation": ("Réalisation, à l’entrée", "Fiches complètes, à la date d’entrée."),
    "combines": ("Indicateurs combinés", "Sommes exactes des indicateurs qui les composent."),
    "resultats": (
        "Résultats, à la sortie",
        "Rapportés à la population de référence sortie, pas au nombre de participants. Une personne peut compter "
        "dans plusieurs résultats.",
    ),
    "locaux": (
        "Indicateurs locaux",
        "Hérités du bilan 2014-2020, propres à l’accord\u00a0: ils ne se transmettent pas et ne se confondent pas avec "
        "EECR04.",
    ),
}
SANS_OBJET = "sans objet"


@dataclass(frozen=True)
class Chiffre:
    texte: str
    url: str = ""


@dataclass(frozen=True)
class Definition:
    calcul: str
    population: str
    moment: str
    source: str
    certitude: str


@dataclass(frozen=True)
class LigneVue:
    """A row: its figures by gender, then by body; its population and rate when it is a share."""

    code: str
    libelle: str
    chiffres: list[Chiffre]
    definition: Definition | None = None
    population: Chiffre | None = None
    taux: str = ""


@dataclass(frozen=True)
class Bloc:
    code: str
    titre: str
    texte: str
    lignes: list[LigneVue]

    @property
    def a_taux(self) -> bool:
        return any(ligne.population for ligne in self.lignes)


@dataclass(frozen=True)
class SaisieOrganisme:
    """How complete the records of a body are: all of them, those left out, different persons."""

    organisme: Organisme
    rang: int
    fiches: Chiffre
    incompletes: Chiffre
    part: str
    personnes: str


@dataclass
class SectionIndicateurs:
    fonds: Fonds
    organismes: list[tuple[Organisme, int]]
    blocs: list[Bloc] = field(default_factory=list)
    saisie: list[SaisieOrganisme] = field(default_factory=list)

    @property
    def par_organisme(self) -> bool:
        return len(self.organismes) > 1


@dataclass(frozen=True)
class PageIndicateurs:
    vue: Vue
    sections: list[SectionIndicateurs]
    seuil_incompletes: Decimal | None

    @property
    def au(self) -> date:
        return self.vue.figures.au

    @property
    def a_masque(self) -> bool:
        return bool(self.vue.lecture.masques)


class _Lecteur:
    """Write the figures of a view for one person: number, « < 5 » or « masqué », and the list they may open."""

    def __init__(self, accord: AccordCadre, vue: Vue, user, operation: Operation | None):
        self.accord = accord
        self.vue = vue
        self.numero = operation.numero if operation else ""
        self.voit_tout = operation is not None or vue.est_partielle or voit_effectifs_fins(user, accord)
        self.siens = set(Organisme.objects.filter(pk__in=user.organismes_ids(*ROLES_OI)).values_list("code", flat=True))

    def est_sien(self, niveau: Niveau) -> bool:
        """The records behind the figure are all readable one by one."""
        lus = {m.organisme for m in self.vue.figures.mailles if niveau.contient(m)}
        return self.voit_tout or lus <= self.siens

    def ecrire(self, niveau: Niveau, sexe: str, code: str) -> Chiffre:
        cellule = Cellule(niveau, sexe, code)
        masque = self.vue.lecture.masque(*cellule)
        nombre = self.vue.figures.nombre(cellule)
        texte = ecrire_nombre(nombre, masque, self.vue.lecture.seuil)
        return Chiffre(texte, self._lien(niveau, sexe, code) if nombre and not masque else "")

    def _lien(self, niveau: Niveau, sexe: str, code: str) -> str:
        if code == PERSONNES or not self.est_sien(niveau):
            return ""
        filtres = {"indicateur": code, "au": self.vue.figures.au.isoformat(), "fonds": niveau.fonds}
        filtres |= {"organisme": niveau.organisme, "objectif": niveau.objectif, "operation": self.numero}
        filtres["sexe"] = "" if sexe == TOTAL else sexe
        requete = urlencode({nom: valeur for nom, valeur in filtres.items() if valeur})
        return f"{reverse('participants:liste', args=[self.accord.slug])}?{requete}"

    def rapport(self, niveau: Niveau, ligne: Ligne) -> str:
        """A rate, unless one of its terms is hidden."""
        if any(self.vue.lecture.masque(niveau, TOTAL, code) for code in (ligne.code, ligne.population)):
            return "masqué"
        rapport: Rapport = self.vue.figures.rapport(niveau, ligne)
        return format_taux(rapport.valeur, "personne")


def _definir(indicateur: Indicateur) -> Definition:
    return Definition(
        indicateur.calcul,
        indicateur.population,
        indicateur.moment,
        indicateur.source,
        indicateur.get_certitude_display(),
    )


def build_page(
    accord: AccordCadre, vue: Vue, user, *, fonds="", organisme="", objectif="", operation: Operation | None = None
) -> PageIndicateurs:
    """Lay out what a person reads, fund by fund; two funds never share a table."""
    lecteur = _Lecteur(accord, vue, user, operation)
    enveloppes = list(Enveloppe.objects.for_accord(accord))
    rangs = rangs_organismes(enveloppes)
    definitions: dict[tuple[str, str], Definition] = {
        (i.fonds.code, i.code): _definir(i) for i in Indicateur.objects.select_related("fonds")
    }
    sections: dict[str, SectionIndicateurs] = {}
    for e in enveloppes:
        if fonds in ("", e.fonds.code) and organisme in ("", e.organisme.code):
            section = sections.setdefault(e.fonds.code, SectionIndicateurs(e.fonds, []))
            section.organismes.append((e.organisme, rangs[e.organisme_id]))
    for code, section in sections.items():
        # one body alone in its fund is the fund: the same figures, the same lists
        niveau = Niveau(code, organisme, objectif)
        if vue.figures.compteurs(niveau)["fiches"]:
            section.blocs = list(_blocs(lecteur, section, niveau, definitions))
            section.saisie = [_saisie(lecteur, niveau, o, rang) for o, rang in section.organismes]
    seuil = Parametre.objects.lire_nombre(accord, "fiches_incompletes_seuil", vue.figures.au)
    return PageIndicateurs(vue, list(sections.values()), seuil)


def _blocs(lecteur: _Lecteur, section: SectionIndicateurs, niveau: Niveau, definitions) -> Iterator[Bloc]:
    for code, (titre, texte) in TITRES.items():
        lignes = [
            _ligne(lecteur, section, niveau, ligne, definitions.get((niveau.fonds, ligne.code)))
            for ligne in SECTIONS[code]
            if ligne.concerne(niveau.fonds)
        ]
        if code == "realisation":
            lignes += [
                _entites(lecteur, section, niveau, code, definitions.get((niveau.fonds, code)))
                for code in CodeEntites.values
            ]
        yield Bloc(code, titre, texte, lignes)


def _places(section: SectionIndicateurs, niveau: Niveau) -> list[tuple[Niveau, str]]:
    """The columns: each gender, all of them, then each body when the table adds several."""
    genres = [(niveau, sexe) for sexe in [*Sexe.values, TOTAL]]
    if not section.par_organisme:
        return genres
    return genres + [(niveau._replace(organisme=o.code), TOTAL) for o, _ in section.organismes]


def _ligne(lecteur, section, niveau, ligne: Ligne, definition) -> LigneVue:
    places = _places(section, niveau)
    code = ligne.code if ligne.code.startswith("EEC") else ""
    if not ligne.concerne(niveau.fonds, niveau.objectif):
        return LigneVue(code, ligne.libelle, [Chiffre(SANS_OBJET)] * len(places), definition)
    chiffres = [lecteur.ecrire(place, sexe, ligne.code) for place, sexe in places]
    if not ligne.population:
        return LigneVue(code, ligne.libelle, chiffres, definition)
    population = lecteur.ecrire(niveau, TOTAL, ligne.population)
    return LigneVue(code, ligne.libelle, chiffres, definition, population, lecteur.rapport(niveau, ligne))


def _entites(lecteur, section, niveau, code: str, definition) -> LigneVue:
    """Entities are counted on the operations: no gender, nobody to hide."""
    chiffres = [
        Chiffre(format_nombre(lecteur.vue.figures.nombre_entites(place, code)) if sexe == TOTAL else SANS_OBJET)
        for place, sexe in _places(section, niveau)
    ]
    return LigneVue(code, CodeEntites(code).label, chiffres, definition)


def _saisie(lecteur, niveau: Niveau, organisme: Organisme, rang: int) -> SaisieOrganisme:
    place = niveau._replace(organisme=organisme.code)
    return SaisieOrganisme(
        organisme,
        rang,
        lecteur.ecrire(place, TOTAL, "FICHES"),
        lecteur.ecrire(place, TOTAL, "INCOMPLETES"),
        lecteur.rapport(place, LIGNES["INCOMPLETES"]),
        "" if niveau.objectif else lecteur.ecrire(place, TOTAL, PERSONNES).texte,
    )


@dataclass(frozen=True)
class Incompletes:
    """An operation whose share of incomplete records is above the threshold: a correction is possible."""

    operation: Operation
    rapport: Rapport


def lister_incompletes(page: PageIndicateurs, user, operation: Operation | None) -> list[Incompletes]:
    """Those that the person reads, the worst first."""
    if page.seuil_incompletes is None:
        return []
    accord, au = page.vue.figures.accord, page.au
    portee = None if voit_effectifs_fins(user, accord) else connues_de(user)
    if operation:
        portee = Q(operation=operation)
    rapports = {
        pk: Rapport(n["incompletes"], n["fiches"])
        for pk, (_, n) in participants_par_operation(accord, au, portee).items()
    }
    limite = page.seuil_incompletes / 100
    depasses = {pk: r for pk, r in rapports.items() if r.valeur is not None and r.valeur > limite}
    pires = sorted(depasses, key=lambda pk: (-(depasses[pk].valeur or 0), pk))
    operations = Operation.objects.select_related("accord").in_bulk(pires)
    return [Incompletes(operations[pk], depasses[pk]) for pk in pires]
