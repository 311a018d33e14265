"""Batches of retained amounts sent to the managing authority, their rejected lines, their undoing."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from accord.models import Enveloppe
from accord.montants import format_euros
from comptes.journal import journaliser

from ..enums import STATUTS_DEMARRES, NatureEcriture
from ..models import AppelFonds, Ecriture, LigneAppelFonds, Operation
from ..retenu import ZERO
from .etat import exiger, refus_statut, toucher, verifier_jour, verrouiller
from .grand_livre import contrepasser, ecrire, soldes, verifier_suite


@transaction.atomic
def certifier(enveloppe: Enveloppe, *, auteur, envoye_le: date, montants: dict[Operation, Decimal]) -> AppelFonds:
    """Send a batch to the managing authority: for each operation, at most what is retained and not yet certified.

    A negative amount takes back what a control lowered; the batch counts from the day it is sent.
    """
    if not montants:
        raise ValidationError("Choisissez au moins une opération à certifier.", code="vide")
    verifier_jour(envoye_le)
    verrouillees = {
        operation: verrouiller(operation, depuis=STATUTS_DEMARRES) for operation in sorted(montants, key=lambda o: o.pk)
    }
    enveloppe = Enveloppe.objects.select_for_update(of=("self",)).get(pk=enveloppe.pk)
    appel = AppelFonds(
        enveloppe=enveloppe, numero=1 + enveloppe.appels_fonds.count(), envoye_le=envoye_le, auteur=auteur
    )
    appel.full_clean()
    appel.save()
    for operation, courante in verrouillees.items():
        _certifier_ligne(appel, courante, montants[operation], auteur)
    journaliser(appel, "envoye", auteur=auteur, le=envoye_le, operations=len(montants), montant=sum(montants.values()))
    return appel


def _certifier_ligne(appel, operation, montant, auteur) -> None:
    if operation.enveloppe_id != appel.enveloppe_id:
        raise ValidationError(f"L’opération {operation.numero} relève d’une autre enveloppe.", code="enveloppe")
    tenu = soldes(operation)
    reste = tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.CERTIFIE]
    if montant > max(reste, 0) or montant < min(reste, 0) or not montant:
        raise ValidationError(
            f"Opération {operation.numero}\u00a0: il reste {format_euros(reste)} retenus à certifier.", code="retenu"
        )
    verifier_suite(operation, appel.envoye_le, NatureEcriture.RETENU, NatureEcriture.CERTIFIE)
    ecriture = ecrire(operation, NatureEcriture.CERTIFIE, montant, le=appel.envoye_le, acte="certifier", auteur=auteur)
    LigneAppelFonds.objects.create(appel=appel, operation=operation, montant=montant, ecriture=ecriture)
    toucher(operation)
    journaliser(operation, "certifiee", auteur=auteur, le=appel.envoye_le, montant=montant, appel_fonds=appel.numero)


@transaction.atomic
def rejeter_ligne(ligne: LigneAppelFonds, *, auteur, le: date, motif: str) -> LigneAppelFonds:
    """Record that the managing authority rejects a line of a batch: a new fact, at its own date."""
    operation = verrouiller(ligne.operation, depuis=STATUTS_DEMARRES)
    ligne = LigneAppelFonds.objects.select_related("appel").get(pk=ligne.pk)
    motif = exiger(motif, "Recopiez le motif du rejet.")
    if ligne.rejetee_le:
        raise ValidationError("Cette ligne est déjà rejetée.", code="rejetee")
    if ligne.appel.annule_le:
        raise ValidationError("Cet appel de fonds est annulé.", code="annule")
    verifier_jour(le, pas_avant=ligne.appel.envoye_le, quoi="l’envoi")
    if soldes(operation)[NatureEcriture.CERTIFIE] < ligne.montant:
        raise ValidationError(
            "Un appel de fonds plus récent reprend une part de cette ligne\u00a0: enregistrez d’abord le rejet de "
            "cette reprise.",
            code="suivant",
        )
    ecrire(operation, NatureEcriture.CERTIFIE, -ligne.montant, le=le, acte="rejeter", auteur=auteur, motif=motif)
    ligne.rejetee_le, ligne.motif_rejet = le, motif
    ligne.save(update_fields=["rejetee_le", "motif_rejet"])
    toucher(operation)
    journaliser(operation, "certification_rejetee", auteur=auteur, motif=motif, le=le, montant=ligne.montant)
    return ligne


def refus_annuler_rejet(ligne: LigneAppelFonds) -> ValidationError | None:
    """Why the rejection of a line is not undone; None when nothing forbids it."""
    return refus_annuler_rejets([ligne])[ligne.pk]


def refus_annuler_rejets(lignes: list[LigneAppelFonds]) -> dict[int, ValidationError | None]:
    """The same for several lines at once, by their key, in one query."""
    ecritures = Ecriture.objects.filter(
        operation__in=[ligne.operation_id for ligne in lignes],
        nature__in=[NatureEcriture.RETENU, NatureEcriture.CERTIFIE],
    ).select_related("annulee_par", "ligne_appel_fonds__appel")
    par_operation = defaultdict(list)
    for ecriture in ecritures.order_by("rang") if lignes else ():
        par_operation[ecriture.operation_id].append(ecriture)
    return {ligne.pk: _refus_annuler_rejet(ligne, par_operation[ligne.operation_id]) for ligne in lignes}


def _refus_annuler_rejet(ligne: LigneAppelFonds, ecritures: list[Ecriture]) -> ValidationError | None:
    """`ecritures`: what was retained and certified of its operation, in the order it was written.

    Refused when a batch sent since counts on the rejection, or a rejection recorded since (`code="suivant"`), or when
    what is retained came down since (`code="retenu"`).
    """
    if not ligne.rejetee_le:
        return ValidationError("Cette ligne n’est pas rejetée.", code="rejetee")
    if refus := refus_statut(ligne.operation, STATUTS_DEMARRES):
        return refus
    rejet = _ecriture_rejet(ligne, ecritures)
    envois = [e.ligne_appel_fonds for e in ecritures if e.rang > rejet.rang and hasattr(e, "ligne_appel_fonds")]
    suivants = [envoi.appel.numero for envoi in envois if envoi.appel.annule_le is None]
    if suivants:
        return ValidationError(
            f"L’appel de fonds n°\u00a0{suivants[-1]}, préparé depuis, en tient compte\u00a0: annulez-le d’abord.",
            code="suivant",
        )
    apres = _somme(ecritures, NatureEcriture.CERTIFIE) + ligne.montant
    if apres < 0:
        return ValidationError(
            f"Cette ligne reprend {format_euros(-ligne.montant)} qui ne sont plus certifiés\u00a0: annulez d’abord le "
            "rejet, enregistré depuis, de l’appel de fonds qui les certifiait.",
            code="suivant",
        )
    retenu = _somme(ecritures, NatureEcriture.RETENU)
    if apres > retenu + _somme_reprise(ecritures):
        return ValidationError(
            f"{format_euros(apres)} seraient certifiés, pour {format_euros(retenu)} retenus depuis le dernier "
            "contrôle\u00a0: laissez ce rejet, et certifiez ce qui est retenu dans un nouvel appel de fonds.",
            code="retenu",
        )
    return None


def _somme(ecritures: list[Ecriture], nature: NatureEcriture) -> Decimal:
    return sum((e.montant for e in ecritures if e.nature == nature), ZERO)


def _somme_reprise(ecritures: list[Ecriture]) -> Decimal:
    """What was retained then taken back, as `grand_livre.retenu_repris` says it: certified may be above by it."""
    return -sum(
        (e.montant for e in ecritures if e.nature == NatureEcriture.RETENU and e.montant < 0 and _compte(e)), ZERO
    )


def _compte(ecriture: Ecriture) -> bool:
    """Neither undone nor an undoing."""
    return ecriture.annule_id is None and not hasattr(ecriture, "annulee_par")


def _ecriture_rejet(ligne: LigneAppelFonds, ecritures: list[Ecriture]) -> Ecriture:
    """The line of the ledger that the rejection wrote: two alike differ by their order only."""
    return next(
        e
        for e in reversed(ecritures)
        if (e.acte, e.montant, e.date_effet) == ("rejeter", -ligne.montant, ligne.rejetee_le) and _compte(e)
    )


@transaction.atomic
def annuler_rejet(ligne: LigneAppelFonds, *, auteur, le: date, motif: str) -> LigneAppelFonds:
    """Undo a rejection entered by error: the opposite line on its own day, the line is certified as if nothing was.

    What is certified stays between nothing and what is retained (`refus_annuler_rejet`).
    """
    operation = verrouiller(ligne.operation, depuis=STATUTS_DEMARRES)
    ligne = LigneAppelFonds.objects.select_related("appel", "operation").get(pk=ligne.pk)
    motif = exiger(motif, "Dites pourquoi le rejet est annulé.")
    if refus := refus_annuler_rejet(ligne):
        raise refus
    rejetee_le = ligne.rejetee_le
    verifier_jour(le, pas_avant=rejetee_le, quoi="la décision de rejet")
    rejet = _ecriture_rejet(ligne, list(operation.ecritures.select_related("annulee_par").order_by("rang")))
    contrepasser(rejet, acte="annuler_rejet", auteur=auteur, motif=motif)
    ligne.rejetee_le, ligne.motif_rejet = None, ""
    ligne.save(update_fields=["rejetee_le", "motif_rejet"])
    toucher(operation)
    journaliser(
        operation,
        "rejet_annule",
        auteur=auteur,
        motif=motif,
        le=le,
        montant=ligne.montant,
        appel_fonds=ligne.appel.numero,
        rejetee_le=rejetee_le,
    )
    return ligne


@transaction.atomic
def annuler_appel_fonds(appel: AppelFonds, *, auteur, le: date, motif: str) -> AppelFonds:
    """Undo a batch sent by error: opposite lines on its own day.

    Refused once the managing authority rejected a line of it (`code="rejetee"`), or when a later batch counts on one
    (`code="suivant"`). Its number is not used again.
    """
    lignes = list(appel.lignes.select_related("operation", "ecriture").order_by("operation_id"))  # as `certifier` locks
    operations = {ligne.operation_id: verrouiller(ligne.operation, depuis=STATUTS_DEMARRES) for ligne in lignes}
    appel = AppelFonds.objects.select_for_update(of=("self",)).select_related("enveloppe__accord").get(pk=appel.pk)
    motif = exiger(motif, "Dites pourquoi l’appel de fonds est annulé.")
    if appel.annule_le:
        raise ValidationError("Cet appel de fonds est déjà annulé.", code="annule")
    verifier_jour(le, pas_avant=appel.envoye_le, quoi="l’envoi")
    if appel.lignes.filter(rejetee_le__isnull=False).exists():
        raise ValidationError(
            "L’autorité de gestion a rejeté une ligne de cet appel\u00a0: il a bien été reçu. Si le rejet est une "
            "erreur, annulez-le d’abord.",
            code="rejetee",
        )
    suivante = (
        LigneAppelFonds.objects.filter(operation__in=operations, appel__pk__gt=appel.pk, appel__annule_le__isnull=True)
        .select_related("appel", "operation")
        .order_by("appel__numero")
        .last()
    )
    if suivante:
        raise ValidationError(
            f"L’appel de fonds n°\u00a0{suivante.appel.numero} en dépend, pour l’opération "
            f"{suivante.operation.numero}\u00a0: annulez-le d’abord.",
            code="suivant",
        )
    for ligne in lignes:
        contrepasser(ligne.ecriture, acte="annuler_appel_fonds", auteur=auteur, motif=motif)
        operation = operations[ligne.operation_id]
        toucher(operation)
        journaliser(
            operation,
            "certification_annulee",
            auteur=auteur,
            motif=motif,
            le=le,
            montant=ligne.montant,
            appel_fonds=appel.numero,
        )
    appel.annule_le, appel.motif_annulation = le, motif
    appel.save(update_fields=["annule_le", "motif_annulation"])
    journaliser(appel, "annule", auteur=auteur, motif=motif, le=le)
    return appel
