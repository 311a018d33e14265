"""The total of an instruction grid follows what is typed, and is the one that the server writes once sent."""

from playwright.sync_api import expect

from operations.models import CritereInstruction, Operation


def test_the_total_follows_what_is_typed_as_the_server_computes_it(page, contexte, entrer, demo):
    operation = Operation.objects.get(numero=demo.objets["recevable"])
    criteres = list(CritereInstruction.objects.filter(appel=operation.appel))
    maximum = sum(critere.poids * critere.note_max for critere in criteres)
    entrer(demo.personnes["cd62"])
    page.goto(f"/{demo.accord.slug}/operations/{operation.numero}/instruire/")
    total, premier, second = page.locator("[data-total-grille]"), *criteres[:2]
    expect(total).to_have_text(f"0 sur\u00a0{maximum}")

    page.locator(f"[name=note_{premier.pk}]").fill("2,5")
    page.locator(f"[name=note_{second.pk}]").fill("9")  # above its maximum: counts for nothing
    attendu = f"{2.5 * premier.poids:g}".replace(".", ",")
    expect(total).to_have_text(f"{attendu} sur\u00a0{maximum}")
    sous_le_seuil = page.locator("[data-a-justifier]").first
    expect(sous_le_seuil).to_be_visible()
    page.locator(f"[name=note_{premier.pk}_justification]").fill("Équipe incomplète")
    expect(sous_le_seuil).to_be_hidden()
    page.get_by_role("button", name="Conclure l’instruction").click()

    expect(page.locator(".resume-erreurs")).to_be_visible()
    expect(page.locator("[data-total-grille]")).to_have_text(f"{attendu} sur\u00a0{maximum}")
    assert contexte.plaintes == []
