from django.shortcuts import redirect, render
from django.utils import timezone

from accord.models import AccordCadre
from comptes.enums import ROLES_OI, Role
from gouvernance.models import Reunion
from operations.situation import compute_situation

from ..activite import lire_activite
from ..alertes import alertes_argent, alertes_comites
from ..ce_qui_attend import LECTEURS, build_sections, roles_pour
from ..forms import Perimetre
from ..liens import Liens, lit_les_listes
from ..tableau import build_fonds

PROCHAINES = 3


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
    """Money for those who answer for it, committees too for those who follow them all."""
    if not roles & {Role.RESPONSABLE, *LECTEURS}:
        return None
    alertes = alertes_argent(situation, liens)
    if roles & set(LECTEURS):
        alertes += alertes_comites(accord, user, jour)
    else:
        siens = {
            e.code
            for s in situation.enveloppes
            if (e := s.enveloppe).organisme_id in user.organismes_ids(Role.RESPONSABLE)
        }
        alertes = [a for a in alertes if a.enveloppe in siens]
    return sorted(alertes, key=lambda a: a.ton != "stop")


def accueil(request, accord):
    """What waits for the person, by role; in the margin, envelopes, next meetings, what happened lately."""
    user, jour = request.user, timezone.localdate()
    roles = roles_pour(user, accord)
    situation = compute_situation(accord, au=jour)
    liens = Liens(accord, jour, ouverts=lit_les_listes(user, accord))
    enveloppes = {s.enveloppe.pk: s.enveloppe for s in situation.enveloppes}
    sections = build_sections(user, accord, roles, jour, liens, enveloppes)
    tableau = build_fonds(Perimetre(au=jour), situation, None, liens)
    titre_enveloppes, cartes = _enveloppes(user, tableau)
    reunions = (
        Reunion.objects.for_user(user).non_annulees().filter(comite__accord=accord, date__gte=jour).for_list()
    ).order_by("date", "heure_debut")[:PROCHAINES]
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
            "alertes": _alertes(user, accord, roles, situation, liens, jour),
            "titre_enveloppes": titre_enveloppes,
            "cartes": cartes,
            "provisoire": tableau if roles & set(LECTEURS) else None,
            "reunions": reunions,
            "lit_les_comites": bool(roles - {Role.ADMINISTRATEUR}),
            "activite": lire_activite(user, accord),
            "est_gestionnaire": Role.GESTIONNAIRE in roles,
            "est_secretaire": Role.SECRETAIRE in roles,
        },
    )
