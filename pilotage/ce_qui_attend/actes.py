"""Where each act is done."""

from django.urls import reverse

# the decision of the instance is one of three acts: its choice is on the page of the operation
PAGES = {"recevabilite": "operations:recevable", "instruction": "operations:instruire"}


def url_acte(operation, acte: str) -> str:
    return reverse(PAGES.get(acte, "operations:detail"), args=[operation.accord.slug, operation.numero])
