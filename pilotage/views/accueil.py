from django.shortcuts import redirect, render

from accord.models import AccordCadre


def racine(request):
    """Send a person to their agreement, or let them choose when they follow several."""
    accords = list(AccordCadre.objects.for_user(request.user))
    if len(accords) == 1:
        return redirect("pilotage:accueil", accord=accords[0].slug)
    return render(request, "pilotage/accords.html", {"accords": accords})


def accueil(request, accord):
    return render(request, "pilotage/accueil.html")
