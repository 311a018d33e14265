"""What every page of the meetings reads first."""

from django.shortcuts import get_object_or_404

from comptes.permissions import require

from ..models import Reunion
from ..permissions import peut_organiser

REFUS = "Seul le secrétariat des comités prépare les réunions."


def get_reunion(request, accord, pk) -> Reunion:
    """The meeting, if the person may know it exists."""
    return get_object_or_404(
        Reunion.objects.for_user(request.user).filter(comite__accord=accord).select_related("comite__accord"), pk=pk
    )


def get_reunion_a_ecrire(request, accord, pk) -> Reunion:
    """The meeting, if the person may know it exists and may prepare it."""
    reunion = get_reunion(request, accord, pk)
    require(peut_organiser(request.user, accord), REFUS)
    return reunion


def compare_versions(form, objet) -> list[dict]:
    """What a stale form says and what is recorded now, where they differ; the next save then knows."""
    ecarts = []
    for nom in form.fields:
        if nom == "version" or not hasattr(objet, nom):
            continue
        enregistre, saisi = getattr(objet, nom), form.cleaned_data.get(nom)
        if enregistre != saisi:
            ecarts.append(
                {
                    "libelle": form.fields[nom].label,
                    "enregistre": _lire(objet, nom),
                    "saisi": _lire_saisi(form, nom, saisi),
                }
            )
    form.data = form.data.copy()
    form.data["version"] = objet.version
    return ecarts


def _lire(objet, nom):
    lire = getattr(objet, f"get_{nom}_display", None)
    return lire() if lire else getattr(objet, nom)


def _lire_saisi(form, nom, valeur):
    return dict(getattr(form.fields[nom], "choices", [])).get(valeur, valeur)
