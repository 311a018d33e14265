from datetime import date

from .dates import dire_jour


def build_pilules(request, form, sauf=(), prefixes=None) -> list[dict]:
    """The active filters of a GET form, each with the address of the list without it (components/pilules.html).

    A filter that cannot be read is left out, the others stay. `prefixes`: words before the value of a field, by name.
    """
    form.is_valid()
    return [
        {"libelle": _libelle(form.fields[nom], valeur, (prefixes or {}).get(nom, "")), "url": _sans(request, nom)}
        for nom, valeur in form.cleaned_data.items()
        if nom not in sauf and valeur
    ]


def _libelle(champ, valeur, prefixe: str) -> str:
    """A choice by its name, a day in words, what was typed between guillemets unless words introduce it."""
    if isinstance(valeur, date):
        return prefixe + dire_jour(valeur)
    if not isinstance(valeur, str):
        return f"{prefixe}{valeur}"
    choix = dict(getattr(champ, "choices", []))
    return prefixe + str(choix.get(valeur, valeur if prefixe else f"« {valeur} »"))


def _sans(request, nom) -> str:
    requete = request.GET.copy()
    for cle in (nom, "page"):
        requete.pop(cle, None)
    return f"?{requete.urlencode()}" if requete else request.path
