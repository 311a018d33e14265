"""A file of participants, loaded as the acts on records would do it."""

import csv
import datetime as dt
import io

import pytest

from accord.geojson import build_contour, lire_forme
from accord.models import ContourQpv, Qpv
from participants.compteurs import verifier_compteurs
from participants.enums import SourceQpv
from participants.models import CompteurIndicateur, CompteurTerritoire, Identite, Participation
from participants.services import annuler_fiche, enregistrer_fiche
from participants.services.identites import CHAMPS_IDENTITE, ouvrir_identite
from participants.services.importation import importer_participants
from tests.accord.geo import polygone, poser_parametres_qpv
from tests.factories import EnveloppeFactory, OperationFactory
from tests.participants.fichiers import build_personne, en_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def enveloppe(accord):
    """With the neighbourhoods of 2024, one of them drawn."""
    poser_parametres_qpv(accord)
    qpv = Qpv.objects.create(code="QN06201M", generation=2024, nom="Cité", valide_du=dt.date(2024, 1, 1))
    ContourQpv.objects.create(qpv=qpv, **build_contour(lire_forme(polygone()), "essai.geojson"))
    return EnveloppeFactory(accord=accord)


@pytest.fixture
def operation(enveloppe):
    return OperationFactory(enveloppe=enveloppe, programmee=True)


def importer(operation, *lignes, **options):
    return importer_participants(
        en_csv(lignes), accord=operation.accord, organisme=operation.enveloppe.organisme, **options
    )


def comptes(bilan):
    assert bilan.fautes == []
    return bilan.creees, bilan.modifiees, bilan.inchangees


def fautes(bilan):
    return [(faute.ligne, faute.colonne, faute.valeur) for faute in bilan.fautes]


def relever():
    """Everything recorded, but for the keys and the ciphers."""
    sans = {"id", "operation_id", "personne"}
    fiches = []
    for fiche in Participation.objects.order_by("operation__numero", "pseudonyme").select_related("operation"):
        champs = {c.attname: getattr(fiche, c.attname) for c in fiche._meta.concrete_fields if c.attname not in sans}
        identite = Identite.objects.filter(pk=fiche.pk).first()
        empreintes = identite and [
            getattr(identite, c.attname)
            for c in identite._meta.concrete_fields
            if c.attname not in ("participation_id", "chiffre")
        ]
        meme = fiche.personne and Participation.objects.get(pk=fiche.personne).pseudonyme
        fiches.append((fiche.operation.numero, champs, meme, empreintes, ouvrir_identite(fiche)))
    compteurs = []
    for table, cles in [(CompteurIndicateur, ["mois", "sexe"]), (CompteurTerritoire, ["mois", "epci"])]:
        noms = [champ.attname for champ in table._meta.concrete_fields if champ.name != "id"]
        lignes = table.objects.order_by("operation", *cles).values_list(*noms)
        compteurs.append([ligne for ligne in lignes if any(ligne[3:])])  # a month may be kept at nought
    return fiches, compteurs


def saisir(operation, ligne, auteur):
    """The same line through the act of the screen."""
    champs = {c: v for c, v in ligne.items() if c not in [*CHAMPS_IDENTITE, "operation"]}
    fiche = Participation(operation=operation, pseudonyme=champs.pop("identifiant_pseudonyme"))
    for colonne, valeur in champs.items():
        champ = {"date_entree": "entree_le", "date_sortie": "sortie_le"}.get(colonne, colonne)
        if champ in ("entree_le", "sortie_le"):
            valeur = dt.date.fromisoformat(valeur) if valeur else None
        elif champ == "duree_chomage_mois":
            valeur = int(valeur) if valeur else None
        setattr(fiche, champ, valeur)
    fiche.source_qpv = SourceQpv.DECLARE if fiche.code_qpv else ""
    enregistrer_fiche(fiche, auteur=auteur, identite={c: ligne[c] for c in CHAMPS_IDENTITE})


