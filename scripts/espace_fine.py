"""Give a font the narrow no-break space (U+202F) that French amounts need.

Public Sans has none: the shaper then halves the ordinary space, and 31 592 507,00 runs together.
Run once, when the font files are taken in: python scripts/espace_fine.py IN.woff2 OUT.woff2
"""

import sys

from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

CODE, NAME, WIDTH = 0x202F, "uni202F", 0.2  # a fifth of an em


def add_narrow_space(font: TTFont) -> None:
    """Add an empty glyph of a fifth of an em, for every weight of a variable font."""
    if CODE in font.getBestCmap():
        return
    font.ensureDecompiled()
    font.setGlyphOrder([*font.getGlyphOrder(), NAME])
    font["glyf"].glyphs[NAME] = Glyph()
    font["glyf"].setGlyphOrder(font.getGlyphOrder())
    font["hmtx"].metrics[NAME] = (round(WIDTH * font["head"].unitsPerEm), 0)
    if "gvar" in font:
        font["gvar"].variations[NAME] = []
    if "HVAR" in font:
        del font["HVAR"]  # optional: widths are then read from gvar
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[CODE] = NAME


def rename(font: TTFont, famille: str) -> None:
    """Name the family: the static files all say « Public Sans Thin », whatever their weight."""
    for ligne in font["name"].names:
        if ligne.nameID in (1, 16):
            ligne.string = famille


def convert(source: str, destination: str, famille: str = "") -> None:
    font = TTFont(source, recalcTimestamp=False)
    add_narrow_space(font)
    if famille:
        rename(font, famille)
    font.flavor = "woff2" if destination.endswith(".woff2") else None
    font.save(destination)


if __name__ == "__main__":
    convert(sys.argv[1], sys.argv[2])
