"""The lists as files: what is filtered, and no more than the person reads."""

from django.utils import timezone

from comptes.classeurs import Format
from comptes.exports import refuser_dates, repondre
from comptes.permissions import require

from ..exports import lignes_ecritures, lignes_operations
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
    aujourdhui = timezone.localdate().isoformat()
    lignes = lignes_operations(operations.for_export().iterator(chunk_size=LOT), _nommer(filtre), aujourdhui)
    return repondre(lignes, format_fichier, nom=f"operations-{aujourdhui}", feuille="Opérations")


def _nommer(filtre) -> str:
    """The column of the figure that the list makes, with its dates; nothing when it makes none."""
    nom = f"{filtre.nature_lue}_au_{filtre.jour.isoformat()}" if filtre.est_chiffre else ""
    if filtre.depuis:
        nom += f"_ecrit_depuis_{filtre.depuis.isoformat()}"
    if filtre.connaissance:
        nom += f"_connu_le_{filtre.connaissance.isoformat()}"
    return nom


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
    lignes = lignes_ecritures(ecritures.filter(operation__in=lues).for_export().iterator(chunk_size=LOT))
    nom = f"ecritures-{timezone.localdate().isoformat()}"
    return repondre(lignes, format_fichier, nom=nom, feuille="Écritures")
