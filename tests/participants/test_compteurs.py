"""The counters agree with the records, whatever was done to them; their sums hold at every level."""

import datetime as dt

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operations.evenements import objectif_modifie
from participants.compteurs import MESURES, recompter, suivre, verifier_compteurs
from participants.enums import Diplome, OuiNon, Reponse, Sexe, StatutEmploi, TypeContrat
from participants.models import CompteurIndicateur, CompteurTerritoire, Participation
from participants.services import annuler_fiche, enregistrer_fiche, retablir_fiche
from tests.factories import (
    EnveloppeFactory,
    FondsFactory,
    ObjectifSpecifiqueFactory,
    OperationFactory,
    ParticipationFactory,
)

JOURS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 10, 31))
REPONSES = {
    "sexe": Sexe,
    "statut_emploi": StatutEmploi,
    "niveau_diplome": Diplome,
    "en_formation": OuiNon,
    "reconnaissance_handicap": Reponse,
    "nationalite_hors_ue": Reponse,
    "origine_etrangere": Reponse,
    "minorite": Reponse,
    "sans_logement": Reponse,
}
SORTIES = {
    "statut_emploi_sortie": StatutEmploi,
    "en_formation_sortie": OuiNon,
    "qualification_obtenue": OuiNon,
    "recherche_active": OuiNon,
}


def ou_rien(valeurs):
    return st.sampled_from(["", *valeurs])


@st.composite
def reponses(draw):
    """The answers of a record that the database admits."""
    champs = {nom: draw(ou_rien(valeurs)) for nom, valeurs in REPONSES.items()}
    champs |= {
        "age_entree": draw(st.none() | st.integers(15, 70)),
        "entree_le": draw(JOURS),
        "code_insee": draw(st.sampled_from(["", "62498", "62193"])),
    }
    if champs["statut_emploi"] == StatutEmploi.CHOMEUR:
        champs["duree_chomage_mois"] = draw(st.none() | st.integers(0, 30))
    if draw(st.booleans()):
        champs["sortie_le"] = champs["entree_le"] + dt.timedelta(days=draw(st.integers(0, 20)))
        champs |= {nom: draw(ou_rien(valeurs)) for nom, valeurs in SORTIES.items()}
        if champs["statut_emploi_sortie"] == StatutEmploi.EMPLOI:
            champs["type_contrat"] = draw(ou_rien(TypeContrat))
    return champs


@pytest.fixture
def operations(accord):
    """One of each kind: OS H and L of the FSE+, the only one of the FTJ."""
    fse = EnveloppeFactory(accord=accord)
    ftj = EnveloppeFactory(accord=accord, code="FTJ_CD62", fonds=FondsFactory(code="FTJ"))
    return [
        OperationFactory(enveloppe=fse, programmee=True),
        OperationFactory(
            enveloppe=fse,
            programmee=True,
            objectif_specifique=ObjectifSpecifiqueFactory(code="1.L", fonds=fse.fonds),
        ),
        OperationFactory(enveloppe=ftj, programmee=True),
    ]


