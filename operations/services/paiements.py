"""Payments, recoveries, batches sent to the managing authority."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from accord.models import Enveloppe
from accord.montants import format_euros
from comptes.journal import journaliser

from ..enums import NatureEcriture, NaturePaiement, Statut
from ..models import AppelFonds, LigneAppelFonds, Operation, Paiement
from ..retenu import ZERO
from .conventions import convention_de
from .etat import exiger, toucher, verifier_jour, verrouiller
from .grand_livre import ecrire, soldes, verifier_suite

APRES_DEMARRAGE = [Statut.EN_EXECUTION, Statut.ACHEVEE, Statut.SOLDEE, Statut.RESILIEE]


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
) -> Paiement:
    """Pay an advance, an instalment or the balance, in euros.

    In all, never above the contract (`code="convention"`); an instalment or the balance never above what is retained
    and not yet paid (`code="retenu"`): an advance is exempt.
    """
    operation = verrouiller(operation, depuis=[Statut.EN_EXECUTION, Statut.ACHEVEE])
    convention = convention_de(operation)
    if nature not in (NaturePaiement.AVANCE, NaturePaiement.ACOMPTE, NaturePaiement.SOLDE):
        raise ValidationError("Choisissez une avance, un acompte ou le solde.", code="nature")
    if nature == NaturePaiement.SOLDE and operation.statut != Statut.ACHEVEE:
        raise ValidationError("Le solde se paie quand l’opération est achevée.", code="statut")
    if nature == NaturePaiement.AVANCE and operation.statut != Statut.EN_EXECUTION:
        raise ValidationError("L’opération est achevée\u00a0: payez un acompte ou le solde.", code="statut")
    verifier_jour(paye_le, pas_avant=max(convention.demarree_le, convention.notifiee_le), quoi="démarrage")
    if nature != NaturePaiement.AVANCE:
        verifier_suite(operation, paye_le, NatureEcriture.RETENU)
    _verifier_positif(montant)
    tenu = soldes(operation)
    reste = tenu[NatureEcriture.CONVENTIONNE] - tenu[NatureEcriture.PAYE]
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
    return _payer(
        operation, nature, montant, le=paye_le, auteur=auteur, acte="payer", demande_le=demande_le, reference=reference
    )


@transaction.atomic
def recouvrer(
    operation: Operation, *, auteur, montant: Decimal, paye_le: date, motif: str, reference: str = ""
) -> Paiement:
    """Take money back from the beneficiary, at most what was paid (`code="paye"`).

    Once settled, programmed and contracted follow what is paid: they come down too.
    """
    operation = verrouiller(operation, depuis=APRES_DEMARRAGE)
    motif = exiger(motif, "Donnez le motif du recouvrement.")
    _verifier_positif(montant)
    Enveloppe.objects.select_for_update(of=("self",)).get(pk=operation.enveloppe_id)
    verifier_suite(operation, paye_le, NatureEcriture.PAYE, NatureEcriture.PROGRAMME)
    paye = soldes(operation)[NatureEcriture.PAYE]
    conserve = convention_de(operation).ue_conserve or ZERO
    if montant > paye - conserve:
        suite = f" et en conserve {format_euros(conserve)}" if conserve else ""
        raise ValidationError({"montant": f"Le bénéficiaire a reçu {format_euros(paye)} en tout{suite}."}, code="paye")
    if operation.statut == Statut.SOLDEE:
        for etape in (NatureEcriture.PROGRAMME, NatureEcriture.CONVENTIONNE):
            ecrire(operation, etape, -montant, le=paye_le, acte="recouvrer", auteur=auteur, motif=motif)
    return _payer(
        operation,
        NaturePaiement.RECOUVREMENT,
        montant,
        le=paye_le,
        auteur=auteur,
        acte="recouvrer",
        reference=reference,
        motif=motif,
    )


def _verifier_positif(montant: Decimal) -> None:
    if montant <= 0:
        raise ValidationError({"montant": "Écrivez un montant supérieur à zéro."}, code="montant")


def _payer(operation, nature, montant, *, le, auteur, acte, demande_le=None, reference="", motif="") -> Paiement:
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
    )
    return paiement


@transaction.atomic
def certifier(enveloppe: Enveloppe, *, auteur, envoye_le: date, montants: dict[Operation, Decimal]) -> AppelFonds:
    """Send a batch to the managing authority: for each operation, at most what is retained and not yet certified.

    A negative amount takes back what a control lowered; the batch counts from the day it is sent.
    """
    if not montants:
        raise ValidationError("Choisissez au moins une opération à certifier.", code="vide")
    verifier_jour(envoye_le)
    verrouillees = {
        operation: verrouiller(operation, depuis=APRES_DEMARRAGE) for operation in sorted(montants, key=lambda o: o.pk)
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
    verifier_suite(operation, appel.envoye_le, NatureEcriture.RETENU)
    ecriture = ecrire(operation, NatureEcriture.CERTIFIE, montant, le=appel.envoye_le, acte="certifier", auteur=auteur)
    LigneAppelFonds.objects.create(appel=appel, operation=operation, montant=montant, ecriture=ecriture)
    toucher(operation)
    journaliser(operation, "certifiee", auteur=auteur, le=appel.envoye_le, montant=montant, appel_fonds=appel.numero)


@transaction.atomic
def rejeter_ligne(ligne: LigneAppelFonds, *, auteur, le: date, motif: str) -> LigneAppelFonds:
    """Record that the managing authority rejects a line of a batch: a new fact, at its own date."""
    operation = verrouiller(ligne.operation, depuis=APRES_DEMARRAGE)
    ligne = LigneAppelFonds.objects.select_related("appel").get(pk=ligne.pk)
    motif = exiger(motif, "Recopiez le motif du rejet.")
    if ligne.rejetee_le:
        raise ValidationError("Cette ligne est déjà rejetée.", code="rejetee")
    verifier_jour(le, pas_avant=ligne.appel.envoye_le, quoi="l’envoi")
    ecrire(operation, NatureEcriture.CERTIFIE, -ligne.montant, le=le, acte="rejeter", auteur=auteur, motif=motif)
    ligne.rejetee_le, ligne.motif_rejet = le, motif
    ligne.save(update_fields=["rejetee_le", "motif_rejet"])
    toucher(operation)
    journaliser(operation, "certification_rejetee", auteur=auteur, motif=motif, le=le, montant=ligne.montant)
    return ligne
