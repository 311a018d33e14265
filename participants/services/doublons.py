"""The same person with two bodies at once: found from keyed prints, never from names (design §5)."""

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accord.models import AccordCadre
from comptes.journal import journaliser

from ..enums import SensDoublon
from ..models import DecisionDoublon, DoublonPresume
from .identites import exiger_motif

PEU = 500  # above, the records are read in one pass rather than sought one by one in their indexes
VERROU = "doublons"  # with the id of the agreement, the name of the lock

FICHES = """
    SELECT p.id, o.accord_id, e.organisme_id, p.entree_le, coalesce(p.sortie_le, 'infinity') AS sortie_le,
           i.exacte, i.par_jour, i.par_noms, i.tolerantes
    FROM participants_participation p
    JOIN operations_operation o ON o.id = p.operation_id
    JOIN accord_enveloppe e ON e.id = o.enveloppe_id
    JOIN participants_identite i ON i.participation_id = p.id
    WHERE p.annulee_le IS NULL AND i.exacte IS NOT NULL AND o.accord_id = ANY(%(accords)s)"""
# same names and same day leave the same tolerant prints: these alone find both kinds
VOISINES = """
    SELECT a.id AS l_une, b.id AS l_autre
    FROM f a JOIN f b ON b.accord_id = a.accord_id AND b.{bloc} = a.{bloc}
    WHERE b.organisme_id <> a.organisme_id AND (%(toutes)s OR a.id = ANY(%(fiches)s))
      AND a.entree_le <= b.sortie_le AND b.entree_le <= a.sortie_le AND a.tolerantes && b.tolerantes"""
ECRIRE = """
WITH f AS {materialisees} ({FICHES}
), voisines AS MATERIALIZED ({par_jour}
    UNION {par_noms}
), paires AS (
    SELECT DISTINCT
        CASE WHEN a.organisme_id < b.organisme_id THEN a.id ELSE b.id END AS premiere_id,
        CASE WHEN a.organisme_id < b.organisme_id THEN b.id ELSE a.id END AS seconde_id,
        a.exacte = b.exacte AS est_exact
    FROM voisines v JOIN f a ON a.id = v.l_une JOIN f b ON b.id = v.l_autre
), ecrites AS (
    INSERT INTO participants_doublonpresume AS d (premiere_id, seconde_id, est_exact, detecte_le)
    SELECT premiere_id, seconde_id, est_exact, %(jour)s FROM paires
    ON CONFLICT (premiere_id, seconde_id) DO UPDATE SET est_exact = EXCLUDED.est_exact, ecarte_le = NULL
    WHERE d.ecarte_le IS NOT NULL OR d.est_exact <> EXCLUDED.est_exact
), ecartees AS (
    UPDATE participants_doublonpresume d SET ecarte_le = %(jour)s
    FROM participants_participation a, participants_participation b
    WHERE a.id = d.premiere_id AND b.id = d.seconde_id AND d.ecarte_le IS NULL
      AND (%(toutes)s OR a.id = ANY(%(fiches)s) OR b.id = ANY(%(fiches)s))
      AND NOT EXISTS (SELECT FROM paires x WHERE x.premiere_id = a.id AND x.seconde_id = b.id)
      AND NOT (a.annulee_le IS NULL AND b.annulee_le IS NULL
               AND a.entree_le <= coalesce(b.sortie_le, 'infinity') AND b.entree_le <= coalesce(a.sortie_le, 'infinity')
               AND EXISTS (SELECT FROM participants_identite i
                           WHERE i.participation_id IN (a.id, b.id) AND i.purgee_le IS NOT NULL))
)
SELECT count(*) FROM paires"""


def _verrouiller(fiches: list[int] | None) -> list[int]:
    """Lock the agreements of these records until the transaction ends: two bodies that enter the same person at the
    same moment cannot both miss the other’s record."""
    accords = AccordCadre.objects.all()
    if fiches is not None:
        accords = accords.filter(operations__participations__in=fiches)
    pks = sorted(set(accords.order_by().values_list("pk", flat=True)))
    with connection.cursor() as curseur:
        for pk in pks:
            curseur.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [VERROU, pk])
    return pks


