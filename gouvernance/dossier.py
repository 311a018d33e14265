"""Draw a meeting pack from its frozen data, and from nothing else."""

import re
from collections import Counter
from datetime import date, datetime, time
from decimal import Decimal

from accord.graphiques import RAMPES, EtapeJauge, Jauge, echelle_commune
from accord.montants import FINE, INSECABLE, en_lettres, format_date, format_duree, format_euros, format_taux, ratio
from accord.pdf import render_pdf
from operations.enums import NatureEcriture
from operations.models.operations import RESSOURCES

from .donnees_dossier import compute_empreinte
from .propositions import ATTENTION, SITUATION

ETAPES = [(str(nature), nature.label) for nature in NatureEcriture]
LIBELLES_RESSOURCES = {
    "ue": "Union européenne",
    "contrepartie_etat": "État",
    "contrepartie_region": "Région",
    "contrepartie_departement": "Département",
    "contrepartie_epci_commune": "Intercommunalités, communes",
    "contrepartie_autre_public": "Autres financeurs publics",
    "contrepartie_prive": "Financeurs privés",
    "autofinancement": "Autofinancement",
    "recettes": "Recettes",
}
JOURS = ["Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche"]


def accorder(nombre: int, singulier: str, pluriel: str, feminin: bool = False) -> str:
    return f"{en_lettres(nombre, feminin)} {pluriel if nombre > 1 else singulier}"


def phrase(texte: str) -> str:
    return texte[:1].upper() + texte[1:]


def format_jour_complet(jour: date) -> str:
    return f"{JOURS[jour.weekday()]} {format_date(jour)}"


def grouper_empreinte(empreinte: str) -> list[str]:
    """Cut a print in two lines of eight groups, as one reads it aloud."""
    groupes = [empreinte[rang : rang + 4] for rang in range(0, len(empreinte), 4)]
    return [" ".join(groupes[:8]), " ".join(groupes[8:])]


def _jour(texte: str | None) -> date | None:
    return date.fromisoformat(texte) if texte else None


def _euros(texte: str | None) -> Decimal | None:
    return None if texte is None else Decimal(texte)


# -- envelopes


def _build_jauge(ligne: dict, nom: dict, comparaison: dict | None) -> Jauge:
    avant = comparaison["montants"] if comparaison and Decimal(comparaison["notifie"]) else {}
    return Jauge(
        libelle=nom["libelle"],
        fonds_code=ligne["fonds"],
        notifie=_euros(ligne["notifie"]),
        etapes=[
            EtapeJauge(code, libelle, Decimal(ligne["montants"][code]), comparaison=_euros(avant.get(code)) or None)
            for code, libelle in ETAPES
        ],
        disponible=_euros(ligne["disponible"]),
        tranches=[(Decimal(t["montant"]), t["statut"] != "prevue") for t in ligne["tranches"]],
        nom_limite="Tranche ouverte",
        cle=f"{ligne['code'].lower().replace('_', '-')}",
    )


def _build_tranches(ligne: dict, nom: dict) -> list[dict]:
    return [
        {
            "code": t["code"],
            "taux": Decimal(nom["tranches"][t["code"]]["taux"]),
            "statut": nom["tranches"][t["code"]]["statut_libelle"],
            "est_acquise": t["statut"] != "prevue",
            "montant": Decimal(t["montant"]),
            "programme": Decimal(t["montants"]["programme"]),
            "solde": Decimal(t["disponible"]),
        }
        for t in ligne["tranches"]
    ]


def _build_enveloppes(donnees: dict) -> list[dict]:
    """Each envelope with its gauge on one scale for the whole pack, its tranches and its QPV share."""
    comparaisons = {ligne["code"]: ligne for ligne in donnees["comparaison"]["enveloppes"]}
    rangs = {}
    enveloppes = []
    for ligne in donnees["situation"]["enveloppes"]:
        nom = donnees["enveloppes"][ligne["code"]]
        rang = rangs.setdefault(nom["organisme_code"], len(rangs) + 1)
        disponible = Decimal(ligne["disponible"])
        declaree = ligne["part_qpv"]["declaree"]
        enveloppes.append(
            {
                **nom,
                "code": ligne["code"],
                "rang": rang,
                "jauge": _build_jauge(ligne, nom, comparaisons.get(ligne["code"])),
                "notifie": Decimal(ligne["notifie"]),
                "programme": Decimal(ligne["montants"]["programme"]),
                "disponible": disponible,
                "au_dela": -disponible if disponible < 0 else None,
                "operations": ligne["operations"],
                "tranches": _build_tranches(ligne, nom),
                "part_qpv": declaree and {cle: _euros(valeur) for cle, valeur in declaree.items()},
            }
        )
    echelle_commune([enveloppe["jauge"] for enveloppe in enveloppes])
    return enveloppes


