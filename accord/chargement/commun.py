"""What every step of a load reads and writes."""

from collections.abc import Callable
from datetime import date
from functools import cached_property

from comptes.models import Organisme

from ..fichier import Fichier
from ..models import AccordCadre, Enveloppe, Epci, Fonds
from ..synchronisation import Synchronisation
from ..typographie import espacer

EUROS = "EUR"  # unit of the facts that are amounts; their value is then « 31592507.00 »


class Chargement:
    """One load: the file, what was written so far, the rows that later steps refer to."""

    def __init__(self, fichier: Fichier):
        self.fichier = fichier
        self.donnees = fichier.donnees
        self.synchro = Synchronisation()
        self.organismes: dict[str, Organisme] = {}
        self.fonds: dict[str, Fonds] = {}
        self.enveloppes: dict[str, Enveloppe] = {}
        self.epcis: dict[str, Epci] = {}

    @cached_property
    def accord(self) -> AccordCadre:
        return AccordCadre.objects.select_related("chef_de_file").get(slug=self.donnees["accord"]["slug"])

    def lister(self, nom: str) -> list[dict]:
        return self.donnees.get(nom, [])

    def organisme(self, element: dict) -> Organisme | None:
        code = element.get("organisme")
        return self.organismes[code] if code else None

    def aligner_liste(self, modele, attendus: dict, cle: Callable, *references: str) -> dict:
        """Bring one list of the agreement to what the file says, what is gone included."""
        existants = modele.objects.filter(accord=self.accord).select_related("accord", *references)
        return self.synchro.aligner(existants, attendus, cle, supprimer=True)


def fait(element: dict) -> dict:
    """Where a fact comes from, how sure it is, and what is said beside it."""
    return {
        "source": espacer(element["source"]),
        "certitude": element.get("certitude", "lu"),
        "note": espacer(element.get("note", "")),
    }


def texte(element: dict, *noms: str) -> dict:
    """The texts of an element, empty when the file does not give them."""
    return {nom: espacer(element.get(nom, "")) for nom in noms}


def jour(valeur: str | None) -> date | None:
    return date.fromisoformat(valeur) if valeur else None


def valeur(element: dict) -> dict:
    """The value of a fact with its unit: an amount keeps its digits, so that the page can write it."""
    if "publie" in element:
        return {"valeur": espacer(element["publie"]), "unite": ""}
    if "montant" in element:
        return {"valeur": element["montant"], "unite": EUROS}
    return {"valeur": espacer(element["valeur"]), "unite": espacer(element.get("unite", ""))}
