"""The demonstration set stays out of a base that may be real."""

import pytest
from django.core.management import CommandError, call_command

from comptes.models import Utilisateur
from tests.factories import AccordFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db


def test_a_base_named_by_its_address_asks_to_be_said_a_trial_one(settings):
    AccordFactory()
    settings.OUVRIR_COMPTES_DEMO = False

    with pytest.raises(CommandError, match="relancez avec OUVRIR_COMPTES_DEMO=1") as refus:
        call_command("charger_demo")

    assert refus.value.returncode == 1
    assert not Utilisateur.objects.exists()


def test_a_base_where_somebody_works_is_refused_whatever_is_asked(settings):
    AccordFactory()
    UtilisateurFactory(email="ada@pasdecalais.fr")
    settings.OUVRIR_COMPTES_DEMO = True

    with pytest.raises(CommandError, match=r"qui ne sont pas de démonstration \(1\)"):
        call_command("charger_demo")

    assert Utilisateur.objects.count() == 1
