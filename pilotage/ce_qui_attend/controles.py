"""The lines of the queues about reports: to control, answers to receive, executions to close."""

from datetime import timedelta
from functools import partial

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse

from accord.models import Parametre
from accord.montants import INSECABLE, format_euros
from operations.enums import NatureBilan, Statut
from operations.models import (
    AvenantConvention,
    BilanExecution,
    ControleServiceFait,
    DecisionProgrammation,
    Instruction,
    OuvertureControle,
)
from operations.services.controles import CONTROLABLES

from .blocs import Attente, Ligne, Source, a_rebours
from .contrat import OPERATION


def _url(accord, bilan, nom: str = "bilan", *, sans_bilan: bool = False) -> str:
    suite = [] if sans_bilan else [bilan.numero]
    return reverse(f"operations:{nom}", args=[accord.slug, bilan.convention.operation.numero, *suite])


def _texte(bilan) -> str:
    operation = bilan.convention.operation
    return f"{operation.numero} · {operation.intitule} · {operation.structure}"


def _bilans(accord, organismes):
    return BilanExecution.objects.filter(
        annule_le__isnull=True,
        convention__annulee_le__isnull=True,
        convention__operation__accord=accord,
        convention__operation__enveloppe__organisme__in=organismes,
    ).select_related(*(f"convention__operation__{champ}" for champ in OPERATION))


def _a_controler(user, accord, organismes):
    """Without conclusions nor another controller, on files the person did not instruct, decide or sign."""
    operation = OuterRef("convention__operation")
    ouvertures = OuvertureControle.objects.filter(abandonne_le__isnull=True)
    return (
        _bilans(accord, organismes)
        .filter(convention__operation__statut__in=CONTROLABLES)
        .exclude(Exists(ControleServiceFait.objects.filter(bilan=OuterRef("pk"), annule_le__isnull=True)))
        .exclude(Exists(ouvertures.filter(bilan=OuterRef("pk")).exclude(controleur=user)))
        .exclude(Q(convention__operation__instruite_par=user, convention__operation__instruite_par__isnull=False))
        .exclude(Exists(Instruction.objects.filter(operation=operation, auteur=user)))
        .exclude(Exists(DecisionProgrammation.objects.filter(operation=operation, auteur=user)))
        .exclude(Q(convention__auteur=user))
        .exclude(Exists(AvenantConvention.objects.filter(convention__operation=operation, auteur=user)))
        .prefetch_related(Prefetch("ouvertures", ouvertures, to_attr="en_cours"))
        .order_by("depose_le", "pk")
    )


def lignes_controles(user, accord, organismes, jour) -> list[Ligne]:
    """Reports to control, the oldest first; one sent to the beneficiary waits for the answer, then for conclusions."""
    delai = Parametre.objects.lire_nombre(accord, "csf_delai_jours", jour)
    lignes = []
    for bilan in _a_controler(user, accord, organismes):
        ouverture = next(iter(bilan.en_cours), None)
        numero = f"n°{INSECABLE}{bilan.numero}"
        quand = bilan.depose_le + timedelta(days=int(delai)) if delai is not None else bilan.depose_le
        est_en_retard = delai is not None and quand < jour
        depuis = a_rebours(quand, jour)
        if ouverture and ouverture.envoyees_le and not ouverture.reponse_le and ouverture.reponse_attendue_le >= jour:
            quand, est_en_retard = ouverture.reponse_attendue_le, False
            acte, depuis = f"Recevoir la réponse au contrôle du bilan {numero}", a_rebours(quand, jour)
        elif ouverture and ouverture.envoyees_le:
            acte = f"Conclure le contrôle du bilan {numero}"
        else:
            acte = f"Contrôler le bilan {numero}"
        lignes.append(
            Ligne(
                acte,
                _url(accord, bilan),
                _texte(bilan),
                quand,
                depuis,
                bilan.convention.operation,
                valeur=format_euros(bilan.ue_declare),
                nom_valeur="déclarés",
                ton="stop" if est_en_retard else "",
            )
        )
    return lignes


def lignes_achevements(accord, organismes, jour) -> list[Attente]:
    """Operations whose final report is filed, still under way."""
    finals = _bilans(accord, organismes).filter(
        nature=NatureBilan.FINAL, convention__operation__statut=Statut.EN_EXECUTION
    )
    return Source(finals, partial(_achever, accord)).attentes("depose_le", "convention__operation__numero")


def _achever(accord, bilan) -> Ligne:
    return Ligne(
        "Constater l’achèvement",
        _url(accord, bilan, "achever", sans_bilan=True),
        _texte(bilan),
        bilan.depose_le,
        "bilan final déposé",
        bilan.convention.operation,
    )
