import datetime as dt

import pytest
from django.db import IntegrityError

from comptes.enums import Role
from tests.factories import HabilitationFactory, OrganismeFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db
JOUR = dt.date(2026, 1, 1)


def test_habilitation_sans_chevauchement():
    h = HabilitationFactory(debut_le=JOUR, fin_le=dt.date(2026, 6, 30))

    with pytest.raises(IntegrityError, match="habilitation_sans_chevauchement"):
        HabilitationFactory(utilisateur=h.utilisateur, organisme=h.organisme, debut_le=dt.date(2026, 6, 30))


def test_habilitation_sans_chevauchement_without_an_end():
    h = HabilitationFactory(debut_le=JOUR)

    with pytest.raises(IntegrityError, match="habilitation_sans_chevauchement"):
        HabilitationFactory(utilisateur=h.utilisateur, organisme=h.organisme, debut_le=dt.date(2040, 1, 1))


def test_same_role_elsewhere_or_another_role_here_overlaps_freely():
    h = HabilitationFactory(debut_le=JOUR)
    HabilitationFactory(utilisateur=h.utilisateur, organisme=OrganismeFactory(code="TM"), debut_le=JOUR)
    HabilitationFactory(utilisateur=h.utilisateur, organisme=h.organisme, role=Role.SECRETAIRE, debut_le=JOUR)

    assert h.utilisateur.habilitations.count() == 3


def test_habilitation_auditeur_datee():
    with pytest.raises(IntegrityError, match="habilitation_auditeur_datee"):
        HabilitationFactory(role=Role.AUDITEUR, debut_le=JOUR, fin_le=None)


def test_habilitation_fin_apres_debut():
    with pytest.raises(IntegrityError, match="habilitation_fin_apres_debut"):
        HabilitationFactory(debut_le=JOUR, fin_le=dt.date(2025, 12, 31))


def test_utilisateur_email_unique_sans_casse():
    UtilisateurFactory(email="lea@exemple.invalid")

    with pytest.raises(IntegrityError, match="utilisateur_email_unique_sans_casse"):
        UtilisateurFactory(email="LEA@exemple.invalid")


@pytest.mark.parametrize("code", ["cd62", "CD 62", "CD-62", ""])
def test_organisme_code_en_capitales(code):
    with pytest.raises(IntegrityError, match="organisme_code_en_capitales"):
        OrganismeFactory(code=code)


def test_organisme_pas_son_propre_parent():
    organisme = OrganismeFactory()
    organisme.parent = organisme

    with pytest.raises(IntegrityError, match="organisme_pas_son_propre_parent"):
        organisme.save()
