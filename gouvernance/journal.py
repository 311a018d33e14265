"""The journal of a meeting, in the words of a person."""

from accord.montants import format_duree
from comptes.journal import journal_de

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
        return f"s’appelait «\u00a0{avant}\u00a0»"
    if champ == "nature":
        avant, apres = (TypePoint(valeur).label.lower() for valeur in (avant, apres))
    if champ == "duree_minutes":
        avant, apres = format_duree(avant), format_duree(apres)
    return f"{CHAMPS[champ]}\u00a0: {avant or 'vide'} devient {apres or 'vide'}"


def _detail(ligne) -> str:
    valeurs = ligne.valeurs
    if ligne.acte == "dossier_produit":
        return f"Version {valeurs['version']}, {valeurs['pages']} pages"
    if ligne.acte == "modifiee":
        return ", ".join(f"{avant} devient {apres}" for avant, apres in valeurs.values())
    morceaux = [valeurs.get("point") or valeurs.get("titre"), ", ".join(valeurs.get("operations") or [])]
    morceaux.append(valeurs.get("operation"))
    if ligne.acte in ("point_deplace", "operation_deplacee"):
        depart, arrivee = valeurs["ordre"]
        morceaux.append(f"du rang {depart} au rang {arrivee}")
    if ligne.acte == "point_modifie":
        morceaux += [_lire_changement(champ, *valeurs[champ]) for champ in CHAMPS if champ in valeurs]
    return ", ".join(morceau for morceau in [*morceaux, ligne.motif] if morceau)


def historique(reunion) -> list[dict]:
    """Lines for components/journal.html, latest first."""
    return [
        {
            "quand": ligne.enregistree_le,
            "acte": ACTES.get(ligne.acte, ligne.acte),
            "code": ligne.acte,
            "auteur": ligne.auteur,
            "detail": _detail(ligne),
            "fort": ligne.acte in FORTS,
        }
        for ligne in journal_de(reunion)
    ]
