"""Funds, envelopes and tranches; the notified amounts enter the ledger once, and are never rewritten."""

from decimal import Decimal

from comptes.horloge import maintenant

from ..enums import NatureMouvement
from ..fichier import FichierRefuse
from ..models import Enveloppe, Fonds, MouvementEnveloppe, ObjectifSpecifique, Priorite, Tranche
from ..montants import format_date, format_euros
from ..synchronisation import CREE
from ..typographie import espacer
from .commun import Chargement, fait, jour, texte


def charger_programmes(c: Chargement) -> None:
    """Funds, priorities and specific objectives are shared by all agreements: none is removed."""
    attendus: dict = {
        f["code"]: {"code": f["code"], **texte(f, "libelle"), "ordre": ordre, **fait(f)}
        for ordre, f in enumerate(c.lister("fonds"), 1)
    }
    c.fonds = c.synchro.aligner(Fonds.objects.all(), attendus, lambda f: f.code)

    attendus = {
        (p["fonds"], p["code"]): {
            "fonds": c.fonds[p["fonds"]],
            "code": p["code"],
            **texte(p, "libelle"),
            "est_deleguee": p.get("est_deleguee", False),
            **fait(p),
        }
        for p in c.lister("priorites")
    }
    existantes = Priorite.objects.select_related("fonds")
    priorites = c.synchro.aligner(existantes, attendus, lambda p: (p.fonds.code, p.code))

    attendus = {
        o["code"]: {
            "priorite": priorites[o["fonds"], o["priorite"]],
            "code": o["code"],
            **texte(o, "code_ue", "libelle"),
            **fait(o),
        }
        for o in c.lister("objectifs_specifiques")
    }
    c.synchro.aligner(ObjectifSpecifique.objects.select_related("priorite"), attendus, lambda o: o.code)


def charger_enveloppes(c: Chargement) -> None:
    attendus = {
        e["code"]: {
            "accord": c.accord,
            "organisme": c.organismes[e["organisme"]],
            "fonds": c.fonds[e["fonds"]],
            "code": e["code"],
            **texte(e, "libelle"),
            "ordre": ordre,
            **fait(e),
        }
        for ordre, e in enumerate(c.lister("enveloppes"), 1)
    }
    existantes = Enveloppe.objects.filter(accord=c.accord).select_related("accord", "organisme", "fonds")
    verrouillees = existantes.select_for_update(of=("self",)).order_by("pk")
    c.enveloppes = c.synchro.aligner(verrouillees, attendus, lambda e: e.code, supprimer=True)
    nouvelles = _verifier_registre(c)
    tranches = _charger_tranches(c)
    for enveloppe in nouvelles:
        _notifier(c, enveloppe, tranches)


def _charger_tranches(c: Chargement) -> dict:
    attendus = {
        (e["code"], t["code"]): {
            "enveloppe": c.enveloppes[e["code"]],
            "code": t["code"],
            "ordre": ordre,
            "debut_le": jour(t["debut_le"]),
            "fin_le": jour(t["fin_le"]),
            "taux": Decimal(t["taux"]),
            "montant_publie": Decimal(t["montant"]),
            "statut": t["statut"],
            **texte(t, "acte"),
            "regle_imputation": t.get("regle_imputation", "date_programmation"),
            "est_hypothese": t.get("est_hypothese", False),
            **fait(t),
        }
        for e in c.lister("enveloppes")
        for ordre, t in enumerate(e.get("tranches", []), 1)
    }
    existantes = Tranche.objects.filter(enveloppe__accord=c.accord).select_related("enveloppe")
    return c.synchro.aligner(existantes, attendus, lambda t: (t.enveloppe.code, t.code), supprimer=True)


def lister_notifications(enveloppe: dict) -> dict[str, tuple[str | None, Decimal]]:
    """What the file notifies: one line for each real tranche, else one for the whole envelope."""
    reelles = [t for t in enveloppe.get("tranches", []) if not t.get("est_hypothese")]
    if not reelles:
        return {"notification": (None, Decimal(enveloppe["montant"]))}
    return {f"notification-{t['code']}": (t["code"], Decimal(t["montant"])) for t in reelles}


def _verifier_registre(c: Chargement) -> list[dict]:
    """Refuse a file that contradicts the ledger; return the envelopes that the ledger does not hold yet."""
    registre: dict[str, dict[str, MouvementEnveloppe]] = {}
    for ligne in MouvementEnveloppe.objects.filter(enveloppe__accord=c.accord).select_related("enveloppe", "tranche"):
        registre.setdefault(ligne.enveloppe.code, {})[ligne.reference] = ligne
    refus = [
        c.fichier.faute(("enveloppes", rang), ecart)
        for rang, e in enumerate(c.lister("enveloppes"))
        if e["code"] in registre
        for ecart in _ecarts(e, registre[e["code"]])
    ]
    if refus:
        regle = "Une notification enregistrée ne se réécrit pas : passez par un mouvement d’enveloppe."
        raise FichierRefuse([espacer(f"{phrase} {regle}") for phrase in refus])
    return [e for e in c.lister("enveloppes") if e["code"] not in registre]


def _ecarts(enveloppe: dict, lignes: dict[str, MouvementEnveloppe]) -> list[str]:
    """How the file departs from the ledger, one sentence for each notification."""
    effet = jour(enveloppe["notification"]["date_effet"])
    acte = espacer(enveloppe["notification"]["acte"])
    ecarts = []
    for reference, (tranche, montant) in lister_notifications(enveloppe).items():
        objet = f"{enveloppe['code']}, tranche {tranche}" if tranche else enveloppe["code"]
        ligne = lignes.get(reference)
        if ligne is None:
            ecarts.append(f"{objet}, le fichier notifie {format_euros(montant)}, le registre n’a pas « {reference} ».")
            continue
        comparaisons = [
            (format_euros(montant), format_euros(ligne.montant)),
            (format_date(effet), format_date(ligne.date_effet)),
            (f"« {acte} »", f"« {ligne.acte} »"),
        ]
        ecarts += [f"{objet}, le fichier dit {dit}, le registre {tenu}." for dit, tenu in comparaisons if dit != tenu]
    return ecarts


def _notifier(c: Chargement, enveloppe: dict, tranches: dict) -> None:
    notification = enveloppe["notification"]
    for reference, (tranche, montant) in lister_notifications(enveloppe).items():
        MouvementEnveloppe.objects.create(
            enveloppe=c.enveloppes[enveloppe["code"]],
            tranche=tranches[enveloppe["code"], tranche] if tranche else None,
            nature=NatureMouvement.NOTIFICATION,
            montant=montant,
            date_effet=jour(notification["date_effet"]),
            reference=reference,
            acte=espacer(notification["acte"]),
            motif=espacer(notification.get("note", "")),
            enregistree_le=maintenant(),
        )
        c.synchro.noter(CREE, MouvementEnveloppe, (enveloppe["code"], reference, format_euros(montant)))
