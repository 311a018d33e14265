from django.db.models import TextChoices


class CodeComite(TextChoices):
    POLITIQUE = "POLITIQUE", "politique"
    TECHNIQUE = "TECHNIQUE", "technique"
    TECHNIQUE_ELARGI = "TECHNIQUE_ELARGI", "technique élargi"


class StatutReunion(TextChoices):
    PREVUE = "prevue", "Prévue"
    ANNULEE = "annulee", "Annulée"


class TypePoint(TextChoices):
    INFORMATION = "information", "Information"
    DEBAT = "debat", "Débat"
    AVIS = "avis", "Avis"
