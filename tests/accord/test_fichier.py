"""The agreement’s file: its shape, its codes, and sums that no slip of one cent gets through."""

import copy
import json
import re
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from accord.controles import parcourir_donnees, recenser_montants, verifier_coherence, verifier_sommes
from accord.fichier import SCHEMA, Fichier, FichierIllisible, FichierRefuse, lire_fichier, lire_texte, verifier_schema
from accord.typographie import espacer
from tests.conftest import FICHIER_ACCORD

MONTANT = re.compile(r"-?\d+\.\d{2}")


@pytest.fixture(scope="module")
def original():
    return lire_fichier(FICHIER_ACCORD)


@pytest.fixture
def fichier(original):
    return Fichier(original.nom, original.dossier, copy.deepcopy(original.donnees), original.lignes)


def parcourir_montants(valeur, chemin=()):
    """Every amount written in the file, whatever holds it; a tolerance is not one."""
    if isinstance(valeur, dict):
        for cle, contenu in valeur.items():
            if cle != "tolerance":
                yield from parcourir_montants(contenu, (*chemin, cle))
    elif isinstance(valeur, list):
        for rang, contenu in enumerate(valeur):
            yield from parcourir_montants(contenu, (*chemin, rang))
    elif isinstance(valeur, str) and MONTANT.fullmatch(valeur):
        yield chemin, valeur


def ecrire(donnees, chemin, valeur):
    for etape in chemin[:-1]:
        donnees = donnees[etape]
    donnees[chemin[-1]] = valeur


MONTANTS = list(parcourir_montants(lire_fichier(FICHIER_ACCORD).donnees))


def test_schema_is_a_valid_draft_2020_12():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


def test_the_file_holds_together(original):
    assert verifier_schema(original) == []
    assert verifier_coherence(original) == []


def test_every_kind_of_amount_is_there(original):
    ecrits = [chemin for chemin, _ in MONTANTS if chemin[0] != "controles"]
    assert len(ecrits) == len(recenser_montants(original.donnees)) == 50


@pytest.mark.parametrize("centime", ["0.01", "-0.01"])
@pytest.mark.parametrize(
    ("chemin", "montant"), MONTANTS, ids=lambda v: ".".join(map(str, v)) if type(v) is tuple else v
)
def test_one_cent_on_any_amount_is_refused(fichier, chemin, montant, centime):
    ecrire(fichier.donnees, chemin, str(Decimal(montant) + Decimal(centime)))

    assert verifier_sommes(fichier) != []


def test_a_wrong_sum_names_both_sides_with_their_lines(fichier):
    ecrire(fichier.donnees, ("enveloppes", 1, "montant"), "17513945.01")

    territoriale = [refus for refus in verifier_sommes(fichier) if refus.startswith("Enveloppe territoriale")]

    cd62, tm = (fichier.ligne(("enveloppes", rang, "montant")) for rang in (0, 1))
    territoire = fichier.ligne(("donnees", "montants", 0, "montant"))
    assert territoriale == [
        espacer(
            "Enveloppe territoriale FSE+ (AC 4) : FSE_CD62 + FSE_TM = 49 106 452,01 € ≠ enveloppe territoriale "
            f"FSE_TERRITOIRE = 49 106 452,00 € (pas-de-calais-2021-2027.yaml, lignes {cd62}, {tm}, {territoire})"
        )
    ]


def test_the_published_total_of_2014_2020_keeps_its_euro(fichier):
    """52 918 030 published, 52 918 029 summed: both stay, one euro of tolerance (I2)."""
    totaux = fichier.donnees["bilan_anterieur"][0]["valeurs"][3]
    assert (totaux["montant"], totaux["montant_calcule"]) == ("52918030.00", "52918029.00")


def test_no_total_mixes_the_two_funds(original):
    """Neither 60 677 452 nor a sum check that joins an FSE+ and an FTJ envelope."""
    assert "60677452.00" not in {montant for _, montant in MONTANTS}
    for controle in original.donnees["controles"]:
        termes = [t for t in controle["termes"] if isinstance(t, str) and t.startswith("enveloppes.")]
        assert len({t.split(".")[1][:3] for t in termes}) <= 1


