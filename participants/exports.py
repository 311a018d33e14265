"""The records as a table, without identity: the headings and the codes are those that an import reads."""

from collections.abc import Iterable, Iterator

from comptes.classeurs import Cellule

from .completude import manques
from .models import Participation

# headings of the file of participants (`domaine.md` 3.2, 3.3): field of the record
COLONNES = {
    "identifiant_pseudonyme": "pseudonyme",
    "date_entree": "entree_le",
    "sexe": "sexe",
    "code_insee": "code_insee",
    "code_qpv": "code_qpv",
    **{
        champ: champ
        for champ in [
            "statut_emploi",
            "duree_chomage_mois",
            "en_formation",
            "niveau_diplome",
            "minima_sociaux",
            "brsa",
            "reconnaissance_handicap",
            "origine_etrangere",
            "nationalite_hors_ue",
            "minorite",
            "sans_logement",
            "participant_plie",
        ]
    },
    "date_sortie": "sortie_le",
    **{
        champ: champ
        for champ in [
            "motif_sortie",
            "statut_emploi_sortie",
            "type_contrat",
            "en_formation_sortie",
            "qualification_obtenue",
            "recherche_active",
        ]
    },
}
CALCULEES = ["age_entree", "en_qpv", "fiche", "a_saisir"]


def lignes_fiches(fiches: Iterable[Participation]) -> Iterator[list[Cellule]]:
    """Needs `Suivi.annoter`: the last columns say whether the record is complete, and what it lacks."""
    yield ["operation", *COLONNES, *CALCULEES]
    for fiche in fiches:
        attendus = manques(fiche)
        etat = "annulée" if fiche.annulee_le else "incomplète" if attendus else "complète"
        yield [
            fiche.operation.numero,
            *(getattr(fiche, champ) for champ in COLONNES.values()),
            fiche.age_entree,
            "" if fiche.en_qpv is None else "oui" if fiche.en_qpv else "non",
            etat,
            ", ".join(attendus),
        ]
