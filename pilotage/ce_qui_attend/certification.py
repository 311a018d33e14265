"""What is retained and not in a batch yet: one line for each envelope, since a batch is made for one."""

from urllib.parse import urlencode

from django.db.models import Count, Sum
from django.urls import reverse

from accord.models import Enveloppe
from accord.montants import INSECABLE, format_euros
from operations.models import Operation

from .blocs import Groupe, Ligne


def build_groupe(accord, organismes) -> Groupe:
    """Two queries, whatever waits."""
    enveloppes = Enveloppe.objects.filter(accord=accord, organisme__in=organismes).select_related("organisme", "fonds")
    attentes = Operation.objects.filter(accord=accord, enveloppe__organisme__in=organismes).a_certifier().order_by()
    comptes = {
        pk: (nombre, total)
        for pk, nombre, total in attentes.values("enveloppe")
        .annotate(nombre=Count("pk"), total=Sum("a_certifier"))
        .values_list("enveloppe", "nombre", "total")
    }
    url = reverse("operations:fonds_creer", args=[accord.slug])
    lignes = [
        Ligne(
            "Préparer un appel de fonds",
            f"{url}?{urlencode({'enveloppe': enveloppe.code})}",
            f"{enveloppe.libelle} · {nombre}{INSECABLE}{'opérations' if nombre > 1 else 'opération'}",
            valeur=format_euros(total),
            nom_valeur="à certifier" if total >= 0 else "à retirer",
        )
        for enveloppe in enveloppes.order_by("ordre")
        for nombre, total in [comptes.get(enveloppe.pk, (0, 0))]
        if nombre
    ]
    return Groupe("À certifier", lignes, len(lignes))
