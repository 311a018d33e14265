"""The settlement of an operation, and its archive."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from accord.models import Enveloppe, Parametre
from accord.montants import format_date, format_euros
from comptes.journal import journaliser

from ..enums import NatureBilan, NatureEcriture, NaturePaiement, Statut
from ..models import BilanExecution, Convention, Operation
from ..pieces import Attendue, pieces_manquantes
from ..retenu import ZERO
from .bilans import bilans_de, controles_de
from .conventions import convention_de, liberer, prendre_place
from .etat import avancer, exiger, verifier_jour, verrouiller
from .grand_livre import contrepasser, soldes, verifier_suite


@dataclass(frozen=True)
class Conservation:
    """Last day of retention and its working: so many years from 31 December of the year of the last payment (`CPR 82`).

    `fin` is None when nothing was paid, or when the agreement does not say how many years.
    """

    dernier_le: date | None
    parametre: Parametre | None

    @property
    def annees(self) -> int | None:
        return int(self.parametre.valeur) if self.parametre and self.parametre.valeur.isdecimal() else None

    @property
    def fin(self) -> date | None:
        if self.dernier_le is None or self.annees is None:
            return None
        return date(self.dernier_le.year + self.annees, 12, 31)


def compute_conservation(operation: Operation, *, est_aide_etat: bool) -> Conservation:
    """How long the pieces are kept; longer for State aid."""
    paiements = operation.paiements.en_vigueur().exclude(nature=NaturePaiement.RECOUVREMENT)
    dernier = paiements.order_by("paye_le").last()
    if dernier is None:
        return Conservation(None, None)
    code = "conservation_aide_etat_annees" if est_aide_etat else "conservation_annees"
    parametres = Parametre.objects.filter(accord=operation.accord, code=code).valables_le(dernier.paye_le)
    return Conservation(dernier.paye_le, parametres.first())


def bilans_sans_controle(convention: Convention) -> list[BilanExecution]:
    """The reports that wait for their control."""
    controles = set(controles_de(convention).values_list("bilan", flat=True))
    return [bilan for bilan in bilans_de(convention) if bilan.pk not in controles]


def attend_un_controle(convention: Convention) -> bool:
    """True until the final report is filed and every report has its control: what is retained may still rise."""
    return not bilans_de(convention).filter(nature=NatureBilan.FINAL).exists() or bool(bilans_sans_controle(convention))


@transaction.atomic
def solder_operation(operation: Operation, *, auteur, le: date) -> Operation:
    """Settle: every report is controlled, what is retained is paid, the rest goes back to the tranche on that day."""
    operation = verrouiller(operation, depuis=[Statut.ACHEVEE])
    verifier_jour(le, pas_avant=operation.statut_depuis_le)
    verifier_suite(operation, le)
    convention = convention_de(operation)
    if attendus := bilans_sans_controle(convention):
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
def annuler_solde(
    operation: Operation, *, auteur, le: date, motif: str, depassement_vu: Decimal | None = None
) -> Operation:
    """Undo a settlement entered by error, on its own day: the operation is finished again, with what it had left.

    Refused once a recovery was made on the settled operation (`code="suivant"`): it read what the settlement wrote.
    What it had freed may be programmed elsewhere: above what the envelope has left, the excess is to be seen.
    """
    operation = verrouiller(operation, depuis=[Statut.SOLDEE])
    motif = exiger(motif, "Dites pourquoi le solde est annulé.")
    convention = convention_de(operation)
    verifier_jour(le, pas_avant=convention.soldee_le, quoi="solde")
    recouvrement = operation.paiements.en_vigueur().filter(suites__nature=NatureEcriture.PROGRAMME).last()
    if recouvrement:
        raise ValidationError(
            f"Le recouvrement du {format_date(recouvrement.paye_le)} en dépend\u00a0: annulez-le d’abord.",
            code="suivant",
        )
    prendre_place(operation, compute_libere(operation), vu=depassement_vu, quoi="Annuler ce solde reprend")
    for ecriture in _lignes_solde(operation):
        contrepasser(ecriture, acte="annuler_solde", auteur=auteur, motif=motif)
    convention.soldee_le = None
    convention.save(update_fields=["soldee_le"])
    avancer(operation, Statut.ACHEVEE, convention.achevee_le)
    journaliser(operation, "solde_annule", auteur=auteur, motif=motif, le=le)
    return operation


def compute_libere(operation: Operation) -> Decimal:
    """What the settlement freed on the envelope, in euros: undoing it takes it back."""
    lignes = _lignes_solde(operation).filter(nature=NatureEcriture.PROGRAMME)
    return -lignes.aggregate(s=Sum("montant", default=ZERO))["s"]


def _lignes_solde(operation: Operation):
    return operation.ecritures.filter(acte="solder", annulee_par__isnull=True)


@transaction.atomic
def archiver_operation(
    operation: Operation,
    *,
    auteur,
    le: date,
    jusqu_au: date | None = None,
    est_aide_etat: bool | None = None,
    sans_pieces: Collection[str] = (),
) -> Operation:
    """Archive a settled operation until its retention date: computed, or given when it cannot be.

    Expected pieces that the file lacks are to be seen (`code="pieces"`): `sans_pieces` holds their keys (`Attendue`).
    `est_aide_etat` says whether the contract is State aid, as it was said before when None.
    """
    operation = verrouiller(operation, depuis=[Statut.SOLDEE])
    verifier_jour(le, pas_avant=operation.statut_depuis_le)
    convention = convention_de(operation)
    if est_aide_etat is not None:
        convention.est_aide_etat = est_aide_etat
    calculee = compute_conservation(operation, est_aide_etat=convention.est_aide_etat).fin
    jusqu_au = jusqu_au or calculee
    if jusqu_au is None:
        raise ValidationError(
            {"jusqu_au": "Donnez la date jusqu’à laquelle les pièces sont conservées."}, code="conservation"
        )
    if calculee and jusqu_au < calculee:
        raise ValidationError(
            {"jusqu_au": f"Les pièces se conservent au moins jusqu’au {format_date(calculee)}."}, code="conservation"
        )
    manquantes = pieces_manquantes(operation)
    _verifier_vues(manquantes, sans_pieces)
    convention.conservation_jusqu_au = jusqu_au
    convention.save(update_fields=["conservation_jusqu_au", "est_aide_etat"])
    avancer(operation, Statut.ARCHIVEE, le)
    journaliser(
        operation,
        "archivee",
        auteur=auteur,
        le=le,
        conservation_jusqu_au=jusqu_au,
        manquantes=[attendue.libelle for attendue in manquantes],
    )
    return operation


def _verifier_vues(manquantes: list[Attendue], vues: Collection[str]) -> None:
    """Refuse to archive without a piece that the person did not see missing."""
    if all(attendue.cle in vues for attendue in manquantes):
        return
    noms = "\u202f; ".join(attendue.libelle for attendue in manquantes)
    raise ValidationError(
        f"Il manque au dossier\u00a0: {noms}. Déposez ces pièces, ou relisez la liste et confirmez l’archivage sans.",
        code="pieces",
        params={"manquantes": manquantes},
    )


@transaction.atomic
def desarchiver_operation(operation: Operation, *, auteur, le: date, motif: str) -> Operation:
    """Take an operation out of the archive, with a reason: an audit may ask for it."""
    operation = verrouiller(operation, depuis=[Statut.ARCHIVEE])
    motif = exiger(motif, "Dites pourquoi l’opération sort de l’archive.")
    verifier_jour(le, pas_avant=operation.statut_depuis_le)
    avancer(operation, Statut.SOLDEE, le)
    journaliser(operation, "desarchivee", auteur=auteur, motif=motif, le=le)
    return operation
