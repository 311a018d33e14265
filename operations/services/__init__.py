from .appels import clore_appel, enregistrer_appel, publier_appel, reporter_appel, supprimer_appel
from .appels_fonds import annuler_appel_fonds, annuler_rejet, certifier, rejeter_ligne
from .bilans import (
    achever_operation,
    annuler_bilan,
    annuler_csf,
    enregistrer_bilan,
    rendre_csf,
    reprendre_execution,
)
from .calendrier import reporter_bilan
from .cloture import annuler_solde, archiver_operation, desarchiver_operation, solder_operation
from .conditions import lever_condition, retablir_condition
from .controles import (
    Verification,
    abandonner_csf,
    enregistrer_lignes,
    enregistrer_reponse,
    envoyer_conclusions,
    ouvrir_csf,
    rejouer_echantillon,
    tirer_echantillon,
    verifier_lignes,
)
from .conventions import (
    annuler_convention,
    conventionner_operation,
    demarrer_operation,
    resilier_operation,
    signer_avenant,
)
from .decisions import (
    abandonner_operation,
    ajourner_operation,
    annuler_decision,
    annuler_retrait,
    deprogrammer_operation,
    programmer_operation,
    refuser_operation,
)
from .depot import deposer_operation, modifier_operation
from .ecarts import Ecart
from .grille import enregistrer_grille
from .instruction import (
    declarer_irrecevable,
    declarer_recevable,
    instruire_operation,
    rouvrir_instruction,
    rouvrir_recevabilite,
)
from .observations import (
    clore_observation,
    poser_observation,
    relancer_observation,
    repondre_observation,
)
from .paiements import annuler_paiement, payer, recouvrer
from .pieces import deposer_piece, deposer_version, exporter_dossier, retablir_piece, retirer_piece
from .retours import annuler_avenant, annuler_demarrage, annuler_resiliation
from .signature import retirer_signature, suivre_signatures
from .structures import enregistrer_structure

__all__ = [
    "Ecart",
    "Verification",
    "abandonner_csf",
    "abandonner_operation",
    "achever_operation",
    "ajourner_operation",
    "annuler_appel_fonds",
    "annuler_avenant",
    "annuler_bilan",
    "annuler_convention",
    "annuler_csf",
    "annuler_decision",
    "annuler_demarrage",
    "annuler_paiement",
    "annuler_rejet",
    "annuler_resiliation",
    "annuler_retrait",
    "annuler_solde",
    "archiver_operation",
    "certifier",
    "clore_appel",
    "clore_observation",
    "conventionner_operation",
    "declarer_irrecevable",
    "declarer_recevable",
    "demarrer_operation",
    "deposer_operation",
    "deposer_piece",
    "deposer_version",
    "deprogrammer_operation",
    "desarchiver_operation",
    "enregistrer_appel",
    "enregistrer_bilan",
    "enregistrer_grille",
    "enregistrer_lignes",
    "enregistrer_reponse",
    "enregistrer_structure",
    "envoyer_conclusions",
    "exporter_dossier",
    "instruire_operation",
    "lever_condition",
    "modifier_operation",
    "ouvrir_csf",
    "payer",
    "poser_observation",
    "programmer_operation",
    "publier_appel",
    "recouvrer",
    "refuser_operation",
    "rejeter_ligne",
    "rejouer_echantillon",
    "relancer_observation",
    "rendre_csf",
    "repondre_observation",
    "reporter_appel",
    "reporter_bilan",
    "reprendre_execution",
    "resilier_operation",
    "retablir_condition",
    "retablir_piece",
    "retirer_piece",
    "retirer_signature",
    "rouvrir_instruction",
    "rouvrir_recevabilite",
    "signer_avenant",
    "solder_operation",
    "suivre_signatures",
    "supprimer_appel",
    "tirer_echantillon",
    "verifier_lignes",
]
