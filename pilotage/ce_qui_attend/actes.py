"""Where each act is done."""

from django.urls import reverse


def url_acte(operation, acte: str) -> str:
    return reverse("operations:detail", args=[operation.accord.slug, operation.numero])
