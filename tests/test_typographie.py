"""No text that people read lets a French sign of punctuation fall alone on the next line."""

import ast
import re
from pathlib import Path

import pytest

RACINE = Path(__file__).resolve().parents[1]
APPLICATIONS = ["accord", "comptes", "config", "gouvernance", "operations", "participants", "pilotage", "scripts"]
MODULES = [
    RACINE / "manage.py",
    *(p for nom in APPLICATIONS for p in (RACINE / nom).rglob("*.py") if "migrations" not in p.parts),
]
GABARITS = [p for p in (RACINE / "templates").rglob("*") if p.suffix in {".html", ".txt"}]
VALEUR = "\ufffc"  # stands for what is only known when the page is written
FAUTE = re.compile(
    r"(?:^|(?<=\S)) [;:?!»](?=[\s<).,»\ufffc]|$)"  # an ordinary space before a sign
    r"|\u00a0[;?!»]|«\u00a0"  # a no-break one, too wide
    r"|(?<=[\w\ufffc]) %(?![\w({%])"
    r"|« |«(?=\w)|(?<=\w\w)»"
)
# what a template does not show: its comments; an expression is a value, a tag only the words it is given
ILLISIBLE = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", re.S)


def textes_d_un_module(source: str):
    """Every literal a person may read: (line, text), without docstrings."""
    arbre = ast.parse(source)
    a_part = {id(n.value) for n in ast.walk(arbre) if isinstance(n, ast.Expr)}  # docstrings
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.JoinedStr):
            morceaux = [m.value if isinstance(m, ast.Constant) else VALEUR for m in noeud.values]
            a_part |= {id(m) for m in noeud.values}
            yield noeud.lineno, "".join(morceaux)
        elif isinstance(noeud, ast.Constant) and isinstance(noeud.value, str) and id(noeud) not in a_part:
            yield noeud.lineno, noeud.value


def textes_d_un_gabarit(source: str):
    source = ILLISIBLE.sub(lambda m: "\n" * m[0].count("\n"), source)
    for rang, ligne in enumerate(source.splitlines(), 1):
        for balise in re.findall(r"{%.*?%}", ligne):
            yield from ((rang, mots) for mots in re.findall(r'"([^"]*)"', balise))
        yield rang, re.sub(r"{%.*?%}", "", re.sub(r"{{.*?}}", VALEUR, ligne))


def fautes(textes) -> list[str]:
    return [
        f"ligne {rang} : …{texte[max(0, trouve.start() - 30) : trouve.end() + 10]}…"
        for rang, texte in textes
        for trouve in FAUTE.finditer(texte)
    ]


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(RACINE)))
def test_a_module_writes_no_break_spaces(module):
    assert fautes(textes_d_un_module(module.read_text())) == []


@pytest.mark.parametrize("gabarit", GABARITS, ids=lambda p: str(p.relative_to(RACINE)))
def test_a_template_writes_no_break_spaces(gabarit):
    assert fautes(textes_d_un_gabarit(gabarit.read_text())) == []


@pytest.mark.parametrize(
    ("texte", "nombre"),
    [
        ("Une erreur ?", 1),
        ("Une erreur\u202f? Non\u202f; une faute\u00a0: « une » à 5 %.", 3),
        ("«\u202faucune\u202f» faute, 5\u00a0%, 5\u202f%", 0),
        ("«\u00a0une\u00a0» autre", 2),
        ("«une»", 2),
        ("%d %b, ?page=1, a:b, SELECT x::text, [a :b]", 0),
    ],
)
def test_what_counts_as_a_fault(texte, nombre):
    assert len(fautes([(1, texte)])) == nombre


def test_values_and_tags_do_not_hide_a_fault():
    assert len(fautes(textes_d_un_module('f"{nom} : {prix} %"\n" ; ".join(noms)'))) == 3
    assert (
        len(fautes(textes_d_un_gabarit('<b>{{ nom }}</b> : {% include "x.html" with texte="Rien ; tout" %}{{ y }} %')))
        == 3
    )
    assert fautes(textes_d_un_gabarit("{% comment %} nom : x {% endcomment %}{% if a %}b{% endif %}")) == []
