from urllib.parse import urlencode

from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accord.models import AccordCadre
from comptes.enums import ROLES_OI, Role
from gouvernance.models import Reunion
from operations.enums import NatureEcriture
from operations.situation import compute_situation

from ..activite import lire_activite
from ..alertes import compute_toutes_alertes
from ..ce_qui_attend import LECTEURS, build_sections, roles_pour
from ..ce_qui_attend.blocs import son_organisme
from ..forms import Perimetre
from ..liens import ouvrir_liens
from ..tableau import build_fonds

PROCHAINES = 3
ALERTES = 4  # told here; the dashboard tells all of them


def racine(request):
    """Send a person to their agreement, or let them choose when they follow several."""
    accords = list(AccordCadre.objects.for_user(request.user).select_related("chef_de_file"))
    if len(accords) == 1:
        return redirect("pilotage:accueil", accord=accords[0].slug)
    return render(request, "pilotage/accords.html", {"accords": accords})


def _enveloppes(user, tableau) -> tuple[str, list]:
    """The gauges of the margin: those of the person’s own bodies, all of them for anyone else."""
    siennes = set(user.organismes_ids(*ROLES_OI))
    retenues = [carte for carte in tableau.cartes if carte.enveloppe.organisme_id in siennes]
    return ("Mes enveloppes", retenues) if retenues else ("Enveloppes", tableau.cartes)


def _alertes(user, accord, roles, situation, liens, jour):
    """The alerts of the dashboard, and where it tells them: of their own body for a responsable, all for a reader."""
    if not roles & {Role.RESPONSABLE, *LECTEURS}:
        return None, ""
    portee = {} if roles & set(LECTEURS) else son_organisme(user, Role.RESPONSABLE)
    alertes = compute_toutes_alertes(accord, user, situation, liens, Perimetre(au=jour, **portee))
    requete = f"?{urlencode(portee)}" if portee else ""
    return alertes, reverse("pilotage:tableau_de_bord", args=[accord.slug]) + requete + "#alertes"


def _etapes(cartes) -> dict[str, str]:
    """The stages that the small gauges draw, and those that are zero everywhere: what the words under them say."""
    tracees = [n for n in NatureEcriture if any(carte.situation.montants[n] for carte in cartes)]
    vides = [n for n in NatureEcriture if n not in tracees]
    return {
        nom: ", ".join(nature.label.lower() for nature in natures)
        for nom, natures in (("etapes_tracees", tracees), ("etapes_vides", vides))
    }


def accueil(request, accord):
    """What waits for the person, by role; in the margin, envelopes, next meetings, what happened lately."""
    user, jour = request.user, timezone.localdate()
    roles = roles_pour(user, accord)
    situation = compute_situation(accord, au=jour)
    liens = ouvrir_liens(user, accord, jour)
    enveloppes = {s.enveloppe.pk: s.enveloppe for s in situation.enveloppes}
    sections = build_sections(user, accord, roles, jour, liens, enveloppes)
    entiere = request.GET.get("file")  # the queue to show whole, by pages, named by its id
    sections = [
        s.paginer(request.GET.get("page")) if s.id == entiere else s.abreger(f"?{urlencode({'file': s.id})}")
        for s in sections
    ]
    tableau = build_fonds(Perimetre(au=jour), situation, None, liens)
    titre_enveloppes, cartes = _enveloppes(user, tableau)
    reunions = (
        Reunion.objects.for_user(user).non_annulees().filter(comite__accord=accord, date__gte=jour).for_list()
    ).order_by("date", "heure_debut")[:PROCHAINES]
    alertes, url_alertes = _alertes(user, accord, roles, situation, liens, jour)
    a_faire = [section for section in sections if section.actes]
    return render(
        request,
        "pilotage/accueil.html",
        {
            "jour": jour,
            "sections": sections,
            "a_faire": bool(a_faire),
            "total": sum(section.total for section in a_faire),
            "en_retard": sum(section.en_retard for section in a_faire),
            "alertes": alertes,
            "premieres_alertes": alertes and alertes[:ALERTES],
            "url_alertes": url_alertes,
            "titre_enveloppes": titre_enveloppes,
            "cartes": cartes,
            **_etapes(cartes),
            "provisoire": tableau if roles & set(LECTEURS) else None,
            "reunions": reunions,
            "lit_les_comites": bool(roles - {Role.ADMINISTRATEUR}),
            "activite": lire_activite(user, accord),
            "est_gestionnaire": Role.GESTIONNAIRE in roles,
            "est_secretaire": Role.SECRETAIRE in roles,
        },
    )
