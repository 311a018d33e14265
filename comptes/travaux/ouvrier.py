"""The worker: one job at a time, until it is asked to stop."""

import logging
import time
import traceback
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, connection, transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from ..models import Travail
from .avancement import Avancement
from .declaration import declaration
from .presence import s_annoncer, se_retirer
from .reprise import echouer, purger, remettre_les_abandonnes

ATTENTE = 1.0  # seconds between two looks at an empty queue
RONDE = 30.0  # seconds between two searches for abandoned jobs
PANNE = 5.0  # seconds before another try when the base is away

INATTENDU = (
    "Le travail s’est arrêté sur une erreur inattendue. Recommencez\u202f; si elle revient, prévenez l’administrateur."
)

journal = logging.getLogger(__name__)


class Depossede(Exception):
    """The job was put back while we were doing it: somebody else has it now."""


class Ouvrier:
    def __init__(self, dire: Callable[[str], object]):
        self.dire = dire
        self.arret = False
        self.numero = ""
        self._session = None
        self._ronde_a = 0.0

    def travailler(self, *, une_fois: bool = False) -> None:
        """Do the jobs of the queue, oldest first; with `une_fois`, leave once it is empty."""
        try:
            while not self.arret:
                try:
                    if self.prendre_un_travail():
                        continue
                except (InterfaceError, OperationalError):
                    if une_fois or connection.is_usable():
                        raise
                    self.attendre_la_base()
                    continue
                if une_fois:
                    break
                time.sleep(ATTENTE)
        finally:
            if self._session is not None and connection.connection is self._session and connection.is_usable():
                se_retirer(self.numero)

    def se_presenter(self) -> None:
        """Be known as alive, under a new number when the connection that held the former one is gone."""
        connection.ensure_connection()
        if connection.connection is not self._session:
            self.numero = s_annoncer()
            self._session = connection.connection
            self._ronde_a = 0.0

    def faire_sa_ronde(self) -> None:
        if time.monotonic() < self._ronde_a:
            return
        for tache in remettre_les_abandonnes():
            self.dire(f"Travail {tache.pk} interrompu\u00a0: {'remis' if en_attente(tache) else 'abandonné'}.")
        purger()
        self._ronde_a = time.monotonic() + RONDE

    def attendre_la_base(self) -> None:
        """The session is lost, and with it our number and what was under way: the next round puts it back."""
        journal.error("La base ne répond plus\u00a0: nouvel essai dans %d secondes.", PANNE)
        connection.close()
        time.sleep(PANNE)

    def prendre_un_travail(self) -> bool:
        """Claim the next job and do it; False when there is none."""
        self.se_presenter()
        self.faire_sa_ronde()
        with transaction.atomic():
            tache = DBTaskResult.objects.ready().get_locked()
            if tache is None:
                return False
            tache.claim(self.numero)
            Travail.objects.filter(pk=tache.pk).update(fait=0, total=None, etape="")
        self.dire(f"Travail {tache.pk} ({tache.task_path}) commencé.")
        try:
            self.mener(tache)
        except Depossede:
            self.dire(f"Travail {tache.pk} repris par un autre\u00a0: rien n’en est gardé ici.")
        return True

    def mener(self, tache: DBTaskResult) -> None:
        """Do a job and say how it ended. One whose session was lost did not end: the next round puts it back."""
        try:
            self.faire(tache)
        except Depossede:
            raise
        except Exception as erreur:
            if connection.connection is not self._session:
                self.dire(f"Travail {tache.pk} interrompu\u00a0: sa session avec la base est perdue.")
            else:
                self.constater(tache, erreur)
        else:
            self.dire(f"Travail {tache.pk} terminé.")

    def faire(self, tache: DBTaskResult) -> None:
        """Run the function; what it did and the word that it is done are committed together."""
        fonction, valeurs = tache.task.func, tache.args_kwargs["kwargs"]
        with Avancement(tache.pk) as avancement:
            if declaration(tache.task).atomique:
                with transaction.atomic():
                    self.conclure(tache, fonction(avancement, **valeurs))
            else:
                valeur = fonction(avancement, **valeurs)
                with transaction.atomic():
                    self.conclure(tache, valeur)

    def conclure(self, tache: DBTaskResult, valeur) -> None:
        self.verifier_qu_il_est_a_nous(tache)
        tache.set_successful(valeur)

    def constater(self, tache: DBTaskResult, erreur: Exception) -> None:
        """Say why a job failed: to its author in French, to the operator without any value it was handling.

        The message of an error may quote a name or a birth date; neither the queue nor the log keeps it.
        """
        classe = f"{type(erreur).__module__}.{type(erreur).__qualname__}"
        trace = "".join(traceback.format_tb(erreur.__traceback__))
        if isinstance(erreur, ValidationError):
            motif = " ".join(erreur.messages)
        else:
            motif = INATTENDU
            journal.error("Travail %s (%s)\u00a0: %s\n%s", tache.pk, tache.task_path, classe, trace)
        with transaction.atomic():
            self.verifier_qu_il_est_a_nous(tache)
            echouer(tache, motif, classe=classe, trace=trace)
        self.dire(f"Travail {tache.pk} en échec.")

    def verifier_qu_il_est_a_nous(self, tache: DBTaskResult) -> None:
        actuelle = DBTaskResult.objects.select_for_update().get(pk=tache.pk)
        if actuelle.status != TaskResultStatus.RUNNING or actuelle.worker_ids != tache.worker_ids:
            raise Depossede


def en_attente(tache: DBTaskResult) -> bool:
    return tache.status == TaskResultStatus.READY
