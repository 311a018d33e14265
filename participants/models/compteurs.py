"""Counts kept with the records, so that no page of figures reads them one by one."""

from django.db import models


def nombre_field() -> models.IntegerField:
    return models.IntegerField(default=0)


class CompteurIndicateur(models.Model):
    """Persons counted on an operation in a month, by gender: one column per indicator.

    The month is that of the entry, or of the exit for what is read at the exit (`indicateurs.REGLES`). Written by
    `compteurs` in the transaction that changes a record, and by nothing else.
    """

    operation = models.ForeignKey("operations.Operation", models.CASCADE, related_name="compteurs")
    mois = models.DateField("premier jour du mois")
    sexe = models.CharField("sexe", max_length=1, blank=True)
    fiches = nombre_field()
    incompletes = nombre_field()
    eeco01 = nombre_field()
    eeco02 = nombre_field()
    eeco03 = nombre_field()
    eeco04 = nombre_field()
    eeco05 = nombre_field()
    eeco06 = nombre_field()
    eeco07 = nombre_field()
    eeco08 = nombre_field()
    eeco09 = nombre_field()
    eeco10 = nombre_field()
    eeco11 = nombre_field()
    eeco12 = nombre_field()
    eeco13 = nombre_field()
    eeco14 = nombre_field()
    eeco15 = nombre_field()
    eeco16 = nombre_field()
    eeco17 = nombre_field()
    adresses_connues = nombre_field()
    en_qpv = nombre_field()
    sorties = nombre_field()
    eecr01 = nombre_field()
    eecr01_pop = nombre_field()
    eecr02 = nombre_field()
    eecr02_pop = nombre_field()
    eecr03 = nombre_field()
    eecr03_pop = nombre_field()
    eecr04 = nombre_field()
    eecr04_pop = nombre_field()
    sortie_positive = nombre_field()
    emploi_durable = nombre_field()

    class Meta:
        verbose_name = "compteur"
        verbose_name_plural = "compteurs"
        constraints = [models.UniqueConstraint(fields=["operation", "mois", "sexe"], name="compteur_unique")]

    def __str__(self):
        return f"{self.operation_id} {self.mois} {self.sexe}"


class CompteurTerritoire(models.Model):
    """Complete records of an operation, by month of entry and EPCI of residence (empty: elsewhere or unknown)."""

    operation = models.ForeignKey("operations.Operation", models.CASCADE, related_name="compteurs_territoire")
    mois = models.DateField("premier jour du mois")
    epci = models.CharField("SIREN de l’EPCI", max_length=9, blank=True)
    eeco01 = nombre_field()
    adresses_connues = nombre_field()
    en_qpv = nombre_field()

    class Meta:
        verbose_name = "compteur par territoire"
        verbose_name_plural = "compteurs par territoire"
        constraints = [models.UniqueConstraint(fields=["operation", "mois", "epci"], name="compteur_territoire_unique")]

    def __str__(self):
        return f"{self.operation_id} {self.mois} {self.epci}"
