"""Entering a record in a browser, correcting it, taking it back; what is typed of a person stays behind the wall."""

import datetime as dt

import pytest
from django.urls import reverse

from comptes.models import JournalAudit
from participants.compteurs import verifier_compteurs
from participants.enums import CodeEntites
from participants.models import ConsultationIdentite, EntitesSoutenues, Identite, Participation
from participants.services import annuler_fiche, enregistrer_fiche
from participants.services.identites import ouvrir_identite
from tests.factories import (
    CommuneFactory,
    EnveloppeFactory,
    FondsFactory,
    OperationFactory,
    ParticipationFactory,
    UtilisateurFactory,
)

NOM = "Delattre-Vasseur"
IDENTITE = {"nom": NOM, "prenom": "Marie", "date_naissance": "1990-04-12", "telephone": "03 21 00 00 00"}
SAISIE = {
    "pseudonyme": "P0001",
    "entree_le": "2026-03-02",
    "sexe": "F",
    "statut_emploi": "chomeur",
    "duree_chomage_mois": "14",
    "niveau_diplome": "CITE_0_2",
    "minorite": "nsp",
}


@pytest.fixture
def operation(accord):
    return OperationFactory(enveloppe=EnveloppeFactory(accord=accord), programmee=True)


@pytest.fixture
def entree(client, gestionnaire):
    client.force_login(gestionnaire)
    return client


@pytest.fixture
def fiche(operation):
    fiche = ParticipationFactory.build(operation=operation, pseudonyme="P0001", brsa="oui")
    return enregistrer_fiche(fiche, auteur=UtilisateurFactory(), identite=IDENTITE)


def url(nom, operation, *reste):
    return reverse(f"participants:{nom}", args=[operation.accord.slug, operation.numero, *reste])


def corriger(fiche, **champs):
    """What the page of correction sends: the record as it is, but for these."""
    noms = ["pseudonyme", "entree_le", "sexe", "statut_emploi", "niveau_diplome", "brsa", "version"]
    return {nom: getattr(fiche, nom) or "" for nom in noms} | champs


def erreurs(reponse):
    return {champ: list(textes) for form in reponse.context["formulaires"] for champ, textes in form.errors.items()}


# -- entry


def test_a_person_is_entered_with_the_identity_apart(entree, operation):
    reponse = entree.post(url("saisir", operation), SAISIE | IDENTITE)

    fiche = Participation.objects.get()
    assert reponse["Location"] == fiche.get_absolute_url()
    assert (fiche.age_entree, fiche.statut_emploi, fiche.duree_chomage_mois) == (35, "chomeur", 14)
    assert ouvrir_identite(fiche) == IDENTITE
    assert NOM.encode() not in bytes(fiche.identite.chiffre)
    assert verifier_compteurs() == []
    assert JournalAudit.objects.get(objet_type="participants.participation").acte == "fiche_saisie"


def test_the_next_person_comes_with_the_next_number_and_the_same_day(entree, operation):
    reponse = entree.post(url("saisir", operation), SAISIE | IDENTITE | {"suivante": "oui"}, follow=True)

    form = reponse.context["form"]
    assert (form.initial["pseudonyme"], form.initial["entree_le"]) == ("P0002", dt.date(2026, 3, 2))
    assert reponse.context["identite"].initial["nom"] == ""
    assert NOM not in reponse.content.decode()
    assert NOM not in reponse.redirect_chain[0][0]


def test_an_incomplete_record_is_kept_and_said(entree, operation):
    reponse = entree.post(url("saisir", operation), {"pseudonyme": "P0001", "entree_le": "2026-03-02"}, follow=True)

    dits = [str(message) for message in reponse.context["messages"]]
    assert "Fiche P0001 enregistrée." in dits
    assert any("date de naissance, sexe, situation face à l’emploi, diplôme" in texte for texte in dits)
    assert any("donnez au moins un référent" in texte for texte in dits)
    assert Participation.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "champ"),
    [
        ({"entree_le": ""}, "entree_le"),
        ({"entree_le": "2099-01-01"}, "entree_le"),
        ({"date_naissance": "2026-03-03"}, "date_naissance"),
        ({"date_naissance": "1899-12-31"}, "date_naissance"),
        ({"date_naissance": "2099-12-31"}, "date_naissance"),
        ({"statut_emploi": "emploi"}, "duree_chomage_mois"),
        ({"duree_chomage_mois": "-1"}, "duree_chomage_mois"),
        ({"courriel": "marie"}, "courriel"),
        ({"telephone": "03"}, "telephone"),
        ({"code_qpv": "62498"}, "code_qpv"),
        ({"code_insee": "Atlantide"}, "code_insee"),
        ({"pseudonyme": "Marie D"}, "pseudonyme"),
    ],
)
def test_what_is_refused_is_said_beside_its_field_and_nothing_is_lost(entree, operation, change, champ):
    reponse = entree.post(url("saisir", operation), SAISIE | IDENTITE | change)

    assert list(erreurs(reponse)) in ([champ], ["__all__"])
    assert NOM in reponse.content.decode()
    assert not Participation.objects.exists()
    assert not Identite.objects.exists()


