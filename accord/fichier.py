"""An agreement as a file: read it safely, check its shape, say where each fault stands."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from config import RACINE

SCHEMA = RACINE / "fixtures" / "accords" / "schema.json"
CHARGEUR = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Chemin = tuple[str | int, ...]


class FichierIllisible(Exception):
    """Nothing to read: no such file, or not YAML."""


class FichierRefuse(Exception):
    """The file was read, and cannot be loaded: every reason, in French."""

    def __init__(self, erreurs: list[str]):
        super().__init__("\n".join(erreurs))
        self.erreurs = erreurs


@dataclass
class Fichier:
    """The content of the file, and the line of each of its parts."""

    nom: str
    dossier: Path
    donnees: dict
    lignes: dict[Chemin, int] = field(default_factory=dict)

    def ligne(self, chemin: Chemin) -> int:
        """Return the line of a part, or of the nearest one that holds it."""
        while chemin and chemin not in self.lignes:
            chemin = chemin[:-1]
        return self.lignes.get(chemin, 1)

    def faute(self, chemin: Chemin, constat: str) -> str:
        return f"{self.nom}, ligne {self.ligne(chemin)}, {designer(chemin)} : {constat}"

    def trouver(self, nom: str) -> Path:
        """Find a file named by this one: beside it, one folder above, or in the fixtures of the product."""
        dossiers = [self.dossier, self.dossier.parent, RACINE / "fixtures"]
        for dossier in dossiers:
            if (dossier / nom).is_file():
                return dossier / nom
        raise FichierRefuse([self.faute(("territoires",), f"le fichier « {nom} » est introuvable.")])


def designer(chemin: Chemin) -> str:
    """parties[3].nom, as a person counts: from one."""
    texte = ""
    for etape in chemin:
        texte += f"[{etape + 1}]" if isinstance(etape, int) else f".{etape}" if texte else etape
    return texte or "fichier"


def lire_fichier(chemin: Path) -> Fichier:
    """Read the YAML and check it against the published schema."""
    try:
        texte = chemin.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FichierIllisible(f"Le fichier « {chemin} » est introuvable.") from None
    except (OSError, UnicodeDecodeError) as erreur:
        raise FichierIllisible(f"Le fichier « {chemin} » ne se lit pas : {erreur}.") from None
    fichier = lire_texte(texte, nom=chemin.name, dossier=chemin.resolve().parent)
    if erreurs := verifier_schema(fichier):
        raise FichierRefuse(erreurs)
    return fichier


def lire_texte(texte: str, *, nom: str = "fichier", dossier: Path = SCHEMA.parent) -> Fichier:
    """Turn YAML into plain data, keeping lines; floats, anchors and repeated keys are refused."""
    chargeur = CHARGEUR(texte)
    try:
        racine = chargeur.get_single_node()
        lecture = _Lecture(nom, chargeur)
        donnees = lecture.convertir(racine, ()) if racine else None
    except yaml.YAMLError as erreur:
        marque = getattr(erreur, "problem_mark", None)
        ligne = f", ligne {marque.line + 1}" if marque else ""
        raise FichierIllisible(f"{nom}{ligne} : ce n’est pas du YAML lisible.") from None
    finally:
        chargeur.dispose()
    if not isinstance(donnees, dict):
        raise FichierIllisible(f"{nom} : ce n’est pas la description d’un accord (des clés et leurs valeurs).")
    if lecture.erreurs:
        raise FichierRefuse(lecture.erreurs)
    return Fichier(nom, dossier, donnees, lecture.lignes)


class _Lecture:
    """Walks the nodes of one document; the values stay as they were typed."""

    def __init__(self, nom: str, chargeur):
        self.nom = nom
        self.chargeur = chargeur
        self.lignes: dict[Chemin, int] = {}
        self.erreurs: list[str] = []
        self.vus: set[int] = set()

    def convertir(self, noeud: Node, chemin: Chemin):
        self.lignes.setdefault(chemin, noeud.start_mark.line + 1)
        if not isinstance(noeud, ScalarNode):
            if id(noeud) in self.vus:
                self.refuser(noeud, chemin, "les ancres ne sont pas admises, recopiez la valeur.")
                return None
            self.vus.add(id(noeud))
        if isinstance(noeud, MappingNode):
            return self.convertir_cles(noeud, chemin)
        if isinstance(noeud, SequenceNode):
            return [self.convertir(enfant, (*chemin, rang)) for rang, enfant in enumerate(noeud.value)]
        assert isinstance(noeud, ScalarNode)
        return self.convertir_valeur(noeud, chemin)

    def convertir_cles(self, noeud: MappingNode, chemin: Chemin) -> dict:
        valeurs = {}
        for noeud_cle, noeud_valeur in noeud.value:
            cle = str(noeud_cle.value)
            if cle in valeurs:
                self.refuser(noeud_cle, (*chemin, cle), "la clé est écrite deux fois.")
            self.lignes[(*chemin, cle)] = noeud_cle.start_mark.line + 1
            valeurs[cle] = self.convertir(noeud_valeur, (*chemin, cle))
        return valeurs

    def convertir_valeur(self, noeud: ScalarNode, chemin: Chemin):
        genre = noeud.tag.removeprefix("tag:yaml.org,2002:")
        if genre == "float":
            self.refuser(noeud, chemin, f"{noeud.value} est un nombre à virgule ; écrivez-le entre guillemets.")
            return None
        if genre in ("int", "bool", "null"):
            return self.chargeur.construct_object(noeud)
        return noeud.value  # text, and dates as they were typed

    def refuser(self, noeud: Node, chemin: Chemin, constat: str) -> None:
        self.erreurs.append(f"{self.nom}, ligne {noeud.start_mark.line + 1}, {designer(chemin)} : {constat}")


@cache
def validateur() -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def verifier_schema(fichier: Fichier) -> list[str]:
    """Return one French sentence per fault, in the order of the file."""
    erreurs = sorted(validateur().iter_errors(fichier.donnees), key=lambda e: fichier.ligne(tuple(e.absolute_path)))
    return [fichier.faute(tuple(e.absolute_path), traduire(e)) for e in erreurs]


NOMS_TYPES = {
    "string": "un texte entre guillemets",
    "integer": "un nombre entier",
    "boolean": "true ou false",
    "array": "une liste",
    "object": "des clés et leurs valeurs",
}


def traduire(erreur) -> str:
    """Say one fault of the schema in French: the value, then the rule."""
    valeur, regle = montrer(erreur.instance), erreur.validator_value
    aide = erreur.schema.get("description", "") if isinstance(erreur.schema, dict) else ""
    match erreur.validator:
        case "required":
            absents = [cle for cle in regle if cle not in erreur.instance]
            return f"il manque « {' », « '.join(absents)} »."
        case "additionalProperties":
            connus = erreur.schema.get("properties", {})
            intrus = [cle for cle in erreur.instance if cle not in connus]
            return f"« {' », « '.join(intrus)} » n’est pas un champ connu ; attendu : {', '.join(connus)}."
        case "type":
            return f"{valeur} n’est pas {NOMS_TYPES.get(regle, regle)}. {aide}".strip()
        case "enum":
            return f"{valeur} n’est pas admis ; attendu : {', '.join(map(str, regle))}."
        case "const":
            return f"{valeur} n’est pas admis ; attendu : {regle}."
        case "pattern" | "format":
            return f"{valeur} n’a pas la forme attendue. {aide}".strip()
        case "minItems":
            return f"la liste compte moins de {regle} élément{'s' if regle > 1 else ''}. {aide}".strip()
        case "minLength":
            return f"la valeur est vide. {aide}".strip()
        case "maxLength":
            return f"{valeur} compte {len(erreur.instance)} signes, {regle} au plus."
        case "minimum":
            return f"{valeur} est trop petit, {regle} au moins."
        case "oneOf" | "anyOf" if isinstance(erreur.instance, dict):
            choix = [" et ".join(branche["required"]) for branche in regle if branche.get("required")]
            return (
                f"il faut « {' » ou « '.join(choix)} », et un seul." if choix else f"{valeur} n’a pas une forme admise."
            )
    return f"{valeur} n’est pas admis. {aide}".strip()


def montrer(valeur) -> str:
    texte = valeur if isinstance(valeur, str) else json.dumps(valeur, ensure_ascii=False)
    return f"« {texte if len(texte) <= 60 else texte[:57] + '…'} »"
