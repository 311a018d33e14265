"""The journal of a meeting, in words."""

import datetime as dt

from gouvernance.journal import historique
from gouvernance.services import (
    ajouter_operations,
    ajouter_point,
    deplacer_operation,
    deplacer_point,
    modifier_point,
    modifier_reunion,
    supprimer_point,
)


def lire(reunion, lecteur):
    """Act and detail of the latest line."""
    ligne = historique(reunion, lecteur)[0]
    return ligne["acte"], ligne["detail"]


def test_a_moved_item_says_from_which_rank_to_which(reunion, secretaire):
    points = [ajouter_point(reunion, titre=titre, auteur=secretaire) for titre in ["Situation", "Avenant", "Divers"]]

    deplacer_point(points[2], sens=-1, auteur=secretaire)
    assert lire(reunion, secretaire) == ("Point déplacé", "Divers, du rang 3 au rang 2")
    deplacer_point(points[0], place=3, auteur=secretaire)
    assert lire(reunion, secretaire) == ("Point déplacé", "Situation, du rang 1 au rang 3")


def test_a_moved_operation_says_its_item_and_its_ranks(reunion, secretaire, instruites):
    point = ajouter_point(reunion, titre="Examen", auteur=secretaire)
    ajouter_operations(point, instruites[:2], auteur=secretaire)

    deplacer_operation(point, instruites[1], sens=-1, auteur=secretaire)

    assert lire(reunion, secretaire) == ("Opération déplacée", f"Examen, {instruites[1].numero}, du rang 2 au rang 1")


def test_a_changed_item_says_what_changed(reunion, secretaire):
    point = ajouter_point(reunion, titre="Avenant", duree_minutes=10, auteur=secretaire)

    modifier_point(
        point, titre="L’avenant", nature="debat", duree_minutes=75, rapporteur="CD62", texte="Note", auteur=secretaire
    )

    assert lire(reunion, secretaire) == (
        "Point modifié",
        "L’avenant, s’appelait «\u202fAvenant\u202f», type\u00a0: information devient débat, "
        "durée\u00a0: 10\u00a0min devient 1\u00a0h\u00a015, porté par\u00a0: vide devient CD62, note ajoutée",
    )


def test_a_removed_item_is_named_once(reunion, secretaire):
    supprimer_point(ajouter_point(reunion, titre="Avenant", auteur=secretaire), auteur=secretaire)

    assert lire(reunion, secretaire) == ("Point retiré", "Avenant")


def test_a_moved_meeting_says_both_dates(reunion, secretaire):
    modifier_reunion(
        reunion, date=dt.date(2026, 7, 17), heure_debut=reunion.heure_debut, lieu="Lens", auteur=secretaire
    )

    assert lire(reunion, secretaire) == (
        "Réunion déplacée",
        "16\u00a0juillet\u00a02026 devient 17\u00a0juillet\u00a02026, Hôtel du Département devient Lens",
    )


def test_an_operation_that_the_reader_may_not_know_is_counted_and_not_named(reunion, secretaire, instruites, plie):
    sienne = instruites[0]
    sienne.structure.organisme_id = plie.organismes_ids()[0]
    sienne.structure.save(update_fields=["organisme"])
    ajouter_point(reunion, titre="Examen", operations=instruites, auteur=secretaire)

    assert lire(reunion, plie) == ("Point ajouté", f"Examen, {sienne.numero}, 2\u00a0opérations")
    assert lire(reunion, secretaire)[1] == f"Examen, {', '.join(o.numero for o in instruites)}"
