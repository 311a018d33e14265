"""Loading the agreement: what it writes, what a second load leaves alone, what it refuses to undo."""

import copy
import datetime as dt
from decimal import Decimal

import pytest

from accord.chargement import charger_accord
from accord.fichier import Fichier, FichierRefuse, lire_fichier
from accord.models import (
    AccordCadre,
    BilanAnterieur,
    Commune,
    Dispositif,
    DonneeContexte,
    Enveloppe,
    Epci,
    Indicateur,
    MouvementEnveloppe,
    Parametre,
    PerimetreEpci,
    PerimetreTerritorial,
    PointAttention,
    Tranche,
)
from accord.typographie import espacer
from comptes.models import Organisme
from gouvernance.chargement import charger_comites
from gouvernance.models import Comite
from operations.situation import compute_situation
from tests.conftest import FICHIER_ACCORD
from tests.factories import MouvementFactory, OperationFactory, StructureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def original():
    return lire_fichier(FICHIER_ACCORD)


@pytest.fixture
def fichier(original):
    return Fichier(original.nom, original.dossier, copy.deepcopy(original.donnees), original.lignes)


@pytest.fixture
def charge(fichier):
    """The agreement, loaded once."""
    accord, _ = charger_accord(fichier)
    charger_comites(accord, fichier.donnees)
    return accord


def recharger(fichier) -> list[str]:
    accord, changements = charger_accord(fichier)
    return [str(c) for c in [*changements, *charger_comites(accord, fichier.donnees)]]


def refuser(fichier) -> list[str]:
    with pytest.raises(FichierRefuse) as refus:
        charger_accord(fichier)
    return refus.value.erreurs


# -- what is written


def test_notified_amounts_enter_the_ledger_once(charge):
    lignes = MouvementEnveloppe.objects.order_by("rang").values_list(
        "enveloppe__code", "tranche__code", "reference", "montant", "date_effet", "nature"
    )
    assert list(lignes) == [
        (enveloppe, tranche, reference, Decimal(montant), dt.date(2023, 9, 18), "notification")
        for enveloppe, tranche, reference, montant in [
            ("FSE_CD62", "2022-2025", "notification-2022-2025", "22114754.90"),
            ("FSE_CD62", "2026-2027", "notification-2026-2027", "9477752.10"),
            ("FSE_TM", "2022-2025", "notification-2022-2025", "12259761.50"),
            ("FSE_TM", "2026-2027", "notification-2026-2027", "5254183.50"),
            ("FTJ_CD62", None, "notification", "11571000.00"),
        ]
    ]


def test_situation_of_the_loaded_agreement(charge):
    situation = compute_situation(charge, au=dt.date(2026, 6, 30)).to_json()

    enveloppes = {e["code"]: e for e in situation["enveloppes"]}
    assert {code: e["notifie"] for code, e in enveloppes.items()} == {
        "FSE_CD62": "31592507.00",
        "FSE_TM": "17513945.00",
        "FTJ_CD62": "11571000.00",
    }
    assert [t["montant"] for t in enveloppes["FSE_CD62"]["tranches"]] == ["22114754.90", "9477752.10"]
    assert [t["montant"] for t in enveloppes["FSE_TM"]["tranches"]] == ["12259761.50", "5254183.50"]
    assert enveloppes["FTJ_CD62"]["tranches"] == []


def test_ftj_tranches_are_kept_as_a_hypothesis_without_money(charge):
    tranches = Tranche.objects.filter(enveloppe__code="FTJ_CD62")
    assert list(tranches.values_list("est_hypothese", "certitude", "statut")) == [(True, "hypothese", "prevue")] * 2
    assert not MouvementEnveloppe.objects.filter(tranche__in=tranches).exists()


def test_how_many_facts(charge):
    attendus = {
        Organisme: 15,
        Enveloppe: 3,
        Tranche: 6,
        Dispositif: 25,
        Indicateur: 42,
        Parametre: 75,
        DonneeContexte: 203,
        BilanAnterieur: 29,
        PointAttention: 37,
        Epci: 20,
        Commune: 887,
        PerimetreTerritorial: 23,
        Comite: 3,
    }
    assert {modele: modele.objects.count() for modele in attendus} == attendus


def test_signatories_and_plie(charge):
    signataires = charge.parties.filter(qualite="signataire").order_by("ordre")
    assert list(signataires.values_list("organisme__code", "signataire", "signe_le")) == [
        ("DREETS_HDF", "G.-F. Leclerc", None),
        ("CD62", "J.-C. Leroy", None),
        ("TM", "H. Dejonghe", None),
    ]
    assert Organisme.objects.filter(nature="plie", parent__code="TM").count() == 8


