"""A few pieces and questions, on operations that stand at different steps of their life."""

from datetime import datetime, time, timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from accord.models import AccordCadre
from comptes.horloge import a_l_instant
from operations.enums import Statut, TypePiece
from operations.models import Operation
from operations.pieces import pieces_attendues
from operations.services import deposer_piece, poser_observation, relancer_observation, repondre_observation

from .noms import EXEMPLE

STATUTS_MONTRES = [Statut.EN_EXECUTION, Statut.PROGRAMMEE, Statut.DEPOSEE]
QUESTIONS = [
    ("lecteur.ddets", "Cofinancement du Département", "La délibération du cofinanceur est-elle acquise\u202f?"),
    ("agd.dreets", "Public visé", "Comment les étapes sont-elles distinguées de celles de l’autre organisme\u202f?"),
    ("AUTRE_OI", "Calendrier", "L’action se recoupe-t-elle avec notre appel de l’automne\u202f?"),
]


def creer_pieces(accord: AccordCadre, comptes, fin) -> None:
    """Tell the last ten days before `fin`: pieces received, questions asked, some answered, one late."""
    for code in ("CD62", "TM"):
        oi = code.lower()
        agent = comptes[f"gestionnaire.{oi}"].utilisateur
        for statut in STATUTS_MONTRES:
            operation = Operation.objects.filter(accord=accord, enveloppe__organisme__code=code, statut=statut).first()
            if operation:
                with _le(fin - timedelta(days=10)):
                    _deposer(operation, agent)
                _questionner(operation, comptes, agent, "tm" if oi == "cd62" else "cd62", fin)


def _le(jour):
    return a_l_instant(timezone.make_aware(datetime.combine(jour, time(10))))


def _deposer(operation: Operation, agent) -> None:
    """Nearly all that is expected, as short texts: something must be missing for the page to say so."""
    for attendue in pieces_attendues(operation)[:-1]:
        texte = f"{attendue.libelle}\n{operation.numero} {operation.intitule}\nPièce de démonstration {EXEMPLE}.\n"
        fichier = ContentFile(texte.encode(), name=f"{TypePiece(attendue.type).value}.txt")
        deposer_piece(
            operation, auteur=agent, fichier=fichier, type=attendue.type, libelle=attendue.libelle, **attendue.objets
        )


def _questionner(operation: Operation, comptes, agent, autre: str, fin) -> None:
    """The first question waits, the second is answered, the third is late after a reminder."""
    for rang, (qui, objet, texte) in enumerate(QUESTIONS):
        compte = comptes[qui if qui in comptes else f"gestionnaire.{autre}"]
        with _le(fin - timedelta(days=9 - rang)):
            fil = poser_observation(
                operation,
                auteur=compte.utilisateur,
                organisme=compte.organisme,
                objet=objet,
                texte=texte,
                echeance_le=fin + timedelta(days=12),
            )
        if rang:
            with _le(fin - timedelta(days=5)):
                fil = repondre_observation(fil, auteur=agent, texte="Le détail figure dans le rapport d’instruction.")
        if rang == 2:
            with _le(fin - timedelta(days=4)):
                relancer_observation(
                    fil,
                    auteur=compte.utilisateur,
                    texte="Pouvez-vous préciser les mois\u202f?",
                    echeance_le=fin - timedelta(days=1),
                )