def test_an_identifier_already_taken_names_the_free_one(entree, operation, fiche):
    reponse = entree.post(url("saisir", operation), SAISIE)

    assert erreurs(reponse) == {
        "pseudonyme": ["Cette opération a déjà une fiche P0001. Le numéro P0002 est libre."],
    }


@pytest.mark.parametrize(
    ("connus", "propose"),
    [
        ([], "P0001"),
        (["P0001", "P0003"], "P0004"),
        (["P0009", "lot-2/098", "lot-2/099"], "lot-2/100"),
        (["P0002", "sans-numero"], "P0003"),
        (["P9999"], "P10000"),
    ],
)
def test_the_identifier_that_is_proposed(entree, operation, connus, propose):
    for connu in connus:
        ParticipationFactory(operation=operation, pseudonyme=connu)

    assert entree.get(url("saisir", operation)).context["form"].initial["pseudonyme"] == propose


@pytest.mark.parametrize("saisie", ["Lens", "lens", "62498", "Lens (62498)"])
def test_a_commune_by_its_name_or_its_code(entree, operation, saisie):
    CommuneFactory(nom="Lens", code_insee="62498")

    entree.post(url("saisir", operation), SAISIE | {"code_insee": saisie})

    assert Participation.objects.get().code_insee == "62498"


def test_two_communes_of_one_name_are_told_apart_by_their_code(entree, operation):
    CommuneFactory(nom="Saint-Martin", code_insee="62759")
    CommuneFactory(nom="Saint-Martin", code_insee="62760")

    reponse = entree.post(url("saisir", operation), SAISIE | {"code_insee": "saint-martin"})

    assert "62759, 62760" in erreurs(reponse)["code_insee"][0]


def test_a_neighbourhood_says_that_it_was_declared(entree, operation):
    entree.post(url("saisir", operation), SAISIE | {"code_qpv": "qn 062 01a"})

    fiche = Participation.objects.get()
    assert (fiche.code_qpv, fiche.source_qpv) == ("QN06201A", "declare")


def test_the_ftj_does_not_ask_the_sensitive_questions(entree, operation):
    ftj = OperationFactory(
        enveloppe=EnveloppeFactory(accord=operation.accord, code="FTJ_CD62", fonds=FondsFactory(code="FTJ")),
        programmee=True,
    )

    entree.post(url("saisir", ftj), SAISIE)

    assert entree.get(url("saisir", ftj)).context["sensibles"] == []
    assert Participation.objects.get().minorite == ""


@pytest.mark.parametrize("nom", ["saisir", "corriger", "sortie", "corriger_identite"])
def test_nothing_of_a_person_is_kept_in_the_browser(entree, operation, fiche, nom):
    reponse = entree.get(url(nom, operation, *([fiche.pk] if nom != "saisir" else [])))

    page = reponse.content.decode()
    assert "data-brouillon" not in page
    if nom in ("saisir", "corriger_identite"):
        assert "no-store" in reponse["Cache-Control"]
    assert 'autocomplete="off"' in page


# -- correction


def test_a_correction_shows_no_identity(entree, operation, fiche):
    page = entree.get(url("corriger", operation, fiche.pk)).content.decode()

    assert NOM not in page
    assert "1990" not in page
    assert not ConsultationIdentite.objects.exists()


def test_a_correction_keeps_the_identity_and_moves_the_counters(entree, operation, fiche):
    entree.post(url("corriger", operation, fiche.pk), corriger(fiche, statut_emploi="inactif"))

    relue = Participation.objects.get()
    assert (relue.statut_emploi, relue.age_entree, relue.version) == ("inactif", 35, 2)
    assert ouvrir_identite(relue) == IDENTITE
    assert verifier_compteurs() == []


