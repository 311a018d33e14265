"""The same person with two bodies at once: which pairs are found, put aside, brought back."""

import datetime as dt
import hashlib
import io
import threading
from collections import Counter

import pytest
from django.db import connection, connections

from operations.models import Operation
from participants.chiffrement import lire_cle
from participants.empreintes import empreinte_exacte, empreintes_tolerantes, jetons_recherche, porte_le_nom
from participants.models import DoublonPresume, Identite, Participation
from participants.services import annuler_fiche, enregistrer_fiche, rapprocher, retablir_fiche
from participants.services.identites import build_identite
from tests.factories import AccordFactory, EnveloppeFactory, OperationFactory, OrganismeFactory
from tests.participants.personnes import GENRES, Registre

NAISSANCE = dt.date(1984, 3, 12)
IDENTITE = {"nom": "Dréfoubard", "prenom": "Clo-Lis", "date_naissance": "1984-03-12"}


@pytest.fixture
def cd62(accord):
    return OperationFactory(enveloppe=EnveloppeFactory(accord=accord), programmee=True)


@pytest.fixture
def tm(accord):
    enveloppe = EnveloppeFactory(accord=accord, code="FSE_TM", organisme=OrganismeFactory(code="TM"))
    return OperationFactory(enveloppe=enveloppe, programmee=True)


def saisir(operation, auteur, identite=IDENTITE, pseudonyme="A-1", **champs) -> Participation:
    fiche = Participation(operation=operation, pseudonyme=pseudonyme, **{"entree_le": dt.date(2026, 3, 2)} | champs)
    return enregistrer_fiche(fiche, auteur=auteur, identite=identite)


def en_vigueur() -> list[tuple[int, int, bool]]:
    return list(DoublonPresume.objects.en_vigueur().values_list("premiere", "seconde", "est_exact"))


# -- prints


@pytest.mark.parametrize(
    ("nom", "prenom", "jour"),
    [
        ("DREFOUBARD", "CLO LIS", NAISSANCE),
        ("Dré foubard", "Clolis", NAISSANCE),
        ("Clo-Lis", "Dréfoubard", NAISSANCE),
        ("Dréfoubart", "Clo-Lis", NAISSANCE),
        ("Dréfobard", "Clo-Lis", NAISSANCE),
        ("Dréfuobard", "Clo-Lis", NAISSANCE),
        ("Dréfoubard", "Clo-Lise", NAISSANCE),
        ("Dréfoubard", "Clo-Lis", dt.date(1984, 12, 3)),
        ("Dréfoubard", "Clo-Lis", dt.date(1983, 3, 12)),
        ("Dréfoubard", "Clo-Lis", dt.date(1984, 3, 2)),
        ("Clo Dréfoubard", "Lis", NAISSANCE),
    ],
)
def test_two_spellings_of_a_person_share_a_print(nom, prenom, jour):
    connues = set(empreintes_tolerantes("Dréfoubard", "Clo-Lis", NAISSANCE))

    assert connues & set(empreintes_tolerantes(nom, prenom, jour))


@pytest.mark.parametrize(
    ("nom", "prenom", "jour"),
    [
        ("Drifoubart", "Clo-Lis", NAISSANCE),  # two letters
        ("Dréfoubart", "Clo-Lise", NAISSANCE),  # one in each name
        ("Dréfoubard", "Clo-Lis", dt.date(1975, 3, 12)),  # two digits
        ("Dréfoubart", "Clo-Lis", dt.date(1984, 3, 13)),
        ("Dréfoubard", "Ebine", NAISSANCE),
    ],
)
def test_another_person_shares_none(nom, prenom, jour):
    connues = set(empreintes_tolerantes("Dréfoubard", "Clo-Lis", NAISSANCE))

    assert not connues & set(empreintes_tolerantes(nom, prenom, jour))


def test_a_print_is_a_keyed_hash(settings):
    cle, texte = lire_cle(settings.CLE_EMPREINTES), b"exacte|DREFOUBARD|CLOLIS|1984-03-12"
    attendu = hashlib.blake2s(texte, key=cle, digest_size=8).digest()

    assert empreinte_exacte("Dréfoubard", "Clo-Lis", NAISSANCE) == int.from_bytes(attendu) & (2**63 - 1)


def test_words_of_a_search_read_names_whole_and_cut_and_differ_between_bodies():
    fiche = set(jetons_recherche(1, "D’Aboville", "Clo-Lis", naissance="1984-03-12"))

    for mot in ("lis", "CLO-LIS", "aboville", "d’aboville"):
        assert set(jetons_recherche(1, mot)) <= fiche
    assert set(jetons_recherche(1, naissance="1984-03-12")) <= fiche
    assert not fiche & set(jetons_recherche(2, "D’Aboville", "Clo-Lis", naissance="1984-03-12"))


