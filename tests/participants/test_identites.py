"""Identities: closed in the base, shown and written down, emptied in time, handed over."""

import base64
import datetime as dt
import io
import logging
import subprocess

import pytest
from django.core.management import call_command
from django.db import connection
from django.forms.models import model_to_dict
from django.urls import reverse

from comptes.enums import Role
from comptes.models import JournalAudit
from operations.enums import Statut
from operations.models import Convention, Operation
from participants.chiffrement import CleAbsente
from participants.models import CompteurIndicateur, ConsultationIdentite, DoublonPresume, Identite, Participation
from participants.services import enregistrer_fiche
from participants.services.conservation import purger_identites, recalculer_empreintes, tourner_cles
from participants.services.identites import ouvrir_identite
from tests.factories import EnveloppeFactory, OperationFactory, OrganismeFactory, ParametreFactory, habilite

CLAIR = {
    "nom": "Dréfoubard",
    "prenom": "Clobine",
    "date_naissance": "1984-03-12",
    "commune_naissance": "Gnozeauville",
    "adresse": "3 rue du Quetmar",
    "telephone": "0600000042",
    "courriel": "clobine@essai.invalid",
    "referent": "Vartnou",
}
SECRETS = [*CLAIR.values(), "12 mars 1984", "12/03/1984"]


@pytest.fixture
def operation(accord):
    return OperationFactory(enveloppe=EnveloppeFactory(accord=accord), programmee=True)


@pytest.fixture
def operation_tm(accord):
    enveloppe = EnveloppeFactory(accord=accord, code="FSE_TM", organisme=OrganismeFactory(code="TM"))
    return OperationFactory(enveloppe=enveloppe, programmee=True)


def saisir(operation, auteur, clair=CLAIR, pseudonyme="P-1") -> Participation:
    fiche = Participation(
        operation=Operation.objects.get(pk=operation.pk),
        pseudonyme=pseudonyme,
        entree_le=dt.date(2026, 3, 2),
        sexe="F",
        statut_emploi="chomeur",
        niveau_diplome="CITE_0_2",
    )
    return enregistrer_fiche(fiche, auteur=auteur, identite=clair)


def url(nom, fiche) -> str:
    return reverse(f"participants:{nom}", args=[fiche.operation.accord.slug, fiche.operation.numero, fiche.pk])


# -- in the base


def test_a_dump_holds_nothing_in_clear(operation, operation_tm, gestionnaire, gestionnaire_tm, client):
    fiche = saisir(operation, gestionnaire)
    saisir(operation_tm, gestionnaire_tm)
    client.force_login(gestionnaire)
    client.post(url("identite", fiche))
    client.post(url("droit_acces", fiche), {"motif": "Courrier du 2 mars"})

    vidage = io.BytesIO()
    with connection.cursor() as curseur:
        for table in connection.introspection.table_names(curseur):
            curseur.copy_expert(f'COPY "{table}" TO STDOUT', vidage)
    octets = vidage.getvalue()
    texte = octets.decode(errors="ignore").lower()

    assert b"P-1" in octets
    assert [secret for secret in SECRETS if secret.lower() in texte] == []
    for secret in SECRETS:  # a closed identity written in hexadecimal, or in base64
        assert secret.encode().hex() not in texte
        assert base64.b64encode(secret.encode()).decode().rstrip("=").lower() not in texte


# -- retention


def archiver(operation, jusqu_au: str | None):
    Operation.objects.filter(pk=operation.pk).update(statut=Statut.ARCHIVEE, statut_depuis_le="2027-01-01")
    Convention.objects.create(
        operation=operation,
        plan=operation.plans.first(),
        auteur=habilite(Role.GESTIONNAIRE),
        debut_le="2026-01-01",
        fin_le="2026-12-31",
        notifiee_le="2026-04-15",
        soldee_le="2026-12-31",
        conservation_jusqu_au=jusqu_au,
    )


def photographier():
    compteurs = sorted(str(model_to_dict(c, exclude="id")) for c in CompteurIndicateur.objects.all())
    fiches = [model_to_dict(f) | {"personne": f.personne} for f in Participation.objects.order_by("pk")]
    return compteurs, fiches, DoublonPresume.objects.en_vigueur().count()


