import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from comptes.journal import journal_de
from comptes.models import JournalAudit
from gouvernance.enums import StatutReunion
from gouvernance.models import DossierSeance, PointOrdreDuJour, Reunion
from gouvernance.propositions import compute_propositions
from gouvernance.services import (
    ajouter_operations,
    ajouter_point,
    annuler_reunion,
    deplacer_operation,
    deplacer_point,
    inscrire_proposition,
    modifier_point,
    modifier_reunion,
    planifier_reunion,
    retirer_operation,
    supprimer_point,
)
from tests.concurrence import au_moment_de
from tests.factories import (
    AccordFactory,
    ComiteFactory,
    EnveloppeFactory,
    OperationFactory,
    OrganismeFactory,
    PointFactory,
    ReunionFactory,
    UtilisateurFactory,
)

JOUR, HEURE = dt.date(2026, 7, 16), dt.time(9, 30)


def titres(reunion):
    return list(reunion.points.values_list("ordre", "titre"))


def planifier(comite, auteur, **champs):
    return planifier_reunion(
        **{"comite": comite, "date": JOUR, "heure_debut": HEURE, "lieu": "Arras"} | champs, auteur=auteur
    )


# -- meetings


def test_planifier_opens_an_empty_agenda_and_writes_one_line(comite, secretaire):
    reunion = planifier(comite, secretaire)

    assert reunion.statut == StatutReunion.PREVUE
    assert titres(reunion) == []
    ligne = journal_de(reunion).get()
    assert (ligne.acte, ligne.auteur) == ("planifiee", secretaire)
    assert ligne.valeurs == {"date": "2026-07-16", "heure_debut": "09:30", "lieu": "Arras"}


def test_planifier_twice_the_same_day_is_refused(comite, secretaire):
    planifier(comite, secretaire)

    with pytest.raises(ValidationError, match="se réunit déjà ce jour-là"):
        planifier(comite, secretaire)


def test_planifier_again_on_the_day_of_a_cancelled_meeting(comite, secretaire):
    annuler_reunion(planifier(comite, secretaire), motif="Salle indisponible", auteur=secretaire)

    assert planifier(comite, secretaire).pk


def test_planifier_before_the_agreement_is_refused(comite, secretaire):
    with pytest.raises(ValidationError, match="début de l’accord") as refus:
        planifier(comite, secretaire, date=dt.date(2020, 12, 31))
    assert list(refus.value.error_dict) == ["date"]
    assert not Reunion.objects.exists()


def test_planifier_keeps_to_the_agreement_to_the_day(comite, secretaire):
    assert planifier(comite, secretaire, date=dt.date(2027, 12, 31)).pk
    with pytest.raises(ValidationError, match="fin de l’accord") as refus:
        planifier(comite, secretaire, date=dt.date(2028, 1, 1))
    assert list(refus.value.error_dict) == ["date"]
    assert Reunion.objects.count() == 1


def test_a_sunday_is_asked_again(comite, secretaire):
    with pytest.raises(ValidationError) as refus:
        planifier(comite, secretaire, date=dt.date(2026, 7, 19))
    assert refus.value.error_dict["dimanche"][0].code == "dimanche"

    reunion = planifier(comite, secretaire, date=dt.date(2026, 7, 19), dimanche=True)
    modifier_reunion(reunion, date=reunion.date, heure_debut=HEURE, lieu="Lens", auteur=secretaire)  # same day: no more
    with pytest.raises(ValidationError, match=r"26.*juillet.*2026 est un dimanche"):
        modifier_reunion(reunion, date=dt.date(2026, 7, 26), heure_debut=HEURE, lieu="Lens", auteur=secretaire)
    reunion.refresh_from_db()
    assert (reunion.date, reunion.lieu) == (dt.date(2026, 7, 19), "Lens")


def test_modifier_says_what_changed(reunion, secretaire):
    modifier_reunion(
        reunion, date=dt.date(2026, 7, 17), heure_debut=HEURE, lieu=reunion.lieu, version=1, auteur=secretaire
    )

    reunion.refresh_from_db()
    assert (reunion.date, reunion.version) == (dt.date(2026, 7, 17), 2)
    assert journal_de(reunion).get().valeurs == {"date": ["16\xa0juillet\xa02026", "17\xa0juillet\xa02026"]}


