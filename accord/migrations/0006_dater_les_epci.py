from django.db import migrations


def dater(apps, schema_editor):
    """What an agreement said of its perimeters holds since it began; a neighbourhood keeps its commune."""
    Perimetre = apps.get_model("accord", "PerimetreTerritorial")
    PerimetreEpci = apps.get_model("accord", "PerimetreEpci")
    liens = Perimetre.epcis.through.objects.values_list(
        "perimetreterritorial", "epci", "perimetreterritorial__accord__debut_le"
    )
    PerimetreEpci.objects.bulk_create(
        PerimetreEpci(perimetre_id=perimetre, epci_id=epci, valide_du=debut, vient_du_fichier=True)
        for perimetre, epci, debut in liens
    )
    for qpv in apps.get_model("accord", "Qpv").objects.exclude(commune=None):
        qpv.communes.add(qpv.commune_id)


def oublier_les_dates(apps, schema_editor):
    Perimetre = apps.get_model("accord", "PerimetreTerritorial")
    for lien in apps.get_model("accord", "PerimetreEpci").objects.filter(valide_au=None):
        Perimetre.objects.get(pk=lien.perimetre_id).epcis.add(lien.epci_id)
    for qpv in apps.get_model("accord", "Qpv").objects.all():
        qpv.commune = qpv.communes.order_by("code_insee").first()
        qpv.save(update_fields=["commune"])


class Migration(migrations.Migration):
    dependencies = [("accord", "0005_perimetres_dates")]

    operations = [migrations.RunPython(dater, oublier_les_dates)]
