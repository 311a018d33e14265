"""Where the preparation of a meeting stands: its stages, and what is missing before its pack."""

from accord.montants import format_date_courte
from operations.enums import Statut

NON_INSTRUITES = [Statut.DEPOSEE, Statut.RECEVABLE]
A_DECIDER = [*NON_INSTRUITES, Statut.INSTRUITE, Statut.AJOURNEE]  # what an agenda still brings to a decision


def build_etapes(reunion, *, points, dossier, journal, jour) -> list[dict]:
    """Stages for components/frise.html."""
    planifiee = next((ligne["quand"] for ligne in journal if ligne["code"] == "planifiee"), None)
    if reunion.est_annulee:
        annulee = next((ligne["quand"] for ligne in journal if ligne["code"] == "annulee"), None)
        return [
            {"libelle": "Prévue", "etat": "fait", "date": planifiee},
            {"libelle": "Annulée", "etat": "present", "date": annulee},
        ]
    est_passee = reunion.date < jour
    etapes = [
        {"libelle": "Prévue", "fait": True, "date": planifiee},
        {"libelle": "Ordre du jour", "fait": bool(points), "note": _compte(len(points))},
        {
            "libelle": "Dossier produit",
            "fait": dossier is not None,
            "date": dossier.produit_le if dossier else None,
            "note": "" if dossier else "à faire",
        },
        {"libelle": "Réunion", "fait": est_passee, "date": reunion.date},
    ]
    courante = next((etape for etape in etapes if not etape["fait"]), None)
    for etape in etapes:
        etape["etat"] = "present" if etape is courante else "fait" if etape["fait"] else ""
    return etapes


def _compte(nombre: int) -> str:
    return f"{nombre}\u00a0point{'s' if nombre > 1 else ''}" if nombre else "vide"


def est_perime(journal, fige_le) -> bool:
    """True when the agenda changed after the data of the latest pack were read, even while it was being drawn."""
    return any(ligne["quand"] > fige_le and ligne["code"] not in ("annulee", "dossier_produit") for ligne in journal)


def find_doublons(points) -> list[tuple[str, list[str]]]:
    """Operations that several items examine, each with the places of these items: allowed, and worth a second look."""
    places: dict[str, list[str]] = {}
    for point in points:
        for operation in point.examinees:
            places.setdefault(operation.numero, []).append(str(point.ordre))
    return [(numero, rangs) for numero, rangs in places.items() if len(rangs) > 1]


def build_verification(reunion, *, points, operations, dossier, journal, en_attente) -> list[dict]:
    """What is done and what blocks the pack, for components/verif.html."""
    a_decider = [o for o in operations if o.statut in A_DECIDER]
    decidees = [o.numero for o in operations if o.statut not in A_DECIDER]
    sans_instruction = [o for o in a_decider if o.statut in NON_INSTRUITES]
    verification = [
        {"libelle": "Date et lieu", "etat": "bon", "valeur": format_date_courte(reunion.date)},
        {"libelle": "Ordre du jour", "etat": "bon" if points else "stop", "valeur": _compte(len(points))},
    ]
    if a_decider:
        prets = len(a_decider) - len(sans_instruction)
        verification.append(
            {
                "libelle": "Fiches instruites",
                "etat": "stop" if sans_instruction else "bon",
                "valeur": f"{prets} sur {len(a_decider)}",
            }
        )
    if decidees:
        plusieurs = len(decidees) > 1
        libelle = (
            "Opérations qui n’attendent plus de décision" if plusieurs else "Opération qui n’attend plus de décision"
        )
        verification.append({"libelle": libelle, "etat": "veille", "valeur": ", ".join(decidees)})
    for numero, rangs in find_doublons(points):
        verification.append(
            {"libelle": f"{numero} à plusieurs points", "etat": "veille", "valeur": f"points\u00a0{' et '.join(rangs)}"}
        )
    if en_attente:
        verification.append({"libelle": "Opérations instruites non inscrites", "etat": "", "valeur": str(en_attente)})
    if dossier is None:
        verification.append({"libelle": "Chiffres figés", "etat": "", "valeur": "à faire"})
        return verification
    verification.append({"libelle": "Chiffres figés", "etat": "bon", "valeur": format_date_courte(dossier.arrete_au)})
    if est_perime(journal, dossier.produit_le):
        verification.append(
            {
                "libelle": f"Ordre du jour changé depuis la version {dossier.version}",
                "etat": "stop",
                "valeur": format_date_courte(journal[0]["quand"]),
            }
        )
    return verification
