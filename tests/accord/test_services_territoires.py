"""Dating what a perimeter holds: added from a day, out from a day, refused when it means nothing."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accord.models import PerimetreCommune, PerimetreEpci
from accord.services import ajouter_au_perimetre, retirer_du_perimetre
from accord.territoires import communes_de
from comptes.journal import journal_de
from comptes.models import JournalAudit
from tests.factories import CommuneFactory, EpciFactory, PerimetreFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db

VEILLE, JOUR = date(2026, 6, 30), date(2026, 7, 1)
DEBUT = date(2021, 1, 1)


@pytest.fixture
def perimetre():
    return PerimetreFactory()


@pytest.fixture
def auteur():
    return UtilisateurFactory()


def noms(perimetre, le):
    return sorted(communes_de(perimetre, le).values_list("nom", flat=True))


def refuser(acte, *args, **options) -> str:
    lignes = JournalAudit.objects.count()
    with pytest.raises(ValidationError) as refus:
        acte(*args, **options)
    assert JournalAudit.objects.count() == lignes
    return refus.value.messages[0]


def test_added_from_a_day_and_journaled(perimetre, auteur):
    commune = CommuneFactory(nom="Vimy")

    ajouter_au_perimetre(perimetre, commune, le=JOUR, motif="Protocole", auteur=auteur)

    assert (noms(perimetre, VEILLE), noms(perimetre, JOUR)) == ([], ["Vimy"])
    ligne = journal_de(perimetre).get()
    assert (ligne.acte, ligne.motif, ligne.auteur) == ("territoire_ajoute", "Protocole", auteur)
    assert ligne.valeurs == {"territoire": "Vimy", "le": "2026-07-01"}


def test_an_epci_out_from_a_day_was_in_the_day_before(perimetre, auteur):
    epci = EpciFactory()
    CommuneFactory(nom="Lens", epci=epci)
    PerimetreEpci.objects.create(perimetre=perimetre, epci=epci, valide_du=DEBUT)

    retirer_du_perimetre(perimetre, epci, le=JOUR, motif="Avenant", auteur=auteur)

    assert (noms(perimetre, VEILLE), noms(perimetre, JOUR)) == (["Lens"], [])
    assert PerimetreEpci.objects.get().valide_au == VEILLE


def test_a_commune_leaves_the_epci_that_brought_it_and_the_others_stay(perimetre, auteur):
    epci = EpciFactory()
    partante = CommuneFactory(nom="Lens", epci=epci)
    CommuneFactory(nom="Liévin", epci=epci)
    avion = CommuneFactory(nom="Avion", epci=epci)
    PerimetreEpci.objects.create(perimetre=perimetre, epci=epci, valide_du=DEBUT)
    PerimetreCommune.objects.create(perimetre=perimetre, commune=avion, valide_du=DEBUT)

    retirer_du_perimetre(perimetre, partante, le=JOUR, motif="Périmètre exact", auteur=auteur)

    assert noms(perimetre, VEILLE) == ["Avion", "Lens", "Liévin"]
    assert noms(perimetre, JOUR) == ["Avion", "Liévin"]
    assert journal_de(perimetre).get().valeurs["territoire"] == "Lens"


def test_taken_out_the_day_it_came_in_it_never_was(perimetre, auteur):
    commune = CommuneFactory()
    ajouter_au_perimetre(perimetre, commune, le=JOUR, motif="Essai", auteur=auteur)

    retirer_du_perimetre(perimetre, commune, le=JOUR, motif="Erreur de saisie", auteur=auteur)

    assert not PerimetreCommune.objects.exists()
    assert journal_de(perimetre).count() == 2


def test_comes_back_after_having_left(perimetre, auteur):
    commune = CommuneFactory(nom="Vimy")
    ajouter_au_perimetre(perimetre, commune, le=DEBUT, motif="a", auteur=auteur)
    retirer_du_perimetre(perimetre, commune, le=date(2024, 1, 1), motif="b", auteur=auteur)
    ajouter_au_perimetre(perimetre, commune, le=JOUR, motif="c", auteur=auteur)

    assert [noms(perimetre, le) for le in (date(2023, 12, 31), date(2024, 1, 1), VEILLE, JOUR)] == [
        *(["Vimy"], [], [], ["Vimy"]),
    ]


def test_refused_when_already_there_by_itself_or_by_its_epci(perimetre, auteur):
    epci = EpciFactory(nom="CA d’essai")
    commune = CommuneFactory(nom="Lens", epci=epci)
    PerimetreEpci.objects.create(perimetre=perimetre, epci=epci, valide_du=DEBUT)
    options = {"le": JOUR, "motif": "x", "auteur": auteur}

    assert refuser(ajouter_au_perimetre, perimetre, epci, **options) == (
        "CA d’essai est déjà dans ce périmètre depuis le 1er\u00a0janvier\u00a02021."
    )
    assert refuser(ajouter_au_perimetre, perimetre, commune, **options) == (
        "Lens est déjà dans ce périmètre, avec tout son EPCI (CA d’essai)."
    )


def test_refused_before_the_agreement_and_for_what_is_not_there(perimetre, auteur):
    commune = CommuneFactory(nom="Vimy")

    assert refuser(ajouter_au_perimetre, perimetre, commune, le=date(2020, 12, 31), motif="x", auteur=auteur) == (
        "Choisissez une date à partir du 1er\u00a0janvier\u00a02021, début de l’accord."
    )
    assert refuser(retirer_du_perimetre, perimetre, commune, le=JOUR, motif="x", auteur=auteur) == (
        "Vimy n’est pas dans ce périmètre le 1er\u00a0juillet\u00a02026."
    )
