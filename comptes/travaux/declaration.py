"""What a job is called, who may follow it, and how it is started."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django_tasks import task
from django_tasks.base import Task

from ..models import Travail


@dataclass(frozen=True)
class Declaration:
    libelle: str
    peut_suivre: Callable[..., bool] | None
    atomique: bool


_declarations: dict[Callable[..., Any], Declaration] = {}


def travail(libelle: str, *, peut_suivre: Callable[..., bool] | None = None, atomique: bool = True):
    """Declare a function as a job: it receives an Avancement, then named values that JSON can hold.

    `peut_suivre(user, **valeurs)` is the word of the app that owns the object: it alone says who may follow the job.
    Without it, only the person who started it may. With `atomique=False` the job commits step by step, and must find
    by itself what is already done when it starts again.
    """

    def declarer(fonction: Callable[..., Any]) -> Task:
        _declarations[fonction] = Declaration(libelle, peut_suivre, atomique)
        return task()(fonction)

    return declarer


def declaration(tache) -> Declaration:
    """What was said of a job, found from the task in the queue."""
    return _declarations[tache.func]


@transaction.atomic
def lancer(tache: Task, *, auteur, suite: str, **valeurs) -> Travail:
    """Put a job in the queue, within the transaction of the act that wants it.

    `suite` is the address of the page that shows the result, or what went wrong.
    """
    resultat = tache.enqueue(**valeurs)
    return Travail.objects.create(
        tache_id=UUID(resultat.id), libelle=declaration(tache).libelle, auteur=auteur, suite=suite
    )


def peut_suivre(user, travail: Travail) -> bool:
    """May know that the job exists, and how far it has got."""
    try:
        regle = declaration(travail.tache.task).peut_suivre
    except (ImportError, KeyError):  # a job of another version of the product
        regle = None
    if regle is None:
        return travail.auteur_id == user.pk
    return regle(user, **travail.tache.args_kwargs["kwargs"])