def _depasse(tranche: dict) -> bool:
    """More is programmed than an open tranche holds, or something on one that is not open yet."""
    return tranche["solde"] < 0 or (not tranche["est_acquise"] and tranche["programme"] > 0)


def _conclude_fonds(fonds: dict) -> str:
    """The sentence that opens a chapter: what is notified, what is programmed, what that means."""
    notifie, programme = fonds["notifie"], fonds["programme"]
    if not notifie:
        return "Rien n’est notifié à cette date."
    debut = (
        f"Sur {format_euros(notifie)} notifiés, {format_euros(programme)} sont programmés "
        f"({format_taux(ratio(programme, notifie))})."
    )
    depassees = [e for e in fonds["enveloppes"] if e["au_dela"]]
    if depassees:
        noms = ", ".join(f"{e['libelle']}, {format_euros(e['au_dela'])}" for e in depassees)
        return f"{debut} Au-delà du notifié{INSECABLE}: {noms}."
    en_avance = [e["organisme"] for e in fonds["enveloppes"] if any(map(_depasse, e["tranches"]))]
    if en_avance:
        verbe, leur = ("engagent", "leur") if len(en_avance) > 1 else ("engage", "sa")
        return f"{debut} {' et '.join(en_avance)} {verbe} au-delà de {leur} tranche ouverte."
    reste = sum((e["disponible"] for e in fonds["enveloppes"]), Decimal(0))
    return f"{debut} Il reste {format_euros(reste)} à programmer."


def _build_fonds(enveloppes: list[dict]) -> list[dict]:
    """One chapter per fund: envelopes of two funds never share a page total."""
    chapitres: dict[str, dict] = {}
    for enveloppe in enveloppes:
        fonds = chapitres.setdefault(
            enveloppe["fonds"], {"code": enveloppe["fonds"], "libelle": enveloppe["fonds_libelle"], "enveloppes": []}
        )
        fonds["enveloppes"].append(enveloppe)
    for fonds in chapitres.values():
        fonds["notifie"] = sum((e["notifie"] for e in fonds["enveloppes"]), Decimal(0))
        fonds["programme"] = sum((e["programme"] for e in fonds["enveloppes"]), Decimal(0))
        fonds["a_tranches"] = any(e["tranches"] for e in fonds["enveloppes"])
        fonds["a_hypothese"] = any(e["tranches_hypothese"] for e in fonds["enveloppes"])
        fonds["a_depassement"] = any(e["jauge"].a_depassement for e in fonds["enveloppes"])
        fonds["chapo"] = _conclude_fonds(fonds)
        fonds["ancre"] = f"situation-{fonds['code'].lower().replace('_', '-')}"
    return list(chapitres.values())


# -- cover

# A bar at least this long holds its name and its rate; a shorter one has them beside it, in white on the night.
LARGEUR_PAGE, LARGEUR_MIN, MARGE = Decimal(210), Decimal(78), Decimal(20)
TEXTES_BARRES = ["#15222c", "#15222c", "#15222c", "#ffffff", "#ffffff", "#ffffff"]


def _build_couverture(fonds: dict) -> dict:
    """The staircase of the first fund, as wide as the page: notified, then each stage in proportion."""
    notifie = fonds["notifie"]
    marches = []
    for rang, (code, libelle) in enumerate(ETAPES):
        montant = sum((e["jauge"].etapes[rang].montant for e in fonds["enveloppes"]), Decimal(0))
        part = min(ratio(montant, notifie) or Decimal(0), Decimal(1))
        largeur = part * LARGEUR_PAGE
        dans = largeur >= LARGEUR_MIN
        debut = MARGE if dans or largeur <= MARGE - 4 else largeur + 4
        marches.append(
            {
                "libelle": libelle,
                "y": 13 * (rang + 1),
                "y_texte": f"{Decimal('7.4') + 13 * (rang + 1):.1f}",
                "largeur": f"{largeur:.2f}",
                "taux": format_taux(ratio(montant, notifie)),
                "x": f"{debut:.2f}",
                "x_taux": f"{largeur - 4:.2f}" if dans else f"{debut + 34:.2f}",
                "ancrage": "end" if dans else "start",
                "teinte": RAMPES.get(fonds["code"], RAMPES["FSE_PLUS"])[rang],
                "texte": TEXTES_BARRES[rang] if dans else "#ffffff",
                "code": code,
            }
        )
    programme, paye = marches[0], marches[-1]
    titre = (
        f"{fonds['libelle']}, {accorder(len(fonds['enveloppes']), 'enveloppe', 'enveloppes', feminin=True)} : "
        f"{format_euros(notifie)} notifiés, {programme['taux']} programmés, {paye['taux']} payés"
    )
    return {"libelle": fonds["libelle"], "notifie": notifie, "marches": marches, "titre": titre}


