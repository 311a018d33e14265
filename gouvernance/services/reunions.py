"""The acts on a meeting itself: plan, edit, cancel."""

from calendar import SUNDAY
from datetime import date, time

from django.core.exceptions import ValidationError
from django.db import transaction

from accord.montants import format_date, format_heure
from comptes.concurrence import save_checked
from comptes.journal import journaliser

from ..enums import StatutReunion
from ..models import Reunion
from .verrous import lock_reunion, refuse_stale

CHAMPS = ["date", "heure_debut", "lieu"]


def _check_date(reunion: Reunion, *, dimanche: bool) -> None:
    """Refuse a day outside the agreement, and a Sunday (`code="dimanche"`) unless it is confirmed."""
    accord, refus = reunion.comite.accord, ""
    if reunion.date < accord.debut_le:
        refus = f"Choisissez une date à partir du {format_date(accord.debut_le)}, début de l’accord."
    elif reunion.date > accord.fin_le:
        refus = f"Choisissez une date jusqu’au {format_date(accord.fin_le)}, fin de l’accord."
    if refus:
        raise ValidationError({"date": ValidationError(refus, code="date")})
    if reunion.date.weekday() == SUNDAY and not dimanche:
        refus = f"Le {format_date(reunion.date)} est un dimanche. Changez la date, ou cochez cette case."
        raise ValidationError({"dimanche": ValidationError(refus, code="dimanche")})


def _ecrire(valeur) -> str:
    """A day, an hour or a place, as the journal shows it."""
    if isinstance(valeur, date):
        return format_date(valeur)
    return format_heure(valeur) if isinstance(valeur, time) else str(valeur)


@transaction.atomic
def planifier_reunion(*, comite, date, heure_debut, lieu, auteur, dimanche=False) -> Reunion:
    """Plan a meeting of a committee; its agenda starts empty, the rules propose items beside it.

    A Sunday is asked again: `dimanche` confirms it.
    """
    reunion = Reunion(comite=comite, date=date, heure_debut=heure_debut, lieu=lieu.strip())
    _check_date(reunion, dimanche=dimanche)
    reunion.full_clean()
    save_checked(reunion)
    journaliser(reunion, "planifiee", auteur=auteur, date=date, heure_debut=heure_debut.isoformat("minutes"), lieu=lieu)
    return reunion


@transaction.atomic
def modifier_reunion(reunion, *, date, heure_debut, lieu, auteur, version=None, dimanche=False) -> Reunion:
    """Move a meeting: another day, hour or place. A form opened on an older version is refused.

    A new day that is a Sunday is asked again: `dimanche` confirms it.
    """
    reunion = lock_reunion(reunion)
    refuse_stale(reunion, version)
    nouveau = {"date": date, "heure_debut": heure_debut, "lieu": lieu.strip()}
    changes = {
        champ: [getattr(reunion, champ), nouveau[champ]]
        for champ in CHAMPS
        if getattr(reunion, champ) != nouveau[champ]
    }
    if not changes:
        return reunion
    for champ, valeur in nouveau.items():
        setattr(reunion, champ, valeur)
    if "date" in changes:
        _check_date(reunion, dimanche=dimanche)
    reunion.full_clean()
    reunion.version += 1
    save_checked(reunion, update_fields=[*CHAMPS, "version"])
    lisibles = {champ: [_ecrire(avant), _ecrire(apres)] for champ, (avant, apres) in changes.items()}
    journaliser(reunion, "modifiee", auteur=auteur, motif="", **lisibles)
    return reunion


@transaction.atomic
def annuler_reunion(reunion, *, motif, auteur) -> Reunion:
    """Cancel a meeting, with a reason; its agenda and packs stay readable and change no more."""
    reunion = lock_reunion(reunion)
    if not motif.strip():
        raise ValidationError({"motif": ValidationError("Dites pourquoi la réunion est annulée.", code="motif")})
    reunion.statut = StatutReunion.ANNULEE
    reunion.motif_annulation = motif.strip()
    reunion.version += 1
    reunion.save(update_fields=["statut", "motif_annulation", "version"])
    journaliser(reunion, "annulee", auteur=auteur, motif=reunion.motif_annulation)
    return reunion
