"""Which pieces the file of an operation should hold, and which it holds: one list, for every page and export."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from accord.montants import format_date

from .enums import STATUTS_CONVENTIONNES, NaturePaiement, TypePiece
from .models import BilanExecution, ControleServiceFait, Operation, Paiement, Piece
from .models.pieces import OBJETS

FAMILLES = [
    ("Demande", TypePiece.STATUTS, TypePiece.COMMANDE_PUBLIQUE),
    ("Instruction et décision", TypePiece.RAPPORT_INSTRUCTION, TypePiece.DECISION),
    ("Convention", TypePiece.CONVENTION, TypePiece.DEMARRAGE),
    ("Bilans et contrôles", TypePiece.BILAN, TypePiece.PUBLICITE),
    ("Paiements", TypePiece.PAIEMENT, TypePiece.PAIEMENT),
    ("Autres pièces", TypePiece.AUTRE, TypePiece.AUTRE),
]


@dataclass
class Attendue:
    """A piece that the call or the life of the operation asks for, and the one received, when there is one."""

    cle: str  # tells it apart within its operation, from one page to the next
    type: str
    libelle: str
    origine: str
    obligatoire: bool = True
    objets: dict = field(default_factory=dict)
    est_recue: bool = False  # ticked when the application was admitted, whether its file is here or not
    piece: Piece | None = None

    @property
    def nom_type(self) -> str:
        return str(TypePiece(self.type).label)

    @property
    def manque(self) -> bool:
        return self.piece is None

    @property
    def etat(self) -> str:
        """What is said of a piece whose file is not here."""
        if self.est_recue:
            return "reçue, fichier non déposé"
        return "manquante" if self.obligatoire else "facultative, non déposée"


def lire_pieces(operation: Operation) -> list[Piece]:
    """Every piece with its versions, the latest first; two queries."""
    pieces = operation.pieces.select_related("retiree_par").prefetch_related("versions__auteur")
    return sorted(pieces, key=lambda p: (TypePiece.values.index(p.type), p.libelle.casefold(), p.pk))


def pieces_attendues(operation: Operation, pieces: Iterable[Piece] | None = None) -> list[Attendue]:
    """What is expected, in the order of the life of the file, each with the piece that answers it.

    The call says what an application brings; then each act recorded asks for its proof: contract, amendments, start
    certificate, every report, every control, every payment.
    """
    recues = [p for p in (lire_pieces(operation) if pieces is None else pieces) if not p.est_retiree]
    attendues = [*_de_l_appel(operation, recues), *_de_la_vie(operation)]
    for attendue in attendues:
        if attendue.objets:
            attendue.piece = next((p for p in recues if _repond(p, attendue)), None)
    return attendues


def marquer_recues(operation: Operation, attendues: list[Attendue]) -> list[Attendue]:
    """Say of each piece of the call whether the admission in force ticked it."""
    admission = operation.recevabilites.filter(reprise_le=None).values_list("pieces_recues", flat=True).first() or []
    for attendue in attendues:
        attendue.est_recue = not attendue.objets and attendue.libelle in admission
    return attendues


def pieces_manquantes(operation: Operation) -> list[Attendue]:
    """Those without which a file is archived knowingly only."""
    return [attendue for attendue in pieces_attendues(operation) if attendue.obligatoire and attendue.manque]


def _repond(piece: Piece, attendue: Attendue) -> bool:
    return (
        piece.type == attendue.type
        and all(getattr(piece, f"{nom}_id") == objet.pk for nom, objet in attendue.objets.items())
        and (attendue.type != TypePiece.AVENANT or piece.libelle.casefold() == attendue.libelle.casefold())
    )


def _de_l_appel(operation: Operation, recues: list[Piece]) -> list[Attendue]:
    """A piece of the call is known by its name; when its type is asked for once, the type is enough."""
    if operation.appel is None:
        return []
    demandees = list(operation.appel.pieces_attendues.all())
    types = [d.type for d in demandees]
    attendues = []
    for demandee in demandees:
        candidates = [p for p in recues if p.type == demandee.type and not any(getattr(p, f"{o}_id") for o in OBJETS)]
        nommee = next((p for p in candidates if p.libelle.casefold() == demandee.libelle.casefold()), None)
        seule = candidates[0] if candidates and types.count(demandee.type) == 1 else None
        attendues.append(
            Attendue(
                f"appel-{demandee.pk}",
                demandee.type,
                demandee.libelle,
                f"appel {operation.appel.code}",
                demandee.obligatoire,
                piece=nommee or seule,
            )
        )
    return attendues


def _de_la_vie(operation: Operation) -> list[Attendue]:
    if operation.statut not in STATUTS_CONVENTIONNES:
        return []
    convention = operation.conventions.filter(annulee_le__isnull=True).first()
    if convention is None:
        return []
    return [
        *_de_la_convention(convention),
        *_des_bilans(convention),
        *(_du_paiement(p) for p in Paiement.objects.filter(operation=operation, annule_le__isnull=True)),
    ]


def _de_la_convention(convention) -> Iterable[Attendue]:
    objets = {"convention": convention}
    notifiee = f"convention notifiée le {format_date(convention.notifiee_le)}"
    yield Attendue(
        f"convention-{convention.pk}", TypePiece.CONVENTION, TypePiece.CONVENTION.label, notifiee, objets=objets
    )
    if convention.demarree_le:
        demarree = f"démarrage attesté le {format_date(convention.demarree_le)}"
        yield Attendue(
            f"demarrage-{convention.pk}", TypePiece.DEMARRAGE, TypePiece.DEMARRAGE.label, demarree, objets=objets
        )
    for avenant in convention.avenants.filter(annule_le__isnull=True):
        yield Attendue(
            f"avenant-{avenant.pk}",
            TypePiece.AVENANT,
            f"Avenant n° {avenant.numero} signé",
            f"avenant signé le {format_date(avenant.signe_le)}",
            objets=objets,
        )


def _des_bilans(convention) -> Iterable[Attendue]:
    controles = {
        controle.bilan_id: controle
        for controle in ControleServiceFait.objects.filter(bilan__convention=convention, annule_le__isnull=True)
    }
    for bilan in BilanExecution.objects.filter(convention=convention, annule_le__isnull=True).order_by("numero"):
        nom = f"{bilan.get_nature_display()} n° {bilan.numero}"
        yield Attendue(
            f"bilan-{bilan.pk}",
            TypePiece.BILAN,
            nom,
            f"bilan déposé le {format_date(bilan.depose_le)}",
            objets={"bilan": bilan},
        )
        if controle := controles.get(bilan.pk):
            yield Attendue(
                f"controle-{controle.pk}",
                TypePiece.CONTROLE,
                f"Conclusions du contrôle, {nom[:1].lower()}{nom[1:]}",
                f"contrôle conclu le {format_date(controle.conclu_le)}",
                objets={"controle": controle},
            )


def _du_paiement(paiement: Paiement) -> Attendue:
    quoi = "titre de recette" if paiement.nature == NaturePaiement.RECOUVREMENT else "preuve de paiement"
    nature = paiement.get_nature_display()
    return Attendue(
        f"paiement-{paiement.pk}",
        TypePiece.PAIEMENT,
        f"{nature} du {format_date(paiement.paye_le)}, {quoi}",
        f"{nature.lower()} enregistré{'e' if paiement.nature == NaturePaiement.AVANCE else ''}",
        objets={"paiement": paiement},
    )


def famille(type_piece: str) -> str:
    """The part of the file where a piece is read."""
    rang = TypePiece.values.index(type_piece)
    return next(nom for nom, premier, dernier in FAMILLES if rang <= TypePiece.values.index(dernier))


@dataclass
class Rangee:
    """A line of the tab: a piece, expected or not, or one that is missing."""

    libelle: str
    type: str
    attendue: Attendue | None = None
    piece: Piece | None = None

    @property
    def versions(self) -> list:
        return list(self.piece.versions.all()) if self.piece else []


def ranger(pieces: list[Piece], attendues: list[Attendue]) -> list[tuple[str, list[Rangee]]]:
    """The pieces in force and those missing, by part of the file; empty parts are left out."""
    repondent = {a.piece.pk for a in attendues if a.piece}
    rangees = [Rangee(a.piece.libelle if a.piece else a.libelle, a.type, a, a.piece) for a in attendues]
    rangees += [Rangee(p.libelle, p.type, piece=p) for p in pieces if not p.est_retiree and p.pk not in repondent]
    return [(nom, siennes) for nom, *_ in FAMILLES if (siennes := [r for r in rangees if famille(r.type) == nom])]
