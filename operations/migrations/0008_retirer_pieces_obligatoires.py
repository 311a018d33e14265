from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("operations", "0007_remplir_pieces_attendues")]
    operations = [migrations.RemoveField(model_name="appelaprojets", name="pieces_obligatoires")]
