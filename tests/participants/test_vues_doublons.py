"""What each body reads of a presumed duplicate, what it concludes, and what nobody else learns."""

import csv
import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comptes.enums import Role
from comptes.journal import journal_de
from comptes.models import JournalAudit
from operations.models import Operation
from participants.enums import SensDoublon
from participants.models import DecisionDoublon, DoublonPresume, Participation
from participants.services import annuler_decision_doublon, decider_doublon, enregistrer_fiche
from tests.factories import EnveloppeFactory, OperationFactory, OrganismeFactory, habilite

SIENNE = {"nom": "Dréfoubard", "prenom": "Clobine", "date_naissance": "1984-03-12"}
AUTRE = SIENNE | {"nom": "Drefoubart"}


@pytest.fixture
def operations(accord):
    tm = EnveloppeFactory(accord=accord, code="FSE_TM", organisme=OrganismeFactory(code="TM"))
    return {
        "CD62": OperationFactory(enveloppe=EnveloppeFactory(accord=accord), programmee=True),
        "TM": OperationFactory(enveloppe=tm, programmee=True),
    }


@pytest.fixture
def croiser(operations, gestionnaire, gestionnaire_tm):
    """Enter a person with both bodies, and give the pair."""

    def croiser(rang: int = 0) -> DoublonPresume:
        fiches = []
        for code, auteur, clair in (("CD62", gestionnaire, SIENNE), ("TM", gestionnaire_tm, AUTRE)):
            fiche = Participation(
                operation=Operation.objects.get(pk=operations[code].pk),
                pseudonyme=f"{'D' if code == 'CD62' else 'T'}-{rang}",
                entree_le=dt.date(2026, 3, 2 if code == "CD62" else 20),
            )
            identite = clair | {"prenom": f"{clair['prenom']}{'abcdefgh'[rang] * 3}"}
            fiches.append(enregistrer_fiche(fiche, auteur=auteur, identite=identite))
        return DoublonPresume.objects.get(premiere=fiches[0], seconde=fiches[1])

    return croiser


def ouvrir(client, user, accord, nom="doublons", *args, **requete):
    client.force_login(user)
    return client.get(reverse(f"participants:{nom}", args=[accord.slug, *args]), requete)


def test_each_body_reads_its_own_record_and_the_days_of_the_other(
    client, accord, croiser, operations, gestionnaire, gestionnaire_tm
):
    doublon = croiser()

    for user, sien, autre, code in ((gestionnaire, "D-0", "T-0", "TM"), (gestionnaire_tm, "T-0", "D-0", "CD62")):
        for reponse in (ouvrir(client, user, accord), ouvrir(client, user, accord, "doublon", doublon.pk)):
            texte = reponse.content.decode()
            assert sien in texte
            assert autre not in texte
            assert operations[code].numero not in texte
            assert operations[code].structure.nom not in texte
            assert "2\u00a0mars\u00a02026" in texte or "2\u00a0mars" in texte
            assert not any(nom.lower() in texte.lower() for nom in ("Dréfoubard", "Drefoubart", "Clobine", "1984"))


def test_the_identifier_of_the_other_body_finds_nothing(client, accord, croiser, gestionnaire):
    croiser()

    assert ouvrir(client, gestionnaire, accord, q="d-0").context["page"].paginator.count == 1
    assert ouvrir(client, gestionnaire, accord, q="T-0").context["page"].paginator.count == 0


def test_filters_by_state_and_strength(client, accord, croiser, gestionnaire):
    decide, ecarte, attend = croiser(0), croiser(1), croiser(2)
    organisme = gestionnaire.habilitations.get().organisme
    decider_doublon(decide, organisme=organisme, sens="meme_etape", motif="Vu", auteur=gestionnaire)
    DoublonPresume.objects.filter(pk=ecarte.pk).update(ecarte_le="2026-10-01", est_exact=True)

    def trouves(**requete):
        return {r.pk for r in ouvrir(client, gestionnaire, accord, **requete).context["page"]}

    assert trouves(etat="a_decider") == {attend.pk}
    assert trouves(etat="decide") == {decide.pk}
    assert trouves(etat="ecarte") == {ecarte.pk}
    assert trouves(force="exacte") == {ecarte.pk}
    assert trouves(force="voisine") == {decide.pk, attend.pk}
    assert trouves() == {decide.pk, ecarte.pk, attend.pk}