def test_amounts_quoted_in_prose_are_amounts_of_the_file(original):
    """A sentence may repeat an amount in euros: to the cent, one of those that the checks hold."""
    connus = {Decimal(montant) for _, montant in MONTANTS}
    texte = FICHIER_ACCORD.read_text(encoding="utf-8")
    cites = re.findall(r"\d{1,3}(?: \d{3})+(?:,\d\d)?(?= €)", texte)
    assert cites
    assert [c for c in cites if Decimal(c.replace(" ", "").replace(",", ".")) not in connus] == []


# -- what the agreement says, against domaine.md


def test_the_agreement_holds_what_it_must(original):
    donnees = original.donnees
    assert [p["code"] for p in donnees["parties"] if p["qualite"] == "signataire"] == ["DREETS_HDF", "CD62", "TM"]
    assert sum(p["nature"] == "plie" for p in donnees["parties"]) == 8
    assert all(p["parent"] == "TM" for p in donnees["parties"] if p["nature"] == "plie")
    assert [e["code"] for e in donnees["enveloppes"]] == ["FSE_CD62", "FSE_TM", "FTJ_CD62"]
    assert [d["code"] for d in donnees["dispositifs"] if d["fonds"] == "FTJ"] == [f"CD62_FTJ_{n}" for n in range(1, 5)]
    assert [d["code"] for d in donnees["dispositifs"] if d["fonds"] != "FTJ"] == [f"CD62_FSE_{n}" for n in range(1, 6)]
    assert [len(donnees[n]) for n in ("axes", "objectifs_transversaux", "types_action", "comites")] == [3, 7, 5, 3]
    assert [p["code"] for p in donnees["points_attention"]] == [f"I{n}" for n in range(1, 38)]
    assert sum(p["nature"] == "departemental" for p in donnees["perimetres"]) == 9


def test_ftj_tranches_are_a_hypothesis(original):
    ftj = original.donnees["enveloppes"][2]["tranches"]
    assert [(t["est_hypothese"], t["certitude"]) for t in ftj] == [(True, "hypothese")] * 2


def test_indicators_have_no_target_and_the_ftj_has_its_own_list(original):
    codes = [i["code"] for i in original.donnees["indicateurs"]]
    assert codes == [f"EECO{n:02}" for n in range(1, 20)] + [f"EECR{n:02}" for n in range(1, 7)]
    repris = original.donnees["indicateurs_repris"][0]["codes"]
    assert not {f"EECO{n:02}" for n in range(12, 18)} & set(repris)
    assert not {"EECR05", "EECR06"} & set(repris)
    assert "cible" not in {cle for i in original.donnees["indicateurs"] for cle in i}


@pytest.mark.parametrize(
    ("debut", "total"), [("RSA_AGE_", 48971), ("RSA_ANCIENNETE_", 48971)], ids=["age", "seniority"]
)
def test_tables_of_the_diagnosis_add_up(original, debut, total):
    faits = [f for _, _, _, f in parcourir_donnees(original.donnees) if f["code"].startswith(debut)]
    assert sum(int(f["valeur"].replace(" ", "")) for f in faits) == total


@pytest.mark.parametrize("code", ["OPERATIONS", "PARTICIPANTS"])
def test_counts_of_2014_2020_add_up(original, code):
    valeurs = next(b for b in original.donnees["bilan_anterieur"] if b["code"] == code)["valeurs"]
    *composantes, total = (int(v["publie"].replace(" ", "")) for v in valeurs)
    assert sum(composantes) == total


# -- faults, said in French with their line


def refuser(fichier):
    return [refus.split(", ", 2)[2] for refus in verifier_schema(fichier)]


def test_a_missing_source_is_said(fichier):
    del fichier.donnees["axes"][0]["source"]
    assert refuser(fichier) == ["axes[1] : il manque « source »."]


