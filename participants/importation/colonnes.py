"""The columns of the file of participants (`domaine.md` 3.2, 3.3): what each holds, and how it is read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from operations.importation.cellules import simplifier

from ..enums import Diplome, MotifSortie, OuiNon, Reponse, Sexe, StatutEmploi, TypeContrat
from ..services.identites import CHAMPS_IDENTITE
from . import cellules
from .cellules import lire_choix

FEUILLE, NOTICE = "Participants", "Notice"
MARQUE_NOTE = "#"  # a line that opens with it is a note of the template
LIGNES_MAX = 100_000
JOUR = "date, 30/06/2026 ou 2026-06-30"
LIMITE = (
    "Une ligne par participant et par opération. Un identifiant déjà enregistré sur l’opération met la fiche à jour, "
    "un nouveau la crée. Plusieurs lignes pour la même personne et la même opération sont des retours\u00a0: "
    "l’entrée est celle de la première, la sortie celle de la dernière, et un retour encore ouvert annule la sortie. "
    "Une cellule vide efface une valeur facultative, une colonne absente n’y touche pas. Les noms, dates de naissance "
    "et coordonnées sont chiffrés, et le fichier n’est pas gardé après l’import."
)


@dataclass(frozen=True)
class Colonne:
    """`champ`: of a record, or of an identity. `valeurs`: the answers of a list, in words."""

    nom: str
    titre: str
    lire: Callable
    format: str
    champ: str = ""
    exemple: str = ""
    requis: bool = False
    note: str = ""
    choix: tuple[tuple[str, str], ...] = ()
    alias: tuple[str, ...] = ()

    @property
    def est_identite(self) -> bool:
        return self.champ in CHAMPS_IDENTITE

    @property
    def est_sortie(self) -> bool:
        return self.champ in SORTIE

    @property
    def valeurs(self) -> tuple[str, ...]:
        return tuple(libelle for _code, libelle in self.choix)

    @property
    def cles(self) -> set[str]:
        return {simplifier(mot) for mot in (self.nom, self.titre, *self.alias)}

    @property
    def notice(self) -> str:
        morceaux = [
            self.titre,
            "obligatoire" if self.requis else "facultatif",
            self.format,
            f"exemple\u00a0: {self.exemple}" if self.exemple else "",
            f"valeurs admises\u00a0: {', '.join(self.valeurs)}" if self.choix else "",
            self.note,
        ]
        return ". ".join(filter(None, morceaux))


SORTIE = {
    "sortie_le",
    "motif_sortie",
    "statut_emploi_sortie",
    "type_contrat",
    "en_formation_sortie",
    "qualification_obtenue",
    "recherche_active",
}


def _col(nom, titre, lire, format_, **options) -> Colonne:
    return Colonne(nom, titre, lire, format_, options.pop("champ", nom), **options)


def _liste(nom, titre, choix, lire=None, **options) -> Colonne:
    return _col(nom, titre, lire or lire_choix(choix), "un mot", choix=tuple(choix.choices), **options)


_texte = partial(_col, lire=cellules.lire_court, format_="texte")
_jour = partial(_col, lire=cellules.lire_jour, format_=JOUR)
_ouinon = partial(_liste, choix=OuiNon, lire=cellules.lire_ouinon)
_reponse = partial(_liste, choix=Reponse, lire=cellules.lire_reponse)

COLONNES = [
    _col(
        "operation",
        "Opération",
        cellules.lire_numero,
        "numéro de l’opération",
        exemple="202600067",
        note="Inutile quand l’opération est choisie au moment de l’envoi.",
        alias=("numéro d’opération", "n° opération", "n° d’opération", "numéro MDFSE+", "dossier"),
    ),
    _col(
        "identifiant_pseudonyme",
        "Identifiant",
        cellules.lire_pseudonyme,
        "chiffres, lettres, points et tirets",
        champ="pseudonyme",
        exemple="P-00042",
        requis=True,
        note="Le même pour toutes les lignes de la personne sur l’opération\u202f; jamais son nom.",
        alias=("identifiant", "pseudonyme", "identifiant participant", "id participant", "n° participant"),
    ),
    _jour(
        "date_entree",
        "Date d’entrée",
        champ="entree_le",
        exemple="02/03/2026",
        requis=True,
        alias=("entrée", "entrée le", "date entrée", "date d’entrée dans l’opération"),
    ),
    _texte("nom", "Nom", alias=("nom de naissance", "nom d’usage", "nom du participant")),
    _texte("prenom", "Prénom", alias=("prénoms", "prénom du participant")),
    _jour("date_naissance", "Date de naissance", exemple="15/04/1991", alias=("né le", "née le", "naissance")),
    _liste("sexe", "Sexe", Sexe, cellules.lire_sexe, alias=("genre", "civilité")),
    _texte("commune_naissance", "Commune de naissance", alias=("lieu de naissance",)),
    _texte("adresse", "Adresse", alias=("adresse postale", "rue")),
    _col(
        "code_insee",
        "Commune de résidence",
        cellules.lire_insee,
        "code INSEE, cinq caractères",
        exemple="62498",
        alias=("code commune", "insee", "code INSEE de la commune", "commune insee"),
    ),
    _col(
        "code_qpv",
        "Quartier prioritaire",
        cellules.lire_qpv,
        "code du quartier",
        exemple="QN06201A",
        note="De la génération valable le jour de l’entrée.",
        alias=("QPV", "quartier", "code quartier"),
    ),
    _col("telephone", "Téléphone", cellules.lire_telephone, "texte", alias=("tél", "portable", "mobile")),
    _col("courriel", "Courriel", cellules.lire_courriel, "adresse complète", alias=("email", "e-mail", "mail", "mél")),
    _texte("referent", "Référent", note="À défaut de téléphone et de courriel.", alias=("référent joignable",)),
    _col("longitude", "Longitude", cellules.lire_degres, "degrés", exemple="2,8304", alias=("lon", "lng")),
    _col("latitude", "Latitude", cellules.lire_degres, "degrés", exemple="50,4312", alias=("lat",)),
    _liste(
        "statut_emploi",
        "Situation à l’entrée",
        StatutEmploi,
        lire_choix(StatutEmploi, cellules.MOTS_STATUT),
        alias=("statut", "statut d’emploi", "statut sur le marché du travail", "situation"),
    ),
    _col(
        "duree_chomage_mois",
        "Mois de chômage à l’entrée",
        cellules.lire_mois,
        "nombre entier",
        exemple="14",
        note="Pour une personne au chômage seulement.",
        alias=("durée de chômage", "durée du chômage", "ancienneté de chômage"),
    ),
    _ouinon("en_formation", "En formation à l’entrée", alias=("formation à l’entrée",)),
    _liste("niveau_diplome", "Diplôme le plus élevé", Diplome, alias=("niveau de diplôme", "diplôme", "niveau")),
    _reponse("minima_sociaux", "Minima sociaux", alias=("bénéficiaire de minima sociaux",)),
    _reponse("brsa", "Bénéficiaire du RSA", alias=("RSA", "allocataire du RSA")),
    _reponse("reconnaissance_handicap", "Handicap reconnu", alias=("handicap", "RQTH", "situation de handicap")),
    _reponse("origine_etrangere", "Origine étrangère", alias=("parents nés à l’étranger", "parent né à l’étranger")),
    _reponse("nationalite_hors_ue", "Nationalité hors Union européenne", alias=("hors UE", "pays tiers")),
    _reponse("minorite", "Minorité", alias=("appartenance à une minorité",)),
    _reponse("sans_logement", "Sans logement ou exclu du logement", alias=("sans abri", "sans domicile", "SDF")),
    _ouinon("participant_plie", "Suivi par un PLIE", alias=("PLIE",)),
    _jour(
        "date_sortie",
        "Date de sortie",
        champ="sortie_le",
        exemple="30/06/2026",
        note="Obligatoire dès qu’une donnée de sortie est remplie.",
        alias=("sortie", "sortie le", "date sortie", "date de sortie de l’opération"),
    ),
    _liste("motif_sortie", "Motif de sortie", MotifSortie, alias=("motif",)),
    _liste(
        "statut_emploi_sortie",
        "Situation à la sortie",
        StatutEmploi,
        lire_choix(StatutEmploi, cellules.MOTS_STATUT),
        alias=("statut à la sortie", "statut d’emploi à la sortie"),
    ),
    _liste(
        "type_contrat",
        "Contrat à la sortie",
        TypeContrat,
        note="Pour une personne en emploi à la sortie seulement.",
        alias=("contrat", "type de contrat"),
    ),
    _ouinon("en_formation_sortie", "En formation à la sortie", alias=("formation à la sortie",)),
    _ouinon("qualification_obtenue", "Qualification obtenue", alias=("qualification",)),
    _ouinon("recherche_active", "En recherche active d’emploi", alias=("recherche d’emploi à la sortie",)),
]
PAR_NOM = {colonne.nom: colonne for colonne in COLONNES}
PAR_CLE = {cle: colonne.nom for colonne in COLONNES for cle in colonne.cles}
REQUISES = [colonne.nom for colonne in COLONNES if colonne.requis]


def est_nominative(nom: str) -> bool:
    """Does a cell of this column name a person, or may it? Identifiers may hold what they should not."""
    return nom not in PAR_NOM or nom == "identifiant_pseudonyme" or PAR_NOM[nom].est_identite