def test_a_dispositif_belongs_to_the_fund_of_its_parent(charge):
    mobilite = Dispositif.objects.get(code="CD62_FSE_1_2")
    assert (mobilite.libelle, mobilite.parent.code, mobilite.fonds.code) == ("Mobilité", "CD62_FSE_1", "FSE_PLUS")


def test_published_and_computed_stay_apart(charge):
    total = BilanAnterieur.objects.get(code="ENVELOPPE_INITIALE", perimetre="Total")
    assert (total.valeur_publiee, total.valeur_calculee) == ("52918030.00", "52918029.00")


def test_committees_with_their_rule_and_their_seats(charge):
    comites = {c.code: c for c in charge.comites.all()}
    assert {code: c.regle_frequence for code, c in comites.items()} == {
        "POLITIQUE": {"periode": "annee_civile", "minimum": 1, "objectif": 2},
        "TECHNIQUE": {"intervalle_max_mois": 2},
        "TECHNIQUE_ELARGI": {"intervalle_max_mois": 3},
    }
    socle = comites["POLITIQUE"].sieges.filter(est_socle=True).exclude(organisme__nature="plie")
    assert sorted(socle.values_list("organisme__code", flat=True)) == [
        *("COMMISSAIRE_PAUVRETE", "DDETS_62", "DREETS_HDF", "TM")
    ]
    assert [comites[c].sieges.count() for c in ("POLITIQUE", "TECHNIQUE", "TECHNIQUE_ELARGI")] == [14, 5, 14]


def test_texts_are_spaced_as_french_is(charge):
    point = PointAttention.objects.get(code="I1")
    assert point.constat.startswith("Candidature 31\u202f606\u202f452\u00a0€ ≠ notifié 31\u202f592\u202f507\u00a0€")


def test_mining_basin_is_a_perimeter_to_check(charge):
    bassin = PerimetreTerritorial.objects.get(code="BASSIN_MINIER")
    assert bassin.certitude == "a_verifier"
    assert sorted(bassin.epcis.values_list("siren", flat=True)) == ["200044048", "200072460", "246200299", "246200364"]


def test_an_epci_entered_or_closed_since_stays_when_the_file_is_loaded_again(charge, fichier):
    """The file writes its own links only: a reload never takes back what an administrator dated."""
    bassin = PerimetreTerritorial.objects.get(code="BASSIN_MINIER")
    ferme = PerimetreEpci.objects.get(perimetre=bassin, epci__siren="246200299")
    ferme.valide_au = dt.date(2025, 12, 31)
    ferme.save()
    PerimetreEpci.objects.create(
        perimetre=bassin, epci=Epci.objects.get(siren="200033579"), valide_du=dt.date(2026, 1, 1)
    )

    assert recharger(fichier) == []
    ouverts = PerimetreEpci.objects.valables_le(dt.date(2026, 1, 1)).filter(perimetre=bassin)
    assert sorted(ouverts.values_list("epci__siren", flat=True)) == [
        *("200033579", "200044048", "200072460", "246200364"),
    ]


# -- loading again


