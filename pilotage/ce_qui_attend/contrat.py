"""The contract’s own lines of the queues: reports to claim, signatures to collect, contracts to notify."""

from datetime import timedelta
from functools import partial

from django.db.models import F
from django.db.models.functions import Coalesce, Least
from django.urls import reverse

from operations.alertes import compute_limite_signature, dire_manque, lire_alerte_bilan, lire_delai_signature
from operations.models import BilanAttendu, MiseEnSignature

from .blocs import Attente, Ligne, Source, a_rebours

OPERATION = ["accord", "structure", "enveloppe__fonds", "enveloppe__organisme"]


def _url(accord, operation, nom="convention") -> str:
    return reverse(f"operations:{nom}", args=[accord.slug, operation.numero])


def _texte(operation) -> str:
    return f"{operation.numero} · {operation.intitule} · {operation.structure}"


def lignes_bilans(accord, organismes, jour) -> list[Attente]:
    """Reports late, or due within the notice of the agreement."""
    limite = jour + timedelta(days=lire_alerte_bilan(accord, jour))
    attendus = (
        BilanAttendu.objects.a_recevoir()
        .filter(convention__operation__accord=accord, convention__operation__enveloppe__organisme__in=organismes)
        .filter(attendu_le__lte=limite)
        .select_related(*(f"convention__operation__{champ}" for champ in OPERATION))
    )
    return Source(attendus, partial(_reclamer, accord, jour)).attentes("attendu_le", "convention__operation__numero")


def _reclamer(accord, jour, attendu) -> Ligne:
    operation = attendu.convention.operation
    return Ligne(
        f"Réclamer le {attendu.get_nature_display().lower()}",
        _url(accord, operation),
        _texte(operation),
        attendu.attendu_le,
        a_rebours(attendu.attendu_le, jour),
        operation,
        ton="stop" if attendu.attendu_le < jour else "",
    )


def _mises(accord, organismes):
    return (
        MiseEnSignature.objects.en_cours()
        .filter(operation__accord=accord, operation__enveloppe__organisme__in=organismes)
        .select_related(*(f"operation__{champ}" for champ in OPERATION))
    )


def lignes_signatures(accord, organismes, jour) -> list[Ligne]:
    """Contracts that lack one signature, or both, by the day it is due."""
    mises = (
        _mises(accord, organismes)
        .annotate(depart=Coalesce(Least("signee_beneficiaire_le", "signee_oi_le"), "envoyee_le"))
        .exclude(signee_beneficiaire_le__isnull=False, signee_oi_le__isnull=False)
        .order_by("depart", "pk")
    )
    delai, lignes = lire_delai_signature(accord, jour), []
    for mise in mises:
        limite = compute_limite_signature(mise, jour, delai)
        quand = limite.jour if limite else mise.depart
        lignes.append(
            Ligne(
                f"Recueillir {dire_manque(mise)}",
                _url(accord, mise.operation),
                _texte(mise.operation),
                quand,
                a_rebours(quand, jour),
                mise.operation,
                ton="stop" if limite and limite.est_depassee else "",
            )
        )
    return lignes


def lignes_notifications(accord, organismes, jour) -> list[Ligne]:
    """Contracts that both parties signed: the responsable notifies them."""
    mises = _mises(accord, organismes).filter(signee_beneficiaire_le__isnull=False, signee_oi_le__isnull=False)
    return [
        Ligne(
            "Notifier la convention",
            _url(accord, mise.operation, "conventionner"),
            _texte(mise.operation),
            max(mise.signee_beneficiaire_le, mise.signee_oi_le),
            "signée des deux parties",
            mise.operation,
        )
        for mise in mises.order_by(F("signee_oi_le").asc(), "pk")
    ]
