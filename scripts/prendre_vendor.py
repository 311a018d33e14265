"""Take into static/vendor what the pages need from node_modules (after `npm ci`), and write its prints.

Node is needed here only: the files are committed, the product serves them as they are.
"""

import hashlib
import re
import shutil
from pathlib import Path

from espace_fine import convert

RACINE = Path(__file__).resolve().parent.parent
MODULES = RACINE / "node_modules"
VENDOR = RACINE / "static" / "vendor"
PLAGES = ("latin", "latin-ext")
GRAISSES = (400, 600, 700)  # for PDFs, as TrueType: Pango refuses a font wrapped in woff2


def take_bootstrap() -> None:
    source = MODULES / "bootstrap"
    css = (source / "dist/css/bootstrap.min.css").read_text(encoding="utf-8")
    css = re.sub(r"\n?/\*# sourceMappingURL=.*?\*/\n?", "\n", css)
    (VENDOR / "bootstrap/bootstrap.min.css").write_text(css, encoding="utf-8")
    shutil.copyfile(source / "LICENSE", VENDOR / "bootstrap/LICENSE")


def take_public_sans() -> None:
    dossier = VENDOR / "public-sans"
    for plage in PLAGES:
        nom = f"public-sans-{plage}-wght-normal.woff2"
        convert(str(MODULES / "@fontsource-variable/public-sans/files" / nom), str(dossier / nom))
        for graisse in GRAISSES:
            nom = f"public-sans-{plage}-{graisse}-normal"
            source = MODULES / f"@fontsource/public-sans/files/{nom}.woff2"
            convert(
                str(source),
                str(dossier / f"{nom}.ttf"),
                famille="Public Sans" if plage == "latin" else "Public Sans Ext",
            )
    shutil.copyfile(MODULES / "@fontsource/public-sans/LICENSE", dossier / "LICENSE")


def write_prints() -> None:
    fichiers = sorted(f for f in VENDOR.rglob("*") if f.is_file() and f.name != "EMPREINTES")
    lignes = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.relative_to(VENDOR).as_posix()}" for f in fichiers]
    (VENDOR / "EMPREINTES").write_text("\n".join(lignes) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for nom in ("bootstrap", "public-sans"):
        (VENDOR / nom).mkdir(parents=True, exist_ok=True)
    take_bootstrap()
    take_public_sans()
    write_prints()
