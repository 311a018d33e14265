"""Calls for projects: entered, published with their QPV clause, extended, closed; a draft may be thrown away."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accord.models import AccordCadre
from accord.montants import format_date
from comptes.concurrence import save_checked
from comptes.horloge import maintenant
from comptes.journal import journaliser

from ..chevauchement import chercher_chevauchements
from ..enums import StatutAppel
from ..models import AppelAProjets, PieceAttendue

CHOIX = ["dispositifs", "axes", "types_action", "publics_cibles", "epcis", "perimetres"]
PUBLIE_FIGE = "Un appel publié ne change plus, sauf sa date limite, que le responsable peut reporter."


@transaction.atomic
def enregistrer_appel(
    appel: AppelAProjets, *, auteur, pieces: list[PieceAttendue] | None = None, choix: dict[str, list] | None = None
) -> AppelAProjets:
    """Create a call, or change one that is still a draft.

    `pieces` replaces the pieces it asks for, each list of `choix` (by the names of `CHOIX`) what it aims at.
    """
    if appel.pk:
        actuel = AppelAProjets.objects.select_for_update().get(pk=appel.pk)
        if actuel.statut != StatutAppel.BROUILLON:
            raise ValidationError(PUBLIE_FIGE, code="statut")
    creation = appel.pk is None
    if appel.objectif_specifique.priorite.fonds_id != appel.enveloppe.fonds_id:
        raise ValidationError({"objectif_specifique": "Cet objectif spécifique relève d’un autre fonds."})
    appel.full_clean()
    save_checked(appel)
    if pieces is not None:
        appel.pieces_attendues.all().delete()
        for piece in pieces:
            piece.appel = appel
        PieceAttendue.objects.bulk_create(pieces)
    vises: dict[str, Any] = {}
    for nom, objets in (choix or {}).items():
        getattr(appel, nom).set(objets)
        vises[nom] = [str(objet) for objet in objets]
    journaliser(
        appel,
        "cree" if creation else "modifie",
        auteur=auteur,
        enveloppe=appel.enveloppe.code,
        ouvert_le=appel.ouvert_le,
        limite_depot_le=appel.limite_depot_le,
        ue_prevu=appel.ue_prevu,
        pieces_attendues=[piece.libelle for piece in appel.pieces_attendues.all()],
        **vises,
    )
    return appel


@transaction.atomic
def publier_appel(
    appel: AppelAProjets, *, auteur, reponse_partage: str = "", vus: list[int] | None = None
) -> AppelAProjets:
    """Publish a call; it must state the priority to QPV (preamble of the agreement, `domaine.md` 1.8).

    When open calls of the other bodies may overlap with it, `reponse_partage` says how the line of demarcation is
    kept; both stay with the call. One that is not among `vus`, the calls that were read, sends back to reading.
    Publications of an agreement wait for each other, so that two bodies cannot publish without seeing each other.
    """
    AccordCadre.objects.select_for_update(no_key=True).get(enveloppes__appels=appel)
    appel = AppelAProjets.objects.select_for_update(of=("self",)).get(pk=appel.pk)
    if appel.statut != StatutAppel.BROUILLON:
        raise ValidationError("Cet appel est déjà publié.", code="statut")
    if appel.manque_qpv:
        raise ValidationError(
            f"L’appel doit énoncer la priorité aux quartiers prioritaires : il reste {appel.manque_qpv}. Un "
            "gestionnaire de l’organisme complète l’appel, puis le responsable le publie.",
            code="qpv",
        )
    jour = timezone.localdate(maintenant())
    trouves = chercher_chevauchements(appel, jour)
    nouveaux = [c["code"] for c in trouves if vus is not None and c["appel"] not in vus]
    if nouveaux:
        raise ValidationError(
            f"Un appel publié entre-temps peut se chevaucher avec celui-ci : {', '.join(nouveaux)}. Lisez-le "
            "ci-dessous, complétez votre réponse, puis publiez.",
            code="chevauchement",
        )
    reponse = reponse_partage.strip()
    if trouves and not reponse:
        raise ValidationError(
            {"reponse_partage": "Écrivez comment la ligne de partage est tenue avec les appels ci-dessus."}
        )
    appel.statut, appel.publie_le = StatutAppel.PUBLIE, jour
    appel.reponse_partage, appel.chevauchements = reponse if trouves else "", trouves
    appel.save(update_fields=["statut", "publie_le", "reponse_partage", "chevauchements"])
    journaliser(
        appel,
        "publie",
        auteur=auteur,
        publie_le=appel.publie_le,
        clause_qpv=appel.clause_qpv,
        chevauchements=[f"{c['code']} ({c['organisme']})" for c in trouves],
        reponse_partage=appel.reponse_partage,
    )
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


@transaction.atomic
def reporter_appel(appel: AppelAProjets, *, auteur, limite_depot_le, motif: str) -> AppelAProjets:
    """Give more time to a published call: a later deadline, never an earlier one, and why."""
    appel = AppelAProjets.objects.select_for_update(of=("self",)).get(pk=appel.pk)
    if appel.statut != StatutAppel.PUBLIE:
        raise ValidationError("Seul un appel publié voit sa date limite reportée.", code="statut")
    if not motif.strip():
        raise ValidationError("Donnez le motif du report.", code="motif")
    avant = appel.limite_depot_le
    if limite_depot_le <= avant:
        raise ValidationError(
            {"limite_depot_le": f"Choisissez une date après le {format_date(avant)}, date limite actuelle."}
        )
    appel.limite_depot_le = limite_depot_le
    appel.save(update_fields=["limite_depot_le"])
    dates = {"avant": avant, "apres": limite_depot_le}
    journaliser(appel, "reporte", auteur=auteur, motif=motif.strip(), limite_depot_le=dates)
    return appel


@transaction.atomic
def supprimer_appel(appel: AppelAProjets, *, auteur) -> None:
    """Throw a draft away. Nobody could answer it yet; the journal keeps that it existed."""
    appel = AppelAProjets.objects.select_for_update(of=("self",)).select_related("enveloppe").get(pk=appel.pk)
    if appel.statut != StatutAppel.BROUILLON:
        raise ValidationError("Seul un brouillon se supprime : un appel publié se clôt.", code="statut")
    if appel.operations.exists():
        raise ValidationError("Des opérations se rattachent à cet appel : il ne se supprime pas.", code="operations")
    journaliser(
        appel,
        "supprime",
        auteur=auteur,
        enveloppe=appel.enveloppe.code,
        intitule=appel.intitule,
        ouvert_le=appel.ouvert_le,
        limite_depot_le=appel.limite_depot_le,
    )
    appel.delete()
