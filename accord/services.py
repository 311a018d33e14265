"""Dating what a perimeter holds: one act, one transaction, one line in the journal."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from comptes.journal import journaliser

from .models import Commune, Epci, PerimetreCommune, PerimetreEpci, PerimetreTerritorial
from .montants import format_date
from .territoires import communes_de

Territoire = Commune | Epci
VEILLE = timedelta(days=1)


@transaction.atomic
def ajouter_au_perimetre(
    perimetre: PerimetreTerritorial, territoire: Territoire, *, le: date, motif: str, auteur
) -> None:
    """Put a commune or an EPCI into a perimeter from a day on; refused while it is there already."""
    perimetre = _verrouiller(perimetre, le)
    liens, critere = _liens(perimetre, territoire)
    if deja := liens.exclude(valide_au__lt=le).first():
        depuis = format_date(deja.valide_du)
        raise ValidationError(
            f"{territoire} est déjà dans ce périmètre depuis le {depuis}.", code="deja_dans_le_perimetre"
        )
    if isinstance(territoire, Commune) and communes_de(perimetre, le).filter(pk=territoire.pk).exists():
        raise ValidationError(
            f"{territoire} est déjà dans ce périmètre, avec tout son EPCI ({territoire.epci}).",
            code="deja_dans_le_perimetre",
        )
    liens.create(perimetre=perimetre, **critere, valide_du=le)
    journaliser(perimetre, "territoire_ajoute", auteur=auteur, motif=motif, territoire=str(territoire), le=le)


@transaction.atomic
def retirer_du_perimetre(
    perimetre: PerimetreTerritorial, territoire: Territoire, *, le: date, motif: str, auteur
) -> None:
    """Take a commune or an EPCI out of a perimeter from a day on: the day before is its last one.

    A commune that its EPCI brings leaves alone: the EPCI is closed, and its other communes are named one by one.
    """
    perimetre = _verrouiller(perimetre, le)
    liens, _ = _liens(perimetre, territoire)
    ouverts = list(liens.valables_le(le))
    autour = _epci_autour(perimetre, territoire, le)
    if not ouverts and autour is None:
        raise ValidationError(
            f"{territoire} n’est pas dans ce périmètre le {format_date(le)}.", code="hors_du_perimetre"
        )
    for lien in ouverts:
        _clore(lien, le)
    if autour:
        _detailler(autour, le, sauf=territoire)
    journaliser(perimetre, "territoire_retire", auteur=auteur, motif=motif, territoire=str(territoire), le=le)


def _verrouiller(perimetre: PerimetreTerritorial, le: date) -> PerimetreTerritorial:
    perimetre = (
        PerimetreTerritorial.objects.select_for_update(of=("self",)).select_related("accord").get(pk=perimetre.pk)
    )
    if le < perimetre.accord.debut_le:
        debut = format_date(perimetre.accord.debut_le)
        raise ValidationError(f"Choisissez une date à partir du {debut}, début de l’accord.", code="date")
    return perimetre


def _liens(perimetre: PerimetreTerritorial, territoire: Territoire):
    """The dated links of one territory in a perimeter, and how the link names it."""
    if isinstance(territoire, Epci):
        return PerimetreEpci.objects.filter(perimetre=perimetre, epci=territoire), {"epci": territoire}
    return PerimetreCommune.objects.filter(perimetre=perimetre, commune=territoire), {"commune": territoire}


def _epci_autour(perimetre: PerimetreTerritorial, territoire: Territoire, le: date) -> PerimetreEpci | None:
    """The link of the EPCI that brings a commune that day."""
    if isinstance(territoire, Epci) or territoire.epci_id is None:
        return None
    return PerimetreEpci.objects.valables_le(le).filter(perimetre=perimetre, epci=territoire.epci_id).first()


def _clore(lien: PerimetreEpci | PerimetreCommune, le: date) -> None:
    """End a link the day before; a link that starts that very day never was."""
    if lien.valide_du == le:
        lien.delete()
        return
    lien.valide_au = le - VEILLE
    lien.save(update_fields=["valide_au"])


def _detailler(lien: PerimetreEpci, le: date, *, sauf: Territoire) -> None:
    """Name the communes of an EPCI one by one, until the day it would have left."""
    perimetre, fin = lien.perimetre_id, lien.valide_au
    _clore(lien, le)
    nommees = PerimetreCommune.objects.filter(perimetre=perimetre).exclude(valide_au__lt=le)
    autres = lien.epci.communes.exclude(pk=sauf.pk).exclude(pk__in=nommees.values("commune"))
    PerimetreCommune.objects.bulk_create(
        PerimetreCommune(perimetre_id=perimetre, commune=commune, valide_du=le, valide_au=fin) for commune in autres
    )