@pytest.mark.parametrize(
    ("pseudonyme", "nom", "attendu"),
    [
        ("P-0042", "Dréfoubard", False),
        ("drefoubard01", "Dréfoubard", True),
        ("62-DREFOU-BARD", "Dréfoubard", True),
        ("P-BARD-1", "Drefou-Bard", True),
        ("LI-12", "Li", True),
        ("LILLE-12", "Li", False),
        ("P-0042", "", False),
    ],
)
def test_an_identifier_that_holds_the_surname_is_seen(pseudonyme, nom, attendu):
    assert porte_le_nom(pseudonyme, nom) is attendu


def test_names_without_a_latin_letter_leave_no_print(cd62, gestionnaire):
    fiche = saisir(cd62, gestionnaire, IDENTITE | {"nom": "李", "prenom": "小龙"})

    assert fiche.identite.exacte is None
    assert fiche.identite.tolerantes == []


# -- pairs


def test_a_pair_is_found_at_entry(cd62, tm, gestionnaire, gestionnaire_tm):
    une = saisir(cd62, gestionnaire)
    autre = saisir(tm, gestionnaire_tm, IDENTITE | {"nom": "DREFOUBART"})

    assert en_vigueur() == [(une.pk, autre.pk, False)]


def test_the_first_record_is_that_of_the_body_that_comes_first(cd62, tm, gestionnaire, gestionnaire_tm):
    autre = saisir(tm, gestionnaire_tm)
    une = saisir(cd62, gestionnaire)

    assert cd62.enveloppe.organisme_id < tm.enveloppe.organisme_id
    assert en_vigueur() == [(une.pk, autre.pk, True)]


@pytest.mark.parametrize(("entree", "paires"), [(dt.date(2026, 6, 30), 1), (dt.date(2026, 7, 1), 0)])
def test_days_that_only_follow_each_other_are_no_pair(cd62, tm, gestionnaire, gestionnaire_tm, entree, paires):
    saisir(cd62, gestionnaire, sortie_le=dt.date(2026, 6, 30))
    saisir(tm, gestionnaire_tm, entree_le=entree)

    assert len(en_vigueur()) == paires


def test_two_operations_of_one_body_are_no_pair(cd62, gestionnaire):
    saisir(cd62, gestionnaire)
    saisir(OperationFactory(enveloppe=cd62.enveloppe, programmee=True), gestionnaire)

    assert not DoublonPresume.objects.exists()


def test_two_agreements_are_no_pair(cd62, gestionnaire, gestionnaire_tm):
    autre_accord = AccordFactory(slug="voisin-2021-2027", code_departement="59", parties=["TM"])
    ailleurs = EnveloppeFactory(accord=autre_accord, organisme=OrganismeFactory(code="TM"))
    saisir(cd62, gestionnaire)
    saisir(OperationFactory(enveloppe=ailleurs, programmee=True), gestionnaire_tm)

    assert not DoublonPresume.objects.exists()


def test_a_pair_is_put_aside_and_brought_back(cd62, tm, gestionnaire, gestionnaire_tm):
    une = saisir(cd62, gestionnaire)
    saisir(tm, gestionnaire_tm, entree_le=dt.date(2026, 5, 4))
    paire = DoublonPresume.objects.get()

    une.sortie_le = dt.date(2026, 5, 3)
    enregistrer_fiche(une, auteur=gestionnaire)
    assert en_vigueur() == []

    une.sortie_le = dt.date(2026, 5, 4)
    une = enregistrer_fiche(une, auteur=gestionnaire)
    assert DoublonPresume.objects.en_vigueur().get() == paire

    annuler_fiche(une, auteur=gestionnaire, motif="Saisie deux fois")
    assert en_vigueur() == []

    retablir_fiche(une, auteur=gestionnaire)
    assert DoublonPresume.objects.en_vigueur().get() == paire


def test_another_name_puts_the_pair_aside(cd62, tm, gestionnaire, gestionnaire_tm):
    une = saisir(cd62, gestionnaire)
    saisir(tm, gestionnaire_tm)

    enregistrer_fiche(une, auteur=gestionnaire, identite=IDENTITE | {"prenom": "Ebine"})
    assert en_vigueur() == []

    enregistrer_fiche(une, auteur=gestionnaire, identite=IDENTITE | {"prenom": "Clolise"})
    assert [exact for *_, exact in en_vigueur()] == [False]


def test_an_identity_taken_away_leaves_no_print(cd62, tm, gestionnaire, gestionnaire_tm):
    une = saisir(cd62, gestionnaire)
    saisir(tm, gestionnaire_tm)

    une = enregistrer_fiche(une, auteur=gestionnaire, identite={})

    assert not Identite.objects.filter(participation=une).exists()
    assert (une.age_entree, une.personne) == (None, None)
    assert en_vigueur() == []


