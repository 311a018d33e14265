"""The calendar of calls: every body on one page, a year at a time."""

from django.db.models import Q
from django.shortcuts import render
from django.utils import timezone

from accord.models import Enveloppe
from comptes.pilules import build_pilules

from ..calendrier_appels import appels_de, build_lignes, dessiner_mois
from ..enums import StatutAppel
from ..filters import CalendrierFilter
from ..models import AppelAProjets


def calendrier(request, accord):
    aujourdhui = timezone.localdate()
    connus = (
        AppelAProjets.objects.for_user(request.user)
        .filter(enveloppe__accord=accord)
        .select_related("enveloppe__organisme", "enveloppe__fonds")
    )
    filtre = CalendrierFilter(request.GET, queryset=connus, accord=accord, user=request.user)
    annee = filtre.annee_lue
    rangs = Enveloppe.objects.rangs(accord)
    lignes = build_lignes(appels_de(filtre.qs, annee), annee, aujourdhui)
    for ligne in lignes:
        ligne.appel.rang = rangs.get(ligne.appel.enveloppe.organisme_id)
    ouverts = Q(statut=StatutAppel.PUBLIE, ouvert_le__lte=aujourdhui, limite_depot_le__gte=aujourdhui)
    return render(
        request,
        "operations/appels_calendrier.html",
        {
            "filtre": filtre,
            "pilules": build_pilules(request, filtre.form),
            "annee": annee,
            "lignes": lignes,
            "mois": dessiner_mois(annee),
            "est_cette_annee": annee == aujourdhui.year,
            "ouverts": connus.filter(ouverts).count(),
            "precedente": filtre.lien_annee(-1),
            "suivante": filtre.lien_annee(1),
        },
    )
