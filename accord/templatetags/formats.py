"""`{% load formats %}`: the filters that write amounts, rates, counts, days, dates, hours and SIRET."""

from django import template

from .. import montants
from ..sources import ecrire_note, ecrire_source

register = template.Library()


def _filtre(nom, format_valeur):
    """Register a filter; a missing value is the word given as argument, or the usual one of its kind."""

    def filtre(valeur, vide=None):
        valeur = None if valeur == "" else valeur
        return format_valeur(valeur) if vide is None else format_valeur(valeur, vide)

    register.filter(nom, filtre)


_filtre("euros", montants.format_euros)
_filtre("ecart", montants.format_ecart)
_filtre("taux", montants.format_taux)
_filtre("nombre", montants.format_nombre)
_filtre("note", montants.format_note)
_filtre("jours", montants.format_jours)
_filtre("date_fr", montants.format_date)
_filtre("date_courte", montants.format_date_courte)
_filtre("heure_fr", montants.format_heure)
_filtre("duree", montants.format_duree)
_filtre("siret", montants.format_siret)


@register.filter
def taille_fichier(octets):
    """20 Mo, 512 Ko."""
    return montants.format_taille(octets)


@register.filter
def pluriel(nombre, formes):
    """`{{ n|pluriel:"opération,opérations" }}` gives « 97 opérations »: one and zero are singular in French."""
    singulier, _, pluriel = formes.partition(",")
    mot = pluriel if abs(nombre) >= 2 else singulier
    return f"{montants.format_nombre(nombre)}{montants.INSECABLE}{mot}"


@register.filter
def source(texte, accord=None):
    """`{{ p.source|source:accord }}` writes a source in full, with the titles of the pages that the agreement names."""
    return ecrire_source(texte, accord.titres_sources if accord and "[S" in texte else None)


@register.filter
def prose(texte):
    """`{{ p.note|prose }}` writes in full the sources that a note puts between brackets."""
    return ecrire_note(texte)