@pytest.mark.parametrize("fiches", [None, "toutes"])
def test_all_at_once_finds_what_one_by_one_finds(cd62, tm, gestionnaire, gestionnaire_tm, fiches):
    une = saisir(cd62, gestionnaire)
    autre = saisir(tm, gestionnaire_tm)
    saisir(tm, gestionnaire_tm, IDENTITE | {"prenom": "Ebine"}, pseudonyme="A-2")
    attendues = en_vigueur()
    DoublonPresume.objects.all().delete()
    seules = None if fiches is None else [*range(-1000, 0), une.pk]  # above the threshold: the pass over all prints

    assert rapprocher(seules) == 1
    assert en_vigueur() == attendues == [(une.pk, autre.pk, True)]
    Identite.objects.filter(participation=autre).delete()
    assert rapprocher(seules) == 0
    assert en_vigueur() == []


def test_an_emptied_identity_keeps_its_pair_while_the_days_overlap(cd62, tm, gestionnaire, gestionnaire_tm):
    saisir(cd62, gestionnaire)
    autre = saisir(tm, gestionnaire_tm)
    Identite.objects.filter(participation=autre).update(
        chiffre=None,
        exacte=None,
        par_jour=None,
        par_noms=None,
        tolerantes=[],
        jetons=[],
        purgee_le=dt.date(2026, 10, 1),
    )

    rapprocher(None)
    assert len(en_vigueur()) == 1

    Participation.objects.filter(pk=autre.pk).update(entree_le=dt.date(2026, 1, 5), sortie_le=dt.date(2026, 1, 9))
    rapprocher([autre.pk])
    assert en_vigueur() == []


@pytest.mark.django_db(transaction=True)
def test_two_bodies_that_enter_a_person_at_once_do_not_both_miss_the_pair(cd62, tm, gestionnaire, gestionnaire_tm):
    ensemble, erreurs = threading.Barrier(2, timeout=20), []

    def saisir_ensemble(operation, auteur):
        def attendre(execute, sql, *args):
            if "pg_advisory_xact_lock" in sql:
                ensemble.wait()  # both records are written, neither is committed
            return execute(sql, *args)

        try:
            with connection.execute_wrapper(attendre):
                saisir(Operation.objects.get(pk=operation.pk), auteur)
        except Exception as erreur:
            erreurs.append(erreur)
        finally:
            connections.close_all()

    fils = [threading.Thread(target=saisir_ensemble, args=a) for a in ((cd62, gestionnaire), (tm, gestionnaire_tm))]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()

    assert erreurs == []
    assert len(en_vigueur()) == 1


def remplir(operation, personnes, prefixe: str) -> list[int]:
    """Write many records with their identities, as an import does."""
    commun = {"operation": operation, "entree_le": dt.date(2026, 3, 2), "entree_saisie_le": dt.date(2026, 3, 2)}
    fiches = [Participation(pseudonyme=f"{prefixe}-{rang}", **commun) for rang in range(len(personnes))]
    Participation.objects.bulk_create(fiches, batch_size=2000)
    organisme = operation.enveloppe.organisme_id
    champs = ["participation_id", "cle", "exacte", "par_jour", "par_noms", "tolerantes", "chiffre"]
    tampon = io.StringIO()
    for fiche, clair in zip(fiches, personnes, strict=True):
        i = build_identite(fiche, clair, organisme)
        prints = ",".join(map(str, i.tolerantes))
        cellules = [i.pk, i.cle, i.exacte, i.par_jour, i.par_noms, f"{{{prints}}}", f"\\\\x{i.chiffre.hex()}"]
        tampon.write("\t".join(map(str, cellules)) + "\t{}\n")
    tampon.seek(0)
    with connection.cursor() as curseur:
        curseur.copy_expert(f"COPY participants_identite ({', '.join(champs)}, jetons) FROM STDIN", tampon)
    return [fiche.pk for fiche in fiches]


def test_200_known_pairs_among_20_000_records(cd62, tm):
    registre = Registre(graine=62)
    siens, autres = registre.tirer(10_000), registre.tirer(9_800)
    genres = [GENRES[rang % len(GENRES)] for rang in range(200)]
    autres += [registre.varier(siens[rang * 7], genre) for rang, genre in enumerate(genres)]
    premieres, secondes = remplir(cd62, siens, "D"), remplir(tm, autres, "T")
    attendues = {(premieres[rang * 7], secondes[9_800 + rang]): genre for rang, genre in enumerate(genres)}

    rapprocher(None)

    trouvees = {(une, autre) for une, autre, _ in en_vigueur()}
    manquees = Counter(genre for paire, genre in attendues.items() if paire not in trouvees)
    assert sum(manquees.values()) <= 10, manquees
    assert len(trouvees - attendues.keys()) <= 20
