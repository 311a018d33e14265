from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from comptes.recherche import CleRecherche

from .montants import lire_montant


def fin_de_journee(jour: date) -> datetime:
    """First instant after a day in Paris: what was recorded before it was known that day."""
    return timezone.make_aware(datetime.combine(jour + timedelta(days=1), time.min))


class AccordQuerySet(models.QuerySet):
    def for_user(self, user):
        """Agreements to which one of the person’s organisations is bound."""
        return self.filter(parties__organisme__in=user.organismes_ids()).distinct()


def rangs_organismes(enveloppes) -> dict[int, int]:
    """Rank of each body among those that hold these envelopes, 1 for the first: it chooses the mark."""
    return {pk: rang for rang, pk in enumerate(dict.fromkeys(e.organisme_id for e in enveloppes), start=1)}


class EnveloppeQuerySet(models.QuerySet):
    def for_accord(self, accord):
        return self.filter(accord=accord).select_related("organisme", "fonds").order_by("ordre", "code")

    def rangs(self, accord) -> dict[int, int]:
        """Rank of each body that holds an envelope of an agreement, in one query."""
        return rangs_organismes(self.filter(accord=accord).order_by("ordre", "code").only("organisme_id"))


class LedgerQuerySet(models.QuerySet):
    """An append-only table of amounts, read as of a day and as known on a day (both included, Paris time)."""

    def au(self, jour: date | None):
        return self if jour is None else self.filter(date_effet__lte=jour)

    def connu_le(self, jour: date | None):
        return self if jour is None else self.filter(enregistree_le__lt=fin_de_journee(jour))


class MouvementQuerySet(LedgerQuerySet):
    pass


class DateQuerySet(models.QuerySet):
    """What holds from a day to another, both included."""

    def valables_le(self, jour: date):
        return self.filter(Q(valide_au__isnull=True) | Q(valide_au__gte=jour), valide_du__lte=jour)


class PerimetreQuerySet(models.QuerySet):
    def couverts_le(self, accord, jour: date):
        """The perimeters of an agreement that hold something that day; what the others hold is not known."""
        epcis, communes = (
            Exists(self._liens(nom, jour).filter(perimetre=OuterRef("pk"))) for nom in ("liens_epcis", "communes")
        )
        return self.filter(epcis | communes, accord=accord)

    def avec_epcis(self, jour: date):
        """With `epcis_du_jour`: the links to the EPCI that are inside on a day, by name."""
        liens = self._liens("liens_epcis", jour).select_related("epci").order_by(CleRecherche("epci__nom"))
        return self.prefetch_related(Prefetch("liens_epcis", liens, to_attr="epcis_du_jour"))

    def _liens(self, nom: str, jour: date):
        liens: Any = self.model._meta.get_field(nom).related_model
        return liens._default_manager.valables_le(jour)


class ParametreQuerySet(DateQuerySet):
    def lire_date(self, accord, code: str, jour: date) -> date | None:
        """The date that a parameter of the agreement holds that day; None when it sets none."""
        parametre = self.valables_le(jour).filter(accord=accord, code=code, unite="date").first()
        return date.fromisoformat(parametre.valeur) if parametre else None

    def lire_nombre(self, accord, code: str, jour: date) -> Decimal | None:
        """The number that a parameter of the agreement holds that day; None when it sets none, or says it in words."""
        parametre = self.valables_le(jour).filter(accord=accord, code=code).first()
        try:
            return lire_montant(parametre.valeur) if parametre else None
        except ValueError:
            return None
