"""The agreement of the demonstration: loaded as if its notifications had been recorded the day they took effect."""

from datetime import date, datetime, time
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from accord.fichier import lire_fichier
from accord.models import AccordCadre
from comptes.horloge import a_l_instant


def charger_accord(fichier: Path) -> None:
    """Load the agreement; in an empty base, as known when its last envelope was notified.

    `charger_accord` alone records a notification when it learns of it. The operations of the demonstration are
    recorded on their own days, years before: beside them, envelopes known since this morning would say that
    everything was programmed on nothing.
    """
    if AccordCadre.objects.exists():
        call_command("charger_accord", str(fichier))
        return
    effets = [str(e["notification"]["date_effet"]) for e in lire_fichier(fichier).donnees["enveloppes"]]
    jour = date.fromisoformat(max(effets))
    with a_l_instant(timezone.make_aware(datetime.combine(jour, time(12)))):
        call_command("charger_accord", str(fichier))
