from importlib import import_module

from django.db import migrations

proteger = import_module("comptes.migrations.0002_chaine").proteger


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_initial"), ("comptes", "0002_chaine")]

    operations = [proteger("operations_ecriture")]
