"""What protects a session, and what a sign-in does not tell."""

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from comptes.enums import Role
from tests.factories import MOT_DE_PASSE, habilite


@pytest.fixture
def personne(accord):
    return habilite(Role.GESTIONNAIRE)


def entrer(client, personne, secret=MOT_DE_PASSE):
    return client.post(reverse("account_login"), {"login": personne.email, "password": secret})


def test_the_cookies_stay_out_of_scripts_and_of_other_sites(client, personne):
    client.get(reverse("account_login"))
    entrer(client, personne)

    for nom in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        biscuit = client.cookies[nom]
        assert (biscuit["httponly"], biscuit["samesite"], biscuit["domain"]) == (True, "Lax", "")


def test_signing_in_changes_the_session(client, personne):
    client.get(reverse("account_login"))
    client.session["avant"] = True
    client.session.save()
    avant = client.session.session_key
    entrer(client, personne)

    assert client.session.session_key != avant


def test_a_new_password_closes_the_other_sessions(client, personne):
    autre = Client()
    entrer(autre, personne)
    entrer(client, personne)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": MOT_DE_PASSE, "password1": "une-autre-phrase-7", "password2": "une-autre-phrase-7"},
    )

    assert client.get(reverse("comptes:moi")).status_code == 200
    assert autre.get(reverse("comptes:moi")).status_code == 302


def test_a_wrong_password_reads_the_same_with_and_without_an_account(client, personne):
    avec = entrer(client, personne, "faux").content.decode()
    connu, personne.email = personne.email, "personne@ailleurs.invalid"
    sans = entrer(Client(), personne, "faux").content.decode()

    assert sans.replace(personne.email, connu).split("csrfmiddlewaretoken")[0] == avec.split("csrfmiddlewaretoken")[0]


def test_a_closed_account_receives_no_reset_link(client, personne):
    personne.is_active = False
    personne.save()

    response = client.post(reverse("account_reset_password"), {"email": personne.email})

    assert response["Location"] == reverse("account_reset_password_done")
    assert mail.outbox == []


def test_a_page_that_was_asked_for_opens_after_the_sign_in(client, personne):
    asked = client.get(reverse("comptes:moi"))
    assert asked["Location"] == "/connexion/?next=/utilisateurs/moi/"

    response = client.post(asked["Location"], {"login": personne.email, "password": MOT_DE_PASSE})
    assert response["Location"] == "/utilisateurs/moi/"


def test_nobody_is_sent_to_another_site(client, personne):
    response = client.post(
        "/connexion/?next=https://ailleurs.invalid/", {"login": personne.email, "password": MOT_DE_PASSE}
    )
    assert response["Location"] == "/"


def test_nobody_opens_an_account_alone(client, db):
    statuts = {client.get(url).status_code for url in ("/signup/", "/accounts/signup/", "/connexion/signup/")}
    assert statuts <= {302, 404}
