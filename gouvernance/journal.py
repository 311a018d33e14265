"""The journal of a meeting, in the words of a person."""

from comptes.journal import journal_de

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
FORTS = {"planifiee", "annulee", "dossier_produit"}


def _detail(ligne) -> str:
    valeurs = ligne.valeurs
    if ligne.acte == "dossier_produit":
        return f"Version {valeurs['version']}, {valeurs['pages']} pages"
    morceaux = [str(valeurs[cle]) for cle in ("titre", "point") if valeurs.get(cle)]
    if valeurs.get("operations"):
        morceaux.append(", ".join(valeurs["operations"]))
    if valeurs.get("operation"):
        morceaux.append(str(valeurs["operation"]))
    if ligne.acte == "modifiee":
        morceaux += [f"{avant} devient {apres}" for avant, apres in valeurs.values()]
    if ligne.motif:
        morceaux.append(ligne.motif)
    return ", ".join(morceaux)


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
