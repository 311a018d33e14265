"""What the money is for: dispositifs, strategy, lines of demarcation, indicators."""

from ..controles import parcourir_dispositifs
from ..models import (
    AxeStrategique,
    Dispositif,
    Indicateur,
    LignePartage,
    ObjectifTransversal,
    PublicCible,
    TypeAction,
)
from .commun import Chargement, fait, jour, texte


def charger_dispositifs(c: Chargement) -> None:
    """Parents first, so that children can name them."""
    parents, enfants = {}, {}
    for ordre, (_, d, parent) in enumerate(parcourir_dispositifs(c.donnees), 1):
        tete = parent or d
        champs = {
            "accord": c.accord,
            "organisme": c.organismes[tete["organisme"]],
            "fonds": c.fonds[tete["fonds"]],
            "code": d["code"],
            **texte(d, "libelle"),
            "ordre": ordre,
            **fait(d),
        }
        if parent:
            enfants[d["code"]] = champs | {"parent": parent["code"]}
        else:
            parents[d["code"]] = champs | {"parent": None}
    existants = Dispositif.objects.filter(accord=c.accord)
    existants = existants.select_related("accord", "organisme", "fonds", "parent")
    lignes = c.synchro.aligner(existants, parents, lambda d: d.code)
    enfants = {code: champs | {"parent": lignes[champs["parent"]]} for code, champs in enfants.items()}
    c.synchro.aligner(existants.all(), enfants, lambda d: d.code)
    c.synchro.en_trop += [(d, d.code) for d in existants.all() if d.code not in parents.keys() | enfants.keys()]


def charger_strategie(c: Chargement) -> None:
    for nom, modele in (
        ("axes", AxeStrategique),
        ("objectifs_transversaux", ObjectifTransversal),
        ("types_action", TypeAction),
    ):
        attendus = {
            (e["organisme"], e["code"]): {
                "accord": c.accord,
                "organisme": c.organisme(e),
                "code": e["code"],
                **texte(e, "libelle"),
                **fait(e),
            }
            for e in c.lister(nom)
        }
        c.aligner_liste(modele, attendus, lambda e: (e.organisme.code, e.code), "organisme")


def charger_publics(c: Chargement) -> None:
    attendus = {
        e["code"]: {
            "accord": c.accord,
            "organisme": c.organisme(e),
            "code": e["code"],
            "ordre": ordre,
            **texte(e, "libelle"),
            "champ": e.get("champ", ""),
            "valide_du": jour(e["valide_du"]),
            "valide_au": jour(e.get("valide_au")),
            **fait(e),
        }
        for ordre, e in enumerate(c.lister("publics"), 1)
    }
    c.aligner_liste(PublicCible, attendus, lambda e: e.code, "organisme")


def charger_lignes_partage(c: Chargement) -> None:
    attendus = {
        e["code"]: {
            "accord": c.accord,
            "organisme": c.organisme(e),
            "code": e["code"],
            "ordre": ordre,
            **texte(e, "regle", "texte"),
            "criteres": e.get("criteres", []),
            **fait(e),
        }
        for ordre, e in enumerate(c.lister("lignes_partage"), 1)
    }
    c.aligner_liste(LignePartage, attendus, lambda e: e.code, "organisme")


def charger_indicateurs(c: Chargement) -> None:
    """Indicators are shared by all agreements: none is removed. A fund may take over those of another."""
    decrits = {(i["fonds"], i["code"]): i for i in c.lister("indicateurs")}
    for reprise in c.lister("indicateurs_repris"):
        propres = {cle: reprise[cle] for cle in ("fonds", "source", "certitude", "note") if cle in reprise}
        for code in reprise["codes"]:
            decrits[reprise["fonds"], code] = decrits[reprise["de"], code] | {"note": ""} | propres
    attendus = {
        cle: {
            "fonds": c.fonds[i["fonds"]],
            "code": i["code"],
            **texte(i, "libelle", "calcul", "population", "moment"),
            "famille": i["famille"],
            **fait(i),
        }
        for cle, i in decrits.items()
    }
    c.synchro.aligner(Indicateur.objects.select_related("fonds"), attendus, lambda i: (i.fonds.code, i.code))
