"""The journal: one line per act, written by the service inside its own transaction."""

from datetime import date, datetime
from decimal import Decimal

from django.db import models

from .horloge import maintenant
from .models import JournalAudit


def _lisible(valeur):
    """Turn a value into JSON: amounts as strings with two decimals, dates as ISO 8601."""
    if isinstance(valeur, Decimal):
        return f"{valeur:f}"
    if isinstance(valeur, date | datetime):
        return valeur.isoformat()
    if isinstance(valeur, models.Model):
        return str(valeur)
    if isinstance(valeur, dict):
        return {cle: _lisible(v) for cle, v in valeur.items()}
    if isinstance(valeur, list | tuple | set):
        return [_lisible(v) for v in valeur]
    return valeur


def journaliser(objet: models.Model, acte: str, *, auteur, motif: str = "", **valeurs) -> JournalAudit:
    """Append one line: who (`auteur`, None for a command), what, on which object, why, with which values."""
    return JournalAudit.objects.create(
        auteur=auteur,
        objet_type=objet._meta.label_lower,
        objet_id=str(objet.pk),
        objet_libelle=str(objet)[:300],
        acte=acte,
        motif=motif,
        valeurs=_lisible(valeurs),
        enregistree_le=maintenant(),
    )


def journal_de(objet: models.Model):
    """The lines about one object, latest first."""
    return (
        JournalAudit.objects.filter(objet_type=objet._meta.label_lower, objet_id=str(objet.pk))
        .select_related("auteur")
        .order_by("-enregistree_le", "-rang")
    )
