"""What the agreement says: parameters, facts, the former programme, points to watch."""

from decimal import Decimal

from ..controles import parcourir_donnees
from ..models import BilanAnterieur, DonneeContexte, Parametre, PointAttention
from ..montants import format_euros
from ..typographie import espacer
from .commun import EUROS, Chargement, fait, jour, texte, valeur


def charger_parametres(c: Chargement) -> None:
    """A value entered later by an administrator stays: the file writes its own periods, and removes none."""
    attendus = {}
    for p in c.lister("parametres"):
        debut = jour(p.get("valide_du")) or c.accord.debut_le
        attendus[p["code"], debut] = {
            "accord": c.accord,
            "code": p["code"],
            **texte(p, "libelle", "sujet"),
            **valeur(p),
            "valide_du": debut,
            **({"valide_au": jour(p["valide_au"])} if "valide_au" in p else {}),
            "est_verifie": p["est_verifie"],
            **fait(p),
        }
    existants = Parametre.objects.filter(accord=c.accord).select_related("accord")
    c.synchro.aligner(existants, attendus, lambda p: (p.code, p.valide_du))


def charger_donnees(c: Chargement) -> None:
    attendus = {}
    for _, rubrique, rang, f in parcourir_donnees(c.donnees):
        calcule = format_euros(Decimal(f["montant_calcule"])) if "montant_calcule" in f else f.get("calcule", "")
        attendus[f["code"]] = {
            "accord": c.accord,
            "rubrique": rubrique,
            "code": f["code"],
            "ordre": rang + 1,
            **texte(f, "libelle", "champ"),
            **valeur(f),
            "valeur_calculee": espacer(calcule),
            "date_valeur": espacer(f.get("date", "")),
            **fait(f),
        }
    c.aligner_liste(DonneeContexte, attendus, lambda d: d.code)


def charger_bilan(c: Chargement) -> None:
    attendus = {}
    for ordre, b in enumerate(c.lister("bilan_anterieur"), 1):
        for v in b["valeurs"]:
            en_euros = "montant" in v or "montant_calcule" in v
            attendus[b["code"], v["perimetre"]] = {
                "accord": c.accord,
                "code": b["code"],
                "ordre": ordre,
                **texte(b, "libelle"),
                "perimetre": v["perimetre"],
                "valeur_publiee": v.get("montant") or espacer(v.get("publie", "")),
                "valeur_calculee": v.get("montant_calcule") or espacer(v.get("calcule", "")),
                "unite": EUROS if en_euros else b.get("unite", ""),
                **fait(b),
            }
    c.aligner_liste(BilanAnterieur, attendus, lambda b: (b.code, b.perimetre))


def charger_points_attention(c: Chargement) -> None:
    attendus = {
        p["code"]: {
            "accord": c.accord,
            "code": p["code"],
            "ordre": ordre,
            **texte(p, "constat", "traitement"),
            **fait(p),
        }
        for ordre, p in enumerate(c.lister("points_attention"), 1)
    }
    c.aligner_liste(PointAttention, attendus, lambda p: p.code)
