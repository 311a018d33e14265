"""A financing plan with its lines: what the service records, what it refuses, what the database keeps."""

import datetime as dt
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accord.models import Parametre
from comptes.journal import journal_de
from operations.enums import CategorieDepense, EtatRessource, NatureRessource, ProfilCout, VersionPlan
from operations.lignes_plan import Bareme, lire_bareme
from operations.models import LignesPlan, Operation, PlanFinancement, PosteDepense, Ressource
from operations.services import deposer_operation, modifier_operation
from operations.services.plans import copier_plan, enregistrer_plan
from operations.verification import verifier_plans
from tests.factories import (
    AccordFactory,
    EnveloppeFactory,
    ObjectifSpecifiqueFactory,
    OperationFactory,
    StructureFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db


def poste(categorie, montant, annee=2026, **champs):
    return PosteDepense(categorie=categorie, montant=D(montant), annee=annee, **champs)


def ressource(nature, montant, annee=2026, **champs):
    return Ressource(nature=nature, montant=D(montant), annee=annee, **champs)


def plan(*lignes, ue="600.00", profil=ProfilCout.REEL, **champs):
    nouveau = PlanFinancement(profil=profil, ue=D(ue), **champs)
    nouveau.lignes = LignesPlan(
        [ligne for ligne in lignes if isinstance(ligne, PosteDepense)],
        [ligne for ligne in lignes if isinstance(ligne, Ressource)],
    )
    return nouveau


@pytest.fixture
def operation():
    fixer_taux(AccordFactory())
    return OperationFactory(recevable=True)


TAUX = {
    "forfait_indirects_couts_directs": "7",
    "forfait_indirects_personnel": "15",
    "forfait_personnel": "20",
    "forfait_reste": "40",
}


def fixer_taux(accord, valide_du=dt.date(2021, 1, 1), **taux):
    for code, valeur in (taux or TAUX).items():
        Parametre.objects.create(
            accord=accord,
            code=code,
            libelle=code,
            sujet="Coûts simplifiés",
            valeur=valeur,
            unite="%",
            valide_du=valide_du,
            source="essai",
        )


def test_the_totals_of_a_plan_follow_from_its_lines(operation):
    enregistre = enregistrer_plan(
        operation,
        plan(
            poste("personnel", "700.00"),
            poste("fonctionnement", "200.00", 2027, libelle="Loyers"),
            ressource("contrepartie_region", "100.00", financeur="Région", etat=EtatRessource.PROMIS),
            ressource("contrepartie_region", "50.00", 2027, financeur="Région"),
            ressource("autofinancement", "255.00"),
            profil=ProfilCout.OCS_15,
            cout_total_eligible=D("1.00"),
            recettes=D("77.00"),
        ),
        VersionPlan.INSTRUIT,
    )

    # 700,00 × 15 % = 105,00: 1 005,00 of cost, and the receipts that no line names are gone
    enregistre.refresh_from_db()
    assert (enregistre.cout_total_eligible, enregistre.contrepartie_region, enregistre.recettes) == (
        D("1005.00"),
        D("150.00"),
        D("0.00"),
    )
    assert [
        (p.categorie, p.annee, p.montant, p.assiette, p.taux) for p in enregistre.postes.all() if p.est_forfait
    ] == [("indirects", 2026, D("105.00"), D("700.00"), D("0.1500"))]
    assert verifier_plans() == []


def test_a_bare_plan_is_still_accepted(operation):
    bare = PlanFinancement(cout_total_eligible=D("1000.00"), ue=D("600.00"), autofinancement=D("400.00"))
    enregistre = enregistrer_plan(operation, bare, VersionPlan.INSTRUIT)
    assert (enregistre.postes.count(), enregistre.ressources.count(), verifier_plans()) == (0, 0, [])


@pytest.mark.parametrize(
    ("autofinancement", "message"),
    [
        (
            "399.99",
            "Il manque 0,01\xa0€ de ressources. Portez l’autofinancement à 400,00\xa0€, ou ajoutez-les sur une autre "
            "ligne.",
        ),
        (
            "400.01",
            "Il y a 0,01\xa0€ de trop. Ramenez l’autofinancement à 400,00\xa0€, ou retirez-les d’une autre ligne.",
        ),
    ],
)
def test_a_plan_that_misses_one_cent_says_where_to_put_it(operation, autofinancement, message):
    with pytest.raises(ValidationError) as refus:
        enregistrer_plan(
            operation,
            plan(poste("personnel", "1000.00"), ressource("autofinancement", autofinancement)),
            VersionPlan.INSTRUIT,
        )
    assert refus.value.message_dict == {"autofinancement": [message]}
    assert not operation.plans.filter(version=VersionPlan.INSTRUIT).exists()


def test_when_the_others_bring_more_than_the_cost_they_are_the_ones_to_lower(operation):
    with pytest.raises(ValidationError) as refus:
        enregistrer_plan(
            operation,
            plan(poste("personnel", "700.00"), ressource("contrepartie_etat", "100.01")),
            VersionPlan.INSTRUIT,
        )
    assert refus.value.messages == [
        "Il y a 0,01\xa0€ de trop. Même sans autofinancement, retirez 0,01\xa0€ aux autres ressources."
    ]


@pytest.mark.parametrize(
    ("lignes", "profil", "message"),
    [
        ([], ProfilCout.OCS_7, "Un forfait se calcule sur des postes."),
        ([poste("indirects", "1.00")], ProfilCout.OCS_7, "Les coûts indirects sont au forfait sur les coûts directs."),
        ([poste("personnel", "1.00")], ProfilCout.OCS_20, "Le personnel direct est au forfait"),
        ([poste("prestations", "1.00")], ProfilCout.OCS_40, "Les coûts restants sont au forfait"),
        ([poste("reste", "1.00")], ProfilCout.REEL, "«\u202fCoûts restants\u202f» se calcule au forfait."),
    ],
)
def test_lines_that_a_profile_forbids_are_refused(operation, lignes, profil, message):
    with pytest.raises(ValidationError) as refus:
        enregistrer_plan(operation, plan(*lignes, profil=profil), VersionPlan.DEMANDE)
    assert [m[: len(message)] for m in refus.value.message_dict["profil"]] == [message]


def test_the_rate_is_the_one_of_the_day_of_the_application():
    accord = AccordFactory()
    fixer_taux(accord)
    Parametre.objects.filter(code="forfait_reste").update(valide_au=dt.date(2026, 1, 31))
    fixer_taux(accord, valide_du=dt.date(2026, 2, 1), forfait_reste="37,5")
    assert lire_bareme(accord, dt.date(2026, 1, 31)).taux[ProfilCout.OCS_40] == D("0.40")
    assert lire_bareme(accord, dt.date(2026, 2, 1)).taux[ProfilCout.OCS_40] == D("0.375")
    assert lire_bareme(accord, dt.date(2020, 12, 31)) == Bareme({}, None)
    operation = OperationFactory(recevable=True, deposee_le=dt.date(2026, 2, 1), recevable_le=dt.date(2026, 2, 1))
    recent = enregistrer_plan(
        operation, plan(poste("personnel", "1000.00"), profil=ProfilCout.OCS_40), VersionPlan.DEMANDE
    )
    assert recent.cout_total_eligible == D("1375.00")


def test_a_rate_that_the_agreement_does_not_set_is_said():
    operation = OperationFactory(recevable=True)
    with pytest.raises(ValidationError, match="L’accord ne fixe pas ce taux à cette date"):
        enregistrer_plan(operation, plan(poste("personnel", "1.00"), profil=ProfilCout.OCS_15), VersionPlan.DEMANDE)


def deposer(nouveau_plan):
    enveloppe = EnveloppeFactory()
    nouvelle = OperationFactory.build(
        enveloppe=enveloppe,
        accord=None,
        structure=StructureFactory(accord=enveloppe.accord),
        objectif_specifique=ObjectifSpecifiqueFactory(fonds=enveloppe.fonds),
        numero="202600001",
    )
    return deposer_operation(operation=nouvelle, plan=nouveau_plan, auteur=UtilisateurFactory())


def corriger(operation, nouveau_plan):
    operation = Operation.objects.get(pk=operation.pk)
    return modifier_operation(
        operation, plan=nouveau_plan, auteur=UtilisateurFactory(), epcis=(), version=operation.version
    )


def test_correcting_an_application_replaces_its_lines_and_the_journal_says_both():
    fixer_taux(AccordFactory())
    operation = deposer(plan(poste("personnel", "1000.00"), ressource("autofinancement", "400.00")))

    corriger(
        operation,
        plan(
            poste("personnel", "1000.00"),
            poste("fonctionnement", "20.00", libelle="Loyers"),
            ressource("autofinancement", "420.00", etat=EtatRessource.ACQUIS),
        ),
    )

    enregistre = operation.plans.get()
    assert (enregistre.cout_total_eligible, enregistre.autofinancement) == (D("1020.00"), D("420.00"))
    valeurs = journal_de(operation).first().valeurs
    assert valeurs["postes"] == {
        "avant": ["Personnel direct 2026\xa0: 1\u202f000,00\xa0€"],
        "apres": ["Personnel direct 2026\xa0: 1\u202f000,00\xa0€", "Fonctionnement 2026, Loyers\xa0: 20,00\xa0€"],
    }
    assert valeurs["ressources"]["apres"] == ["Autofinancement 2026\xa0: 420,00\xa0€ (acquis)"]
    assert valeurs["cout_total_eligible"] == {"avant": "1000.00", "apres": "1020.00"}


def test_correcting_without_any_change_writes_nothing():
    operation = deposer(plan(poste("personnel", "1000.00"), ressource("autofinancement", "400.00")))
    pks = list(operation.plans.get().postes.values_list("pk", flat=True))
    corriger(operation, plan(poste("personnel", "1000.00"), ressource("autofinancement", "400.00")))
    assert journal_de(operation).count() == 1
    assert list(operation.plans.get().postes.values_list("pk", flat=True)) == pks


def test_a_bare_plan_keeps_the_lines_recorded_and_is_refused_when_they_say_otherwise():
    operation = deposer(plan(poste("personnel", "1000.00"), ressource("autofinancement", "400.00")))
    meme = {"cout_total_eligible": D("1000.00"), "autofinancement": D("400.00")}

    corriger(operation, PlanFinancement(ue=D("500.00"), **meme))
    assert (operation.plans.get().ue, operation.plans.get().postes.count()) == (D("500.00"), 1)

    with pytest.raises(ValidationError) as refus:
        corriger(operation, PlanFinancement(ue=D("500.00"), **(meme | {"cout_total_eligible": D("1000.01")})))
    assert refus.value.code == "lignes"
    assert operation.plans.get().cout_total_eligible == D("1000.00")


def test_a_new_version_starts_from_the_lines_of_another(operation):
    premier = enregistrer_plan(
        operation,
        plan(poste("personnel", "1000.00"), ressource("autofinancement", "550.00"), profil=ProfilCout.OCS_15),
        VersionPlan.INSTRUIT,
    )
    second = enregistrer_plan(operation, copier_plan(premier), VersionPlan.INSTRUIT)
    assert (second.numero, second.postes.count(), second.ressources.count()) == (2, 2, 1)
    assert (premier.postes.count(), verifier_plans()) == (2, [])


# the database


@pytest.mark.parametrize(
    ("champs", "contrainte"),
    [
        ({"montant": D("70.01")}, "poste_forfait_calcule"),
        ({"montant": D("-0.01"), "assiette": None, "taux": None}, "poste_non_negatif"),
        ({"annee": 26}, "poste_annee_lisible"),
        ({"assiette": None}, "poste_forfait_calcule"),
    ],
)
def test_the_database_keeps_a_flat_rate_true(operation, champs, contrainte):
    valide = {
        "plan": operation.plans.get(),
        "categorie": CategorieDepense.INDIRECTS,
        "annee": 2026,
        "assiette": D("1000.00"),
        "taux": D("0.07"),
        "montant": D("70.00"),
    }
    with pytest.raises(IntegrityError, match=contrainte), transaction.atomic():
        PosteDepense.objects.create(**(valide | champs))
    PosteDepense.objects.create(**valide)
    with pytest.raises(IntegrityError, match="poste_un_forfait_par_annee"), transaction.atomic():
        PosteDepense.objects.create(**valide)


def test_the_database_rounds_half_a_cent_up_as_we_do(operation):
    # 0,50 × 7 % = 0,035 → 0,04
    PosteDepense.objects.create(
        plan=operation.plans.get(),
        categorie="indirects",
        annee=2026,
        assiette=D("0.50"),
        taux=D("0.07"),
        montant=D("0.04"),
    )


def test_verifier_names_each_difference(operation):
    enregistre = enregistrer_plan(
        operation,
        plan(poste("personnel", "1000.00"), ressource("autofinancement", "550.00"), profil=ProfilCout.OCS_15),
        VersionPlan.INSTRUIT,
    )
    enregistre.postes.filter(taux=None).update(montant=D("900.00"))
    enregistre.ressources.update(nature=NatureRessource.RECETTES)
    nom = f"Plan instruit n° 1 de l’opération {operation.numero}\xa0: "
    assert verifier_plans() == [
        f"{nom}autofinancement 550,00\xa0€ au total, 0,00\xa0€ d’après ses lignes.",
        f"{nom}recettes 0,00\xa0€ au total, 550,00\xa0€ d’après ses lignes.",
        f"{nom}coût total éligible 1\u202f150,00\xa0€ au total, 1\u202f050,00\xa0€ d’après ses lignes.",
        f"{nom}forfait 2026 sur une assiette de 1\u202f000,00\xa0€, 900,00\xa0€ d’après ses postes.",
    ]
