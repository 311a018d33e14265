"""Lines of the ledger, and what an operation holds there."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Max, Sum

from accord.models import Tranche
from comptes.horloge import maintenant

from ..enums import NatureEcriture
from ..models import Ecriture, Operation
from ..retenu import ZERO
from .etat import verifier_jour


def soldes(operation: Operation, *, au: date | None = None) -> dict[str, Decimal]:
    """What an operation holds at each stage, in euros, at the end of a day, or whatever the date of effect when None.

    To be read under its lock.
    """
    ecritures = operation.ecritures.filter(date_effet__lte=au) if au else operation.ecritures
    lus = ecritures.order_by().values_list("nature").annotate(Sum("montant"))
    return dict.fromkeys(NatureEcriture.values, ZERO) | dict(lus)


def soldes_avant(operation: Operation, ecriture: Ecriture) -> dict[str, Decimal]:
    """What an operation held at each stage when a line was recorded, without what was undone since, in euros."""
    lignes = operation.ecritures.filter(rang__lt=ecriture.rang, annule__isnull=True, annulee_par__isnull=True)
    return dict.fromkeys(NatureEcriture.values, ZERO) | dict(
        lignes.order_by().values_list("nature").annotate(Sum("montant"))
    )


def verifier_suite(operation: Operation, le: date, *natures: NatureEcriture) -> None:
    """Refuse a day before the last line that an act reads: the figures of past dates would contradict it.

    A line that was undone and its opposite, on the same day, say nothing any more.
    """
    lignes = operation.ecritures.filter(
        nature__in=natures or NatureEcriture.values, annule__isnull=True, annulee_par__isnull=True
    )
    dernier = lignes.aggregate(jour=Max("date_effet"))["jour"]
    verifier_jour(le, pas_avant=dernier, quoi="la dernière écriture dont cet acte dépend")


def retenu_repris(operation: Operation) -> Decimal:
    """What was retained then taken back, in euros: paid may be above retained by it, until it is recovered."""
    baisses = operation.ecritures.filter(
        nature=NatureEcriture.RETENU, montant__lt=0, annule__isnull=True, annulee_par__isnull=True
    )
    return -baisses.aggregate(somme=Sum("montant", default=ZERO))["somme"]


def refus_reprise(operation: Operation, baisse: Ecriture | None) -> ValidationError | None:
    """Why what was retained is not given back: a batch took it back (`code="certifie"`); None when nothing did."""
    if baisse is None:
        return None
    repris = operation.lignes_appels_fonds.en_vigueur().filter(montant__lt=0, ecriture__rang__gt=baisse.rang)
    ligne = repris.select_related("appel").last()
    if ligne is None:
        return None
    return ValidationError(
        f"L’appel de fonds n°\u00a0{ligne.appel.numero} en tient compte\u00a0: annulez-le d’abord.", code="certifie"
    )


def verifier_non_repris(operation: Operation, baisse: Ecriture | None) -> None:
    if refus := refus_reprise(operation, baisse):
        raise refus


def tranche_de(operation: Operation) -> Tranche | None:
    """The tranche of the operation: that of its programming; everything later follows it."""
    programme = operation.ecritures.filter(nature=NatureEcriture.PROGRAMME, montant__gt=0)
    ecriture = programme.select_related("tranche").order_by("rang").last()
    return ecriture.tranche if ecriture else None


def ecrire(
    operation: Operation,
    nature: NatureEcriture,
    montant: Decimal,
    *,
    le: date,
    acte: str,
    auteur,
    motif: str = "",
    tranche: Tranche | None = None,
    annule: Ecriture | None = None,
) -> Ecriture | None:
    """Write one line for an operation, on its tranche; nothing when the amount is zero.

    `tranche` is for the line that programmes it: the others find theirs.
    """
    if not montant:
        return None
    return Ecriture.objects.create(
        operation=operation,
        enveloppe_id=operation.enveloppe_id,
        tranche=tranche or tranche_de(operation),
        nature=nature,
        montant=montant,
        date_effet=le,
        acte=acte,
        motif=motif,
        annule=annule,
        auteur=auteur,
        enregistree_le=maintenant(),
    )


def contrepasser(ecriture: Ecriture | None, *, acte: str, auteur, motif: str) -> None:
    """Write the opposite of a line entered by error, at its own date of effect: the past is put right."""
    if ecriture:
        ecrire(
            ecriture.operation,
            NatureEcriture(ecriture.nature),
            -ecriture.montant,
            le=ecriture.date_effet,
            acte=acte,
            auteur=auteur,
            motif=motif,
            annule=ecriture,
        )
