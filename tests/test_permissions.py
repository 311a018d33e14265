"""The table of addresses and persons, asked to the real product."""

import html
import io
import itertools
import re
import zipfile
from datetime import date
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accord.models import Enveloppe
from comptes.enums import Role
from gouvernance.services import produire_dossier
from operations.enums import NaturePaiement, Statut
from operations.models import BilanAttendu, ConditionDecision
from operations.services import abandonner_operation, lever_condition, programmer_operation, rejeter_ligne
from participants.models import DoublonPresume, Participation
from participants.services import enregistrer_fiche
from tests import contrats
from tests.adresses import LIGNES, PERSONNES, PORTES, noms_du_projet
from tests.controles import mettre_en_controle
from tests.factories import (
    AccordFactory,
    AppelFactory,
    ComiteFactory,
    EnveloppeFactory,
    FichierImportFactory,
    HabilitationFactory,
    ImportParticipantsFactory,
    LignePartageFactory,
    MembreFactory,
    OperationFactory,
    OrganismeFactory,
    ParticipationFactory,
    PerimetreFactory,
    PointFactory,
    PointOperationFactory,
    RessourceFactory,
    ReunionFactory,
    StructureFactory,
    UtilisateurFactory,
    habilite,
)
from tests.operations.fichiers import deposer_essai, poser_essai
from tests.travaux import lancer_essai
from tests.vie import deposer, mener, verser

# the same person with two bodies, written otherwise
IDENTITES = {
    "CD62": {
        "nom": "Dréfoubard",
        "prenom": "Clobine",
        "date_naissance": "1984-03-12",
        "courriel": "clo@exemple.invalid",
    },
    "TM": {"nom": "Drefoubart", "prenom": "Clobine", "date_naissance": "1984-12-03", "courriel": "cly@exemple.invalid"},
}


