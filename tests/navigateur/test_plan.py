"""The totals of a plan follow what is typed, and are those that the server writes after the form is sent."""

from playwright.sync_api import expect

from operations.models import Operation
from tests.navigateur.conftest import sans_lignes

SHOWN = """() => {
    const lire = (element) => (element.hidden ? "" : element.lastElementChild?.textContent ?? element.textContent);
    const point = document.querySelector("[data-point=plan]");
    return {
        ...Object.fromEntries(["total", "ecart"].map((nom) => [nom, lire(document.querySelector(`[data-${nom}]`))])),
        taux: document.querySelector("[data-taux]").textContent,
        point: [point.className, point.querySelector(".n").textContent, point.querySelector("svg").innerHTML],
    };
}"""


def test_totals_follow_what_is_typed_as_the_server_computes_them(page, contexte, entrer, demo):
    operation = Operation.objects.get(numero=demo.objets["recevable"])
    entrer(demo.personnes["cd62"])
    page.goto(f"/{demo.accord.slug}/operations/{operation.numero}/instruire/")
    nature = page.evaluate(SHOWN)
    assert (nature["ecart"], nature["point"][0]) == ("", "ton-bon")

    sans_lignes(page)
    champs = page.locator("[data-plan] table.plan input")
    for rang in range(champs.count()):
        champs.nth(rang).fill("")
    vide = page.evaluate(SHOWN)
    assert (vide["total"], vide["ecart"], vide["point"][:2]) == ("", "", ["", ""])

    page.get_by_label("Coût total éligible").fill("12 345 678,90")
    page.get_by_label("Département", exact=True).fill("0.1")
    page.locator("[name=autofinancement]").fill("−5")  # cannot be read: counts for nothing
    page.locator("[name=ue]").fill("6172839,45")
    tape = page.evaluate(SHOWN)
    assert tape["total"] == "6\u202f172\u202f839,55\u00a0€"
    assert tape["ecart"] == "\u22126\u202f172\u202f839,35\u00a0€"
    assert tape["taux"].startswith("50,00\u202f% du coût total")
    assert tape["point"][0] == "ton-stop"
    expect(page.locator("[data-annonce]")).to_have_text(
        f"Total des ressources\u00a0: {tape['total']}. Écart avec le coût\u00a0: {tape['ecart']}. {tape['taux']}"
    )

    # a rate at the half: 0.00125 of the cost is 0,13 %, half up
    for cout, ue in (
        ("80000", "100"),
        ("273 700,00 €", "164200,50"),
        ("3", "1"),
        ("0", "1"),
        ("1,234", "1"),
        ("1", "2"),
    ):
        page.get_by_label("Coût total éligible").fill(cout)
        page.locator("[name=ue]").fill(ue)
        tape = page.evaluate(SHOWN)
        envoyer = page.get_by_role("button", name="Conclure l’instruction")
        with page.expect_response(
            lambda reponse: reponse.request.method == "POST" and reponse.request.is_navigation_request()
        ) as reponse:
            envoyer.click()
        serveur = contexte.new_page()
        serveur.set_content(reponse.value.text())  # its scripts do not run here: as the server wrote it
        assert serveur.evaluate(SHOWN) == tape, (cout, ue)
        serveur.close()
        page.wait_for_load_state()


def remplir(page, prefixe, rang, **champs):
    for nom, valeur in champs.items():
        champ = page.locator(f"[name={prefixe}-{rang}-{nom}]")
        champ.select_option(valeur) if nom in ("categorie", "nature", "etat") else champ.fill(valeur)


def test_flat_rates_follow_the_rows_and_a_draft_finds_its_rows_again(page, contexte, entrer, demo):
    entrer(demo.personnes["cd62"])
    page.goto(f"/{demo.accord.slug}/operations/nouvelle/?enveloppe=FSE_CD62")
    cout = page.get_by_label("Coût total éligible")
    page.get_by_label("Établissement des coûts").select_option("OCS_15")
    remplir(page, "postes", 0, categorie="personnel", annee="2026", montant="20 000,30")
    page.get_by_role("button", name="Ajouter un poste").press("Enter")
    expect(page.locator("[name=postes-1-categorie]")).to_be_focused()
    remplir(page, "postes", 1, categorie="personnel", annee="2027", montant="33,30")
    page.get_by_role("button", name="Ajouter une ressource").press("Enter")
    remplir(page, "ressources", 0, nature="contrepartie_region", annee="2026", montant="3000", etat="promis")
    remplir(page, "ressources", 1, nature="contrepartie_region", annee="2027", montant="0,05")

    # 20 000,30 × 15 % = 3 000,045 → 3 000,05; 33,30 × 15 % = 4,995 → 5,00
    expect(cout).to_have_value("23\u202f038,65")
    expect(cout).not_to_be_editable()
    expect(page.locator("[data-calcul] tfoot td").last).to_have_text("3\u202f005,05\u00a0€")
    expect(page.get_by_label("Région", exact=True)).to_have_value("3\u202f000,05")
    page.wait_for_function("() => Object.values(localStorage).some(v => v.includes('postes-1-montant'))")
    page.on("dialog", lambda dialogue: dialogue.accept())
    page.reload()
    assert page.locator("[name=postes-1-montant]").count() == 0

    page.get_by_role("button", name="La reprendre").click()
    expect(page.locator("[name=postes-1-montant]")).to_have_value("33,30")
    expect(page.locator("[name=ressources-0-etat]")).to_have_value("promis")
    expect(page.locator("[name=ressources-1-montant]")).to_have_value("0,05")
    expect(cout).to_have_value("23\u202f038,65")

    page.get_by_label("Établissement des coûts").select_option("OCS_20")
    page.get_by_role("button", name="Déposer l’opération").click()
    refus = page.locator(".resume-erreurs").get_by_role("link", name="Le personnel direct est au forfait")
    refus.first.click()
    expect(page.locator("[name=postes-0-categorie]")).to_be_focused()
    for largeur in (1280, 320):
        page.set_viewport_size({"width": largeur, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= largeur
    assert contexte.plaintes == []


def test_a_refusal_goes_once_its_field_is_typed_again(page, entrer, demo):
    entrer(demo.personnes["cd62"])
    page.goto(f"/{demo.accord.slug}/operations/nouvelle/?enveloppe=FSE_CD62")
    cout, ue = page.get_by_label("Coût total éligible"), page.locator("[name=ue]")
    refus = page.get_by_text("supérieure de 0,01\u00a0€ au coût total")
    for corriger in (lambda: ue.fill("600"), lambda: cout.fill("2000")):
        cout.fill("1000")
        ue.fill("1000,01")
        page.get_by_role("button", name="Déposer l’opération").click()
        expect(refus).to_have_count(2)  # in the summary and beside the field
        corriger()
        expect(refus).to_have_count(0)
        expect(ue).not_to_have_attribute("aria-invalid", "true")
        expect(page.get_by_role("heading", name="Ce qui reste à corriger")).to_be_visible()
        expect(page.locator("#id_numero")).to_have_attribute("aria-invalid", "true")  # the others stay
