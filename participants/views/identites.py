"""Identities shown to a person: one record, a search inside one body, who looked, the file of the right of access.

Shown by POST only, so no address and no history keeps one, and never kept by the browser (`no-store`).
"""

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from comptes.enums import Role
from comptes.permissions import require
from operations.forms.erreurs import reporter

from ..droit_acces import build_droit_acces
from ..enums import NatureConsultation
from ..forms.identites import LIBELLES
from ..forms.recherche import DroitAccesForm, RechercheForm
from ..models import ConsultationIdentite, Participation
from ..permissions import (
    a_second_facteur,
    peut_lire_consultations,
    peut_lire_identites,
    peut_lister_fiches,
    peut_saisir_participants,
)
from ..recherche import LIMITE, chercher
from ..services import lire_identite
from ..services.identites import CHAMPS_IDENTITE
from .commun import SEULS, entete, get_fiche

PAR_PAGE = 50
REFUS = "Votre rôle ne donne pas accès aux identités des participants."
REFUS_CONSULTATIONS = "Le responsable d’un organisme et un auditeur lisent qui a consulté les identités."


def _sans_second_facteur(request):
    """None when the person may see identities; else the page that says how to turn the second factor on."""
    if a_second_facteur(request.user):
        return None
    return render(request, "participants/second_facteur.html", status=403)


def dire_identite(clair: dict[str, str]) -> list[tuple[str, str]]:
    return [(LIBELLES[champ], clair[champ]) for champ in CHAMPS_IDENTITE if clair.get(champ)]


@never_cache
def identite(request, accord, numero, pk):
    """Who looked at an identity; asked by POST, the identity itself, and that it was shown."""
    fiche = get_fiche(request, accord, numero, pk)
    require(peut_lire_identites(request.user, fiche.operation), REFUS)
    if refus := _sans_second_facteur(request):
        return refus
    lignes = None
    if request.method == "POST":
        clair = lire_identite(fiche, auteur=request.user, nature=NatureConsultation.FICHE)
        lignes = dire_identite(clair or {})
    consultations = fiche.consultations.select_related("auteur")
    return render(
        request,
        "participants/identite.html",
        entete(fiche.operation)
        | {
            "fiche": fiche,
            "lignes": lignes,
            "purgee_le": getattr(getattr(fiche, "identite", None), "purgee_le", None),
            "page": Paginator(consultations, PAR_PAGE).get_page(request.GET.get("page")),
            "donne_acces": peut_saisir_participants(request.user, fiche.operation),
        },
    )


@never_cache
def recherche(request, accord):
    """Find the records of a person by words of the name, inside each body the person reads."""
    require(peut_lister_fiches(request.user, accord), REFUS)
    if refus := _sans_second_facteur(request):
        return refus
    form, trouvees, trop = RechercheForm(request.POST or None), None, False
    if request.method == "POST" and form.is_valid():
        fiches = list(chercher(request.user, accord, **form.cleaned_data)[: LIMITE + 1])
        trop = len(fiches) > LIMITE
        trouvees = []
        for fiche in [] if trop else fiches:
            clair = lire_identite(fiche, auteur=request.user, nature=NatureConsultation.RECHERCHE)
            trouvees.append((fiche, clair or {}))
    return render(
        request,
        "participants/recherche.html",
        {"form": form, "trouvees": trouvees, "trop": trop, "limite": LIMITE},
    )


def consultations(request, accord):
    """Who looked at the identities of one’s body: its responsable; of all of them: an auditor."""
    require(peut_lire_consultations(request.user, accord), REFUS_CONSULTATIONS)
    lues = ConsultationIdentite.objects.filter(
        participation__in=Participation.objects.for_user(request.user).filter(operation__accord=accord)
    )
    if not request.user.has_role(Role.AUDITEUR):
        siens = request.user.organismes_ids(Role.RESPONSABLE)
        lues = lues.filter(participation__operation__enveloppe__organisme__in=siens)
    lues = lues.select_related("auteur", "participation__operation__accord")
    page = Paginator(lues, PAR_PAGE).get_page(request.GET.get("page"))
    return render(request, "participants/consultations.html", {"page": page})


@never_cache
def droit_acces(request, accord, numero, pk):
    """All that the body holds about a person, as a PDF to hand over: asked with a reason, and written down."""
    fiche = get_fiche(request, accord, numero, pk)
    require(peut_saisir_participants(request.user, fiche.operation), SEULS)
    if refus := _sans_second_facteur(request):
        return refus
    form = DroitAccesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            octets = build_droit_acces(fiche, auteur=request.user, motif=form.cleaned_data["motif"])
        except ValidationError as refus_du_service:
            reporter(refus_du_service, form)
        else:
            nom = f"droit-d-acces-{fiche.pk}.pdf"
            return HttpResponse(
                octets,
                content_type="application/pdf",
                headers={"Content-Disposition": f'attachment; filename="{nom}"'},
            )
    return render(request, "participants/droit_acces.html", entete(fiche.operation) | {"fiche": fiche, "form": form})
