"""The acts on a meeting itself: plan, edit, cancel."""

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


def _check_date(reunion: Reunion) -> None:
    debut = reunion.comite.accord.debut_le
    if reunion.date < debut:
        raise ValidationError(
            {
                "date": ValidationError(
                    f"Choisissez une date à partir du {format_date(debut)}, début de l’accord.", code="date"
                )
            }
        )


def _ecrire(valeur) -> str:
    """A day, an hour or a place, as the journal shows it."""
    if isinstance(valeur, date):
        return format_date(valeur)
    return format_heure(valeur) if isinstance(valeur, time) else str(valeur)


@transaction.atomic
def planifier_reunion(*, comite, date, heure_debut, lieu, auteur) -> Reunion:
    """Plan a meeting of a committee; its agenda starts empty, the rules propose items beside it."""
    reunion = Reunion(comite=comite, date=date, heure_debut=heure_debut, lieu=lieu.strip())
    _check_date(reunion)
    reunion.full_clean()
    save_checked(reunion)
    journaliser(reunion, "planifiee", auteur=auteur, date=date, heure_debut=heure_debut.isoformat("minutes"), lieu=lieu)
    return reunion


@transaction.atomic
def modifier_reunion(reunion, *, date, heure_debut, lieu, auteur, version=None) -> Reunion:
    """Move a meeting: another day, hour or place. A form opened on an older version is refused."""
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
    _check_date(reunion)
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