@transaction.atomic
def rapprocher(fiches: list[int] | None) -> int:
    """Find the records of two bodies that may be of one person on the same days; return how many pairs hold.

    Among the pairs of these records, or of all when None: those that hold are written or brought back, those that no
    longer do are put aside. An identity emptied since cannot be compared: its pairs stay while their days overlap.

    To be called once the records and their identities are written, and before the journal is: every act takes its
    locks in this order (operations, this search, journal).
    """
    if fiches is not None and not fiches:
        return 0
    accords = _verrouiller(fiches)
    nombreuses = fiches is None or len(fiches) > PEU
    sql = ECRIRE.format(
        FICHES=FICHES,
        materialisees="MATERIALIZED" if nombreuses else "NOT MATERIALIZED",
        par_jour=VOISINES.format(bloc="par_jour"),
        par_noms=VOISINES.format(bloc="par_noms"),
    )
    valeurs: dict = {"fiches": fiches or [], "toutes": fiches is None, "accords": accords, "jour": timezone.localdate()}
    with connection.cursor() as curseur:
        if nombreuses:  # rows just written have no statistics yet, and a nested loop over them would never end
            curseur.execute("SET LOCAL enable_nestloop = off")
        curseur.execute(sql, valeurs)
        (nombre,) = curseur.fetchone()
        if nombreuses:
            curseur.execute("SET LOCAL enable_nestloop = on")
    return nombre


def _lire(doublon: DoublonPresume, organisme_id: int):
    """The pair under its lock, and the record of this body."""
    verrouille = DoublonPresume.objects.select_for_update(of=("self",)).select_related(
        "premiere__operation__enveloppe", "seconde__operation__enveloppe"
    )
    doublon = verrouille.get(pk=doublon.pk)
    fiche = next(f for f in (doublon.premiere, doublon.seconde) if f.operation.enveloppe.organisme_id == organisme_id)
    return doublon, fiche


@transaction.atomic
def decider_doublon(doublon: DoublonPresume, *, organisme, sens: SensDoublon, motif: str, auteur) -> DecisionDoublon:
    """Write what a body concludes, with its reason: the other body reads both, never the record.

    Raises ValidationError `ecarte`, `motif`, `nominatif`, `decidee`.
    """
    doublon, fiche = _lire(doublon, organisme.pk)
    if doublon.ecarte_le:
        raise ValidationError("Ces deux fiches ne se chevauchent plus\u00a0: il n’y a rien à décider.", code="ecarte")
    motif = exiger_motif(fiche, motif, "Dites pourquoi\u00a0: l’autre organisme lit ce motif.")
    if doublon.decisions.filter(organisme=organisme, annulee_le__isnull=True).exists():
        raise ValidationError("Votre organisme a déjà décidé\u00a0: annulez d’abord cette décision.", code="decidee")
    decision = DecisionDoublon.objects.create(
        doublon=doublon,
        organisme=organisme,
        sens=sens,
        motif=motif,
        auteur=auteur,
        decidee_le=timezone.localdate(),
    )
    journaliser(fiche, "doublon_decide", auteur=auteur, motif=motif, decision=decision.get_sens_display())
    return decision


@transaction.atomic
def annuler_decision_doublon(doublon: DoublonPresume, *, organisme, auteur) -> DecisionDoublon:
    """Undo the decision of a body: the pair waits for it again (`code="decision"` when there is none)."""
    doublon, fiche = _lire(doublon, organisme.pk)
    decision = doublon.decisions.filter(organisme=organisme, annulee_le__isnull=True).first()
    if decision is None:
        raise ValidationError("Votre organisme n’a rien décidé sur ce doublon.", code="decision")
    decision.annulee_le = timezone.localdate()
    decision.save(update_fields=["annulee_le"])
    journaliser(fiche, "doublon_rouvert", auteur=auteur, decision=decision.get_sens_display())
    return decision