def test_purge_empties_what_is_due_and_changes_no_indicator(operation, operation_tm, gestionnaire, gestionnaire_tm):
    fiche, autre = saisir(operation, gestionnaire), saisir(operation_tm, gestionnaire_tm)
    archiver(operation, "2031-12-31")
    avant = photographier()

    assert purger_identites(dt.date(2031, 12, 31)) == 0
    sortie = io.StringIO()
    call_command("purger_identites", au=dt.date(2032, 1, 1), stdout=sortie)

    assert "échue au 1er\u00a0janvier\u00a02032\u00a0: 1." in sortie.getvalue()
    vide = Identite.objects.get(participation=fiche)
    assert (vide.chiffre, vide.exacte, vide.jetons, vide.purgee_le is None) == (None, None, [], False)
    assert Identite.objects.get(participation=autre).purgee_le is None
    assert photographier() == avant
    assert CompteurIndicateur.objects.get(operation=operation).eeco02 == 1
    ligne = JournalAudit.objects.get(acte="identites_effacees")
    assert (ligne.valeurs["identites"], ligne.objet_libelle) == (1, str(operation))
    assert purger_identites(dt.date(2032, 1, 1)) == 0


@pytest.mark.parametrize(("statut", "effacees"), [(Statut.ABANDONNEE, 1), (Statut.SOLDEE, 0)])
def test_an_operation_that_ended_unpaid_waits_from_its_end(operation, gestionnaire, statut, effacees):
    saisir(operation, gestionnaire)
    ParametreFactory(accord=operation.accord, code="conservation_annees", valeur="5")
    Operation.objects.filter(pk=operation.pk).update(statut=statut, statut_depuis_le="2026-06-01")

    assert purger_identites(dt.date(2031, 12, 31)) == 0
    assert purger_identites(dt.date(2032, 1, 1)) == effacees


# -- keys


def test_a_new_key_closes_everything_again(operation, gestionnaire, settings):
    fiche = saisir(operation, gestionnaire)
    saisir(operation, gestionnaire, CLAIR | {"prenom": "Ebine"}, "P-2")
    ancienne = settings.CLES_IDENTITES
    neuve = f"neuve:{base64.b64encode(bytes(range(32))).decode()}"

    settings.CLES_IDENTITES = [neuve, *ancienne]
    assert ouvrir_identite(fiche) == CLAIR
    sortie = io.StringIO()
    call_command("tourner_cles", stdout=sortie)
    assert "«\u202fneuve\u202f»\u00a0: 2." in sortie.getvalue()
    assert tourner_cles() == 0

    settings.CLES_IDENTITES = [neuve]
    assert ouvrir_identite(fiche) == CLAIR
    settings.CLES_IDENTITES = ancienne
    with pytest.raises(CleAbsente):
        ouvrir_identite(fiche)


def test_new_prints_find_the_same_pairs(operation, operation_tm, gestionnaire, gestionnaire_tm, settings):
    fiche = saisir(operation, gestionnaire)
    saisir(operation_tm, gestionnaire_tm)
    avant = Identite.objects.get(participation=fiche)
    settings.CLE_EMPREINTES = base64.b64encode(bytes(range(32))).decode()

    assert recalculer_empreintes() == 2

    apres = Identite.objects.get(participation=fiche)
    assert apres.exacte != avant.exacte
    assert not set(apres.tolerantes) & set(avant.tolerantes)
    assert DoublonPresume.objects.en_vigueur().count() == 1


# -- shown


def test_an_identity_is_shown_by_post_and_written_down(client, operation, gestionnaire, caplog):
    fiche = saisir(operation, gestionnaire)
    client.force_login(gestionnaire)
    caplog.set_level(logging.DEBUG)

    avant = client.get(url("identite", fiche))
    assert "Dréfoubard" not in avant.content.decode()
    assert not ConsultationIdentite.objects.exists()
    reponse = client.post(url("identite", fiche))

    assert "Dréfoubard" in reponse.content.decode()
    assert "no-store" in reponse["Cache-Control"]
    consultation = ConsultationIdentite.objects.get()
    assert (consultation.auteur, consultation.nature, consultation.participation) == (gestionnaire, "fiche", fiche)
    assert not any(secret in caplog.text for secret in ("foubard", "Clobine", "1984"))


