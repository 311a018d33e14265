"""What a file changes: compared with the records, checked by the rules of a record, then written, in SQL."""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import islice
from types import SimpleNamespace

from django.db import connection

from accord.quartiers import Adresse, QpvDuJour
from operations.importation.fautes import Faute, montrer

from ..chiffrement import contexte, dechiffrer
from ..compteurs import recompter
from ..empreintes import porte_le_nom
from ..enums import SourceQpv
from ..models import CHAMPS_SORTIE, Identite, Participation
from ..residence import Generations, lire_point, retenir_quartier, situer
from ..services.fiches import NOMINATIF
from ..services.identites import CHAMPS_IDENTITE, fermer_identite
from .reception import CHAMPS, ENTREE, EST_SORTIE, FICHE, NUL, SORTIE, Faux, Ligne

HORS_LETTRES = re.compile(r"[^A-Za-z]+")
INSEE, QPV = CHAMPS.index("code_insee"), CHAMPS.index("code_qpv")
RESIDENCE = ["code_insee", "code_qpv"]
CALCULES = ["age_entree", "source_qpv", "en_qpv", "est_rural", "retour_le"]
TABULATION = "\t"
TABLE = "import_arrivee"  # temporary, gone with the transaction
ENREGISTREES = Participation._meta.db_table
IDENTITES = Identite._meta.db_table
EXISTANTES = f"""
    SELECT p.operation_id, p.pseudonyme, p.id, p.entree_le::text, p.retour_le::text, p.sortie_le::text, p.annulee_le,
           p.age_entree, p.code_insee, p.code_qpv, p.source_qpv, i.participation_id, i.purgee_le, i.cle, i.chiffre
    FROM {ENREGISTREES} p LEFT JOIN {IDENTITES} i ON i.participation_id = p.id WHERE p.operation_id = ANY(%s)"""


@dataclass(frozen=True, slots=True)
class Existante:
    """A record of one of the operations, as the file finds it."""

    id: int
    entree_le: str
    retour_le: str | None
    sortie_le: str | None
    annulee_le: date | None
    age_entree: int | None
    code_insee: str
    code_qpv: str
    source_qpv: str
    identite_id: int | None
    purgee_le: date | None
    cle: str | None
    chiffre: memoryview | None


def lire_existantes(operations: Iterable[int]) -> dict[tuple[int, str], Existante]:
    with connection.cursor() as curseur:
        curseur.execute(EXISTANTES, [sorted(operations)])
        return {(operation, pseudonyme): Existante(*suite) for operation, pseudonyme, *suite in curseur}


@dataclass
class Arrivee:
    """One person of the file, beside the record it meets."""

    ligne: Ligne
    existante: Existante | None = None
    garde_entree: bool = False  # the line is a return after what is recorded
    garde_sortie: bool = False  # the line is a stage before what is recorded
    clair: dict[str, str] | None = None  # the identity to write; None leaves it as it is
    entree: str = ""
    code_insee: str = ""
    code_qpv: str = ""
    source_qpv: str = ""
    age_entree: str = NUL
    en_qpv: str = NUL
    est_rural: str = NUL
    retour_le: str = NUL
    id: int = 0


@dataclass
class Comptes:
    creees: int = 0
    modifiees: int = 0
    inchangees: int = 0
    par_operation: dict[int, list[int]] = field(default_factory=dict)


