"""The journal of a meeting, in the words of a person."""

from accord.montants import format_duree
from comptes.journal import journal_de
from operations.models import Operation
from operations.querysets import accords_lus

from .enums import TypePoint

ACTES = {
    "planifiee": "Réunion planifiée",
    "modifiee": "Réunion déplacée",
    "annulee": "Réunion annulée",
    "point_ajoute": "Point ajouté",
    "point_modifie": "Point modifié",
    "point_deplace": "Point déplacé",
    "point_supprime": "Point retiré",
    "operations_inscrites": "Opérations inscrites",
    "operation_deplacee": "Opération déplacée",
    "operation_retiree": "Opération retirée",
    "dossier_produit": "Dossier produit",
}
CHAMPS = {"titre": "titre", "nature": "type", "duree_minutes": "durée", "rapporteur": "porté par", "texte": "note"}
FORTS = {"planifiee", "annulee", "dossier_produit"}


def _lire_changement(champ: str, avant, apres) -> str:
    """One field of an item that changed, short enough for a line of the journal."""
    if champ == "texte":
        return "note modifiée" if avant and apres else "note ajoutée" if apres else "note retirée"
    if champ == "titre":
        return f"s’appelait «\u202f{avant}\u202f»"
    if champ == "nature":
        avant, apres = (TypePoint(valeur).label.lower() for valeur in (avant, apres))
    if champ == "duree_minutes":
        avant, apres = format_duree(avant), format_duree(apres)
    return f"{CHAMPS[champ]}\u00a0: {avant or 'vide'} devient {apres or 'vide'}"


def _lire_connues(reunion, user) -> set[str] | None:
    """Numbers of the operations that a person who does not read the whole agreement may know; None means all."""
    accord = reunion.comite.accord_id
    if accords_lus(user).filter(pk=accord).exists():
        return None
    return set(Operation.objects.for_user(user).filter(accord=accord).values_list("numero", flat=True))


def _lire_operations(valeurs: dict, connues: set[str] | None) -> str:
    """The operations of a line: numbers that the person may know, a count of the others."""
    numeros = [*(valeurs.get("operations") or []), *([valeurs["operation"]] if "operation" in valeurs else [])]
    visibles = [numero for numero in numeros if connues is None or numero in connues]
    reste = len(numeros) - len(visibles)
    autres = [f"{reste}\u00a0opération{'s' if reste > 1 else ''}"] if reste else []
    return ", ".join(visibles + autres)


def _detail(ligne, connues: set[str] | None) -> str:
    valeurs = ligne.valeurs
    if ligne.acte == "dossier_produit":
        return f"Version {valeurs['version']}, {valeurs['pages']} pages"
    if ligne.acte == "modifiee":
        return ", ".join(f"{avant} devient {apres}" for avant, apres in valeurs.values())
    morceaux = [valeurs.get("point") or valeurs.get("titre"), _lire_operations(valeurs, connues)]
    if ligne.acte in ("point_deplace", "operation_deplacee"):
        depart, arrivee = valeurs["ordre"]
        morceaux.append(f"du rang {depart} au rang {arrivee}")
    if ligne.acte == "point_modifie":
        morceaux += [_lire_changement(champ, *valeurs[champ]) for champ in CHAMPS if champ in valeurs]
    return ", ".join(morceau for morceau in [*morceaux, ligne.motif] if morceau)


def historique(reunion, user) -> list[dict]:
    """Lines for components/journal.html, latest first; an operation that the person may not know is not named."""
    connues = _lire_connues(reunion, user)
    return [
        {
            "quand": ligne.enregistree_le,
            "acte": ACTES.get(ligne.acte, ligne.acte),
            "code": ligne.acte,
            "auteur": ligne.auteur,
            "detail": _detail(ligne, connues),
            "fort": ligne.acte in FORTS,
        }
        for ligne in journal_de(reunion)
    ]
