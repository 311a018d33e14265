"""What must hold inside the file of an agreement: codes that answer each other, sums that fall right to the cent."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .fichier import Chemin, Fichier
from .montants import MOINS, arrondir, format_euros, format_nombre, format_taux
from .typographie import espacer

LISTES_CODEES = {
    "parties": ("code",),
    "fonds": ("code",),
    "priorites": ("fonds", "code"),
    "objectifs_specifiques": ("code",),
    "enveloppes": ("code",),
    "axes": ("organisme", "code"),
    "objectifs_transversaux": ("organisme", "code"),
    "types_action": ("organisme", "code"),
    "publics": ("code",),
    "lignes_partage": ("code",),
    "indicateurs": ("fonds", "code"),
    "comites": ("code",),
    "parametres": ("code", "valide_du"),
    "bilan_anterieur": ("code",),
    "points_attention": ("code",),
    "perimetres": ("code",),
}
LISTES_D_ORGANISMES = [
    *("enveloppes", "dispositifs", "axes", "objectifs_transversaux", "types_action"),
    *("publics", "lignes_partage", "perimetres"),
]


def verifier_coherence(fichier: Fichier) -> list[str]:
    """Every fault, in French: repeated or unknown codes first, else the sums that do not fall right."""
    return [*_repetitions(fichier), *_references(fichier)] or verifier_sommes(fichier)


# -- codes


def parcourir_dispositifs(donnees: dict) -> Iterator[tuple[Chemin, dict, dict | None]]:
    for rang, dispositif in enumerate(donnees.get("dispositifs", [])):
        yield ("dispositifs", rang), dispositif, None
        for place, enfant in enumerate(dispositif.get("enfants", [])):
            yield ("dispositifs", rang, "enfants", place), enfant, dispositif


def parcourir_donnees(donnees: dict) -> Iterator[tuple[Chemin, str, int, dict]]:
    for rubrique, faits in donnees.get("donnees", {}).items():
        for rang, fait in enumerate(faits):
            yield ("donnees", rubrique, rang), rubrique, rang, fait


def _repetitions(fichier: Fichier) -> Iterator[str]:
    donnees = fichier.donnees
    listes: list[list[tuple[Chemin, tuple]]] = [
        [((nom, rang), tuple(e.get(c) for c in cles)) for rang, e in enumerate(donnees.get(nom, []))]
        for nom, cles in LISTES_CODEES.items()
    ]
    listes.append([(chemin, (fait["code"],)) for chemin, _, _, fait in parcourir_donnees(donnees)])
    listes.append([(chemin, (d["code"],)) for chemin, d, _ in parcourir_dispositifs(donnees)])
    for i, enveloppe in enumerate(donnees["enveloppes"]):
        tranches = enumerate(enveloppe.get("tranches", []))
        listes.append([(("enveloppes", i, "tranches", rang), (t["code"],)) for rang, t in tranches])
    for i, bilan in enumerate(donnees.get("bilan_anterieur", [])):
        valeurs = enumerate(bilan["valeurs"])
        listes.append([(("bilan_anterieur", i, "valeurs", rang), (v["perimetre"],)) for rang, v in valeurs])
    for liste in listes:
        premiers: dict[tuple, Chemin] = {}
        for chemin, cle in liste:
            if cle in premiers:
                nom = ", ".join(str(c) for c in cle if c)
                yield fichier.faute(chemin, f"« {nom} » est déjà décrit ligne {fichier.ligne(premiers[cle])}.")
            premiers.setdefault(cle, chemin)


def _references(fichier: Fichier) -> Iterator[str]:
    donnees = fichier.donnees
    organismes = {p["code"] for p in donnees["parties"]}
    fonds = {f["code"] for f in donnees["fonds"]}
    priorites = {(p["fonds"], p["code"]) for p in donnees["priorites"]}

    def absent(chemin, cle, connus, ou):
        element = donnees
        for etape in chemin:
            element = element[etape]
        if element.get(cle) is not None and element[cle] not in connus:
            yield fichier.faute((*chemin, cle), f"« {element[cle]} » n’est pas décrit dans « {ou} ».")

    yield from absent(("accord",), "chef_de_file", organismes, "parties")
    for nom in LISTES_D_ORGANISMES:
        for rang, _ in enumerate(donnees.get(nom, [])):
            yield from absent((nom, rang), "organisme", organismes, "parties")
    for nom in ("priorites", "objectifs_specifiques", "enveloppes", "dispositifs", "indicateurs", "indicateurs_repris"):
        for rang, _ in enumerate(donnees.get(nom, [])):
            yield from absent((nom, rang), "fonds", fonds, "fonds")
    for rang, _ in enumerate(donnees["parties"]):
        yield from absent(("parties", rang), "parent", organismes, "parties")
    for rang, comite in enumerate(donnees.get("comites", [])):
        for place, _ in enumerate(comite["membres"]):
            yield from absent(("comites", rang, "membres", place), "organisme", organismes, "parties")
    for rang, objectif in enumerate(donnees["objectifs_specifiques"]):
        if (objectif["fonds"], objectif["priorite"]) not in priorites:
            constat = f"« {objectif['priorite']} » n’est pas une priorité de {objectif['fonds']}."
            yield fichier.faute(("objectifs_specifiques", rang, "priorite"), constat)
    decrits = {(i["fonds"], i["code"]) for i in donnees.get("indicateurs", [])}
    for rang, reprise in enumerate(donnees.get("indicateurs_repris", [])):
        for place, code in enumerate(reprise["codes"]):
            if (reprise["de"], code) not in decrits:
                chemin = ("indicateurs_repris", rang, "codes", place)
                yield fichier.faute(chemin, f"« {code} » n’est pas un indicateur de {reprise['de']}.")


# -- sums


@dataclass(frozen=True)
class Terme:
    """One amount or number of a check: how it is named, where it stands."""

    nom: str
    libelle: str
    valeur: Decimal
    en_euros: bool
    chemin: Chemin
    decimales: int = 2

    def ecrire(self, valeur: Decimal | None = None) -> str:
        valeur = self.valeur if valeur is None else valeur
        return format_euros(valeur) if self.en_euros else format_nombre(valeur)

    def __str__(self):
        """« enveloppe territoriale FSE_TERRITOIRE », inside a sentence: acronyms keep their capitals."""
        debut, reste = self.libelle[:1], self.libelle[1:]
        libelle = f"{debut.lower() if reste[:1].islower() else debut}{reste}"
        return f"{libelle} {self.nom}".strip()


def recenser_montants(donnees: dict) -> dict[str, Terme]:
    """Every amount of the file, by the name that a check gives it."""
    termes = {}

    def ajouter(nom: str, montant: str | None, chemin: Chemin, affiche: str, libelle: str = ""):
        if montant is not None:
            termes[nom] = Terme(affiche, libelle, Decimal(montant), True, chemin)

    for i, e in enumerate(donnees["enveloppes"]):
        ajouter(f"enveloppes.{e['code']}", e["montant"], ("enveloppes", i, "montant"), e["code"], "enveloppe")
        for j, t in enumerate(e.get("tranches", [])):
            ou = ("enveloppes", i, "tranches", j, "montant")
            ajouter(f"enveloppes.{e['code']}.{t['code']}", t["montant"], ou, f"{e['code']} {t['code']}", "tranche")
    for chemin, _, _, fait in parcourir_donnees(donnees):
        nom, code, libelle = f"donnees.{fait['code']}", fait["code"], fait["libelle"]
        ajouter(nom, fait.get("montant"), (*chemin, "montant"), code, libelle)
        ajouter(f"{nom}.calcule", fait.get("montant_calcule"), (*chemin, "montant_calcule"), code, libelle)
    for i, p in enumerate(donnees.get("parametres", [])):
        ajouter(f"parametres.{p['code']}", p.get("montant"), ("parametres", i, "montant"), p["code"], p["libelle"])
    for i, b in enumerate(donnees.get("bilan_anterieur", [])):
        for j, v in enumerate(b["valeurs"]):
            for champ, suite, mot in (("montant", "", "publié"), ("montant_calcule", ".calcule", "recalculé")):
                nom = f"bilan_anterieur.{b['code']}.{v['perimetre']}{suite}"
                ou = ("bilan_anterieur", i, "valeurs", j, champ)
                ajouter(nom, v.get(champ), ou, f"{v['perimetre']} ({mot})", b["libelle"])
    return termes


def verifier_sommes(fichier: Fichier) -> list[str]:
    montants = recenser_montants(fichier.donnees)
    return [*_controles_des_tranches(fichier, montants), *_controles_ecrits(fichier, montants)]


def _controles_des_tranches(fichier: Fichier, montants: dict[str, Terme]) -> Iterator[str]:
    """The tranches make the envelope; each one is its share of it, rounded to the cent."""
    for enveloppe in fichier.donnees["enveloppes"]:
        total = montants[f"enveloppes.{enveloppe['code']}"]
        termes = []
        for tranche in enveloppe.get("tranches", []):
            terme = montants[f"enveloppes.{enveloppe['code']}.{tranche['code']}"]
            termes.append(terme)
            attendu = arrondir(total.valeur * Decimal(tranche["taux"]))
            if terme.valeur != attendu:
                part = format_taux(Decimal(tranche["taux"]))
                droite = f"{part} × {total.nom} = {format_euros(attendu)}"
                yield _refus(fichier, f"{terme} = {terme.ecrire()}", droite, [terme, total])
        somme = sum((t.valeur for t in termes), Decimal(0))
        if termes and somme != total.valeur:
            gauche = f"{' + '.join(t.nom for t in termes)} = {format_euros(somme)}"
            yield _refus(fichier, gauche, f"{total} = {total.ecrire()}", [*termes, total])


def _controles_ecrits(fichier: Fichier, montants: dict[str, Terme]) -> Iterator[str]:
    for rang, controle in enumerate(fichier.donnees["controles"]):
        chemin = ("controles", rang)
        try:
            termes = [_terme(t, montants, (*chemin, "termes", i)) for i, t in enumerate(controle["termes"])]
            droite = _terme(controle["egal"], montants, (*chemin, "egal"))
        except KeyError as inconnu:
            yield fichier.faute(chemin, f"« {inconnu.args[0]} » ne désigne aucun montant du fichier.")
            continue
        operation = controle["operation"]
        if operation != "somme" and len(termes) != 2:
            yield fichier.faute(chemin, "une différence ou un rapport se fait entre deux termes.")
            continue
        if operation == "rapport" and not termes[1].valeur:
            yield fichier.faute(chemin, f"{termes[1]} vaut zéro, on ne peut pas diviser.")
            continue
        valeur, signe = _reunir(operation, termes, droite.decimales)
        if abs(valeur - droite.valeur) > Decimal(controle.get("tolerance", 0)):
            gauche = f"{signe.join(t.nom or t.libelle for t in termes)} = {droite.ecrire(valeur)}"
            yield _refus(fichier, gauche, f"{droite} = {droite.ecrire()}", [*termes, droite], controle["libelle"])


def _terme(ecrit, montants: dict[str, Terme], chemin: Chemin) -> Terme:
    if isinstance(ecrit, str):
        return montants[ecrit]
    nombre = ecrit.get("montant") or ecrit["valeur"]
    decimales = len(nombre.partition(".")[2])
    libelle = f"{ecrit['libelle']}, {ecrit['source']}"
    return Terme("", libelle, Decimal(nombre), "montant" in ecrit, chemin, decimales)


def _reunir(operation: str, termes: list[Terme], decimales: int) -> tuple[Decimal, str]:
    """Return the value of the left side, and the sign that joins its terms."""
    if operation == "somme":
        return sum((t.valeur for t in termes), Decimal(0)), " + "
    premier, second = termes
    if operation == "difference":
        return premier.valeur - second.valeur, f" {MOINS} "
    return (premier.valeur / second.valeur).quantize(Decimal(1).scaleb(-decimales), ROUND_HALF_UP), " / "


def _refus(fichier: Fichier, gauche: str, droite: str, termes: list[Terme], libelle: str = "") -> str:
    """Both sides, with their amounts and the lines to look at."""
    lignes = list(dict.fromkeys(fichier.ligne(t.chemin) for t in termes))
    ou = f"ligne {lignes[0]}" if len(lignes) == 1 else f"lignes {', '.join(map(str, lignes))}"
    tete = f"{libelle} : " if libelle else ""
    return espacer(f"{tete}{gauche} ≠ {droite} ({fichier.nom}, {ou})")
