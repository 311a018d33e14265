"""Who reads a whole file: one rule for a list of operations and for one of them."""

import pytest

from comptes.enums import Role
from operations.models import Operation
from operations.permissions import peut_lire_dossier
from tests.factories import (
    AccordFactory,
    EnveloppeFactory,
    HabilitationFactory,
    OperationFactory,
    OrganismeFactory,
    StructureFactory,
    habilite,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "organisme", "attendu"),
    [
        (Role.GESTIONNAIRE, "CD62", True),
        (Role.RESPONSABLE, "CD62", True),
        (Role.GESTIONNAIRE, "TM", False),
        (Role.SECRETAIRE, "CD62", False),
        (Role.LECTEUR_ETAT, "DDETS_62", True),
        (Role.AUDITEUR, "DREETS_HDF", True),
        (Role.ADMINISTRATEUR, "CD62", False),
    ],
)
def test_the_list_and_the_file_agree(accord, role, organisme, attendu):
    operation = OperationFactory(enveloppe=EnveloppeFactory(accord=accord))
    personne = habilite(role, organisme)

    assert peut_lire_dossier(personne, operation) is attendu
    assert Operation.objects.with_lecture(personne).get(pk=operation.pk).est_complet is attendu


def test_a_right_elsewhere_takes_nothing_from_a_right_here(accord):
    plie = OrganismeFactory(code="PLIE_LENS_LIEVIN", nature="plie")
    operation = OperationFactory(
        enveloppe=EnveloppeFactory(accord=accord), structure=StructureFactory(accord=accord, organisme=plie)
    )
    personne = habilite(Role.PLIE, plie)
    ailleurs = AccordFactory(slug="autre-accord", parties=["DDETS_80"], chef_de_file=OrganismeFactory(code="CD80"))
    HabilitationFactory(
        utilisateur=personne,
        role=Role.LECTEUR_ETAT,
        organisme=ailleurs.parties.get(organisme__code="DDETS_80").organisme,
    )

    assert peut_lire_dossier(personne, operation)