def test_decide_then_undo(client, accord, croiser, gestionnaire, gestionnaire_tm):
    doublon = croiser()
    client.force_login(gestionnaire)
    url = reverse("participants:doublon", args=[accord.slug, doublon.pk])
    client.post(url, {"sens": "etape_successive", "motif": "Remise en mouvement, puis chantier"})

    decision = DecisionDoublon.objects.get()
    assert (str(decision.organisme), decision.sens, decision.annulee_le) == ("CD62", "etape_successive", None)
    lue = ouvrir(client, gestionnaire_tm, accord, "doublon", doublon.pk)
    assert "Remise en mouvement, puis chantier" in lue.content.decode()
    assert "Autre organisme attendu" not in lue.content.decode()

    client.force_login(gestionnaire)
    client.post(reverse("participants:doublon_annuler", args=[accord.slug, doublon.pk]))
    decision.refresh_from_db()
    assert decision.annulee_le is not None
    assert ouvrir(client, gestionnaire, accord).context["a_decider"] == 1
    assert [ligne.acte for ligne in journal_de(doublon.premiere)] == [
        "doublon_rouvert",
        "doublon_decide",
        "fiche_saisie",
    ]
    assert [ligne.acte for ligne in journal_de(doublon.seconde)] == ["fiche_saisie"]
    valeurs = " ".join(str(ligne.valeurs) + ligne.motif + ligne.objet_libelle for ligne in JournalAudit.objects.all())
    assert not any(nom in valeurs for nom in ("foubar", "Clobine", "1984"))


@pytest.mark.parametrize(
    ("sens", "mots"), [("meme_etape", "Les deux organismes sont d’accord"), ("autre_personne", "en désaccord")]
)
def test_both_decisions_are_compared(client, accord, croiser, gestionnaire, gestionnaire_tm, sens, mots):
    doublon = croiser()
    for user, choix in ((gestionnaire, "meme_etape"), (gestionnaire_tm, sens)):
        organisme = user.habilitations.get().organisme
        decider_doublon(doublon, organisme=organisme, sens=choix, motif="Vu ensemble", auteur=user)

    for user in (gestionnaire, gestionnaire_tm):
        assert mots in ouvrir(client, user, accord, "doublon", doublon.pk).content.decode()


def test_a_decision_is_refused(croiser, gestionnaire):
    doublon, organisme = croiser(), gestionnaire.habilitations.get().organisme

    def refus(**champs):
        with pytest.raises(ValidationError) as refuse:
            decider_doublon(
                doublon,
                **{"organisme": organisme, "sens": SensDoublon.MEME_ETAPE, "motif": "Vu", "auteur": gestionnaire}
                | champs,
            )
        erreurs = getattr(refuse.value, "error_dict", None)
        return erreurs["motif"][0].code if erreurs else refuse.value.code

    assert refus(motif=" ") == "motif"
    assert refus(motif="M. DREFOUBARD est suivi ailleurs") == "nominatif"
    with pytest.raises(ValidationError) as refuse:
        annuler_decision_doublon(doublon, organisme=organisme, auteur=gestionnaire)
    assert refuse.value.code == "decision"
    decider_doublon(doublon, organisme=organisme, sens="meme_etape", motif="Vu", auteur=gestionnaire)
    assert refus() == "decidee"
    DoublonPresume.objects.update(ecarte_le="2026-10-01")
    assert refus() == "ecarte"


def test_the_export_holds_what_the_list_shows(client, accord, croiser, gestionnaire):
    doublon = croiser()
    reponse = ouvrir(client, gestionnaire, accord, "export_doublons_csv")

    lignes = list(csv.DictReader(b"".join(reponse.streaming_content).decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [(x["identifiant"], x["operation"], x["autre_organisme"], x["autre_entree_le"]) for x in lignes] == [
        ("D-0", doublon.premiere.operation.numero, "TM", "2026-03-20")
    ]
    assert "T-0" not in str(lignes)


def test_the_state_reads_masked_counts_and_no_record(client, accord, croiser):
    for rang in range(6):
        croiser(rang)
    DoublonPresume.objects.filter(pk=DoublonPresume.objects.latest("pk").pk).update(est_exact=True)
    lecteur = habilite(Role.LECTEUR_ETAT, "DDETS_62")

    reponse = ouvrir(client, lecteur, accord)
    assert reponse.context["lignes"][0] == ("Sans décision", ["<\u00a05", "masqué", "masqué"])
    assert not any(mot in reponse.content.decode() for mot in ("D-0", "T-0"))
    assert ouvrir(client, lecteur, accord, "doublon", DoublonPresume.objects.earliest("pk").pk).status_code == 404


@pytest.mark.parametrize("page", ["participants:doublons", "pilotage:accueil"])
def test_query_count(client, accord, croiser, gestionnaire, page):
    url, comptes = reverse(page, args=[accord.slug]), []
    client.force_login(gestionnaire)
    for rang in range(3):
        croiser(rang)
        with CaptureQueriesContext(connection) as lues:
            reponse = client.get(url)
        assert f"D-{rang}" in reponse.content.decode()
        comptes.append(len(lues))

    assert len(set(comptes)) == 1, comptes
