def build_pilules(request, form, sauf=()) -> list[dict]:
    """The active filters of a GET form, each with the address of the list without it (components/pilules.html)."""
    return [
        {"libelle": _libelle(form.fields[nom], valeur), "url": _sans(request, nom)}
        for nom, valeur in (form.cleaned_data if form.is_valid() else {}).items()
        if nom not in sauf and valeur
    ]


def _libelle(champ, valeur) -> str:
    choix = dict(getattr(champ, "choices", [])) if isinstance(valeur, str) else {}
    return str(choix.get(valeur, f"«\u202f{valeur}\u202f»" if isinstance(valeur, str) else valeur))


def _sans(request, nom) -> str:
    requete = request.GET.copy()
    for cle in (nom, "page"):
        requete.pop(cle, None)
    return f"?{requete.urlencode()}" if requete else request.path
