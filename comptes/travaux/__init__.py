"""Long work, done by `manage.py travaux` outside of any request, and followed by whoever may see it.

    @travail("Import des participants", peut_suivre=peut_voir_import)
    def importer(avancement, *, fichier):
        avancement.commencer("Lecture du fichier", total=80_632)
        …
        avancement.avancer(1_000)

    lancer(importer, auteur=request.user, suite=fichier.get_absolute_url(), fichier=fichier.pk)

The queue is a table of the same base (django-tasks-db): a job started in a transaction exists once it is committed, and
not before. A job of one piece (`atomique`, the default) commits together with the word that it is done, so it happens
once, however often its worker is killed.
"""

from .avancement import Avancement
from .declaration import lancer, peut_suivre, travail

__all__ = ["Avancement", "lancer", "peut_suivre", "travail"]
