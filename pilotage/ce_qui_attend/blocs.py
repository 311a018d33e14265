"""What a queue is made of: sections, groups, lines. A line says when, what to do (a verb), on what, how much."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from accord.montants import format_euros, format_jours

LONGUEUR = 12  # lines of a group; the rest is behind one link (`Section.abreger`)
PAR_PAGE = 100  # lines of a queue shown whole (`Section.paginer`)


@dataclass(frozen=True)
class Ligne:
    """`depuis` goes under the date, `valeur` and `nom_valeur` on the right; `operation` shows its fund and status."""

    acte: str
    url: str
    texte: str = ""
    quand: date | None = None
    depuis: str = ""
    operation: object = None
    valeur: str = ""
    nom_valeur: str = ""
    ton: str = ""


@dataclass(frozen=True, eq=False)
class Source:
    """Objects of one kind that wait, and how the line of one is written."""

    objets: QuerySet
    ecrire: Callable[..., Ligne]

    def attentes(self, quand: str, *cle: str) -> list["Attente"]:
        """What waits, by its day then by these fields: the objects themselves are read when they are shown."""
        cles = self.objets.order_by().values_list("pk", quand, *cle)
        attentes = [Attente(self, pk, jour, tuple(suite)) for pk, jour, *suite in cles]
        return sorted(attentes, key=lambda attente: (attente.quand, attente.cle, attente.pk))


@dataclass(frozen=True)
class Attente:
    """A line not read yet: what puts it in its place, and where it comes from."""

    source: Source
    pk: int
    quand: date
    cle: tuple = ()


def ecrire_lignes(attentes: Sequence[Ligne | Attente]) -> list[Ligne]:
    """Read what these lines are about, one query for each kind, and write them."""
    par_source = defaultdict(list)
    for attente in attentes:
        if isinstance(attente, Attente):
            par_source[attente.source].append(attente.pk)
    lus = {source: source.objets.in_bulk(pks) for source, pks in par_source.items()}
    return [a.source.ecrire(lus[a.source][a.pk]) if isinstance(a, Attente) else a for a in attentes]


@dataclass(frozen=True)
class Groupe:
    titre: str
    lignes: Sequence[Ligne | Attente]
    total: int
    ton: str = ""
    url_suite: str = ""


@dataclass(frozen=True)
class Vide:
    """What will come here, and what to do now."""

    titre: str
    texte: str = ""
    url: str = ""
    lien: str = ""


@dataclass(frozen=True)
class Section:
    """A block of the page. `actes` tells whether its lines are things to do, which the head of the page counts."""

    id: str
    titre: str
    vide: Vide
    groupes: list[Groupe] = field(default_factory=list)
    url: str = ""
    lien: str = ""
    note: str = ""
    actes: bool = True
    page: Page | None = None

    def abreger(self, url: str) -> "Section":
        """Keep the first lines of each group; its count stays true, and `url` opens the pages that show them all."""
        groupes = [replace(groupe, url_suite=groupe.url_suite or f"{url}#{self.id}") for groupe in self.groupes]
        return replace(self, groupes=groupes)._montrer([groupe.lignes[:LONGUEUR] for groupe in groupes])

    def paginer(self, numero: str | None) -> "Section":
        """One page of all its lines, each under its group."""
        rangs = [(rang, ligne) for rang, groupe in enumerate(self.groupes) for ligne in groupe.lignes]
        page = Paginator(rangs, PAR_PAGE).get_page(numero)
        montrees: list[list] = [[] for _ in self.groupes]
        for rang, ligne in page:
            montrees[rang].append(ligne)
        return replace(self, page=page)._montrer(montrees)

    def _montrer(self, montrees: list[list]) -> "Section":
        """Only these lines of each group, written together."""
        ecrites = iter(ecrire_lignes([ligne for lignes in montrees for ligne in lignes]))
        return replace(
            self,
            groupes=[
                replace(groupe, lignes=[next(ecrites) for _ in lignes])
                for groupe, lignes in zip(self.groupes, montrees, strict=True)
            ],
        )

    @property
    def total(self) -> int:
        return sum(groupe.total for groupe in self.groupes)

    @property
    def en_retard(self) -> int:
        return sum(groupe.total for groupe in self.groupes if groupe.ton == "stop")


def son_organisme(user, role) -> dict:
    """Return the filter of the lists on the person’s own body, when they hold the role for one only."""
    codes = {h.organisme.code for h in user.habilitations_du_jour if h.role == role}
    return {"organisme": codes.pop()} if len(codes) == 1 else {}


def montant(ue: Decimal | None, nom: str) -> dict:
    """The amount of a line, and what it is; an unknown amount is a word."""
    return {"valeur": format_euros(ue, "montant non saisi"), "nom_valeur": nom if ue is not None else ""}


def a_rebours(jour: date, aujourdhui: date) -> str:
    """Say how far a day is: « depuis 12 jours », « aujourd’hui », « demain », « dans 16 jours »."""
    ecart = (jour - aujourdhui).days
    if ecart < 0:
        return f"depuis {format_jours(-ecart)}"
    return {0: "aujourd’hui", 1: "demain"}.get(ecart, f"dans {format_jours(ecart)}")


def grouper_par_echeance(lignes: Sequence[Ligne | Attente], aujourdhui: date) -> list[Groupe]:
    """Late first, then this week, then later; lines come with their due date as `quand`."""
    semaine = aujourdhui + timedelta(days=7)
    retard = [ligne for ligne in lignes if ligne.quand < aujourdhui]
    bientot = [ligne for ligne in lignes if aujourdhui <= ligne.quand <= semaine]
    plus_tard = [ligne for ligne in lignes if ligne.quand > semaine]
    return [
        Groupe(titre, groupe, len(groupe), ton)
        for titre, groupe, ton in [
            ("En retard", retard, "stop"),
            ("Cette semaine", bientot, ""),
            ("Plus tard", plus_tard, ""),
        ]
        if groupe
    ]
