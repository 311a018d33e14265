"""Do the balances agree with the decisions that made them?"""

from django.db.models import F, Q, Sum

from accord.models import Enveloppe, MouvementEnveloppe
from accord.montants import format_euros

from .enums import NatureEcriture, SensDecision, Statut
from .models import DecisionProgrammation, Ecriture, Operation
from .situation import ZERO, compute_situation


def verifier_operations() -> list[str]:
    """Compare what each operation holds in the ledger with its last decision and its status."""
    programme = dict(
        Ecriture.objects.filter(nature=NatureEcriture.PROGRAMME)
        .order_by()
        .values_list("operation")
        .annotate(Sum("montant"))
    )
    decide = dict(
        DecisionProgrammation.objects.filter(sens=SensDecision.FAVORABLE)
        .order_by("decidee_le", "pk")
        .values_list("operation", "ue_programme")
    )
    ecarts = []
    for pk, numero, statut in Operation.objects.order_by("pk").values_list("pk", "numero", "statut"):
        solde = programme.get(pk, ZERO)
        attendu = decide.get(pk, ZERO) if statut == Statut.PROGRAMMEE else ZERO
        if solde != attendu:
            ecarts.append(
                f"Opération {numero} : programmé {format_euros(solde)} dans les écritures, "
                f"{format_euros(attendu)} d’après sa décision et son statut « {Statut(statut).label.lower()} »."
            )
    return ecarts


def verifier_rattachements() -> list[str]:
    """Find ledger lines on another envelope than their operation’s, or on another envelope’s tranche."""
    fautives = Ecriture.objects.filter(
        ~Q(enveloppe=F("operation__enveloppe")) | Q(tranche__isnull=False) & ~Q(tranche__enveloppe=F("enveloppe"))
    ).values_list("pk", "operation__numero")
    return [
        f"Écriture {pk} de l’opération {numero} : elle porte sur une autre enveloppe ou une autre tranche."
        for pk, numero in fautives.order_by("pk")
    ]


def verifier_enveloppes() -> list[str]:
    """Compare each envelope with the sum of its tranches, for what it holds and for each stage."""
    ecarts = []
    orphelins = MouvementEnveloppe.objects.filter(
        tranche__isnull=True, enveloppe__in=Enveloppe.objects.filter(tranches__est_hypothese=False)
    )
    for mouvement in orphelins.select_related("enveloppe").order_by("pk"):
        ecarts.append(f"Mouvement {mouvement.pk} de {mouvement.enveloppe.code} : il ne dit pas sa tranche.")
    for accord in {e.accord for e in Enveloppe.objects.select_related("accord")}:
        for situation in compute_situation(accord).enveloppes:
            if not situation.tranches:
                continue
            for nature, montant in situation.montants.items():
                somme = sum(t.montants[nature] for t in situation.tranches)
                if somme != montant:
                    ecarts.append(
                        f"Enveloppe {situation.enveloppe.code}, {NatureEcriture(nature).label.lower()} : "
                        f"{format_euros(montant)} en tout, {format_euros(somme)} par tranche."
                    )
    return ecarts
