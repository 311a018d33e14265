"""Read the records: the tab of an operation, the list across operations, one record."""

from decimal import Decimal

from django.shortcuts import render
from django.utils import timezone

from accord.graphiques import barre_double
from comptes.classeurs import Format
from comptes.permissions import require
from comptes.pilules import build_pilules
from operations.permissions import peut_importer, peut_lire_dossier
from operations.views.commun import build_entete, get_operation, paginer

from ..completude import lire_suivi, manque_un_contact, manques, resultats_manquants
from ..effectifs import lire_effectif
from ..entites import lire_entites
from ..enums import EtatFiche
from ..filters import FicheFilter, FichesFilter
from ..historique import build_historique
from ..models import Participation
from ..partage import constats_de, lire_lignes
from ..permissions import (
    peut_compter_doublons,
    peut_lire_consultations,
    peut_lire_doublons,
    peut_lire_fiches,
    peut_lire_identites,
    peut_lister_fiches,
    peut_saisir_participants,
)
from ..pourquoi import expliquer_fiche
from ..reponses import dire_entree, dire_sortie
from ..tables import FichesTable, FicheTable, dire_etat
from .commun import entete, est_ouverte, get_fiche

REFUS_LISTE = (
    "Les fiches de participants se lisent dans leur organisme, dans la structure qui les accompagne ou pendant un "
    "mandat d’audit. Votre rôle lit les effectifs, sur chaque opération."
)


def onglet(request, accord, numero):
    """The records of an operation; who may not read them one by one reads how many there are."""
    operation = get_operation(request, accord, numero)
    tete = build_entete(request, operation, "participants", complet=peut_lire_dossier(request.user, operation))
    if not peut_lire_fiches(request.user, operation):
        effectif = lire_effectif(request.user, operation)
        return render(request, "participants/effectifs.html", tete | {"effectif": effectif})
    suivi = lire_suivi(accord, timezone.localdate())
    fiches = Participation.objects.filter(operation=operation)
    compte = suivi.compter(fiches)
    filtre = FicheFilter(request.GET, queryset=_annoter(fiches, suivi), accord=accord, user=request.user, suivi=suivi)
    saisit = peut_saisir_participants(request.user, operation)
    return render(
        request,
        "participants/onglet.html",
        tete
        | _liste(request, filtre, FicheTable(filtre.qs, accord=accord, exclude=["operation"]))
        | {
            "suivi": suivi,
            "compte": compte,
            "etats": _etats(compte),
            "barre": barre_double(Decimal(compte.total), Decimal(compte.completes), Decimal(compte.total), ""),
            "depasse": suivi.depasse(compte),
            "entites": lire_entites(operation),
            "saisit": saisit and est_ouverte(operation),
            "a_venir": saisit and not est_ouverte(operation),
        },
    )


def _etats(compte) -> list[tuple[str, str, int]]:
    """A count, and the filter that lists what makes it."""
    nombres = [compte.incompletes, compte.retard, compte.en_cours, compte.sorties, compte.annulees]
    return [(etat.value, etat.label, nombre) for etat, nombre in zip(EtatFiche, nombres, strict=True)]


def filtrer_liste(request, accord) -> FichesFilter:
    """The records that the person reads in the agreement, and no more."""
    require(peut_lister_fiches(request.user, accord), REFUS_LISTE)
    suivi = lire_suivi(accord, timezone.localdate())
    fiches = Participation.objects.for_user(request.user).filter(operation__accord=accord)
    return FichesFilter(request.GET, queryset=_annoter(fiches, suivi), accord=accord, user=request.user, suivi=suivi)


def liste(request, accord):
    filtre = filtrer_liste(request, accord)
    contexte = _liste(request, filtre, FichesTable(filtre.qs, accord=accord)) | {
        "peut_importer": peut_importer(request.user, accord),
        "lit_doublons": peut_lire_doublons(request.user, accord) or peut_compter_doublons(request.user, accord),
        "lit_consultations": peut_lire_consultations(request.user, accord),
    }
    return render(request, "participants/liste.html", contexte)


def _annoter(fiches, suivi):
    return suivi.annoter(fiches).select_related("operation")


def _liste(request, filtre, table) -> dict:
    paginer(request, table)
    return {
        "filtre": filtre,
        "table": table,
        "nombre": table.paginator.count,
        "pilules": build_pilules(request, filtre.form, prefixes=filtre.LIBELLES),
        "requete": request.GET.urlencode(),
        "formats": Format.choices,
    }


def fiche(request, accord, numero, pk):
    """One record: what was answered, why it counts or not, what was done to it. No name."""
    lue = get_fiche(request, accord, numero, pk)
    operation = lue.operation
    suivi = lire_suivi(accord, timezone.localdate())
    suivie = suivi.annoter(Participation.objects.filter(pk=lue.pk)).get()
    saisit = peut_saisir_participants(request.user, operation) and est_ouverte(operation)
    return render(
        request,
        "participants/fiche.html",
        entete(operation)
        | {
            "fiche": lue,
            "etat": dire_etat(suivie),
            "a_faire": _a_faire(suivie, sans_contact=saisit and manque_un_contact(lue)),
            "reponses_entree": dire_entree(lue),
            "reponses_sortie": dire_sortie(lue),
            "explications": expliquer_fiche(lue),
            "historique": build_historique(lue),
            "saisit": saisit,
            "lit_identite": peut_lire_identites(request.user, operation),
            "constats": [(ligne, f"partage_{constat}") for ligne, constat in constats_de(lue, lire_lignes(accord))],
        },
    )


def _a_faire(fiche, *, sans_contact: bool) -> list[dict]:
    """What to enter, the late ones in red."""
    if fiche.annulee_le:
        return []
    ton_entree = "stop" if fiche.retard_entree else "veille"
    ton_resultats = "stop" if fiche.retard_resultats else "veille"
    points = [{"libelle": f"Manque\u00a0: {mots}", "ton": ton_entree} for mots in manques(fiche)]
    points += [{"libelle": f"À constater\u00a0: {mots}", "ton": ton_resultats} for mots in resultats_manquants(fiche)]
    if fiche.retard_sortie:
        points.append({"libelle": "L’opération est terminée\u00a0: saisissez la sortie", "ton": "stop"})
    if sans_contact:
        points.append({"libelle": "Ni téléphone, ni courriel, ni référent", "ton": "veille"})
    return points
