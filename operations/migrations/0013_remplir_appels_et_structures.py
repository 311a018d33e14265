"""What stood in one column moves to its list: the measure and the axis of a call, the contact of a structure."""

from django.db import migrations
from django.db.models import Q

SANS_CONTACT = Q(contact_nom="", contact_courriel="", contact_telephone="")


def remplir(apps, schema_editor):
    AppelAProjets = apps.get_model("operations", "AppelAProjets")
    Structure = apps.get_model("operations", "Structure")
    ContactStructure = apps.get_model("operations", "ContactStructure")
    for appel in AppelAProjets.objects.exclude(dispositif=None, axe=None):
        appel.dispositifs.set([appel.dispositif_id] if appel.dispositif_id else [])
        appel.axes.set([appel.axe_id] if appel.axe_id else [])
    ContactStructure.objects.bulk_create(
        ContactStructure(
            structure=structure,
            ordre=1,
            nom=structure.contact_nom,
            courriel=structure.contact_courriel,
            telephone=structure.contact_telephone,
        )
        for structure in Structure.objects.exclude(SANS_CONTACT)
    )


def rendre(apps, schema_editor):
    """Put the first of each list back; a column holds no more."""
    AppelAProjets = apps.get_model("operations", "AppelAProjets")
    Structure = apps.get_model("operations", "Structure")
    for appel in AppelAProjets.objects.all():
        appel.dispositif, appel.axe = appel.dispositifs.first(), appel.axes.first()
        appel.save(update_fields=["dispositif", "axe"])
    for structure in Structure.objects.filter(contacts__isnull=False).distinct():
        contact = structure.contacts.order_by("ordre", "pk").first()
        structure.contact_nom = contact.nom
        structure.contact_courriel = contact.courriel
        structure.contact_telephone = contact.telephone
        structure.save(update_fields=["contact_nom", "contact_courriel", "contact_telephone"])


class Migration(migrations.Migration):
    dependencies = [("operations", "0012_appels_et_structures")]
    operations = [migrations.RunPython(remplir, rendre)]
