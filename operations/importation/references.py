"""What the cells may name, read once for a whole file: the number of queries does not grow with its lines."""

import difflib
from collections import defaultdict
from collections.abc import Iterable

from django.db import connection
from django.db.models import Prefetch, Q

from accord.models import (
    AccordCadre,
    AxeStrategique,
    Dispositif,
    Enveloppe,
    Epci,
    ObjectifSpecifique,
    TypeAction,
)
from accord.territoires import epcis_de
from comptes.models import Organisme

from ..models import AppelAProjets, DecisionProgrammation, Instruction, Operation, Structure
from .cellules import simplifier
from .fautes import CelluleRefusee


class Repertoire:
    """Objects found by their code or their name, whatever the case and the accents; the closest code otherwise."""

    def __init__(self, objets: Iterable, *noms: str, inconnu: str):
        self.inconnu, self.codes = inconnu, []
        self.par_nom: dict[str, object] = {}
        for objet in objets:
            self.codes.append(str(getattr(objet, noms[0])))
            for nom in noms:
                self.par_nom.setdefault(simplifier(str(getattr(objet, nom))), objet)

    def trouver(self, texte: str):
        objet = self.par_nom.get(simplifier(texte))
        if objet is None:
            aucun = "" if self.codes else " L’accord n’en donne aucun."
            raise CelluleRefusee(f"{self.inconnu}{aucun}", self.proche(texte))
        return objet

    def proche(self, texte: str) -> str:
        par_cle = {simplifier(code): code for code in self.codes}
        trouves = difflib.get_close_matches(simplifier(texte), list(par_cle), n=1, cutoff=0.6)
        return par_cle[trouves[0]] if trouves else ""


class References:
    """The envelopes of one body, and for each what an operation may aim at."""

    def __init__(self, accord: AccordCadre, organisme: Organisme):
        self.accord, self.organisme = accord, organisme
        enveloppes = list(Enveloppe.objects.for_accord(accord).filter(organisme=organisme))
        for enveloppe in enveloppes:
            enveloppe.accord = accord  # the same object for all: nothing is read again
        self.enveloppes = Repertoire(enveloppes, "code", inconnu="Aucune enveloppe de l’organisme ne porte ce code.")
        sien = {"accord": accord, "organisme": organisme}
        objectifs = list(ObjectifSpecifique.objects.select_related("priorite"))
        appels = list(
            AppelAProjets.objects.filter(enveloppe__in=enveloppes).prefetch_related("pieces_attendues", "criteres")
        )
        dispositifs = list(Dispositif.objects.filter(**sien))
        self.axe = Repertoire(
            AxeStrategique.objects.filter(**sien), "code", "libelle", inconnu="Cet axe n’est pas connu."
        )
        self.type_action = Repertoire(
            TypeAction.objects.filter(**sien), "code", "libelle", inconnu="Ce type d’action n’est pas connu."
        )
        self.epci = Repertoire(epcis_de(accord), "nom", "nom_court", "siren", inconnu="Ce territoire n’est pas connu.")
        self.par_enveloppe: dict[int, dict[str, Repertoire]] = {}
        for e in enveloppes:
            self.par_enveloppe[e.pk] = {
                "objectif_specifique": Repertoire(
                    [o for o in objectifs if o.priorite.fonds_id == e.fonds_id],
                    "code",
                    inconnu="Cet objectif n’est pas un objectif de ce fonds.",
                ),
                "appel": Repertoire(
                    [a for a in appels if a.enveloppe_id == e.pk],
                    "code",
                    inconnu="Aucun appel de cette enveloppe ne porte ce code.",
                ),
                "dispositif": Repertoire(
                    [d for d in dispositifs if d.fonds_id == e.fonds_id],
                    "code",
                    "libelle",
                    inconnu="Ce dispositif n’est pas un dispositif de cette enveloppe.",
                ),
                "axe": self.axe,
                "type_action": self.type_action,
            }


