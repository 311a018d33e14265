"""Signing in, losing and changing a password, the error pages: what people read, with the real settings."""

import re

import pytest
from allauth.mfa.totp.internal import auth
from django.contrib.messages import get_messages
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from comptes.enums import Role
from tests.factories import habilite

SECRET = "une-phrase-assez-longue-2026"


@pytest.fixture
def camille(accord):
    camille = habilite(Role.GESTIONNAIRE)
    camille.set_password(SECRET)
    camille.save()
    return camille


def titre(response):
    return re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)[1]


def test_sign_in_page(client, db):
    response = client.get("/connexion/")

    assert titre(response) == "Se connecter"
    assert 'autocomplete="current-password"' in response.content.decode()


def test_sign_in_leads_home_without_a_word(client, camille):
    response = client.post("/connexion/", {"login": camille.email, "password": SECRET})

    assert (response.status_code, response.url) == (302, "/")
    assert list(get_messages(response.wsgi_request)) == []


def test_wrong_password_says_so_and_keeps_the_address(client, camille):
    response = client.post("/connexion/", {"login": camille.email, "password": "mal-tape"})

    page = response.content.decode()
    assert "Vous n’êtes pas connecté" in page
    assert "L’adresse électronique ou le mot de passe ne convient pas." in page
    assert f'value="{camille.email}"' in page
    assert "mal-tape" not in page


def test_five_failures_suspend_sign_in(client, camille):
    for _ in range(5):
        response = client.post("/connexion/", {"login": camille.email, "password": "autre"})

    assert response.status_code == 429
    assert titre(response) == "Connexion suspendue"
    assert "Attendez 15 minutes" in response.content.decode()


def test_lost_password_from_the_request_to_the_new_one(client, camille):
    response = client.post(reverse("account_reset_password"), {"email": camille.email}, follow=True)
    assert titre(response) == "Vérifiez votre messagerie"
    [message] = mail.outbox
    assert message.subject == "[Accord-cadre] Choisir un nouveau mot de passe"
    assert message.body.startswith("Bonjour,\n\nQuelqu’un, vous sans doute")
    assert not re.search(r"&#|&quot;|{{|{%", message.body)

    lien = re.search(r"https?://[^/]+(/\S+)", message.body)[1]
    response = client.get(lien, follow=True)
    assert titre(response) == "Nouveau mot de passe"
    formulaire = response.request["PATH_INFO"]
    response = client.post(formulaire, {"password1": "12", "password2": "12"})
    assert "Le mot de passe n’est pas changé" in response.content.decode()
    response = client.post(formulaire, {"password1": SECRET + "x", "password2": SECRET + "x"}, follow=True)
    assert titre(response) == "Mot de passe changé"

    camille.refresh_from_db()
    assert camille.check_password(SECRET + "x")
    assert titre(Client().get(lien, follow=True)) == "Ce lien ne sert plus"


def test_unknown_address_reads_the_same_on_screen(client, db):
    response = client.post(reverse("account_reset_password"), {"email": "personne@exemple.invalid"}, follow=True)

    assert titre(response) == "Vérifiez votre messagerie"
    assert mail.outbox == []


def test_change_of_password(client, camille):
    client.force_login(camille)
    url = reverse("account_change_password")
    assert titre(client.get(url)) == "Changer mon mot de passe"

    response = client.post(url, {"oldpassword": "faux", "password1": SECRET + "y", "password2": SECRET + "y"})
    assert 'href="#id_oldpassword"' in response.content.decode()
    client.post(url, {"oldpassword": SECRET, "password1": SECRET + "y", "password2": SECRET + "y"})

    camille.refresh_from_db()
    assert camille.check_password(SECRET + "y")


@pytest.mark.parametrize(
    ("choisi", "messages"),
    [
        ("court-gage", ["Ajoutez 2 caractères : il en faut au moins 12."]),
        ("unpeucourte", ["Ajoutez 1 caractère : il en faut au moins 12."]),
        ("202620272028", ["Ajoutez des lettres : des chiffres seuls se devinent vite."]),
        (
            "qwertyuiop12",
            ["Choisissez un autre mot de passe : celui-ci est parmi les plus employés, donc les plus essayés."],
        ),
        ("dubuissonval", ["Choisissez un mot de passe qui ressemble moins à votre nom."]),
        ("", ["Écrivez le nouveau mot de passe."]),
    ],
)
def test_a_refused_password_says_what_to_do(client, camille, choisi, messages):
    camille.nom = "Dubuisson-Val"
    camille.save()
    client.force_login(camille)

    response = client.post(
        reverse("account_change_password"), {"oldpassword": SECRET, "password1": choisi, "password2": choisi}
    )

    assert response.context["form"].errors["password1"] == messages