@pytest.fixture(scope="module")
def monde(django_db_setup, django_db_blocker):
    """The people and the objects, built once; what a request writes is taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield batir()
        transaction.set_rollback(True)


def batir():
    accord = AccordFactory(parties=["CD62", "TM", "DDETS_62", "DREETS_HDF", "PLIE_ESSAI"])
    ailleurs = AccordFactory(slug="ailleurs-2021-2027", chef_de_file=OrganismeFactory(code="AILLEURS"))
    EnveloppeFactory(accord=accord, organisme=OrganismeFactory(code="TM"))
    personnes = {
        "cd62": habilite(Role.GESTIONNAIRE, "CD62"),
        "tm": habilite(Role.GESTIONNAIRE, "TM"),
        "responsable": habilite(Role.RESPONSABLE, "CD62"),
        "etat": habilite(Role.LECTEUR_ETAT, "DDETS_62"),
        "agd": habilite(Role.AGD, "DREETS_HDF"),
        "secretaire": habilite(Role.SECRETAIRE, "CD62"),
        "plie": habilite(Role.PLIE, OrganismeFactory(code="PLIE_ESSAI", nature="plie")),
        "administrateur": habilite(Role.ADMINISTRATEUR, "CD62"),
        "auditeur": habilite(Role.AUDITEUR, "DREETS_HDF"),
        "ailleurs": habilite(Role.GESTIONNAIRE, "AILLEURS"),
        "partout": UtilisateurFactory(),
    }
    for role, code in itertools.product(Role, ["CD62", "AILLEURS"]):
        HabilitationFactory(utilisateur=personnes["partout"], organisme=OrganismeFactory(code=code), role=role)
    HabilitationFactory(
        utilisateur=personnes["partout"], organisme=OrganismeFactory(code="DDETS_62"), role=Role.LECTEUR_ETAT
    )
    sessions = {"anonyme": None}
    for qui, personne in personnes.items():
        client = Client()
        client.force_login(personne)
        sessions[qui] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return SimpleNamespace(
        sessions=sessions,
        objets=batir_objets(accord, "CD62", "TECHNIQUE", personnes["cd62"]),
        objets_ailleurs=batir_objets(ailleurs, "AILLEURS", "POLITIQUE", personnes["ailleurs"]),
    )


def batir_objets(accord, organisme, comite, gestionnaire):
    """What the addresses of an agreement are about, by the names of the table."""
    enveloppe = EnveloppeFactory(accord=accord, organisme=OrganismeFactory(code=organisme))
    comite = ComiteFactory(accord=accord, code=comite)
    MembreFactory(comite=comite, organisme=OrganismeFactory(code="PLIE_ESSAI"))
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    reunion = ReunionFactory(comite=comite)
    point = PointFactory(reunion=reunion)
    PointOperationFactory(point=point, operation=operation)
    produire_dossier(reunion)
    collegue = habilite(Role.GESTIONNAIRE, organisme)
    retiree = OperationFactory(enveloppe=enveloppe, programmee=True)
    abandonner_operation(retiree, auteur=collegue, le=date(2026, 6, 1), motif="Renonce")
    suivie, condition, levee = batir_conditions(enveloppe, collegue)
    payee, soldee = mener(enveloppe, Statut.EN_EXECUTION), mener(enveloppe, Statut.SOLDEE)
    controlee = mener(enveloppe, Statut.EN_EXECUTION)
    bilan = deposer(controlee, collegue, "400.00", conclu_le=None)
    mettre_en_controle(bilan, collegue, UtilisateurFactory(), date(2026, 7, 20))
    paiement = verser(payee, collegue, NaturePaiement.AVANCE, "180.00", "2026-05-01")
    ligne_fonds = soldee.lignes_appels_fonds.get()
    rejetee = mener(enveloppe, Statut.SOLDEE).lignes_appels_fonds.get()
    rejeter_ligne(rejetee, auteur=collegue, le=date(2026, 10, 1), motif="Pièce absente")
    return {
        "accord": accord.slug,
        "uid": "zz",
        "cle": "zz",
        "travail": lancer_essai(gestionnaire).pk,
        "personne": collegue.pk,
        "role": collegue.habilitations.get().pk,
        "enveloppe": enveloppe.code,
        "operation": operation.numero,
        "piece": deposer_essai(operation, collegue).piece_id,
        "un": poser_essai(operation, collegue).numero,
        "ressource": RessourceFactory(plan=operation.plans.latest_first().first()).pk,
        "deposee": OperationFactory(enveloppe=enveloppe).numero,
        "recevable": OperationFactory(enveloppe=enveloppe, recevable=True).numero,
        "instruite": OperationFactory(enveloppe=enveloppe, instruite=True).numero,
        "retiree": retiree.numero,
        "suivie": suivie.numero,
        "condition": condition.pk,
        "levee": levee.pk,
        **batir_contrats(enveloppe, collegue),
        "structure": StructureFactory(accord=accord).pk,
        "appel": AppelFactory(enveloppe=enveloppe).pk,
        "brouillon": AppelFactory(enveloppe=enveloppe, brouillon=True).pk,
        "payee": payee.numero,
        "paiement": paiement.pk,
        "controlee": controlee.numero,
        "bilan_ouvert": bilan.numero,
        "conclue": mener(enveloppe, Statut.ACHEVEE).numero,
        "bilan_conclu": 1,
        "achevee": mener(enveloppe, Statut.ACHEVEE).numero,
        "soldee": soldee.numero,
        "archivee": mener(enveloppe, Statut.ARCHIVEE).numero,
        "fonds": ligne_fonds.appel_id,
        "ligne_fonds": ligne_fonds.pk,
        "fonds_rejete": rejetee.appel_id,
        "ligne_rejetee": rejetee.pk,
        "import_participants": ImportParticipantsFactory(
            accord=accord, organisme=enveloppe.organisme, auteur=gestionnaire
        ).pk,
        "fichier_import": FichierImportFactory(accord=accord, organisme=enveloppe.organisme, auteur=gestionnaire).pk,
        "doublon": batir_doublon(enveloppe, gestionnaire).pk,
        "ligne": LignePartageFactory(
            accord=accord,
            code=f"PUBLICS_{organisme}",
            criteres=[
                {
                    "groupe": 1,
                    "champ": "brsa",
                    "libelle": "BRSA",
                    "operateur": "egal",
                    "valeur": "oui",
                    "effet": "requis",
                }
            ],
        ).code,
        "perimetre": PerimetreFactory(accord=accord, code=f"PLIE_{organisme}").code,
        "comite": comite.code,
        "reunion": reunion.pk,
        "point": point.pk,
        "fiche": ParticipationFactory(operation=operation).pk,
        "fiche_sortie": ParticipationFactory(operation=operation, sortie=True).pk,
        "fiche_annulee": ParticipationFactory(operation=operation, annulee_le=date(2026, 6, 1)).pk,
    }


def batir_doublon(enveloppe, gestionnaire) -> DoublonPresume:
    """A person that two bodies follow on the same days."""
    autre = Enveloppe.objects.filter(accord=enveloppe.accord, organisme__code="TM").first()
    autre = autre or EnveloppeFactory(accord=enveloppe.accord, organisme=OrganismeFactory(code="AILLEURS_2"))
    fiches = []
    for cote, clair in ((enveloppe, IDENTITES["CD62"]), (autre, IDENTITES["TM"])):
        operation = OperationFactory(enveloppe=cote, programmee=True)
        fiche = Participation(operation=operation, pseudonyme=f"P-{len(fiches)}", entree_le=date(2026, 3, 2))
        fiches.append(enregistrer_fiche(fiche, auteur=gestionnaire, identite=clair))
    return DoublonPresume.objects.get(premiere__in=fiches, seconde__in=fiches)


def batir_conditions(enveloppe, auteur):
    """An operation programmed under two conditions, one of them lifted."""
    operation = OperationFactory(enveloppe=enveloppe, instruite=True)
    conditions = [
        ConditionDecision(texte=texte, echeance_le=date(2026, 6, 1), preuve_attendue="Courrier")
        for texte in ("Cofinancement", "Bail")
    ]
    decision = {"instance": "Bureau", "decidee_le": date(2026, 4, 1), "surprogrammation": True}
    programmer_operation(operation, auteur=UtilisateurFactory(), conditions=conditions, **decision)
    lever_condition(conditions[1], auteur=auteur, le=date(2026, 5, 1), preuve="Bail signé")
    return operation, *conditions


def batir_contrats(enveloppe, auteur):
    """Operations after programming, each at its own step."""
    execution = contrats.en_execution(enveloppe, auteur)
    return {
        "signature": contrats.en_signature(enveloppe, auteur).numero,
        "conventionnee": contrats.conventionnee(enveloppe, auteur).numero,
        "execution": execution.numero,
        "attendu": BilanAttendu.objects.get(convention__operation=execution).pk,
        "amendee": contrats.amendee(enveloppe, auteur).numero,
        "resiliee": contrats.resiliee(enveloppe, auteur).numero,
    }


def ouvrir(monde, qui, methode, url):
    client = Client()
    if monde.sessions[qui]:
        client.cookies[settings.SESSION_COOKIE_NAME] = monde.sessions[qui]
    marque = transaction.savepoint()
    try:
        reponse = client.generic(methode, url, data="", content_type="application/x-www-form-urlencoded")
        # a stream is read to its end: the file it reads is closed
        reponse.lu = b"".join(reponse.streaming_content) if reponse.streaming else reponse.content
        return reponse
    finally:
        transaction.savepoint_rollback(marque)


def caches_a(qui: str) -> list[str]:
    """What a person must never read: the identities of the other body, or of all of them."""
    lus = {"cd62": ["CD62"], "responsable": ["CD62"], "tm": ["TM"], "auditeur": ["CD62", "TM"], "partout": ["CD62"]}
    siens = {mot for code in lus.get(qui, []) for mot in IDENTITES[code].values()}
    return [mot for clair in IDENTITES.values() for mot in clair.values() if mot not in siens]


def lire_noms(octets: bytes, mots: list[str]) -> list[str]:
    """The words found in an answer, in the parts of a workbook too."""
    if octets.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(octets)) as classeur:
            octets = b"".join(classeur.read(nom) for nom in classeur.namelist())
    texte = html.unescape(octets.decode(errors="ignore")).lower()
    return [mot for mot in mots if mot.lower() in texte]


def adresser(monde, ligne, objets=None) -> str:
    return reverse(ligne.nom, args=[(objets or monde.objets)[objet] for objet in ligne.objets])


def demander(monde, qui, ligne, objets=None):
    return ouvrir(monde, qui, ligne.methode, adresser(monde, ligne, objets))


def test_every_address_has_its_row():
    assert set(noms_du_projet()) - {ligne.nom for ligne in LIGNES} == set()


def test_every_row_has_its_address_once():
    assert {ligne.nom for ligne in LIGNES} - set(noms_du_projet()) == set()
    assert len({str(ligne) for ligne in LIGNES}) == len(LIGNES)


@pytest.mark.django_db
@pytest.mark.parametrize("ligne", LIGNES, ids=str)
def test_what_each_person_gets(monde, ligne, caplog):
    reponses = {qui: demander(monde, qui, ligne) for qui in PERSONNES}

    trouves = {qui: lire_noms(reponse.lu, caches_a(qui)) for qui, reponse in reponses.items()}
    assert {qui: noms for qui, noms in trouves.items() if noms} == {}
    assert lire_noms(caplog.text.encode(), [*IDENTITES["CD62"].values(), *IDENTITES["TM"].values()]) == []
    assert {qui: reponse.status_code for qui, reponse in reponses.items()} == ligne.statuts
    if ligne.nom not in PORTES:  # a stranger meets the doors only
        assert reponses["anonyme"]["Location"].startswith(reverse("account_login"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "ligne", [ligne for ligne in LIGNES if ligne.objets[:1] == ["accord"] and ligne.objets[1:]], ids=str
)
def test_an_object_is_unknown_under_another_agreement(monde, ligne):
    """Even to who may do everything in both: an address never crosses from one agreement to another."""
    melange = monde.objets_ailleurs | {"accord": monde.objets["accord"]}

    qui = (
        "cd62" if {"fichier_import", "import_participants"} & set(ligne.objets) else "partout"
    )  # a file is known by who sent it, and nobody else

    assert demander(monde, qui, ligne, melange).status_code in (404, 405)
    assert demander(monde, qui, ligne).status_code not in (403, 404)


def porte_sur_une_partie(ligne) -> bool:
    """What hangs on an operation: its address names the operation, then the part."""
    est_la = ligne.nom.startswith(("operations:", "participants:"))
    return est_la and ligne.objets[1:2] != ["fonds"] and len(ligne.objets) > 2


@pytest.mark.django_db
@pytest.mark.parametrize("ligne", [ligne for ligne in LIGNES if porte_sur_une_partie(ligne)], ids=str)
def test_a_part_of_an_operation_is_unknown_under_another_one(monde, ligne):
    objets = monde.objets | {ligne.objets[1]: monde.objets["deposee"]}
    assert demander(monde, "partout", ligne, objets).status_code in (302, 404, 405)
    assert demander(monde, "cd62", ligne, objets).status_code in (302, 403, 404, 405)


@pytest.mark.django_db
@pytest.mark.parametrize("ligne", [ligne for ligne in LIGNES if "point" in ligne.objets], ids=str)
def test_an_item_is_unknown_under_another_meeting(monde, ligne):
    objets = monde.objets | {"point": monde.objets_ailleurs["point"]}

    assert demander(monde, "partout", ligne, objets).status_code in (404, 405)


@pytest.mark.django_db
@pytest.mark.parametrize("qui", [qui for qui in PERSONNES if qui not in ("anonyme", "ailleurs")])
def test_no_link_leads_to_a_refusal(monde, qui):
    """What a person is shown can be opened: every page linked from the pages that answer them.

    The pages of the table are opened once, as the links that lead to them would.
    """
    lignes = [
        ligne for ligne in LIGNES if ligne.methode == "GET" and ligne.statuts[qui] == 200 and ligne.nom not in PORTES
    ]
    vus, morts = {adresser(monde, ligne) for ligne in lignes}, []
    for ligne in lignes:
        reponse = demander(monde, qui, ligne)
        if not reponse["Content-Type"].startswith("text/html"):
            continue
        for lien in re.findall(r'href="(/[^"#]*)', reponse.content.decode()):
            url, chemin = html.unescape(lien), lien.partition("?")[0]
            if chemin not in vus and not chemin.startswith("/static/"):
                vus.add(chemin)
                statut = ouvrir(monde, qui, "GET", url).status_code
                if statut >= 400:
                    morts.append(f"{ligne} : {url} {statut}")

    assert "\n".join(morts) == ""