def test_loading_twice_writes_nothing(charge, fichier, django_assert_max_num_queries):
    with django_assert_max_num_queries(60) as requetes:
        assert recharger(fichier) == []
    assert [r["sql"] for r in requetes.captured_queries if r["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_a_change_says_the_old_value_and_the_new_one(charge, fichier):
    fichier.donnees["dispositifs"][4]["libelle"] = "Coaching des jeunes"
    fichier.donnees["comites"][1]["frequence"] = "tous les mois"

    assert recharger(fichier) == [
        espacer("Modification : dispositif CD62_FSE_5, libellé « Coaching jeunesse » → « Coaching des jeunes »"),
        espacer("Modification : comité TECHNIQUE, fréquence « tous les 2 mois » → « tous les mois »"),
    ]


def test_a_fact_gone_from_the_file_leaves(charge, fichier):
    fichier.donnees["points_attention"].pop()

    assert recharger(fichier) == ["Suppression\u00a0: point d’attention I37"]


def test_a_whole_tree_gone_from_the_file_leaves(charge, fichier):
    partis = fichier.donnees["dispositifs"].pop(0)

    assert recharger(fichier)[-6:] == [
        *(f"Suppression\u00a0: dispositif {enfant['code']}" for enfant in reversed(partis["enfants"])),
        "Suppression\u00a0: dispositif CD62_FSE_1",
    ]


def test_what_an_operation_uses_never_leaves(charge, fichier):
    dispositif = Dispositif.objects.get(code="CD62_FSE_5")
    OperationFactory(enveloppe=Enveloppe.objects.get(code="FSE_CD62"), dispositif=dispositif)
    fichier.donnees["dispositifs"] = [d for d in fichier.donnees["dispositifs"] if d["code"] != "CD62_FSE_5"]
    fichier.donnees["points_attention"].pop()

    (phrase,) = refuser(fichier)

    assert phrase == "dispositif CD62_FSE_5\u00a0: absent du fichier, mais encore utilisé par 1 opération."
    assert Dispositif.objects.filter(code="CD62_FSE_5").exists()
    assert PointAttention.objects.count() == 37  # all or nothing


def test_an_envelope_with_movements_never_leaves(charge, fichier):
    fichier.donnees["enveloppes"].pop()
    fichier.donnees["controles"] = [c for c in fichier.donnees["controles"] if "enveloppes.FTJ_CD62" not in c["termes"]]

    assert refuser(fichier) == [
        "enveloppe FTJ_CD62\u00a0: absent du fichier, mais encore utilisé par 1 mouvement d’enveloppe.",
    ]


# -- amounts: the ledger says, the file follows


def changer_le_ftj(fichier, montant, premiere, seconde):
    """Change the amount of the FTJ everywhere it is written, so that the file still holds together."""
    ftj = fichier.donnees["enveloppes"][2]
    ftj["montant"] = montant
    ftj["tranches"][0]["montant"], ftj["tranches"][1]["montant"] = premiere, seconde
    fichier.donnees["controles"] = [c for c in fichier.donnees["controles"] if "enveloppes.FTJ_CD62" not in c["termes"]]


def test_an_amount_that_differs_from_the_ledger_is_refused(charge, fichier):
    changer_le_ftj(fichier, "12000000.00", "8400000.00", "3600000.00")

    (phrase,) = refuser(fichier)

    assert phrase.endswith(
        "FTJ_CD62, le fichier dit 12\u202f000\u202f000,00\u00a0€, le registre 11\u202f571\u202f000,00\u00a0€. "
        "Une notification enregistrée ne se réécrit pas\u00a0: passez par un mouvement d’enveloppe."
    )
    assert MouvementEnveloppe.objects.count() == 5


def test_another_date_of_effect_is_refused(charge, fichier):
    fichier.donnees["enveloppes"][2]["notification"]["date_effet"] = "2023-10-16"

    assert "le fichier dit 16\u00a0octobre\u00a02023, le registre 18\u00a0septembre\u00a02023" in refuser(fichier)[0]


def test_making_a_hypothesis_real_is_refused_once_notified(charge, fichier):
    for tranche in fichier.donnees["enveloppes"][2]["tranches"]:
        tranche["est_hypothese"] = False

    assert len(refuser(fichier)) == 2


def test_a_movement_entered_since_changes_nothing_to_the_load(charge, fichier):
    MouvementFactory(enveloppe=Enveloppe.objects.get(code="FTJ_CD62"), nature="abondement", montant=Decimal("1000.00"))

    assert recharger(fichier) == []


def test_a_refused_sum_writes_nothing(fichier, db):
    fichier.donnees["enveloppes"][0]["montant"] = "31592507.01"

    refuser(fichier)

    assert not AccordCadre.objects.exists()
    assert not Organisme.objects.exists()


# -- beside the file


def test_a_parameter_entered_since_stays(charge, fichier):
    """An administrator closes the value of the file and enters the next one."""
    ancien = Parametre.objects.get(code="paiement_delai_jours")
    ancien.valide_au = dt.date(2026, 12, 31)
    ancien.save()
    Parametre.objects.create(
        accord=charge,
        code="paiement_delai_jours",
        libelle="Paiement",
        sujet="Étapes et délais",
        valeur="60",
        valide_du=dt.date(2027, 1, 1),
        source="essai",
    )

    assert recharger(fichier) == []
    assert list(Parametre.objects.filter(code="paiement_delai_jours").values_list("valeur", flat=True)) == ["80", "60"]


def test_a_territory_that_lost_a_row_is_refused(fichier, tmp_path, db):
    (tmp_path / "territoires").mkdir()
    complet = (FICHIER_ACCORD.parents[1] / "territoires" / "epci-62.csv").read_text(encoding="utf-8")
    (tmp_path / "territoires" / "epci-62.csv").write_text("\n".join(complet.splitlines()[:-1]), encoding="utf-8")
    fichier.dossier = tmp_path

    assert refuser(fichier)[0].endswith("« epci-62.csv » compte 19 lignes, 20 attendues.")


def test_a_used_commune_survives_another_load(charge, fichier):
    StructureFactory(accord=charge, commune=Commune.objects.get(code_insee="62041"))
    assert recharger(fichier) == []


def test_two_agreements_share_communes_and_bodies(charge, fichier):
    fichier.donnees["accord"]["slug"] = "essai-2028-2034"

    accord, changements = charger_accord(fichier)

    assert AccordCadre.objects.count() == 2
    assert not {"commune", "EPCI", "organisme", "fonds", "indicateur"} & {c.genre for c in changements}
    assert accord.enveloppes.count() == 3
