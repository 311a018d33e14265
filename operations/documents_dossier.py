"""What the product itself writes for the auditor’s folder: sheet of the contract, control reports, observations."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from accord.montants import INSECABLE, format_date

from .fiche_convention import build_fiche_convention
from .fiche_csf import render_csf
from .models import Observation, Operation
from .suivi_bilans import charger_bilans, lire_paye, suivre_bilan


@dataclass(frozen=True)
class Document:
    """A document drawn when the folder is asked for; `lien` is its place from the index."""

    libelle: str
    lien: str
    contenu: bytes

    @property
    def empreinte(self) -> str:
        return hashlib.sha256(self.contenu).hexdigest()

    @property
    def taille(self) -> int:
        return len(self.contenu)

    @property
    def format(self) -> str:
        return self.lien.rsplit(".", 1)[1].upper()


def build_documents(operation: Operation, user, jour: date) -> list[Document]:
    """In the order of life: the contract in force, the concluded controls of its reports, the threads one follows."""
    convention = operation.conventions.select_related("plan").courante()
    documents = []
    if convention:
        fiche = build_fiche_convention(operation, convention, jour)
        documents.append(Document("Fiche de convention", "documents/fiche-convention.pdf", fiche))
        documents += _controles(operation, convention)
    return documents + [_fil(fil) for fil in _fils(operation, user)]


def _controles(operation: Operation, convention) -> Iterator[Document]:
    paye = lire_paye(operation)
    for bilan in charger_bilans(convention).order_by("numero"):
        suivi = suivre_bilan(bilan, None, paye)
        if suivi.controle:
            yield Document(
                f"Rapport de contrôle de service fait, bilan n°{INSECABLE}{bilan.numero}",
                f"documents/csf-bilan-{bilan.numero}.pdf",
                render_csf(operation, suivi),
            )


def _fils(operation: Operation, user):
    fils = Observation.objects.for_user(user).filter(operation=operation).select_related("organisme", "auteur")
    return fils.prefetch_related("messages__organisme", "messages__auteur").order_by("numero")


def _fil(fil: Observation) -> Document:
    """A thread as plain text: what was asked, what was answered, each with its author and instant."""
    blocs = [
        f"Observation n°{INSECABLE}{fil.numero}, {fil.operation.numero}\n{fil.objet}\n"
        f"Posée par {fil.organisme} ({fil.auteur}) le {format_date(fil.posee_le)}, réponse attendue le "
        f"{format_date(fil.echeance_le)}. {fil.get_statut_display()} depuis le {format_date(fil.statut_depuis_le)}.",
        *(
            f"{message.get_sens_display()}, {message.organisme} ({message.auteur}), le {_instant(message.ecrit_le)}\n"
            f"{message.texte}"
            for message in fil.messages.all()
        ),
    ]
    return Document(
        f"Observation n°{INSECABLE}{fil.numero}, {fil.objet}",
        f"documents/observation-{fil.numero}.txt",
        ("\n\n".join(blocs) + "\n").encode("utf-8-sig"),
    )


def _instant(instant: datetime) -> str:
    local = timezone.localtime(instant)
    return f"{format_date(local.date())} à {local.hour}{INSECABLE}h{INSECABLE}{local.minute:02d}"