# -- operations


def _build_plan(operation: dict) -> dict | None:
    """Cost and resources side by side: what is asked, what the instruction keeps, and the share of each resource."""
    demande, instruit = operation["plan_demande"], operation["plan_instruit"]
    if not demande and not instruit:
        return None
    retenu = instruit or demande
    cout = Decimal(retenu["cout_total_eligible"])
    lignes = []
    for champ in RESSOURCES:
        avant, apres = _euros((demande or {}).get(champ)), _euros((instruit or {}).get(champ))
        if champ != "ue" and not avant and not apres:
            continue
        lignes.append(
            {
                "code": champ,
                "libelle": LIBELLES_RESSOURCES[champ],
                "demande": avant,
                "instruit": apres,
                "part": ratio(Decimal(retenu[champ]), cout),
            }
        )
    ecart = None
    if demande and instruit:
        ecart = Decimal(instruit["cout_total_eligible"]) - Decimal(demande["cout_total_eligible"])
    return {
        "lignes": lignes,
        "cout_demande": _euros((demande or {}).get("cout_total_eligible")),
        "cout_instruit": _euros((instruit or {}).get("cout_total_eligible")),
        "ecart": ecart,
        "cout": cout,
        "ue": Decimal(retenu["ue"]),
        "taux": ratio(Decimal(retenu["ue"]), cout),
    }


def _count_months(debut: date, fin: date) -> int:
    return (fin.year - debut.year) * 12 + fin.month - debut.month + (1 if fin.day >= debut.day else 0)


def _dire_la_date(operation: dict, au: date, lu_le: date) -> str:
    """What a sheet of past figures shows as of that day, what it shows as it was read, and the acts it leaves out."""
    if lu_le <= au:
        return ""
    texte = (
        f"Statut, instruction et montants au {format_date(au)}. La description et le plan demandé, qui n’ont pas "
        f"d’historique, sont ceux du {format_date(lu_le)}."
    )
    suites = ", ".join(f"{s['libelle'].lower()} le {format_date(_jour(s['le']))}" for s in operation["suites"])
    return f"{texte} Depuis, non repris ici{INSECABLE}: {suites}." if suites else texte


def _build_operation(operation: dict, enveloppes: dict[str, dict], au: date, lu_le: date) -> dict:
    enveloppe = enveloppes[operation["enveloppe"]]
    debut, fin = _jour(operation["debut_le"]), _jour(operation["fin_le"])
    plan = _build_plan(operation)
    ue, reste = _euros(operation["ue_examinee"]), Decimal(operation["enveloppe_reste"])
    disponible = Decimal(operation["enveloppe_disponible"])
    mois = max(_count_months(debut, fin), 1)
    if operation["est_programmee"]:
        chapo = f"L’opération est déjà programmée pour {format_euros(ue)} de {enveloppe['fonds_libelle']}."
    else:
        verbe = "L’instruction retient" if operation["plan_instruit"] else f"{operation['structure']} demande"
        pour = f" pour {operation['structure']}" if operation["plan_instruit"] else ""
        somme = format_euros(ue)
        cout = f", pour un coût total de {format_euros(plan['cout'])}" if plan else ""
        chapo = f"{verbe} {somme} de {enveloppe['fonds_libelle']}{pour}{cout}."
        chapo += (
            f" Programmée, elle laisserait {format_euros(reste)} dans l’enveloppe."
            if reste >= 0
            else f" Programmée, elle dépasserait l’enveloppe de {format_euros(-reste)}."
        )
    instruction = operation["instruction"]
    return {
        **operation,
        "ancre": f"op-{operation['numero']}",
        "env": enveloppe,
        "debut": debut,
        "fin": fin,
        "mois": mois,
        "part_qpv": _euros(operation["part_qpv"]),
        "plan": plan,
        "ue": ue,
        "reste": reste,
        "au_dela": -reste if reste < 0 else None,
        "disponible": disponible,
        "depasse": -disponible if disponible < 0 else None,
        "reserve": _dire_la_date(operation, au, lu_le),
        "dates": [
            (nom, _jour(operation[champ]))
            for nom, champ in [
                ("Déposée", "deposee_le"),
                ("Recevable", "recevable_le"),
                ("Instruite", "instruite_le"),
                ("Programmée", "programmee_le"),
            ]
            if operation[champ]
        ],
        "rapport": _split_paragraphs(instruction["rapport"]) if instruction else [],
        "conclue": _jour(instruction["conclue_le"]) if instruction else None,
        "chapo": chapo,
    }