def test_sixty_lines_give_what_sixty_acts_give(enveloppe, gestionnaire):
    operations = [OperationFactory(enveloppe=enveloppe, programmee=True) for _ in range(3)]
    lignes = [build_personne(operations[rang % 3].numero, rang) for rang in range(60)]
    for rang in range(0, 60, 4):
        lignes[rang] |= {"longitude": ["2.05", "2.5"][rang % 8 // 4], "latitude": "50.05"}
    for ligne in lignes:
        saisir(next(o for o in operations if o.numero == ligne["operation"]), ligne, gestionnaire)
    attendu = relever()
    for table in (CompteurIndicateur, CompteurTerritoire, Identite, Participation):
        table.objects.all().delete()

    bilan = importer(operations[0], *lignes)

    assert comptes(bilan) == (60, 0, 0)
    assert relever() == attendu
    assert {fiche.code_qpv for fiche in Participation.objects.all()} == {"", "QN06201A", "QN06201M"}
    assert verifier_compteurs() == []
    assert comptes(importer(operations[0], *lignes)) == (0, 0, 60)
    assert relever() == attendu


def test_a_changed_line_changes_its_record_alone(operation):
    lignes = [build_personne(operation.numero, rang) for rang in range(3)]
    importer(operation, *lignes)
    lignes[1] |= {"sexe": "X", "courriel": "autre@exemple.invalid"}

    bilan = importer(operation, *lignes)

    assert comptes(bilan) == (0, 1, 2)
    assert bilan.par_operation == {operation.numero: [0, 1, 2]}
    fiche = Participation.objects.get(pseudonyme="P-1")
    assert (fiche.sexe, fiche.version) == ("X", 2)
    assert ouvrir_identite(fiche)["courriel"] == "autre@exemple.invalid"
    assert verifier_compteurs() == []


def test_an_empty_cell_empties_and_a_column_left_out_does_not(operation):
    ligne = build_personne(operation.numero, 1, sexe="F", telephone="0611223344", code_insee="62498")
    importer(operation, ligne)

    importer(
        operation, {c: ligne[c] for c in ("operation", "identifiant_pseudonyme", "date_entree")} | {"telephone": ""}
    )

    fiche = Participation.objects.get()
    assert (fiche.sexe, fiche.code_insee) == ("F", "62498")
    clair = ouvrir_identite(fiche)
    assert ("telephone" in clair, clair["nom"]) == (False, ligne["nom"])


def test_returns_in_one_file_are_one_record(operation):
    premiere = build_personne(
        operation.numero, 1, date_entree="2026-01-05", date_sortie="2026-03-01", motif_sortie="abandon", sexe="F"
    )
    retour = premiere | {
        "date_entree": "2026-06-01",
        "date_sortie": "",
        "motif_sortie": "",
        "statut_emploi_sortie": "",
        "type_contrat": "",
        "sexe": "H",
    }

    assert comptes(importer(operation, retour, premiere)) == (1, 0, 0)

    fiche = Participation.objects.get()
    assert (fiche.entree_le, fiche.sexe) == (dt.date(2026, 1, 5), "F")
    assert (fiche.sortie_le, fiche.motif_sortie) == (None, "")
    assert fiche.retour_le == dt.date(2026, 6, 1)
    assert comptes(importer(operation, retour, premiere)) == (0, 0, 1)


@pytest.mark.parametrize("ordre", [[0, 1], [1, 0]])
def test_returns_in_two_files_are_one_record_in_any_order(operation, ordre):
    premiere = build_personne(operation.numero, 1, date_entree="2026-01-05", date_sortie="2026-03-01")
    retour = premiere | {"date_entree": "2026-06-01", "date_sortie": "2026-09-30", "motif_sortie": "terme"}
    lignes = [premiere, retour]

    for rang in [*ordre, *ordre]:
        importer(operation, lignes[rang])

    fiche = Participation.objects.get()
    assert (fiche.entree_le, fiche.sortie_le) == (dt.date(2026, 1, 5), dt.date(2026, 9, 30))
    assert comptes(importer(operation, retour)) == (0, 0, 1)
    assert comptes(importer(operation, premiere)) == (0, 0, 1)


def test_a_later_entry_of_who_has_not_left_corrects_the_entry(operation):
    ligne = build_personne(operation.numero, 1, date_entree="2026-01-05")
    importer(operation, ligne)

    assert comptes(importer(operation, ligne | {"date_entree": "2026-02-05"})) == (0, 1, 0)

    assert Participation.objects.get().entree_le == dt.date(2026, 2, 5)


def test_the_same_entry_twice_with_other_answers_is_refused(operation):
    ligne = build_personne(operation.numero, 1, sexe="F")

    bilan = importer(operation, ligne, ligne, ligne | {"sexe": "H"})

    assert fautes(bilan) == [(4, "identifiant_pseudonyme", "P-1")]
    assert not Participation.objects.exists()


def test_an_unknown_operation_or_that_of_another_body_refuses_the_whole_file(operation, accord):
    ailleurs = OperationFactory(enveloppe=EnveloppeFactory(accord=accord, organisme__code="TM"), programmee=True)
    lignes = [build_personne(numero, rang) for rang, numero in enumerate([operation.numero, "404", ailleurs.numero])]

    bilan = importer(operation, *lignes)

    assert fautes(bilan) == [(3, "operation", "404"), (4, "operation", ailleurs.numero)]
    assert not Participation.objects.exists()


def test_an_operation_that_takes_nobody_is_refused(enveloppe):
    operation = OperationFactory(enveloppe=enveloppe)

    bilan = importer(operation, build_personne(operation.numero, 1))

    assert fautes(bilan) == [(2, "operation", operation.numero)]


def test_one_bad_line_in_three_thousand_imports_nothing_and_is_named(operation):
    lignes = [build_personne(operation.numero, rang) for rang in range(3_000)]
    lignes[1_234]["date_entree"] = "31/02/2026"

    bilan = importer(operation, *lignes)

    assert fautes(bilan) == [(1_236, "date_entree", "31/02/2026")]
    assert not Participation.objects.exists()


@pytest.mark.parametrize(
    ("ecrit", "colonne"),
    [
        ({"date_entree": "2030-01-01"}, "date_entree"),
        ({"date_sortie": "2030-01-01"}, "date_sortie"),
        ({"date_entree": "2026-05-02", "date_sortie": "2026-05-01"}, "date_sortie"),
        ({"motif_sortie": "terme"}, "date_sortie"),
        ({"statut_emploi": "emploi", "duree_chomage_mois": "3"}, "duree_chomage_mois"),
        ({"date_sortie": "2026-06-01", "type_contrat": "cdi"}, "type_contrat"),
        ({"date_naissance": "2026-05-02", "date_entree": "2026-05-01"}, "date_naissance"),
        ({"date_naissance": "1900-01-01"}, "date_naissance"),
    ],
)
def test_the_rules_of_a_record_hold_for_a_line(operation, ecrit, colonne):
    bilan = importer(operation, build_personne(operation.numero, 0, **ecrit))

    assert [faute.colonne for faute in bilan.fautes] == [colonne]
    assert not Participation.objects.exists()


def test_an_undone_record_and_an_emptied_identity_are_left_alone(operation, gestionnaire):
    lignes = [build_personne(operation.numero, rang) for rang in range(2)]
    importer(operation, *lignes)
    annuler_fiche(Participation.objects.get(pseudonyme="P-0"), auteur=gestionnaire, motif="Saisie par erreur")
    vides = {c.attname: c.get_default() for c in Identite._meta.concrete_fields if not c.primary_key}
    Identite.objects.filter(participation__pseudonyme="P-1").update(**vides | {"purgee_le": dt.date(2026, 11, 1)})

    bilan = importer(operation, *lignes)

    assert [(f.ligne, f.colonne) for f in bilan.fautes] == [(2, "identifiant_pseudonyme"), (3, "nom")]
    sans = [{c: v for c, v in lignes[1].items() if c not in CHAMPS_IDENTITE}]
    assert comptes(importer(operation, *sans)) == (0, 0, 1)


def test_a_simulation_writes_nothing(operation):
    bilan = importer(operation, build_personne(operation.numero, 1), simulation=True)

    assert comptes(bilan) == (1, 0, 0)
    assert not Participation.objects.exists()


@pytest.mark.parametrize(
    ("encodage", "separateur"), [("utf-8", ";"), ("utf-8-sig", ","), ("cp1252", "\t"), ("cp1252", ";")]
)
def test_the_habits_of_spreadsheets_are_read(operation, encodage, separateur):
    tampon = io.StringIO()
    table = csv.writer(tampon, delimiter=separateur)
    table.writerow(["Identifiant", "DATE D'ENTREE", "Prénom", "Né le", "Genre", "Inconnu ?"])
    table.writerow(["12", "02/03/2026", "Éloïse", "15/04/1991", "Mme", ""])
    contenu = tampon.getvalue().encode(encodage)

    bilan = importer_participants(contenu, accord=operation.accord, operation=operation)
    assert bilan.inconnus == ["Inconnu ?"]

    contenu = contenu.replace(b"Inconnu ?", b"")
    assert comptes(importer_participants(contenu, accord=operation.accord, operation=operation)) == (1, 0, 0)
    assert ouvrir_identite(Participation.objects.get())["prenom"] == "Éloïse"
    assert Participation.objects.get().age_entree == 34
