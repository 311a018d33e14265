"""The records filtered, as a file: never an identity."""

from django.utils import timezone

from comptes.classeurs import Format
from comptes.exports import refuser_dates, repondre

from ..exports import lignes_fiches
from .fiches import filtrer_liste

LOT = 2000  # records read at a time


def exporter(request, accord, format_fichier: Format):
    filtre = filtrer_liste(request, accord)
    if refus_dates := refuser_dates(filtre.form):
        return refus_dates
    fiches = filtre.qs.order_by("operation", "pseudonyme").iterator(chunk_size=LOT)
    nom = f"participants-{timezone.localdate().isoformat()}"
    return repondre(lignes_fiches(fiches), format_fichier, nom=nom, feuille="Participants")
