import datetime as dt
import hashlib
import subprocess
from decimal import Decimal

import pytest
from django.db.models.signals import post_init
from django.urls import reverse

from comptes.enums import ROLES_OI, Role
from gouvernance.models import DossierSeance, Reunion
from gouvernance.services import ajouter_point, annuler_reunion, modifier_point, modifier_reunion, produire_dossier
from operations.enums import Statut
from operations.models import Operation, PlanFinancement
from tests.factories import (
    AccordFactory,
    ComiteFactory,
    OperationFactory,
    OrganismeFactory,
    PointFactory,
    PointOperationFactory,
    ReunionFactory,
    habilite,
)

from .conftest import AU


@pytest.fixture(autouse=True)
def fichiers(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ouvrir(client, accord):
    """Ask for a page as someone; return the response."""

    def ouvrir(personne, nom, *arguments, donnees=None, suivre=False, **requete):
        client.force_login(personne)
        url = reverse(f"gouvernance:{nom}", args=[accord.slug, *arguments], query=requete or None)
        return client.get(url) if donnees is None else client.post(url, donnees, follow=suivre)

    return ouvrir


# -- who


@pytest.mark.parametrize(
    ("role", "organisme", "statut"),
    [
        (Role.GESTIONNAIRE, "CD62", 200),
        (Role.RESPONSABLE, "TM", 200),
        (Role.LECTEUR_ETAT, "DDETS_62", 200),
        (Role.AGD, "DREETS_HDF", 200),
        (Role.AUDITEUR, "DREETS_HDF", 200),
        (Role.SECRETAIRE, "CD62", 200),
        (Role.ADMINISTRATEUR, "CD62", 404),
        (Role.PLIE, "PLIE_LENS_LIEVIN", 404),
    ],
)
def test_who_reads_a_meeting(ouvrir, reunion, role, organisme, statut):
    personne = habilite(role, organisme)

    assert ouvrir(personne, "comite", "TECHNIQUE").status_code == statut
    assert ouvrir(personne, "reunion", reunion.pk).status_code == statut


def test_a_plie_reads_the_committees_where_it_sits(ouvrir, reunion, plie, accord):
    politique = ReunionFactory(comite=ComiteFactory(accord=accord, code="POLITIQUE"))

    assert ouvrir(plie, "reunion", reunion.pk).status_code == 200
    assert ouvrir(plie, "reunion", politique.pk).status_code == 404
    assert [ligne["comite"] for ligne in ouvrir(plie, "comites").context["comites"]] == [reunion.comite]


def test_comites_are_closed_to_an_administrator(ouvrir):
    assert ouvrir(habilite(Role.ADMINISTRATEUR), "comites").status_code == 403


def test_a_meeting_of_another_agreement_is_not_known(ouvrir, secretaire):
    ailleurs = AccordFactory(slug="ailleurs", chef_de_file=OrganismeFactory(code="CD59"))
    reunion = ReunionFactory(comite=ComiteFactory(accord=ailleurs))

    assert ouvrir(secretaire, "reunion", reunion.pk).status_code == 404
    assert ouvrir(secretaire, "dossier_pdf", reunion.pk).status_code == 404


@pytest.mark.parametrize("role", [Role.GESTIONNAIRE, Role.RESPONSABLE, Role.LECTEUR_ETAT, Role.AGD, Role.AUDITEUR])
def test_only_a_secretary_writes(ouvrir, reunion, accord, role):
    personne = habilite(role, "CD62" if role in ROLES_OI else "DREETS_HDF")
    point = PointFactory(reunion=reunion)

    assert ouvrir(personne, "reunion_creer").status_code == 403
    for nom in ["reunion_modifier", "reunion_annuler", "point_ajouter"]:
        assert ouvrir(personne, nom, reunion.pk).status_code == 403
    for nom in ["point_modifier", "point_supprimer", "point_operations"]:
        assert ouvrir(personne, nom, reunion.pk, point.pk).status_code == 403
    assert ouvrir(personne, "point_deplacer", reunion.pk, point.pk, donnees={}).status_code == 403
    assert ouvrir(personne, "dossier_produire", reunion.pk, donnees={"au": "2026-06-30"}).status_code == 403
    page = ouvrir(personne, "reunion", reunion.pk).content.decode()
    for invitation in ["Ajouter un point", "Proposés par les règles", "Monter le point", "Produire"]:
        assert invitation not in page


# -- a meeting, from its date to its pack


def test_the_secretary_plans_prepares_and_produces(ouvrir, secretaire, comite, instruites):
    reponse = ouvrir(
        secretaire,
        "reunion_creer",
        donnees={"comite": comite.pk, "date": "2026-07-16", "heure_debut": "09:30", "lieu": "Arras"},
        suivre=True,
    )
    reunion = Reunion.objects.get()
    assert "Réunion planifiée le 16\u00a0juillet\u00a02026." in reponse.content.decode()
    assert "L’ordre du jour est vide" in reponse.content.decode()

    ouvrir(secretaire, "point_inscrire", reunion.pk, donnees={"proposition": "operations"})
    page = ouvrir(secretaire, "point_inscrire", reunion.pk, donnees={"proposition": "toutes"}, suivre=True)
    assert [point.titre for point in page.context["points"]][-1] == "Questions diverses"
    assert page.context["propositions"] == []

    page = ouvrir(secretaire, "dossier_produire", reunion.pk, donnees={"au": "2026-06-30"}, suivre=True)
    assert "Version 1 du dossier produite" in page.content.decode()
    assert "chiffres au 30\u00a0juin\u00a02026" in page.content.decode()


def test_hours_follow_from_durations(ouvrir, lecteur_etat, reunion_prete):
    page = ouvrir(lecteur_etat, "reunion", reunion_prete.pk)

    assert [point.heure for point in page.context["points"]] == [dt.time(9, 30), dt.time(9, 50), dt.time(10, 35)]
    assert "3\u00a0points, 1\u00a0h\u00a015, fin à 10\u00a0h\u00a045" in page.content.decode()


INSTRUIT, DEMANDE = "132\u202f900,00\u00a0€", "140\u202f000,00\u00a0€"


@pytest.mark.parametrize(
    ("role", "organisme", "montant"),
    [
        (Role.GESTIONNAIRE, "CD62", INSTRUIT),
        (Role.RESPONSABLE, "CD62", INSTRUIT),
        (Role.LECTEUR_ETAT, "DDETS_62", INSTRUIT),
        (Role.AGD, "DREETS_HDF", INSTRUIT),
        (Role.AUDITEUR, "DREETS_HDF", INSTRUIT),
        (Role.GESTIONNAIRE, "TM", DEMANDE),
        (Role.SECRETAIRE, "CD62", DEMANDE),
    ],
)
def test_the_amount_instructed_belongs_to_who_reads_the_file(
    ouvrir, reunion_prete, instruites, role, organisme, montant
):
    PlanFinancement.objects.filter(operation=instruites[0], version="demande").update(ue=Decimal("140000.00"))

    page = ouvrir(habilite(role, organisme), "reunion", reunion_prete.pk).content.decode()

    assert f"/operations/{instruites[0].numero}/" in page
    assert [m for m in (INSTRUIT, DEMANDE) if m in page] == [montant]
    assert "Le dossier est commun aux membres du comité" in page


def test_the_secretary_chooses_operations_by_what_is_asked(ouvrir, reunion, secretaire, instruites):
    PlanFinancement.objects.filter(operation=instruites[0], version="demande").update(ue=Decimal("140000.00"))
    point = ajouter_point(reunion, titre="Examen", auteur=secretaire)

    page = ouvrir(secretaire, "point_operations", reunion.pk, point.pk).content.decode()

    assert DEMANDE in page
    assert INSTRUIT not in page


def test_a_plie_reads_its_own_operations_and_how_many_others(ouvrir, plie, reunion_prete, instruites):
    sienne, *autres = instruites
    sienne.structure.organisme_id = plie.organismes_ids()[0]
    sienne.structure.save(update_fields=["organisme"])

    page = ouvrir(plie, "reunion", reunion_prete.pk).content.decode()

    assert f"/operations/{sienne.numero}/" in page
    assert INSTRUIT in page
    assert "2\u00a0opérations que vos droits ne montrent pas ici" in page
    for operation in autres:
        assert operation.numero not in page
        assert operation.intitule not in page


def test_errors_stand_beside_their_field_and_nothing_typed_is_lost(ouvrir, secretaire, reunion):
    reponse = ouvrir(
        secretaire,
        "reunion_creer",
        donnees={"comite": reunion.comite_id, "date": "2026-07-16", "heure_debut": "", "lieu": "Salle bleue"},
    )

    assert reponse.status_code == 200
    assert reponse.context["form"].errors["heure_debut"] == ["Donnez l’heure de début."]
    assert "Salle bleue" in reponse.content.decode()

    reponse = ouvrir(
        secretaire,
        "reunion_creer",
        donnees={"comite": reunion.comite_id, "date": "2026-07-16", "heure_debut": "10:00", "lieu": "Salle bleue"},
    )
    assert "se réunit déjà ce jour-là" in reponse.content.decode()
    assert "Salle bleue" in reponse.content.decode()


@pytest.mark.parametrize("saisie", ["2026-07-19", "19/07/2026"])
def test_a_sunday_asks_for_its_box(ouvrir, secretaire, comite, saisie):
    donnees = {"comite": comite.pk, "date": saisie, "heure_debut": "09:30", "lieu": "Arras"}
    assert "dimanche" not in ouvrir(secretaire, "reunion_creer").context["form"].fields

    reponse = ouvrir(secretaire, "reunion_creer", donnees=donnees)
    assert reponse.context["form"].errors["dimanche"] == [
        "Le 19\u00a0juillet\u00a02026 est un dimanche. Changez la date, ou cochez cette case."
    ]
    assert not Reunion.objects.exists()

    ouvrir(secretaire, "reunion_creer", donnees=donnees | {"dimanche": "on"})
    reunion = Reunion.objects.get()
    assert reunion.date == dt.date(2026, 7, 19)
    suivant = {"date": "2026-07-26", "heure_debut": "09:30", "lieu": "Arras", "version": 1}
    reponse = ouvrir(secretaire, "reunion_modifier", reunion.pk, donnees=suivant)
    assert list(reponse.context["form"].errors) == ["dimanche"]


def test_a_stale_form_of_a_meeting_shows_both_versions(ouvrir, secretaire, reunion):
    saisie = {"date": "2026-07-16", "heure_debut": "09:30", "lieu": "Calais", "version": 1}
    modifier_reunion(reunion, date=reunion.date, heure_debut=reunion.heure_debut, lieu="Lens", auteur=secretaire)

    reponse = ouvrir(secretaire, "reunion_modifier", reunion.pk, donnees=saisie)

    assert [(e["enregistre"], e["saisi"]) for e in reponse.context["ecarts"]] == [("Lens", "Calais")]
    assert reponse.context["form"]["version"].value() == 2
    ouvrir(secretaire, "reunion_modifier", reunion.pk, donnees=saisie | {"version": 2})
    reunion.refresh_from_db()
    assert reunion.lieu == "Calais"


def test_a_stale_form_of_an_item_shows_both_versions(ouvrir, secretaire, reunion):
    point = ajouter_point(reunion, titre="Situation", auteur=secretaire)
    modifier_point(point, titre="Situation au 30 juin", auteur=secretaire)
    saisie = {"titre": "Situation", "nature": "debat", "duree_minutes": 10, "version": 1}

    reponse = ouvrir(secretaire, "point_modifier", reunion.pk, point.pk, donnees=saisie)

    assert [(e["libelle"], e["enregistre"], e["saisi"]) for e in reponse.context["ecarts"]] == [
        ("Titre", "Situation au 30 juin", "Situation"),
        ("Type", "Information", "Débat"),
    ]


def test_move_remove_and_cancel(ouvrir, secretaire, reunion):
    points = [ajouter_point(reunion, titre=titre, auteur=secretaire) for titre in "AB"]

    ouvrir(secretaire, "point_deplacer", reunion.pk, points[1].pk, donnees={"sens": "monter"})
    assert list(reunion.points.values_list("titre", flat=True)) == ["B", "A"]
    assert "quitte l’ordre du jour" in ouvrir(secretaire, "point_supprimer", reunion.pk, points[1].pk).content.decode()
    ouvrir(secretaire, "point_supprimer", reunion.pk, points[1].pk, donnees={})
    assert list(reunion.points.values_list("titre", flat=True)) == ["A"]

    page = ouvrir(secretaire, "reunion_annuler", reunion.pk, donnees={"motif": "Salle indisponible"}, suivre=True)
    assert "Salle indisponible" in page.content.decode()
    assert "Ajouter un point" not in page.content.decode()
    assert ouvrir(secretaire, "point_ajouter", reunion.pk).status_code == 302


def test_operations_are_searched_chosen_and_ordered(ouvrir, secretaire, reunion, instruites):
    point = ajouter_point(reunion, titre="Examen", auteur=secretaire)
    cible = instruites[1]

    page = ouvrir(secretaire, "point_operations", reunion.pk, point.pk)
    assert {operation.pk for operation in page.context["page"]} == {operation.pk for operation in instruites}
    page = ouvrir(secretaire, "point_operations", reunion.pk, point.pk, q=cible.numero)
    assert list(page.context["page"]) == [cible]

    choix = {"operations": [operation.pk for operation in instruites[:2]]}
    ouvrir(secretaire, "point_operations", reunion.pk, point.pk, donnees=choix)
    ouvrir(secretaire, "operation_deplacer", reunion.pk, point.pk, cible.numero, donnees={"sens": "monter"})
    assert [examen.operation for examen in point.examens.all()] == [cible, instruites[0]]
    ouvrir(secretaire, "operation_deplacer", reunion.pk, point.pk, cible.numero, donnees={"sens": "retirer"})
    assert [examen.operation for examen in point.examens.all()] == [instruites[0]]


def test_meetings_are_filtered(ouvrir, secretaire, comite):
    for jour in [dt.date(2025, 3, 1), dt.date(2026, 5, 12), dt.date(2099, 1, 1)]:
        ReunionFactory(comite=comite, date=jour)
    annuler_reunion(Reunion.objects.get(date__year=2026), motif="Report", auteur=secretaire)

    def dates(**requete):
        return [r.date.year for r in ouvrir(secretaire, "comite", "TECHNIQUE", **requete).context["page"]]

    assert dates() == [2099, 2026, 2025]
    assert dates(quand="a_venir") == [2099]
    assert dates(annee="2025") == [2025]
    assert dates(statut="annulee") == [2026]
    assert dates(q="12 mai") == [2026]
    assert dates(q="arras") == []
    assert dates(annee="0") == [2099, 2026, 2025]  # refused beside its field, nothing is filtered


def test_an_empty_agenda_says_only_when_it_starts_and_what_comes_next(ouvrir, secretaire, lecteur_etat, reunion):
    page = ouvrir(secretaire, "reunion", reunion.pk).content.decode()
    assert "Jeudi 16\u00a0juillet\u00a02026, 9\u00a0h\u00a030 · Hôtel du Département" in page
    assert "Prochaine étape\u00a0: inscrire les points de l’ordre du jour" in page
    page = ouvrir(lecteur_etat, "reunion", reunion.pk).content.decode()
    assert "L’heure de fin viendra avec l’ordre du jour." in page

    ajouter_point(reunion, titre="Situation", duree_minutes=45, auteur=secretaire)
    page = ouvrir(secretaire, "reunion", reunion.pk).content.decode()
    assert "9\u00a0h\u00a030 à 10\u00a0h\u00a015 · Hôtel du Département" in page
    assert "Prochaine étape" not in page


def test_an_operation_under_two_items_is_said_and_not_blocked(ouvrir, secretaire, reunion, instruites):
    ajouter_point(reunion, titre="Examen", operations=instruites[:1], auteur=secretaire)
    second = ajouter_point(reunion, titre="Débat", auteur=secretaire)
    numero = instruites[0].numero

    assert "Déjà au point\u00a01 de cette réunion" in (
        ouvrir(secretaire, "point_operations", reunion.pk, second.pk).content.decode()
    )
    assert "à plusieurs points" not in ouvrir(secretaire, "reunion", reunion.pk).content.decode()
    choix = {"operations": [instruites[0].pk]}
    page = ouvrir(secretaire, "point_operations", reunion.pk, second.pk, donnees=choix, suivre=True).content.decode()

    assert f"Déjà à l’ordre du jour de cette réunion\u00a0: {numero} (point\u00a01)." in page
    assert "Aussi au point\u00a01" in page
    verification = ouvrir(secretaire, "reunion", reunion.pk).context["verification"]
    assert {"libelle": f"{numero} à plusieurs points", "etat": "veille", "valeur": "points\u00a01 et 2"} in verification


@pytest.mark.parametrize(
    ("rang", "sens", "bouton"),
    [(1, "monter", "descendre"), (2, "monter", "monter"), (0, "descendre", "descendre"), (1, "descendre", "monter")],
)
def test_a_moved_item_keeps_its_button(ouvrir, secretaire, reunion, rang, sens, bouton):
    points = [ajouter_point(reunion, titre=titre, auteur=secretaire) for titre in "ABC"]

    reponse = ouvrir(secretaire, "point_deplacer", reunion.pk, points[rang].pk, donnees={"sens": sens})

    assert reponse.url == f"{reunion.get_absolute_url()}#point-{points[rang].pk}-{bouton}"
    assert f'id="point-{points[rang].pk}-{bouton}"' in ouvrir(secretaire, "reunion", reunion.pk).content.decode()


def test_a_moved_operation_keeps_its_button(ouvrir, secretaire, reunion, instruites):
    point = ajouter_point(reunion, titre="Examen", operations=instruites, auteur=secretaire)
    page = reverse("gouvernance:point_operations", args=[reunion.comite.accord.slug, reunion.pk, point.pk])

    def deplacer(operation, sens):
        cible = ("operation_deplacer", reunion.pk, point.pk, operation.numero)
        return ouvrir(secretaire, *cible, donnees={"sens": sens}).url

    pk = instruites[2].pk
    assert deplacer(instruites[2], "monter") == f"{page}#examen-{pk}-monter"
    assert deplacer(instruites[2], "monter") == f"{page}#examen-{pk}-descendre"
    assert (
        f'id="examen-{pk}-descendre"' in ouvrir(secretaire, "point_operations", reunion.pk, point.pk).content.decode()
    )
    assert deplacer(instruites[2], "retirer") == page


# -- the pack


def test_pack_not_produced_yet_is_a_preview_for_the_secretariat_only(ouvrir, secretaire, lecteur_etat, reunion_prete):
    reponse = ouvrir(lecteur_etat, "dossier_pdf", reunion_prete.pk)
    assert reponse.status_code == 404
    assert "Le dossier n’est pas encore produit" in reponse.content.decode()

    reponse = ouvrir(secretaire, "dossier_pdf", reunion_prete.pk)
    assert reponse.status_code == 200
    assert reponse["Cache-Control"] == "private, no-store"
    texte = subprocess.run(
        ["pdftotext", "-", "-"], input=reponse.content, capture_output=True, check=True
    ).stdout.decode()
    assert "Aperçu non figé" in texte
    assert not DossierSeance.objects.exists()


def test_pack_is_served_as_it_went_out_with_its_print(ouvrir, secretaire, lecteur_etat, reunion):
    ajouter_point(reunion, titre="Questions diverses", auteur=secretaire)
    versions = [produire_dossier(reunion, au=AU, auteur=secretaire) for _ in range(2)]

    derniere = ouvrir(lecteur_etat, "dossier_pdf", reunion.pk)
    premiere = ouvrir(lecteur_etat, "dossier_pdf", reunion.pk, version=1)

    assert derniere["Content-Type"] == "application/pdf"
    assert derniere["Content-Disposition"] == 'inline; filename="dossier-technique-2026-07-16-v2.pdf"'
    assert [hashlib.sha256(r.content).hexdigest() for r in (premiere, derniere)] == [
        v.empreinte_fichier for v in versions
    ]
    assert ouvrir(lecteur_etat, "dossier_empreinte", reunion.pk).content.decode() == (
        f"{versions[1].empreinte_fichier}  dossier-technique-2026-07-16-v2.pdf\n"
    )
    for version in ["3", "x", "²"]:
        assert ouvrir(lecteur_etat, "dossier_pdf", reunion.pk, version=version).status_code == 404


def test_an_altered_pack_is_not_handed_out(ouvrir, secretaire, reunion):
    ajouter_point(reunion, titre="Questions diverses", auteur=secretaire)
    dossier = produire_dossier(reunion, au=AU, auteur=secretaire)
    with open(dossier.fichier.path, "ab") as fichier:
        fichier.write(b"%")

    reponse = ouvrir(secretaire, "dossier_pdf", reunion.pk)

    assert reponse.status_code == 409
    assert "a été altéré" in reponse.content.decode()


def test_production_refused_says_why(ouvrir, secretaire, reunion):
    page = ouvrir(secretaire, "dossier_produire", reunion.pk, donnees={"au": "2026-06-30"}, suivre=True)
    assert "Inscrivez au moins un point" in page.content.decode()
    page = ouvrir(secretaire, "dossier_produire", reunion.pk, donnees={"au": "juin"}, suivre=True)
    assert "Écrivez la date ainsi" in page.content.decode()


def test_a_changed_agenda_is_said_after_the_pack(ouvrir, secretaire, reunion):
    ajouter_point(reunion, titre="Questions diverses", auteur=secretaire)
    produire_dossier(reunion, au=AU, auteur=secretaire)
    assert "Ordre du jour changé" not in ouvrir(secretaire, "reunion", reunion.pk).content.decode()

    ajouter_point(reunion, titre="Point tardif", auteur=secretaire)

    assert "Ordre du jour changé depuis la version 1" in ouvrir(secretaire, "reunion", reunion.pk).content.decode()


# -- as many queries for three as for one


def test_an_operation_decided_since_says_its_status(ouvrir, secretaire, reunion_prete, instruites):
    def lire():
        page = ouvrir(secretaire, "reunion", reunion_prete.pk)
        verification = {v["libelle"]: (v["etat"], v["valeur"]) for v in page.context["verification"]}
        return page.content.decode(), verification

    page, verification = lire()
    nombre = len(instruites)
    assert "Refusée" not in page
    assert verification["Fiches instruites"] == ("bon", f"{nombre} sur {nombre}")

    premiere = instruites[0]
    premiere.statut = Statut.REFUSEE
    premiere.save(update_fields=["statut"])
    page, verification = lire()
    assert page.count("Refusée") == 1
    assert verification["Fiches instruites"] == ("bon", f"{nombre - 1} sur {nombre - 1}")
    assert verification["Opération qui n’attend plus de décision"] == ("veille", premiere.numero)


@pytest.mark.parametrize("item_count", [1, 3])
def test_comites_query_count(client, accord, lecteur_etat, item_count, django_assert_num_queries):
    for code in ["POLITIQUE", "TECHNIQUE", "TECHNIQUE_ELARGI"][:item_count]:
        ReunionFactory(comite=ComiteFactory(accord=accord, code=code))
    client.force_login(lecteur_etat)
    with django_assert_num_queries(6):
        reponse = client.get(reverse("gouvernance:comites", args=[accord.slug]))
    assert len(reponse.context["comites"]) == item_count


@pytest.mark.parametrize("item_count", [1, 3])
def test_comite_query_count(client, comite, lecteur_etat, item_count, django_assert_num_queries):
    for reunion in ReunionFactory.create_batch(item_count, comite=comite):
        PointFactory(reunion=reunion)
    client.force_login(lecteur_etat)
    with django_assert_num_queries(8):
        reponse = client.get(reverse("gouvernance:comite", args=[comite.accord.slug, comite.code]))
    assert len(reponse.context["page"]) == item_count


@pytest.mark.parametrize("item_count", [1, 3])
def test_reunion_query_count(client, reunion, enveloppes, secretaire, item_count, django_assert_num_queries):
    for rang in range(item_count):
        PointOperationFactory(point=PointFactory(reunion=reunion, ordre=rang + 1), operation__enveloppe=enveloppes[0])
    client.force_login(secretaire)
    with django_assert_num_queries(22):
        reponse = client.get(reverse("gouvernance:reunion", args=[reunion.comite.accord.slug, reunion.pk]))
    assert len(reponse.context["operations"]) == item_count


def test_a_meeting_reads_the_operations_it_shows_and_counts_the_others(client, reunion, enveloppes, secretaire):
    OperationFactory.create_batch(12, enveloppe=enveloppes[0], instruite=True)
    client.force_login(secretaire)
    lues = []

    def noter(sender, **_):
        lues.append(sender)

    post_init.connect(noter, sender=Operation)
    try:
        reponse = client.get(reverse("gouvernance:reunion", args=[reunion.comite.accord.slug, reunion.pk]))
    finally:
        post_init.disconnect(noter, sender=Operation)

    assert "12\u00a0opérations instruites attendent un avis." in reponse.content.decode()
    assert len(lues) == 8