def test_an_identity_asks_for_a_second_factor(client, operation, gestionnaire, settings):
    settings.SECOND_FACTEUR_IDENTITES = True
    fiche = saisir(operation, gestionnaire)
    client.force_login(gestionnaire)

    for nom in ("identite", "droit_acces"):
        reponse = client.post(url(nom, fiche), {"motif": "Courrier"})
        assert reponse.status_code == 403
        assert reverse("mfa_index") in reponse.content.decode()
        assert "Dréfoubard" not in reponse.content.decode()
    assert not ConsultationIdentite.objects.exists()


def test_an_auditor_reads_during_the_mandate_only(client, operation, gestionnaire):
    fiche = saisir(operation, gestionnaire)
    auditeur = habilite(Role.AUDITEUR)
    client.force_login(auditeur)
    assert "Dréfoubard" in client.post(url("identite", fiche)).content.decode()

    auditeur.habilitations.update(fin_le="2024-12-31")
    assert client.post(url("identite", fiche)).status_code == 404


def test_a_search_finds_words_inside_one_body(client, accord, operation, operation_tm, gestionnaire, gestionnaire_tm):
    saisir(operation, gestionnaire)
    saisir(operation_tm, gestionnaire_tm, CLAIR | {"prenom": "Ebine"}, "T-9")
    client.force_login(gestionnaire)
    page = reverse("participants:recherche", args=[accord.slug])

    def trouvees(**saisie):
        return [fiche.pseudonyme for fiche, _ in client.post(page, saisie).context["trouvees"] or []]

    assert trouvees(mots="DREFOUBARD clobine") == ["P-1"]
    assert trouvees(naissance="1984-03-12") == ["P-1"]
    assert trouvees(mots="drefoubard", naissance="1984-03-13") == []
    assert trouvees(mots="drefou") == []
    assert trouvees() == []
    assert set(ConsultationIdentite.objects.values_list("nature", "participation__pseudonyme")) == {
        ("recherche", "P-1")
    }


def test_who_looked_is_read_by_the_responsable_of_the_body(
    client, accord, operation, operation_tm, gestionnaire, gestionnaire_tm
):
    for quoi, auteur in ((operation, gestionnaire), (operation_tm, gestionnaire_tm)):
        fiche = saisir(quoi, auteur, pseudonyme=f"{quoi.enveloppe.organisme}-9")
        client.force_login(auteur)
        client.post(url("identite", fiche))
    page = reverse("participants:consultations", args=[accord.slug])

    lus = {}
    for user in (habilite(Role.RESPONSABLE), habilite(Role.AUDITEUR)):
        client.force_login(user)
        lus[user] = [c.participation.pseudonyme for c in client.get(page).context["page"]]
    assert list(lus.values()) == [["CD62-9"], ["TM-9", "CD62-9"]]


# -- right of access


def test_the_file_of_a_person_holds_all_that_the_body_holds(
    client, operation, operation_tm, gestionnaire, gestionnaire_tm
):
    fiche = saisir(operation, gestionnaire)
    autre = saisir(OperationFactory(enveloppe=operation.enveloppe, programmee=True), gestionnaire, pseudonyme="P-2")
    ailleurs = saisir(operation_tm, gestionnaire_tm, pseudonyme="T-9")
    client.force_login(gestionnaire)

    refus = client.post(url("droit_acces", fiche), {"motif": " "})
    assert refus["Content-Type"].startswith("text/html")
    nomme = client.post(url("droit_acces", fiche), {"motif": "Lettre de Mme Dréfoubard"})
    assert "sans son nom" in nomme.content.decode()
    assert not ConsultationIdentite.objects.exists()

    reponse = client.post(url("droit_acces", fiche), {"motif": "Courrier du 2 mars"})
    assert reponse["Content-Type"] == "application/pdf"
    assert "no-store" in reponse["Cache-Control"]
    lu = subprocess.run(["pdftotext", "-", "-"], input=reponse.content, capture_output=True, check=True)
    texte = lu.stdout.decode()
    assert all(mot in texte for mot in ("Dréfoubard", "clobine@essai.invalid", "P-1", "P-2", autre.operation.numero))
    assert ailleurs.operation.numero not in texte
    assert "T-9" not in texte
    assert set(ConsultationIdentite.objects.values_list("nature", "motif", "participation")) == {
        ("droit_acces", "Courrier du 2 mars", fiche.pk),
        ("droit_acces", "Courrier du 2 mars", autre.pk),
    }
