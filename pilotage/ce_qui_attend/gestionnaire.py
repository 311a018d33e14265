"""The gestionnaire: applications to examine, reports to claim, signatures to collect, for the bodies they work for."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.urls import reverse

from accord.montants import format_jours
from comptes.enums import Role
from operations.enums import Statut
from operations.models import Operation

from ..attente import ATTENTES, lire_delais
from ..liens import Liens
from .actes import url_acte
from .blocs import (
    Attente,
    Groupe,
    Ligne,
    Section,
    Source,
    Vide,
    a_rebours,
    grouper_par_echeance,
    montant,
    son_organisme,
)
from .conditions import lignes_conditions
from .contrat import lignes_bilans, lignes_signatures
from .controles import lignes_achevements, lignes_controles
from .doublons import build_groupe as build_doublons
from .observations import lignes_a_lire, lignes_a_repondre

VERBES = {
    Statut.DEPOSEE: ("Prononcer la recevabilité", "recevabilite"),
    Statut.RECEVABLE: ("Instruire", "instruction"),
    Statut.AJOURNEE: ("Reprendre l’instruction", "instruction"),
}
ETAPES = {attente.statut: attente.etape for attente in ATTENTES}


def build_ligne(aujourdhui, seuils: dict, operation) -> Ligne:
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


def _seuil(demande: Attente, seuils: dict):
    _, statut = demande.cle
    return seuils.get(ETAPES[statut])


def _dater(demande: Attente, seuils: dict) -> Attente:
    """An application in its place by the day it is due, as its line says."""
    return replace(demande, quand=demande.quand + timedelta(days=_seuil(demande, seuils).jours))


def _rang(ligne: Ligne | Attente) -> tuple:
    """By day, then by number, which opens the words of a line."""
    return ligne.quand, ligne.cle[0] if isinstance(ligne, Attente) else ligne.texte


def build_section(user, accord, aujourdhui, liens: Liens) -> Section:
    """Late first; where no delay is set, the oldest first."""
    seuils = lire_delais(accord, aujourdhui)
    operations = (
        Operation.objects.for_user(user)
        .filter(accord=accord, enveloppe__organisme__in=user.organismes_ids(Role.GESTIONNAIRE))
        .filter(statut__in=list(VERBES))
        .for_list()
    )
    source = Source(operations, partial(build_ligne, aujourdhui, seuils))
    demandes = source.attentes("statut_depuis_le", "numero", "statut")
    organismes = user.organismes_ids(Role.GESTIONNAIRE)
    datees: list[Ligne | Attente] = [
        *(_dater(demande, seuils) for demande in demandes if _seuil(demande, seuils)),
        *lignes_bilans(accord, organismes, aujourdhui),
        *lignes_signatures(accord, organismes, aujourdhui),
        *lignes_conditions(accord, organismes, aujourdhui),
        *lignes_a_repondre(accord, organismes, aujourdhui),
        *lignes_a_lire(accord, organismes, aujourdhui),
        *lignes_controles(user, accord, organismes, aujourdhui),
        *lignes_achevements(accord, organismes, aujourdhui),
    ]
    datees.sort(key=_rang)
    autres = [demande for demande in demandes if not _seuil(demande, seuils)]
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
