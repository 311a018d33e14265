"""What the commands of the contract share: dates, agreements, exit statuses (1 refused, 2 wrong call)."""

from argparse import ArgumentTypeError
from datetime import date

from accord.models import AccordCadre
from comptes.refus import Refus


def jour(texte: str) -> date:
    """Read an ISO date from the command line."""
    try:
        return date.fromisoformat(texte)
    except ValueError:
        raise ArgumentTypeError(f"« {texte} » n’est pas une date AAAA-MM-JJ") from None


def trouver_accord(slug: str) -> AccordCadre:
    """Return an agreement by its slug; a wrong one exits with 2 and lists those that are loaded."""
    accord = AccordCadre.objects.filter(slug=slug).first()
    if accord is None:
        connus = ", ".join(AccordCadre.objects.values_list("slug", flat=True)) or "aucun, lancez charger_accord"
        raise Refus(f"Accord inconnu : « {slug} ». Accords chargés : {connus}.", returncode=2)
    return accord


def trouver_seul_accord(slug: str | None) -> AccordCadre:
    """The agreement that is named, or the only one; several exit with 2 and are listed."""
    if slug:
        return trouver_accord(slug)
    accords = list(AccordCadre.objects.all()[:2])
    if len(accords) == 1:
        return accords[0]
    connus = ", ".join(AccordCadre.objects.values_list("slug", flat=True))
    raise Refus(
        f"Plusieurs accords sont chargés, nommez-en un avec --accord\u00a0: {connus}."
        if accords
        else "Aucun accord n’est chargé\u00a0: lancez charger_accord.",
        returncode=2,
    )
