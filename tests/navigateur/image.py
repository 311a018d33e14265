"""A copy of every table, taken once and put back quickly: loading the demonstration through its acts takes seconds."""

import io

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection

SANS_GARDES = "SET session_replication_role = replica"  # the lines keep their numbers, their prints and their chains
AVEC_GARDES = "SET session_replication_role = origin"


def peut_copier() -> bool:
    """Only the superuser of the base may put lines back under its guards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        return cursor.fetchone()[0]


def _colonnes() -> dict[str, str]:
    """The columns to copy of each table of the models; those that the base computes are left out."""
    tables = {}
    for modele in apps.get_models(include_auto_created=True):
        champs = [champ for champ in modele._meta.local_concrete_fields if not getattr(champ, "generated", False)]
        if modele._meta.managed:
            tables[modele._meta.db_table] = ", ".join(connection.ops.quote_name(champ.column) for champ in champs)
    return tables


def prendre() -> dict[str, bytes]:
    image = {}
    with connection.cursor() as cursor:
        for table, colonnes in _colonnes().items():
            tampon = io.BytesIO()
            cursor.copy_expert(f'COPY "{table}" ({colonnes}) TO STDOUT (FORMAT binary)', tampon)
            image[table] = tampon.getvalue()
    return image


def rendre(image: dict[str, bytes]) -> None:
    """Put the lines back in the place of whatever the tables hold, and the counters after the last one."""
    colonnes = _colonnes()
    with connection.cursor() as cursor:
        cursor.execute(SANS_GARDES)
        try:
            cursor.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in image))
            for table, octets in image.items():
                cursor.copy_expert(f'COPY "{table}" ({colonnes[table]}) FROM STDIN (FORMAT binary)', io.BytesIO(octets))
            for requete in connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True)):
                cursor.execute(requete)
        finally:
            cursor.execute(AVEC_GARDES)
    ContentType.objects.clear_cache()
