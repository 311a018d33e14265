"""The identifier that is proposed for the next record of an operation."""

import re

from operations.models import Operation

NUMEROTE = re.compile(r"^(?P<debut>.*?)(?P<rang>\d{1,12})$")
PREMIER = "P0001"


def proposer_identifiant(operation: Operation) -> str:
    """The number after the highest of the last series used on the operation, as wide as it is written there."""
    codes = list(operation.participations.order_by("-pk").values_list("pseudonyme", flat=True))
    modele = next((trouve for code in codes if (trouve := NUMEROTE.match(code))), None)
    if modele is None:
        return PREMIER
    suites = [trouve for code in codes if (trouve := NUMEROTE.match(code)) and trouve["debut"] == modele["debut"]]
    plus_haut = max(suites, key=lambda suite: int(suite["rang"]))
    return f"{modele['debut']}{int(plus_haut['rang']) + 1:0{len(plus_haut['rang'])}d}"
