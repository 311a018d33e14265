"""The counters: kept with each change, read by the pages, and counted again from the records to check them.

An act on a few records moves the counters by the difference (`suivre`); a file counts its operations again
(`recompter`). Both use the same two queries, so they agree.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Count, Model, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, TruncMonth

from accord.models import Commune
from operations.models import Operation

from .indicateurs import COMPLETE, REGLES
from .models import CompteurIndicateur, CompteurTerritoire, Participation
from .querysets import et

MESURES = [regle.colonne for regle in REGLES.values()] + ["incompletes"]
MESURES_TERRITOIRE = ["eeco01", "adresses_connues", "en_qpv"]
MOMENTS = ["entree_le", "sortie_le"]


def _comptes(quand: str) -> dict[str, Count]:
    comptes = {regle.colonne: Count("pk", filter=regle.q) for regle in REGLES.values() if regle.quand == quand}
    if quand == "entree_le":
        comptes["incompletes"] = Count("pk", filter=~et(condition.q for condition in COMPLETE))
    return comptes


def compter_par(fiches, quand: str, *cles: str, **expressions):
    """Rows {these keys, one number per measure} of the records dated by their entry, or by their exit."""
    fiches = fiches.en_vigueur().for_indicateurs().filter(**{f"{quand}__isnull": False})
    return fiches.order_by().values(*cles, **expressions).annotate(**_comptes(quand))


def compter(fiches, quand: str):
    """Rows {operation_id, mois, sexe, one number per measure} of these records, by month of entry or of exit."""
    return compter_par(fiches, quand, "operation_id", "sexe", mois=TruncMonth(quand))


def compter_territoires(fiches):
    """Rows {operation_id, mois, epci, …} of these records, by month of entry and EPCI of residence."""
    epci = Commune.objects.filter(code_insee=OuterRef("code_insee")).values("epci__siren")[:1]
    comptes = {
        regle.colonne: Count("pk", filter=regle.q) for regle in REGLES.values() if regle.colonne in MESURES_TERRITOIRE
    }
    return (
        fiches.en_vigueur()
        .for_indicateurs()
        .order_by()
        .values("operation_id", mois=TruncMonth("entree_le"), epci=Coalesce(Subquery(epci), Value("")))
        .annotate(**comptes)
    )


# -- one shape for both tables: what names a row, what it counts, and the queries that count it

Cle = tuple  # (operation_id, mois, sexe or epci)
Sommes = dict[Cle, Counter]


def _sources(fiches) -> dict[type[Model], list]:
    return {
        CompteurIndicateur: [compter(fiches, quand) for quand in MOMENTS],
        CompteurTerritoire: [compter_territoires(fiches)],
    }


DIMENSIONS = {
    CompteurIndicateur: ["operation_id", "mois", "sexe"],
    CompteurTerritoire: ["operation_id", "mois", "epci"],
}
NOMBRES: dict[type[Model], list[str]] = {CompteurIndicateur: MESURES, CompteurTerritoire: MESURES_TERRITOIRE}


def _sommer(fiches) -> dict[type[Model], Sommes]:
    sommes: dict[type[Model], Sommes] = {}
    for table, requetes in _sources(fiches).items():
        sommes[table] = {}
        for ligne in (ligne for requete in requetes for ligne in requete):
            cle = tuple(ligne.pop(dimension) for dimension in DIMENSIONS[table])
            sommes[table].setdefault(cle, Counter()).update(ligne)
    return sommes


@contextmanager
def suivre(*fiches: int) -> Iterator[list[int]]:
    """Move the counters by what the block changes on these records; add the ids of those it creates to the list given.

    The caller is in a transaction and has locked the operations.
    """
    suivies = list(fiches)
    avant = _sommer(Participation.objects.filter(pk__in=suivies)) if suivies else None
    yield suivies
    apres = _sommer(Participation.objects.filter(pk__in=suivies))
    for table, sommes in apres.items():
        ecarts = {cle: Counter(compte) for cle, compte in sommes.items()}
        for cle, compte in (avant or {}).get(table, {}).items():
            ecarts.setdefault(cle, Counter()).subtract(compte)
        _ajouter(table, {cle: ecart for cle, ecart in ecarts.items() if any(ecart.values())})


def _ajouter(table: type[Model], ecarts: Sommes) -> None:
    if not ecarts:
        return
    colonnes, nombres = DIMENSIONS[table], NOMBRES[table]
    nom = connection.ops.quote_name(table._meta.db_table)
    sommes = ", ".join(f"{nombre} = {nom}.{nombre} + EXCLUDED.{nombre}" for nombre in nombres)
    valeurs = [[*cle, *(ecarts[cle][nombre] for nombre in nombres)] for cle in sorted(ecarts)]
    places = ", ".join(f"({', '.join(['%s'] * (len(colonnes) + len(nombres)))})" for _ in valeurs)
    with connection.cursor() as curseur:
        curseur.execute(
            f"INSERT INTO {nom} ({', '.join(colonnes + nombres)}) VALUES {places} "
            f"ON CONFLICT ({', '.join(colonnes)}) DO UPDATE SET {sommes}",
            [valeur for ligne in valeurs for valeur in ligne],
        )


def _recompte(table: type[Model], operations: list[int] | None) -> tuple[str, list]:
    """The SQL that counts a table again from the records of some operations, or of all."""
    fiches = Participation.objects.all()
    if operations is not None:
        fiches = fiches.filter(operation__in=operations)
    parties: list[str] = []
    parametres: list = []
    for requete in _sources(fiches)[table]:
        sql, valeurs = requete.query.sql_with_params()
        lus = [nombre if nombre in requete.query.annotation_select else f"0 AS {nombre}" for nombre in NOMBRES[table]]
        parties.append(
            f"SELECT operation_id, mois::date AS mois, {DIMENSIONS[table][2]}, {', '.join(lus)} FROM ({sql}) c"
        )
        parametres += valeurs
    sommes = ", ".join(f"sum({nombre})::int AS {nombre}" for nombre in NOMBRES[table])
    dimensions = ", ".join(DIMENSIONS[table])
    return f"SELECT {dimensions}, {sommes} FROM ({' UNION ALL '.join(parties)}) u GROUP BY {dimensions}", parametres


def recompter(operations: list[int] | None = None) -> None:
    """Count again from the records: these operations, or all of them. The caller has locked them."""
    for table in _sources(Participation.objects.none()):
        gardes = table._default_manager.all()
        (gardes if operations is None else gardes.filter(operation__in=operations)).delete()
        sql, parametres = _recompte(table, operations)
        colonnes = ", ".join(DIMENSIONS[table] + NOMBRES[table])
        with connection.cursor() as curseur:
            curseur.execute(f"INSERT INTO {table._meta.db_table} ({colonnes}) {sql}", parametres)


def verifier_compteurs() -> list[str]:
    """Compare every counter with a recount from the records; name the operation, the month and the counter."""
    ecarts = []
    for table in _sources(Participation.objects.none()):
        sql, parametres = _recompte(table, None)
        dimension = DIMENSIONS[table][2]
        cles = " AND ".join(f"t.{colonne} = r.{colonne}" for colonne in DIMENSIONS[table])
        lus = ", ".join(f"coalesce(t.{n}, 0), coalesce(r.{n}, 0)" for n in NOMBRES[table])
        tenus = ", ".join(f"coalesce(t.{n}, 0)" for n in NOMBRES[table])
        attendus = ", ".join(f"coalesce(r.{n}, 0)" for n in NOMBRES[table])
        with connection.cursor() as curseur:
            curseur.execute(
                f"SELECT o.numero, coalesce(t.mois, r.mois), coalesce(t.{dimension}, r.{dimension}), {lus} "
                f"FROM {table._meta.db_table} t FULL JOIN ({sql}) r ON {cles} "
                f"JOIN operations_operation o ON o.id = coalesce(t.operation_id, r.operation_id) "
                f"WHERE ({tenus}) IS DISTINCT FROM ({attendus}) ORDER BY 1, 2, 3",
                parametres,
            )
            for numero, mois, part, *nombres in curseur.fetchall():
                ecarts += [
                    f"Opération {numero}, {mois:%m/%Y}, {part or 'non renseigné'}\u00a0: le compteur {nom} dit {tenu}, "
                    f"les fiches disent {attendu}."
                    for nom, tenu, attendu in zip(NOMBRES[table], nombres[::2], nombres[1::2], strict=True)
                    if tenu != attendu
                ]
    return ecarts


def recompter_operation(operation, **_signal) -> None:
    """Another specific objective counts other indicators (`operations.evenements.objectif_modifie`)."""
    recompter([operation.pk])


def recompter_fiches() -> None:
    """Count every record again, when what they are read with changed: a threshold, the EPCI of a commune."""
    concernees = Operation.objects.filter(pk__in=Participation.objects.order_by().values("operation")).order_by("pk")
    if operations := list(concernees.select_for_update(of=("self",)).values_list("pk", flat=True)):
        recompter(operations)