class Chargement:
    """The persons of one file, from what was read to what is written; the caller holds the locks."""

    def __init__(self, personnes: dict[tuple[int, str], Ligne], colonnes: set[str], fautes: Faux, jour: date):
        self.fautes, self.jour = fautes, jour
        self.presents = {c.champ for c in FICHE if c.nom in colonnes}
        self.identite_donnee = [nom for nom in CHAMPS_IDENTITE if nom in colonnes]
        self.operations = sorted({operation for operation, _ in personnes})
        existantes = lire_existantes(self.operations)
        self.met_existantes = bool(existantes)
        self.arrivees = [Arrivee(ligne, existantes.get(cle)) for cle, ligne in personnes.items()]

    # -- what a line becomes beside the record it meets

    def comparer(self, generations: Generations, dire: Callable[[int], None]) -> None:
        points: list[tuple[Arrivee, Adresse]] = []
        for rang, arrivee in enumerate(self.arrivees, 1):
            ligne, avant = arrivee.ligne, arrivee.existante
            if avant:
                self._situer_dans_le_temps(arrivee, avant)
            arrivee.entree = avant.entree_le if arrivee.garde_entree else ligne.fiche[ENTREE]
            clair = self._lire_identite(arrivee, arrivee.entree)
            self._lire_residence(arrivee)
            if "longitude" in clair and (point := lire_point(clair)):
                points.append((arrivee, Adresse(*point, date.fromisoformat(arrivee.entree))))
            if not rang % 2_000:
                dire(rang)
        if points:
            self._situer_par_adresse(points)
        residences: dict[tuple[str, str, str], tuple[str, str]] = {}
        for arrivee in self.arrivees:
            cle = (arrivee.code_insee, arrivee.code_qpv, arrivee.entree)
            arrivee.en_qpv, arrivee.est_rural = residences.get(cle) or residences.setdefault(
                cle, _resider(*cle, generations)
            )

    def _lire_residence(self, arrivee: Arrivee) -> None:
        """The commune and the neighbourhood of the file, or those recorded when it does not say."""
        fiche, avant = arrivee.ligne.fiche, arrivee.existante
        arrivee.code_insee, arrivee.code_qpv = fiche[INSEE], fiche[QPV]
        if avant and (arrivee.garde_entree or "code_insee" not in self.presents):
            arrivee.code_insee = avant.code_insee
        if avant and (arrivee.garde_entree or "code_qpv" not in self.presents):
            arrivee.code_qpv = avant.code_qpv
        if avant and arrivee.code_qpv == avant.code_qpv:
            arrivee.source_qpv = avant.source_qpv
        elif arrivee.code_qpv:
            arrivee.source_qpv = str(SourceQpv.DECLARE)

    def _situer_par_adresse(self, points: list[tuple["Arrivee", Adresse]]) -> None:
        """`residence.situer_par_adresse`, for all the addresses at once."""
        quartiers = QpvDuJour()
        trouves = quartiers.des_adresses([adresse for _, adresse in points])
        for (arrivee, adresse), trouve in zip(points, trouves, strict=True):
            if quartiers.sont_dessines(adresse.le):
                retenir_quartier(arrivee, trouve)

    def _situer_dans_le_temps(self, arrivee: Arrivee, avant: Existante) -> None:
        """A later stage keeps the entry, an earlier one keeps the exit; anything else corrects the record."""
        ligne = arrivee.ligne
        entree, sortie = ligne.fiche[ENTREE], ligne.fiche[SORTIE]
        if avant.annulee_le:
            self._refuser(ligne, "identifiant_pseudonyme", "Cette fiche est annulée\u00a0: rétablissez-la d’abord.")
        debut_dernier = avant.retour_le or avant.entree_le
        sortie_dite = "sortie_le" in self.presents
        arrivee.garde_entree = entree > avant.entree_le and (
            entree == avant.retour_le or bool(sortie_dite and avant.sortie_le and entree > avant.sortie_le)
        )
        arrivee.garde_sortie = sortie_dite and sortie != NUL and sortie < debut_dernier
        retour = avant.retour_le or ""
        if ligne.retour_le or arrivee.garde_entree:
            retour = max(ligne.retour_le, entree if arrivee.garde_entree else "")
        if arrivee.garde_sortie:
            retour = max(retour, debut_dernier)
        arrivee.retour_le = retour if retour > (avant.entree_le if arrivee.garde_entree else entree) else NUL

    def _lire_identite(self, arrivee: Arrivee, entree: str) -> dict[str, str]:
        """The identity as it becomes, and the age that follows from it; nothing once it was emptied."""
        ligne, avant = arrivee.ligne, arrivee.existante
        donnee = dict(zip(CHAMPS_IDENTITE, ligne.identite, strict=True)) if ligne.identite else {}
        clair = {nom: donnee[nom] for nom in self.identite_donnee if donnee[nom]} if donnee else {}
        if avant is None:
            arrivee.retour_le = ligne.retour_le or NUL
            arrivee.clair = clair or None
        elif avant.purgee_le:
            if clair:
                nom = next(iter(clair))
                self._refuser(
                    ligne, nom, "L’identité de cette personne a été effacée\u00a0: elle ne se saisit plus.", clair[nom]
                )
            if entree != avant.entree_le:
                self._refuser(
                    ligne,
                    "date_entree",
                    "L’identité a été effacée\u00a0: la date d’entrée, dont dépend l’âge, ne se corrige plus.",
                )
            arrivee.age_entree = NUL if avant.age_entree is None else str(avant.age_entree)
            return {}
        elif avant.identite_id:
            lien = contexte(ligne.operation, ligne.pseudonyme)
            enregistree = dechiffrer(bytes(avant.chiffre), avant.cle, lien)
            if donnee:
                gardes = {nom: valeur for nom, valeur in enregistree.items() if nom not in self.identite_donnee}
                clair = gardes | clair
                arrivee.clair = clair if clair != enregistree else None
            else:
                clair = enregistree
        else:
            arrivee.clair = clair or None
        if clair.get("nom") and _porte_le_nom(HORS_LETTRES.sub("-", ligne.pseudonyme), clair["nom"]):
            self._refuser(ligne, "identifiant_pseudonyme", NOMINATIF)
        naissance = clair.get("date_naissance")
        if naissance:
            if naissance > entree:
                self._refuser(ligne, "date_naissance", "La date de naissance suit la date d’entrée.", naissance)
                return clair
            # full years, the birthday included: `compute_age` on dates written AAAA-MM-JJ
            age = int(entree[:4]) - int(naissance[:4]) - (entree[5:] < naissance[5:])
            if age > 120:
                self._refuser(ligne, "date_naissance", "L’âge à l’entrée dépasse 120 ans.", naissance)
            arrivee.age_entree = str(age)
        return clair

    def _refuser(self, ligne: Ligne, colonne: str, regle: str, valeur: str = "") -> None:
        if not valeur:
            valeur = ligne.pseudonyme if colonne == "identifiant_pseudonyme" else ""
        self.fautes.noter(Faute(ligne.numero, colonne, valeur, regle))

    # -- in the database

    def deposer(self) -> None:
        """Put the lines in a temporary table, as the records would become."""
        colonnes = [*CHAMPS, *CALCULES]
        modele = ", ".join(f"p.{champ}" for champ in colonnes)
        with connection.cursor() as curseur:
            curseur.execute(f"DROP TABLE IF EXISTS {TABLE}")  # of another import in the same transaction
            curseur.execute(
                f"CREATE TEMPORARY TABLE {TABLE} ON COMMIT DROP AS SELECT 0 AS ligne, p.id, false AS nouvelle, "
                "false AS garde_entree, false AS garde_sortie, false AS identite, p.operation_id, p.pseudonyme, "
                f"{modele} FROM {ENREGISTREES} p WITH NO DATA"
            )
            curseur.execute(
                f"SELECT nextval(pg_get_serial_sequence('{ENREGISTREES}', 'id')) FROM generate_series(1, %s)",
                [sum(arrivee.existante is None for arrivee in self.arrivees)],
            )
            nouveaux = iter([pk for (pk,) in curseur.fetchall()])
            for arrivee in self.arrivees:
                arrivee.id = arrivee.existante.id if arrivee.existante else next(nouveaux)
            copier(curseur, TABLE, map(_ecrire_arrivee, self.arrivees))
            curseur.execute(f"ANALYZE {TABLE} (id, nouvelle)")
            self._completer(curseur)

    def _completer(self, curseur) -> None:
        """What the file does not say stays as it is recorded."""
        if not self.met_existantes:
            return
        affectations = []
        for champ, est_sortie in zip(CHAMPS, EST_SORTIE, strict=True):
            if champ in RESIDENCE:
                continue
            garde = "garde_sortie" if est_sortie else "garde_entree"
            valeur = (
                f"CASE WHEN a.{garde} THEN p.{champ} ELSE a.{champ} END" if champ in self.presents else f"p.{champ}"
            )
            affectations.append(f"{champ} = {valeur}")
        curseur.execute(
            f"UPDATE {TABLE} a SET {', '.join(affectations)} FROM {ENREGISTREES} p WHERE p.id = a.id AND NOT a.nouvelle"
        )

    def verifier(self) -> None:
        """The rules between the answers of a record, on the lines as they would be recorded."""
        conditions = ", ".join(f"({regle.sql})" for regle in REGLES)
        un_faux = " OR ".join(f"({regle.sql})" for regle in REGLES)
        with connection.cursor() as curseur:
            curseur.execute(
                f"SELECT ligne, ARRAY[{conditions}], entree_le, sortie_le, duree_chomage_mois, type_contrat "
                f"FROM {TABLE} a WHERE {un_faux} ORDER BY ligne",
                {"jour": self.jour},
            )
            for ligne, fausses, entree, sortie, duree, contrat in curseur.fetchall():
                valeurs = {
                    "date_entree": entree,
                    "date_sortie": sortie,
                    "duree_chomage_mois": duree,
                    "type_contrat": contrat,
                }
                for regle, fausse in zip(REGLES, fausses, strict=True):
                    if fausse:
                        colonne = regle.colonne
                        self.fautes.noter(Faute(ligne, colonne, montrer(valeurs.get(colonne) or ""), regle.texte))

    def compter(self) -> Comptes:
        """How many records are created, changed, left as they are; the last ones leave the temporary table."""
        champs = [*CHAMPS, *CALCULES]
        ecart = " OR ".join(f"a.{champ} IS DISTINCT FROM p.{champ}" for champ in champs)
        comptes = Comptes()
        with connection.cursor() as curseur:
            inchangees = []
            if self.met_existantes:
                curseur.execute(
                    f"DELETE FROM {TABLE} a USING {ENREGISTREES} p WHERE p.id = a.id AND NOT a.nouvelle "
                    f"AND NOT a.identite AND NOT ({ecart}) RETURNING a.operation_id"
                )
                inchangees = [operation for (operation,) in curseur.fetchall()]
            curseur.execute(f"SELECT operation_id, nouvelle, count(*) FROM {TABLE} GROUP BY 1, 2")
            for operation, nouvelle, nombre in curseur.fetchall():
                comptes.par_operation.setdefault(operation, [0, 0, 0])[0 if nouvelle else 1] = nombre
        for operation in inchangees:
            comptes.par_operation.setdefault(operation, [0, 0, 0])[2] += 1
        comptes.creees, comptes.modifiees, comptes.inchangees = (
            sum(nombres[i] for nombres in comptes.par_operation.values()) for i in range(3)
        )
        return comptes

    def ecrire(self, organismes: dict[int, int], dire: Callable[[str, int | None], None]) -> list[int]:
        """Write the records, their identities, and count their operations again; return the ids written."""
        touchees = [arrivee for arrivee in self.arrivees if arrivee.clair is not None]
        ouvertes = [arrivee for arrivee in touchees if arrivee.clair]
        with ThreadPoolExecutor(1) as executeur:  # identities are closed while the base writes the records
            lignes = executeur.submit(lambda: [_fermer(arrivee, organismes) for arrivee in ouvertes])
            dire("Enregistrement des fiches", None)
            ecrites = self._ecrire_fiches()
            dire("Chiffrement des identités", None)
            self._ecrire_identites(touchees, lignes.result())
        self._relier([arrivee.id for arrivee in touchees])
        dire("Calcul des indicateurs", None)
        recompter(self.operations)
        return ecrites

    def _ecrire_fiches(self) -> list[int]:
        champs = [*CHAMPS, *CALCULES]
        with connection.cursor() as curseur:
            curseur.execute(
                f"UPDATE {ENREGISTREES} p SET {', '.join(f'{champ} = a.{champ}' for champ in champs)}, "
                "version = p.version + 1, "
                "sortie_saisie_le = CASE WHEN a.sortie_le IS NULL THEN NULL "
                "ELSE coalesce(p.sortie_saisie_le, %(jour)s) END "
                f"FROM {TABLE} a WHERE p.id = a.id AND NOT a.nouvelle",
                {"jour": self.jour},
            )
            noms = ", ".join(["id", "operation_id", "pseudonyme", *champs])
            curseur.execute(
                f"INSERT INTO {ENREGISTREES} ({noms}, entree_saisie_le, sortie_saisie_le, version) "
                f"SELECT {noms}, %(jour)s, CASE WHEN sortie_le IS NULL THEN NULL ELSE %(jour)s::date END, 1 "
                f"FROM {TABLE} WHERE nouvelle ORDER BY id",
                {"jour": self.jour},
            )
            curseur.execute(f"SELECT id FROM {TABLE} ORDER BY id")
            return [pk for (pk,) in curseur.fetchall()]

    def _ecrire_identites(self, arrivees: list[Arrivee], lignes: list[str]) -> None:
        anciennes = [arrivee.id for arrivee in arrivees if arrivee.existante and arrivee.existante.identite_id]
        with connection.cursor() as curseur:
            if anciennes:
                curseur.execute(f"DELETE FROM {IDENTITES} WHERE participation_id = ANY(%s)", [anciennes])
            copier(curseur, f"{IDENTITES} ({', '.join(PAR_DEFAUT)})", lignes)

    def _relier(self, fiches: list[int]) -> None:
        """Say which records of a body are of one person: the rule of `enregistrer_identite`, all at once."""
        if not fiches:
            return
        with connection.cursor() as curseur:
            curseur.execute(RELIER, {"fiches": fiches})


