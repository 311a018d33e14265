import datetime as dt

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from comptes.enums import NATURES_DU_ROLE, NatureOrganisme, Role
from comptes.journal import journal_de
from comptes.models import Habilitation, Utilisateur
from comptes.services import (
    accorder_habilitation,
    clore_habilitation,
    fermer_compte,
    identite,
    inviter,
    modifier_compte,
    ouvrir_compte,
    rouvrir_compte,
)
from tests.concurrence import au_moment_de
from tests.factories import HabilitationFactory, OrganismeFactory, UtilisateurFactory, habilite

SITE = "https://accord.exemple.invalid/"


@pytest.fixture
def administrateur(db):
    return habilite(Role.ADMINISTRATEUR)


def jour(decalage: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=decalage)


def nouvelle(role=Role.GESTIONNAIRE, **champs) -> Habilitation:
    return Habilitation(organisme=OrganismeFactory(code="CD62"), role=role, debut_le=jour(0), **champs)


def test_ouvrir_compte_sends_the_link_and_writes_one_line(administrateur, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        personne = ouvrir_compte(
            utilisateur=Utilisateur(prenom="Léa", nom="Petit", email="Lea.Petit@Exemple.invalid"),
            habilitation=nouvelle(motif="Lettre de mission"),
            auteur=administrateur,
            site=SITE,
        )

    personne.refresh_from_db()
    assert personne.email == "lea.petit@exemple.invalid"
    assert not personne.has_usable_password()
    assert personne.has_role(Role.GESTIONNAIRE)
    ligne = journal_de(personne).get()
    assert (ligne.acte, ligne.auteur, ligne.motif) == ("compte_ouvert", administrateur, "Lettre de mission")
    assert ligne.valeurs == {
        "email": "lea.petit@exemple.invalid",
        "role": "Gestionnaire",
        "organisme": "CD62",
        "debut_le": jour(0).isoformat(),
        "fin_le": None,
    }
    courriel = mail.outbox[0]
    assert courriel.to == ["lea.petit@exemple.invalid"]
    assert courriel.subject == "[Accord-cadre] Votre compte est ouvert"
    assert f"{SITE}mot-de-passe/nouveau/" in courriel.body


def test_ouvrir_compte_refused_writes_nothing(administrateur, django_capture_on_commit_callbacks):
    UtilisateurFactory(email="lea@exemple.invalid")

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ValidationError) as refus:
        ouvrir_compte(
            utilisateur=Utilisateur(prenom="Léa", nom="Petit", email="LEA@exemple.invalid"),
            habilitation=nouvelle(),
            auteur=administrateur,
            site=SITE,
        )

    assert list(refus.value.error_dict) == ["email"]
    assert Utilisateur.objects.filter(nom="Petit").count() == 0
    assert mail.outbox == []


def test_inviter_someone_who_already_signed_in_is_refused(administrateur):
    personne = UtilisateurFactory(last_login=timezone.now())

    with pytest.raises(ValidationError) as refus:
        inviter(personne, auteur=administrateur, site=SITE)

    assert refus.value.code == "connu"


def test_inviter_a_closed_account_is_refused(administrateur):
    with pytest.raises(ValidationError) as refus:
        inviter(UtilisateurFactory(is_active=False), auteur=administrateur, site=SITE)

    assert refus.value.code == "ferme"


def test_modifier_compte_says_before_and_after(administrateur):
    personne = UtilisateurFactory(prenom="Lea", nom="Petit", email="lea@exemple.invalid")

    modifier_compte(
        personne, prenom="Léa", nom="Petit", email="Lea@exemple.invalid", vu=identite(personne), auteur=administrateur
    )

    assert journal_de(personne).get().valeurs == {"prenom": {"avant": "Lea", "apres": "Léa"}}