def test_a_stale_correction_shows_both_versions_then_a_second_save_is_knowing(entree, operation, fiche):
    autre = Participation.objects.get()
    autre.niveau_diplome = "CITE_5_8"
    enregistrer_fiche(autre, auteur=UtilisateurFactory())
    envoi = corriger(fiche, niveau_diplome="CITE_3_4", sexe="X")

    reponse = entree.post(url("corriger", operation, fiche.pk), envoi)

    ecarts = {ecart["champ"]: (ecart["enregistre"], ecart["saisi"]) for ecart in reponse.context["ecarts"]}
    assert ecarts["niveau_diplome"] == ("Supérieur (CITE 5 à 8)", "CAP, BEP, baccalauréat (CITE 3 ou 4)")
    assert ecarts["sexe"] == ("Femme", "Non binaire")
    assert Participation.objects.get().niveau_diplome == "CITE_5_8"
    version = reponse.context["form"]["version"].value()
    entree.post(url("corriger", operation, fiche.pk), envoi | {"version": version})
    assert Participation.objects.get().niveau_diplome == "CITE_3_4"


def test_a_correction_without_its_version_is_stale(entree, operation, fiche):
    entree.post(url("corriger", operation, fiche.pk), corriger(fiche, sexe="X", version=""))

    assert Participation.objects.get().sexe == "F"


# -- identity


def test_correcting_an_identity_shows_it_and_writes_that_down(entree, gestionnaire, operation, fiche):
    page = entree.get(url("corriger_identite", operation, fiche.pk)).content.decode()

    assert NOM in page
    consultation = ConsultationIdentite.objects.get()
    assert (consultation.nature, consultation.auteur, consultation.participation) == ("saisie", gestionnaire, fiche)


def test_a_second_factor_is_asked(entree, operation, fiche, settings):
    settings.SECOND_FACTEUR_IDENTITES = True

    reponse = entree.get(url("corriger_identite", operation, fiche.pk))

    assert reponse.status_code == 403
    assert NOM not in reponse.content.decode()
    assert "second facteur" in reponse.content.decode()
    assert not ConsultationIdentite.objects.exists()


def test_a_corrected_birth_date_moves_the_age(entree, operation, fiche):
    envoi = IDENTITE | {"date_naissance": "2000-04-12", "version": fiche.version}

    entree.post(url("corriger_identite", operation, fiche.pk), envoi)

    relue = Participation.objects.get()
    assert (relue.age_entree, ouvrir_identite(relue)["date_naissance"]) == (25, "2000-04-12")
    ligne = JournalAudit.objects.filter(acte="fiche_corrigee").get()
    assert ligne.valeurs == {"champs": ["age_entree", "date_naissance"]}
    assert verifier_compteurs() == []


def test_an_identity_emptied_is_gone(entree, operation, fiche):
    entree.post(url("corriger_identite", operation, fiche.pk), {"version": fiche.version})

    relue = Participation.objects.get()
    assert not Identite.objects.exists()
    assert (relue.age_entree, relue.personne) == (None, None)
    assert verifier_compteurs() == []


def test_the_coordinates_leave_with_the_address(operation, entree, fiche):
    situe = IDENTITE | {"adresse": "1 rue de la Paix", "longitude": "2.83", "latitude": "50.43"}
    fiche = enregistrer_fiche(fiche, auteur=UtilisateurFactory(), identite=situe)
    envoi = IDENTITE | {"adresse": "1 rue de la Paix", "version": fiche.version, "telephone": "06 00 00 00 00"}
    entree.post(url("corriger_identite", operation, fiche.pk), envoi)
    assert ouvrir_identite(fiche)["latitude"] == "50.43"

    envoi |= {"adresse": "2 rue de la Gare", "version": fiche.version + 1}
    entree.post(url("corriger_identite", operation, fiche.pk), envoi)
    assert "latitude" not in ouvrir_identite(fiche)


def test_a_stale_identity_shows_both_and_writes_down_that_it_did(entree, operation, fiche):
    enregistrer_fiche(fiche, auteur=UtilisateurFactory(), identite=IDENTITE | {"prenom": "Marie-Anne"})

    reponse = entree.post(url("corriger_identite", operation, fiche.pk), IDENTITE | {"prenom": "Maria", "version": 1})

    assert [(e["enregistre"], e["saisi"]) for e in reponse.context["ecarts"]] == [("Marie-Anne", "Maria")]
    assert ConsultationIdentite.objects.count() == 1
    assert ouvrir_identite(fiche)["prenom"] == "Marie-Anne"


# -- exit, return, undo