def test_modifier_nothing_writes_nothing(reunion, secretaire):
    modifier_reunion(reunion, date=reunion.date, heure_debut=HEURE, lieu=reunion.lieu, version=1, auteur=secretaire)

    reunion.refresh_from_db()
    assert reunion.version == 1
    assert not journal_de(reunion).exists()


def test_modifier_with_a_stale_version_is_refused(reunion, secretaire):
    modifier_reunion(reunion, date=JOUR, heure_debut=HEURE, lieu="Lens", version=1, auteur=secretaire)

    with pytest.raises(ValidationError) as refus:
        modifier_reunion(reunion, date=JOUR, heure_debut=HEURE, lieu="Calais", version=1, auteur=secretaire)
    assert refus.value.code == "perime"
    reunion.refresh_from_db()
    assert reunion.lieu == "Lens"


def test_annuler_needs_a_reason(reunion, secretaire):
    with pytest.raises(ValidationError) as refus:
        annuler_reunion(reunion, motif="  ", auteur=secretaire)
    assert list(refus.value.error_dict) == ["motif"]


def test_a_cancelled_meeting_is_read_only(reunion, secretaire):
    point = ajouter_point(reunion, titre="Situation", auteur=secretaire)
    annuler_reunion(reunion, motif="Report", auteur=secretaire)
    actes = [
        lambda: modifier_reunion(reunion, date=JOUR, heure_debut=HEURE, lieu="Lens", auteur=secretaire),
        lambda: annuler_reunion(reunion, motif="Encore", auteur=secretaire),
        lambda: ajouter_point(reunion, titre="Autre", auteur=secretaire),
        lambda: modifier_point(point, titre="Autre", auteur=secretaire),
        lambda: deplacer_point(point, sens=1, auteur=secretaire),
        lambda: supprimer_point(point, auteur=secretaire),
        lambda: inscrire_proposition(reunion, "diverses", auteur=secretaire),
    ]

    for acte in actes:
        with pytest.raises(ValidationError) as refus:
            acte()
        assert refus.value.code == "annulee"
    assert titres(reunion) == [(1, "Situation")]


# -- items


def test_ajouter_point_takes_the_next_place(reunion, secretaire):
    ajouter_point(reunion, titre="Situation", auteur=secretaire)
    ajouter_point(reunion, titre="Débat", nature="debat", duree_minutes=15, auteur=secretaire)

    assert titres(reunion) == [(1, "Situation"), (2, "Débat")]
    assert [ligne.acte for ligne in journal_de(reunion)] == ["point_ajoute", "point_ajoute"]


def test_ajouter_point_stays_before_questions_diverses(reunion, secretaire):
    inscrire_proposition(reunion, "diverses", auteur=secretaire)
    ajouter_point(reunion, titre="Débat", auteur=secretaire)

    assert titres(reunion) == [(1, "Débat"), (2, "Questions diverses")]


def test_ajouter_point_refuses_an_operation_of_another_agreement(reunion, secretaire):
    ailleurs = AccordFactory(slug="ailleurs", chef_de_file=OrganismeFactory(code="CD59"))
    operation = OperationFactory(enveloppe=EnveloppeFactory(accord=ailleurs, organisme__code="CD59"))

    with pytest.raises(ValidationError) as refus:
        ajouter_point(reunion, titre="Examen", operations=[operation], auteur=secretaire)
    assert refus.value.code == "accord"
    assert titres(reunion) == []


@pytest.mark.parametrize(("sens", "attendu"), [(-1, ["B", "A", "C"]), (1, ["A", "C", "B"])])
def test_deplacer_point_swaps_neighbours(reunion, secretaire, sens, attendu):
    points = [ajouter_point(reunion, titre=titre, auteur=secretaire) for titre in "ABC"]

    deplacer_point(points[1], sens=sens, auteur=secretaire)

    assert titres(reunion) == list(enumerate(attendu, start=1))


@pytest.mark.parametrize(("place", "attendu"), [(1, "CAB"), (2, "ACB"), (3, "ABC"), (0, "ABC"), (9, "ABC")])
def test_deplacer_point_to_a_place(reunion, secretaire, place, attendu):
    points = [ajouter_point(reunion, titre=titre, auteur=secretaire) for titre in "ABC"]

    deplacer_point(points[2], place=place, auteur=secretaire)

    assert titres(reunion) == list(enumerate(attendu, start=1))


