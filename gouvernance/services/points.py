"""The acts on the agenda. Each locks the meeting and writes one line of its journal."""

from django.core.exceptions import ValidationError
from django.db import transaction

from comptes.journal import journaliser
from operations.models import Operation

from ..enums import TypePoint
from ..models import PointOperation, PointOrdreDuJour
from ..propositions import QUESTIONS_DIVERSES, compute_propositions
from .verrous import lock_reunion, refuse_stale

CHAMPS = ["titre", "nature", "duree_minutes", "rapporteur", "texte"]


def _lock_point(point) -> PointOrdreDuJour:
    """Lock the meeting, then read its item again: someone may have removed it."""
    reunion = lock_reunion(point.reunion)
    try:
        return reunion.points.select_related("reunion__comite__accord").get(pk=point.pk)
    except PointOrdreDuJour.DoesNotExist:
        raise ValidationError("Ce point n’est plus à l’ordre du jour.", code="disparu") from None


def _renumber(points) -> None:
    """Give the items their places, 1 to n; the unique constraint waits for the end of the transaction."""
    for ordre, point in enumerate(points, start=1):
        point.ordre = ordre
    PointOrdreDuJour.objects.bulk_update(points, ["ordre"])


def _insert(reunion, point) -> None:
    """Put an item at the end, before « Questions diverses » which closes a meeting."""
    points = list(reunion.points.all())
    place = len(points)
    if points and points[-1].proposition == QUESTIONS_DIVERSES:
        place -= 1
    point.ordre = len(points) + 1
    point.full_clean()
    point.save()
    points.insert(place, point)
    _renumber(points)


def _link(point, operations) -> None:
    """Append operations to an item, in the order given, skipping those it already examines."""
    examens = list(point.examens.values_list("operation", "ordre"))
    connues, rang = {pk for pk, _ in examens}, max((ordre for _, ordre in examens), default=0)
    nouvelles = [operation for operation in operations if operation.pk not in connues]
    PointOperation.objects.bulk_create(
        PointOperation(point=point, operation=operation, ordre=rang + place)
        for place, operation in enumerate(nouvelles, start=1)
    )


def _check_operations(reunion, operations) -> list[Operation]:
    """Operations of another agreement have no place on this agenda."""
    operations = list(operations)
    if any(operation.accord_id != reunion.comite.accord_id for operation in operations):
        raise ValidationError("Une opération d’un autre accord ne s’inscrit pas ici.", code="accord")
    return operations


@transaction.atomic
def ajouter_point(
    reunion,
    *,
    titre,
    auteur,
    nature=TypePoint.INFORMATION,
    duree_minutes=10,
    rapporteur="",
    texte="",
    operations=(),
    proposition="",
) -> PointOrdreDuJour:
    """Add an item to the agenda, with the operations it examines."""
    reunion = lock_reunion(reunion)
    operations = _check_operations(reunion, operations)
    point = PointOrdreDuJour(
        reunion=reunion,
        titre=titre.strip(),
        nature=nature,
        duree_minutes=duree_minutes,
        rapporteur=rapporteur.strip(),
        texte=texte.strip(),
        proposition=proposition,
    )
    _insert(reunion, point)
    _link(point, operations)
    journaliser(
        reunion,
        "point_ajoute",
        auteur=auteur,
        titre=point.titre,
        duree_minutes=duree_minutes,
        operations=[operation.numero for operation in operations],
    )
    return point


@transaction.atomic
def inscrire_proposition(reunion, cle, *, auteur) -> PointOrdreDuJour:
    """Put on the agenda what a rule proposes; operations join the item that already examines them, if any."""
    reunion = lock_reunion(reunion)
    proposition = next((p for p in compute_propositions(reunion) if p.cle == cle), None)
    if proposition is None:
        raise ValidationError("Cette proposition n’a plus lieu d’être.", code="proposition")
    point = reunion.points.filter(proposition=cle).first()
    if point is not None:
        return ajouter_operations(point, proposition.operations, auteur=auteur)
    return ajouter_point(
        reunion,
        titre=proposition.titre,
        nature=proposition.nature,
        duree_minutes=proposition.duree_minutes,
        rapporteur=proposition.rapporteur,
        texte=proposition.texte,
        operations=proposition.operations,
        proposition=proposition.cle,
        auteur=auteur,
    )


