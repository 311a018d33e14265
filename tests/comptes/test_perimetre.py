"""An administrator’s reach stops at the agreements that their own bodies sign."""

import pytest

from comptes.enums import Role
from comptes.models import Organisme
from tests.factories import AccordFactory, OrganismeFactory, habilite

pytestmark = pytest.mark.django_db


@pytest.fixture
def voisin(accord):
    """Another agreement, which shares the DREETS with the first one."""
    return AccordFactory(
        slug="autre-accord", parties=["CD80", "DREETS_HDF"], chef_de_file=OrganismeFactory(code="CD80")
    )


def codes(personne) -> set[str]:
    return {o.code for o in Organisme.objects.administres_par(personne, Role.ADMINISTRATEUR)}


def test_a_body_shared_with_an_agreement_out_of_reach_is_left_out(accord, voisin):
    assert codes(habilite(Role.ADMINISTRATEUR)) == {"CD62", "TM", "DDETS_62", "PLIE_LENS_LIEVIN"}
    assert codes(habilite(Role.ADMINISTRATEUR, "CD80")) == {"CD80"}


def test_the_administrator_of_the_shared_body_keeps_it(accord, voisin):
    assert "DREETS_HDF" in codes(habilite(Role.ADMINISTRATEUR, "DREETS_HDF"))
