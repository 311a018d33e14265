"""Load an agreement from its checked file: same file, same rows; the notified amounts enter the ledger once."""

from django.db import IntegrityError, connection, transaction

from ..controles import verifier_coherence
from ..fichier import Fichier, FichierRefuse
from ..models import AccordCadre
from ..synchronisation import Changement
from .argent import charger_enveloppes, charger_programmes
from .commun import Chargement, fait, texte
from .faits import charger_bilan, charger_donnees, charger_parametres, charger_points_attention
from .qui import charger_identite, charger_organismes, charger_parties
from .strategie import (
    charger_dispositifs,
    charger_indicateurs,
    charger_lignes_partage,
    charger_publics,
    charger_strategie,
)
from .territoires import charger_perimetres, charger_territoires

__all__ = ["charger_accord", "fait", "texte"]

ETAPES = [  # in the order of the references
    *(charger_organismes, charger_identite, charger_parties),
    *(charger_programmes, charger_enveloppes),
    *(charger_dispositifs, charger_strategie, charger_publics, charger_lignes_partage, charger_indicateurs),
    *(charger_parametres, charger_donnees, charger_bilan, charger_points_attention),
    *(charger_territoires, charger_perimetres),
]


def charger_accord(fichier: Fichier) -> tuple[AccordCadre, list[Changement]]:
    """Bring the agreement to what the file says; refuse it whole, and write nothing, when a part cannot be.

    The caller opens the transaction that also holds what other applications take from the same file.
    """
    if erreurs := verifier_coherence(fichier):
        raise FichierRefuse(erreurs)
    chargement = Chargement(fichier)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:  # one load at a time
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('charger_accord'))")
            for etape in ETAPES:
                etape(chargement)
            chargement.synchro.retirer()
    except IntegrityError as erreur:
        contrainte = getattr(getattr(erreur.__cause__, "diag", None), "constraint_name", None) or str(erreur)
        raise FichierRefuse([f"{fichier.nom} : la base refuse ces données (règle « {contrainte} »)."]) from erreur
    return chargement.accord, chargement.synchro.changements
