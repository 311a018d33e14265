import csv
import io
from collections.abc import Iterable

from django import forms
from django.http import FileResponse, HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from .classeurs import TYPES, Format, Ligne, ecrire, stream_csv
from .tableur import proteger


def refuser_dates(form: forms.Form) -> HttpResponse | None:
    """Refuse an export whose dates cannot be read: nobody looks at a file to learn that it holds other figures."""
    form.is_valid()
    fausses = [
        f"{champ.label or nom}\u00a0: {' '.join(str(erreur) for erreur in form.errors[nom])}"
        for nom, champ in form.fields.items()
        if isinstance(champ, forms.DateField) and nom in form.errors
    ]
    if not fausses:
        return None
    texte = "\n".join(["Rien n’est exporté.", *fausses])
    return HttpResponseBadRequest(texte, content_type="text/plain; charset=utf-8")


def repondre(lignes: Iterable[Ligne], format_fichier: Format, *, nom: str, feuille: str) -> HttpResponseBase:
    """A table to download: a CSV starts to leave before its last line is read, a workbook is built first."""
    fichier = f"{nom}.{format_fichier}"
    if format_fichier == Format.CSV:
        return StreamingHttpResponse(
            stream_csv(lignes),
            content_type=TYPES[format_fichier],
            headers={"Content-Disposition": f'attachment; filename="{fichier}"'},
        )
    sortie = io.BytesIO()
    ecrire(sortie, lignes, format_fichier, feuille=feuille)
    sortie.seek(0)
    return FileResponse(sortie, as_attachment=True, filename=fichier, content_type=TYPES[format_fichier])


def build_csv_utilisateurs(utilisateurs) -> bytes:
    """One line per person and role in force; a person without a role keeps a line. Opens in a French spreadsheet."""
    tampon = io.StringIO()
    table = csv.writer(tampon, delimiter=";")
    table.writerow(
        ["nom", "prénom", "adresse électronique", "compte", "dernière connexion", "organisme", "rôle", "du", "au"]
    )
    for personne in utilisateurs:
        debut = [
            *(proteger(mot) for mot in (personne.nom, personne.prenom, personne.email)),
            "ouvert" if personne.is_active else "fermé",
            timezone.localdate(personne.last_login).isoformat() if personne.last_login else "",
        ]
        for habilitation in personne.roles_en_cours or [None]:
            table.writerow([*debut, *_role(habilitation)])
    return tampon.getvalue().encode("utf-8-sig")


def _role(habilitation) -> list:
    if habilitation is None:
        return ["", "", "", ""]
    return [
        habilitation.organisme.code,
        habilitation.get_role_display(),
        habilitation.debut_le.isoformat(),
        habilitation.fin_le.isoformat() if habilitation.fin_le else "",
    ]
