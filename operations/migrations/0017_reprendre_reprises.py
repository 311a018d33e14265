"""Give a row to what only the journal told: reopened instructions, and operations withdrawn before the contract."""

from datetime import date

from django.db import migrations

RETRAITS = {"abandonnee": "abandonner", "deprogrammee": "deprogrammer"}


def _lignes(JournalAudit, acte, operation=None):
    lignes = JournalAudit.objects.filter(objet_type="operations.operation", acte=acte)
    return (lignes.filter(objet_id=str(operation.pk)) if operation else lignes).order_by("rang")


def dater_les_reprises(apps, schema_editor):
    JournalAudit, Instruction = (
        apps.get_model(*nom) for nom in [("comptes", "JournalAudit"), ("operations", "Instruction")]
    )
    for ligne in _lignes(JournalAudit, "rouverte"):
        le = date.fromisoformat(ligne.valeurs["le"])
        conclues = Instruction.objects.filter(operation=ligne.objet_id, conclue_le__lte=le, rouverte_le=None)
        conclue = conclues.order_by("conclue_le", "pk").last()
        if conclue:
            conclue.rouverte_le = le
            conclue.save(update_fields=["rouverte_le"])


def _avant(operation, ecriture):
    """The status before a withdrawal and since when, from the dates that the operation keeps."""
    if ecriture or operation.statut == "deprogrammee":
        return "programmee", operation.programmee_le
    decision = operation.decisions.order_by("decidee_le", "pk").last()
    ajournee = operation.instruite_le and decision and decision.sens == "ajournee"
    if ajournee and not operation.instructions.filter(conclue_le__gt=decision.decidee_le).exists():
        return "ajournee", decision.decidee_le
    if operation.instruite_le:
        return "instruite", operation.instruite_le
    if operation.recevable_le:
        return "recevable", operation.recevable_le
    return "deposee", operation.deposee_le


def tenir_les_retraits(apps, schema_editor):
    JournalAudit, Operation, Retrait, Ecriture = (
        apps.get_model(*nom)
        for nom in [
            ("comptes", "JournalAudit"),
            ("operations", "Operation"),
            ("operations", "Retrait"),
            ("operations", "Ecriture"),
        ]
    )
    for operation in Operation.objects.filter(statut__in=RETRAITS, retraits=None):
        ligne = _lignes(JournalAudit, operation.statut, operation).last()
        ecritures = Ecriture.objects.filter(operation=operation, acte=RETRAITS[operation.statut], montant__lt=0)
        ecriture = ecritures.order_by("rang").last()
        statut, depuis = _avant(operation, ecriture)
        Retrait.objects.create(
            operation=operation,
            statut=operation.statut,
            le=operation.statut_depuis_le,
            statut_avant=statut,
            avant_depuis_le=min(depuis, operation.statut_depuis_le),
            ecriture=ecriture,
            motif=ligne.motif if ligne else "",
            auteur_id=ligne.auteur_id if ligne else None,
        )


class Migration(migrations.Migration):
    dependencies = [("comptes", "0003_message_adresse_unique"), ("operations", "0016_instruction_decision")]
    operations = [
        migrations.RunPython(dater_les_reprises, migrations.RunPython.noop),
        migrations.RunPython(tenir_les_retraits, migrations.RunPython.noop),
    ]
