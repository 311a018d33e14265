"""Sections made of facts, parameters, the former programme and points to watch."""

from dataclasses import replace
from itertools import groupby

from django.utils import timezone

from ..models import AccordCadre, DonneeContexte, Parametre
from ..montants import format_date
from ..sources import ecrire_source
from .lignes import NON_PRECISE, Bloc, Cellule, Ligne, ecrire_valeur, ligne_de

RARES = 4  # a column of computed values appears when more than one fact in four has one


def lister_donnees(accord: AccordCadre, *rubriques: str) -> dict[str, list[Ligne]]:
    """The facts of some rubrics, in one query."""
    lignes: dict[str, list[Ligne]] = {rubrique: [] for rubrique in rubriques}
    for donnee in accord.donnees.filter(rubrique__in=rubriques):
        lignes[donnee.rubrique].append(ligne_donnee(donnee))
    return lignes


def ligne_donnee(donnee: DonneeContexte) -> Ligne:
    precision = ", ".join(filter(None, [donnee.champ, donnee.date_valeur]))
    publie = ecrire_valeur(donnee.valeur, donnee.unite)
    calcule = ecrire_valeur(donnee.valeur_calculee)
    if calcule.est_nombre and donnee.valeur.startswith("non "):  # « non publiée »
        publie = replace(publie, est_nombre=True)
    return ligne_de(donnee, donnee.libelle, publie, calcule, precision=precision)


def bloc_de_faits(ancre: str, titre: str, lignes: list[Ligne], phrase: str = "", **champs) -> Bloc:
    """Published and computed side by side; few computed values stand under the published ones instead."""
    calculees = sum(bool(ligne.cellules[1].texte) for ligne in lignes)
    if calculees * RARES > len(lignes):
        return Bloc(ancre, titre, ["Publié", "Recalculé"], lignes, phrase, **champs)
    reunies = [replace(ligne, cellules=[_reunir(*ligne.cellules)]) for ligne in lignes]
    return Bloc(ancre, titre, ["Ce que dit l’accord"], reunies, phrase, **champs)


def _reunir(publie: Cellule, calcule: Cellule) -> Cellule:
    return replace(publie, sous=f"recalculé : {calcule.texte}") if calcule.texte else publie


def blocs_de_faits(ancre: str, titre: str, lignes: list[Ligne], mots: str) -> list[Bloc]:
    """Figures in a table of their own, set to the right; what is said in words in another, titled `mots`."""
    chiffres = [ligne for ligne in lignes if ligne.cellules[0].est_nombre]
    textes = [ligne for ligne in lignes if not ligne.cellules[0].est_nombre]
    blocs = [bloc_de_faits(ancre, titre, chiffres), bloc_de_faits(f"{ancre}-mots", mots, textes)]
    return [bloc for bloc in blocs if bloc.lignes]


DIAGNOSTIC = {
    "diagnostic_population": ("population", "Population et territoire", "Territoire"),
    "diagnostic_emploi": ("emploi", "Emploi et chômage", "Emploi, en mots"),
    "diagnostic_rsa": ("rsa", "Revenu de solidarité active", "Parcours des allocataires"),
    "diagnostic_plie": ("plie", "Territoires des PLIE", "Réseaux des PLIE"),
    "diagnostic_iae": ("iae", "Insertion par l’activité économique", "Insertion, en mots"),
}


def diagnostic(accord: AccordCadre) -> list[Bloc]:
    lignes = lister_donnees(accord, *DIAGNOSTIC)
    return [
        bloc for rubrique, noms in DIAGNOSTIC.items() for bloc in blocs_de_faits(*noms[:2], lignes[rubrique], noms[2])
    ]


def parametres(accord: AccordCadre) -> list[Bloc]:
    """Values in force today, by subject."""
    jour = timezone.localdate()
    valables = accord.parametres.valables_le(jour).order_by("sujet", "pk")
    blocs = []
    for sujet, groupe in groupby(valables, key=lambda p: p.sujet):
        lignes = [
            ligne_de(
                p,
                p.libelle,
                ecrire_valeur(p.valeur, p.unite),
                "oui" if p.est_verifie else "non",
                precision=validite(p, accord),
            )
            for p in groupe
        ]
        colonnes = ["Valeur", "Texte lu"]
        blocs.append(Bloc(f"sujet-{len(blocs) + 1}", sujet, colonnes, lignes, entete="Paramètre"))
    return blocs


def validite(parametre: Parametre, accord: AccordCadre) -> str:
    """When a value holds, unless it does for the whole agreement."""
    bornes = []
    if parametre.valide_du != accord.debut_le:
        bornes.append(f"depuis le {format_date(parametre.valide_du)}")
    if parametre.valide_au:
        bornes.append(f"jusqu’au {format_date(parametre.valide_au)}")
    return ", ".join(bornes)


def bilan(accord: AccordCadre) -> list[Bloc]:
    """One row per figure, one column per body; published first, recomputed under it."""
    valeurs = list(accord.bilans_anterieurs.order_by("ordre", "pk"))  # bodies in the order of the file
    perimetres = list(dict.fromkeys(v.perimetre for v in valeurs))
    lignes = []
    for _, groupe in groupby(valeurs, key=lambda v: v.ordre):
        par_perimetre = {v.perimetre: v for v in groupe}
        fait = next(iter(par_perimetre.values()))
        cellules = [cellule_bilan(par_perimetre.get(p)) for p in perimetres]
        lignes.append(ligne_de(fait, fait.libelle, *cellules))
    faits = lister_donnees(accord, "bilan")["bilan"]
    phrase = "Valeurs publiées ; une valeur recalculée est dite à côté, jamais à la place."
    return [
        Bloc("bilan-chiffres", "Chiffres par organisme", perimetres, lignes, phrase, entete="Chiffre"),
        bloc_de_faits("bilan-faits", "Ce que l’accord en dit", faits),
    ]


def cellule_bilan(valeur) -> Cellule:
    if valeur is None:
        return Cellule("", est_nombre=True)
    publie = ecrire_valeur(valeur.valeur_publiee, valeur.unite)
    calcule = ecrire_valeur(valeur.valeur_calculee, valeur.unite).texte
    if not publie.texte:
        return Cellule("non publié", sous=f"recalculé : {calcule}", est_nombre=True)
    return Cellule(publie.texte, sous=calcule and f"recalculé : {calcule}", est_nombre=True)


def points_attention(accord: AccordCadre) -> list[Bloc]:
    lignes = [ligne_de(p, p.code, p.constat, p.traitement, code="") for p in accord.points_attention.all()]
    phrase = "Ce qui ne concorde pas dans les documents, et ce que le produit en fait."
    colonnes = ["Constat", "Traitement"]
    return [Bloc("points", "Points d’attention", colonnes, lignes, phrase, entete="Point")]


def gouvernance(accord: AccordCadre) -> list[Bloc]:
    faits = lister_donnees(accord, "gouvernance")["gouvernance"]
    return [bloc_de_faits("regles", "Règles de gouvernance", faits)]


def sources(accord: AccordCadre) -> list[Bloc]:
    lignes = [
        ligne_de(d, ecrire_source(d.libelle).capitalize(), d.valeur)
        for d in accord.donnees.filter(rubrique="sources").order_by("ordre")
    ]
    return [Bloc("pages", "Pages consultées", ["Adresse"], lignes, entete="Repère")]


def signature(jour) -> Cellule:
    return Cellule(format_date(jour, NON_PRECISE))
