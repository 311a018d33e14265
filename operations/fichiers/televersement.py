"""Files on their way in: one too big is dropped while it arrives, a sending too big is not read at all."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from accord.montants import format_taille

from .formats import dire_trop_gros


class TailleLimitee(FileUploadHandler):
    """Stops a file at the limit: what was received of it is thrown away, the rest is never kept."""

    def __init__(self, request=None):
        super().__init__(request)
        self.recu = 0
        self.trop_gros: list[tuple[str, str]] = []  # (field, name)

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.recu = 0

    def receive_data_chunk(self, raw_data, start):
        self.recu += len(raw_data)
        if self.recu > settings.PIECE_TAILLE_MAX:
            self.trop_gros.append((self.field_name or "", self.file_name or ""))
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None  # the next handlers keep it

    def signaler(self, form) -> None:
        """Say on its field of the form that a file was too big."""
        for champ, nom in self.trop_gros:
            form.add_error(champ if champ in form.fields else None, dire_trop_gros(nom))


def refuser_envoi(request) -> str:
    """Why a sending is refused as announced, before one byte of it is read; empty when it may come in."""
    try:
        annonce = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        annonce = 0
    if request.method != "POST" or annonce <= settings.PIECE_ENVOI_MAX:
        return ""
    return (
        f"Cet envoi pèse {format_taille(annonce)}\u00a0: rien n’a été lu ni enregistré. Un fichier va jusqu’à "
        f"{format_taille(settings.PIECE_TAILLE_MAX)}, un envoi jusqu’à {format_taille(settings.PIECE_ENVOI_MAX)}. "
        "Réduisez le fichier, ou déposez vos pièces en plusieurs fois."
    )