@dataclass(frozen=True)
class Regle:
    colonne: str
    sql: str
    texte: str


REGLES = [
    Regle("date_entree", "a.entree_le > %(jour)s", "Choisissez une date d’entrée qui n’est pas à venir."),
    Regle(
        "date_sortie", "coalesce(a.sortie_le > %(jour)s, false)", "Choisissez une date de sortie qui n’est pas à venir."
    ),
    Regle("date_sortie", "coalesce(a.sortie_le < a.entree_le, false)", "La date de sortie précède la date d’entrée."),
    Regle(
        "date_sortie",
        "a.sortie_le IS NULL AND concat(" + ", ".join(f"a.{champ}" for champ in CHAMPS_SORTIE) + ") <> ''",
        "Des données de sortie sont remplies\u00a0: donnez aussi la date de sortie.",
    ),
    Regle(
        "duree_chomage_mois",
        "a.duree_chomage_mois IS NOT NULL AND a.statut_emploi <> 'chomeur'",
        "Une durée de chômage ne se donne que pour une personne au chômage à l’entrée.",
    ),
    Regle(
        "type_contrat",
        "a.type_contrat <> '' AND a.statut_emploi_sortie <> 'emploi'",
        "Un contrat ne se donne que pour une personne en emploi à la sortie.",
    ),
]
RELIER = f"""
WITH touchees AS (
    SELECT p.id, i.participation_id, i.exacte, e.organisme_id
    FROM {ENREGISTREES} p LEFT JOIN {IDENTITES} i ON i.participation_id = p.id
    JOIN operations_operation o ON o.id = p.operation_id JOIN accord_enveloppe e ON e.id = o.enveloppe_id
    WHERE p.id = ANY(%(fiches)s)
), connues AS (
    SELECT DISTINCT ON (i.exacte, e.organisme_id) i.exacte, e.organisme_id, p.personne
    FROM {IDENTITES} i JOIN {ENREGISTREES} p ON p.id = i.participation_id
    JOIN operations_operation o ON o.id = p.operation_id JOIN accord_enveloppe e ON e.id = o.enveloppe_id
    WHERE i.exacte IN (SELECT exacte FROM touchees) AND NOT i.participation_id = ANY(%(fiches)s)
      AND p.personne IS NOT NULL
    ORDER BY i.exacte, e.organisme_id, i.participation_id
)
UPDATE {ENREGISTREES} p SET personne = r.personne
FROM (
    SELECT t.id, CASE WHEN t.participation_id IS NULL THEN NULL WHEN t.exacte IS NULL THEN t.id
        ELSE coalesce(c.personne, min(t.id) OVER (PARTITION BY t.exacte, t.organisme_id)) END AS personne
    FROM touchees t LEFT JOIN connues c ON c.exacte = t.exacte AND c.organisme_id = t.organisme_id
) r WHERE p.id = r.id"""
PAR_DEFAUT = {champ.column: champ.get_default() for champ in Identite._meta.concrete_fields}


