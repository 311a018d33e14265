"""One operation from its application to its archive, through the pages, with the amounts of each date."""

import datetime as dt
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from operations.models import Operation
from operations.situation import compute_situation

NUMERO = "202590001"
PIECES = """Personnel direct;FP-1;30/06/2025;Camille Bertin (exemple);60 000,00
Personnel direct;FP-2;31/12/2025;Camille Bertin (exemple);40 000,00
Prestations externes;F-1;30/11/2025;Atelier Nord (exemple);45 000,00"""
# programmed, contracted, declared, retained, certified, paid, from the day of each act
MONTANTS = {
    "2025-04-06": (0, 0, 0, 0, 0, 0),
    "2025-04-07": (90_000, 0, 0, 0, 0, 0),
    "2025-04-28": (90_000, 90_000, 0, 0, 0, 0),
    "2025-05-20": (90_000, 90_000, 0, 0, 0, 27_000),
    "2025-09-14": (90_000, 90_000, 0, 0, 0, 27_000),
    "2025-09-15": (96_000, 96_000, 0, 0, 0, 27_000),
    "2026-02-16": (96_000, 96_000, 96_000, 0, 0, 27_000),
    "2026-04-15": (96_000, 96_000, 96_000, 93_000, 0, 27_000),  # (160 000 − 5 000) × 60 %
    "2026-05-04": (96_000, 96_000, 96_000, 93_000, 0, 93_000),
    "2026-05-20": (96_000, 96_000, 96_000, 93_000, 93_000, 93_000),
    "2026-06-09": (96_000, 96_000, 96_000, 93_000, 93_000, 93_000),
    "2026-06-10": (93_000, 93_000, 96_000, 93_000, 93_000, 93_000),
}


def situations(accord) -> dict[str, list[Decimal]]:
    """The amounts of the envelope on each day, what is left last."""
    lues = {au: compute_situation(accord, au=dt.date.fromisoformat(au)).enveloppe("FSE_CD62") for au in MONTANTS}
    return {au: [*lue.montants.values(), lue.disponible] for au, lue in lues.items()}


class Poste:
    """The person at the screen: opens the page of an act, fills it by the names of its fields, sends it."""

    def __init__(self, page, racine):
        self.page, self.racine = page, racine

    def ouvrir(self, chemin: str) -> None:
        self.page.goto(f"{self.racine}/{chemin}")

    def remplir(self, **champs) -> None:
        for nom, valeur in champs.items():
            champ = self.page.locator(f"main form [name='{nom}']").first
            if champ.evaluate("e => e.tagName") == "SELECT":
                champ.select_option(index=valeur) if isinstance(valeur, int) else champ.select_option(valeur)
            else:
                champ.fill(valeur)

    def envoyer(self, bouton: str, annonce: str) -> None:
        self.page.get_by_role("button", name=bouton, exact=True).click()
        expect(self.page.locator("main")).to_contain_text(annonce)

    def agir(self, chemin: str, bouton: str, annonce: str, *, cocher: tuple = (), **champs) -> None:
        self.ouvrir(chemin)
        self.remplir(**champs)
        for nom in cocher:
            self.page.locator(f"main form [name='{nom}']").check()
        self.envoyer(bouton, annonce)


@pytest.fixture
def poste(page, demo):
    return Poste(page, f"/{demo.accord.slug}")


