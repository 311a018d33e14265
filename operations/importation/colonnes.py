"""The columns of the file of operations: what each holds, how it is read, what the template says of it."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

from comptes.lecture import LigneLue

from ..enums import AvisInstruction
from ..forms.plans import LIBELLES
from ..models.operations import RESSOURCES
from . import cellules
from .cellules import simplifier
from .fautes import Faute, montrer

FEUILLE = "Opérations"
NOTICE = "Notice"
A_CORRIGER = "à corriger"  # the column that an annotated file adds, left out when it comes back
MARQUE_NOTE = "#"  # a line that opens with it is a note of the template

TEXTE, MONTANT, JOUR = "texte", "montant en euros", "date"
AIDE_MONTANT = "1 234,50 ou 1234.50, avec ou sans €"
AIDE_JOUR = "30/06/2026 ou 2026-06-30"


@dataclass(frozen=True)
class Colonne:
    """`requis`: always, or « nouvelle » when the operation does not exist yet. `longueur`: signs at most."""

    nom: str
    titre: str
    lire: Callable
    format: str
    exemple: str = ""
    requis: bool = False
    note: str = ""
    valeurs: tuple[str, ...] = ()
    alias: tuple[str, ...] = ()
    longueur: int = 0

    @property
    def cles(self) -> set[str]:
        return {simplifier(mot) for mot in (self.nom, self.titre, *self.alias)}

    @property
    def notice(self) -> str:
        """Everything the template says of the column, in one line."""
        morceaux = [
            self.titre,
            "obligatoire" if self.requis else "facultatif",
            self.format,
            f"exemple : {self.exemple}" if self.exemple else "",
            f"valeurs admises : {', '.join(self.valeurs)}" if self.valeurs else "",
            self.note,
        ]
        return ". ".join(filter(None, morceaux))


def _texte(nom, titre, **options) -> Colonne:
    return Colonne(nom, titre, cellules.lire_texte, options.pop("format", TEXTE), **options)


def _jour(nom, titre, **options) -> Colonne:
    return Colonne(nom, titre, cellules.lire_jour, f"{JOUR}, {AIDE_JOUR}", **options)


def _montant(nom, titre, **options) -> Colonne:
    return Colonne(nom, titre, cellules.lire_montant, f"{MONTANT}, {AIDE_MONTANT}", **options)


def _ouinon(nom, titre, **options) -> Colonne:
    return Colonne(nom, titre, cellules.lire_ouinon, "oui ou non", valeurs=("oui", "non"), **options)


COLONNES = [
    Colonne(
        "numero",
        "Numéro Ma démarche FSE+",
        cellules.lire_numero,
        "chiffres, lettres et tirets",
        "202600067",
        requis=True,
        note="Un numéro déjà enregistré met l’opération à jour, un numéro nouveau la crée.",
        alias=("numéro", "n°", "n° MDFSE", "numéro MDFSE+", "n° d’opération", "numéro de dossier"),
        longueur=20,
    ),
    _texte(
        "enveloppe",
        "Enveloppe",
        format="code de l’enveloppe",
        exemple="FSE_CD62",
        requis=True,
        note="L’une des enveloppes de l’organisme ; elle ne change plus ensuite.",
        alias=("code enveloppe", "subvention globale"),
    ),
    _texte(
        "intitule",
        "Intitulé",
        exemple="Accompagner vers l’emploi durable",
        requis=True,
        longueur=200,
        alias=("intitulé de l’opération", "libellé", "titre", "nom de l’opération"),
    ),
    _texte("resume", "Résumé", note="Deux ou trois phrases, reprises dans le dossier des comités."),
    _texte(
        "beneficiaire",
        "Bénéficiaire",
        exemple="Association Exemple",
        note="Nom de la structure. Avec un SIRET déjà enregistré, la cellule peut rester vide. Une structure inconnue "
        "est créée.",
        longueur=200,
        alias=("structure", "nom de la structure", "porteur", "nom du bénéficiaire"),
    ),
    Colonne(
        "siret",
        "SIRET",
        cellules.lire_siret,
        "quatorze chiffres, espaces admis, cellule au format texte",
        "732 829 320 00074",
        note="Facultatif si le nom du bénéficiaire est donné.",
        alias=("SIRET du bénéficiaire", "n° SIRET", "numéro SIRET"),
    ),
    _texte(
        "objectif_specifique",
        "Objectif spécifique",
        format="code de l’objectif",
        exemple="1.H",
        note="Peut rester vide quand le fonds n’en a qu’un.",
        alias=("OS", "code OS"),
    ),
    _texte("appel", "Appel à projets", format="code de l’appel", exemple="FSE-CD62-2026", alias=("AAP", "code appel")),
    _texte(
        "dispositif",
        "Dispositif",
        format="code ou libellé",
        exemple="CD62_FSE_1_2",
        note="Pour les organismes dont la stratégie est faite de dispositifs.",
        alias=("code dispositif",),
    ),
    _texte(
        "axe",
        "Axe",
        format="code ou libellé",
        exemple="A1",
        note="Pour les organismes dont la stratégie est faite d’axes.",
        alias=("axe stratégique",),
    ),
    _texte("type_action", "Type d’action", format="code ou libellé", exemple="T1", alias=("type action",)),
    _jour("deposee_le", "Déposée le", exemple="15/01/2026", requis=True, alias=("date de dépôt", "demande déposée le")),
    _jour("debut_le", "Début", exemple="01/01/2026", requis=True, alias=("date de début", "début de l’opération")),
    _jour("fin_le", "Fin", exemple="31/12/2026", requis=True, alias=("date de fin", "fin de l’opération")),
    Colonne(
        "epci",
        "Territoire",
        cellules.lire_liste,
        "noms ou SIREN des intercommunalités, séparés par une barre |",
        "CU d’Arras | CC Osartis Marquion",
        alias=("EPCI", "intercommunalités", "intercommunalité"),
    ),
    Colonne(
        "part_qpv",
        "Part consacrée aux quartiers prioritaires",
        cellules.lire_part,
        "pourcentage",
        "45\u00a0%",
        note="Vide si elle n’est pas connue : l’inconnu n’est pas compté comme zéro.",
        alias=("part QPV", "part QPV déclarée", "QPV"),
    ),
    _montant(
        "cout_total_eligible",
        "Coût total éligible",
        exemple="120 000,00",
        requis=True,
        alias=("coût total", "cout total eligible"),
    ),
    _montant(
        "ue",
        "Participation européenne",
        exemple="72 000,00",
        requis=True,
        alias=("UE", "FSE+", "FTJ", "montant UE", "UE demandé"),
    ),
    *(_montant(champ, LIBELLES[champ], alias=(f"contrepartie {LIBELLES[champ]}",)) for champ in RESSOURCES[1:]),
    _jour(
        "recevable_le",
        "Recevable le",
        exemple="01/02/2026",
        note="À remplir pour déclarer la demande recevable ; l’auteur de l’import en répond.",
        alias=("date de recevabilité",),
    ),
    _ouinon(
        "pieces_completes",
        "Pièces complètes",
        note="Oui quand toutes les pièces obligatoires de l’appel sont reçues.",
        alias=("dossier complet", "pièces reçues"),
    ),
    _texte(
        "motif_duree",
        "Motif de la durée",
        note="Obligatoire avec « Recevable le » quand l’opération est plus courte ou plus longue que l’appel ne le "
        "dit, et quand une correction la rend telle : pourquoi elle est recevable ainsi.",
        alias=("motif de durée", "raison de la durée"),
        longueur=2000,
    ),
    _jour(
        "instruite_le",
        "Instruite le",
        exemple="01/03/2026",
        note="À remplir pour conclure l’instruction. Le plan de la ligne est alors le plan instruit, équilibré au "
        "centime. L’auteur de l’import devient l’instructeur et ne décidera pas sur ce dossier.",
        alias=("date d’instruction", "instruction conclue le"),
    ),
    _texte(
        "avis",
        "Avis",
        format="un mot",
        valeurs=tuple(AvisInstruction.labels),
        note="Obligatoire avec « Instruite le ».",
        alias=("avis d’instruction",),
    ),
    _texte("rapport", "Rapport d’instruction", note="Obligatoire avec « Instruite le ».", alias=("rapport",)),
    _ouinon(
        "lignes_respectees",
        "Lignes de partage respectées",
        note="Oui obligatoire avec « Instruite le » : chaque ligne de partage de l’organisme est respectée. Sinon, "
        "instruisez à l’écran, où chaque réponse se justifie.",
        alias=("ligne de partage", "lignes de partage"),
    ),
    _texte("lien_transition", "Lien avec la transition", note="Obligatoire avec « Instruite le » pour le FTJ."),
    _ouinon(
        "sans_conflit",
        "Aucun conflit d’intérêts",
        note="Oui obligatoire avec « Instruite le » : l’auteur de l’import le déclare.",
        alias=("absence de conflit",),
    ),
    _texte(
        "mesure_conflit",
        "Mesure qui sépare l’instructeur du porteur",
        note="Obligatoire avec « Instruite le » quand l’organisme, ou l’un de ses PLIE, porte l’opération.",
        alias=("mesure prise",),
    ),
    _jour(
        "decidee_le",
        "Décidée le",
        exemple="01/04/2026",
        note="Décision favorable de l’instance. Elle est enregistrée quand un responsable, qui n’a pas instruit le "
        "dossier, charge le même fichier ; avec un gestionnaire, la programmation reste à faire.",
        alias=("programmée le", "date de programmation", "date de décision"),
    ),
    _texte(
        "instance",
        "Instance",
        exemple="Commission permanente",
        note="Obligatoire avec « Décidée le ».",
        longueur=150,
    ),
    _montant(
        "ue_programme",
        "UE programmé",
        exemple="72 000,00",
        note="Obligatoire avec « Décidée le » ; c’est la participation européenne du plan instruit.",
        alias=("montant UE programmé", "programmé"),
    ),
]
PAR_NOM = {colonne.nom: colonne for colonne in COLONNES}
REQUISES = [colonne.nom for colonne in COLONNES if colonne.requis]
VIE = ["recevable_le", "instruite_le", "decidee_le"]
LIMITE = (
    "Un import va du dépôt à la programmation : dépôt, correction, recevabilité, instruction, programmation, datées "
    "comme écrit. La suite (convention, bilans, paiements), les refus, ajournements et abandons se font à l’écran. "
    "Une cellule vide efface une valeur facultative, une colonne absente n’y touche pas ; une étape franchie ne se "
    "reprend jamais par un import."
)


@dataclass(frozen=True)
class Entete:
    """Which cell holds which column, and what is wrong in the line of titles."""

    rangs: dict[str, int]
    fautes: list[Faute]
    ligne: int

    @property
    def est_incomplet(self) -> bool:
        """True when a column that every line needs is missing: no line can be read."""
        return any(nom not in self.rangs for nom in REQUISES)

    def lire(self, ligne: LigneLue) -> dict:
        """The raw cells of a line by column; a short line has empty ones at its end."""
        cellules_lues = ligne.cellules
        return {nom: cellules_lues[rang] if rang < len(cellules_lues) else None for nom, rang in self.rangs.items()}


def lire_entete(ligne: LigneLue) -> Entete:
    """Recognise the columns whatever their case, accents and order; name those that are unknown, twice or missing."""
    connues = {cle: colonne.nom for colonne in COLONNES for cle in colonne.cles}
    rangs: dict[str, int] = {}
    fautes = []
    for rang, cellule in enumerate(ligne.cellules):
        titre = montrer(cellule)
        if not titre or simplifier(titre) == simplifier(A_CORRIGER):
            continue
        nom = connues.get(simplifier(titre))
        if nom is None:
            proches = difflib.get_close_matches(simplifier(titre), connues, n=1, cutoff=0.75)
            propose = connues[proches[0]] if proches else ""
            fautes.append(Faute(ligne.numero, titre, titre, "Cette colonne n’est pas connue : retirez-la.", propose))
        elif nom in rangs:
            fautes.append(Faute(ligne.numero, nom, titre, "Cette colonne est là deux fois : gardez-en une."))
        else:
            rangs[nom] = rang
    fautes += [
        Faute(ligne.numero, nom, "", "Cette colonne manque : ajoutez-la, avec ce titre.", nom)
        for nom in REQUISES
        if nom not in rangs
    ]
    return Entete(rangs, fautes, ligne.numero)


def est_note(ligne: LigneLue) -> bool:
    return str(ligne.cellules[0] or "").startswith(MARQUE_NOTE)
