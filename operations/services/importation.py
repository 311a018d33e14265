"""Load a file of operations: each line through the services of its acts, all in one transaction, or none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from django.db import transaction

from accord.models import AccordCadre
from comptes.lecture import LigneLue
from comptes.models import Organisme

from ..enums import ReponseLigne
from ..importation.colonnes import COLONNES, Entete, lire_entete
from ..importation.controle import Controle
from ..importation.dossiers import Dossier, lire_dossiers
from ..importation.fautes import Faute
from ..importation.references import References, Structures, lire_existantes, numeros_pris
from ..importation.refus import placer
from ..models import Instruction, ReponseLignePartage
from ..partage import lignes_concernees
from .decisions import programmer_operation
from .depot import deposer_operation, lire_fin_eligible, modifier_operation
from .instruction import declarer_recevable, instruire_operation
from .plans import copier_plan
from .structures import enregistrer_structure

RANG_COLONNE = {colonne.nom: rang for rang, colonne in enumerate(COLONNES)}


class AuteurManquant(Exception):
    """The file holds acts that somebody signs, and nobody was named."""


@dataclass
class BilanImport:
    """What the file does, or would do; nothing when `fautes` is not empty."""

    lignes: int = 0
    creees: list[str] = field(default_factory=list)
    modifiees: list[str] = field(default_factory=list)
    inchangees: int = 0
    actes: Counter = field(default_factory=Counter)
    attendent_decision: int = 0
    fautes: list[Faute] = field(default_factory=list)

    @property
    def en_erreur(self) -> int:
        """Lines with at least one faulty cell, the line of titles included."""
        return len({faute.ligne for faute in self.fautes})

    @property
    def ecrites(self) -> int:
        return len(self.creees) + len(self.modifiees)

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, donnees: dict) -> "BilanImport":
        fautes = [Faute(**faute) for faute in donnees["fautes"]]
        return cls(**donnees | {"actes": Counter(donnees["actes"]), "fautes": fautes})

    def comptes(self) -> list[tuple[str, int]]:
        """What was done, in words; acts and waiting decisions only when there are some."""
        toujours = [
            ("Opérations créées", len(self.creees)),
            ("Opérations modifiées", len(self.modifiees)),
            ("Opérations inchangées", self.inchangees),
        ]
        selon = [
            ("Demandes déclarées recevables", self.actes["recevable"]),
            ("Instructions conclues", self.actes["instruire"]),
            ("Opérations programmées", self.actes["programmer"]),
            ("Décisions qui attendent un responsable", self.attendent_decision),
        ]
        return toujours + [compte for compte in selon if compte[1]]


def importer_operations(
    lignes: Sequence[LigneLue], *, accord: AccordCadre, organisme: Organisme, auteur, simulation: bool = False
) -> BilanImport:
    """Load the lines of a file for one body, the first being the titles; all or nothing.

    A simulation plays the same acts, then takes them all back. `auteur` may be None for a scheduled job that only
    deposits and corrects; raises AuteurManquant when a line holds an act that is signed.
    """
    entete = lire_entete(lignes[0])
    dossiers = lire_dossiers(lignes[1:], entete)
    bilan = BilanImport(lignes=len(dossiers), fautes=list(entete.fautes))
    if not entete.est_incomplet:
        _charger(bilan, dossiers, entete, accord=accord, organisme=organisme, auteur=auteur, simulation=simulation)
    bilan.fautes.sort(key=lambda faute: (faute.ligne, RANG_COLONNE.get(faute.colonne, -1)))
    return bilan


def _charger(bilan: BilanImport, dossiers: list[Dossier], entete: Entete, *, auteur, simulation, **cadre) -> None:
    with transaction.atomic():
        _controler(dossiers, entete, auteur=auteur, **cadre)
        if auteur is None and any(dossier.actes for dossier in dossiers):
            raise AuteurManquant
        for dossier in dossiers:
            if not dossier.fautes:
                _appliquer(dossier, auteur, bilan)
            bilan.fautes += dossier.fautes.values()
        if bilan.fautes or simulation:
            transaction.set_rollback(True)


def _controler(dossiers: list[Dossier], entete: Entete, *, accord, organisme, auteur) -> None:
    """Check every line in memory, against what was read once."""
    numeros = {dossier.numero for dossier in dossiers}
    existantes = lire_existantes(accord, numeros, organisme)
    noms = {dossier.valeurs.get("beneficiaire") or "" for dossier in dossiers} - {""}
    sirets = {dossier.valeurs.get("siret") or "" for dossier in dossiers} - {""}
    controle = Controle(
        References(accord, organisme),
        Structures(accord, noms, sirets),
        existantes,
        numeros_pris(accord, numeros, organisme),
        auteur=auteur,
        fin_eligible=lire_fin_eligible(accord),
    )
    for dossier in dossiers:
        controle.verifier(dossier)


def _appliquer(dossier: Dossier, auteur, bilan: BilanImport) -> None:
    """Play the acts of one line in their order; the first that is refused stops the line, and the file in the end."""
    _enregistrer(dossier, auteur)
    for acte in dossier.actes:
        if dossier.fautes:
            break
        ACTES[acte](dossier, auteur)
    if dossier.fautes:
        return
    if dossier.existante is None:
        bilan.creees.append(dossier.numero)
    elif dossier.ecarts or dossier.actes:
        bilan.modifiees.append(dossier.numero)
    else:
        bilan.inchangees += 1
    bilan.actes.update(dossier.actes)
    bilan.attendent_decision += dossier.attend_decision


def _enregistrer(dossier: Dossier, auteur) -> None:
    if not dossier.ecarts:
        return
    operation, structure = dossier.cible, dossier.cible.structure
    if structure._state.adding:
        placer(dossier, enregistrer_structure, structure, auteur=auteur, colonne="beneficiaire")
        if dossier.fautes:
            return
    operation.structure = structure  # its key, now that it has one
    if dossier.existante is None:
        placer(dossier, deposer_operation, operation=operation, plan=dossier.plan, auteur=auteur, epcis=dossier.epcis)
    else:
        placer(
            dossier,
            modifier_operation,
            operation,
            plan=dossier.plan,
            auteur=auteur,
            epcis=dossier.epcis,
            version=dossier.existante.version,
            motif_duree=dossier.valeurs.get("motif_duree") or "",
        )


def _declarer_recevable(dossier: Dossier, auteur) -> None:
    appel = dossier.cible.appel
    placer(
        dossier,
        declarer_recevable,
        dossier.cible,
        auteur=auteur,
        le=dossier.valeurs["recevable_le"],
        pieces_recues=appel.lire_pieces_obligatoires() if appel else [],
        motif_duree=dossier.valeurs.get("motif_duree") or "",
        colonne="recevable_le",
    )


def _instruire(dossier: Dossier, auteur) -> None:
    valeurs = dossier.valeurs
    cible = dossier.cible
    placer(
        dossier,
        instruire_operation,
        cible,
        auteur=auteur,
        plan=copier_plan(dossier.plan),
        instruction=Instruction(
            conclue_le=valeurs["instruite_le"],
            avis=valeurs["avis"],
            rapport=valeurs["rapport"],
            lien_transition=valeurs.get("lien_transition") or "",
            est_sans_conflit=valeurs["sans_conflit"],
            mesure_conflit=valeurs.get("mesure_conflit") or "",
        ),
        reponses=[
            ReponseLignePartage(ligne=ligne, reponse=ReponseLigne.RESPECTEE) for ligne in lignes_concernees(cible)
        ],
        colonne="instruite_le",
    )


def _programmer(dossier: Dossier, auteur) -> None:
    placer(
        dossier,
        programmer_operation,
        dossier.cible,
        auteur=auteur,
        instance=dossier.valeurs["instance"],
        decidee_le=dossier.valeurs["decidee_le"],
        colonne="decidee_le",
    )


ACTES = {"recevable": _declarer_recevable, "instruire": _instruire, "programmer": _programmer}
