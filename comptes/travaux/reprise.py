"""Jobs left by a worker that was killed go back to the queue; old ones leave it."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from ..models import Travail
from .presence import ouvriers_vivants

REPRISES = 3  # then the job is held to be what kills its worker
CONSERVATION = timedelta(days=90)

INTERROMPU = (
    f"Le travail a été interrompu {REPRISES + 1} fois sans arriver à son terme. Rien n’en est resté en suspens. "
    "Prévenez l’administrateur avant de recommencer."
)


@transaction.atomic
def remettre_les_abandonnes() -> list[DBTaskResult]:
    """Put back what a dead worker was doing, three times at most; return the jobs found.

    The rows are read before the locks: a worker announces itself before it claims a job, and cannot end one while its
    row is held here.
    """
    en_cours = list(DBTaskResult.objects.running().select_for_update(skip_locked=True))
    vivants = ouvriers_vivants() if en_cours else set()
    abandonnes = [tache for tache in en_cours if tache.worker_ids[-1] not in vivants]
    for tache in abandonnes:
        if len(tache.worker_ids) <= REPRISES:
            tache.status = TaskResultStatus.READY
            tache.save(update_fields=["status"])
        else:
            echouer(tache, INTERROMPU)
    return abandonnes


def echouer(tache: DBTaskResult, motif: str, *, classe: str = "", trace: str = "") -> None:
    """End a job with the French reason that its author reads."""
    tache.status = TaskResultStatus.FAILED
    tache.finished_at = timezone.now()
    tache.exception_class_path, tache.traceback = classe, trace
    tache.save(update_fields=["status", "finished_at", "exception_class_path", "traceback"])
    Travail.objects.filter(pk=tache.pk).update(motif=motif)


def purger() -> None:
    """Forget the jobs ended long ago."""
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - CONSERVATION).delete()
