"""Communes, EPCI and named perimeters."""

import csv
from itertools import chain

from ..fichier import FichierRefuse
from ..models import Commune, Epci, PerimetreEpci, PerimetreTerritorial
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
    liens: dict[str, list[PerimetreEpci]] = {}
    for lien in PerimetreEpci.objects.filter(perimetre__accord=c.accord).select_related("perimetre", "epci"):
        liens.setdefault(lien.perimetre.code, []).append(lien)
    for p in c.lister("perimetres"):
        _aligner_epcis(c, perimetres[p["code"]], set(p.get("epcis", [])), liens.pop(p["code"], []))
    for lien in chain.from_iterable(liens.values()):  # their perimeter leaves, unless something entered holds it
        if lien.vient_du_fichier and lien.valide_au is None:
            lien.delete()


def _aligner_epcis(
    c: Chargement, perimetre: PerimetreTerritorial, voulus: set[str], liens: list[PerimetreEpci]
) -> None:
    """What the file says holds since the agreement began; what was entered or closed since stays as it is."""
    du_fichier = {lien.epci.siren: lien for lien in liens if lien.vient_du_fichier and lien.valide_au is None}
    connus = {lien.epci.siren for lien in liens}
    nouveaux, partis = voulus - connus, du_fichier.keys() - voulus
    if not nouveaux and not partis:
        return
    for siren in partis:
        du_fichier[siren].delete()
    PerimetreEpci.objects.bulk_create(
        PerimetreEpci(perimetre=perimetre, epci=c.epcis[siren], valide_du=c.accord.debut_le, vient_du_fichier=True)
        for siren in nouveaux
    )
    if not c.synchro.est_nouveau(PerimetreTerritorial, perimetre.code):
        avant, apres = connus, (connus | nouveaux) - partis
        champs = {"EPCI": (", ".join(sorted(avant)) or "rien", ", ".join(sorted(apres)) or "rien")}
        c.synchro.noter(MODIFIE, PerimetreTerritorial, perimetre.code, champs)


def _verifier_epcis(c: Chargement) -> None:
    refus = [
        c.fichier.faute(("perimetres", rang, "epcis", place), f"« {siren} » n’est pas un EPCI du référentiel.")
        for rang, p in enumerate(c.lister("perimetres"))
        for place, siren in enumerate(p.get("epcis", []))
        if siren not in c.epcis
    ]
    if refus:
        raise FichierRefuse(refus)