def test_a_new_address_is_told_to_the_old_one(administrateur, django_capture_on_commit_callbacks):
    personne = UtilisateurFactory(prenom="Léa", nom="Petit", email="lea@exemple.invalid")
    champs = {"prenom": "Léa", "nom": "Petit", "auteur": administrateur}

    with django_capture_on_commit_callbacks(execute=True):
        modifier_compte(personne, email="lea.petit@exemple.invalid", vu=identite(personne), **champs)

    [courriel] = mail.outbox
    assert courriel.to == ["lea@exemple.invalid"]
    assert courriel.subject == "[Accord-cadre] L’adresse électronique de votre compte a changé"
    assert courriel.body.startswith("Bonjour Léa Petit,")
    assert "lea.petit@exemple.invalid" not in courriel.body
    assert journal_de(personne).get().valeurs == {
        "email": {"avant": "lea@exemple.invalid", "apres": "lea.petit@exemple.invalid"}
    }


def test_a_new_name_is_told_to_nobody(administrateur, django_capture_on_commit_callbacks):
    personne = UtilisateurFactory(prenom="Lea", nom="Petit", email="lea@exemple.invalid")
    champs = {"nom": "Petit", "email": "lea@exemple.invalid", "vu": identite(personne), "auteur": administrateur}

    with django_capture_on_commit_callbacks(execute=True):
        modifier_compte(personne, prenom="Léa", **champs)

    assert mail.outbox == []


def test_modifier_compte_from_a_stale_form_is_refused(administrateur):
    personne = UtilisateurFactory(prenom="Léa", nom="Petit", email="lea@exemple.invalid")
    vu = identite(personne)
    Utilisateur.objects.filter(pk=personne.pk).update(nom="Petit-Roux")

    with pytest.raises(ValidationError, match=r"Léa Petit-Roux, lea@exemple\.invalid") as refus:
        modifier_compte(personne, prenom="Léa", nom="Grand", email="lea@exemple.invalid", vu=vu, auteur=administrateur)

    assert refus.value.code == "perime"


def test_fermer_then_rouvrir(administrateur):
    personne = UtilisateurFactory()

    fermer_compte(personne, auteur=administrateur, motif="Départ")
    personne.refresh_from_db()
    assert not personne.is_active

    rouvrir_compte(personne, auteur=administrateur)
    personne.refresh_from_db()
    assert personne.is_active
    assert [ligne.acte for ligne in journal_de(personne)] == ["compte_rouvert", "compte_ferme"]


@pytest.mark.parametrize(("champs", "motif", "code"), [({"is_active": False}, "Départ", "ferme"), ({}, "  ", "motif")])
def test_fermer_refused(administrateur, champs, motif, code):
    with pytest.raises(ValidationError) as refus:
        fermer_compte(UtilisateurFactory(**champs), auteur=administrateur, motif=motif)

    assert refus.value.code == code


def test_rouvrir_an_open_account_is_refused(administrateur):
    with pytest.raises(ValidationError) as refus:
        rouvrir_compte(UtilisateurFactory(), auteur=administrateur)

    assert refus.value.code == "ouvert"


def test_nobody_closes_their_own_account(administrateur):
    with pytest.raises(ValidationError) as refus:
        fermer_compte(administrateur, auteur=administrateur, motif="Départ")

    assert refus.value.code == "soi_meme"


def test_nobody_gives_themselves_a_role(administrateur):
    habilitation = nouvelle(role=Role.RESPONSABLE, utilisateur=administrateur)

    with pytest.raises(ValidationError) as refus:
        accorder_habilitation(habilitation, auteur=administrateur)

    assert refus.value.code == "soi_meme"


def test_nobody_ends_their_own_administrator_role(administrateur):
    with pytest.raises(ValidationError) as refus:
        clore_habilitation(administrateur.habilitations.get(), auteur=administrateur, fin_le=jour(0))

    assert refus.value.code == "soi_meme"
    assert administrateur.habilitations.get().fin_le is None


def test_accorder_a_role_already_held_that_day_is_refused(administrateur):
    h = HabilitationFactory(debut_le=jour(-10), fin_le=jour(5))

    with pytest.raises(ValidationError, match="Cette personne a déjà ce rôle sur cette période"):
        accorder_habilitation(
            Habilitation(utilisateur=h.utilisateur, organisme=h.organisme, role=h.role, debut_le=jour(5)),
            auteur=administrateur,
        )


def test_accorder_the_day_after_the_end(administrateur):
    h = HabilitationFactory(debut_le=jour(-10), fin_le=jour(5))

    suite = accorder_habilitation(
        Habilitation(utilisateur=h.utilisateur, organisme=h.organisme, role=h.role, debut_le=jour(6)),
        auteur=administrateur,
    )

    assert journal_de(h.utilisateur).get().valeurs["debut_le"] == suite.debut_le.isoformat()


