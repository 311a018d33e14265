from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("operations", "0013_remplir_appels_et_structures")]
    operations = [
        migrations.RemoveField(model_name="appelaprojets", name="axe"),
        migrations.RemoveField(model_name="appelaprojets", name="dispositif"),
        migrations.RemoveField(model_name="structure", name="contact_courriel"),
        migrations.RemoveField(model_name="structure", name="contact_nom"),
        migrations.RemoveField(model_name="structure", name="contact_telephone"),
    ]
