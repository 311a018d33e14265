"""The calendar of the reports: written with the contract, changed by an amendment, put off with a reason."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accord.montants import format_date
from comptes.dates import add_months
from comptes.journal import journaliser

from ..calendrier import (
    EtatBilan,
    RegleBilans,
    ajuster_calendrier,
    lire_delai,
    lire_regle,
    proposer_calendrier,
    suivre_calendrier,
)
from ..enums import NatureBilan, Statut
from ..models import AvenantConvention, BilanAttendu, Convention
from .etat import exiger, toucher, verrouiller


def verifier_calendrier(accord, lignes: list[BilanAttendu], *, debut: date, fin: date, jour: date) -> None:
    """Refuse a calendar that leaves the contract’s period, or that its duration does not allow (`calendrier`)."""
    regle = lire_regle(accord, debut, fin, jour)
    if not lignes and regle is None:
        return
    finals = [ligne for ligne in lignes if ligne.nature == NatureBilan.FINAL]
    if len(finals) != 1 or finals[0].fin_le != fin:
        _refuser(
            f"Le calendrier compte un bilan final et un seul, dont la période finit le {format_date(fin)}. "
            "Corrigez la nature ou la période des bilans saisis."
        )
    if any(ligne.debut_le < debut or ligne.fin_le > fin for ligne in lignes):
        _refuser(f"Un bilan porte sur la période de la convention, du {format_date(debut)} au {format_date(fin)}.")
    intermediaires = len(lignes) - 1
    if regle and (intermediaires < regle.minimum or (regle.maximum is not None and intermediaires > regle.maximum)):
        _refuser(
            f"Pour cette durée, l’accord demande {regle.texte}\u00a0: le calendrier compte "
            f"{intermediaires or 'aucun'} intermédiaire{'s' if intermediaires > 1 else ''} et 1 final. "
            f"{_dire_remede(intermediaires, regle)}"
        )
    delai = lire_delai(accord, jour)
    if delai is not None and finals[0].attendu_le > (limite := add_months(fin, delai)):
        _refuser(f"Le bilan final se dépose au plus tard le {format_date(limite)}, {delai} mois après la fin.")


def _dire_remede(intermediaires: int, regle: RegleBilans) -> str:
    """What brings the number of interim reports back within the rule."""
    trop = intermediaires - (regle.minimum if regle.maximum is None else regle.maximum)
    nombre = "un bilan intermédiaire" if abs(trop) == 1 else f"{abs(trop)} bilans intermédiaires"
    return f"Retirez {nombre}." if trop > 0 else f"Ajoutez {nombre}."


def _refuser(message: str) -> None:
    raise ValidationError({"calendrier": message}, code="calendrier")


def ecrire_calendrier(
    convention: Convention, lignes: list[BilanAttendu], *, rangs: dict[str, int], avenant: AvenantConvention | None
) -> None:
    """Save these lines in order, each nature numbered after `rangs`."""
    for ligne in sorted(lignes, key=lambda ligne: ligne.fin_le):
        rangs[ligne.nature] = rangs.get(ligne.nature, 0) + 1
        ligne.pk, ligne.convention, ligne.avenant = None, convention, avenant
        ligne.rang, ligne.prevu_le = rangs[ligne.nature], ligne.attendu_le
        ligne.full_clean()
        ligne.save(force_insert=True)


def ouvrir_calendrier(convention: Convention, lignes: list[BilanAttendu] | None) -> None:
    """The calendar of a new contract; the one that its duration proposes when None."""
    accord, jour = convention.operation.accord, convention.notifiee_le
    debut, fin = convention.debut_le, convention.fin_le
    if lignes is None:
        lignes = proposer_calendrier(accord, debut, fin, jour)
    else:
        verifier_calendrier(accord, lignes, debut=debut, fin=fin, jour=jour)
    ecrire_calendrier(convention, lignes, rangs={}, avenant=None)


def modifier_calendrier(convention: Convention, lignes: list[BilanAttendu] | None, avenant: AvenantConvention) -> None:
    """The calendar that an amendment brings: what is filed stays, the rest is withdrawn and written anew.

    When None, the lines still awaited follow the end of the period, if it moves.
    """
    accord, jour = convention.operation.accord, avenant.signe_le
    suivis = suivre_calendrier(convention, jour)
    attendues = [suivi.ligne for suivi in suivis if suivi.etat != EtatBilan.DEPOSE]
    deposees = [suivi.ligne for suivi in suivis if suivi.etat == EtatBilan.DEPOSE]
    if lignes is None:
        lignes = ajuster_calendrier(attendues, avenant.fin_le, lire_delai(accord, jour))
    elif not any(ligne.nature == NatureBilan.FINAL for ligne in deposees):
        verifier_calendrier(accord, [*deposees, *lignes], debut=convention.debut_le, fin=avenant.fin_le, jour=jour)
    if [_cle(ligne) for ligne in lignes] == [_cle(ligne) for ligne in attendues]:
        return
    convention.bilans_attendus.filter(pk__in=[ligne.pk for ligne in attendues]).update(retire_par=avenant)
    rangs: dict[str, int] = {}
    for ligne in deposees:
        rangs[ligne.nature] = max(rangs.get(ligne.nature, 0), ligne.rang)
    ecrire_calendrier(convention, lignes, rangs=rangs, avenant=avenant)


def _cle(ligne: BilanAttendu) -> tuple:
    return ligne.nature, ligne.debut_le, ligne.fin_le, ligne.attendu_le


def rendre_calendrier(avenant: AvenantConvention) -> None:
    """Give back the lines that an amendment withdrew; those it brought fall with it."""
    avenant.bilans_retires.update(retire_par=None)


@transaction.atomic
def reporter_bilan(ligne: BilanAttendu, *, auteur, attendu_le: date, motif: str) -> BilanAttendu:
    """Put off the day a report is due, with a reason. The date of the contract stays readable."""
    operation = verrouiller(ligne.convention.operation, depuis=[Statut.CONVENTIONNEE, Statut.EN_EXECUTION])
    motif = exiger(motif, "Donnez le motif du report\u00a0: le bénéficiaire en est informé.")
    suivis = {suivi.ligne.pk: suivi for suivi in suivre_calendrier(ligne.convention, timezone.localdate())}
    suivi = suivis.get(ligne.pk)
    if suivi is None:
        raise ValidationError("Un avenant a changé le calendrier\u00a0: ce bilan n’est plus attendu.", code="retire")
    if not suivi.est_ouvert:
        raise ValidationError("Ce bilan est déposé\u00a0: il n’y a plus rien à reporter.", code="depose")
    ligne, avant = suivi.ligne, suivi.ligne.attendu_le
    if attendu_le == avant:
        raise ValidationError(
            {"attendu_le": f"Le bilan est déjà attendu le {format_date(avant)}. Choisissez une autre date."},
            code="report",
        )
    if attendu_le < ligne.fin_le:
        raise ValidationError(
            {"attendu_le": f"Choisissez une date à partir du {format_date(ligne.fin_le)}, fin de la période."},
            code="report",
        )
    ligne.attendu_le = attendu_le
    ligne.save(update_fields=["attendu_le"])
    toucher(operation)
    journaliser(
        operation,
        "bilan_reporte",
        auteur=auteur,
        motif=motif,
        bilan=f"{ligne.get_nature_display().lower()} n°\u00a0{ligne.rang}",
        attendu_le={"avant": avant, "apres": attendu_le},
    )
    return ligne
