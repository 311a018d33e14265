"""The totals of a plan follow what is typed, and are those that the server writes after the form is sent."""

from playwright.sync_api import expect

from operations.models import Operation

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

    champs = page.locator("[data-plan] input")
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
        with page.expect_response(lambda reponse: reponse.request.method == "POST") as reponse:
            envoyer.click()
        serveur = contexte.new_page()
        serveur.set_content(reponse.value.text())  # its scripts do not run here: as the server wrote it
        assert serveur.evaluate(SHOWN) == tape, (cout, ue)
        serveur.close()
        page.wait_for_load_state()
