"""The page of a job moves by itself while the worker works, then opens the result."""

import re

import pytest
from playwright.sync_api import expect

from comptes.travaux import lancer
from tests.factories import UtilisateurFactory
from tests.navigateur.conftest import AXE
from tests.navigateur.test_accessibilite import mesurer
from tests.travaux import casser, lancer_essai, ouvrier


@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_job_follows_it_to_its_result(page, contexte, entrer, tmp_path):
    auteur, feu = UtilisateurFactory(), tmp_path / "feu"
    travail = lancer_essai(auteur, feu=str(feu), suite="/utilisateurs/moi/")
    entrer(auteur)
    page.add_init_script(path=AXE)
    page.goto(travail.get_absolute_url())
    expect(page.locator("[data-texte]")).to_have_text("En attente de son tour.")

    with ouvrier("--une-fois"):
        expect(page.locator("[data-texte]")).to_have_text("Attente du feu\u00a0: 0 sur 2\u202f000")
        expect(page.locator("[data-annonce]")).to_have_text("Attente du feu\u00a0: 0\u00a0%")
        expect(page.get_by_label("Essai")).to_have_attribute("max", "2000")
        fautes = mesurer(page, "travail")
        feu.touch()
        page.wait_for_url("**/utilisateurs/moi/")

    assert (fautes, contexte.plaintes) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_job_that_fails_says_why(page, entrer):
    auteur = UtilisateurFactory()
    travail = lancer(casser, auteur=auteur, suite="/utilisateurs/moi/", nom="x")
    entrer(auteur)
    page.goto(travail.get_absolute_url())

    with ouvrier("--une-fois"):
        expect(page.get_by_text("erreur inattendue")).to_be_visible()

    expect(page).to_have_url(re.compile(re.escape(travail.get_absolute_url())))
    page.get_by_role("link", name="Revenir à la page de départ").click()
    page.wait_for_url("**/utilisateurs/moi/")