def test_a_new_password_is_told_to_the_person(client, camille):
    client.force_login(camille)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": SECRET, "password1": SECRET + "y", "password2": SECRET + "y"},
    )

    [message] = mail.outbox
    assert (message.to, message.subject) == ([camille.email], "[Accord-cadre] Mot de passe changé")
    assert "Le mot de passe de votre compte vient d’être changé." in message.body


@pytest.mark.django_db(transaction=True)  # allauth sends these after the commit, from inside the request
def test_the_second_factor_is_said_on_screen_and_by_mail(client, camille):
    client.post("/connexion/", {"login": camille.email, "password": SECRET})
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    confirmer = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    page = client.post(confirmer, {"password": "faux"})
    assert page.context["form"].errors["password"] == [
        "Ce n’est pas le mot de passe de ce compte. Écrivez-le de nouveau."
    ]
    page = client.post(confirmer, {"password": SECRET}, follow=True)

    vide = client.post(reverse("mfa_activate_totp"), {"code": ""})
    assert vide.context["form"].errors["code"] == ["Recopiez les six chiffres que l’application affiche."]
    refus = client.post(reverse("mfa_activate_totp"), {"code": "0"})
    assert refus.context["form"].errors["code"] == [
        "Ce code ne convient pas. Attendez que l’application en affiche un autre, puis recopiez-le."
    ]
    code = auth.format_hotp_value(
        auth.hotp_value(page.context["form"].secret, next(auth.yield_hotp_counters_from_time()))
    )
    page = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)

    assert "Second facteur activé. Gardez les codes de secours hors de votre téléphone." in page.content.decode()
    client.post(reverse("mfa_generate_recovery_codes"))
    assert [message.subject for message in mail.outbox] == [
        "[Accord-cadre] Second facteur activé",
        "[Accord-cadre] Nouveaux codes de secours",
    ]


def test_too_many_demands(client, camille, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/h/ip"}
    for _ in range(2):
        response = client.post(reverse("account_reset_password"), {"email": camille.email})

    assert response.status_code == 429
    assert titre(response) == "Trop de demandes en peu de temps"


def test_signing_out_is_confirmed_then_done(client, camille):
    client.force_login(camille)
    assert titre(client.get(reverse("account_logout"))) == "Se déconnecter"

    response = client.post(reverse("account_logout"))
    assert response.url == reverse("account_login")
    assert "_auth_user_id" not in client.session


def test_second_factor_pages(client, camille):
    client.post("/connexion/", {"login": camille.email, "password": SECRET})

    assert titre(client.get(reverse("mfa_index"))) == "Second facteur"
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    assert titre(page) == "Confirmer votre identité"
    page = client.post(
        page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"], {"password": SECRET}, follow=True
    )
    assert titre(page) == "Activer le second facteur"
    assert "data:image" not in page.content.decode()  # the CSP would refuse it
    assert "<svg" in page.content.decode().split('class="qr')[1]


def test_unknown_page(client, camille):
    client.force_login(camille)
    response = client.get("/nulle/part/ailleurs/")

    assert response.status_code == 404
    assert titre(response) == "Cette page n’existe pas"


def test_a_closed_page_is_not_an_act(client, camille):
    client.force_login(camille)

    lecture = client.get(reverse("comptes:utilisateurs"))
    assert (lecture.status_code, titre(lecture)) == (403, "Cette page n’est pas ouverte à votre rôle")
    assert "Rien n’a été enregistré" not in lecture.content.decode()

    acte = client.post(reverse("comptes:ouvrir"))
    assert (acte.status_code, titre(acte)) == (403, "Cet acte ne vous est pas ouvert")
    assert "Rien n’a été enregistré." in acte.content.decode()


def test_expired_form(camille):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/connexion/", {"login": camille.email, "password": SECRET})

    assert response.status_code == 403
    assert titre(response) == "Ce formulaire a expiré"


def test_incident_page_needs_neither_context_nor_base():
    assert "Un incident empêche" in render_to_string("500.html")


def test_a_new_password_ends_the_wait_after_failed_sign_ins(client, camille):
    for _ in range(5):
        suspendue = client.post("/connexion/", {"login": camille.email, "password": "faux"}, REMOTE_ADDR="192.0.2.7")
    assert suspendue.status_code == 429

    client.post(reverse("account_reset_password"), {"email": camille.email})
    lien = re.search(r"https?://[^/]+(/mot-de-passe/\S+)", mail.outbox[-1].body)[1]
    formulaire = client.get(lien, follow=True).redirect_chain[-1][0]
    nouveau = "une-autre-phrase-longue-2026"
    client.post(formulaire, {"password1": nouveau, "password2": nouveau})

    connectee = client.post("/connexion/", {"login": camille.email, "password": nouveau}, REMOTE_ADDR="192.0.2.7")
    assert (connectee.status_code, connectee.url) == (302, "/")