def test_an_unknown_field_is_said(fichier):
    fichier.donnees["fonds"][0]["sigle"] = "FSE+"
    assert refuser(fichier) == [
        "fonds[1] : « sigle » n’est pas un champ connu ; attendu : code, libelle, source, certitude, note."
    ]


@pytest.mark.parametrize("montant", ["31592507", "31 592 507.00", "31592507,00", "31592507.001", "1e6", ""])
def test_an_amount_has_a_point_and_two_decimals(fichier, montant):
    fichier.donnees["enveloppes"][0]["montant"] = montant
    assert refuser(fichier)[0].split(" : ")[0] == "enveloppes[1].montant"


def test_an_impossible_date_is_said(fichier):
    fichier.donnees["accord"]["delibere_le"] = "2023-02-30"
    assert refuser(fichier) == ["accord.delibere_le : « 2023-02-30 » n’a pas la forme attendue. Date, AAAA-MM-JJ."]


def test_a_fact_is_a_value_or_an_amount_not_both(fichier):
    fichier.donnees["donnees"]["acte"][0]["montant"] = "1.00"
    assert refuser(fichier) == ["donnees.acte[1] : il faut « valeur » ou « montant », et un seul."]


def test_an_unknown_body_is_said(fichier):
    fichier.donnees["enveloppes"][0]["organisme"] = "CD99"
    ligne = fichier.ligne(("enveloppes", 0, "organisme"))
    assert verifier_coherence(fichier) == [
        f"pas-de-calais-2021-2027.yaml, ligne {ligne}, enveloppes[1].organisme : "
        "« CD99 » n’est pas décrit dans « parties »."
    ]


def test_a_repeated_code_is_said_with_the_first_line(fichier):
    fichier.donnees["points_attention"][1]["code"] = "I1"
    premiere = fichier.ligne(("points_attention", 0))
    assert verifier_coherence(fichier)[0].endswith(f"« I1 » est déjà décrit ligne {premiere}.")


def test_a_check_that_names_nothing_is_said(fichier):
    fichier.donnees["controles"][0]["egal"] = "donnees.INCONNU"
    assert verifier_sommes(fichier)[0].endswith("« donnees.INCONNU » ne désigne aucun montant du fichier.")


@pytest.mark.parametrize(
    ("texte", "constat"),
    [
        ("taux: 0.7", "essai, ligne 1, taux : 0.7 est un nombre à virgule ; écrivez-le entre guillemets."),
        ("a: 1\na: 2", "essai, ligne 2, a : la clé est écrite deux fois."),
        ("a: &x [1]\nb: *x", "essai, ligne 1, b : les ancres ne sont pas admises, recopiez la valeur."),
    ],
    ids=["float", "twice", "anchor"],
)
def test_what_yaml_allows_and_we_do_not(texte, constat):
    with pytest.raises(FichierRefuse) as refus:
        lire_texte(texte, nom="essai")
    assert refus.value.erreurs == [constat]


@pytest.mark.parametrize("texte", ["a: [1", "- 1", "", "!!python/object/apply:os.system ['true']"])
def test_what_is_not_the_description_of_an_agreement(texte):
    with pytest.raises(FichierIllisible):
        lire_texte(texte)


def test_a_missing_file_is_a_wrong_call(tmp_path):
    with pytest.raises(FichierIllisible, match="introuvable"):
        lire_fichier(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("tape", "pose"),
    [
        ("31 592 507,00 €", "31\u202f592\u202f507,00\u00a0€"),
        ("« un » : 5 % ; quoi ?", "«\u202fun\u202f»\u00a0: 5\u202f%\u202f; quoi\u202f?"),
        ("n° 71, 98 M€", "n°\u00a071, 98\u00a0M€"),
        ("article 63 du 12/12/2022", "article 63 du 12/12/2022"),
    ],
)
def test_spaces_of_french_typography(tape, pose):
    assert espacer(tape) == pose
    assert espacer(pose) == pose
