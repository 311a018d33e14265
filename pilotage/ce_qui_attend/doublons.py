"""The pairs of records that wait for what a body concludes."""

from django.db.models import Count, Window
from django.urls import reverse

from accord.montants import format_date
from participants.recoupements import doublons_de, for_lecture, lire

from .blocs import LONGUEUR, Groupe, Ligne


def build_groupe(user, accord) -> Groupe:
    """The oldest first, for the bodies the person works for."""
    a_decider = for_lecture(doublons_de(user, accord).en_vigueur().filter(sens_sien__isnull=True))
    doublons = a_decider.annotate(nombre=Window(Count("pk"))).order_by("detecte_le", "pk")[:LONGUEUR]
    lignes = [
        Ligne(
            f"Décider du doublon avec {recoupement.autre.organisme}",
            reverse("participants:doublon", args=[accord.slug, recoupement.pk]),
            f"Fiche {recoupement.sienne.pseudonyme} · opération {recoupement.sienne.operation.numero} · "
            f"{recoupement.force.lower()}",
            recoupement.doublon.detecte_le,
            f"détecté le {format_date(recoupement.doublon.detecte_le)}",
        )
        for recoupement in map(lire, doublons)
    ]
    url = f"{reverse('participants:doublons', args=[accord.slug])}?etat=a_decider"
    return Groupe("Doublons à décider", lignes, doublons[0].nombre if lignes else 0, url_suite=url)
