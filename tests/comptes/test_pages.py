import csv
import datetime as dt
import io
import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from comptes.enums import Role
from comptes.journal import journal_de
from comptes.models import Utilisateur
from tests.factories import (
    MOT_DE_PASSE,
    AccordFactory,
    HabilitationFactory,
    OrganismeFactory,
    UtilisateurFactory,
    habilite,
)

AILLEURS = "AUTRE"


@pytest.fixture
def administrateur(accord, client):
    personne = habilite(Role.ADMINISTRATEUR, prenom="Ada", nom="Ministre")
    client.force_login(personne)
    return personne


@pytest.fixture
def autre_accord(db):
    return AccordFactory(slug="autre-2021-2027", chef_de_file=OrganismeFactory(code=AILLEURS, nature="oi"), parties=[])


def saisie(**champs):
    return {
        "prenom": "Léa",
        "nom": "Petit",
        "email": "lea.petit@exemple.invalid",
        "organisme": OrganismeFactory(code="CD62").pk,
        "role": Role.GESTIONNAIRE,
        "debut_le": timezone.localdate().isoformat(),
    } | champs


# -- the list


def noms(response):
    return [personne.nom for personne in response.context["page"]]


def test_liste_holds_the_people_of_my_agreements_only(client, administrateur, autre_accord):
    habilite(Role.GESTIONNAIRE, "TM", nom="Ici")
    habilite(Role.GESTIONNAIRE, AILLEURS, nom="Ailleurs")
    UtilisateurFactory(nom="Sans rôle")

    assert noms(client.get(reverse("comptes:utilisateurs"))) == ["Ici", "Ministre"]


@pytest.mark.parametrize(
    ("filtre", "attendus"),
    [
        ("", ["Élan", "Fermé", "Ministre", "Parti"]),
        ("?q=elan", ["Élan"]),
        ("?q=ELAN+chloe", ["Élan"]),
        ("?q=chloé@exemple", []),
        ("?role=secretaire", ["Élan"]),
        ("?role=gestionnaire", ["Élan", "Fermé"]),
        ("?etat=ferme", ["Fermé"]),
        ("?etat=sans_role", ["Parti"]),
        ("?etat=invite&q=fer", []),
        ("?etat=ouvert", ["Élan", "Ministre", "Parti"]),
        ("?tri=-nom", ["Parti", "Ministre", "Fermé", "Élan"]),
        ("?role=nimporte&q=elan", ["Élan"]),
    ],
)
def test_liste_search_filters_and_sort(client, administrateur, filtre, attendus):
    elan = habilite(Role.SECRETAIRE, "TM", prenom="Chloé", nom="Élan")
    HabilitationFactory(utilisateur=elan)
    habilite(Role.GESTIONNAIRE, nom="Fermé", is_active=False)
    HabilitationFactory(
        utilisateur__nom="Parti", debut_le=dt.date(2022, 1, 1), fin_le=timezone.localdate() - dt.timedelta(days=1)
    )

    assert sorted(noms(client.get(reverse("comptes:utilisateurs") + filtre))) == sorted(attendus)


def test_liste_a_role_here_and_an_organisation_there_is_not_a_match(client, administrateur):
    personne = habilite(Role.SECRETAIRE, "TM", nom="Double")
    HabilitationFactory(utilisateur=personne)
    filtre = f"?role=secretaire&organisme={OrganismeFactory(code='CD62').pk}"

    assert noms(client.get(reverse("comptes:utilisateurs") + filtre)) == []


def test_liste_pages(client, administrateur):
    for _ in range(25):
        habilite(Role.GESTIONNAIRE)

    response = client.get(reverse("comptes:utilisateurs") + "?page=2")

    assert (len(response.context["page"]), response.context["page"].paginator.count) == (1, 26)


@pytest.mark.parametrize("combien", [1, 3])
def test_liste_query_count(client, administrateur, combien, django_assert_num_queries):
    for _ in range(combien):
        habilite(Role.GESTIONNAIRE)

    with django_assert_num_queries(8):
        response = client.get(reverse("comptes:utilisateurs"))

    assert len(response.context["page"]) == combien + 1


