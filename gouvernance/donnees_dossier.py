"""Freeze what a meeting pack shows: one JSON document, amounts as strings with two decimals, dates in ISO 8601.

The PDF is drawn from this document and from nothing else, so the same document always gives the same pack.
"""

import hashlib
import json
import re
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Prefetch
from django.utils import timezone

from accord.models import Tranche
from operations.enums import Statut, VersionPlan
from operations.models import Operation, PlanFinancement
from operations.models.operations import RESSOURCES
from operations.partage import dire_partage, justifier_partage
from operations.passe import ACTES, lire_etat
from operations.situation import Situation, compute_situation

from .alertes import compute_alertes, compute_retard
from .horaires import compute_horaires
from .models import PointOperation

FORMAT = 2
# Which inconsistencies of the agreement a committee needs in front of it: those about its money and its committees.
POINTS_UTILES = re.compile(
    r"notifié|surprogrammation|70/30|\btranche|avenant|comité|gouvernance|réunion|cible", re.IGNORECASE
)


def to_canonical(donnees: dict) -> bytes:
    """The one way to write frozen data as bytes: sorted keys, no spaces, UTF-8."""
    return json.dumps(donnees, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def compute_empreinte(donnees: dict) -> str:
    return hashlib.sha256(to_canonical(donnees)).hexdigest()


def _euros(montant: Decimal | None) -> str | None:
    return None if montant is None else f"{montant:.2f}"


def _jour(jour: date | None) -> str | None:
    return jour.isoformat() if jour else None


def _freeze_plan(plan: PlanFinancement | None) -> dict | None:
    if plan is None:
        return None
    return {champ: _euros(getattr(plan, champ)) for champ in ["cout_total_eligible", *RESSOURCES]}


def _freeze_instruction(instruction) -> dict | None:
    """What the instruction concluded; who wrote it stays in the file."""
    if instruction is None:
        return None
    return {
        "avis": instruction.avis,
        "avis_libelle": instruction.get_avis_display(),
        "conclue_le": _jour(instruction.conclue_le),
        "rapport": instruction.rapport,
        "partage": dire_partage(instruction),
        "justification_partage": justifier_partage(instruction),
        "lien_transition": instruction.lien_transition,
    }


def _freeze_appel(appel) -> dict | None:
    if appel is None:
        return None
    return {"code": appel.code, "intitule": appel.intitule, "enonce_priorite_qpv": appel.enonce_priorite_qpv}


def _freeze_operation(operation, disponibles: dict[str, Decimal], au: date) -> dict:
    """One sheet, as the operation stood on the day of the figures; its description and the plan asked have no history.

    `ue_examinee` is what would be taken: the instructed plan, else what is asked, else nothing new.
    """
    etat = lire_etat(operation, au)
    demande = next((plan for plan in operation.plans.all() if plan.version == VersionPlan.DEMANDE), None)
    instruit = etat.plan_instruit
    retenu = instruit or demande
    disponible = disponibles[operation.enveloppe.code]
    est_programmee = operation.ue_programme > 0
    examinee = operation.ue_programme if est_programmee else (retenu.ue if retenu else None)
    reste = disponible if est_programmee or examinee is None else disponible - examinee
    return {
        "numero": operation.numero,
        "intitule": operation.intitule,
        "resume": operation.resume,
        "structure": operation.structure.nom,
        "enveloppe": operation.enveloppe.code,
        "appel": _freeze_appel(operation.appel),
        "objectif_specifique": {
            "code": operation.objectif_specifique.code,
            "libelle": operation.objectif_specifique.libelle,
        },
        "dispositif": str(operation.dispositif) if operation.dispositif else None,
        "axe": str(operation.axe) if operation.axe else None,
        "type_action": str(operation.type_action) if operation.type_action else None,
        "territoire": [epci.nom for epci in operation.epcis.all()],
        "debut_le": _jour(operation.debut_le),
        "fin_le": _jour(operation.fin_en_vigueur),
        "part_qpv": None if operation.part_qpv_declaree is None else f"{operation.part_qpv_declaree:.4f}",
        "statut": etat.statut or Statut.DEPOSEE,
        "statut_libelle": etat.statut.label if etat.statut else "Pas encore déposée",
        "deposee_le": _jour(etat.dates.get(Statut.DEPOSEE)),
        "recevable_le": _jour(etat.dates.get(Statut.RECEVABLE)),
        "instruite_le": _jour(etat.dates.get(Statut.INSTRUITE)),
        "programmee_le": _jour(etat.dates.get(Statut.PROGRAMMEE)),
        "suites": [{"libelle": statut.label, "le": _jour(jour)} for statut, jour in etat.suites],
        "plan_demande": _freeze_plan(demande),
        "plan_instruit": _freeze_plan(instruit),
        "instruction": _freeze_instruction(etat.instruction),
        "ue_programme": _euros(operation.ue_programme),
        "ue_examinee": _euros(examinee),
        "est_programmee": est_programmee,
        "enveloppe_disponible": _euros(disponible),
        "enveloppe_reste": _euros(reste),
    }


def _read_operations(reunion, au: date):
    return (
        Operation.objects.filter(examens__point__reunion=reunion)
        .distinct()
        .with_montants(au)
        .with_fin(au)
        .select_related("enveloppe", "structure", "appel", "objectif_specifique", "dispositif", "axe", "type_action")
        .prefetch_related(*ACTES, "epcis")
        .order_by("pk")
    )


def _freeze_points(reunion) -> tuple[list[dict], str]:
    """Items with their hours, and the hour at which the meeting ends."""
    examens = Prefetch("examens", PointOperation.objects.select_related("operation").order_by("ordre"))
    points = list(reunion.points.prefetch_related(examens))
    heures = compute_horaires(reunion.heure_debut, [point.duree_minutes for point in points])
    return [
        {
            "ordre": point.ordre,
            "heure": heure.isoformat("minutes"),
            "titre": point.titre,
            "nature": point.nature,
            "nature_libelle": point.get_nature_display(),
            "duree_minutes": point.duree_minutes,
            "rapporteur": point.rapporteur,
            "texte": point.texte,
            "proposition": point.proposition,
            "operations": [examen.operation.numero for examen in point.examens.all()],
        }
        for point, heure in zip(points, heures, strict=False)
    ], heures[-1].isoformat("minutes")


def _freeze_enveloppes(situation: Situation, accord) -> dict:
    """What names the codes of the situation: bodies, funds, rates and states of the tranches."""
    hypotheses = set(
        Tranche.objects.filter(enveloppe__accord=accord, est_hypothese=True).values_list("enveloppe__code", flat=True)
    )
    return {
        s.enveloppe.code: {
            "libelle": s.enveloppe.libelle,
            "organisme": s.enveloppe.organisme.nom_court,
            "organisme_code": s.enveloppe.organisme.code,
            "fonds": s.enveloppe.fonds.code,
            "fonds_libelle": str(s.enveloppe.fonds),
            "tranches_hypothese": s.enveloppe.code in hypotheses,
            "tranches": {
                t.tranche.code: {
                    "taux": f"{t.tranche.taux:.4f}",
                    "statut_libelle": t.tranche.get_statut_display(),
                    "regle": t.tranche.get_regle_imputation_display(),
                }
                for t in s.tranches
            },
        }
        for s in situation.enveloppes
    }


def _freeze_comite(comite) -> dict:
    sieges = comite.sieges.select_related("organisme").order_by("organisme__nature", "organisme__nom_court")
    return {
        "code": comite.code,
        "intitule": comite.intitule,
        "finalite": comite.finalite,
        "frequence": comite.frequence,
        "composition": list(comite.composition),
        "membres": [
            {
                "organisme": siege.organisme.nom,
                "nom_court": siege.organisme.nom_court,
                "est_socle": siege.est_socle,
            }
            for siege in sieges
        ],
    }


def _freeze_retards(accord, reunion, au: date, lu_le: date) -> list[dict]:
    """Committees that are late on the day of the figures; the meeting of the pack answers for its own one."""
    retards = []
    for comite in accord.comites.with_reunions(au).select_related("accord"):
        est_seance = comite.prochaine_pk == reunion.pk
        alerte = compute_retard(comite, comite.derniere_le, comite.prochaine_le, au, lu_le=lu_le, est_seance=est_seance)
        if alerte is not None:
            retards.append({**alerte.to_json(), "titre": f"{comite.intitule}. {alerte.titre}"})
    return retards


def geler_donnees(reunion, au: date, *, version: int = 1, fige_le: datetime | None = None) -> dict:
    """Return everything the pack of a meeting shows, with figures as of a day. No data on participants.

    `fige_le` is the instant of freezing; None marks a preview, which is kept nowhere.
    """
    accord = reunion.comite.accord
    lu_le = timezone.localdate(fige_le)
    situation = compute_situation(accord, au=au)
    comparaison = compute_situation(accord, au=date(au.year - 1, 12, 31))
    disponibles = {s.enveloppe.code: s.disponible for s in situation.enveloppes}
    points, heure_fin = _freeze_points(reunion)
    operations = {o.numero: _freeze_operation(o, disponibles, au) for o in _read_operations(reunion, au)}
    return {
        "format": FORMAT,
        "dossier": {"version": version, "fige_le": fige_le.isoformat(timespec="seconds") if fige_le else None},
        "accord": {
            "slug": accord.slug,
            "titre": accord.titre,
            "territoire": accord.territoire,
            "periode": accord.periode,
        },
        "comite": _freeze_comite(reunion.comite),
        "reunion": {
            "id": reunion.pk,
            "date": reunion.date.isoformat(),
            "heure_debut": reunion.heure_debut.isoformat("minutes"),
            "heure_fin": heure_fin,
            "lieu": reunion.lieu,
        },
        "au": au.isoformat(),
        "lu_le": lu_le.isoformat(),
        "points": points,
        "situation": situation.to_json(),
        "comparaison": comparaison.to_json(),
        "enveloppes": _freeze_enveloppes(situation, accord),
        "operations": operations,
        "alertes": [alerte.to_json() for alerte in compute_alertes(situation)]
        + _freeze_retards(accord, reunion, au, lu_le),
        "points_attention": [
            {"code": point.code, "constat": point.constat, "traitement": point.traitement, "source": point.source}
            for point in accord.points_attention.all()
            if POINTS_UTILES.search(f"{point.constat} {point.traitement}")
        ],
    }