def test_deplacer_point_at_the_end_changes_nothing(reunion, secretaire):
    point = ajouter_point(reunion, titre="A", auteur=secretaire)

    deplacer_point(point, sens=1, auteur=secretaire)

    assert titres(reunion) == [(1, "A")]
    assert journal_de(reunion).count() == 1


def test_supprimer_point_closes_the_gap_and_keeps_its_content_in_the_journal(reunion, secretaire, instruites):
    ajouter_point(reunion, titre="A", auteur=secretaire)
    examen = ajouter_point(reunion, titre="B", texte="Une note", operations=instruites[:1], auteur=secretaire)
    ajouter_point(reunion, titre="C", auteur=secretaire)

    supprimer_point(examen, auteur=secretaire)

    assert titres(reunion) == [(1, "A"), (2, "C")]
    ligne = journal_de(reunion)[0]
    assert (ligne.acte, ligne.valeurs["texte"]) == ("point_supprime", "Une note")
    assert ligne.valeurs["operations"] == [instruites[0].numero]


def test_modifier_point_with_a_stale_version_is_refused(reunion, secretaire):
    point = ajouter_point(reunion, titre="A", auteur=secretaire)
    modifier_point(point, titre="B", version=1, auteur=secretaire)

    with pytest.raises(ValidationError) as refus:
        modifier_point(point, titre="C", version=1, auteur=secretaire)
    assert refus.value.code == "perime"
    point.refresh_from_db()
    assert (point.titre, point.version) == ("B", 2)


def test_an_item_removed_meanwhile_is_said(reunion, secretaire):
    point = ajouter_point(reunion, titre="A", auteur=secretaire)
    PointOrdreDuJour.objects.all().delete()

    with pytest.raises(ValidationError) as refus:
        modifier_point(point, titre="B", auteur=secretaire)
    assert refus.value.code == "disparu"


# -- operations of an item


def ordre(point):
    return list(point.examens.values_list("operation__numero", flat=True))


def test_operations_are_added_ordered_and_removed(reunion, secretaire, instruites):
    point = ajouter_point(reunion, titre="Examen", auteur=secretaire)
    a, b, c = [operation.numero for operation in instruites]

    ajouter_operations(point, instruites[:2], auteur=secretaire)
    ajouter_operations(point, instruites, auteur=secretaire)
    assert ordre(point) == [a, b, c]

    deplacer_operation(point, instruites[2], sens=-1, auteur=secretaire)
    assert ordre(point) == [a, c, b]

    retirer_operation(point, instruites[0], auteur=secretaire)
    assert ordre(point) == [c, b]
    assert list(point.examens.values_list("ordre", flat=True)) == [1, 2]


def test_ajouter_no_operation_asks_for_one(reunion, secretaire):
    point = ajouter_point(reunion, titre="Examen", auteur=secretaire)

    with pytest.raises(ValidationError, match="au moins une opération"):
        ajouter_operations(point, [], auteur=secretaire)


# -- proposals


def cles(reunion):
    return [proposition.cle for proposition in compute_propositions(reunion)]


def test_rules_propose_the_items_of_a_usual_meeting(reunion, comite, instruites):
    ReunionFactory(comite=comite, date=dt.date(2026, 5, 12))

    assert cles(reunion) == [
        "precedente",
        "situation",
        "operations",
        "surprogrammation-FTJ_CD62",
        "attention",
        "diverses",
    ]
    assert titres(reunion) == []


def test_a_proposal_put_on_the_agenda_is_not_proposed_again(reunion, secretaire, instruites):
    for cle in cles(reunion):
        inscrire_proposition(reunion, cle, auteur=secretaire)

    assert cles(reunion) == []
    assert [titre for _, titre in titres(reunion)] == [
        "Situation des enveloppes",
        "Opérations à examiner avant les instances",
        "Surprogrammation du FTJ (CD62)",
        "Points d’attention",
        "Questions diverses",
    ]
    # an amount copied on the agenda would contradict a pack whose figures are of another day
    assert not any("€" in f"{point.titre}{point.texte}" for point in reunion.points.all())
    examen = reunion.points.get(proposition="operations")
    assert sorted(ordre(examen)) == sorted(operation.numero for operation in instruites)


