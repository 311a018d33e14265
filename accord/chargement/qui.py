"""The act and the bodies bound to it."""

from comptes.models import Organisme

from ..models import AccordCadre, Partie
from ..synchronisation import MODIFIE, ecrire
from .commun import Chargement, fait, jour, texte


def charger_organismes(c: Chargement) -> None:
    """Bodies are shared by all agreements: none is removed."""
    attendus = {
        p["code"]: {
            "code": p["code"],
            **texte(p, "nom", "nom_court", "source"),
            "nature": p["nature"],
            "alias": p.get("alias", []),
        }
        for p in c.lister("parties")
    }
    existants = Organisme.objects.filter(code__in=attendus).select_related("parent")
    c.organismes = c.synchro.aligner(existants, attendus, lambda o: o.code)
    for partie in c.lister("parties"):
        _rattacher(c, c.organismes[partie["code"]], c.organismes.get(partie.get("parent", "")))


def _rattacher(c: Chargement, organisme: Organisme, parent: Organisme | None) -> None:
    avant = organisme.parent
    if avant == parent:
        return
    organisme.parent = parent
    organisme.save(update_fields=["parent"])
    if not c.synchro.est_nouveau(Organisme, organisme.code):
        c.synchro.noter(MODIFIE, Organisme, organisme.code, {"rattaché à": (ecrire(avant), ecrire(parent))})


def charger_identite(c: Chargement) -> None:
    acte = c.donnees["accord"]
    attendu = {
        "slug": acte["slug"],
        **texte(acte, "titre", "territoire", "code_departement", "periode", "acte"),
        "delibere_le": jour(acte["delibere_le"]),
        "debut_le": jour(acte["debut_le"]),
        "fin_le": jour(acte["fin_le"]),
        "chef_de_file": c.organismes[acte["chef_de_file"]],
        **fait(acte),
    }
    existants = AccordCadre.objects.filter(slug=acte["slug"]).select_related("chef_de_file")
    c.synchro.aligner(existants.select_for_update(of=("self",)), {acte["slug"]: attendu}, lambda a: a.slug)


def charger_parties(c: Chargement) -> None:
    attendus = {
        p["code"]: {
            "accord": c.accord,
            "organisme": c.organismes[p["code"]],
            "qualite": p["qualite"],
            "ordre": ordre,
            **texte(p, "signataire", "fonction"),
            "signe_le": jour(p.get("signe_le")),
            **fait(p),
        }
        for ordre, p in enumerate(c.lister("parties"), 1)
    }
    c.aligner_liste(Partie, attendus, lambda p: p.organisme.code, "organisme")
