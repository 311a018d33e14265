"""A meeting pack that went out is never rewritten: a correction is a new version."""

from django.db import migrations

TABLE = "gouvernance_dossierseance"


class Migration(migrations.Migration):
    dependencies = [("gouvernance", "0001_initial"), ("comptes", "0002_chaine")]

    operations = [
        migrations.RunSQL(
            f"""
            CREATE TRIGGER {TABLE}_refuser BEFORE UPDATE OR DELETE ON {TABLE}
                FOR EACH ROW EXECUTE FUNCTION chaine_refuser();
            """,
            f"DROP TRIGGER {TABLE}_refuser ON {TABLE};",
        )
    ]