def test_export_holds_the_filtered_lines(client, administrateur):
    habilite(Role.GESTIONNAIRE, "TM", prenom="Léa", nom="=Petit", email="lea@exemple.invalid")

    response = client.get(reverse("comptes:export_csv") + "?role=gestionnaire")

    lignes = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert len(lignes) == 2
    assert lignes[1] == [
        "'=Petit", "Léa", "lea@exemple.invalid", "ouvert", "", "TM", "Gestionnaire", "2022-01-01", "",
    ]  # fmt: skip


# -- acts


def test_ouvrir_then_the_person_chooses_a_password_and_comes_in(
    client, administrateur, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("comptes:ouvrir"), saisie(), follow=True)
    assert "Compte ouvert. Une invitation part à lea.petit@exemple.invalid." in response.content.decode()
    client.logout()

    lien = re.search(r"http://testserver(/\S+)", mail.outbox[0].body).group(1)
    etape = client.get(lien, follow=True)
    assert etape.status_code == 200
    choisi = client.post(
        etape.request["PATH_INFO"], {"password1": "une-longue-phrase-4", "password2": "une-longue-phrase-4"}
    )
    assert choisi.status_code == 302
    response = client.post(
        reverse("account_login"), {"login": "Lea.Petit@exemple.invalid", "password": "une-longue-phrase-4"}
    )
    assert response.status_code == 302
    assert client.get(reverse("comptes:moi")).status_code == 200

    client.logout()
    assert "Ce lien ne sert plus" in client.get(lien, follow=True).content.decode()


@pytest.mark.parametrize(
    ("champs", "champ", "message"),
    [
        ({"email": "ADA@exemple.invalid"}, "email", "Un compte existe déjà avec cette adresse électronique."),
        ({"role": "auditeur"}, "fin_le", "Donnez la date de fin du mandat d’audit."),
        ({"fin_le": "2020-01-01"}, "fin_le", "Choisissez une date de fin qui ne précède pas le début."),
    ],
)
def test_ouvrir_keeps_what_was_typed(client, administrateur, accord, champs, champ, message):
    if champs.get("role") == Role.AUDITEUR:
        champs = champs | {"organisme": OrganismeFactory(code="DREETS_HDF").pk}
    Utilisateur.objects.filter(pk=administrateur.pk).update(email="ada@exemple.invalid")

    response = client.post(reverse("comptes:ouvrir"), saisie(**champs))

    forms = [response.context["compte"], response.context["habilitation"]]
    assert [dict(form.errors) for form in forms if form.errors] == [{champ: [message]}]
    assert 'value="Petit"' in response.content.decode()
    assert Utilisateur.objects.filter(nom="Petit").count() == 0


def test_ouvrir_for_an_organisation_of_another_agreement_is_refused(client, administrateur, autre_accord):
    response = client.post(reverse("comptes:ouvrir"), saisie(organisme=autre_accord.chef_de_file_id))

    assert list(response.context["habilitation"].errors) == ["organisme"]
    assert Utilisateur.objects.filter(nom="Petit").count() == 0


def test_ouvrir_for_someone_of_another_agreement_gives_the_role_to_their_account(client, administrateur, autre_accord):
    connue = habilite(Role.GESTIONNAIRE, AILLEURS, prenom="Zoé", nom="Ailleurs", email="zoe@exemple.invalid")

    response = client.post(reverse("comptes:ouvrir"), saisie(email="Zoe@exemple.invalid"), follow=True)

    assert "Zoé Ailleurs avait déjà un compte pour un autre accord" in response.content.decode()
    assert connue.habilitations.filter(organisme__code="CD62").count() == 1
    assert mail.outbox == []
    assert not Utilisateur.objects.filter(nom="Petit").exists()


