"""For probes: the application is up, its base answers, and somebody does the background jobs."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from comptes.travaux.presence import ouvriers_vivants


@login_not_required
@never_cache
@require_safe
def sante(request):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        travaux = "en marche" if ouvriers_vivants() else "à l’arrêt"
    except DatabaseError:
        return JsonResponse({"etat": "base injoignable"}, status=503)
    return JsonResponse({"etat": "ok", "travaux": travaux})
