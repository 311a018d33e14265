"""One job: its page, and what the page asks for while it waits."""

from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..models import Travail
from .declaration import peut_suivre


def trouver(user, pk) -> Travail:
    trouve = get_object_or_404(Travail.objects.select_related("tache"), pk=pk)
    if not peut_suivre(user, trouve):
        raise Http404
    return trouve


@never_cache
@require_safe
def page(request, pk):
    return render(request, "comptes/travail.html", {"travail": trouver(request.user, pk)})


@never_cache
@require_safe
def avancement(request, pk):
    trouve = trouver(request.user, pk)
    etat = {champ: getattr(trouve, champ) for champ in ("etape", "fait", "total", "texte")}
    if trouve.est_fini:  # what went wrong is said on the page of the job
        etat["suite"] = trouve.get_absolute_url() if trouve.est_en_echec else trouve.suite
    return JsonResponse(etat)
