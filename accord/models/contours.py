"""The shapes of territories, loaded from official GeoJSON files: none ships with the product."""

from django.db import models

from .territoires import Commune, Epci, Qpv


class Contour(models.Model):
    """A polygon or several, in WGS 84 degrees, as GeoJSON writes them; its box finds it before its shape is read."""

    geometrie = models.JSONField("géométrie")
    ouest = models.FloatField()
    sud = models.FloatField()
    est = models.FloatField()
    nord = models.FloatField()
    fichier = models.CharField("fichier", max_length=200)

    class Meta:
        abstract = True


class ContourQpv(Contour):
    qpv = models.OneToOneField(Qpv, models.CASCADE, related_name="contour")

    class Meta:
        verbose_name = "contour d’un quartier prioritaire"
        verbose_name_plural = "contours de quartiers prioritaires"
        indexes = [models.Index(fields=["ouest", "est", "sud", "nord"], name="contour_qpv_cadre")]

    def __str__(self):
        return f"contour de {self.qpv}"


class ContourCommune(Contour):
    commune = models.OneToOneField(Commune, models.CASCADE, related_name="contour")

    class Meta:
        verbose_name = "contour d’une commune"
        verbose_name_plural = "contours de communes"

    def __str__(self):
        return f"contour de {self.commune}"


class ContourEpci(Contour):
    """Made to be drawn: simplified, with the place where its name is written."""

    epci = models.OneToOneField(Epci, models.CASCADE, related_name="contour")
    repere_longitude = models.FloatField()
    repere_latitude = models.FloatField()

    class Meta:
        verbose_name = "contour d’un EPCI"
        verbose_name_plural = "contours d’EPCI"

    def __str__(self):
        return f"contour de {self.epci}"
