"""Draw PDFs. The only importer of WeasyPrint, and only when one is asked for: without Pango it raises at import."""

import io
import warnings
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string

FEUILLES = ["vendor/public-sans/public-sans-statique.css", "css/style.css", "css/dossier.css"]
PDF_UA = "http://www.aiim.org/pdfua/ns/id/"
UN_A_LA_FOIS = Lock()  # fonts are shared between two PDFs, and drawing one keeps the interpreter busy anyway


class PdfIndisponible(Exception):
    """The libraries that draw PDFs are missing on this machine."""


@cache
def _weasyprint():
    try:
        import weasyprint
    except OSError as erreur:
        raise PdfIndisponible(
            "Les bibliothèques qui dessinent les PDF manquent\u00a0: installez libpango-1.0-0, libpangoft2-1.0-0 et "
            "libharfbuzz-subset0, puis recommencez."
        ) from erreur
    return weasyprint


def _static_root() -> Path:
    return Path(settings.STATICFILES_DIRS[0]).resolve()


@cache
def _build_fetcher():
    """Read our own static files and nothing else: a pack never opens the network, nor another file of the server."""

    class Fetcher(_weasyprint().urls.URLFetcher):
        def fetch(self, url, headers=None):
            chemin = Path(unquote(urlsplit(url).path)).resolve()
            if not url.startswith("file:") or not chemin.is_relative_to(_static_root()):
                raise ValueError(f"Hors des fichiers statiques\u00a0: {url}")
            return super().fetch(url, headers)

    return Fetcher(allowed_protocols=["file"])


@lru_cache(maxsize=1)
def _load_style(dates: tuple[float, ...]):
    """Read the style sheets and fonts once, and again when a file changes: a fifth of the time of a pack."""
    weasyprint = _weasyprint()
    polices = weasyprint.text.fonts.FontConfiguration()
    feuilles = [
        weasyprint.CSS(filename=_static_root() / feuille, font_config=polices, url_fetcher=_build_fetcher())
        for feuille in FEUILLES
    ]
    return feuilles, polices


def render_pdf(template: str, context: dict) -> bytes:
    """Return a tagged PDF, archivable (PDF/A-3a target) and accessible (PDF/UA-1).

    The template carries its dates in `dcterms.*` and nothing comes from the clock, so the same template and context
    always give the same bytes.
    """
    html = render_to_string(template, context)
    with UN_A_LA_FOIS, warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=ResourceWarning, module="weasyprint")  # an open profile
        feuilles, polices = _load_style(tuple((_static_root() / feuille).stat().st_mtime for feuille in FEUILLES))
        document = _weasyprint().HTML(string=html, base_url=f"{_static_root().as_uri()}/", url_fetcher=_build_fetcher())
        octets = document.write_pdf(stylesheets=feuilles, font_config=polices, pdf_variant="pdf/a-3a")
    return _declare_accessible(octets)


def _declare_accessible(octets: bytes) -> bytes:
    """Say PDF/UA-1 beside PDF/A, of which WeasyPrint writes one, and what each table head is the head of.

    The identifier of the file is a hash of its content.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(octets)) as pdf:
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadonnees:
            metadonnees.register_xml_namespace(PDF_UA, "pdfuaid")
            metadonnees["pdfuaid:part"] = "1"
        _scope_heads(pdf)
        sortie = io.BytesIO()
        pdf.save(sortie, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return sortie.getvalue()


def _scope_heads(pdf) -> None:
    """A head in the head of a table speaks for its column, in the body for its row."""
    import pikepdf

    portees = {"/THead": pikepdf.Name("/Column"), "/TBody": pikepdf.Name("/Row"), "/TFoot": pikepdf.Name("/Row")}
    pile: list[tuple] = [(pdf.Root.StructTreeRoot, None)]
    while pile:
        element, portee = pile.pop()
        genre = str(element.get("/S", ""))
        portee = portees.get(genre, portee)
        if genre == "/TH" and portee is not None:
            element.A = pikepdf.Dictionary(O=pikepdf.Name("/Table"), Scope=portee)
        enfants = element.get("/K", [])
        for enfant in enfants if isinstance(enfants, pikepdf.Array) else [enfants]:
            if isinstance(enfant, pikepdf.Dictionary) and "/S" in enfant:
                pile.append((enfant, portee))


def count_pages(octets: bytes) -> int:
    import pikepdf

    with pikepdf.open(io.BytesIO(octets)) as pdf:
        return len(pdf.pages)
