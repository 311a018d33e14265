"""Communes, EPCI and named perimeters."""

import csv

from ..fichier import FichierRefuse
from ..models import Commune, Epci, PerimetreTerritorial
from ..synchronisation import MODIFIE
from .commun import Chargement, fait, texte


def charger_territoires(c: Chargement) -> None:
    """Communes and EPCI are shared by all agreements: none is removed."""
    territoires = c.donnees.get("territoires")
    if not territoires:
        return
    communs = {"code_departement": c.accord.code_departement, "millesime": territoires["millesime"]}
    attendus = {
        ligne["siren"]: {
            **{cle: ligne[cle] for cle in ("siren", "nom", "nom_court", "sigle")},
            "rangee": entier(ligne["rangee"]),
            "colonne": entier(ligne["colonne"]),
            **communs,
        }
        for ligne in _lire_csv(c, territoires, "epci")
    }
    c.epcis = c.synchro.aligner(Epci.objects.filter(siren__in=attendus), attendus, lambda e: e.siren)
    attendus = {
        ligne["code_insee"]: {
            **{cle: ligne[cle] for cle in ("code_insee", "nom", "arrondissement")},
            "epci": c.epcis.get(ligne["epci"]),
            "population": entier(ligne["population"]),
            **communs,
        }
        for ligne in _lire_csv(c, territoires, "communes")
    }
    existantes = Commune.objects.filter(code_insee__in=attendus).select_related("epci")
    c.synchro.aligner(existantes, attendus, lambda commune: commune.code_insee)


def entier(chiffres: str) -> int | None:
    return int(chiffres) if chiffres else None


def _lire_csv(c: Chargement, territoires: dict, nom: str) -> list[dict]:
    chemin = c.fichier.trouver(territoires[nom])
    with chemin.open(encoding="utf-8", newline="") as flux:
        lignes = list(csv.DictReader((ligne for ligne in flux if not ligne.startswith("#")), delimiter=";"))
    attendues = territoires[f"nombre_{nom}"]
    if len(lignes) != attendues:
        constat = f"« {chemin.name} » compte {len(lignes)} lignes, {attendues} attendues."
        raise FichierRefuse([c.fichier.faute(("territoires", f"nombre_{nom}"), constat)])
    return lignes


def charger_perimetres(c: Chargement) -> None:
    _verifier_epcis(c)
    attendus = {
        p["code"]: {
            "accord": c.accord,
            "organisme": c.organisme(p),
            "code": p["code"],
            "nature": p["nature"],
            **texte(p, "libelle"),
            "alias": p.get("alias", []),
            **fait(p),
        }
        for p in c.lister("perimetres")
    }
    perimetres = c.aligner_liste(PerimetreTerritorial, attendus, lambda p: p.code, "organisme")
    couverts: dict[str, set[str]] = {}
    liens = PerimetreTerritorial.epcis.through.objects.filter(perimetreterritorial__accord=c.accord)
    for code, siren in liens.values_list("perimetreterritorial__code", "epci__siren"):
        couverts.setdefault(code, set()).add(siren)
    for p in c.lister("perimetres"):
        avant, apres = couverts.get(p["code"], set()), set(p.get("epcis", []))
        if avant == apres:
            continue
        perimetres[p["code"]].epcis.set([c.epcis[siren] for siren in apres])
        if not c.synchro.est_nouveau(PerimetreTerritorial, p["code"]):
            champs = {"EPCI": (", ".join(sorted(avant)) or "rien", ", ".join(sorted(apres)) or "rien")}
            c.synchro.noter(MODIFIE, PerimetreTerritorial, p["code"], champs)


def _verifier_epcis(c: Chargement) -> None:
    refus = [
        c.fichier.faute(("perimetres", rang, "epcis", place), f"« {siren} » n’est pas un EPCI du référentiel.")
        for rang, p in enumerate(c.lister("perimetres"))
        for place, siren in enumerate(p.get("epcis", []))
        if siren not in c.epcis
    ]
    if refus:
        raise FichierRefuse(refus)
