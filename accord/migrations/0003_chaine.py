from importlib import import_module

from django.db import migrations

proteger = import_module("comptes.migrations.0002_chaine").proteger


class Migration(migrations.Migration):
    dependencies = [("accord", "0002_initial"), ("comptes", "0002_chaine")]

    operations = [proteger("accord_mouvementenveloppe")]