def test_from_call_to_archive_through_the_pages(page, contexte, demo, entrer, poste):
    avant = situations(demo.accord)
    dossier = f"operations/{NUMERO}"
    bilan = f"{dossier}/bilans/1"
    agent, chef, controleur = (demo.personnes[qui] for qui in ("cd62", "responsable", "controleur"))

    entrer(agent)
    poste.ouvrir("operations/nouvelle/?enveloppe=FSE_CD62")
    poste.remplir(
        numero=NUMERO,
        intitule="Vie entière (exemple)",
        structure=1,
        deposee_le="2025-02-03",
        debut_le="2025-01-01",
        fin_le="2025-12-31",
        objectif_specifique=1,
        profil="OCS_15",
    )
    appels = page.get_by_label("Appel à projets")
    appel = appels.locator("option", has_text="FSE-CD62-2025 Appel 2025, FSE+ Département (exemple)")
    appels.select_option(appel.get_attribute("value"))
    poste.remplir(**{"postes-0-categorie": "personnel", "postes-0-annee": "2025", "postes-0-montant": "100 000,00"})
    page.get_by_role("button", name="Ajouter un poste").click()
    poste.remplir(**{"postes-1-categorie": "prestations", "postes-1-annee": "2025", "postes-1-montant": "35000"})
    expect(page.locator("[data-calcul]")).to_contain_text("15\u202f000,00\u00a0€")  # the flat rate, while typing
    expect(page.get_by_label("Coût total éligible")).to_have_value("150\u202f000,00")
    _financer(page, poste, "15000")
    poste.remplir(ue="90000")
    poste.envoyer("Déposer l’opération", f"Demande déposée sous le numéro {NUMERO}.")

    poste.ouvrir(f"{dossier}/recevable/")
    for piece in page.locator("main form [name=pieces_recues]").all():
        piece.check()
    poste.remplir(le="2025-02-10")
    poste.envoyer("Déclarer recevable", "Demande recevable.")

    poste.ouvrir(f"{dossier}/instruire/")
    for note in page.locator("main form input[name^=note_]").all():
        note.fill("5")
    for respectee in page.get_by_label("Respectée", exact=True).all():
        respectee.check()
    poste.remplir(rapport="Conforme à l’appel.", avis="favorable", conclue_le="2025-03-10")
    page.locator("[name=est_sans_conflit]").check()
    poste.envoyer("Conclure l’instruction", "Opération instruite à 90\u202f000,00\u00a0€.")

    entrer(chef)
    decision = {"instance": "Commission permanente", "decidee_le": "2025-04-07"}
    poste.agir(f"{dossier}/programmer/", "Programmer l’opération", "Opération programmée.", **decision)
    poste.ouvrir(f"{dossier}/conventionner/")
    expect(page.get_by_label("Avance prévue")).to_have_value("27\u202f000,00")
    poste.remplir(signee_beneficiaire_le="2025-04-24", signee_oi_le="2025-04-25", notifiee_le="2025-04-28")
    poste.envoyer("Notifier la convention", "Convention notifiée à 90\u202f000,00\u00a0€.")
    entrer(agent)
    poste.agir(f"{dossier}/demarrer/", "Attester le démarrage", "Démarrage attesté.", atteste_le="2025-05-05")
    entrer(chef)
    _payer(page, poste, dossier, "avance", "27\u202f000,00", paye_le="2025-05-20")

    poste.ouvrir(f"{dossier}/avenant/")
    poste.remplir(objet="Une session de plus", fin_le="2025-12-31", signe_le="2025-09-15")
    poste.remplir(**{"postes-1-montant": "45000", "ressources-1-montant": "19000"})
    expect(page.get_by_label("Coût total éligible")).to_have_value("160\u202f000,00")
    poste.remplir(ue="96000")
    poste.envoyer("Voir l’effet", "+\u00a010\u202f000,00\u00a0€")
    poste.envoyer("Signer l’avenant", "La convention porte 96\u202f000,00\u00a0€.")

    entrer(agent)
    poste.agir(
        f"{dossier}/bilans/nouveau/",
        "Enregistrer le bilan",
        "160\u202f000,00\u00a0€ de dépenses, 96\u202f000,00\u00a0€ de participation européenne déclarée",
        nature="final",
        debut_le="2025-01-01",
        fin_le="2025-12-31",
        depose_le="2026-02-16",
        d_personnel_2025="100000",
        d_prestations_2025="45000",
        r_0="45000",
    )
    poste.agir(f"{bilan}/lignes/", "Enregistrer la liste", "3 lignes enregistrées.", texte=PIECES)
    poste.agir(f"{dossier}/achever/", "Constater l’achèvement", "Opération achevée.", le="2026-02-20")
    entrer(controleur)
    _controler(page, poste, f"{bilan}/controle")

    entrer(chef)
    _payer(page, poste, dossier, "solde", "66\u202f000,00", paye_le="2026-05-04", demande_le="2026-02-16")
    poste.ouvrir("appels-de-fonds/nouveau/?enveloppe=FSE_CD62")
    for ligne in page.locator("main form tbody tr").filter(has_not_text=NUMERO).all():
        ligne.get_by_role("checkbox").uncheck()
    poste.remplir(envoye_le="2026-05-20")
    poste.envoyer("Vérifier l’appel de fonds", "93\u202f000,00\u00a0€")
    for case in page.locator("main form input[type=checkbox]").all():
        case.check()
    poste.envoyer("Envoyer l’appel de fonds", NUMERO)
    poste.agir(f"{dossier}/solder/", "Solder l’opération", "Opération soldée", cocher=("confirmer",), le="2026-06-10")
    poste.ouvrir(f"{dossier}/archiver/")
    # five years from 31 December of the year of the last payment
    expect(page.locator("main")).to_contain_text("31\u00a0déc.\u00a02031")
    poste.remplir(le="2026-09-01")
    page.get_by_label("Je confirme l’archivage sans").check()
    poste.envoyer("Archiver l’opération", "archivée")

    assert Operation.objects.get(numero=NUMERO).statut == "archivee"
    apres = situations(demo.accord)
    for au, montants in MONTANTS.items():
        attendus = [*map(Decimal, montants), -Decimal(montants[0])]
        assert [b - a for a, b in zip(avant[au], apres[au], strict=True)] == attendus, au
    assert contexte.plaintes == []


