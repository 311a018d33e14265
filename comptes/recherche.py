"""Search that forgets case and accents: the database computes one key for what is stored and what is typed."""

from django.db.models import Func, TextField


class CleRecherche(Func):
    """`cle_recherche(text)`: lower case, no accent. Immutable, so it serves in generated columns and indexes."""

    function = "cle_recherche"
    output_field = TextField()
