"""A second agreement many times larger than the demonstration, beside it in the same base."""

from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.db import connection, transaction

from accord.models import AccordCadre
from operations.models import Ecriture, Operation, PlanFinancement, Structure


def build_volume(fichier: Path, fois: int) -> tuple[AccordCadre, AccordCadre]:
    """Load the agreement again under another name, with each operation of the demonstration `fois` times; return both.

    Plans and ledger lines follow, through the triggers of the base; lots keep the transactions short.
    """
    original = AccordCadre.objects.get()
    slug = f"{original.slug}-volume"
    with TemporaryDirectory() as dossier:
        copie = Path(dossier) / "volume.yaml"
        copie.write_text(fichier.read_text(encoding="utf-8").replace(f"slug: {original.slug}", f"slug: {slug}"))
        call_command("charger_accord", str(copie), stdout=StringIO())
    accord = AccordCadre.objects.get(slug=slug)
    siens = _correspondances(original, accord)
    modeles = list(original.operations.prefetch_related("plans", "ecritures").order_by("pk"))
    for lot in range(fois):
        _copier(modeles, lot, accord, siens)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return original, accord


def _correspondances(original: AccordCadre, accord: AccordCadre) -> dict:
    """What stands for each object of the first agreement in the second one: {(field, old key): new key}."""
    siens = {}
    for champ, cle in [
        ("enveloppe", "code"),
        ("dispositif", "code"),
        ("axestrategique", "organisme_id code"),
        ("typeaction", "organisme_id code"),
    ]:
        lire = ["pk", *cle.split()]
        nouveaux = {tuple(suite): pk for pk, *suite in getattr(accord, f"{champ}s").values_list(*lire)}
        for pk, *suite in getattr(original, f"{champ}s").values_list(*lire):
            siens[champ, pk] = nouveaux[tuple(suite)]
        siens[champ, None] = None
    tranches = {
        (t.enveloppe_id, t.code): t.pk for e in accord.enveloppes.prefetch_related("tranches") for t in e.tranches.all()
    }
    for enveloppe in original.enveloppes.prefetch_related("tranches"):
        for tranche in enveloppe.tranches.all():
            siens["tranche", tranche.pk] = tranches[siens["enveloppe", enveloppe.pk], tranche.code]
    siens["tranche", None] = None
    for structure in Structure.objects.filter(accord=original):
        ancienne = structure.pk
        structure.pk, structure.accord, structure._state.adding = None, accord, True
        structure.save()
        siens["structure", ancienne] = structure.pk
    return siens


@transaction.atomic
def _copier(modeles: list[Operation], lot: int, accord: AccordCadre, siens: dict) -> None:
    operations = Operation.objects.bulk_create(
        _copie(
            modele,
            accord_id=accord.pk,
            appel_id=None,
            numero=f"{modele.numero}-{lot}",
            enveloppe_id=siens["enveloppe", modele.enveloppe_id],
            structure_id=siens["structure", modele.structure_id],
            dispositif_id=siens["dispositif", modele.dispositif_id],
            axe_id=siens["axestrategique", modele.axe_id],
            type_action_id=siens["typeaction", modele.type_action_id],
        )
        for modele in modeles
    )
    couples = list(zip(modeles, operations, strict=True))
    PlanFinancement.objects.bulk_create(
        _copie(plan, operation_id=operation.pk) for modele, operation in couples for plan in modele.plans.all()
    )
    Ecriture.objects.bulk_create(
        _copie(
            ligne,
            operation_id=operation.pk,
            enveloppe_id=siens["enveloppe", ligne.enveloppe_id],
            tranche_id=siens["tranche", ligne.tranche_id],
            annule_id=None,
        )
        for modele, operation in couples
        for ligne in modele.ecritures.all()
    )


def _copie(objet, **champs):
    valeurs = {c.attname: getattr(objet, c.attname) for c in objet._meta.concrete_fields if not c.generated}
    return type(objet)(**valeurs | {"id": None} | champs)
