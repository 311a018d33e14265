"""Identities are emptied once they need no longer be kept, and closed again when the key changes."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accord.models import Parametre
from comptes.journal import journaliser
from operations.enums import Statut
from operations.models import Convention, Operation
from operations.services.cloture import compute_conservation

from ..chiffrement import chiffrer, cle_courante, contexte, dechiffrer
from ..models import Identite
from .doublons import rapprocher
from .identites import build_identite

SORTIS = [Statut.ABANDONNEE, Statut.DEPROGRAMMEE, Statut.RESILIEE]  # they end without an archive
LOT = 1000


def lire_conservation(operation: Operation) -> date | None:
    """The last day of retention of an operation; None while it is not known.

    The date of its archive; for one that ended before, so many years after its last payment, or after its end when
    nothing was paid.
    """
    convention = Convention.objects.filter(operation=operation).order_by("pk").last()
    if operation.statut == Statut.ARCHIVEE:
        return convention.conservation_jusqu_au if convention else None
    if operation.statut not in SORTIS:
        return None
    conservation = compute_conservation(operation, est_aide_etat=bool(convention and convention.est_aide_etat))
    if conservation.dernier_le:
        return conservation.fin
    fin = operation.statut_depuis_le
    annees = Parametre.objects.filter(accord=operation.accord, code="conservation_annees").valables_le(fin).last()
    return date(fin.year + int(annees.valeur), 12, 31) if annees and annees.valeur.isdecimal() else None


def purger_identites(au: date) -> int:
    """Empty the identities whose retention ended before a day; return how many. No indicator reads them."""
    gardees = Operation.objects.filter(
        statut__in=[Statut.ARCHIVEE, *SORTIS],
        participations__identite__purgee_le__isnull=True,
        participations__identite__isnull=False,
    )
    nombre = 0
    for operation in gardees.select_related("accord").distinct().order_by("pk"):
        fin = lire_conservation(operation)
        if fin is not None and fin < au:
            nombre += _effacer(operation, fin)
    return nombre


@transaction.atomic
def _effacer(operation: Operation, fin: date) -> int:
    Operation.objects.select_for_update(of=("self",)).get(pk=operation.pk)
    nombre = Identite.objects.filter(participation__operation=operation, purgee_le__isnull=True).update(
        cle="",
        chiffre=None,
        exacte=None,
        par_jour=None,
        par_noms=None,
        tolerantes=[],
        jetons=[],
        purgee_le=timezone.localdate(),
    )
    journaliser(operation, "identites_effacees", auteur=None, identites=nombre, conservation_jusqu_au=fin)
    return nombre


def tourner_cles() -> int:
    """Close again with the current key what another one closed, batch by batch; return how many. It may be stopped
    and started again."""
    nombre = 0
    while lot := _tourner_lot():
        nombre += lot
    return nombre


@transaction.atomic
def _tourner_lot() -> int:
    courante = cle_courante()
    anciennes = Identite.objects.filter(purgee_le__isnull=True).exclude(cle=courante)
    lot = list(anciennes.select_for_update(of=("self",)).select_related("participation").order_by("pk")[:LOT])
    for identite in lot:
        lien = contexte(identite.participation.operation_id, identite.participation.pseudonyme)
        clair = dechiffrer(bytes(identite.chiffre), identite.cle, lien)
        identite.chiffre, identite.cle = chiffrer(clair, lien), courante
    Identite.objects.bulk_update(lot, ["chiffre", "cle"])
    return len(lot)


EMPREINTES = ["exacte", "par_jour", "par_noms", "tolerantes", "jetons"]


@transaction.atomic
def recalculer_empreintes() -> int:
    """Compute every print again, as a new `CLE_EMPREINTES` asks for, then the pairs; all or nothing."""
    identites = Identite.objects.filter(purgee_le__isnull=True).select_related("participation__operation__enveloppe")
    nombre, dernier = 0, 0
    while lot := list(identites.filter(pk__gt=dernier).order_by("pk")[:LOT]):
        for identite in lot:
            fiche = identite.participation
            lien = contexte(fiche.operation_id, fiche.pseudonyme)
            clair = dechiffrer(bytes(identite.chiffre), identite.cle, lien)
            neuve = build_identite(fiche, clair, fiche.operation.enveloppe.organisme_id)
            for champ in EMPREINTES:
                setattr(identite, champ, getattr(neuve, champ))
        Identite.objects.bulk_update(lot, EMPREINTES)
        nombre, dernier = nombre + len(lot), lot[-1].pk
    rapprocher(None)
    return nombre
