"""What happened lately: the journal of the objects a person may read, in words."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.urls import reverse

from comptes.models import JournalAudit
from gouvernance.models import Reunion
from operations.models import AppelAProjets, Operation, Structure

# act: what is said after the name of the object
ACTES = {
    "operations.operation": {
        "deposee": "demande enregistrée",
        "modifiee": "demande modifiée",
        "recevable": "déclarée recevable",
        "irrecevable": "déclarée irrecevable",
        "instruite": "instruite",
        "programmee": "programmée",
        "refusee": "refusée",
        "ajournee": "ajournée",
        "abandonnee": "abandonnée",
        "deprogrammee": "déprogrammée",
    },
    "operations.appelaprojets": {
        "cree": "appel créé",
        "modifie": "appel modifié",
        "publie": "appel publié",
        "clos": "appel clos",
    },
    "operations.structure": {"cree": "structure créée", "modifie": "structure modifiée"},
    "gouvernance.reunion": {
        "planifiee": "réunion planifiée",
        "modifiee": "réunion modifiée",
        "annulee": "réunion annulée",
        "dossier_produit": "dossier produit",
    },
}
AGENDA = "ordre du jour modifié"
FORTS = {"programmee", "refusee", "deprogrammee", "publie", "dossier_produit", "annulee"}


@dataclass(frozen=True)
class Fait:
    """One line: on what (`objet`, with its page), what was done, by whom, when."""

    quand: datetime
    objet: str
    acte: str
    auteur: str
    url: str
    fort: bool


def _lisibles(queryset):
    return queryset.annotate(cle_texte=Cast("pk", CharField())).values("cle_texte")


def _url(ligne, accord, numeros: dict) -> str:
    if ligne.objet_type == "operations.operation":
        return reverse("operations:detail", args=[accord.slug, numeros[ligne.objet_id]])
    noms = {
        "operations.appelaprojets": "operations:appel_detail",
        "operations.structure": "operations:structure_detail",
        "gouvernance.reunion": "gouvernance:reunion",
    }
    return reverse(noms[ligne.objet_type], args=[accord.slug, ligne.objet_id])


def lire_activite(user, accord, limite: int = 6) -> list[Fait]:
    """The latest acts on what the person may know, in two queries. Values and reasons stay on the object’s own page."""
    lisibles = {
        "operations.operation": Operation.objects.for_user(user).filter(accord=accord),
        "operations.appelaprojets": AppelAProjets.objects.for_user(user).filter(enveloppe__accord=accord),
        "operations.structure": Structure.objects.for_user(user).filter(accord=accord),
        "gouvernance.reunion": Reunion.objects.for_user(user).filter(comite__accord=accord),
    }
    condition = Q()
    for objet_type, queryset in lisibles.items():
        condition |= Q(objet_type=objet_type, objet_id__in=_lisibles(queryset))
    lignes = list(JournalAudit.objects.filter(condition).select_related("auteur").order_by("-rang")[:limite])
    pks = [int(ligne.objet_id) for ligne in lignes if ligne.objet_type == "operations.operation"]
    numeros = {str(pk): numero for pk, numero in Operation.objects.filter(pk__in=pks).values_list("pk", "numero")}
    return [
        Fait(
            ligne.enregistree_le,
            numeros.get(ligne.objet_id, ligne.objet_libelle)
            if ligne.objet_type == "operations.operation"
            else ligne.objet_libelle,
            ACTES[ligne.objet_type].get(
                ligne.acte, AGENDA if ligne.objet_type == "gouvernance.reunion" else ligne.acte
            ),
            str(ligne.auteur) if ligne.auteur else "",
            _url(ligne, accord, numeros),
            ligne.acte in FORTS,
        )
        for ligne in lignes
    ]
