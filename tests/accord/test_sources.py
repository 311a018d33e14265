"""The sources of an agreement, written for people."""

import pytest

from accord.models import DonneeContexte
from accord.sources import ecrire_note, ecrire_source
from tests.factories import AccordFactory


def simple(texte):
    return texte.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("source", "ecrite"),
    [
        ("CPR art. 82, [S20]", "règlement (UE) 2021/1060, article 82, source 20"),
        ("CPR art.\u00a074.1\u00a0b", "règlement (UE) 2021/1060, article 74.1 b"),
        ("CPR art. 47, 50", "règlement (UE) 2021/1060, articles 47 et 50"),
        ("CPR art. 16 à 18", "règlement (UE) 2021/1060, articles 16 à 18"),
        ("CPR art. 69, annexe XIII", "règlement (UE) 2021/1060, article 69, annexe XIII"),
        ("[S13], CPR art. 42", "source 13, règlement (UE) 2021/1060, article 42"),
        ("CPR art. 53.2 (non relu)", "règlement (UE) 2021/1060, article 53.2 (non relu)"),
        ("règl. (UE) 2021/1056, art. 2, [S37]", "règlement (UE) 2021/1056, article 2, source 37"),
        ("AC 4", "accord-cadre, chapitre 4"),
        ("AC 3, AC 5, AC 7", "accord-cadre, chapitres 3, 5 et 7"),
        ("AC 1, AC 9, R71", "accord-cadre, chapitres 1 et 9, rapport n° 71"),
        ("AC, préambule", "accord-cadre, préambule"),
        ("DEL, AC 6", "délibération, accord-cadre, chapitre 6"),
        ("I4 (calcul)", "point d’attention I4 (calcul)"),
        ("décret 2023-1314, [S30]", "décret 2023-1314, source 30"),
        ("choix du produit", "choix du produit"),
    ],
)
def test_a_source_is_written_in_full(source, ecrite):
    assert simple(ecrire_source(source)) == ecrite


@pytest.mark.parametrize(
    ("note", "ecrite"),
    [
        ("Dérogations 2025 possibles [S37].", "Dérogations 2025 possibles (source 37)."),
        (
            "90 jours en 2014-2020 (CPR art. 132, [S12]).",
            "90 jours en 2014-2020 (règlement (UE) 2021/1060, article 132, source 12).",
        ),
        (
            "Chef de file, pour FSE+ (AC 6) et FTJ (R71).",
            "Chef de file, pour FSE+ (accord-cadre, chapitre 6) et FTJ (rapport n° 71).",
        ),
        (
            "Signature. AC 8 renvoie au chapitre 5 (I9).",
            "Signature. AC 8 renvoie au chapitre 5 (point d’attention I9).",
        ),
        ("Une fois l’an dans R71.", "Une fois l’an dans R71."),
        ("CPR art. 16 non relu (†).", "Règlement (UE) 2021/1060, article 16 non relu (†)."),
    ],
)
def test_a_note_stays_a_sentence(note, ecrite):
    assert simple(ecrire_note(note)) == ecrite


@pytest.mark.django_db
def test_a_page_consulted_is_named_when_the_agreement_knows_it():
    accord = AccordFactory()
    DonneeContexte.objects.create(
        accord=accord, rubrique="sources", code="S20", libelle="[S20]", valeur="interreg-baltic.eu", source="essai"
    )
    assert simple(ecrire_source("[S20], [S21]", accord.titres_sources)) == "source 20 (interreg-baltic.eu), source 21"