@transaction.atomic
def modifier_point(point, *, auteur, version=None, **valeurs) -> PointOrdreDuJour:
    """Change what an item says. A form opened on an older version is refused."""
    point = _lock_point(point)
    refuse_stale(point, version)
    valeurs = {champ: v.strip() if isinstance(v, str) else v for champ, v in valeurs.items() if champ in CHAMPS}
    changes = {champ: [getattr(point, champ), v] for champ, v in valeurs.items() if getattr(point, champ) != v}
    if not changes:
        return point
    for champ, valeur in valeurs.items():
        setattr(point, champ, valeur)
    point.full_clean()
    point.version += 1
    point.save(update_fields=[*valeurs, "version"])
    journaliser(point.reunion, "point_modifie", auteur=auteur, motif="", point=point.titre, **changes)
    return point


def _find_place(depart: int, sens: int, place: int | None) -> int:
    return depart + sens if place is None else place - 1


@transaction.atomic
def deplacer_point(point, *, auteur, sens: int = 0, place: int | None = None) -> PointOrdreDuJour:
    """Move an item one place up (-1) or down (+1), or to a place (1 is the first); past either end nothing changes."""
    point = _lock_point(point)
    points = list(point.reunion.points.all())
    depart = next(rang for rang, autre in enumerate(points) if autre.pk == point.pk)
    cible = _find_place(depart, sens, place)
    if cible == depart or not 0 <= cible < len(points):
        return point
    points.insert(cible, points.pop(depart))
    _renumber(points)
    journaliser(point.reunion, "point_deplace", auteur=auteur, point=point.titre, ordre=[depart + 1, cible + 1])
    point.ordre = cible + 1
    return point


@transaction.atomic
def supprimer_point(point, *, auteur) -> None:
    """Take an item off the agenda; the journal keeps what it said, the packs already produced keep it too."""
    point = _lock_point(point)
    reunion, titre = point.reunion, point.titre
    valeurs = {champ: getattr(point, champ) for champ in CHAMPS}
    valeurs["operations"] = list(point.examens.values_list("operation__numero", flat=True))
    point.delete()
    _renumber(list(reunion.points.all()))
    journaliser(reunion, "point_supprime", auteur=auteur, point=titre, **valeurs)


@transaction.atomic
def ajouter_operations(point, operations, *, auteur) -> PointOrdreDuJour:
    """Add operations to an item, after those it already examines."""
    point = _lock_point(point)
    operations = _check_operations(point.reunion, operations)
    if not operations:
        raise ValidationError("Choisissez au moins une opération.", code="aucune")
    _link(point, operations)
    journaliser(
        point.reunion,
        "operations_inscrites",
        auteur=auteur,
        point=point.titre,
        operations=[o.numero for o in operations],
    )
    return point


def _examens(point) -> list[PointOperation]:
    return list(point.examens.select_related("operation"))


def _reorder(examens) -> None:
    for ordre, examen in enumerate(examens, start=1):
        examen.ordre = ordre
    PointOperation.objects.bulk_update(examens, ["ordre"])


def _rang(examens, operation) -> int:
    for rang, examen in enumerate(examens):
        if examen.operation_id == operation.pk:
            return rang
    raise ValidationError("Cette opération n’est plus inscrite à ce point.", code="disparue")


@transaction.atomic
def deplacer_operation(point, operation, *, auteur, sens: int = 0, place: int | None = None) -> None:
    """Move an operation one place up (-1) or down (+1) inside its item, or to a place."""
    point = _lock_point(point)
    examens = _examens(point)
    rang = _rang(examens, operation)
    cible = _find_place(rang, sens, place)
    if cible == rang or not 0 <= cible < len(examens):
        return
    examens.insert(cible, examens.pop(rang))
    _reorder(examens)
    journaliser(
        point.reunion,
        "operation_deplacee",
        auteur=auteur,
        point=point.titre,
        operation=operation.numero,
        ordre=[rang + 1, cible + 1],
    )


@transaction.atomic
def retirer_operation(point, operation, *, auteur) -> None:
    """Take an operation off an item."""
    point = _lock_point(point)
    examens = _examens(point)
    examens.pop(_rang(examens, operation)).delete()
    _reorder(examens)
    journaliser(point.reunion, "operation_retiree", auteur=auteur, point=point.titre, operation=operation.numero)
