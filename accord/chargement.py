"""Load an agreement from its checked file: same file, same rows; the notified amounts enter the ledger once."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, connection, transaction

from comptes.horloge import maintenant
from comptes.models import Organisme

from . import models
from .controles import parcourir_dispositifs, parcourir_donnees, verifier_coherence
from .enums import NatureMouvement
from .fichier import Fichier, FichierRefuse
from .models import AccordCadre, Enveloppe, MouvementEnveloppe
from .montants import format_date, format_euros
from .synchronisation import CREE, MODIFIE, Changement, Synchronisation, ecrire
from .typographie import espacer

EUROS = "EUR"  # unit of the facts that are amounts; their value is then « 31592507.00 »

DECRITS = {
    *(models.Partie, models.Enveloppe, models.Tranche, models.Dispositif, models.AxeStrategique),
    *(models.ObjectifTransversal, models.TypeAction, models.LignePartage, models.DonneeContexte),
    *(models.BilanAnterieur, models.PointAttention, models.PerimetreTerritorial),
}


def charger_accord(fichier: Fichier) -> tuple[AccordCadre, list[Changement]]:
    """Bring the agreement to what the file says; refuse it whole, and write nothing, when a part cannot be.

    The caller opens the transaction that also holds what other applications take from the same file.
    """
    if erreurs := verifier_coherence(fichier):
        raise FichierRefuse(erreurs)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:  # one load at a time
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('charger_accord'))")
            return _Chargement(fichier).executer()
    except IntegrityError as erreur:
        contrainte = getattr(getattr(erreur.__cause__, "diag", None), "constraint_name", None) or str(erreur)
        raise FichierRefuse([f"{fichier.nom} : la base refuse ces données (règle « {contrainte} »)."]) from erreur


def fait(element: dict) -> dict:
    """Where a fact comes from, how sure it is, and what is said beside it."""
    return {
        "source": espacer(element["source"]),
        "certitude": element.get("certitude", "lu"),
        "note": espacer(element.get("note", "")),
    }


def texte(element: dict, *noms: str) -> dict:
    """The texts of an element, empty when the file does not give them."""
    return {nom: espacer(element.get(nom, "")) for nom in noms}


def jour(valeur: str | None) -> date | None:
    return date.fromisoformat(valeur) if valeur else None


class _Chargement:
    """One load; the order is that of the references."""

    def __init__(self, fichier: Fichier):
        self.fichier = fichier
        self.donnees = fichier.donnees
        self.synchro = Synchronisation()

    def executer(self) -> tuple[AccordCadre, list[Changement]]:
        self.charger_organismes()
        self.charger_identite()
        self.charger_parties()
        self.charger_programmes()
        self.charger_enveloppes()
        self.charger_dispositifs()
        self.charger_strategie()
        self.charger_indicateurs()
        self.charger_parametres()
        self.charger_faits()
        self.charger_territoires()
        self.charger_perimetres()
        self.synchro.retirer(DECRITS)
        return self.accord, self.synchro.changements

    def lister(self, nom: str) -> list[dict]:
        return self.donnees.get(nom, [])

    def organisme(self, element: dict):
        code = element.get("organisme")
        return self.organismes[code] if code else None

    # -- who

    def charger_organismes(self) -> None:
        attendus = {}
        for partie in self.lister("parties"):
            attendus[partie["code"]] = {
                "code": partie["code"],
                **texte(partie, "nom", "nom_court", "source"),
                "nature": partie["nature"],
                "alias": partie.get("alias", []),
            }
        existants = Organisme.objects.filter(code__in=attendus).select_related("parent")
        self.organismes = self.synchro.aligner(existants, attendus, lambda o: o.code)
        for partie in self.lister("parties"):
            organisme, parent = self.organismes[partie["code"]], self.organismes.get(partie.get("parent"))
            avant = organisme.parent
            if avant != parent:
                organisme.parent = parent
                organisme.save(update_fields=["parent"])
                if not self.synchro.est_nouveau(Organisme, organisme.code):
                    self.synchro.noter(
                        MODIFIE, Organisme, organisme.code, {"rattaché à": (ecrire(avant), ecrire(parent))}
                    )

    def charger_identite(self) -> None:
        acte = self.donnees["accord"]
        attendu = {
            "slug": acte["slug"],
            **texte(acte, "titre", "territoire", "code_departement", "periode", "acte"),
            "delibere_le": jour(acte["delibere_le"]),
            "debut_le": jour(acte["debut_le"]),
            "fin_le": jour(acte["fin_le"]),
            "chef_de_file": self.organismes[acte["chef_de_file"]],
            **fait(acte),
        }
        existants = AccordCadre.objects.filter(slug=acte["slug"]).select_related("chef_de_file")
        self.accord = self.synchro.aligner(existants, {acte["slug"]: attendu}, lambda a: a.slug)[acte["slug"]]

    def charger_parties(self) -> None:
        attendus = {}
        for ordre, partie in enumerate(self.lister("parties"), 1):
            attendus[partie["code"]] = {
                "accord": self.accord,
                "organisme": self.organismes[partie["code"]],
                "qualite": partie["qualite"],
                "ordre": ordre,
                **texte(partie, "signataire", "fonction"),
                "signe_le": jour(partie.get("signe_le")),
                **fait(partie),
            }
        existants = self.accord.parties.select_related("accord", "organisme")
        self.synchro.aligner(existants, attendus, lambda p: p.organisme.code, supprimer=True)

    # -- money

    def charger_programmes(self) -> None:
        """Funds, priorities and specific objectives are shared by all agreements: none is removed."""
        attendus = {
            f["code"]: {"code": f["code"], **texte(f, "libelle"), "ordre": ordre, **fait(f)}
            for ordre, f in enumerate(self.lister("fonds"), 1)
        }
        self.fonds = self.synchro.aligner(models.Fonds.objects.all(), attendus, lambda f: f.code)

        attendus = {}
        for p in self.lister("priorites"):
            attendus[p["fonds"], p["code"]] = {
                "fonds": self.fonds[p["fonds"]],
                "code": p["code"],
                **texte(p, "libelle"),
                "est_deleguee": p.get("est_deleguee", False),
                **fait(p),
            }
        existants = models.Priorite.objects.select_related("fonds")
        self.priorites = self.synchro.aligner(existants, attendus, lambda p: (p.fonds.code, p.code))

        attendus = {}
        for o in self.lister("objectifs_specifiques"):
            attendus[o["code"]] = {
                "priorite": self.priorites[o["fonds"], o["priorite"]],
                "code": o["code"],
                **texte(o, "code_ue", "libelle"),
                **fait(o),
            }
        existants = models.ObjectifSpecifique.objects.select_related("priorite")
        self.synchro.aligner(existants, attendus, lambda o: o.code)

    def charger_enveloppes(self) -> None:
        attendus = {}
        for ordre, e in enumerate(self.lister("enveloppes"), 1):
            attendus[e["code"]] = {
                "accord": self.accord,
                "organisme": self.organismes[e["organisme"]],
                "fonds": self.fonds[e["fonds"]],
                "code": e["code"],
                **texte(e, "libelle"),
                "ordre": ordre,
                **fait(e),
            }
        existants = Enveloppe.objects.filter(accord=self.accord).select_related("accord", "organisme", "fonds")
        verrouillees = existants.select_for_update(of=("self",)).order_by("pk")
        self.enveloppes = self.synchro.aligner(verrouillees, attendus, lambda e: e.code, supprimer=True)
        self.verifier_registre()
        self.charger_tranches()
        self.notifier()

    def charger_tranches(self) -> None:
        attendus = {}
        for e in self.lister("enveloppes"):
            for ordre, t in enumerate(e.get("tranches", []), 1):
                attendus[e["code"], t["code"]] = {
                    "enveloppe": self.enveloppes[e["code"]],
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
        existants = models.Tranche.objects.filter(enveloppe__accord=self.accord).select_related("enveloppe")
        self.tranches = self.synchro.aligner(existants, attendus, lambda t: (t.enveloppe.code, t.code), supprimer=True)

    def notifications(self, enveloppe: dict) -> dict[str, tuple[str | None, Decimal]]:
        """What the file notifies: one line for each real tranche, else one for the whole envelope."""
        reelles = [t for t in enveloppe.get("tranches", []) if not t.get("est_hypothese")]
        if not reelles:
            return {"notification": (None, Decimal(enveloppe["montant"]))}
        return {f"notification-{t['code']}": (t["code"], Decimal(t["montant"])) for t in reelles}

    def verifier_registre(self) -> None:
        """Once written, a notification is never rewritten: the file must say what the ledger says."""
        registre: dict[str, dict] = {code: {} for code in self.enveloppes}
        lignes = MouvementEnveloppe.objects.filter(enveloppe__accord=self.accord)
        for ligne in lignes.select_related("enveloppe", "tranche").order_by("rang"):
            registre.setdefault(ligne.enveloppe.code, {})[ligne.reference] = ligne
        refus = []
        for rang, e in enumerate(self.lister("enveloppes")):
            if not registre[e["code"]]:
                continue
            effet, acte = jour(e["notification"]["date_effet"]), espacer(e["notification"]["acte"])
            for reference, (tranche, montant) in self.notifications(e).items():
                ligne = registre[e["code"]].get(reference)
                objet = f"{e['code']}, tranche {tranche}" if tranche else e["code"]
                if ligne is None:
                    ecart = f"{objet} : le fichier notifie {format_euros(montant)}, le registre n’a pas « {reference} »"
                elif ligne.montant != montant:
                    ecart = (
                        f"{objet} : le fichier dit {format_euros(montant)}, le registre {format_euros(ligne.montant)}"
                    )
                elif ligne.date_effet != effet:
                    ecart = (
                        f"{objet} : le fichier dit {format_date(effet)}, le registre {format_date(ligne.date_effet)}"
                    )
                elif ligne.acte != acte:
                    ecart = f"{objet} : le fichier dit « {acte} », le registre « {ligne.acte} »"
                else:
                    continue
                regle = "Une notification enregistrée ne se réécrit pas : passez par un mouvement d’enveloppe."
                ligne_fichier = self.fichier.ligne(("enveloppes", rang))
                refus.append(espacer(f"{self.fichier.nom}, ligne {ligne_fichier}, {ecart}. {regle}"))
        if refus:
            raise FichierRefuse(refus)
        self.a_notifier = [e for e in self.lister("enveloppes") if not registre[e["code"]]]

    def notifier(self) -> None:
        for e in self.a_notifier:
            for reference, (tranche, montant) in self.notifications(e).items():
                MouvementEnveloppe.objects.create(
                    enveloppe=self.enveloppes[e["code"]],
                    tranche=self.tranches[e["code"], tranche] if tranche else None,
                    nature=NatureMouvement.NOTIFICATION,
                    montant=montant,
                    date_effet=jour(e["notification"]["date_effet"]),
                    reference=reference,
                    acte=espacer(e["notification"]["acte"]),
                    motif=espacer(e["notification"].get("note", "")),
                    enregistree_le=maintenant(),
                )
                self.synchro.noter(CREE, MouvementEnveloppe, (e["code"], reference, format_euros(montant)))

    # -- what for

    def charger_dispositifs(self) -> None:
        attendus = {}
        for ordre, (_, d, parent) in enumerate(parcourir_dispositifs(self.donnees), 1):
            tete = parent or d
            attendus[d["code"]] = {
                "accord": self.accord,
                "organisme": self.organismes[tete["organisme"]],
                "fonds": self.fonds[tete["fonds"]],
                "parent": parent and parent["code"],
                "code": d["code"],
                **texte(d, "libelle"),
                "ordre": ordre,
                **fait(d),
            }
        existants = models.Dispositif.objects.filter(accord=self.accord)
        existants = existants.select_related("accord", "organisme", "fonds", "parent")
        tetes = {code: d for code, d in attendus.items() if d["parent"] is None}
        niveaux = self.synchro.aligner(existants, tetes, lambda d: d.code)
        enfants = {c: d | {"parent": niveaux[d["parent"]]} for c, d in attendus.items() if d["parent"]}
        self.synchro.aligner(existants.all(), enfants, lambda d: d.code)
        self.synchro.en_trop += [(d, d.code) for d in existants.all() if d.code not in attendus]

    def charger_strategie(self) -> None:
        for nom, modele in (
            ("axes", models.AxeStrategique),
            ("objectifs_transversaux", models.ObjectifTransversal),
            ("types_action", models.TypeAction),
        ):
            attendus = {}
            for e in self.lister(nom):
                champs = {"accord": self.accord, "organisme": self.organisme(e), "code": e["code"]}
                attendus[e["organisme"], e["code"]] = champs | texte(e, "libelle") | fait(e)
            self.aligner_liste(modele, attendus, lambda e: (e.organisme.code, e.code))

        attendus = {}
        for ordre, ligne in enumerate(self.lister("lignes_partage"), 1):
            champs = {"accord": self.accord, "organisme": self.organisme(ligne), "code": ligne["code"], "ordre": ordre}
            criteres = {"criteres": ligne.get("criteres", [])}
            attendus[ligne["code"]] = champs | texte(ligne, "regle", "texte") | criteres | fait(ligne)
        self.aligner_liste(models.LignePartage, attendus, lambda e: e.code)

    def aligner_liste(self, modele, attendus: dict, cle: Callable) -> None:
        existants = modele.objects.filter(accord=self.accord).select_related("accord")
        if any("organisme" in champs for champs in attendus.values()):
            existants = existants.select_related("organisme")
        self.synchro.aligner(existants, attendus, cle, supprimer=True)

    def charger_indicateurs(self) -> None:
        decrits = {(i["fonds"], i["code"]): i for i in self.lister("indicateurs")}
        for reprise in self.lister("indicateurs_repris"):
            sources = {c: reprise[c] for c in ("fonds", "source", "certitude", "note") if c in reprise}
            for code in reprise["codes"]:
                decrits[reprise["fonds"], code] = decrits[reprise["de"], code] | {"note": ""} | sources
        attendus = {}
        for cle, i in decrits.items():
            attendus[cle] = {
                "fonds": self.fonds[i["fonds"]],
                "code": i["code"],
                **texte(i, "libelle", "calcul", "population", "moment"),
                "famille": i["famille"],
                **fait(i),
            }
        existants = models.Indicateur.objects.select_related("fonds")
        self.synchro.aligner(existants, attendus, lambda i: (i.fonds.code, i.code))

    # -- what is said

    def charger_parametres(self) -> None:
        """A value entered later by an administrator stays: the file writes its own periods, and closes none."""
        attendus = {}
        for p in self.lister("parametres"):
            debut = jour(p.get("valide_du")) or self.accord.debut_le
            attendus[p["code"], debut] = {
                "accord": self.accord,
                "code": p["code"],
                **texte(p, "libelle", "sujet"),
                **valeur(p),
                "valide_du": debut,
                **({"valide_au": jour(p["valide_au"])} if "valide_au" in p else {}),
                "est_verifie": p["est_verifie"],
                **fait(p),
            }
        existants = models.Parametre.objects.filter(accord=self.accord).select_related("accord")
        self.synchro.aligner(existants, attendus, lambda p: (p.code, p.valide_du))

    def charger_faits(self) -> None:
        attendus = {}
        for _, rubrique, rang, f in parcourir_donnees(self.donnees):
            calcule = format_euros(Decimal(f["montant_calcule"])) if "montant_calcule" in f else f.get("calcule", "")
            attendus[f["code"]] = {
                "accord": self.accord,
                "rubrique": rubrique,
                "code": f["code"],
                "ordre": rang + 1,
                **texte(f, "libelle", "champ"),
                **valeur(f),
                "valeur_calculee": espacer(calcule),
                "date_valeur": espacer(f.get("date", "")),
                **fait(f),
            }
        self.aligner_liste(models.DonneeContexte, attendus, lambda d: d.code)

        attendus = {}
        for ordre, b in enumerate(self.lister("bilan_anterieur"), 1):
            for v in b["valeurs"]:
                en_euros = "montant" in v or "montant_calcule" in v
                attendus[b["code"], v["perimetre"]] = {
                    "accord": self.accord,
                    "code": b["code"],
                    "ordre": ordre,
                    **texte(b, "libelle"),
                    "perimetre": v["perimetre"],
                    "valeur_publiee": v.get("montant") or espacer(v.get("publie", "")),
                    "valeur_calculee": v.get("montant_calcule") or espacer(v.get("calcule", "")),
                    "unite": EUROS if en_euros else b.get("unite", ""),
                    **fait(b),
                }
        self.aligner_liste(models.BilanAnterieur, attendus, lambda b: (b.code, b.perimetre))

        attendus = {}
        for ordre, p in enumerate(self.lister("points_attention"), 1):
            champs = {"accord": self.accord, "code": p["code"], "ordre": ordre}
            attendus[p["code"]] = champs | texte(p, "constat", "traitement") | fait(p)
        self.aligner_liste(models.PointAttention, attendus, lambda p: p.code)

    # -- where

    def charger_territoires(self) -> None:
        """Communes and EPCI are shared by all agreements: none is removed."""
        territoires = self.donnees.get("territoires")
        self.epcis: dict[str, models.Epci] = {}
        if not territoires:
            return
        departement, millesime = self.accord.code_departement, territoires["millesime"]
        communs = {"code_departement": departement, "millesime": millesime}
        attendus = {}
        for ligne in self.lire_csv(territoires, "epci"):
            attendus[ligne["siren"]] = {
                "siren": ligne["siren"],
                "nom": ligne["nom"],
                "nom_court": ligne["nom_court"],
                "sigle": ligne["sigle"],
                "rangee": int(ligne["rangee"]) if ligne["rangee"] else None,
                "colonne": int(ligne["colonne"]) if ligne["colonne"] else None,
                **communs,
            }
        existants = models.Epci.objects.filter(siren__in=attendus)
        self.epcis = self.synchro.aligner(existants, attendus, lambda e: e.siren)
        attendus = {}
        for ligne in self.lire_csv(territoires, "communes"):
            attendus[ligne["code_insee"]] = {
                "code_insee": ligne["code_insee"],
                "nom": ligne["nom"],
                "arrondissement": ligne["arrondissement"],
                "epci": self.epcis.get(ligne["epci"]),
                "population": int(ligne["population"]) if ligne["population"] else None,
                **communs,
            }
        existants = models.Commune.objects.filter(code_departement=departement).select_related("epci")
        self.synchro.aligner(existants, attendus, lambda c: c.code_insee)

    def lire_csv(self, territoires: dict, nom: str) -> list[dict]:
        chemin = self.fichier.trouver(territoires[nom])
        with chemin.open(encoding="utf-8", newline="") as flux:
            lignes = list(csv.DictReader((ligne for ligne in flux if not ligne.startswith("#")), delimiter=";"))
        if len(lignes) != territoires[f"nombre_{nom}"]:
            constat = f"« {chemin.name} » compte {len(lignes)} lignes, {territoires[f'nombre_{nom}']} attendues."
            raise FichierRefuse([self.fichier.faute(("territoires", f"nombre_{nom}"), constat)])
        return lignes

    def charger_perimetres(self) -> None:
        attendus, sirens = {}, {}
        for rang, p in enumerate(self.lister("perimetres")):
            for place, siren in enumerate(p.get("epcis", [])):
                if siren not in self.epcis:
                    constat = f"« {siren} » n’est pas un EPCI du référentiel."
                    raise FichierRefuse([self.fichier.faute(("perimetres", rang, "epcis", place), constat)])
            champs = {"accord": self.accord, "organisme": self.organisme(p), "code": p["code"], "nature": p["nature"]}
            attendus[p["code"]] = champs | texte(p, "libelle") | {"alias": p.get("alias", [])} | fait(p)
            sirens[p["code"]] = set(p.get("epcis", []))
        existants = models.PerimetreTerritorial.objects.filter(accord=self.accord)
        existants = existants.select_related("accord", "organisme")
        perimetres = self.synchro.aligner(existants, attendus, lambda p: p.code, supprimer=True)
        liens = models.PerimetreTerritorial.epcis.through.objects.filter(perimetreterritorial__accord=self.accord)
        couverts: dict[int, set[str]] = {}
        for perimetre, siren in liens.values_list("perimetreterritorial_id", "epci__siren"):
            couverts.setdefault(perimetre, set()).add(siren)
        for code, attendu in sirens.items():
            avant = couverts.get(perimetres[code].pk, set())
            if avant != attendu:
                perimetres[code].epcis.set([self.epcis[s] for s in attendu])
                if self.synchro.est_nouveau(models.PerimetreTerritorial, code):
                    continue
                champs = {"EPCI": (", ".join(sorted(avant)) or "rien", ", ".join(sorted(attendu)) or "rien")}
                self.synchro.noter(MODIFIE, models.PerimetreTerritorial, code, champs)


def valeur(element: dict) -> dict:
    """The value of a fact with its unit: an amount keeps its digits, so that the page can write it."""
    if "publie" in element:
        return {"valeur": espacer(element["publie"]), "unite": ""}
    if "montant" in element:
        return {"valeur": element["montant"], "unite": EUROS}
    return {"valeur": espacer(element["valeur"]), "unite": espacer(element.get("unite", ""))}