def test_a_later_operation_joins_the_item_that_examines_the_others(reunion, secretaire, instruites):
    inscrire_proposition(reunion, "operations", auteur=secretaire)
    nouvelle = OperationFactory(enveloppe=instruites[0].enveloppe, instruite=True)

    assert "operations" in cles(reunion)
    inscrire_proposition(reunion, "operations", auteur=secretaire)

    assert reunion.points.count() == 1
    assert ordre(reunion.points.get())[-1] == nouvelle.numero


def test_an_unknown_proposal_is_refused(reunion, secretaire):
    with pytest.raises(ValidationError) as refus:
        inscrire_proposition(reunion, "autre", auteur=secretaire)
    assert refus.value.code == "proposition"


# -- the database says the rule first


@pytest.mark.parametrize(
    ("fabriquer", "contrainte"),
    [
        (lambda r: ReunionFactory(comite=r.comite, date=r.date), "reunion_une_par_jour"),
        (lambda r: ReunionFactory(comite=r.comite, statut="annulee"), "reunion_annulee_donc_motivee"),
        (lambda r: PointFactory(reunion=r, duree_minutes=0), "point_duree_entre_1_et_600"),
        (lambda r: [PointFactory(reunion=r, proposition="situation") for _ in "ab"], "point_proposition_unique"),
        (
            lambda r: ComiteFactory._meta.model.objects.create(accord=r.comite.accord, code="TECHNIQUE"),
            "comite_code_unique",
        ),
    ],
)
def test_constraints(reunion, fabriquer, contrainte):
    with pytest.raises(IntegrityError, match=contrainte), transaction.atomic():
        fabriquer(reunion)


def test_two_items_never_keep_the_same_place(reunion):
    @transaction.atomic
    def double():
        PointFactory(reunion=reunion, ordre=1)
        PointFactory(reunion=reunion, ordre=1)
        with connection.cursor() as curseur:
            curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="point_ordre_unique"):
        double()


@pytest.mark.parametrize("acte", [lambda d: d.update(pages=2), lambda d: d.delete()])
def test_a_pack_is_never_rewritten(reunion, acte):
    DossierSeance.objects.create(
        reunion=reunion,
        version=1,
        arrete_au=JOUR,
        produit_le=dt.datetime(2026, 7, 8, 7, 14, tzinfo=dt.UTC),
        donnees={},
        empreinte_donnees="a" * 64,
        empreinte_fichier="b" * 64,
        pages=1,
    )

    with pytest.raises(IntegrityError, match="gouvernance_dossierseance"), transaction.atomic():
        acte(DossierSeance.objects.all())


def test_the_packs_are_not_emptied(db):
    with pytest.raises(IntegrityError, match="gouvernance_dossierseance"), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {DossierSeance._meta.db_table} CASCADE")


@pytest.mark.django_db(transaction=True)
def test_two_people_reorder_at_once_without_losing_an_item():
    reunion, auteur = ReunionFactory(), UtilisateurFactory()
    points = [ajouter_point(reunion, titre=titre, auteur=auteur) for titre in "ABCD"]

    def agir(point, sens):
        try:
            deplacer_point(point, sens=sens, auteur=auteur)
        finally:
            connection.close()

    fils = [threading.Thread(target=agir, args=arguments) for arguments in [(points[0], 1), (points[3], -1)]]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()

    assert titres(reunion) == [(1, "B"), (2, "A"), (3, "D"), (4, "C")]
    assert JournalAudit.objects.filter(acte="point_deplace").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_people_plan_the_same_day_at_once():
    comite, auteur = ComiteFactory(), UtilisateurFactory()

    with (
        au_moment_de('INSERT INTO "gouvernance_reunion"', lambda: planifier(comite, auteur, lieu="Lens")),
        pytest.raises(ValidationError, match="se réunit déjà ce jour-là"),
    ):
        planifier(comite, auteur)

    assert comite.reunions.get().lieu == "Lens"
    assert JournalAudit.objects.filter(acte="planifiee").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_meetings_move_to_the_same_day_at_once():
    comite, auteur = ComiteFactory(), UtilisateurFactory()
    premiere, seconde = ReunionFactory.create_batch(2, comite=comite)

    def deplacer(reunion):
        modifier_reunion(reunion, date=JOUR, heure_debut=HEURE, lieu="Arras", auteur=auteur)

    with (
        au_moment_de('UPDATE "gouvernance_reunion"', lambda: deplacer(premiere)),
        pytest.raises(ValidationError, match="se réunit déjà ce jour-là"),
    ):
        deplacer(seconde)