@lru_cache(maxsize=65_536)
def _porte_le_nom(lettres: str, nom: str) -> bool:
    """On the letters of an identifier alone: a file numbers its persons, so there are few of these."""
    return porte_le_nom(lettres, nom)


def _resider(code_insee: str, code_qpv: str, entree: str, generations: Generations) -> tuple[str, str]:
    fiche = SimpleNamespace(
        code_insee=code_insee,
        code_qpv=code_qpv,
        entree_le=date.fromisoformat(entree),
        est_adresse_connue=bool(code_insee or code_qpv),
        en_qpv=None,
        est_rural=None,
    )
    situer(fiche, generations)
    return _booleen(fiche.en_qpv), _booleen(fiche.est_rural)


def _booleen(valeur: bool | None) -> str:
    return NUL if valeur is None else "t" if valeur else "f"


def _ecrire_arrivee(a: Arrivee) -> str:
    debut = (
        f"{a.ligne.numero}\t{a.id}\t{_booleen(a.existante is None)}\t{_booleen(a.garde_entree)}\t"
        f"{_booleen(a.garde_sortie)}\t{_booleen(a.clair is not None)}\t{a.ligne.operation}\t{a.ligne.pseudonyme}\t"
    )
    fiche = [*a.ligne.fiche]
    fiche[INSEE], fiche[QPV] = a.code_insee, a.code_qpv
    calcules = f"{a.age_entree}\t{a.source_qpv}\t{a.en_qpv}\t{a.est_rural}\t{a.retour_le}"
    return f"{debut}{TABULATION.join(fiche)}\t{calcules}\n"


