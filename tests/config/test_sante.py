"""The probe."""

import pytest
from django.db import OperationalError
from django.urls import reverse

from comptes.travaux.presence import s_annoncer, se_retirer


@pytest.mark.django_db
def test_sante_answers_an_anonymous_probe(client):
    response = client.get(reverse("sante"))
    assert (response.status_code, response.json()) == (200, {"etat": "ok", "travaux": "à l’arrêt"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_sante_says_that_a_worker_is_alive(client):
    numero = s_annoncer()
    try:
        assert client.get(reverse("sante")).json() == {"etat": "ok", "travaux": "en marche"}
    finally:
        se_retirer(numero)
    assert client.get(reverse("sante")).json() == {"etat": "ok", "travaux": "à l’arrêt"}


def test_sante_says_when_the_base_is_gone(client, monkeypatch):
    class Broken:
        def cursor(self):
            raise OperationalError

    monkeypatch.setattr("config.sante.connection", Broken())
    response = client.get(reverse("sante"))
    assert (response.status_code, response.json()) == (503, {"etat": "base injoignable"})


def test_sante_only_reads(client):
    assert client.post(reverse("sante")).status_code == 405
