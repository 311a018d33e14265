"""What is typed survives a session that ends and a page left by mistake, and leaves with the save or the sign-out."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from operations.models import Operation
from pilotage.demonstration.comptes import MOT_DE_PASSE
from tests.navigateur.conftest import AXE, sans_lignes

RETROUVEE = "Une saisie non enregistrée du"
RAPPORT = "Le porteur démontre la capacité de conduire l’opération.\n\nLe plan est sincère.\n" * 30
CLES = "Object.keys(localStorage).filter(cle => cle.startsWith('brouillon:'))"
IL_Y_A_HUIT_JOURS = """cle => {
    const brouillon = JSON.parse(localStorage.getItem(cle));
    localStorage.setItem(cle, JSON.stringify({...brouillon, le: brouillon.le - 8 * 24 * 3600 * 1000}));
}"""


@pytest.fixture
def adresse(demo):
    return lambda chemin: f"/{demo.accord.slug}/{chemin}".format(**demo.objets)


def attendre_la_garde(page, morceau):
    page.wait_for_function("m => Object.values(localStorage).some(v => v.includes(m))", arg=morceau)


def quitter(page, geste, *, accepter=True):
    """Do what leaves the page; returns the kinds of question the browser asked."""
    questions = []

    def repondre(dialogue):
        questions.append(dialogue.type)
        dialogue.accept() if accepter else dialogue.dismiss()

    page.once("dialog", repondre)
    geste()
    page.wait_for_timeout(300)
    if not questions:
        page.remove_listener("dialog", repondre)
    return questions


def test_a_report_survives_the_end_of_the_session(page, contexte, entrer, demo, adresse):
    personne = demo.personnes["cd62"]
    operation = Operation.objects.get(numero=demo.objets["recevable"])
    entrer(personne)
    page.add_init_script(path=AXE)
    page.goto(adresse("operations/{recevable}/instruire/"))
    page.get_by_label("Rapport").fill(RAPPORT)
    sans_lignes(page)
    page.get_by_label("Coût total éligible").fill("123 456,78")
    page.locator("[name=est_sans_conflit]").check()
    for note in page.locator("main form input[name^=note_]").all():
        note.fill("5")
    for respectee in page.get_by_label("Respectée", exact=True).all():
        respectee.check()
    Session.objects.all().delete()

    page.get_by_role("button", name="Conclure l’instruction").click()
    page.get_by_label("Adresse électronique").fill(personne.email)
    page.get_by_label("Mot de passe", exact=True).fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Se connecter").click()

    page.wait_for_url("**/instruire/")
    expect(page.get_by_text(RETROUVEE)).to_be_visible()
    expect(page.get_by_label("Rapport")).to_have_value("")
    assert MOT_DE_PASSE not in page.evaluate("JSON.stringify(localStorage)")
    for largeur in (1280, 320):
        page.set_viewport_size({"width": largeur, "height": 900})
        assert page.evaluate("axe.run().then(r => r.violations.map(v => v.id))") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= largeur

    page.get_by_role("button", name="La reprendre").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(RETROUVEE)).to_have_count(0)
    expect(page.get_by_text("Votre saisie est de retour")).to_be_visible()
    expect(page.get_by_label("Rapport")).to_have_value(RAPPORT)
    expect(page.get_by_label("Coût total éligible")).to_have_value("123 456,78")
    expect(page.get_by_label("Établissement des coûts")).to_be_focused()
    expect(page.locator("[name=est_sans_conflit]")).to_be_checked()
    expect(page.get_by_label("Respectée", exact=True).first).to_be_checked()

    plan = operation.plans.get()
    page.get_by_label("Coût total éligible").fill(str(plan.total_ressources))
    page.get_by_label("Avis").select_option("favorable")
    page.get_by_role("button", name="Conclure l’instruction").click()
    page.wait_for_url(f"**/operations/{operation.numero}/")
    operation.refresh_from_db()
    assert operation.statut == "instruite"
    assert operation.instructions.get().rapport.split() == RAPPORT.split()
    assert page.evaluate(CLES) == []
    assert contexte.plaintes == []


def test_cancel_warns_and_what_was_typed_comes_back(page, contexte, entrer, demo, adresse):
    entrer(demo.personnes["cd62"])
    page.goto(adresse("operations/nouvelle/?enveloppe=FSE_CD62"))
    abandonner = page.get_by_role("link", name="Revenir sans enregistrer")
    assert quitter(page, abandonner.click) == []  # nothing typed, nothing asked
    page.wait_for_url("**/operations/")
    assert page.evaluate(CLES) == []

    page.goto(adresse("operations/nouvelle/?enveloppe=FSE_CD62"))
    page.get_by_label("Intitulé").fill("Un chantier d’insertion (exemple)")
    page.get_by_label("Département", exact=True).fill("1234,50")
    page.locator("summary", has_text="Le bénéficiaire n’est pas dans la liste").click()
    page.get_by_label("Nom de la nouvelle structure").fill("Les Ateliers (exemple)")
    assert quitter(page, lambda: abandonner.click(no_wait_after=True), accepter=False) == ["beforeunload"]
    expect(page.get_by_label("Intitulé")).to_have_value("Un chantier d’insertion (exemple)")
    assert quitter(page, abandonner.click) == ["beforeunload"]
    page.wait_for_url("**/operations/")

    page.go_back()
    expect(page.get_by_label("Département", exact=True)).to_have_value("1234,50")

    quitter(page, lambda: page.goto(adresse("operations/nouvelle/?enveloppe=FSE_CD62")))
    page.get_by_role("button", name="La reprendre").click()
    expect(page.get_by_label("Nom de la nouvelle structure")).to_be_visible()
    expect(page.get_by_label("Nom de la nouvelle structure")).to_have_value("Les Ateliers (exemple)")
    expect(page.get_by_label("Département", exact=True)).to_have_value("1234,50")
    assert contexte.plaintes == []


def test_a_list_that_names_people_is_not_kept(page, entrer, demo, adresse):
    entrer(demo.personnes["cd62"])
    page.goto(adresse("operations/{controlee}/bilans/{bilan_ouvert}/lignes/"))
    page.get_by_label("Ou lignes collées d’un tableur").fill("Personnel direct;FP-1;31/03/2026;Alix (exemple);10,00")
    page.wait_for_timeout(600)  # a draft is written after 300 ms
    assert page.evaluate(CLES) == []


def test_a_draft_is_refused_when_somebody_saved_meanwhile(page, entrer, demo, adresse):
    entrer(demo.personnes["cd62"])
    chemin = adresse("operations/{deposee}/modifier/")
    page.goto(chemin)
    page.get_by_label("Intitulé").fill("Mon intitulé (exemple)")
    attendre_la_garde(page, "Mon intitulé")
    Operation.objects.filter(numero=demo.objets["deposee"]).update(intitule="Le sien (exemple)", version=7)
    quitter(page, lambda: page.goto(chemin))

    page.get_by_role("button", name="La reprendre").click()
    page.get_by_role("button", name="Enregistrer la demande").click()

    expect(page.get_by_role("heading", name="Ce qui diffère")).to_be_visible()
    expect(page.get_by_label("Intitulé")).to_have_value("Mon intitulé (exemple)")
    expect(page.get_by_text(RETROUVEE)).to_have_count(0)  # the page shows it already
    assert Operation.objects.get(numero=demo.objets["deposee"]).intitule == "Le sien (exemple)"
    page.get_by_role("button", name="Enregistrer la demande").click()  # knowingly
    expect(page.get_by_text("Demande enregistrée.")).to_be_visible()
    assert Operation.objects.get(numero=demo.objets["deposee"]).intitule == "Mon intitulé (exemple)"
    assert page.evaluate(CLES) == []


def test_a_draft_is_erased_expires_is_its_author_s_and_leaves_with_the_sign_out(page, entrer, demo, adresse):
    chemin = adresse("reunions/{reunion}/points/ajouter/")

    def ecrire(texte):
        page.get_by_label("Titre").fill(texte)
        attendre_la_garde(page, texte)

    entrer(demo.personnes["secretaire"])
    page.goto(chemin)
    ecrire("Premier (exemple)")
    quitter(page, lambda: page.goto(chemin))
    page.get_by_role("button", name="L’effacer").click()
    expect(page.get_by_label("Titre")).to_be_focused()
    assert page.evaluate(CLES) == []

    ecrire("Deuxième (exemple)")
    page.evaluate(IL_Y_A_HUIT_JOURS, page.evaluate(CLES)[0])
    quitter(page, lambda: page.goto(chemin))
    expect(page.get_by_label("Titre")).to_have_value("")
    expect(page.get_by_text(RETROUVEE)).to_have_count(0)
    assert page.evaluate(CLES) == []

    ecrire("Troisième (exemple)")
    cle = page.evaluate(CLES)[0]
    assert cle.startswith(f"brouillon:{demo.personnes['secretaire'].pk}:/")
    autre = cle.replace(f":{demo.personnes['secretaire'].pk}:", f":{demo.personnes['cd62'].pk}:")
    page.evaluate("([de, a]) => localStorage.setItem(a, localStorage.getItem(de))", [cle, autre])
    page.evaluate("cle => localStorage.removeItem(cle)", cle)
    quitter(page, lambda: page.goto(chemin))
    expect(page.get_by_text(RETROUVEE)).to_have_count(0)  # somebody else's

    ecrire("Quatrième (exemple)")
    page.locator("details.compte summary").click()
    quitter(page, page.get_by_role("button", name="Se déconnecter").click)
    page.wait_for_url("**/connexion/**")
    assert page.evaluate(CLES) == []


def test_what_a_page_shows_of_its_own_sending_is_kept_and_not_offered(page, entrer, demo, adresse):
    entrer(demo.personnes["responsable"])
    chemin = adresse("operations/{execution}/avenant/")
    page.goto(chemin)
    page.get_by_label("Objet").fill("Une action de plus (exemple)")
    attendre_la_garde(page, "Une action de plus")

    page.get_by_role("button", name="Voir l’effet").click()
    page.wait_for_load_state()
    expect(page.get_by_label("Objet")).to_have_value("Une action de plus (exemple)")
    expect(page.get_by_text(RETROUVEE)).to_have_count(0)
    attendre_la_garde(page, "Une action de plus")  # shown, not saved

    page.get_by_label("Objet").fill("Deux actions de plus (exemple)")
    attendre_la_garde(page, "Deux actions de plus")
    page.get_by_label("Objet").fill("Une action de plus (exemple)")  # what the server wrote, still not saved
    attendre_la_garde(page, "Une action de plus")
    assert quitter(page, lambda: page.goto(chemin)) == ["beforeunload"]
    expect(page.get_by_label("Objet")).to_have_value("")
    page.get_by_role("button", name="La reprendre").click()
    expect(page.get_by_label("Objet")).to_have_value("Une action de plus (exemple)")
