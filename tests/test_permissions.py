"""Every address of the product × every kind of person: what answers, what is refused, what is not even known.

404 for who may not know that it exists, 403 for who may not do it, 302 to the sign-in page for a stranger. A URL name
without a row fails. The object of every address belongs to the Département (CD62), on an agreement that `ailleurs` is
not bound to; the PLIE sits in the committee, and the operation is not its own.
"""

from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from comptes.enums import Role
from gouvernance.services import produire_dossier
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

PERSONNES = ["anonyme", "cd62", "tm", "responsable", "etat", "agd", "secretaire", "plie", "administrateur", "auditeur"]
PERSONNES += ["ailleurs"]
PORTES = {  # what answers a stranger: signing in, choosing a password, the probe (static files have no name)
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "sante",
}

# Method and name, the objects of the address, then one status per person; « 200*3 » is 200 three times.
#                                                     anonyme cd62 tm resp etat agd secr plie admin audit ailleurs
TABLE = """
GET  racine                            -               302 302*10
GET  sante                             -               200 200*10
POST sante                             -               405 405*10

GET  account_login                     -               200 302*10
GET  account_logout                    -               302 200*10
POST account_logout                    -               302 302*10
GET  account_inactive                  -               200 200*10
GET  account_reset_password            -               200 200*10
POST account_reset_password            -               200 200*10
GET  account_reset_password_done       -               200 200*10
GET  account_reset_password_from_key   uid cle         200 200*10
GET  account_reset_password_from_key_done -            200 200*10
GET  account_change_password           -               302 200*10
POST account_change_password           -               302 200*10
GET  account_reauthenticate            -               302 200*10
GET  mfa_index                         -               302 200*10
GET  mfa_authenticate                  -               302 302*10
GET  mfa_reauthenticate                -               302 302*10
GET  mfa_activate_totp                 -               302 302*10
GET  mfa_deactivate_totp               -               302 302*10
GET  mfa_view_recovery_codes           -               302 302*10
GET  mfa_generate_recovery_codes       -               302 302*10
GET  mfa_download_recovery_codes       -               302 302*10

GET  comptes:moi                       -               302 200*10
GET  comptes:utilisateurs              -               302 403 403 403 403 403 403 403 200 200 403
GET  comptes:export_csv                -               302 403 403 403 403 403 403 403 200 200 403
GET  comptes:ouvrir                    -               302 403 403 403 403 403 403 403 200 403 403
POST comptes:ouvrir                    -               302 403 403 403 403 403 403 403 200 403 403
GET  comptes:utilisateur               personne        302 404 404 404 404 404 404 404 200 200 404
GET  comptes:modifier                  personne        302 404 404 404 404 404 404 404 200 403 404
POST comptes:modifier                  personne        302 404 404 404 404 404 404 404 200 403 404
GET  comptes:inviter                   personne        302 405*10
POST comptes:inviter                   personne        302 404 404 404 404 404 404 404 302 403 404
GET  comptes:fermer                    personne        302 404 404 404 404 404 404 404 200 403 404
POST comptes:fermer                    personne        302 404 404 404 404 404 404 404 200 403 404
GET  comptes:rouvrir                   personne        302 405*10
POST comptes:rouvrir                   personne        302 404 404 404 404 404 404 404 302 403 404
GET  comptes:accorder                  personne        302 404 404 404 404 404 404 404 200 403 404
POST comptes:accorder                  personne        302 404 404 404 404 404 404 404 200 403 404
GET  comptes:clore                     personne role   302 404 404 404 404 404 404 404 200 403 404
POST comptes:clore                     personne role   302 404 404 404 404 404 404 404 200 403 404

GET  pilotage:accueil                  accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:tableau_de_bord          accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:export_csv               accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:recherche                accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:aide                     accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:accessibilite            accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:donnees_personnelles     accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:mentions_legales         accord          302 200 200 200 200 200 200 200 200 200 404

GET  gouvernance:comites               accord          302 200 200 200 200 200 200 200 403 200 404
GET  gouvernance:comite                accord comite   302 200 200 200 200 200 200 200 404 200 404
GET  gouvernance:reunion               accord reunion  302 200 200 200 200 200 200 200 404 200 404
GET  gouvernance:dossier_pdf           accord reunion  302 200 200 200 200 200 200 200 404 200 404
GET  gouvernance:dossier_empreinte     accord reunion  302 200 200 200 200 200 200 200 404 200 404
GET  gouvernance:reunion_creer         accord          302 403 403 403 403 403 200 403 403 403 404
POST gouvernance:reunion_creer         accord          302 403 403 403 403 403 200 403 403 403 404
GET  gouvernance:reunion_modifier      accord reunion  302 403 403 403 403 403 200 403 404 403 404
POST gouvernance:reunion_modifier      accord reunion  302 403 403 403 403 403 200 403 404 403 404
GET  gouvernance:reunion_annuler       accord reunion  302 403 403 403 403 403 200 403 404 403 404
POST gouvernance:reunion_annuler       accord reunion  302 403 403 403 403 403 200 403 404 403 404
GET  gouvernance:point_ajouter         accord reunion  302 403 403 403 403 403 200 403 404 403 404
POST gouvernance:point_ajouter         accord reunion  302 403 403 403 403 403 200 403 404 403 404
GET  gouvernance:point_inscrire        accord reunion  302 405*9 404
POST gouvernance:point_inscrire        accord reunion  302 403 403 403 403 403 302 403 404 403 404
GET  gouvernance:point_modifier        accord reunion point  302 403 403 403 403 403 200 403 404 403 404
POST gouvernance:point_modifier        accord reunion point  302 403 403 403 403 403 200 403 404 403 404
GET  gouvernance:point_deplacer        accord reunion point  302 405*9 404
POST gouvernance:point_deplacer        accord reunion point  302 403 403 403 403 403 302 403 404 403 404
GET  gouvernance:point_supprimer       accord reunion point  302 405*9 404
POST gouvernance:point_supprimer       accord reunion point  302 403 403 403 403 403 302 403 404 403 404
GET  gouvernance:point_operations      accord reunion point  302 405*9 404
POST gouvernance:point_operations      accord reunion point  302 403 403 403 403 403 302 403 404 403 404
GET  gouvernance:operation_deplacer    accord reunion point operation  302 405*9 404
POST gouvernance:operation_deplacer    accord reunion point operation  302 403 403 403 403 403 302 403 404 403 404
GET  gouvernance:dossier_produire      accord reunion  302 405*9 404
POST gouvernance:dossier_produire      accord reunion  302 403 403 403 403 403 302 403 404 403 404
"""


