"""What was recorded by error and takes money again on the envelope: the effect first, then the excess to tick."""

from decimal import Decimal

from django.core.exceptions import ValidationError

from ..effet import compute_effet
from ..forms.conventions import RetourArgentForm
from .commun import agir


def reprendre(request, operation, acte, *, montant: Decimal, succes, objet=None, pas_avant=None, **mots):
    """An act recorded by error, handed back: it takes `montant` again on the envelope, an excess is shown and ticked.

    `acte` is the service, called with `objet`, the operation by default.
    """
    effet = compute_effet(operation, montant)
    form = RetourArgentForm(request.POST or None, depassement=effet.depassement, pas_avant=pas_avant)
    return agir(
        request,
        operation,
        [form],
        lambda: avec_depassement(
            form,
            lambda vu: acte(
                objet or operation,
                auteur=request.user,
                le=form.cleaned_data["le"],
                motif=form.cleaned_data["motif"],
                depassement_vu=vu,
            ),
        ),
        lambda: succes,
        "operations/retour.html",
        effet=effet,
        **mots,
    )


def avec_depassement(form, acte) -> None:
    """Do the act with the excess that was ticked; a larger one is shown, to be ticked anew."""
    try:
        acte(form.depassement_vu)
    except ValidationError as refuse:
        if getattr(refuse, "code", None) == "surprogrammation":
            form.redemander(refuse.params["depassement"])
        raise
