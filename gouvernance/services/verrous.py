"""What every act on a meeting checks first, under its lock."""

from django.core.exceptions import ValidationError

from ..models import Reunion


def lock_reunion(reunion) -> Reunion:
    """Lock a meeting so that two people never reorder its agenda at once; a cancelled one is read-only."""
    reunion = Reunion.objects.select_for_update(of=("self",)).select_related("comite__accord").get(pk=reunion.pk)
    if reunion.est_annulee:
        raise ValidationError("Cette réunion est annulée\u00a0: elle ne se modifie plus.", code="annulee")
    return reunion


def refuse_stale(objet, version: int | None) -> None:
    """Refuse a form opened on an older version; None means the caller has just read the object."""
    if version is not None and objet.version != version:
        raise ValidationError(
            "Une autre personne a modifié cette page entre-temps. Comparez les deux versions, puis enregistrez.",
            code="perime",
        )