def test_modifier(client, administrateur):
    personne = habilite(Role.GESTIONNAIRE, prenom="Lea", nom="Petit", email="lea@exemple.invalid")
    url = reverse("comptes:modifier", args=[personne.pk])
    vu = client.get(url).context["form"]["vu"].value()

    response = client.post(url, {"prenom": "Léa", "nom": "Petit", "email": "lea.petit@exemple.invalid", "vu": vu})

    assert response.status_code == 302
    personne.refresh_from_db()
    assert (personne.prenom, personne.email) == ("Léa", "lea.petit@exemple.invalid")


def test_modifier_a_stale_form_shows_both_then_replaces(client, administrateur):
    personne = habilite(Role.GESTIONNAIRE, prenom="Léa", nom="Petit", email="lea@exemple.invalid")
    url = reverse("comptes:modifier", args=[personne.pk])
    saisi = {"prenom": "Léa", "nom": "Grand", "email": "lea@exemple.invalid"}
    vu = client.get(url).context["form"]["vu"].value()
    Utilisateur.objects.filter(pk=personne.pk).update(nom="Petit-Roux")

    response = client.post(url, saisi | {"vu": vu})

    contenu = response.content.decode()
    assert "Léa Petit-Roux, lea@exemple.invalid" in contenu
    assert 'value="Grand"' in contenu
    assert client.post(url, saisi | {"vu": response.context["form"]["vu"].value()}).status_code == 302
    personne.refresh_from_db()
    assert personne.nom == "Grand"


def test_fermer_signs_the_person_out_at_once(client, administrateur, django_user_model):
    personne = habilite(Role.GESTIONNAIRE)
    sienne = type(client)()
    sienne.force_login(personne)
    assert sienne.get(reverse("comptes:moi")).status_code == 200

    client.post(reverse("comptes:fermer", args=[personne.pk]), {"motif": "Départ"})

    assert sienne.get(reverse("comptes:moi")).status_code == 302
    assert sienne.post(
        reverse("account_login"), {"login": personne.email, "password": MOT_DE_PASSE}
    ).wsgi_request.user.is_anonymous


def test_fermer_without_a_reason_says_so(client, administrateur):
    personne = habilite(Role.GESTIONNAIRE)

    response = client.post(reverse("comptes:fermer", args=[personne.pk]), {"motif": " "})

    assert response.context["form"].errors == {"motif": ["Dites pourquoi ce compte est fermé."]}


def test_rouvrir_and_inviter(client, administrateur, django_capture_on_commit_callbacks):
    personne = habilite(Role.GESTIONNAIRE, is_active=False, email="lea@exemple.invalid")

    refus = client.post(reverse("comptes:inviter", args=[personne.pk]), follow=True)
    assert "Ce compte est fermé." in refus.content.decode()
    client.post(reverse("comptes:rouvrir", args=[personne.pk]))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("comptes:inviter", args=[personne.pk]))

    assert [message.to for message in mail.outbox] == [["lea@exemple.invalid"]]
    assert [ligne.acte for ligne in journal_de(personne)] == ["invitation_envoyee", "compte_rouvert"]


def test_accorder_then_clore(client, administrateur):
    personne = habilite(Role.GESTIONNAIRE)
    organisme = OrganismeFactory(code="TM")
    champs = saisie(role=Role.SECRETAIRE, organisme=organisme.pk, motif="Remplacement")

    client.post(reverse("comptes:accorder", args=[personne.pk]), champs)
    h = personne.habilitations.get(role=Role.SECRETAIRE)
    page = client.get(reverse("comptes:utilisateur", args=[personne.pk])).content.decode()
    assert "Motif\u00a0: Remplacement" in page
    assert f"{h.get_role_display()}, {organisme.nom_court}, à partir du" in page

    aujourdhui, hier = timezone.localdate(), timezone.localdate() - dt.timedelta(days=1)
    url = reverse("comptes:clore", args=[personne.pk, h.pk])
    page = client.post(url, {"fin_le": aujourdhui.isoformat()}, follow=True).content.decode()
    assert "Fin enregistrée pour le rôle" in page
    h.refresh_from_db()
    assert h.fin_le == aujourdhui
    page = client.post(url, {"fin_le": hier.isoformat()}, follow=True).content.decode()
    assert "Rôle retiré\u00a0:" in page
    assert not personne.habilitations.filter(role=Role.SECRETAIRE).exists()