def _build_decisions(operations: list[dict], enveloppes: list[dict]) -> list[dict]:
    """Operations by envelope, its totals and what it would have left; no total across envelopes."""
    groupes = []
    for enveloppe in enveloppes:
        siennes = [o for o in operations if o["enveloppe"] == enveloppe["code"]]
        if not siennes:
            continue
        nouvelles = sum((o["ue"] for o in siennes if not o["est_programmee"] and o["ue"] is not None), Decimal(0))
        ensuite = enveloppe["disponible"] - nouvelles
        groupes.append(
            {
                "env": enveloppe,
                "operations": siennes,
                "cout": sum((o["plan"]["cout"] for o in siennes if o["plan"]), Decimal(0)),
                "ue": sum((o["ue"] for o in siennes if o["ue"] is not None), Decimal(0)),
                "ensuite": ensuite,
                "au_dela": -ensuite if ensuite < 0 else None,
            }
        )
    return groupes


# -- agenda


def _find_renvoi(point: dict, fonds: list[dict], alertes: list[dict]) -> str:
    """Where an item leads in the pack: its note, its operations, the chapter it speaks of."""
    cle = point["proposition"]
    if point["operations"]:
        return "operations"
    if cle in {alerte["cle"] for alerte in alertes}:
        return "attention"  # where the amounts are: its note only says so
    if point["texte"]:
        return f"note-{point['ordre']}"
    if cle == SITUATION and fonds:
        return fonds[0]["ancre"]
    if cle == ATTENTION:
        return "attention"
    return ""


def _conclude_agenda(points: list[dict], operations: list[dict]) -> str:
    if not points:
        return "L’ordre du jour est encore vide."
    duree = format_duree(sum(point["duree_minutes"] for point in points))
    debut = f"{phrase(accorder(len(points), 'point', 'points'))}, {duree}."
    attente = [o for o in operations if not o["est_programmee"]]
    if not attente:
        return debut
    verbe = "appelle" if len(attente) == 1 else "appellent"
    nombre = phrase(accorder(len(attente), "opération", "opérations", feminin=True))
    return f"{debut} {nombre} {verbe} un avis{FINE}; la décision de programmer reste celle de chaque organisme."


def _conclude_attention(alertes: list[dict], points: list[dict]) -> str:
    parts = []
    if alertes:
        parts.append(f"{accorder(len(alertes), 'alerte', 'alertes', feminin=True)} sur les chiffres et le calendrier")
    if points:
        parts.append(f"{accorder(len(points), 'point', 'points')} que l’accord laisse à préciser")
    if not parts:
        return "Aucune alerte à cette date, et rien dans l’accord qui appelle le comité."
    return f"{phrase(' et '.join(parts))}."


def _split_paragraphs(texte: str) -> list[str]:
    return [paragraphe for paragraphe in texte.splitlines() if paragraphe.strip()]


def _build_notes(points: list[dict]) -> list[dict]:
    return [{**point, "paragraphes": _split_paragraphs(point["texte"])} for point in points if point["texte"]]


# Signs that our font does not draw, in words.
SIGNES = str.maketrans(
    {
        "≠": "différent de",
        "≈": "environ",
        "≤": "au plus",
        "≥": "au moins",
        "→": "vers",
        "⇒": "donc",
        "Σ": "somme de",
        "†": "",
    }
)


