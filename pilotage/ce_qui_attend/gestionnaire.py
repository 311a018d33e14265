"""The gestionnaire: applications to examine, reports to claim, signatures to collect, for the bodies they work for."""

from datetime import timedelta

from django.urls import reverse

from accord.montants import format_jours
from comptes.enums import Role
from operations.enums import Statut
from operations.models import Operation

from ..attente import ATTENTES, lire_delais
from ..liens import Liens
from .actes import url_acte
from .blocs import Groupe, Ligne, Section, Vide, a_rebours, grouper_par_echeance, montant, son_organisme
from .conditions import lignes_conditions
from .contrat import lignes_bilans, lignes_signatures
from .controles import lignes_achevements, lignes_controles
from .doublons import build_groupe as build_doublons
from .observations import lignes_a_lire, lignes_a_repondre

VERBES = {
    Statut.DEPOSEE: ("Prononcer la recevabilité", "recevabilite"),
    Statut.RECEVABLE: ("Conclure l’instruction", "instruction"),
    Statut.AJOURNEE: ("Reprendre l’instruction", "instruction"),
}
ETAPES = {attente.statut: attente.etape for attente in ATTENTES}


def build_ligne(operation, aujourdhui, seuils: dict) -> Ligne:
    """One application: its due date when the agreement sets a delay, its age otherwise."""
    verbe, acte = VERBES[operation.statut]
    seuil = seuils.get(ETAPES[operation.statut])
    quand = operation.statut_depuis_le
    depuis = f"attend depuis {format_jours((aujourdhui - quand).days)}"
    if seuil:
        quand += timedelta(days=seuil.jours)
        depuis = a_rebours(quand, aujourdhui)
    ajournee = operation.statut == Statut.AJOURNEE
    return Ligne(
        verbe,
        url_acte(operation, acte),
        f"{operation.numero} · {operation.intitule} · {operation.structure}",
        quand,
        depuis,
        operation,
        ton="stop" if seuil and quand < aujourdhui else "",
        **(montant(operation.ue_instruit, "instruits") if ajournee else montant(operation.ue_demande, "demandés")),
    )


def build_section(user, accord, aujourdhui, liens: Liens) -> Section:
    """Late first; where no delay is set, the oldest first."""
    seuils = lire_delais(accord, aujourdhui)
    operations = (
        Operation.objects.for_user(user)
        .filter(accord=accord, enveloppe__organisme__in=user.organismes_ids(Role.GESTIONNAIRE))
        .filter(statut__in=list(VERBES))
        .for_list()
        .order_by("statut_depuis_le", "numero")
    )
    lignes = [(operation.statut, build_ligne(operation, aujourdhui, seuils)) for operation in operations]
    organismes = user.organismes_ids(Role.GESTIONNAIRE)
    datees = sorted(
        [
            *(ligne for statut, ligne in lignes if ETAPES[statut] in seuils),
            *lignes_bilans(accord, organismes, aujourdhui),
            *lignes_signatures(accord, organismes, aujourdhui),
            *lignes_conditions(accord, organismes, aujourdhui),
            *lignes_a_repondre(accord, organismes, aujourdhui),
            *lignes_a_lire(accord, organismes, aujourdhui),
            *lignes_controles(user, accord, organismes, aujourdhui),
            *lignes_achevements(accord, organismes, aujourdhui),
        ],
        key=lambda ligne: (ligne.quand, ligne.texte),
    )
    autres = [ligne for statut, ligne in lignes if ETAPES[statut] not in seuils]
    groupes = grouper_par_echeance(datees, aujourdhui)
    if autres:
        groupes.append(Groupe("Les plus anciennes d’abord", autres, len(autres)))
    if (doublons := build_doublons(user, accord)).lignes:
        groupes.append(doublons)
    return Section(
        "a-faire",
        "À faire",
        Vide(
            "Aucune demande ne vous attend",
            "Les demandes à examiner, les signatures à recueillir et les bilans à contrôler arriveront ici.",
            reverse("operations:creer", args=[accord.slug]),
            "Déposer une opération",
        ),
        groupes,
        url=liens.operations(**son_organisme(user, Role.GESTIONNAIRE)),
        lien="Toutes mes opérations",
    )
