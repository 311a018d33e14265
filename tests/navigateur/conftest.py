"""A real browser on the real server: one Chromium per session, one context per test, nothing from outside."""

import io
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accord.models import AccordCadre
from comptes.models import Utilisateur
from operations.models import (
    AppelAProjets,
    BilanAttendu,
    BilanExecution,
    ConditionDecision,
    LigneAppelFonds,
    Operation,
    Paiement,
)
from operations.services import lever_condition, rejeter_ligne, signer_avenant, suivre_signatures
from operations.services.conventions import conditions_de as conditions_en_vigueur
from operations.services.fichiers_import import deposer_fichier
from operations.services.plans import copier_plan
from participants.models import DoublonPresume
from participants.services import annuler_fiche, enregistrer_fiche
from tests.conftest import FICHIER_ACCORD
from tests.controles import mettre_en_controle
from tests.factories import ImportParticipantsFactory, ParticipationFactory
from tests.navigateur import image
from tests.operations.fichiers import deposer_essai, poser_essai
from tests.operations.tableaux import build_ligne, en_csv
from tests.travaux import lancer_essai

AXE = Path(__file__).parent / "axe" / "axe.min.js"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items):
    """Mark them, and run them first: they are the longest, and the rest fills what they leave of each worker."""
    items.sort(key=lambda item: Path(__file__).parent not in item.path.parents)
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.navigateur)
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def chromium():
    """Start the browser once. Playwright runs a loop in this thread, which Django takes for asynchronous code."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def contexte(chromium, live_server):
    """A browser without history, in French; `contexte.plaintes` holds what its console complained about."""
    contexte = chromium.new_context(
        base_url=live_server.url, locale="fr-FR", timezone_id="Europe/Paris", viewport={"width": 1280, "height": 900}
    )
    contexte.set_default_timeout(30_000)  # a pack takes seconds, more on a busy machine
    contexte.plaintes = []
    contexte.on(
        "console",
        lambda message: contexte.plaintes.append(message.text) if message.type in ("error", "warning") else None,
    )
    contexte.on("weberror", lambda erreur: contexte.plaintes.append(str(erreur.error)))
    yield contexte
    contexte.close()


@pytest.fixture
def page(contexte):
    return contexte.new_page()


@pytest.fixture
def entrer(contexte, live_server):
    """Sign a person in without the form: the form has its own journey."""

    def _entrer(personne):
        client = Client()
        client.force_login(personne)
        nom = settings.SESSION_COOKIE_NAME
        contexte.clear_cookies()
        contexte.add_cookies([{"name": nom, "value": client.cookies[nom].value, "url": live_server.url}])

    return _entrer


@pytest.fixture(scope="session")
def image_demo() -> dict:
    """The tables of the demonstration, filled by the first test that needs them."""
    return {}


@pytest.fixture
def demo(transactional_db, image_demo):
    """The agreement of the Pas-de-Calais and thirty operations, through the commands of the product."""
    if image_demo:
        image.rendre(image_demo)
    else:
        call_command("charger_accord", str(FICHIER_ACCORD), stdout=io.StringIO())
        call_command("charger_demo", operations=30, participants=120, stdout=io.StringIO())
        if image.peut_copier():
            image_demo.update(image.prendre())
    accord = AccordCadre.objects.get()
    personnes = {
        nom: Utilisateur.objects.get(email=f"{identifiant}{settings.DOMAINE_DEMO}")
        for nom, identifiant in COMPTES.items()
    }
    return SimpleNamespace(accord=accord, personnes=personnes, objets=choisir(accord, personnes))


VIDER_LIGNES = """() => {
    for (const champ of document.querySelectorAll("[data-lignes] :is(input, select)")) champ.value = "";
    document.querySelector("[name=profil]").value = "REEL";
    document.querySelector("[data-plan]").closest("form").dispatchEvent(new Event("input", { bubbles: true }));
}"""


def sans_lignes(page):
    """Empty the rows of the plan on the page: its totals are typed again, at real costs."""
    with page.expect_response("**/calcul-du-plan/**"):
        page.evaluate(VIDER_LIGNES)
    page.wait_for_function("() => !document.querySelector('[name=cout_total_eligible]').readOnly")


COMPTES = {
    "cd62": "gestionnaire.cd62",
    "tm": "gestionnaire.tm",
    "responsable": "responsable.cd62",
    "controleur": "controleur.cd62",
    "etat": "lecteur.ddets",
    "agd": "agd.dreets",
    "secretaire": "secretaire.cd62",
    "plie": "plie.lens-lievin",
    "administrateur": "administrateur.cd62",
    "auditeur": "auditeur.anafe",
}


def conditions_de(operations):
    """An operation under a condition to lift, and one lifted on the same operation."""
    a_lever = ConditionDecision.objects.a_lever().filter(decision__operation__in=operations).first()
    suivie = a_lever.decision.operation
    autre = ConditionDecision.objects.create(
        decision=a_lever.decision, texte="Bail signé", echeance_le=a_lever.echeance_le, preuve_attendue="Bail"
    )
    lever_condition(autre, auteur=suivie.instruite_par, le=a_lever.decision.decidee_le, preuve="Bail reçu")
    autre.refresh_from_db()
    return suivie, a_lever, autre


def contrats_de(operations, programmee, auteur) -> dict:
    """Operations at each step of their contract: at its parties’, notified, under way and amended, ended."""
    aujourdhui = timezone.localdate()
    toutes = Operation.objects.filter(enveloppe__organisme=programmee.enveloppe.organisme_id)
    suivre_signatures(programmee, auteur=auteur, envoyee_le=aujourdhui)
    en_cours = BilanAttendu.objects.a_recevoir().filter(
        convention__operation__in=operations.filter(statut="en_execution")
    )
    attendu = en_cours.select_related("convention__operation").first()
    execution, conditions = attendu.convention.operation, conditions_en_vigueur(attendu.convention)
    signer_avenant(
        execution,
        auteur=auteur,
        plan=copier_plan(conditions.plan),
        objet="Une action de plus (exemple)",
        fin_le=conditions.fin_le,
        signe_le=aujourdhui,
    )
    return {
        "signature": programmee.numero,
        "execution": execution.numero,
        "amendee": execution.numero,
        "attendu": attendu.pk,
        **{statut: toutes.filter(statut=statut).first().numero for statut in ("conventionnee", "resiliee")},
    }


def bilans_de(operations, collegue, controleur):
    """A report under control, its sample drawn, and one whose control is concluded."""
    bilans = BilanExecution.objects.filter(convention__operation__in=operations, annule_le__isnull=True)
    bilans = bilans.filter(convention__operation__statut__in=["en_execution", "achevee"])
    conclu = bilans.filter(controles__annule_le__isnull=True, controles__isnull=False).first()
    a_controler = bilans.filter(convention__operation__statut="en_execution", controles__isnull=True).first()
    mettre_en_controle(a_controler, collegue, controleur, a_controler.depose_le)
    return a_controler, conclu


def ligne_rejetee_de(operations, autre, auteur):
    """A line that the managing authority rejected, of another batch than `autre` when there is one."""
    suivies = operations.filter(statut__in=["en_execution", "achevee", "soldee"]).exclude(pk=autre.operation_id)
    ligne = LigneAppelFonds.objects.en_vigueur().filter(operation__in=suivies).last()
    return rejeter_ligne(ligne, auteur=auteur, le=timezone.localdate(), motif="Pièce absente (exemple)")


def fiches_de(operation, auteur) -> dict:
    """Records of an operation: under way, of somebody who left, undone."""
    identite = {
        "nom": "Martin (exemple)",
        "prenom": "Camille",
        "date_naissance": "1990-04-12",
        "telephone": "0321000000",
    }

    def entrer(pseudonyme, **champs):
        fiche = ParticipationFactory.build(operation=operation, pseudonyme=pseudonyme, **champs)
        return enregistrer_fiche(fiche, auteur=auteur, identite=identite)

    return {
        "fiche": entrer("P0001").pk,
        "fiche_sortie": entrer("P0002", sortie=True).pk,
        "fiche_annulee": annuler_fiche(entrer("P0003"), auteur=auteur, motif="Saisie en double").pk,
    }


def choisir(accord, personnes) -> dict:
    """The objects of the addresses (tests/adresses.py), among those that have most to show."""
    operations = Operation.objects.filter(enveloppe__code="FSE_CD62")
    operation = operations.filter(statut="programmee", plans__ressources__isnull=False).first()
    comite = accord.comites.get(code="TECHNIQUE")
    reunion = comite.reunions.filter(statut="prevue", points__isnull=False).first()
    collegue = personnes["cd62"]
    suivie, a_lever, levee = conditions_de(operations)
    ligne_fonds = LigneAppelFonds.objects.filter(operation__in=operations.filter(statut="soldee")).first()
    rejetee = ligne_rejetee_de(operations, ligne_fonds, personnes["responsable"])
    paiement = Paiement.objects.filter(operation__in=operations.filter(statut="en_execution")).first()
    ouvert, conclu = bilans_de(operations, collegue, personnes["controleur"])
    return {
        "accord": accord.slug,
        "travail": lancer_essai(collegue).pk,
        "uid": "zz",
        "cle": "zz",
        "personne": collegue.pk,
        "role": collegue.habilitations.get().pk,
        "enveloppe": "FSE_CD62",
        "operation": operation.numero,
        "piece": deposer_essai(operation, collegue).piece_id,
        "un": poser_essai(operation, personnes["etat"]).numero,
        "ressource": operation.plans.latest_first().first().ressources.first().pk,
        **{statut: operations.filter(statut=statut).first().numero for statut in ("deposee", "recevable", "instruite")},
        "retiree": operations.filter(statut="deprogrammee").first().numero,
        "achevee": operations.filter(statut="achevee").first().numero,
        "soldee": ligne_fonds.operation.numero,
        "archivee": operations.filter(statut="archivee").first().numero,
        "payee": paiement.operation.numero,
        "paiement": paiement.pk,
        "fonds": ligne_fonds.appel_id,
        "ligne_fonds": ligne_fonds.pk,
        "fonds_rejete": rejetee.appel_id,
        "ligne_rejetee": rejetee.pk,
        "controlee": ouvert.convention.operation.numero,
        "bilan_ouvert": ouvert.numero,
        "conclue": conclu.convention.operation.numero,
        "bilan_conclu": conclu.numero,
        "suivie": suivie.numero,
        "condition": a_lever.pk,
        "levee": levee.pk,
        **contrats_de(operations, operation, personnes["responsable"]),
        "structure": operation.structure_id,
        "appel": operation.appel_id,
        "brouillon": AppelAProjets.objects.filter(enveloppe=operation.enveloppe, statut="brouillon").first().pk,
        "fichier_import": deposer_fichier(
            en_csv([build_ligne(1, ue="rien"), build_ligne(2, enveloppe="FSE_CD63", fin_le="")]),
            nom="operations.csv",
            accord=accord,
            organisme=operation.enveloppe.organisme,
            auteur=personnes["cd62"],
        ).pk,
        "comite": comite.code,
        "perimetre": "PLIE_LENS_LIEVIN",
        "ligne": "PUBLICS_CD62",
        "doublon": DoublonPresume.objects.for_user(collegue).en_vigueur().first().pk,
        "import_participants": ImportParticipantsFactory(
            accord=accord, organisme=operation.enveloppe.organisme, auteur=collegue
        ).pk,
        "reunion": reunion.pk,
        "point": reunion.points.filter(examens__isnull=False).first().pk,
        **fiches_de(operation, collegue),
    }
