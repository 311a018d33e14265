"""`{% load reperes %}`: icons, badges of a status, marks of a fund and of an organisation."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .. import montants
from ..icones import ETATS, ICONES, INCONNU, TONS
from ..montants import INSECABLE

register = template.Library()

FONDS = {"FSE_PLUS": ("fse", "FSE+"), "FTJ": ("ftj", "FTJ")}


@register.simple_tag
def icone(nom, titre=""):
    """Draw an icon: decorative unless it has a title."""
    if titre:
        return format_html(
            '<svg class="ic" viewBox="0 0 16 16" role="img"><title>{}</title>{}</svg>', titre, SafeString(ICONES[nom])
        )
    return format_html(
        '<svg class="ic" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>', SafeString(ICONES[nom])
    )


@register.simple_tag
def badge(statut, libelle="", pdf=False):
    """Draw a status: icon and word. In a PDF the tint is an attribute, and the icon carries its title."""
    etat = ETATS.get(statut, INCONNU)
    dessin = SafeString(ICONES[etat.icone])
    if pdf:
        svg = format_html(
            '<svg class="ic" viewBox="0 0 16 16" role="img" fill="none" stroke="{}" stroke-width="1.7"'
            ' stroke-linecap="round" stroke-linejoin="round"><title>État</title>{}</svg>',
            TONS[etat.ton],
            dessin,
        )
    else:
        svg = icone(etat.icone)
    return format_html('<span class="{}">{}{}</span>', etat.classes, svg, libelle or etat.mot or statut)


@register.filter
def dessin(nom):
    """Draw a decorative icon whose name is computed."""
    return icone(nom)


@register.filter
def icone_message(niveau):
    """Return the icon of a Django message (MESSAGE_TAGS writes « danger » for an error)."""
    return {"success": "coche-cercle", "warning": "alerte", "danger": "alerte"}.get(niveau, "info")


@register.filter
def fonds_classe(fonds):
    """Return the class of the mark of a fund (an object with `code`, or the code)."""
    return FONDS.get(getattr(fonds, "code", fonds), ("fonds", ""))[0]


@register.filter
def fonds_nom(fonds):
    """Return the short name of a fund, as everyone writes it."""
    code = getattr(fonds, "code", fonds)
    return FONDS.get(code, ("", str(code)))[1]


@register.filter
def organisme_classe(rang):
    """Return the class of the mark of a body from its rank (1, 2, 3) among the OI of the agreement, or a dash."""
    return f"oi-{rang}" if str(rang) in ("1", "2", "3") else "organisme"


RUBRIQUES = {
    "pilotage": "pilotage",
    "accord": "accord",
    "territoires": "accord",
    "gouvernance": "comites",
    "comptes": "utilisateurs",
}
# Pages that belong to another entry than their app’s, or to none.
PAGES_A_PART = {
    "accueil": "accueil",
    "recherche": "",
    "aide": "aide",
    "accessibilite": "",
    "donnees_personnelles": "",
    "mentions_legales": "",
    "moi": "",
}


@register.simple_tag
def rubrique(request):
    """Return the entry of the navigation that the page belongs to, from the name of its URL."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return ""
    app, nom = match.app_name, match.url_name or ""
    if app == "operations":
        return "appels" if nom.startswith("appel") else "structures" if nom.startswith("structure") else "operations"
    if app == "participants":
        return "operations" if "numero" in match.kwargs else "participants"
    if app in ("pilotage", "comptes") and nom in PAGES_A_PART:
        return PAGES_A_PART[nom]
    return RUBRIQUES.get(app, "")


@register.simple_tag
def pages(page):
    """Return the page numbers to show around the current one, with ellipses."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag
def lien_page(request, numero, parametre="page"):
    """Return the query string of another page, filters kept."""
    requete = request.GET.copy()
    requete[parametre or "page"] = numero
    return f"?{requete.urlencode()}"


@register.simple_tag
def erreurs(form=None, forms=None):
    """Flatten the errors of forms and formsets: one line each, with the id of its field."""
    lignes = []
    for un in [*([form] if form else []), *(forms or [])]:
        if hasattr(un, "non_form_errors"):
            lignes += [{"message": message} for message in un.non_form_errors()] if un.is_bound else []
            for rang, f in enumerate(un.forms, 1):
                lignes += [_situer(ligne, rang) for ligne in _erreurs_du_formulaire(f)]
        else:
            siennes = _erreurs_du_formulaire(un)
            if rang := getattr(un, "rang", None):  # one of several forms alike, outside a formset
                siennes = [_situer(ligne, rang) for ligne in siennes]
            lignes += siennes + erreurs(forms=getattr(un, "sous_formulaires", []))
    return lignes


def _situer(ligne, rang):
    """Name the row of a formset before its field: « Ligne 2, Année : … »."""
    if "intitule" in ligne:
        return ligne | {"intitule": f"Ligne {rang}, {ligne['intitule']}"}
    return ligne | {"message": f"Ligne {rang}{INSECABLE}: {ligne['message']}"}


def _erreurs_du_formulaire(form):
    if not form.is_bound:
        return []
    lignes = [{"message": message} for message in form.non_field_errors()]
    for champ in form:
        ancre = champ.id_for_label or f"{champ.auto_id}_0"  # a group of boxes: its first one
        lignes += [{"ancre": ancre, "intitule": _intitule(champ.label), "message": message} for message in champ.errors]
    return lignes


def _intitule(libelle):
    """Name the field before its error; a label that asks a question needs no colon."""
    return f"{libelle} " if str(libelle).endswith("?") else f"{libelle}{INSECABLE}: "


@register.filter
def en_lettres(nombre):
    """Return a small number as a word that opens a sentence: « Deux »."""
    return montants.en_lettres(nombre).capitalize()


@register.simple_tag
def classe_cellule(column, balise):
    """Write the class of a cell without the column’s name, which django-tables2 adds and our style sheet may know."""
    ecrites = column.attrs.get(balise, {}).get("class") or ""
    classes = [c for c in ecrites.split() if c in CLASSES_CELLULE]
    return format_html(' class="{}"', " ".join(classes)) if classes else ""


CLASSES_CELLULE = {"n", "n-fin", "nombre", "secondaire", "discret", "petit", "trace", "precedent"}


@register.simple_tag
def tri(column):
    """Write aria-sort on the column that orders the list."""
    if not column.is_ordered:
        return ""
    return SafeString(f' aria-sort="{"descending" if column.order_by_alias.is_descending else "ascending"}"')
