"""What every response carries, and what a stranger meets."""

import contextlib

import pytest
from django.urls import reverse

from config.connexion import client_address
from tests.factories import MOT_DE_PASSE, UtilisateurFactory

pytestmark = pytest.mark.django_db


def test_the_policy_allows_our_own_origin_only(client):
    response = client.get(reverse("account_login"))
    assert response.status_code == 200
    assert set(response["Content-Security-Policy"].split("; ")) == {
        *("default-src 'self'", "base-uri 'self'", "form-action 'self'"),
        *("frame-ancestors 'none'", "object-src 'none'"),
    }
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_pages_are_in_french_whatever_the_browser_asks(client):
    response = client.get(reverse("account_login"), headers={"accept-language": "en"})
    assert '<html lang="fr"' in response.content.decode()


def test_a_stranger_is_sent_to_the_sign_in_page(client):
    response = client.get("/utilisateurs/")
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_static_files_are_served_to_a_stranger(client):
    with contextlib.closing(client.get("/static/fonts/fonts.conf")) as response:
        assert response.status_code == 200


def sign_in(client, email, password):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_after_five_failures_the_right_password_is_refused(client):
    personne = UtilisateurFactory(email="paul.petit@exemple.invalid")
    for _essai in range(4):
        assert sign_in(client, personne.email, "faux").status_code == 200

    assert sign_in(client, personne.email.upper(), "faux").status_code == 429
    locked = sign_in(client, personne.email, MOT_DE_PASSE)

    assert locked.status_code == 429
    assert "15 minutes" in locked.content.decode()


def test_another_person_of_the_same_address_still_comes_in(client):
    for _essai in range(5):
        sign_in(client, "inconnu@exemple.invalid", "faux")
    response = sign_in(client, UtilisateurFactory().email, MOT_DE_PASSE)
    assert response.status_code == 302


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "198.51.100.7", "10.0.0.1"),
    ],
)
def test_only_our_proxies_are_believed(rf, settings, proxies, header, expected):
    settings.NOMBRE_MANDATAIRES = proxies
    request = rf.get("/", headers={"x-forwarded-for": header}, REMOTE_ADDR="10.0.0.1")
    assert client_address(request) == expected
