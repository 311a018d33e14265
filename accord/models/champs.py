"""Fields and the base that several tables of the agreement share."""

from django.db import models

from ..enums import Certitude


def montant_field(verbose_name: str, **options) -> models.DecimalField:
    """Euros, two decimals, up to 999 999 999 999,99."""
    return models.DecimalField(verbose_name, max_digits=14, decimal_places=2, **options)


class FaitSource(models.Model):
    """A fact that says where it comes from and how sure it is."""

    source = models.CharField("source", max_length=200)
    certitude = models.CharField("certitude", max_length=20, choices=Certitude, default=Certitude.LU)
    note = models.TextField("note", blank=True)

    class Meta:
        abstract = True