@pytest.mark.parametrize(("fin", "en_vigueur"), [(-1, False), (0, True), (3, True)])
def test_clore_habilitation(administrateur, fin, en_vigueur):
    h = HabilitationFactory(debut_le=jour(-10))

    clore_habilitation(h, auteur=administrateur, fin_le=jour(fin), motif="Mutation")

    h.refresh_from_db()
    assert h.fin_le == jour(fin)
    assert Habilitation.objects.en_vigueur().filter(pk=h.pk).exists() is en_vigueur
    ligne = journal_de(h.utilisateur).get()
    assert (ligne.acte, ligne.motif, ligne.valeurs["fin_le"]) == ("role_clos", "Mutation", jour(fin).isoformat())


@pytest.mark.parametrize(
    ("debut", "fin_prevue", "fin", "code"),
    [
        (-10, None, -2, "fin_passee"),
        (-10, -1, 0, "termine"),
        (-10, 5, 6, "fin_repoussee"),
    ],
)
def test_clore_refused(administrateur, debut, fin_prevue, fin, code):
    h = HabilitationFactory(debut_le=jour(debut), fin_le=jour(fin_prevue) if fin_prevue is not None else None)

    with pytest.raises(ValidationError) as refus:
        clore_habilitation(h, auteur=administrateur, fin_le=jour(fin))

    assert refus.value.code == code


@pytest.mark.parametrize(("debut", "fin"), [(10, 0), (0, -1)])
def test_clore_a_role_before_its_first_day_is_over_takes_it_away(administrateur, debut, fin):
    h = HabilitationFactory(debut_le=jour(debut))

    assert clore_habilitation(h, auteur=administrateur, fin_le=jour(fin)) is None

    assert not Habilitation.objects.filter(pk=h.pk).exists()
    assert journal_de(h.utilisateur).get().acte == "role_retire"


@pytest.mark.django_db(transaction=True)
def test_two_people_open_the_same_account_at_once():
    auteur = habilite(Role.ADMINISTRATEUR)

    def ouvrir(email):
        ouvrir_compte(
            utilisateur=Utilisateur(prenom="Léa", nom="Petit", email=email),
            habilitation=nouvelle(),
            auteur=auteur,
            site=SITE,
        )

    with (
        au_moment_de('INSERT INTO "comptes_utilisateur"', lambda: ouvrir("lea@exemple.invalid")),
        pytest.raises(ValidationError) as refus,
    ):
        ouvrir("lea@exemple.invalid")

    assert refus.value.message_dict == {"email": ["Un compte existe déjà avec cette adresse électronique."]}
    assert Utilisateur.objects.filter(nom="Petit").count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_accounts_take_the_same_address_at_once():
    premier, second = UtilisateurFactory(prenom="Léa", nom="Petit"), UtilisateurFactory(prenom="Léa", nom="Petit")

    def renommer(personne):
        vu = identite(personne)
        modifier_compte(personne, prenom="Léa", nom="Petit", email="lea@exemple.invalid", vu=vu, auteur=None)

    with (
        au_moment_de('UPDATE "comptes_utilisateur"', lambda: renommer(premier)),
        pytest.raises(ValidationError) as refus,
    ):
        renommer(second)

    assert list(refus.value.message_dict) == ["email"]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("nature", NatureOrganisme)
def test_a_role_is_only_for_a_body_of_its_kind(administrateur, role, nature):
    organisme = OrganismeFactory(code="CD99", nature=nature)
    habilitation = Habilitation(
        utilisateur=UtilisateurFactory(),
        organisme=organisme,
        role=role,
        debut_le=dt.date(2026, 1, 1),
        fin_le=dt.date(2030, 1, 1),
    )

    if nature in NATURES_DU_ROLE[role]:
        accorder_habilitation(habilitation, auteur=administrateur)
    else:
        with pytest.raises(ValidationError, match="de nature") as refus:
            accorder_habilitation(habilitation, auteur=administrateur)
        assert list(refus.value.message_dict) == ["role"]
