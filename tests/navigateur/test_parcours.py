"""Three people do their job for real, through the pages, in a browser."""

import io

import pikepdf
import pytest
from playwright.sync_api import expect

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
