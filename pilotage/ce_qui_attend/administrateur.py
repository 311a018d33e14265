"""The administrator: accounts without a role, roles about to end, parameters nobody has checked."""

from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Window
from django.urls import reverse

from accord.fiche.rubriques import PAR_CODE, adresse
from accord.models import Parametre
from accord.montants import INSECABLE
from accord.sources import ecrire_source
from comptes.models import Habilitation, Utilisateur

from .blocs import LONGUEUR, Groupe, Ligne, Section, Vide, a_rebours

PREAVIS = timedelta(days=60)
APERCU = 5  # parameters shown: the whole list is on the page of the agreement


def _sans_habilitation(accord, aujourdhui) -> Groupe:
    """Open accounts of people who held a role in this agreement and hold none any more, here or elsewhere."""
    siennes = Habilitation.objects.filter(utilisateur=OuterRef("pk"))
    connus = siennes.filter(organisme__parties__accord=accord)
    comptes = (
        Utilisateur.objects.filter(Exists(connus), ~Exists(siennes.en_vigueur(aujourdhui)), is_active=True)
        .annotate(nombre=Window(Count("pk")))
        .order_by("cree_le")[:LONGUEUR]
    )
    lignes = [
        Ligne(
            "Accorder un rôle, ou fermer le compte",
            reverse("comptes:utilisateur", args=[compte.pk]),
            f"{compte} · {compte.email}",
            compte.cree_le,
            "compte ouvert",
        )
        for compte in comptes
    ]
    return Groupe(
        "Comptes sans rôle en cours",
        lignes,
        comptes[0].nombre if lignes else 0,
        url_suite=f"{reverse('comptes:utilisateurs')}?etat=sans_role",
    )


def _a_terme(accord, aujourdhui) -> Groupe:
    habilitations = (
        Habilitation.objects.en_vigueur(aujourdhui)
        .filter(fin_le__lte=aujourdhui + PREAVIS, organisme__parties__accord=accord, utilisateur__is_active=True)
        .select_related("utilisateur", "organisme")
        .order_by("fin_le", "pk")
    )
    lignes = [
        Ligne(
            "Prolonger le rôle, ou le laisser finir",
            reverse("comptes:utilisateur", args=[habilitation.utilisateur_id]),
            f"{habilitation.utilisateur} · {habilitation}",
            habilitation.fin_le,
            a_rebours(habilitation.fin_le, aujourdhui),
        )
        for habilitation in habilitations
    ]
    return Groupe("Rôles qui se terminent dans les soixante jours", lignes, len(lignes))


def _parametres(accord, aujourdhui) -> Groupe:
    parametres = (
        Parametre.objects.filter(accord=accord, est_verifie=False)
        .valables_le(aujourdhui)
        .annotate(nombre=Window(Count("pk")))
        .order_by("sujet", "code")[:APERCU]
    )
    url, titres = adresse(accord, PAR_CODE["parametres"]), accord.titres_sources
    lignes = [
        Ligne(
            f"Vérifier « {p.libelle} »",
            url,
            f"{p.valeur}{INSECABLE}{p.unite}".strip() + f" · {ecrire_source(p.source, titres)}",
        )
        for p in parametres
    ]
    total = parametres[0].nombre if lignes else 0
    return Groupe("Paramètres à vérifier dans leur source", lignes, total, url_suite=url)


def build_section(accord, aujourdhui) -> Section:
    groupes = [_sans_habilitation(accord, aujourdhui), _a_terme(accord, aujourdhui), _parametres(accord, aujourdhui)]
    return Section(
        "a-administrer",
        "À administrer",
        Vide(
            "Rien à administrer",
            "Un compte sans rôle, un rôle qui se termine ou un paramètre à vérifier apparaîtra ici.",
            reverse("comptes:utilisateurs"),
            "Voir les comptes",
        ),
        [groupe for groupe in groupes if groupe.lignes],
        url=reverse("comptes:utilisateurs"),
        lien="Tous les comptes",
    )