def _fermer(arrivee: Arrivee, organismes: dict[int, int]) -> str:
    """A line of the table of identities, closed."""
    ligne = arrivee.ligne
    lien = contexte(ligne.operation, ligne.pseudonyme)
    valeurs = PAR_DEFAUT | fermer_identite(lien, arrivee.clair, organismes[ligne.operation])
    valeurs["participation_id"] = arrivee.id
    return "\t".join(map(_en_copie, valeurs.values())) + "\n"


def _en_copie(valeur) -> str:
    if isinstance(valeur, bytes):
        return f"\\\\x{valeur.hex()}"
    if isinstance(valeur, list):
        return f"{{{','.join(map(str, valeur))}}}"
    return NUL if valeur is None else str(valeur)


class _Flux(io.RawIOBase):
    """A file that COPY reads, made line by line: the whole text is never held."""

    def __init__(self, lignes: Iterator[str]):
        self.lignes = lignes
        self.reste = b""

    def read(self, taille: int = -1) -> bytes:
        while len(self.reste) < taille:
            lot = "".join(islice(self.lignes, 500)).encode()
            if not lot:
                break
            self.reste += lot
        rendu, self.reste = self.reste[:taille], self.reste[taille:]
        return rendu


def copier(curseur, table: str, lignes: Iterable[str]) -> None:
    curseur.copy_expert(f"COPY {table} FROM STDIN", _Flux(iter(lignes)))