# What people type has plain spaces: the signs of a sentence and of a rate stay with their word.
ESPACES = [
    (re.compile(r" (?=[%;?!])"), FINE),
    (re.compile(r" (?=[:€»])|(?<=«) |(?<=%) (?=/ )|(?<=%[ \u00a0]/) "), INSECABLE),
]


def _make_drawable(valeur):
    if isinstance(valeur, str):
        valeur = valeur.translate(SIGNES)
        for motif, espace in ESPACES:
            valeur = motif.sub(espace, valeur)
        return valeur
    if isinstance(valeur, dict):
        return {cle: _make_drawable(v) for cle, v in valeur.items()}
    return [_make_drawable(v) for v in valeur] if isinstance(valeur, list) else valeur


def build_context(donnees: dict) -> dict:
    """Turn frozen data into what the template shows. Reads nothing else: neither the base nor the clock."""
    empreinte = compute_empreinte(donnees)
    donnees = _make_drawable(donnees)
    enveloppes = _build_enveloppes(donnees)
    par_code = {enveloppe["code"]: enveloppe for enveloppe in enveloppes}
    fonds = _build_fonds(enveloppes)
    numeros = list(dict.fromkeys(n for point in donnees["points"] for n in point["operations"]))
    reunion, au = donnees["reunion"], date.fromisoformat(donnees["au"])
    lu_le = _jour(donnees.get("lu_le")) or au  # packs of the first format do not say
    operations = [_build_operation(donnees["operations"][numero], par_code, au, lu_le) for numero in numeros]
    jour = date.fromisoformat(reunion["date"])
    fige = donnees["dossier"]["fige_le"]
    groupes = _build_decisions(operations, enveloppes)
    compte = Counter(point["nature"] for point in donnees["points"])
    points = [
        {
            **point,
            "heure": time.fromisoformat(point["heure"]),
            "renvoi": _find_renvoi(point, fonds, donnees["alertes"]),
        }
        for point in donnees["points"]
    ]
    return {
        "accord": donnees["accord"],
        "comite": {
            **donnees["comite"],
            "socle": [membre["nom_court"] for membre in donnees["comite"]["membres"] if membre["est_socle"]],
            "autres": [membre["nom_court"] for membre in donnees["comite"]["membres"] if not membre["est_socle"]],
        },
        "reunion": {
            **reunion,
            "jour": jour,
            "jour_complet": format_jour_complet(jour),
            "debut": time.fromisoformat(reunion["heure_debut"]),
            "fin": time.fromisoformat(reunion["heure_fin"]),
        },
        "version": donnees["dossier"]["version"],
        "fige_le": datetime.fromisoformat(fige) if fige else None,
        "fige_le_iso": fige or f"{donnees['au']}T00:00:00+00:00",
        "empreinte": grouper_empreinte(empreinte),
        "au": au,
        "comparaison_au": date.fromisoformat(donnees["comparaison"]["au"]),
        "points": points,
        "notes": _build_notes(points),
        "nombre_avis": compte["avis"],
        "chapo_odj": _conclude_agenda(points, operations),
        "fonds": fonds,
        "couverture": _build_couverture(fonds[0]) if fonds else None,
        "groupes": groupes,
        "chapo_decisions": _conclude_decisions(operations, groupes),
        "alertes": donnees["alertes"],
        "points_attention": donnees["points_attention"],
        "chapo_attention": _conclude_attention(donnees["alertes"], donnees["points_attention"]),
    }


def _conclude_decisions(operations: list[dict], groupes: list[dict]) -> str:
    if not operations:
        return ""
    nombre = phrase(accorder(len(operations), "opération", "opérations", feminin=True))
    ou = accorder(len(groupes), "enveloppe", "enveloppes", feminin=True)
    depasse = [g for g in groupes if g["au_dela"]]
    suite = "Toutes tiennent dans ce qui reste."
    if depasse:
        lesquelles = accorder(len(depasse), "enveloppe", "enveloppes", feminin=True)
        suite = f"Toutes programmées, elles dépasseraient {lesquelles}."
    if len(operations) == 1:
        suite = "Elle tient dans ce qui reste." if not depasse else "Programmée, elle dépasserait son enveloppe."
    return f"{nombre}, {ou}. {suite}"


def build_dossier(donnees: dict) -> bytes:
    """Draw the pack: the same frozen data always give the same bytes."""
    return render_pdf("pdf/dossier.html", build_context(donnees))
