"""Who looked at an identity is never changed nor removed."""

from django.db import migrations

TABLE = "participants_consultationidentite"
PROTEGER = f"""
CREATE TRIGGER {TABLE}_refuser BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION chaine_refuser();
CREATE TRIGGER {TABLE}_vider BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION chaine_refuser();
"""
LIBERER = f"DROP TRIGGER {TABLE}_refuser ON {TABLE}; DROP TRIGGER {TABLE}_vider ON {TABLE};"


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0001_initial"),
        ("comptes", "0002_chaine"),
    ]

    operations = [migrations.RunSQL(PROTEGER, LIBERER)]