def test_accorder_twice_says_why_above_the_form(client, administrateur):
    personne = habilite(Role.GESTIONNAIRE)

    response = client.post(reverse("comptes:accorder", args=[personne.pk]), saisie())

    assert response.context["form"].non_field_errors() == ["Cette personne a déjà ce rôle sur cette période."]


# -- who may


def test_someone_of_another_agreement_is_a_404(client, administrateur, autre_accord):
    personne = habilite(Role.GESTIONNAIRE, AILLEURS)
    h = personne.habilitations.get()

    for nom in ("utilisateur", "modifier", "fermer", "accorder"):
        assert client.get(reverse(f"comptes:{nom}", args=[personne.pk])).status_code == 404
    assert client.get(reverse("comptes:clore", args=[personne.pk, h.pk])).status_code == 404


def test_someone_shared_with_another_agreement_keeps_an_identity_I_cannot_change(client, administrateur, autre_accord):
    personne = habilite(Role.GESTIONNAIRE)
    ailleurs = HabilitationFactory(utilisateur=personne, organisme=autre_accord.chef_de_file)

    page = client.get(reverse("comptes:utilisateur", args=[personne.pk])).content.decode()
    assert "travaille aussi pour un autre accord" in page
    assert ailleurs.organisme.nom not in page
    assert client.get(reverse("comptes:accorder", args=[personne.pk])).status_code == 200
    assert client.get(reverse("comptes:clore", args=[personne.pk, ailleurs.pk])).status_code == 404
    for nom in ("modifier", "fermer"):
        assert client.post(reverse(f"comptes:{nom}", args=[personne.pk]), {"motif": "x"}).status_code == 403
    personne.refresh_from_db()
    assert personne.is_active


def test_my_own_account(client, administrateur):
    h = administrateur.habilitations.get()

    assert client.get(reverse("comptes:modifier", args=[administrateur.pk])).status_code == 200
    for url in (
        reverse("comptes:fermer", args=[administrateur.pk]),
        reverse("comptes:accorder", args=[administrateur.pk]),
        reverse("comptes:clore", args=[administrateur.pk, h.pk]),
    ):
        assert client.post(url, saisie()).status_code == 403
    administrateur.refresh_from_db()
    assert administrateur.is_active


def test_a_technical_account_is_out_of_reach(client, administrateur):
    personne = habilite(Role.GESTIONNAIRE, is_superuser=True)

    assert client.get(reverse("comptes:modifier", args=[personne.pk])).status_code == 403


def test_an_auditor_here_who_administers_there_only_reads_here(client, accord, autre_accord):
    personne = habilite(Role.AUDITEUR, "DREETS_HDF")
    HabilitationFactory(utilisateur=personne, organisme=autre_accord.chef_de_file, role=Role.ADMINISTRATEUR)
    ici = habilite(Role.GESTIONNAIRE)
    client.force_login(personne)

    assert client.get(reverse("comptes:utilisateur", args=[ici.pk])).status_code == 200
    assert client.get(reverse("comptes:clore", args=[ici.pk, ici.habilitations.get().pk])).status_code == 403
    assert client.get(reverse("comptes:accorder", args=[ici.pk])).status_code == 403


def test_moi_says_my_roles_in_force(client, accord):
    personne = habilite(Role.SECRETAIRE, "TM")
    HabilitationFactory(utilisateur=personne, debut_le=dt.date(2020, 1, 1), fin_le=dt.date(2020, 12, 31))
    client.force_login(personne)

    page = client.get(reverse("comptes:moi")).content.decode()

    assert "Secrétaire des comités" in page
    assert "Organisme CD62" not in page
