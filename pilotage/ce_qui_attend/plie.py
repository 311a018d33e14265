"""A PLIE: the operations of its own structure, and where they stand."""

from comptes.enums import Role
from operations.enums import STATUTS_CLOS, Statut
from operations.models import Operation

from ..liens import Liens
from .actes import url_acte
from .blocs import Groupe, Ligne, Section, Vide, montant

SUITES = {
    Statut.DEPOSEE: "La recevabilité est à prononcer.",
    Statut.RECEVABLE: "L’instruction est en cours.",
    Statut.AJOURNEE: "L’instruction reprend.",
    Statut.INSTRUITE: "L’instance va décider.",
    Statut.PROGRAMMEE: "La convention est à venir.",
    Statut.CONVENTIONNEE: "L’attestation de démarrage est attendue.",
    Statut.EN_EXECUTION: "Le prochain bilan est attendu.",
    Statut.ACHEVEE: "Le solde est à régler.",
}
SANS_SUITE = "Rien n’est attendu."


def _montant(operation) -> dict:
    if operation.ue_programme:
        return montant(operation.ue_programme, "programmés")
    if operation.ue_instruit is not None:
        return montant(operation.ue_instruit, "instruits")
    return montant(operation.ue_demande, "demandés")


def build_section(user, accord, aujourdhui, liens: Liens) -> Section:
    operations = (
        Operation.objects.for_user(user)
        .filter(accord=accord, structure__organisme__in=user.organismes_ids(Role.PLIE))
        .for_list()
        .order_by("-statut_depuis_le", "-numero")
    )
    lignes = {
        operation: Ligne(
            operation.intitule,
            url_acte(operation, "detail"),
            f"{operation.numero} · {operation.enveloppe.organisme} · {SUITES.get(operation.statut, SANS_SUITE)}",
            operation.statut_depuis_le,
            "dans ce statut",
            operation,
            **_montant(operation),
        )
        for operation in operations
    }
    ouvertes = [ligne for operation, ligne in lignes.items() if operation.statut not in STATUTS_CLOS]
    closes = [ligne for operation, ligne in lignes.items() if operation.statut in STATUTS_CLOS]
    groupes = [Groupe("En cours", ouvertes, len(ouvertes)), Groupe("Closes", closes, len(closes))]
    return Section(
        "mes-operations",
        "Mes opérations",
        Vide(
            "Aucune opération de votre structure",
            "Une demande déposée sur Ma démarche FSE+ apparaît ici quand l’organisme intermédiaire l’a enregistrée.",
        ),
        [groupe for groupe in groupes if groupe.lignes],
        url=liens.operations(),
        lien="Toutes mes opérations",
        actes=False,
    )