def _financer(page, poste, propre: str) -> None:
    origine = {"nature": "contrepartie_departement", "financeur": "Département", "annee": "2025", "etat": "promis"}
    poste.remplir(**{f"ressources-0-{nom}": valeur for nom, valeur in (origine | {"montant": "45000"}).items()})
    page.get_by_role("button", name="Ajouter une ressource").click()
    siennes = {"nature": "autofinancement", "annee": "2025", "etat": "acquis", "montant": propre}
    poste.remplir(**{f"ressources-1-{nom}": valeur for nom, valeur in siennes.items()})


def _payer(page, poste, dossier: str, nature: str, propose: str, **dates) -> None:
    poste.ouvrir(f"{dossier}/payer/")
    page.locator(f"[name=nature][value={nature}]").check()
    expect(page.get_by_label("Montant payé")).to_have_value(propose)
    poste.remplir(**dates)
    poste.envoyer("Enregistrer le paiement", f"Paiement de {propose}\u00a0€ enregistré.")


def _controler(page, poste, controle: str) -> None:
    """The whole control: a sample of three items, one set aside, the contradictory phase, what is kept."""
    poste.agir(f"{controle}/ouvrir/", "Ouvrir le contrôle", "Contrôle ouvert à votre nom.", le="2026-03-02")
    tirage = {"seuil": "45000", "taille": "1", "le": "2026-03-03"}
    poste.agir(f"{controle}/echantillon/", "Tirer l’échantillon", "Échantillon tiré.", **tirage)
    poste.ouvrir(f"{controle}/verifier/")
    for piece, resultat in [("FP-1", "acceptee"), ("FP-2", "acceptee"), ("F-1", "ecartee")]:
        page.get_by_label(f"Résultat, {piece}", exact=True).select_option(resultat)
    page.get_by_label("Montant écarté, F-1", exact=True).fill("5000")
    page.get_by_label("Typologie, F-1", exact=True).select_option("non_justifiee")
    page.get_by_label("Motif, F-1", exact=True).fill("Émargements absents")
    poste.envoyer("Enregistrer les vérifications", "Vérifications enregistrées.")
    envoi = {"le": "2026-03-10", "reponse_attendue_le": "2026-04-09", "conclusions": "5 000,00 € écartés."}
    poste.agir(f"{controle}/envoyer/", "Envoyer les conclusions", "La réponse du bénéficiaire est attendue.", **envoi)
    reponse = {"le": "2026-03-25", "reponse": "Aucune pièce nouvelle."}
    poste.agir(f"{controle}/reponse/", "Enregistrer la réponse", "Réponse enregistrée.", **reponse)
    poste.agir(
        f"{controle}/conclure/",
        "Conclure le contrôle",
        "93\u202f000,00\u00a0€ retenus en cumul",
        cocher=("confirmer",),
        conclu_le="2026-04-15",
    )
