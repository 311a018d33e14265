from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accord", "0006_dater_les_epci")]

    operations = [
        migrations.RemoveField(model_name="qpv", name="commune"),
        migrations.RemoveField(model_name="perimetreterritorial", name="epcis"),
        migrations.AddField(
            model_name="perimetreterritorial",
            name="epcis",
            field=models.ManyToManyField(
                blank=True, related_name="perimetres", through="accord.PerimetreEpci", to="accord.epci"
            ),
        ),
    ]
