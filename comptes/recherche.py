"""Search that forgets case and accents: the database computes one key for what is stored and what is typed."""

from django.db.models import Func, Q, TextField, Value


class CleRecherche(Func):
    """`cle_recherche(text)`: lower case, no accent. Immutable, so it serves in generated columns and indexes."""

    function = "cle_recherche"
    output_field = TextField()


def contient(mots: list[str], *cles: str) -> Q:
    """Every word is somewhere in one of the search keys."""
    condition = Q()
    for mot in mots:
        une_cle = Q()
        for cle in cles:
            une_cle |= Q(**{f"{cle}__contains": CleRecherche(Value(mot))})
        condition &= une_cle
    return condition
