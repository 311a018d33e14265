"""The journal of an account, in the words of a person."""

from datetime import date

from .dates import dire_jour
from .journal import journal_de

ACTES = {
    "compte_ouvert": "Compte ouvert",
    "invitation_envoyee": "Invitation envoyée de nouveau",
    "compte_modifie": "Compte modifié",
    "compte_ferme": "Compte fermé",
    "compte_rouvert": "Compte rouvert",
    "role_accorde": "Rôle accordé",
    "role_clos": "Fin de rôle enregistrée",
    "role_retire": "Rôle retiré",
}
FORTS = {"compte_ouvert", "compte_ferme", "compte_rouvert", "role_accorde", "role_clos", "role_retire"}
CHAMPS = {"prenom": "prénom", "nom": "nom", "email": "adresse électronique"}


def historique(personne, noms: dict[str, str]) -> list[dict]:
    """Lines for components/journal.html, without those about the organisations of another agreement.

    `noms`: of the organisations this reader knows, by code.
    """
    return [
        {
            "quand": ligne.enregistree_le,
            "acte": ACTES.get(ligne.acte, ligne.acte),
            "auteur": ligne.auteur,
            "detail": _detail(ligne, noms),
            "fort": ligne.acte in FORTS,
        }
        for ligne in journal_de(personne)
        if ligne.valeurs.get("organisme") is None or ligne.valeurs["organisme"] in noms
    ]


def _detail(ligne, noms) -> str:
    valeurs = ligne.valeurs
    morceaux = []
    if "role" in valeurs:
        fin = f" jusqu’au {_jour(valeurs['fin_le'])}" if valeurs.get("fin_le") else ""
        morceaux.append(
            f"{valeurs['role']}, {noms[valeurs['organisme']]}, à partir du {_jour(valeurs['debut_le'])}{fin}"
        )
    morceaux += [
        f"{CHAMPS[cle]}\u00a0: {valeur['avant']} devient {valeur['apres']}"
        for cle, valeur in valeurs.items()
        if cle in CHAMPS and isinstance(valeur, dict)
    ]
    if ligne.motif:
        morceaux.append(f"Motif\u00a0: {ligne.motif}")
    return "\u202f; ".join(morceaux)


def _jour(iso: str) -> str:
    return dire_jour(date.fromisoformat(iso))
