"""How far a job has got, said while its transaction is still open."""

import time

from django.db import connection

from ..models import Travail

INTERVALLE = 0.5  # seconds between two writings: a job of 80 000 lines does not write 80 000 times


class Avancement:
    """Writes on a connection of its own, so that a page reads it before the job has committed anything."""

    def __init__(self, travail_id):
        self.travail_id = travail_id
        self._connexion = connection.copy()
        self._ecrit_a = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_erreur):
        self._connexion.close()

    def commencer(self, etape: str, total: int | None = None) -> None:
        """Begin a step, of `total` parts when they can be counted. Its words are shown: they name nobody."""
        self._ecrire(etape=etape, total=total, fait=0)

    def avancer(self, fait: int) -> None:
        """Say how many parts of the step are done; cheap enough to be said for each."""
        if time.monotonic() >= self._ecrit_a + INTERVALLE:
            self._ecrire(fait=fait)

    def _ecrire(self, **colonnes) -> None:
        affectations = ", ".join(f"{colonne} = %s" for colonne in colonnes)
        with self._connexion.cursor() as curseur:
            curseur.execute(
                f"UPDATE {Travail._meta.db_table} SET {affectations} WHERE tache_id = %s",  # noqa: S608 (our names)
                [*colonnes.values(), self.travail_id],
            )
        self._ecrit_a = time.monotonic()
