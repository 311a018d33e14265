"""What is retained and not paid yet: each operation with the day before which its beneficiary is paid."""

from django.urls import reverse

from accord.montants import format_date, format_euros
from operations.echeances import a_payer, lire_delai
from operations.models import Operation

from .blocs import LONGUEUR, Groupe, Ligne, a_rebours


def build_groupe(accord, organismes, aujourdhui, url_suite: str) -> Groupe:
    """The oldest report first; without a delay in the agreement, the day of its filing."""
    operations = Operation.objects.filter(accord=accord, enveloppe__organisme__in=organismes)
    dues = a_payer(operations, lire_delai(accord, aujourdhui))
    lignes = [
        Ligne(
            f"Payer {format_euros(du)}" + (f" avant le {format_date(echeance.limite)}" if echeance.limite else ""),
            reverse("operations:payer", args=[accord.slug, operation.numero]),
            f"{operation.numero} · {operation.intitule} · {operation.structure}",
            echeance.limite or echeance.bilan.depose_le,
            a_rebours(echeance.limite, aujourdhui) if echeance.limite else "bilan déposé",
            operation,
            ton="stop" if echeance.est_en_retard(aujourdhui) else "",
        )
        for operation, echeance, du in dues[:LONGUEUR]
    ]
    return Groupe("À payer", lignes, len(dues), url_suite=url_suite)