def verifier_sommes(total: dict[str, int], *, os_l: bool) -> None:
    """The sums of `domaine.md` 2.1."""
    assert total["fiches"] == total["eeco01"] + total["incompletes"]
    assert total["eeco03"] <= total["eeco02"]
    assert total["eeco06"] + total["eeco07"] + total["eeco08"] <= total["eeco01"]
    if os_l:
        assert [total[f"eeco{n:02d}"] for n in (2, 3, 4, 5, 9, 10, 11)] == [0] * 7
    else:
        assert total["eeco01"] == total["eeco02"] + total["eeco04"] + total["eeco05"]
        assert total["eeco01"] == total["eeco09"] + total["eeco10"] + total["eeco11"]
    for n in (1, 2, 3, 4):
        assert total[f"eecr0{n}"] <= total[f"eecr0{n}_pop"] <= total["sorties"] <= total["eeco01"]
    assert total["en_qpv"] <= total["adresses_connues"] <= total["eeco01"]
    assert total["emploi_durable"] <= total["sortie_positive"] <= total["sorties"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    actes=st.lists(
        st.tuples(st.sampled_from(["saisir", "corriger", "annuler", "retablir"]), st.integers(0, 9), reponses()),
        min_size=1,
        max_size=6,
    )
)
def test_any_sequence_of_acts_leaves_the_counters_of_a_recount(operations, gestionnaire, actes):
    for table in (CompteurIndicateur, CompteurTerritoire):
        table.objects.all().delete()
    Participation.objects.all().delete()
    for acte, rang, champs in actes:
        fiches = list(Participation.objects.order_by("pk"))
        if acte == "saisir" or not fiches:
            fiche = Participation(operation=operations[rang % 3], pseudonyme=f"P{len(fiches)}")
        else:
            fiche = fiches[rang % len(fiches)]
        if acte in ("saisir", "corriger") and not fiche.annulee_le:
            age = champs.pop("age_entree")
            naissance = "" if age is None else dt.date(champs["entree_le"].year - age, 1, 1).isoformat()
            for champ in Participation._meta.concrete_fields:
                if champ.name not in ("id", "operation", "pseudonyme", "version") and champ.editable:
                    setattr(fiche, champ.name, champs.get(champ.name, champ.get_default()))
            enregistrer_fiche(fiche, auteur=gestionnaire, identite={"date_naissance": naissance})
        elif acte == "annuler" and fiche.pk and not fiche.annulee_le:
            annuler_fiche(fiche, auteur=gestionnaire, motif="Saisie deux fois")
        elif acte == "retablir" and fiche.annulee_le:
            retablir_fiche(fiche, auteur=gestionnaire)

    assert verifier_compteurs() == []
    for operation, os_l in zip(operations, [False, True, False], strict=True):
        sommes = {mesure: Sum(mesure, default=0) for mesure in MESURES}
        verifier_sommes(operation.compteurs.aggregate(**sommes), os_l=os_l)
        for sexe in ["", *Sexe.values]:
            verifier_sommes(operation.compteurs.filter(sexe=sexe).aggregate(**sommes), os_l=os_l)


def test_a_counter_tampered_with_is_named(accord):
    fiche = ParticipationFactory(operation__enveloppe__accord=accord)
    recompter()
    CompteurIndicateur.objects.update(eeco02=7)

    assert verifier_compteurs() == [
        f"Opération {fiche.operation.numero}, 03/2026, F\u00a0: le compteur eeco02 dit 7, les fiches disent 1."
    ]


def test_a_record_moved_outside_the_acts_is_seen(accord):
    fiche = ParticipationFactory(operation__enveloppe__accord=accord)
    with suivre() as suivies:
        suivies.append(fiche.pk)
    Participation.objects.update(sexe="H")

    assert {ecart.split(", ")[2].split("\u00a0")[0] for ecart in verifier_compteurs()} == {"F", "H"}


@pytest.mark.parametrize(("depuis", "vers"), [("1.H", "1.L"), ("1.L", "1.H")])
def test_another_specific_objective_counts_again(accord, depuis, vers):
    fiche = ParticipationFactory(operation__enveloppe__accord=accord)
    objectifs = {c: ObjectifSpecifiqueFactory(code=c, fonds=fiche.operation.enveloppe.fonds) for c in (depuis, vers)}
    fiche.operation.objectif_specifique = objectifs[depuis]
    fiche.operation.save(update_fields=["objectif_specifique"])
    recompter([fiche.operation_id])
    fiche.operation.objectif_specifique = objectifs[vers]
    fiche.operation.save(update_fields=["objectif_specifique"])

    objectif_modifie.send(type(fiche.operation), operation=fiche.operation)

    assert verifier_compteurs() == []
    assert fiche.operation.compteurs.get().eeco02 == (0 if vers == "1.L" else 1)
