"""The table of addresses and persons, asked to the real product."""

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from comptes.enums import Role
from gouvernance.services import produire_dossier
from tests.adresses import LIGNES, PERSONNES, PORTES, noms_du_projet
from tests.factories import (
    AccordFactory,
    AppelFactory,
    ComiteFactory,
    EnveloppeFactory,
    MembreFactory,
    OperationFactory,
    OrganismeFactory,
    PointFactory,
    PointOperationFactory,
    ReunionFactory,
    StructureFactory,
    habilite,
)


@pytest.fixture(scope="module")
def monde(django_db_setup, django_db_blocker):
    """The people and the objects, built once; what a request writes is taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield batir()
        transaction.set_rollback(True)


def batir():
    accord = AccordFactory(parties=["CD62", "TM", "DDETS_62", "DREETS_HDF", "PLIE_ESSAI"])
    AccordFactory(slug="ailleurs-2021-2027", chef_de_file=OrganismeFactory(code="AILLEURS"))
    personnes = {
        "cd62": habilite(Role.GESTIONNAIRE, "CD62"),
        "tm": habilite(Role.GESTIONNAIRE, "TM"),
        "responsable": habilite(Role.RESPONSABLE, "CD62"),
        "etat": habilite(Role.LECTEUR_ETAT, "DDETS_62"),
        "agd": habilite(Role.AGD, "DREETS_HDF"),
        "secretaire": habilite(Role.SECRETAIRE, "CD62"),
        "plie": habilite(Role.PLIE, OrganismeFactory(code="PLIE_ESSAI", nature="plie")),
        "administrateur": habilite(Role.ADMINISTRATEUR, "CD62"),
        "auditeur": habilite(Role.AUDITEUR, "DREETS_HDF"),
        "ailleurs": habilite(Role.GESTIONNAIRE, "AILLEURS"),
    }
    enveloppe = EnveloppeFactory(accord=accord)
    EnveloppeFactory(accord=accord, organisme=OrganismeFactory(code="TM"))
    comite = ComiteFactory(accord=accord)
    MembreFactory(comite=comite, organisme=OrganismeFactory(code="PLIE_ESSAI"))
    operation = OperationFactory(enveloppe=enveloppe, programmee=True)
    reunion = ReunionFactory(comite=comite)
    point = PointFactory(reunion=reunion)
    PointOperationFactory(point=point, operation=operation)
    produire_dossier(reunion, auteur=personnes["secretaire"])
    collegue = habilite(Role.GESTIONNAIRE, "CD62")
    objets = {
        "accord": accord.slug,
        "uid": "zz",
        "cle": "zz",
        "personne": collegue.pk,
        "role": collegue.habilitations.get().pk,
        "enveloppe": enveloppe.code,
        "operation": operation.numero,
        "deposee": OperationFactory(enveloppe=enveloppe).numero,
        "recevable": OperationFactory(enveloppe=enveloppe, recevable=True).numero,
        "instruite": OperationFactory(enveloppe=enveloppe, instruite=True).numero,
        "structure": StructureFactory(accord=accord).pk,
        "appel": AppelFactory(enveloppe=enveloppe).pk,
        "brouillon": AppelFactory(enveloppe=enveloppe, brouillon=True).pk,
        "comite": comite.code,
        "reunion": reunion.pk,
        "point": point.pk,
    }
    sessions = {"anonyme": None}
    for qui, personne in personnes.items():
        client = Client()
        client.force_login(personne)
        sessions[qui] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return SimpleNamespace(sessions=sessions, objets=objets)


def demander(monde, qui, ligne):
    client = Client()
    if monde.sessions[qui]:
        client.cookies[settings.SESSION_COOKIE_NAME] = monde.sessions[qui]
    url = reverse(ligne.nom, args=[monde.objets[objet] for objet in ligne.objets])
    marque = transaction.savepoint()
    try:
        return client.generic(ligne.methode, url, data="", content_type="application/x-www-form-urlencoded")
    finally:
        transaction.savepoint_rollback(marque)


def test_every_address_has_its_row():
    assert set(noms_du_projet()) - {ligne.nom for ligne in LIGNES} == set()


def test_every_row_has_its_address_once():
    assert {ligne.nom for ligne in LIGNES} - set(noms_du_projet()) == set()
    assert len({str(ligne) for ligne in LIGNES}) == len(LIGNES)


@pytest.mark.django_db
@pytest.mark.parametrize("ligne", LIGNES, ids=str)
def test_what_each_person_gets(monde, ligne):
    reponses = {qui: demander(monde, qui, ligne) for qui in PERSONNES}

    assert {qui: reponse.status_code for qui, reponse in reponses.items()} == ligne.statuts
    if ligne.nom not in PORTES:  # a stranger meets the doors only
        assert reponses["anonyme"]["Location"].startswith(reverse("account_login"))
