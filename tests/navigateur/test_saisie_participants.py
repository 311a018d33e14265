"""A person entered without the mouse, then the next one: Tab from question to question, the arrows to answer."""

from django.urls import reverse
from playwright.sync_api import expect

from operations.models import Operation
from participants.models import Participation
from participants.services.identites import ouvrir_identite

NOM = "Vasseur (exemple)"


def aller(page, nom):
    """Tab to a field, as a person does."""
    for _ in range(40):
        if page.evaluate("document.activeElement.name") == nom:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab ne mène pas à {nom}")


def ecrire(page, nom, texte):
    aller(page, nom)
    page.keyboard.type(texte)


def repondre(page, nom, valeur):
    """On the group of a question, down to the answer: one goes round before giving up."""
    aller(page, nom)
    for _ in range(8):
        if page.evaluate("document.activeElement.value") == valeur:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"Les flèches ne mènent pas à {nom} {valeur}")


def dater(page, nom, jour):
    """A date is typed in the order of the browser’s language, in three parts."""
    aller(page, nom)
    page.locator(f"[name={nom}]").fill(jour)


def saisir_une_personne(page):
    ecrire(page, "nom", NOM)
    ecrire(page, "prenom", "Marie")
    dater(page, "date_naissance", "1990-04-12")
    repondre(page, "sexe", "F")
    ecrire(page, "telephone", "03 21 00 00 00")
    ecrire(page, "code_insee", "62498")
    repondre(page, "statut_emploi", "chomeur")
    ecrire(page, "duree_chomage_mois", "14")
    repondre(page, "niveau_diplome", "CITE_0_2")
    repondre(page, "brsa", "oui")
    repondre(page, "minorite", "nsp")


def test_two_persons_are_entered_with_the_keyboard_only(page, contexte, entrer, demo):
    operation = Operation.objects.get(numero=demo.objets["operation"])
    rang = operation.participations.count() + 1
    entrer(demo.personnes["cd62"])
    page.goto(reverse("participants:saisir", args=[demo.accord.slug, operation.numero]))
    expect(page.locator("[name=entree_le]")).to_be_focused()
    dater(page, "entree_le", "2026-03-02")
    saisir_une_personne(page)
    page.keyboard.press("Enter")

    expect(page.get_by_text(f"Fiche P{rang:04d} enregistrée.")).to_be_visible()
    expect(page.locator("[name=nom]")).to_be_focused()
    assert page.locator("[name=entree_le]").input_value() == "2026-03-02"
    assert NOM not in page.content()
    ecrire(page, "nom", "Lefebvre (exemple)")
    for _ in range(60):
        if page.evaluate("document.activeElement.textContent").strip() == "Enregistrer la fiche":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name=f"Fiche P{rang + 1:04d}")).to_be_visible()
    expect(page.get_by_text("Manque\u00a0: date de naissance")).to_be_visible()
    premiere = Participation.objects.get(operation=operation, pseudonyme=f"P{rang:04d}")
    assert (premiere.age_entree, premiere.statut_emploi, premiere.duree_chomage_mois) == (35, "chomeur", 14)
    assert (premiere.brsa, premiere.minorite, premiere.code_insee) == ("oui", "nsp", "62498")
    assert ouvrir_identite(premiere)["nom"] == NOM
    gardes = page.evaluate("JSON.stringify([Object.values(localStorage), Object.values(sessionStorage)])")
    assert "Vasseur" not in gardes
    assert "Lefebvre" not in gardes
    assert contexte.plaintes == []