class Structures:
    """Beneficiaries, found by SIRET then by name; those that a file creates are made once."""

    def __init__(self, accord: AccordCadre, noms: set[str], sirets: set[str]):
        self.accord, self.cles = accord, lire_cles(noms)
        connues = (
            Structure.objects.filter(accord=accord)
            .filter(Q(siret__in=sirets) | Q(cle__in=set(self.cles.values())))
            .select_related("organisme")
        )
        self.par_siret: dict[str, Structure] = {}
        self.par_cle: dict[str, list[Structure]] = defaultdict(list)
        for structure in connues:
            self._ranger(structure, structure.cle)

    def _ranger(self, structure: Structure, cle: str) -> None:
        if structure.siret:
            self.par_siret[structure.siret] = structure
        self.par_cle[cle].append(structure)

    def trouver(self, nom: str, siret: str, actuelle: Structure | None) -> Structure:
        """The structure that a line names, unsaved when it is a new one; `actuelle`: that of the operation so far."""
        cle = self.cles.get(nom, "")
        if siret and siret in self.par_siret:
            return self._porteur(self.par_siret[siret], cle)
        memes = self.par_cle.get(cle, []) if cle else []
        if siret:
            return self._nouveau_siret(nom, siret, cle, memes)
        if actuelle in memes:
            return actuelle
        if len(memes) > 1:
            raise CelluleRefusee("Plusieurs structures portent ce nom : donnez le SIRET.")
        return memes[0] if memes else self._creer(nom, "", cle)

    def _porteur(self, structure: Structure, cle: str) -> Structure:
        if cle and cle != (structure.cle if structure.pk else self.cles[structure.nom]):
            raise CelluleRefusee("Ce SIRET est celui d’une structure qui porte un autre nom.", structure.nom)
        return structure

    def _nouveau_siret(self, nom: str, siret: str, cle: str, memes: list[Structure]) -> Structure:
        if not nom:
            raise CelluleRefusee("Aucune structure ne porte ce SIRET : donnez aussi le nom du bénéficiaire.")
        if any(not structure.siret for structure in memes):
            raise CelluleRefusee(
                "Une structure porte ce nom, sans SIRET : complétez sa fiche, ou laissez ici le SIRET vide."
            )
        return self._creer(nom, siret, cle)

    def _creer(self, nom: str, siret: str, cle: str) -> Structure:
        structure = Structure(accord=self.accord, nom=nom, siret=siret)
        self._ranger(structure, cle)
        return structure


def lire_cles(noms: set[str]) -> dict[str, str]:
    """The search key of each name, computed by the database as it is for what is recorded."""
    if not noms:
        return {}
    with connection.cursor() as curseur:
        curseur.execute("SELECT nom, cle_recherche(nom) FROM unnest(%s) AS noms(nom)", [sorted(noms)])
        return dict(curseur.fetchall())


def lire_existantes(accord: AccordCadre, numeros: set[str], organisme: Organisme) -> dict[str, Operation]:
    """Lock the operations of the body that the file names, with all that a line is compared with.

    Locked first and in one order: the acts that follow write to the journal, and two imports never wait for each other.
    """
    verrouillees = (
        Operation.objects.select_for_update(of=("self",))
        .filter(accord=accord, numero__in=numeros, enveloppe__organisme=organisme)
        .order_by("pk")
        .select_related(
            "enveloppe__organisme",
            "structure__organisme",
            "appel",
            "objectif_specifique__priorite",
            "dispositif",
            "axe",
            "type_action",
        )
        .prefetch_related(
            "plans",
            "appel__pieces_attendues",
            "appel__criteres",
            Prefetch("epcis", Epci.objects.all()),
            Prefetch("instructions", Instruction.objects.all()),
            Prefetch("decisions", DecisionProgrammation.objects.all()),
        )
    )
    return {operation.numero: operation for operation in verrouillees}


def numeros_pris(accord: AccordCadre, numeros: set[str], organisme: Organisme) -> set[str]:
    """Those of the file that another body holds: nothing else is said of them."""
    ailleurs = Operation.objects.filter(accord=accord, numero__in=numeros).exclude(enveloppe__organisme=organisme)
    return set(ailleurs.values_list("numero", flat=True))
