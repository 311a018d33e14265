"""Three people do their job for real, through the pages, in a browser."""

import io
import re
from decimal import Decimal

import pikepdf
import pytest
from playwright.sync_api import expect

from accord.montants import lire_montant
from operations.models import Operation
from operations.situation import compute_situation
from pilotage.demonstration.comptes import MOT_DE_PASSE


@pytest.fixture
def se_connecter(page):
    """Come in through the form, as anyone does."""

    def _se_connecter(personne):
        page.goto("/")
        page.get_by_label("Adresse électronique").fill(personne.email)
        page.get_by_label("Mot de passe", exact=True).fill(MOT_DE_PASSE)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url("**/pas-de-calais-2021-2027/")

    return _se_connecter


def test_a_gestionnaire_enters_an_operation_with_an_error_first(page, contexte, demo, se_connecter):
    se_connecter(demo.personnes["cd62"])
    page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name="Opérations").click()
    page.get_by_role("link", name="Déposer une opération").click()
    page.get_by_label("FSE+, Département").check()
    page.get_by_role("button", name="Continuer").click()

    page.get_by_label("Numéro Ma démarche FSE+").fill("202699001")
    page.get_by_label("Intitulé").fill("Garde d’enfants en horaires décalés (exemple)")
    page.get_by_label(re.compile("^Bénéficiaire")).select_option(index=1)
    page.get_by_label("Début").fill("2026-10-01")
    page.get_by_label("Fin", exact=True).fill("2026-09-30")
    page.get_by_label("Objectif spécifique").select_option(index=1)
    page.get_by_label("Coût total éligible").fill("273 700")
    page.get_by_label("FSE+", exact=True).fill("164200,50")
    page.get_by_label("Département", exact=True).fill("109499.50")
    page.get_by_role("button", name="Déposer l’opération").click()

    resume = page.locator(".resume-erreurs")
    expect(resume).to_be_focused()
    expect(page).to_have_title(re.compile("^1 erreur · "))
    resume.get_by_role("link").click()
    expect(page.get_by_label("Fin", exact=True)).to_be_focused()
    for champ, saisi in {
        "Numéro Ma démarche FSE+": "202699001",
        "Intitulé": "Garde d’enfants en horaires décalés (exemple)",
        "Début": "2026-10-01",
        "Coût total éligible": "273 700",
        "Département": "109499.50",
    }.items():
        expect(page.get_by_label(champ, exact=True)).to_have_value(saisi)
    page.get_by_label("Fin", exact=True).fill("2027-09-30")
    page.get_by_role("button", name="Déposer l’opération").click()

    expect(page.get_by_text("Demande déposée sous le numéro 202699001.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Garde d’enfants en horaires décalés (exemple)")
    operation = Operation.objects.get(numero="202699001")
    plan = operation.plans.get()
    assert (operation.statut, operation.enveloppe.code) == ("deposee", "FSE_CD62")
    assert (plan.cout_total_eligible, plan.ue) == (Decimal("273700.00"), Decimal("164200.50"))
    assert plan.contrepartie_departement == Decimal("109499.50")
    assert contexte.plaintes == []


def test_a_state_reviewer_follows_a_figure_to_the_list_that_sums_to_it(page, contexte, demo, se_connecter):
    se_connecter(demo.personnes["etat"])
    page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name="Pilotage").click()
    rangee = page.locator("table.jauge").first.get_by_role("row").filter(has_text="Programmé").first
    chiffre = rangee.get_by_role("link")
    montant = chiffre.inner_text()
    assert lire_montant(montant) == compute_situation(demo.accord).enveloppes[0].montants["programme"]
    chiffre.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Opérations")
    total = page.locator("table.donnees tfoot td.n").all_inner_texts()
    assert total == [montant]
    lignes = [lire_montant(texte.split("€")[0]) for texte in toutes_les_pages(page, "table.donnees tbody td.n b")]
    assert sum(lignes) == lire_montant(montant)
    assert contexte.plaintes == []


def toutes_les_pages(page, selecteur):
    """The texts of a column through every page of the list."""
    textes = page.locator(selecteur).all_inner_texts()
    while page.get_by_role("link", name="Page suivante").count():
        page.get_by_role("link", name="Page suivante").click()
        textes += page.locator(selecteur).all_inner_texts()
    return textes


def test_a_secretary_prepares_an_agenda_and_exports_the_pack(page, contexte, demo, se_connecter):
    se_connecter(demo.personnes["secretaire"])
    page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name="Comités").click()
    page.goto(f"/pas-de-calais-2021-2027/reunions/{demo.objets['reunion']}/")

    page.get_by_role("link", name="Ajouter un point").click()
    page.get_by_label("Titre").fill("Visite d’un chantier (exemple)")
    page.get_by_label("Durée").fill("0")
    page.get_by_role("button", name="Ajouter le point").click()
    expect(page.locator(".resume-erreurs")).to_be_focused()
    expect(page.get_by_label("Titre")).to_have_value("Visite d’un chantier (exemple)")
    page.get_by_label("Durée").fill("20")
    page.get_by_role("button", name="Ajouter le point").click()

    points = page.locator(".ordre h3")
    nombre = points.count()
    rang = nombre - 1  # « Questions diverses » stays the last
    expect(points.nth(rang - 1)).to_have_text(f"{rang}. Visite d’un chantier (exemple)")
    page.get_by_role("button", name=f"Monter le point {rang}", exact=True).click()
    expect(points.nth(rang - 2)).to_have_text(f"{rang - 1}. Visite d’un chantier (exemple)")
    expect(page.get_by_role("button", name=f"Monter le point {rang - 1}", exact=True)).to_be_focused()
    page.keyboard.press("Enter")  # the keyboard goes on from there
    expect(points.nth(rang - 3)).to_have_text(f"{rang - 2}. Visite d’un chantier (exemple)")

    page.get_by_role("button", name="Produire le dossier").click()
    expect(page.get_by_text("Version 1 du dossier produite")).to_be_visible()
    lien = page.get_by_role("link", name="Ouvrir le dossier, version 1").get_attribute("href")
    premier, encore = (contexte.request.get(lien) for _ in range(2))

    assert premier.headers["content-type"] == "application/pdf"
    assert premier.body() == encore.body()
    with pikepdf.open(io.BytesIO(premier.body())) as dossier:
        assert len(dossier.pages) > 5
        assert dossier.Root.MarkInfo.Marked
        with dossier.open_outline() as signets:
            assert len(signets.root) > 3
    assert contexte.plaintes == []
