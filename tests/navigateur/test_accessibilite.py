"""Every page, as the person who sees most of it: axe, no page wider than the screen, nothing refused by the policy."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import TimeoutError

from tests.adresses import LIGNES, PORTES
from tests.navigateur.conftest import AXE

LARGEURS = [1280, 390, 320]
MOITIES = [0, 1]  # two workers share the walk
PREFERES = {"gouvernance": "secretaire", "comptes": "administrateur", "pilotage": "responsable"}
# answers that are not pages
FICHIERS = re.compile(
    r"sante$|travail_avancement$|gouvernance:dossier_|.*(export|_csv$|_xlsx$|_ods$|_pdf$|import_modele|import_annote)"
    r"|operations:(fonds_bordereau|piece_fichier)$"
)


def est_page(ligne) -> bool:
    return ligne.methode == "GET" and not FICHIERS.match(ligne.nom) and 200 in ligne.statuts.values()


def lecteur(ligne) -> str:
    """The person who sees most of a page, among those it answers."""
    if ligne.nom in PORTES:
        return "anonyme"
    if "csf" in ligne.nom:
        return "controleur"  # who instructed does not control
    for qui in (PREFERES.get(ligne.nom.partition(":")[0]), "cd62", "responsable", "secretaire"):
        if ligne.statuts.get(qui) == 200:
            return qui
    return next(qui for qui, statut in ligne.statuts.items() if statut == 200)


PAGES = [ligne for ligne in LIGNES if est_page(ligne)]
# contrast takes half the time, and no width changes a colour: measured at the first one
AXE_RUN = """contraste => axe.run(document, {
    resultTypes: ["violations"], rules: {"color-contrast": {enabled: contraste}},
})"""
# the form behind a first choice
SUITES = dict.fromkeys(["operations:creer", "operations:appel_creer", "operations:fonds_creer"], "?enveloppe=FSE_CD62")
# other faces of a page: nothing found, another date
AUTRES = SUITES | {
    "operations:liste": "?q=introuvable",
    "operations:appels_calendrier": "?q=introuvable",
    "comptes:utilisateurs": "?q=introuvable",
    "pilotage:tableau_de_bord": "?au=2025-06-30",
}
REFUS = {"/utilisateurs/": 403, "/nulle-part/": 404}
# forms that an empty sending does not stop: nothing in them is mandatory
SANS_ERREUR = {
    "gouvernance:point_supprimer",
    "gouvernance:point_operations",
    "operations:appel_publier",
    "operations:appel_clore",
    "operations:appel_supprimer",
    "operations:appel_grille",
    # no form while something is still to do, or nothing to send
    "operations:solder",
    "operations:fonds_creer",
    # an identity may be emptied; a return has only its button
    "participants:corriger_identite",
    "participants:retour",
    "participants:identite",
}
VIDER = """() => {
    const formulaire = document.querySelector("main form[method=post]");
    if (!formulaire) return false;
    for (const champ of formulaire.elements) {
        if (champ.type === "checkbox" || champ.type === "radio") champ.checked = false;
        else if (champ.type !== "hidden" && champ.type !== "submit") champ.value = "";
    }
    formulaire.noValidate = true;
    const barre = formulaire.querySelector(".barre-actions") ?? formulaire;
    formulaire.requestSubmit(barre.querySelector("[type=submit]"));
    return true;
}"""


FORMULAIRES = [
    ligne for ligne in PAGES if f"POST {ligne.nom}" in map(str, LIGNES) and ligne.nom not in PORTES | SANS_ERREUR
]


def mesurer(page, ou, largeurs=LARGEURS):
    """What is wrong on the page as it stands: too wide at one of the widths, or faults for axe at both ends of them.

    What stands between is laid out as one end or the other: no rule of axe reads it differently.
    """
    fautes = []
    for largeur in largeurs:
        page.set_viewport_size({"width": largeur, "height": 900})
        large = page.evaluate("document.documentElement.scrollWidth")
        if large > largeur:
            fautes.append(f"{ou} à {largeur} px : large de {large} px")
        if largeur not in (largeurs[0], largeurs[-1]):
            continue
        resultat = page.evaluate(AXE_RUN, largeur == largeurs[0])
        fautes += [
            f"{ou} à {largeur} px : {faute['id']} ({faute['impact']}) "
            + " | ".join(f"{noeud['target']} {noeud['html'][:160]}" for noeud in faute["nodes"][:3])
            for faute in resultat["violations"]
        ]
    return fautes


def parcourir(page, contexte, entrer, demo, lignes, agir, suites=()):
    """Open each address as its reader; `agir` says what is wrong there. What the console says is wrong too."""
    contexte.clear_cookies()
    fautes, entre = [], "anonyme"
    for ligne in sorted(lignes, key=lambda ligne: (lecteur(ligne) != "anonyme", lecteur(ligne))):
        if lecteur(ligne) not in (entre, "anonyme"):
            entre = lecteur(ligne)
            entrer(demo.personnes[entre])
        page.set_viewport_size({"width": 1280, "height": 900})
        url = reverse(ligne.nom, args=[demo.objets[objet] for objet in ligne.objets])
        reponse = page.goto(url + dict(suites).get(ligne.nom, ""))
        fautes += agir(ligne) if reponse.status == 200 else [f"{ligne} : {reponse.status}"]
        fautes += [f"{ligne} : {plainte}" for plainte in contexte.plaintes]
        contexte.plaintes.clear()
    return fautes


@pytest.mark.parametrize("moitie", MOITIES)
def test_pages(page, contexte, entrer, demo, moitie):
    page.add_init_script(path=AXE)
    pages = PAGES[moitie :: len(MOITIES)]
    fautes = parcourir(page, contexte, entrer, demo, pages, lambda ligne: mesurer(page, str(ligne)))
    autres = [ligne for ligne in pages if ligne.nom in AUTRES]
    fautes += parcourir(
        page, contexte, entrer, demo, autres, lambda ligne: mesurer(page, f"{ligne}, autre", [1280, 320]), AUTRES
    )

    assert "\n".join(fautes) == ""


@pytest.mark.parametrize("moitie", MOITIES)
def test_forms_with_their_errors(page, contexte, entrer, demo, moitie):
    page.add_init_script(path=AXE)
    page.on("dialog", lambda question: question.accept())  # leaving a form that was emptied asks first

    def envoyer_vide(ligne):
        try:
            with page.expect_navigation(timeout=10_000):
                if not page.evaluate(VIDER):
                    return [f"{ligne} : pas de formulaire"]
        except TimeoutError:
            return [f"{ligne} : l’envoi ne mène nulle part"]
        resume = page.locator(".resume-erreurs")
        if not resume.count():
            return [f"{ligne} : aucune erreur, {page.url}"]
        fautes = mesurer(page, f"{ligne} avec ses erreurs", [1280, 320])
        if not resume.evaluate("e => e === document.activeElement"):
            fautes.append(f"{ligne} : le résumé des erreurs n’a pas le focus")
        if not re.match(r"\d+ erreurs? · ", page.title()):
            fautes.append(f"{ligne} : le titre ne dit pas les erreurs, {page.title()}")
        return fautes

    formulaires = FORMULAIRES[moitie :: len(MOITIES)]
    assert parcourir(page, contexte, entrer, demo, formulaires, envoyer_vide, SUITES) == []


def test_refusals(page, entrer, demo):
    page.add_init_script(path=AXE)
    fautes = []
    entrer(demo.personnes["cd62"])
    for url, statut in REFUS.items():
        assert page.goto(url).status == statut
        fautes += mesurer(page, url)

    assert "\n".join(fautes) == ""