def lire(table):
    for texte in filter(None, map(str.strip, table.splitlines())):
        methode, nom, *suite = texte.split()
        statuts = []
        while suite and suite[-1][0].isdigit():
            statut, _, fois = suite.pop().partition("*")
            statuts = [int(statut)] * int(fois or 1) + statuts
        yield pytest.param(methode, nom, [mot for mot in suite if mot != "-"], statuts, id=f"{methode} {nom}")


LIGNES = list(lire(TABLE))


def noms_du_projet(patterns=None, espace=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(pattern, "url_patterns"):
            suite = f"{espace}{pattern.namespace}:" if pattern.namespace else espace
            yield from noms_du_projet(pattern.url_patterns, suite)
        else:
            yield f"{espace}{pattern.name}"


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
        "structure": StructureFactory(accord=accord).pk,
        "appel": AppelFactory(enveloppe=enveloppe).code,
        "comite": comite.code,
        "reunion": reunion.pk,
        "point": point.pk,
    }
    return SimpleNamespace(personnes=personnes, objets=objets)


def demander(monde, qui, methode, nom, objets):
    client = Client(raise_request_exception=True)
    if qui != "anonyme":
        client.force_login(monde.personnes[qui])
    url = reverse(nom, args=[monde.objets[objet] for objet in objets])
    marque = transaction.savepoint()
    try:
        return client.generic(methode, url, data="", content_type="application/x-www-form-urlencoded")
    finally:
        transaction.savepoint_rollback(marque)


def test_every_address_has_its_row():
    assert set(noms_du_projet()) - {ligne.values[1] for ligne in LIGNES} == set()


def test_every_row_has_its_address_and_one_status_per_person():
    assert {ligne.values[1] for ligne in LIGNES} - set(noms_du_projet()) == set()
    assert [ligne.id for ligne in LIGNES if len(ligne.values[3]) != len(PERSONNES)] == []
    assert len({ligne.id for ligne in LIGNES}) == len(LIGNES)


@pytest.mark.django_db
@pytest.mark.parametrize(("methode", "nom", "objets", "attendus"), LIGNES)
def test_what_each_person_gets(monde, methode, nom, objets, attendus):
    obtenus = {qui: demander(monde, qui, methode, nom, objets).status_code for qui in PERSONNES}

    assert obtenus == dict(zip(PERSONNES, attendus, strict=True))


@pytest.mark.django_db
@pytest.mark.parametrize(("methode", "nom", "objets", "attendus"), LIGNES)
def test_a_stranger_meets_the_doors_only(monde, methode, nom, objets, attendus):
    reponse = demander(monde, "anonyme", methode, nom, objets)

    if nom not in PORTES:
        assert reponse["Location"].startswith(reverse("account_login"))
