"""Payments to the beneficiary, recoveries, and their undoing.

What a recovery does to what is retained:

- Before the settlement, nothing: an advance handed back, or a payment to make again, is due again. A control that was
  wrong is undone and concluded anew; it is the control that lowers what is retained.
- After the settlement, retained and paid were equal, programmed and contracted had come down to them, and no report is
  left to control. The recovery is then itself a correction of the expenses: on its day, programmed, contracted and
  retained come down with paid. What was certified above retained is taken back in the next batch (a negative line).
- After an early end, retained has already come down to what is kept: only paid moves, until it meets it.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from accord.models import Enveloppe
from accord.montants import format_euros
from comptes.journal import journaliser

from ..enums import STATUTS_DEMARRES, NatureEcriture, NaturePaiement, Statut
from ..models import Convention, Ecriture, Operation, Paiement
from ..retenu import ZERO
from .conventions import convention_de, prendre_place
from .etat import exiger, toucher, verifier_jour, verrouiller
from .grand_livre import contrepasser, ecrire, soldes, verifier_suite
from .refus_argent import refus_annulation, refus_nature, refus_recouvrement


@transaction.atomic
def payer(
    operation: Operation,
    *,
    auteur,
    nature: NaturePaiement,
    montant: Decimal,
    paye_le: date,
    demande_le: date | None = None,
    reference: str = "",
    depassement_vu: Decimal | None = None,
) -> Paiement:
    """Pay an advance, an instalment or the balance, in euros.

    In all, never above the contract (`code="convention"`); an instalment or the balance never above what is retained
    and not yet paid (`code="retenu"`). An advance is exempt; above those that the contract plans, it is refused
    (`code="avance"`), up to the excess in euros that the person saw with `depassement_vu`.
    """
    operation = verrouiller(operation, depuis=[Statut.EN_EXECUTION, Statut.ACHEVEE])
    convention = convention_de(operation)
    if nature not in (NaturePaiement.AVANCE, NaturePaiement.ACOMPTE, NaturePaiement.SOLDE):
        raise ValidationError("Choisissez une avance, un acompte ou le solde.", code="nature")
    tenu = soldes(operation)
    if refus := refus_nature(operation, nature, tenu):
        raise refus
    verifier_jour(paye_le, pas_avant=max(convention.demarree_le, convention.notifiee_le), quoi="démarrage")
    if nature != NaturePaiement.AVANCE:
        verifier_suite(operation, paye_le, NatureEcriture.RETENU)
    _verifier_positif(montant)
    # a contract raised since then did not allow more on the day of this payment
    reste = min(t[NatureEcriture.CONVENTIONNE] - t[NatureEcriture.PAYE] for t in (tenu, soldes(operation, au=paye_le)))
    if montant > reste:
        raise ValidationError(
            {
                "montant": f"Avec ce paiement, le bénéficiaire aurait reçu {format_euros(montant - reste)} de plus "
                f"que le montant conventionné. Il reste {format_euros(reste)} à payer sur la convention."
            },
            code="convention",
        )
    du = tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.PAYE]
    if nature != NaturePaiement.AVANCE and montant > du:
        raise ValidationError(
            {"montant": f"Ce qui est retenu et pas encore payé s’élève à {format_euros(max(du, ZERO))}."}, code="retenu"
        )
    depassement = None
    if nature == NaturePaiement.AVANCE:
        depassement = _verifier_avance(compute_avance_restante(operation, convention), montant, depassement_vu)
    return _payer(
        operation,
        nature,
        montant,
        le=paye_le,
        auteur=auteur,
        acte="payer",
        demande_le=demande_le,
        reference=reference,
        depassement=depassement,
    )


def compute_avance_restante(operation: Operation, convention: Convention) -> Decimal:
    """What the advances in force leave of the one that the contract plans, in euros."""
    if not convention.avance_prevue:
        return ZERO
    return max(convention.avance_prevue - operation.paiements.avances(), ZERO)


def _verifier_avance(reste: Decimal, montant: Decimal, vu: Decimal | None) -> Decimal | None:
    """Return by how much an advance goes beyond what is left of the planned one; refuse what was not seen."""
    depassement = montant - reste
    if depassement <= 0:
        return None
    if depassement > (vu or 0):
        raise ValidationError(
            f"Il reste {format_euros(reste)} à verser de l’avance prévue par la convention. Ce paiement la dépasse de "
            f"{format_euros(depassement)}. Confirmez le dépassement pour l’enregistrer.",
            code="avance",
            params={"depassement": depassement},
        )
    return depassement


@transaction.atomic
def recouvrer(
    operation: Operation, *, auteur, montant: Decimal, paye_le: date, motif: str, reference: str = ""
) -> Paiement:
    """Take money back from the beneficiary, at most what was paid (`code="paye"`).

    Once settled, programmed, contracted and retained come down with it: see the head of this module.
    """
    operation = verrouiller(operation, depuis=STATUTS_DEMARRES)
    motif = exiger(motif, "Donnez le motif du recouvrement.")
    convention, tenu = convention_de(operation), soldes(operation)
    if refus := refus_recouvrement(operation, tenu, convention):
        raise refus
    _verifier_positif(montant)
    Enveloppe.objects.select_for_update(of=("self",)).get(pk=operation.enveloppe_id)
    verifier_suite(operation, paye_le, NatureEcriture.PAYE, NatureEcriture.PROGRAMME)
    # the end of an operation may have freed nothing: no line of it then says its day
    verifier_jour(paye_le, pas_avant=convention.soldee_le or convention.resiliee_le, quoi="la fin de l’opération")
    paye = tenu[NatureEcriture.PAYE]
    conserve = convention.ue_conserve or ZERO
    if montant > paye - conserve:
        suite = f" et en conserve {format_euros(conserve)}" if conserve else ""
        raise ValidationError({"montant": f"Le bénéficiaire a reçu {format_euros(paye)} en tout{suite}."}, code="paye")
    suites = []
    if operation.statut == Statut.SOLDEE:
        suites = [
            ecrire(operation, etape, -baisse, le=paye_le, acte="recouvrer", auteur=auteur, motif=motif)
            for etape, baisse in compute_baisses(tenu, montant).items()
            if baisse
        ]
    recouvrement = _payer(
        operation,
        NaturePaiement.RECOUVREMENT,
        montant,
        le=paye_le,
        auteur=auteur,
        acte="recouvrer",
        reference=reference,
        motif=motif,
    )
    recouvrement.suites.set(suites)
    return recouvrement


def compute_baisses(tenu: dict[str, Decimal], montant: Decimal) -> dict[NatureEcriture, Decimal]:
    """What a recovery takes from each stage of a settled operation, beside what is paid, in euros."""
    paye = tenu[NatureEcriture.PAYE] - montant
    return {
        NatureEcriture.PROGRAMME: montant,
        NatureEcriture.CONVENTIONNE: montant,
        NatureEcriture.RETENU: max(tenu[NatureEcriture.RETENU] - paye, ZERO),
    }


@transaction.atomic
def annuler_paiement(
    paiement: Paiement, *, auteur, le: date, motif: str, depassement_vu: Decimal | None = None
) -> Paiement:
    """Undo a payment or a recovery entered by error: opposite lines on its own day, while nothing depends on it
    (`refus_annulation`).

    A recovery after the settlement had freed money: above what the envelope has left, the excess is to be seen.
    """
    operation = verrouiller(paiement.operation, depuis=STATUTS_DEMARRES)
    paiement = Paiement.objects.select_related("ecriture").get(pk=paiement.pk)
    motif = exiger(motif, "Dites pourquoi cette ligne est annulée.")
    if refus := refus_annulation(operation, paiement, operation.paiements.en_vigueur(), soldes(operation)):
        raise refus
    verifier_jour(le, pas_avant=paiement.paye_le, quoi="la ligne à annuler")
    suites = list(paiement.suites.all())
    prendre_place(operation, compute_repris(suites), vu=depassement_vu, quoi="Annuler ce recouvrement reprend")
    for ecriture in [paiement.ecriture, *suites]:
        contrepasser(ecriture, acte="annuler_paiement", auteur=auteur, motif=motif)
    paiement.annule_le, paiement.motif_annulation = le, motif
    paiement.save(update_fields=["annule_le", "motif_annulation"])
    toucher(operation)
    acte = "recouvrement_annule" if paiement.nature == NaturePaiement.RECOUVREMENT else "paiement_annule"
    journaliser(
        operation,
        acte,
        auteur=auteur,
        motif=motif,
        le=le,
        nature=paiement.get_nature_display().lower(),
        montant=paiement.montant,
        paye_le=paiement.paye_le,
    )
    return paiement


def compute_repris(suites: Iterable[Ecriture]) -> Decimal:
    """What undoing a payment takes again on the envelope, in euros; `suites` are the lines beside what was paid."""
    return -sum((e.montant for e in suites if e.nature == NatureEcriture.PROGRAMME), ZERO)


def _verifier_positif(montant: Decimal) -> None:
    if montant <= 0:
        raise ValidationError({"montant": "Écrivez un montant supérieur à zéro."}, code="montant")


def _payer(
    operation, nature, montant, *, le, auteur, acte, demande_le=None, reference="", motif="", depassement=None
) -> Paiement:
    signe = -1 if nature == NaturePaiement.RECOUVREMENT else 1
    ecriture = ecrire(operation, NatureEcriture.PAYE, signe * montant, le=le, acte=acte, auteur=auteur, motif=motif)
    paiement = Paiement(
        operation=operation,
        nature=nature,
        montant=montant,
        paye_le=le,
        demande_le=demande_le,
        reference=reference.strip(),
        motif=motif,
        ecriture=ecriture,
        auteur=auteur,
    )
    paiement.full_clean()
    paiement.save()
    toucher(operation)
    journaliser(
        operation,
        "recouvree" if nature == NaturePaiement.RECOUVREMENT else "payee",
        auteur=auteur,
        motif=motif,
        le=le,
        nature=paiement.get_nature_display().lower(),
        montant=montant,
        **({"avance_depassee": depassement} if depassement else {}),
    )
    return paiement
