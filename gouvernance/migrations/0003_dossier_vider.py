"""Packs that went out are not emptied either."""

from django.db import migrations

TABLE = "gouvernance_dossierseance"


class Migration(migrations.Migration):
    dependencies = [("gouvernance", "0002_dossier_ajout_seul")]

    operations = [
        migrations.RunSQL(
            f"""
            CREATE TRIGGER {TABLE}_vider BEFORE TRUNCATE ON {TABLE}
                FOR EACH STATEMENT EXECUTE FUNCTION chaine_refuser();
            """,
            f"DROP TRIGGER {TABLE}_vider ON {TABLE};",
        )
    ]
