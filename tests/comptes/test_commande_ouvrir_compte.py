"""The first administrator of an agreement, opened from a terminal."""

from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from comptes.enums import Role
from comptes.journal import journal_de
from comptes.models import Utilisateur

OPTIONS = {
    "prenom": "Inès",
    "nom": "Carpentier (exemple)",
    "organisme": "CD62",
    "role": "administrateur",
    "site": "https://fse.exemple.invalid/",
}


def ouvrir(email="ines@exemple.invalid", **options) -> str:
    sortie = StringIO()
    call_command("ouvrir_compte", email, stdout=sortie, **OPTIONS | options)
    return sortie.getvalue()


def test_it_opens_the_account_and_sends_the_link(accord, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        sortie = ouvrir()

    personne = Utilisateur.objects.get(email="ines@exemple.invalid")
    assert personne.has_role(Role.ADMINISTRATEUR, accord.chef_de_file)
    assert not personne.has_usable_password()
    assert "https://fse.exemple.invalid/" in mail.outbox[0].body
    assert journal_de(personne).get().auteur is None
    assert "l’invitation est envoyée" in sortie


def test_an_address_already_known_is_refused(accord):
    ouvrir()

    with pytest.raises(CommandError, match="existe déjà") as refus:
        ouvrir()

    assert refus.value.returncode == 1


def test_an_unknown_body_is_a_wrong_call(accord):
    with pytest.raises(CommandError, match="CD62") as refus:
        ouvrir(organisme="CD99")

    assert refus.value.returncode == 2
