"""From a figure to the list that makes it: the addresses that carry its date and scope."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from accord.models import AccordCadre
from operations.permissions import peut_lire_appels_fonds
from operations.querysets import accords_lus


def ouvrir_liens(user, accord, au: date, connu_le: date | None = None) -> "Liens":
    """The addresses that this person may follow."""
    return Liens(accord, au, connu_le, lit_les_listes(user, accord), peut_lire_appels_fonds(user, accord))


def lit_les_listes(user, accord) -> bool:
    """Tell who reads the operations behind the figures; a PLIE and an administrator read the figures only."""
    return accords_lus(user).filter(pk=accord.pk).exists()


@dataclass(frozen=True)
class Liens:
    """Addresses of an agreement at a date; with `ouverts` False (lists not readable), figures have no link.

    `fonds_ouverts` says the same of the batches sent to the managing authority.
    """

    accord: AccordCadre
    au: date
    connu_le: date | None = None
    ouverts: bool = True
    fonds_ouverts: bool = True

    def _dates(self) -> dict:
        connu_le = {"connu_le": self.connu_le.isoformat()} if self.connu_le else {}
        return {"au": self.au.isoformat(), **connu_le}

    def liste(self, **filtres) -> str:
        """Return the list of operations that sums to a figure (`nature` names the stage)."""
        if not self.ouverts:
            return ""
        return f"{reverse('operations:liste', args=[self.accord.slug])}?{urlencode({**filtres, **self._dates()})}"

    def operations(self, **filtres) -> str:
        """Return the list of operations as it stands today, without date."""
        requete = f"?{urlencode(filtres)}" if filtres else ""
        return reverse("operations:liste", args=[self.accord.slug]) + requete

    def appels_fonds(self, code: str) -> str:
        """Return the batches of an envelope, as they stand today."""
        if not self.fonds_ouverts:
            return ""
        return f"{reverse('operations:fonds', args=[self.accord.slug])}?{urlencode({'enveloppe': code})}"

    def enveloppe(self, code: str) -> str:
        return f"{reverse('operations:enveloppe', args=[self.accord.slug, code])}?{urlencode(self._dates())}"
