"""The journal of a record, in the words of a person: the names of the answers that changed, never the answers."""

from accord.montants import INSECABLE
from comptes.journal import journal_de

from .forms.identites import LIBELLES as LIBELLES_IDENTITE
from .models import Participation

ACTES = {
    "fiche_saisie": "Fiche saisie",
    "fiche_corrigee": "Fiche corrigée",
    "sortie_saisie": "Sortie saisie",
    "retour_saisi": "Retour de la personne",
    "fiche_annulee": "Fiche annulée",
    "fiche_retablie": "Fiche rétablie",
    "partage_decide": "Décision sur une ligne de partage",
    "partage_rouvert": "Décision sur une ligne de partage annulée",
    "droit_acces": "Dossier d’accès remis",
    "doublon_decide": "Décision sur un doublon entre organismes",
    "doublon_rouvert": "Décision sur un doublon annulée",
}
DISCRETS = {"fiche_corrigee"}
CHAMPS = {
    **{champ.name: champ.verbose_name for champ in Participation._meta.concrete_fields},
    **{champ: libelle.lower() for champ, libelle in LIBELLES_IDENTITE.items()},
    "sortie_le": "date de sortie",
    "entree_le": "date d’entrée",
}
CALCULES = {"age_entree", "en_qpv", "est_rural", "source_qpv"}  # they follow from another answer


def build_historique(fiche: Participation) -> list[dict]:
    """Lines for components/journal.html, the latest first."""
    return [
        {
            "quand": ligne.enregistree_le,
            "acte": ACTES.get(ligne.acte, ligne.acte),
            "auteur": ligne.auteur,
            "detail": _detail(ligne),
            "fort": ligne.acte not in DISCRETS,
        }
        for ligne in journal_de(fiche)
    ]


def _detail(ligne) -> str:
    changes = [CHAMPS.get(champ, champ) for champ in ligne.valeurs.get("champs", []) if champ not in CALCULES]
    morceaux = [f"a changé{INSECABLE}: {', '.join(changes)}"] if changes and ligne.acte == "fiche_corrigee" else []
    if ligne.motif:
        morceaux.append(f"motif{INSECABLE}: {ligne.motif}")
    texte = "\u202f; ".join(morceaux)
    return texte[:1].upper() + texte[1:]
