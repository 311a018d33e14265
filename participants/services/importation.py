"""Load a file of participants: one pass over its lines, one transaction, all or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accord.models import AccordCadre
from comptes.lecture import Bornes, TableauIllisible, parcourir_tableau
from comptes.models import Organisme
from operations.importation.fautes import Faute
from operations.models import Operation

from ..importation.chargement import Chargement, Comptes
from ..importation.colonnes import COLONNES, FEUILLE, LIGNES_MAX
from ..importation.entete import lire_entete
from ..importation.reception import Lecteur, rassembler, sans_ramasse_miettes
from ..models import CorrespondanceImport
from ..residence import lire_generations
from .fiches import STATUTS_OUVERTS

BORNES = Bornes(taille=60 * 1024 * 1024, lignes=LIGNES_MAX, deplie=800 * 1024 * 1024)
RANG = {colonne.nom: rang for rang, colonne in enumerate(COLONNES)}
Dire = Callable[..., None]


class Silence:
    """Says nothing of how far the work has got."""

    def commencer(self, etape: str, total: int | None = None) -> None: ...

    def avancer(self, fait: int) -> None: ...


@dataclass
class BilanParticipants:
    """What the file does, or would do; nothing when there are faults. `par_operation`: created, changed, same."""

    lignes: int = 0
    creees: int = 0
    modifiees: int = 0
    inchangees: int = 0
    par_operation: dict[str, list[int]] = field(default_factory=dict)
    fautes: list[Faute] = field(default_factory=list)
    total_fautes: int = 0
    inconnus: list[str] = field(default_factory=list)  # titles that are none of our columns
    ecrites: list[int] = field(default_factory=list)  # records created or changed


@transaction.atomic
def importer_participants(
    contenu: bytes,
    *,
    accord: AccordCadre,
    organisme: Organisme | None = None,
    operation: Operation | None = None,
    correspondance: CorrespondanceImport | None = None,
    simulation: bool = False,
    avancement=None,
) -> BilanParticipants:
    """Load the records of a file, or say what it would do; a file with one fault writes nothing.

    Only operations of `organisme` are known, all those of the agreement when it is None; with `operation` no line
    names another one. Loaded twice, the second time changes nothing. The caller has the duplicates between bodies
    looked for (`bilan.ecrites`). Raises TableauIllisible.
    """
    avancement = avancement or Silence()
    lignes = parcourir_tableau(contenu, feuille=FEUILLE, bornes=BORNES)
    titres = next(lignes, None)
    if titres is None:
        raise TableauIllisible("Le fichier est vide. Partez du modèle.")
    entete = lire_entete(
        titres, correspondance.colonnes if correspondance else None, avec_operation=operation is not None
    )
    bilan = BilanParticipants(inconnus=list(entete.inconnus.values()))
    if entete.fautes:
        return _refuser(bilan, entete.fautes, len(entete.fautes))
    lecteur = Lecteur(
        entete,
        operations=_connaitre(accord, organisme, operation),
        operation=operation.pk if operation else None,
        traductions=correspondance.traductions if correspondance else None,
    )
    with sans_ramasse_miettes():
        avancement.commencer("Lecture des lignes")
        personnes = rassembler(lecteur.lire(lignes, avancement.avancer), lecteur.fautes)
        bilan.lignes = lecteur.lignes
        siennes = _relire(sorted({cle for cle, _ in personnes}), simulation)
        avancement.commencer("Contrôle des fiches", total=len(personnes))
        chargement = Chargement(personnes, set(entete.rangs), lecteur.fautes, timezone.localdate())
        _verifier_statuts(chargement, siennes)
        chargement.comparer(lire_generations(accord), avancement.avancer)
        chargement.deposer()
        chargement.verifier()
        if chargement.fautes:
            return _refuser(bilan, chargement.fautes, chargement.fautes.total)
        _resumer(bilan, chargement.compter(), siennes)
        if simulation:
            transaction.set_rollback(True)
        elif bilan.creees or bilan.modifiees:
            organismes = {pk: operation.enveloppe.organisme_id for pk, operation in siennes.items()}
            bilan.ecrites = chargement.ecrire(organismes, avancement.commencer)
    return bilan


def _connaitre(accord, organisme, operation) -> dict[str, int]:
    """The operations that a line may name."""
    operations = Operation.objects.filter(accord=accord)
    if organisme:
        operations = operations.filter(enveloppe__organisme=organisme)
    if operation:
        operations = operations.filter(pk=operation.pk)
    return dict(operations.values_list("numero", "pk"))


def _relire(cles: list[int], simulation: bool) -> dict[int, Operation]:
    """The operations that the file fills; locked in one order to import, so that nobody enters a record meanwhile."""
    operations = Operation.objects.filter(pk__in=cles).select_related("enveloppe").order_by("pk")
    return {o.pk: o for o in (operations if simulation else operations.select_for_update(of=("self",)))}


def _verifier_statuts(chargement: Chargement, siennes: dict[int, Operation]) -> None:
    """One fault per operation that takes no participant now, on its first line."""
    fermees = {pk: o for pk, o in siennes.items() if o.statut not in STATUTS_OUVERTS}
    for arrivee in chargement.arrivees:
        if fermee := fermees.pop(arrivee.ligne.operation, None):
            regle = (
                f"L’opération est «\u202f{fermee.get_statut_display().lower()}\u202f»\u00a0: ses fiches se saisissent "
                "de la programmation à l’archivage."
            )
            chargement.fautes.noter(Faute(arrivee.ligne.numero, "operation", fermee.numero, regle))


def _refuser(bilan: BilanParticipants, fautes: list[Faute], total: int) -> BilanParticipants:
    transaction.set_rollback(True)
    bilan.fautes = sorted(fautes, key=lambda faute: (faute.ligne, RANG.get(faute.colonne, -1)))
    bilan.total_fautes = total
    return bilan


def _resumer(bilan: BilanParticipants, comptes: Comptes, siennes: dict[int, Operation]) -> None:
    bilan.creees, bilan.modifiees, bilan.inchangees = comptes.creees, comptes.modifiees, comptes.inchangees
    bilan.par_operation = {siennes[pk].numero: nombres for pk, nombres in sorted(comptes.par_operation.items())}
