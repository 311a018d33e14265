"""Priority neighbourhoods from the national file of one generation: those of the département, all or nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from comptes.journal import journaliser

from ..fiche.lignes import cle
from ..fichier import FichierRefuse
from ..geojson import GeometrieFausse, ObjetGeo, build_contour, lire_forme, lire_geojson
from ..models import AccordCadre, Commune, ContourQpv, Parametre, Qpv

MOTIF = "qpv_motif_"
# the names that the producers of the national file gave to the same thing, without case nor underscores
CODES = ("codeqp", "codeqpv", "codequartier", "code")
NOMS = ("nomqp", "libqp", "nomqpv", "libqpv", "libelleqp", "nomsdesquartiersprioritaires", "nomquartier", "nom", "lib")
CODES_COMMUNES = ("inseecom", "codeinsee", "codescommunes", "codecommune", "codecom", "codcom", "depcom", "codgeo")
NOMS_COMMUNES = ("libcom", "communeqp", "nomcom", "nomcommune", "communes", "commune")
DEPARTEMENTS = ("inseedep", "codedep", "coddep", "departement", "dep")
SEPARATEURS = re.compile(r"\s*[,;/|]\s*|\s+-\s+|\s+et\s+")


@dataclass(frozen=True)
class Generation:
    """One generation: the form of its codes in the département, and the days when it holds."""

    annee: int
    motif: re.Pattern
    valide_du: date
    valide_au: date | None


@dataclass
class BilanQpv:
    generation: int
    lus: int
    hors_departement: int = 0
    crees: list[str] = field(default_factory=list)
    modifies: list[str] = field(default_factory=list)
    inchanges: int = 0
    absents: list[str] = field(default_factory=list)  # known of this generation, not in the file: kept

    @property
    def a_change(self) -> bool:
        return bool(self.crees or self.modifies)


def lister_generations(accord: AccordCadre) -> list[int]:
    """The generations whose codes the agreement can recognise today."""
    motifs = Parametre.objects.valables_le(timezone.localdate()).filter(accord=accord, code__startswith=MOTIF)
    return sorted(int(p.code.removeprefix(MOTIF)) for p in motifs if p.code.removeprefix(MOTIF).isdigit())


def lire_generation(accord: AccordCadre, annee: int) -> Generation:
    """What the parameters of the agreement say of a generation; the day it changes is `qpv_bascule`."""
    aujourdhui = timezone.localdate()
    motif = Parametre.objects.valables_le(aujourdhui).get(accord=accord, code=f"{MOTIF}{annee}").valeur
    bascule = Parametre.objects.lire_date(accord, "qpv_bascule", aujourdhui)
    if bascule is None:
        raise FichierRefuse(
            ["L’accord ne dit pas quand les quartiers ont changé\u00a0: paramètre «\u202fqpv_bascule\u202f»."]
        )
    if annee >= bascule.year:
        return Generation(annee, re.compile(motif), bascule, None)
    return Generation(annee, re.compile(motif), date(annee, 1, 1), bascule - timedelta(days=1))


@transaction.atomic
def charger_qpv(accord: AccordCadre, chemin: Path, annee: int) -> BilanQpv:
    """Bring the neighbourhoods of a generation to what the file says; nothing is written when one object is wrong."""
    generation = lire_generation(accord, annee)
    objets = lire_geojson(chemin)
    lecture = LectureQpv(accord, chemin.name, generation)
    quartiers = list(lecture.lire(objets))
    if lecture.fautes:
        raise FichierRefuse(lecture.fautes)
    if not quartiers:
        raise FichierRefuse([lecture.dire_rien(len(objets))])
    bilan = BilanQpv(annee, len(objets), hors_departement=len(objets) - len(quartiers))
    _enregistrer(quartiers, generation, bilan)
    if bilan.a_change:
        journaliser(
            accord,
            "qpv_charges",
            auteur=None,
            fichier=chemin.name,
            generation=annee,
            crees=bilan.crees,
            modifies=bilan.modifies,
        )
    return bilan


class LectureQpv:
    """Reads the objects one by one and keeps every fault, so that the file is put right in one go."""

    def __init__(self, accord: AccordCadre, fichier: str, generation: Generation):
        self.departement, self.fichier, self.generation = accord.code_departement, fichier, generation
        communes = list(Commune.objects.all())
        self.par_code = {commune.code_insee: commune for commune in communes}
        self.par_nom = {_nom(c.nom): c for c in communes if c.code_departement == self.departement}
        self.fautes: list[str] = []
        self.vus: dict[str, int] = {}

    def lire(self, objets: list[ObjetGeo]) -> Iterator[dict[str, Any]]:
        """The neighbourhoods of the département; those of the others are left out without a word."""
        for objet in objets:
            code = objet.lire(*CODES).upper()
            codes_communes = _separer(objet.lire(*CODES_COMMUNES))
            if self.generation.motif.fullmatch(code):
                yield from self._lire_quartier(objet, code, codes_communes)
            elif not code:
                self._refuser(objet, "", "il n’a pas de code de quartier (code_qp).")
            elif self._est_ici(objet, codes_communes):
                forme = self.generation.motif.pattern
                constat = f"ce code n’est pas de la génération {self.generation.annee} (forme attendue\u00a0: {forme})."
                self._refuser(objet, code, constat)

    def _est_ici(self, objet: ObjetGeo, codes_communes: list[str]) -> bool:
        declare = objet.lire(*DEPARTEMENTS).zfill(2)
        return declare == self.departement or any(code.startswith(self.departement) for code in codes_communes)

    def _lire_quartier(self, objet: ObjetGeo, code: str, codes_communes: list[str]) -> Iterator[dict[str, Any]]:
        avant = len(self.fautes)
        if premier := self.vus.get(code):
            self._refuser(objet, code, f"ce quartier est déjà l’objet n°\u00a0{premier}.")
        self.vus.setdefault(code, objet.numero)
        nom = objet.lire(*NOMS)
        if not nom:
            self._refuser(objet, code, "il n’a pas de nom (nom_qp ou lib_qp).")
        communes = self._trouver_communes(objet, code, codes_communes)
        forme = None
        try:
            forme = lire_forme(objet.geometrie)
        except GeometrieFausse as faute:
            self._refuser(objet, code, str(faute))
        if len(self.fautes) == avant:
            yield {"code": code, "nom": nom[:200], "communes": communes, "contour": build_contour(forme, self.fichier)}

    def _trouver_communes(self, objet: ObjetGeo, code: str, codes_communes: list[str]) -> list[Commune]:
        """By their codes when the file has them, else by their names; a neighbour of another département is left."""
        noms = [] if codes_communes else _separer(objet.lire(*NOMS_COMMUNES))
        trouvees = {c: self.par_code.get(c) for c in codes_communes} | {n: self.par_nom.get(_nom(n)) for n in noms}
        if not trouvees:
            self._refuser(objet, code, "il n’a pas de commune (insee_com ou code_insee).")
        for ecrite, commune in trouvees.items():
            if commune is None and (ecrite in noms or ecrite.startswith(self.departement)):
                self._refuser(objet, code, f"la commune «\u202f{ecrite}\u202f» n’est pas dans le référentiel.")
        return sorted({c for c in trouvees.values() if c}, key=lambda c: c.code_insee)

    def _refuser(self, objet: ObjetGeo, code: str, constat: str) -> None:
        qui = f" ({code})" if code else ""
        self.fautes.append(f"{self.fichier}, objet n°\u00a0{objet.numero}{qui}\u00a0: {constat}")

    def dire_rien(self, lus: int) -> str:
        return (
            f"{self.fichier}\u00a0: aucun des {lus} objets n’est un quartier de la génération {self.generation.annee} "
            f"du département {self.departement} (forme des codes\u00a0: {self.generation.motif.pattern})."
        )


def _separer(texte: str) -> list[str]:
    """« 62427, 62498 » or a number; a code of the Ain that lost its zero finds it again."""
    morceaux = [morceau for morceau in SEPARATEURS.split(texte) if morceau]
    return [m.zfill(5) if m.isdigit() and len(m) == 4 else m for m in morceaux]


def _nom(nom: str) -> str:
    return cle(nom).replace("-", " ")


def _enregistrer(quartiers: list[dict[str, Any]], generation: Generation, bilan: BilanQpv) -> None:
    # those of the département: another agreement’s are neither compared nor said absent
    existants = Qpv.objects.filter(generation=generation.annee).select_related("contour").prefetch_related("communes")
    connus = {qpv.code: qpv for qpv in existants if generation.motif.fullmatch(qpv.code)}
    for quartier in quartiers:
        qpv = connus.pop(quartier["code"], None)
        if qpv is None:
            bilan.crees.append(quartier["code"])
            _ecrire(Qpv(generation=generation.annee, code=quartier["code"]), quartier, generation)
        elif _differe(qpv, quartier, generation):
            bilan.modifies.append(quartier["code"])
            _ecrire(qpv, quartier, generation)
        else:
            bilan.inchanges += 1
    bilan.absents = sorted(connus)


def _differe(qpv: Qpv, quartier: dict[str, Any], generation: Generation) -> bool:
    contour = getattr(qpv, "contour", None)
    return (
        (qpv.nom, qpv.valide_du, qpv.valide_au) != (quartier["nom"], generation.valide_du, generation.valide_au)
        or {c.pk for c in qpv.communes.all()} != {c.pk for c in quartier["communes"]}
        or contour is None
        or contour.geometrie != quartier["contour"]["geometrie"]
    )


def _ecrire(qpv: Qpv, quartier: dict[str, Any], generation: Generation) -> None:
    qpv.nom, qpv.valide_du, qpv.valide_au = quartier["nom"], generation.valide_du, generation.valide_au
    qpv.save()
    qpv.communes.set(quartier["communes"])
    ContourQpv.objects.update_or_create(qpv=qpv, defaults=quartier["contour"])
