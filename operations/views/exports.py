"""The lists as files: what is filtered, and no more than the person reads."""

from django.utils import timezone

from comptes.classeurs import Format
from comptes.exports import refuser_dates, repondre
from comptes.permissions import require

from ..exports import Chiffre, lignes_ecritures, lignes_operations
from ..models import Ecriture
from ..permissions import peut_lire_des_dossiers
from ..querysets import dossiers_complets
from .operations import filtrer_liste

LOT = 500  # lines read at a time
REFUS_ECRITURES = "Votre rôle ne donne pas accès aux écritures de cet accord."


def exporter_operations(request, accord, format_fichier: Format):
    """What the list filters, line by line."""
    filtre, operations = filtrer_liste(request, accord)
    if refus_dates := refuser_dates(filtre.form):
        return refus_dates
    lues = operations.for_export().iterator(chunk_size=LOT)
    lignes = lignes_operations(lues, _chiffre(filtre), lisible=format_fichier.est_lu)
    nom = f"operations-{timezone.localdate().isoformat()}"
    return repondre(lignes, format_fichier, nom=nom, feuille="Opérations")


def _chiffre(filtre) -> Chiffre | None:
    """The figure that the list makes; None when it makes none."""
    if not filtre.est_chiffre:
        return None
    return Chiffre(filtre.nature_lue, filtre.jour, filtre.depuis, filtre.connaissance)


def exporter_ecritures(request, accord, format_fichier: Format):
    """The ledger lines of the operations filtered, of the whole files that the person reads.

    When the list makes a figure, the lines of that figure and no other.
    """
    require(peut_lire_des_dossiers(request.user, accord), REFUS_ECRITURES)
    filtre, operations = filtrer_liste(request, accord)
    if refus_dates := refuser_dates(filtre.form):
        return refus_dates
    lues = operations.filter(dossiers_complets(request.user)).order_by().values("pk")
    ecritures = filtre.ecritures() if filtre.est_chiffre else Ecriture.objects.all()
    ecritures = ecritures.filter(operation__in=lues).for_export().iterator(chunk_size=LOT)
    lignes = lignes_ecritures(ecritures, lisible=format_fichier.est_lu)
    nom = f"ecritures-{timezone.localdate().isoformat()}"
    return repondre(lignes, format_fichier, nom=nom, feuille="Écritures")
