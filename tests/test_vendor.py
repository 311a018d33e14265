"""What is served to browsers is what was taken in, whole and self-contained."""

import hashlib
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

STATIC = Path(__file__).resolve().parent.parent / "static"
VENDOR = STATIC / "vendor"
FONTS = sorted([*STATIC.rglob("*.woff2"), *STATIC.rglob("*.ttf")])
SHEETS = sorted(STATIC.rglob("*.css"))


def test_every_file_has_its_print():
    ecrites = dict(reversed(ligne.split("  ")) for ligne in (VENDOR / "EMPREINTES").read_text().splitlines())
    fichiers = {
        f.relative_to(VENDOR).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in VENDOR.rglob("*")
        if f.is_file() and f.name != "EMPREINTES"
    }
    assert fichiers == ecrites


@pytest.mark.parametrize("dossier", [d for d in sorted(VENDOR.iterdir()) if d.is_dir()], ids=lambda d: d.name)
def test_every_library_comes_with_its_licence(dossier):
    assert (dossier / "LICENSE").is_file()


@pytest.mark.parametrize("fichier", FONTS, ids=lambda f: f.name)
def test_every_font_has_the_narrow_no_break_space(fichier):
    font = TTFont(fichier)
    nom = font.getBestCmap()[0x202F]
    assert font["hmtx"][nom][0] == round(0.2 * font["head"].unitsPerEm)


def test_there_are_fonts_for_screens_and_for_pdfs():
    assert len([f for f in FONTS if f.suffix == ".woff2"]) == 2
    assert len([f for f in FONTS if f.suffix == ".ttf"]) == 6


@pytest.mark.parametrize("feuille", SHEETS, ids=lambda f: f.name)
def test_sheets_ask_nothing_from_elsewhere(feuille):
    css = feuille.read_text(encoding="utf-8")
    assert "sourceMappingURL" not in css
    assert not re.search(r"url\(\s*[\"']?(https?:)?//", css)
    for cible in re.findall(r"url\(\s*[\"']?([^\"')]+)", css):
        if not cible.startswith(("data:", "#", "%23")):
            assert (feuille.parent / cible).resolve().is_file(), cible


def test_our_sheet_replaces_the_images_that_the_csp_refuses():
    css = (STATIC / "css" / "style.css").read_text(encoding="utf-8")
    assert "data:" not in re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for classe in (
        ".form-select",
        '.form-check-input[type="checkbox"]:checked',
        '.form-check-input[type="radio"]:checked',
    ):
        assert re.search(re.escape(classe) + r"[^{]*\{[^}]*background-image: url\(", css), classe
