"""Find meetings as people say them: committee, place, date (« 9 juillet », « 09/07/2026 », « juillet 2026 »)."""

import re
import unicodedata

from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Concat

from accord.montants import MOIS, MOIS_COURTS
from comptes.recherche import CleRecherche, contient


def _sans_accent(texte: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", texte.lower()) if not unicodedata.combining(c))


NOMS_DES_MOIS = {
    _sans_accent(nom.rstrip(".")): rang for noms in (MOIS_COURTS, MOIS) for rang, nom in enumerate(noms, start=1)
}
_MOIS = "|".join(sorted(NOMS_DES_MOIS, key=len, reverse=True))
# Each names what it reads: `annee`, `mois`, `jour`; what it leaves out is not asked.
FORMES = [
    re.compile(r"(?<!\d)(?P<annee>(?:19|20)\d\d)-(?P<mois>\d{1,2})-(?P<jour>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<jour>\d{1,2})[/.](?P<mois>\d{1,2})(?:[/.](?P<annee>(?:19|20)\d\d))?(?!\d)"),
    re.compile(
        rf"(?<!\w)(?:(?P<jour>\d{{1,2}})(?:er)?\s+)?(?P<mois>{_MOIS})\b\.?(?:\s+(?P<annee>(?:19|20)\d\d))?(?!\w)"
    ),
    re.compile(r"(?<!\w)(?P<annee>20\d\d)(?!\w)"),
]
CHAMPS = {"jour": "date__day", "mois": "date__month", "annee": "date__year"}


def lire_date(texte: str) -> tuple[dict[str, int], str]:
    """Split what is typed into the parts of a date it holds, as lookups, and the words that are left."""
    texte = _sans_accent(texte)
    for forme in FORMES:
        if trouve := forme.search(texte):
            parts = {nom: NOMS_DES_MOIS.get(part) or int(part) for nom, part in trouve.groupdict().items() if part}
            reste = f"{texte[: trouve.start()]} {texte[trouve.end() :]}"
            return {CHAMPS[nom]: part for nom, part in parts.items()}, reste
    return {}, texte


def chercher_reunions(queryset, texte: str):
    """Keep the meetings that hold every word in their committee or place, a date among the words read as a date."""
    cle = CleRecherche(Concat(F("comite__intitule"), Value(" "), F("lieu"), output_field=TextField()))
    parts, reste = lire_date(texte)
    condition = contient(texte.split(), "cle_reunion")
    if parts:
        condition |= Q(**parts) & contient(reste.split(), "cle_reunion")
    return queryset.alias(cle_reunion=cle).filter(condition)