def test_an_exit_then_a_return_take_back_its_results(entree, operation, fiche):
    sortie = {"sortie_le": "2026-06-30", "statut_emploi_sortie": "emploi", "type_contrat": "cdi", "version": 1}
    entree.post(url("sortie", operation, fiche.pk), sortie)
    sortie_saisie = Participation.objects.get()
    assert (sortie_saisie.type_contrat, sortie_saisie.version) == ("cdi", 2)

    entree.post(url("retour", operation, fiche.pk), {"version": 2})

    relue = Participation.objects.get()
    assert (relue.sortie_le, relue.type_contrat, relue.statut_emploi_sortie) == (None, "", "")
    assert (relue.entree_le, relue.sortie_saisie_le) == (fiche.entree_le, None)
    actes = JournalAudit.objects.filter(objet_type="participants.participation").order_by("rang")
    assert list(actes.values_list("acte", flat=True)) == ["fiche_saisie", "sortie_saisie", "retour_saisi"]
    assert verifier_compteurs() == []


@pytest.mark.parametrize(
    ("change", "champ"),
    [
        ({"sortie_le": ""}, "sortie_le"),
        ({"sortie_le": "2026-03-01"}, "sortie_le"),
        ({"sortie_le": "2099-01-01"}, "sortie_le"),
        ({"type_contrat": "cdi", "statut_emploi_sortie": "chomeur"}, "type_contrat"),
    ],
)
def test_an_exit_that_cannot_be(entree, operation, fiche, change, champ):
    reponse = entree.post(url("sortie", operation, fiche.pk), {"sortie_le": "2026-06-30", "version": 1} | change)

    assert list(erreurs(reponse)) in ([champ], ["__all__"])
    assert Participation.objects.get().sortie_le is None


def test_a_stale_return_takes_nothing_back(entree, operation, fiche):
    fiche.sortie_le = dt.date(2026, 6, 30)
    enregistrer_fiche(fiche, auteur=UtilisateurFactory())

    entree.post(url("retour", operation, fiche.pk), {"version": 1})

    assert Participation.objects.get().sortie_le == dt.date(2026, 6, 30)


def test_a_record_is_undone_with_a_reason_then_put_back(entree, operation, fiche):
    assert "motif" in entree.post(url("annuler", operation, fiche.pk), {"motif": " "}).context["form"].errors
    entree.post(url("annuler", operation, fiche.pk), {"motif": "Saisie en double"})
    assert Participation.objects.get().annulee_le
    assert entree.get(url("corriger", operation, fiche.pk)).status_code == 302
    page = entree.get(url("fiche", operation, fiche.pk)).content.decode()
    assert "Motif\u00a0: Saisie en double" in page

    entree.post(url("retablir", operation, fiche.pk))

    assert Participation.objects.get().annulee_le is None
    assert verifier_compteurs() == []


def test_what_was_typed_on_a_record_undone_meanwhile_stays(entree, operation, fiche):
    annuler_fiche(fiche, auteur=UtilisateurFactory(), motif="Saisie en double")

    reponse = entree.post(url("corriger", operation, fiche.pk), corriger(fiche, sexe="X"))

    assert "rétablissez-la" in erreurs(reponse)["__all__"][0]
    assert reponse.context["form"]["sexe"].value() == "X"


# -- entities


def test_entities_are_dated_and_journaled_on_the_operation(entree, operation):
    saisie = {"code": CodeEntites.EECO19, "nombre": "12", "constate_le": "2026-06-30"}
    entree.post(url("entites", operation), saisie)
    entree.post(url("entites", operation), saisie | {"nombre": "15", "constate_le": "2026-09-30"})
    entree.post(url("entites", operation), saisie | {"nombre": "13"})

    constats = EntitesSoutenues.objects.order_by("constate_le")
    assert list(constats.values_list("constate_le", "nombre")) == [
        (dt.date(2026, 6, 30), 13),
        (dt.date(2026, 9, 30), 15),
    ]
    assert "15 au 30" in entree.get(url("participants", operation)).content.decode()
    journal = entree.get(reverse("operations:journal", args=[operation.accord.slug, operation.numero]))
    assert "nombre\u00a0: 12 devient 13" in journal.content.decode()


@pytest.mark.parametrize(
    ("change", "champ"),
    [({"nombre": "-1"}, "nombre"), ({"constate_le": "2099-01-01"}, "constate_le"), ({"code": ""}, "code")],
)
def test_entities_that_cannot_be(entree, operation, change, champ):
    saisie = {"code": "EECO19", "nombre": "12", "constate_le": "2026-06-30"}

    reponse = entree.post(url("entites", operation), saisie | change)

    assert list(reponse.context["form"].errors) == [champ]
    assert not EntitesSoutenues.objects.exists()
