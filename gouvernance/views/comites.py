from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from comptes.permissions import require
from comptes.pilules import build_pilules

from ..alertes import compute_retard
from ..echeances import compute_echeance
from ..forms import ReunionFilter
from ..models import Comite
from ..permissions import peut_lire_comites, peut_organiser

PAR_PAGE = 20


def comites(request, accord):
    require(
        peut_lire_comites(request.user, accord), "Les comités se lisent avec un rôle dans l’accord, ou en y siégeant."
    )
    jour = timezone.localdate()
    liste = Comite.objects.for_user(request.user).filter(accord=accord).select_related("accord").with_reunions(jour)
    return render(
        request,
        "gouvernance/comites.html",
        {
            "comites": [
                {"comite": comite, "retard": compute_retard(comite, comite.derniere_le, comite.prochaine_le, jour)}
                for comite in liste
            ],
            "jour": jour,
            "peut_organiser": peut_organiser(request.user, accord),
        },
    )


def comite(request, accord, code):
    jour = timezone.localdate()
    visibles = Comite.objects.for_user(request.user).filter(accord=accord).select_related("accord").with_reunions(jour)
    objet = get_object_or_404(visibles, code=code)
    filtre = ReunionFilter(request.GET, queryset=objet.reunions.for_list())
    page = Paginator(filtre.qs, PAR_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "gouvernance/comite.html",
        {
            "comite": objet,
            "sieges": objet.sieges.select_related("organisme").order_by("organisme__nature", "organisme__nom"),
            "retard": compute_retard(objet, objet.derniere_le, objet.prochaine_le, jour),
            "echeance": compute_echeance(objet.regle_frequence, objet.derniere_le, accord.debut_le, jour),
            "filtre": filtre,
            "pilules": build_pilules(request, filtre.form),
            "page": page,
            "jour": jour,
            "peut_organiser": peut_organiser(request.user, accord),
        },
    )
