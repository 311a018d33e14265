"""Calls for projects: entered, published with their QPV clause, closed."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from comptes.concurrence import save_checked
from comptes.horloge import maintenant
from comptes.journal import journaliser

from ..enums import StatutAppel
from ..models import AppelAProjets


@transaction.atomic
def enregistrer_appel(appel: AppelAProjets, *, auteur) -> AppelAProjets:
    """Create a call, or change one that is still a draft."""
    if appel.pk:
        actuel = AppelAProjets.objects.select_for_update().get(pk=appel.pk)
        if actuel.statut != StatutAppel.BROUILLON:
            raise ValidationError("Un appel publié ne change plus : clôturez-le et ouvrez-en un autre.", code="statut")
    creation = appel.pk is None
    if appel.objectif_specifique.priorite.fonds_id != appel.enveloppe.fonds_id:
        raise ValidationError({"objectif_specifique": "Cet objectif spécifique relève d’un autre fonds."})
    appel.full_clean()
    save_checked(appel)
    journaliser(
        appel,
        "cree" if creation else "modifie",
        auteur=auteur,
        enveloppe=appel.enveloppe.code,
        ouvert_le=appel.ouvert_le,
        limite_depot_le=appel.limite_depot_le,
        ue_prevu=appel.ue_prevu,
    )
    return appel


@transaction.atomic
def publier_appel(appel: AppelAProjets, *, auteur) -> AppelAProjets:
    """Publish a call; it must state the priority to QPV (preamble of the agreement, `domaine.md` 1.8)."""
    appel = AppelAProjets.objects.select_for_update(of=("self",)).get(pk=appel.pk)
    if appel.statut != StatutAppel.BROUILLON:
        raise ValidationError("Cet appel est déjà publié.", code="statut")
    if not appel.enonce_priorite_qpv or not appel.clause_qpv.strip():
        raise ValidationError(
            "L’appel doit énoncer la priorité aux quartiers prioritaires : cochez la case et recopiez la phrase de "
            "l’appel, puis publiez.",
            code="qpv",
        )
    appel.statut, appel.publie_le = StatutAppel.PUBLIE, timezone.localdate(maintenant())
    appel.save(update_fields=["statut", "publie_le"])
    journaliser(appel, "publie", auteur=auteur, publie_le=appel.publie_le, clause_qpv=appel.clause_qpv)
    return appel


@transaction.atomic
def clore_appel(appel: AppelAProjets, *, auteur) -> AppelAProjets:
    """Close a published call: no more deposit."""
    appel = AppelAProjets.objects.select_for_update(of=("self",)).get(pk=appel.pk)
    if appel.statut != StatutAppel.PUBLIE:
        raise ValidationError("Seul un appel publié se clôt.", code="statut")
    appel.statut = StatutAppel.CLOS
    appel.save(update_fields=["statut"])
    journaliser(appel, "clos", auteur=auteur)
    return appel
