"""The sources of facts, written for people: the file of an agreement shortens them (`CPR art. 82, [S20]`)."""

import re
from collections.abc import Mapping

from .montants import INSECABLE

CHAPITRES = re.compile(r"\bAC\s(\d+(?:,\sAC\s\d+)*)")
ARTICLES = re.compile(r"\bart\.\s(\d[\d.]*(?:\s[a-z]\b)?(?:(?:,\s|\sà\s)\d[\d.]*(?![\d/]))*)")
PAGE = re.compile(r"\[S(\d+)\]")
PARENTHESE = re.compile(r"\([^()]*\)")
REGLEMENTS = [
    (re.compile(r"\bCPR\s(?=article)"), f"règlement{INSECABLE}(UE){INSECABLE}2021/1060, "),
    (re.compile(r"\bCPR\b"), f"règlement{INSECABLE}(UE){INSECABLE}2021/1060"),
    (re.compile(r"\brègl\.\s"), f"règlement{INSECABLE}"),
]
ABREGES = [
    (re.compile(r"\bAC\b"), "accord-cadre"),
    (re.compile(r"\bDEL\b"), "délibération"),
    (re.compile(r"\bR(\d+)\b"), rf"rapport n°{INSECABLE}\1"),
    (re.compile(r"\bI(\d+)\b"), r"point d’attention I\1"),
    *REGLEMENTS,
]


def ecrire_source(source: str, titres: Mapping[str, str] | None = None) -> str:
    """« CPR art. 82, [S20] » is « règlement (UE) 2021/1060, article 82, source 20 », with the title of the page.

    `titres` are those of the pages consulted, by code (`AccordCadre.titres_sources`).
    """
    texte = CHAPITRES.sub(_chapitres, source)
    texte = _developper(texte, ABREGES)
    return PAGE.sub(lambda page: _page(page[1], titres or {}), texte)


def ecrire_note(note: str) -> str:
    """A note is prose: a source between brackets is written in full, « (AC 4) » and « [S37] » alike.

    What a sentence names (« AC 8 renvoie au chapitre 5 ») stays as it is: in full it would want an article.
    """
    texte = PARENTHESE.sub(lambda trouve: ecrire_source(trouve[0]), note)
    texte = PAGE.sub(lambda page: f"({_page(page[1], {})})", _developper(texte, REGLEMENTS))
    return texte[:1].upper() + texte[1:]


def _developper(texte: str, abreges: list) -> str:
    texte = ARTICLES.sub(_articles, texte)
    for abrege, mots in abreges:
        texte = abrege.sub(mots, texte)
    return texte


def _enumerer(mot: str, nombres: list[str]) -> str:
    if len(nombres) == 1:
        return f"{mot}{INSECABLE}{nombres[0]}"
    return f"{mot}s{INSECABLE}{', '.join(nombres[:-1])} et {nombres[-1]}"


def _chapitres(trouve: re.Match) -> str:
    return f"accord-cadre, {_enumerer('chapitre', re.findall(r'[0-9]+', trouve[1]))}"


def _articles(trouve: re.Match) -> str:
    if "à" in trouve[1]:
        return f"articles{INSECABLE}{trouve[1]}"
    return _enumerer("article", re.split(r",\s", trouve[1]))


def _page(numero: str, titres: Mapping[str, str]) -> str:
    titre = titres.get(f"S{numero}")
    return f"source{INSECABLE}{numero}" + (f" ({titre})" if titre else "")
