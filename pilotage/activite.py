"""What happened lately: the journal of the objects a person may read, in words."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.urls import reverse

from accord.montants import INSECABLE, format_date
from comptes.models import JournalAudit
from gouvernance.models import Reunion
from operations.historique import ACTES_DU_DOSSIER
from operations.models import AppelAProjets, Operation, Structure

OPERATION, APPEL = "operations.operation", "operations.appelaprojets"
STRUCTURE, REUNION = "operations.structure", "gouvernance.reunion"
# act: what is said after the name of the object
ACTES = {
    OPERATION: {
        "deposee": "demande enregistrée",
        "modifiee": "demande modifiée",
        "recevable": "déclarée recevable",
        "irrecevable": "déclarée irrecevable",
        "instruite": "instruite",
        "rouverte": "instruction rouverte",
        "recevabilite_rouverte": "recevabilité rouverte",
        "decision_annulee": "décision annulée",
        "retrait_annule": "retrait annulé",
        "condition_levee": "condition levée",
        "condition_retablie": "condition rétablie",
        "programmee": "programmée",
        "refusee": "refusée",
        "ajournee": "ajournée",
        "abandonnee": "abandonnée",
        "deprogrammee": "déprogrammée",
        "conventionnee": "conventionnée",
        "convention_annulee": "convention annulée",
        "en_execution": "démarrée",
        "avenant_signe": "avenant signé",
        "bilan_depose": "bilan déposé",
        "bilan_annule": "bilan annulé",
        "csf_rendu": "contrôle de service fait conclu",
        "csf_annule": "contrôle de service fait annulé",
        "csf_ouvert": "contrôle de service fait ouvert",
        "csf_abandonne": "contrôle de service fait abandonné",
        "depenses_listees": "liste des dépenses enregistrée",
        "echantillon_tire": "échantillon du contrôle tiré",
        "lignes_verifiees": "lignes de l’échantillon vérifiées",
        "conclusions_provisoires": "conclusions provisoires envoyées",
        "contradictoire_repondu": "réponse du bénéficiaire enregistrée",
        "payee": "paiement enregistré",
        "recouvree": "recouvrement enregistré",
        "paiement_annule": "paiement annulé",
        "recouvrement_annule": "recouvrement annulé",
        "certifiee": "portée dans un appel de fonds",
        "certification_rejetee": "certification rejetée",
        "rejet_annule": "rejet de certification annulé",
        "certification_annulee": "appel de fonds annulé",
        "achevee": "achevée",
        "execution_reprise": "exécution reprise",
        "soldee": "soldée",
        "solde_annule": "solde annulé",
        "archivee": "archivée",
        "desarchivee": "sortie de l’archive",
        "etat_ressource": "état d’une ressource changé",
        "etat_ressource_annule": "changement d’état annulé",
        "resiliee": "résiliée",
        "envoyee_en_signature": "convention envoyée à la signature",
        "signature_suivie": "signatures de la convention",
        "signature_retiree": "convention retirée de la signature",
        "bilan_reporte": "bilan reporté",
        "demarrage_annule": "démarrage annulé",
        "avenant_annule": "avenant annulé",
        "resiliation_annulee": "résiliation annulée",
        "identites_effacees": "identités des participants effacées",
        "entites_saisies": "entités soutenues saisies",
    },
    APPEL: {
        "cree": "appel créé",
        "modifie": "appel modifié",
        "publie": "appel publié",
        "reporte": "date limite reportée",
        "clos": "appel clos",
        "supprime": "appel supprimé",
        "grille_modifiee": "grille d’instruction modifiée",
    },
    STRUCTURE: {"cree": "structure créée", "modifie": "structure modifiée"},
    REUNION: {
        "planifiee": "réunion planifiée",
        "modifiee": "réunion modifiée",
        "annulee": "réunion annulée",
        "dossier_produit": "dossier produit",
    },
}
AGENDA = "ordre du jour modifié"  # every act on an item of a meeting
FORTS = {
    "programmee",
    "refusee",
    "deprogrammee",
    "conventionnee",
    "soldee",
    "resiliee",
    "publie",
    "dossier_produit",
    "annulee",
}
CHAMPS = [
    "objet_type",
    "objet_id",
    "objet_libelle",
    "acte",
    "enregistree_le",
    "auteur",
    "auteur__prenom",
    "auteur__nom",
]
DERNIERES = 300  # lines looked at: enough for a few facts, whatever the length of the journal


@dataclass(frozen=True)
class Fait:
    """One line: on what (`objet`, with its page), what was done, by whom, when."""

    quand: datetime
    objet: str
    acte: str
    auteur: str
    url: str
    fort: bool


def _mot(ligne) -> str:
    return ACTES[ligne.objet_type].get(ligne.acte, AGENDA if ligne.objet_type == REUNION else ligne.acte)


def _lisibles(queryset):
    return queryset.annotate(cle_texte=Cast("pk", CharField())).values("cle_texte")


def _noms(lignes, accord) -> dict[tuple[str, str], tuple[str, str]]:
    """How operations and meetings are called, and where their pages are; two queries."""

    def pks(objet_type):
        return [int(ligne.objet_id) for ligne in lignes if ligne.objet_type == objet_type]

    noms = {}
    for pk, numero in Operation.objects.filter(pk__in=pks(OPERATION)).values_list("pk", "numero"):
        noms[OPERATION, str(pk)] = (numero, reverse("operations:detail", args=[accord.slug, numero]))
    for reunion in Reunion.objects.filter(pk__in=pks(REUNION)).select_related("comite"):
        nom = f"{reunion.comite} du {format_date(reunion.date)}"
        noms[REUNION, str(reunion.pk)] = (nom, reverse("gouvernance:reunion", args=[accord.slug, reunion.pk]))
    return noms


def _url(ligne, accord) -> str:
    nom = "operations:appel_detail" if ligne.objet_type == APPEL else "operations:structure_detail"
    return reverse(nom, args=[accord.slug, ligne.objet_id])


def lire_activite(user, accord, limite: int = 6) -> list[Fait]:
    """The latest acts on what the person may know, in three queries; the same act repeated is told once.

    Values and reasons stay on the object’s own page, which asks who may read them.
    """
    lisibles = {
        OPERATION: Operation.objects.for_user(user).filter(accord=accord),
        APPEL: AppelAProjets.objects.for_user(user).filter(enveloppe__accord=accord),
        STRUCTURE: Structure.objects.for_user(user).filter(accord=accord),
        REUNION: Reunion.objects.for_user(user).filter(comite__accord=accord),
    }
    condition = Q()
    for objet_type, queryset in lisibles.items():
        condition |= Q(objet_type=objet_type, objet_id__in=_lisibles(queryset))
    faits_lus = JournalAudit.objects.filter(condition).exclude(objet_type=OPERATION, acte__in=ACTES_DU_DOSSIER)
    lues = faits_lus.order_by("-pk").values_list(*CHAMPS, named=True)
    lignes = sorted(lues[:DERNIERES], key=lambda ligne: ligne.enregistree_le, reverse=True)
    suites = [list(suite) for _, suite in groupby(lignes, key=lambda x: (x.objet_type, x.objet_id, _mot(x), x.auteur))][
        :limite
    ]
    noms = _noms([suite[0] for suite in suites], accord)
    faits = []
    for suite in suites:
        ligne = suite[0]
        nom, url = noms.get((ligne.objet_type, ligne.objet_id)) or (ligne.objet_libelle, _url(ligne, accord))
        fois = f" ({len(suite)}{INSECABLE}fois)" if len(suite) > 1 else ""
        auteur = f"{ligne.auteur__prenom} {ligne.auteur__nom}" if ligne.auteur else ""
        faits.append(Fait(ligne.enregistree_le, nom, _mot(ligne) + fois, auteur, url, ligne.acte in FORTS))
    return faits
