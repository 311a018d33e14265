"""Sections about the act, the money and where it goes."""

from django.db.models import Q, Sum
from django.urls import reverse

from ..enums import NatureMouvement, QualitePartie
from ..models import AccordCadre, Enveloppe, Tranche
from ..montants import format_date, format_euros, format_taux
from .faits import bloc_de_faits, blocs_de_faits, lister_donnees, signature
from .lignes import Bloc, Cellule, Ligne, ligne_de


def acte(accord: AccordCadre) -> list[Bloc]:
    rang = Enveloppe.objects.rangs(accord)
    parties = list(accord.parties.select_related("organisme__parent"))
    signataires, associes = [], []
    for p in parties:
        nature = p.organisme.get_nature_display()
        champs = {"code": "", "rang": rang.get(p.organisme_id)}
        if p.qualite == QualitePartie.SIGNATAIRE:
            personne = Cellule(p.signataire, sous=p.fonction)
            signe_le = signature(p.signe_le)
            signataires.append(ligne_de(p, p.organisme.nom, personne, signe_le, precision=nature, **champs))
        else:
            rattache = str(p.organisme.parent or "")
            autres = ", ".join(p.organisme.alias)
            associes.append(ligne_de(p, p.organisme.nom, rattache, autres, precision=nature, **champs))
    periode = Cellule(f"{accord.periode}, du {format_date(accord.debut_le)} au {format_date(accord.fin_le)}")
    identite = ligne_de(accord, "Période", periode, "", code="")
    faits = [identite, *lister_donnees(accord, "acte")["acte"]]
    colonnes = ["Rattaché à", "Autres noms"]
    return [
        Bloc("signataires", "Signataires", ["Signature", "Signé le"], signataires, entete="Partie"),
        bloc_de_faits("acte", "L’acte", faits),
        Bloc("associes", "Organismes associés", colonnes, associes, entete="Organisme"),
    ]


def montants(accord: AccordCadre) -> list[Bloc]:
    """Envelopes and tranches fund by fund: two funds never share a table."""
    enveloppes = list(
        Enveloppe.objects.for_accord(accord).annotate(
            notifie=Sum("mouvements__montant"),
            initial=Sum("mouvements__montant", filter=Q(mouvements__nature=NatureMouvement.NOTIFICATION)),
        )
    )
    tranches: dict[int, list[Tranche]] = {}
    du_registre = Tranche.objects.annotate(notifie=Sum("mouvements__montant")).select_related("enveloppe")
    for tranche in du_registre.filter(enveloppe__accord=accord).order_by("enveloppe", "ordre"):
        tranches.setdefault(tranche.enveloppe_id, []).append(tranche)
    rang = Enveloppe.objects.rangs(accord)
    blocs = []
    for fonds in dict.fromkeys(e.fonds for e in enveloppes):
        lignes = []
        for enveloppe in (e for e in enveloppes if e.fonds == fonds):
            lignes.append(_ligne_enveloppe(accord, enveloppe, rang.get(enveloppe.organisme_id)))
            lignes += [_ligne_tranche(t) for t in tranches.get(enveloppe.pk, [])]
        colonnes = ["Part", "À l’origine", "Aujourd’hui", "État"]
        titre = f"Subventions globales {fonds}"
        phrase = "Notifié à l’origine, puis ce que l’enveloppe tient aujourd’hui d’après ses mouvements."
        blocs.append(Bloc(f"fonds-{fonds.code}", titre, colonnes, lignes, phrase, entete="Enveloppe", fonds=fonds.code))
    faits = lister_donnees(accord, "montants", "programme")
    blocs += blocs_de_faits("montants", "Autres montants", faits["montants"], "Tranches, en mots")
    blocs += blocs_de_faits("programme", "Programme national et région", faits["programme"], "Programmes, en mots")
    return blocs


def _ligne_enveloppe(accord, enveloppe, rang) -> Ligne:
    url = reverse("operations:enveloppe", args=[accord.slug, enveloppe.code])
    cellules = [
        Cellule("", est_nombre=True),
        Cellule(format_euros(enveloppe.initial), est_nombre=True),
        Cellule(format_euros(enveloppe.notifie), url=url, est_nombre=True),
        Cellule(""),
    ]
    return ligne_de(enveloppe, enveloppe.libelle, *cellules, rang=rang, precision=str(enveloppe.organisme))


def _ligne_tranche(tranche) -> Ligne:
    bornes = f"du {format_date(tranche.debut_le)} au {format_date(tranche.fin_le)}"
    tete = f"Tranche {tranche.code}" + (", hypothèse" if tranche.est_hypothese else "")
    cellules = [
        Cellule(format_taux(tranche.taux), est_nombre=True),
        Cellule(format_euros(tranche.montant_publie), est_nombre=True),
        Cellule("aucun crédit" if tranche.est_hypothese else format_euros(tranche.notifie), est_nombre=True),
        Cellule("", statut="" if tranche.est_hypothese else tranche.statut),
    ]
    return ligne_de(tranche, tete, *cellules, precision=bornes, code="", parent=str(tranche.enveloppe))


def dispositifs(accord: AccordCadre) -> list[Bloc]:
    blocs: dict[tuple, Bloc] = {}
    for d in accord.dispositifs.select_related("organisme", "fonds", "parent").order_by("fonds__ordre", "ordre"):
        cle = (d.organisme_id, d.fonds_id)
        if cle not in blocs:
            titre = f"Dispositifs {d.fonds} : {d.organisme}"
            blocs[cle] = Bloc(f"dispositifs-{len(blocs) + 1}", titre, [], [], entete="Dispositif", fonds=d.fonds.code)
        blocs[cle].lignes.append(ligne_de(d, d.libelle, parent=str(d.parent or "")))
    for titre, entete, elements in (
        ("Axes", "Axe", accord.axestrategiques),
        ("Objectifs transversaux", "Objectif", accord.objectiftransversals),
        ("Types d’action", "Type d’action", accord.typeactions),
    ):
        lignes = [ligne_de(e, e.libelle, str(e.organisme)) for e in elements.select_related("organisme")]
        blocs[titre, entete] = Bloc(f"strategie-{len(blocs) + 1}", titre, ["Organisme"], lignes, entete=entete)
    faits = lister_donnees(accord, "dispositifs")["dispositifs"]
    return [*blocs.values(), bloc_de_faits("strategie", "Ce que l’accord en dit", faits)]
