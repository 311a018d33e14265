from urllib.parse import urlencode

from django.shortcuts import render

from ..recherche import chercher


def recherche(request, accord):
    """What the person may know that answers the words of the search box; an exact number comes first."""
    q = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    resultats = chercher(request.user, accord, q)
    return render(
        request,
        "pilotage/recherche.html",
        {
            "q": q,
            "parametres": urlencode({"q": q}),
            "parametres_accord": urlencode({"cherche": q}),
            "resultats": resultats,
        },
    )
