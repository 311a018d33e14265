"""The settlement of an operation, and its archive."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accord.models import Enveloppe, Parametre
from accord.montants import format_date, format_euros
from comptes.journal import journaliser

from ..enums import NatureEcriture, NaturePaiement, Statut
from ..models import Operation
from .bilans import bilans_de, controles_de
from .conventions import convention_de, liberer
from .etat import avancer, exiger, verifier_jour, verrouiller
from .grand_livre import soldes, verifier_suite


def compute_conservation(operation: Operation) -> date | None:
    """Last day of retention: so many years from 31 December of the year of the last payment (`CPR 82`).

    None when nothing was paid, or when the agreement does not say how many years.
    """
    dernier = operation.paiements.exclude(nature=NaturePaiement.RECOUVREMENT).order_by("paye_le").last()
    if dernier is None:
        return None
    annees = Parametre.objects.filter(accord=operation.accord, code="conservation_annees")
    parametre = annees.valables_le(dernier.paye_le).first()
    if parametre is None or not parametre.valeur.isdecimal():
        return None
    return date(dernier.paye_le.year + int(parametre.valeur), 12, 31)


@transaction.atomic
def solder_operation(operation: Operation, *, auteur, le: date) -> Operation:
    """Settle: every report is controlled, what is retained is paid, the rest goes back to the tranche on that day."""
    operation = verrouiller(operation, depuis=[Statut.ACHEVEE])
    verifier_jour(le, pas_avant=operation.statut_depuis_le)
    verifier_suite(operation, le)
    convention = convention_de(operation)
    controles = set(controles_de(convention).values_list("bilan", flat=True))
    attendus = [bilan for bilan in bilans_de(convention) if bilan.pk not in controles]
    if attendus:
        noms = ", ".join(f"n° {bilan.numero}" for bilan in attendus)
        raise ValidationError(f"Un bilan attend son contrôle de service fait\u00a0: {noms}.", code="csf")
    Enveloppe.objects.select_for_update(of=("self",)).get(pk=operation.enveloppe_id)
    tenu = soldes(operation)
    du = tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.PAYE]
    if du:
        reste = f"payez {format_euros(du)}" if du > 0 else f"recouvrez {format_euros(-du)}"
        raise ValidationError(f"Le solde n’est pas réglé\u00a0: {reste}.", code="solde")
    libere = tenu[NatureEcriture.PROGRAMME] - tenu[NatureEcriture.PAYE]
    liberer(operation, tenu[NatureEcriture.PAYE], tenu, le=le, acte="solder", auteur=auteur)
    convention.soldee_le = le
    convention.save(update_fields=["soldee_le"])
    avancer(operation, Statut.SOLDEE, le)
    journaliser(operation, "soldee", auteur=auteur, le=le, ue=tenu[NatureEcriture.PAYE], ue_libere=libere)
    return operation


@transaction.atomic
def archiver_operation(operation: Operation, *, auteur, le: date, jusqu_au: date | None = None) -> Operation:
    """Archive a settled operation until its retention date: computed, or given when it cannot be."""
    operation = verrouiller(operation, depuis=[Statut.SOLDEE])
    verifier_jour(le, pas_avant=operation.statut_depuis_le)
    calculee = compute_conservation(operation)
    jusqu_au = jusqu_au or calculee
    if jusqu_au is None:
        raise ValidationError(
            {"jusqu_au": "Donnez la date jusqu’à laquelle les pièces sont conservées."}, code="conservation"
        )
    if calculee and jusqu_au < calculee:
        raise ValidationError(
            {"jusqu_au": f"Les pièces se conservent au moins jusqu’au {format_date(calculee)}."}, code="conservation"
        )
    convention = convention_de(operation)
    convention.conservation_jusqu_au = jusqu_au
    convention.save(update_fields=["conservation_jusqu_au"])
    avancer(operation, Statut.ARCHIVEE, le)
    journaliser(operation, "archivee", auteur=auteur, le=le, conservation_jusqu_au=jusqu_au)
    return operation


@transaction.atomic
def desarchiver_operation(operation: Operation, *, auteur, le: date, motif: str) -> Operation:
    """Take an operation out of the archive, with a reason: an audit may ask for it."""
    operation = verrouiller(operation, depuis=[Statut.ARCHIVEE])
    motif = exiger(motif, "Dites pourquoi l’opération sort de l’archive.")
    verifier_jour(le, pas_avant=operation.statut_depuis_le)
    avancer(operation, Statut.SOLDEE, le)
    journaliser(operation, "desarchivee", auteur=auteur, motif=motif, le=le)
    return operation
