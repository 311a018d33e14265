"""The acts on a record: entered, corrected, undone, put back. Each moves the counters in its own transaction."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accord.montants import format_date
from comptes.concurrence import clean_own_fields, save_checked
from comptes.journal import journaliser
from operations.enums import STATUTS_PROGRAMMES, Statut
from operations.models import Operation

from ..compteurs import suivre
from ..empreintes import porte_le_nom
from ..models import CHAMPS_SORTIE, Identite, Participation, compute_age
from ..residence import lire_generations, situer, situer_par_adresse
from .doublons import rapprocher
from .identites import CHAMPS_IDENTITE, enregistrer_identite, exiger_motif, ouvrir_identite

STATUTS_OUVERTS = [statut for statut in STATUTS_PROGRAMMES if statut != Statut.ARCHIVEE]
NOMINATIF = "L’identifiant contient le nom de la personne\u00a0: choisissez un numéro ou un code."
HORS_SAISIE = {
    "id",
    "operation",
    "personne",
    "retour_le",
    "entree_saisie_le",
    "sortie_saisie_le",
    "annulee_le",
    "version",
}
SUIVIS = [champ.name for champ in Participation._meta.concrete_fields if champ.name not in HORS_SAISIE]


def verrouiller_operation(operation: Operation) -> Operation:
    """Lock the operation of a record; refuse one that takes no participant (`code="statut"`)."""
    operation = (
        Operation.objects.select_for_update(of=("self",))
        .select_related("accord", "enveloppe__fonds", "objectif_specifique")
        .get(pk=operation.pk)
    )
    if operation.statut not in STATUTS_OUVERTS:
        raise ValidationError(
            f"L’opération est «\u202f{operation.get_statut_display().lower()}\u202f»\u00a0: ses fiches se saisissent "
            "de la programmation à l’archivage.",
            code="statut",
        )
    return operation


def verifier_dates(fiche: Participation, jour: date) -> None:
    """Refuse an entry or an exit to come, and an exit before the entry (`code="date"`)."""
    fautes = {}
    if fiche.entree_le and fiche.entree_le > jour:
        fautes["entree_le"] = "Choisissez une date d’entrée qui n’est pas à venir."
    if fiche.sortie_le and fiche.sortie_le > jour:
        fautes["sortie_le"] = "Choisissez une date de sortie qui n’est pas à venir."
    elif fiche.sortie_le and fiche.entree_le and fiche.sortie_le < fiche.entree_le:
        fautes["sortie_le"] = f"Choisissez une date de sortie à partir du {format_date(fiche.entree_le)}."
    if fautes:
        raise ValidationError({champ: ValidationError(texte, code="date") for champ, texte in fautes.items()})


def verifier_pseudonyme(pseudonyme: str, clair: dict[str, str] | None) -> None:
    """Refuse an identifier that holds the surname (`code="nominatif"`): it is read where identities are not."""
    if porte_le_nom(pseudonyme, (clair or {}).get("nom", "")):
        raise ValidationError(
            {
                "pseudonyme": ValidationError(
                    "L’identifiant contient le nom de la personne : choisissez un numéro ou un code.",
                    code="nominatif",
                )
            }
        )


def dater_age(fiche: Participation, avant: Participation | None, clair: dict[str, str] | None) -> None:
    """Compute the age at entry from the birth date; without one, keep what is known, for the same entry only."""
    naissance = (clair or {}).get("date_naissance", "")
    if naissance:
        jour = date.fromisoformat(naissance)
        if jour > fiche.entree_le:
            raise ValidationError(
                {"date_naissance": ValidationError("La date de naissance suit la date d’entrée.", code="date")}
            )
        fiche.age_entree = compute_age(jour, fiche.entree_le)
    elif avant and Identite.objects.filter(participation=avant, purgee_le__isnull=False).exists():
        if avant.entree_le != fiche.entree_le:
            raise ValidationError(
                {
                    "entree_le": ValidationError(
                        "L’identité a été effacée\u00a0: la date d’entrée, dont dépend l’âge, ne se corrige plus.",
                        code="purgee",
                    )
                }
            )
        fiche.age_entree = avant.age_entree
    else:
        fiche.age_entree = None


def _lire_ouverte(fiche: Participation, version: int | None) -> Participation:
    """The record as it is now; refuse one undone, or changed since it was read (`code="perime"`)."""
    avant = Participation.objects.get(pk=fiche.pk)
    if avant.annulee_le:
        raise ValidationError("Cette fiche est annulée\u00a0: rétablissez-la d’abord.", code="annulee")
    if version is not None and avant.version != version:
        raise ValidationError(
            "Cette fiche a changé depuis que vous l’avez ouverte. "
            "Comparez votre saisie avec la fiche, puis enregistrez de nouveau.",
            code="perime",
        )
    return avant


@transaction.atomic
def enregistrer_fiche(
    fiche: Participation, *, auteur, identite: dict[str, str] | None = None, version: int | None = None
) -> Participation:
    """Enter a record, or correct one: entry and exit, and the identity when one is given (`CHAMPS_IDENTITE`).

    `version` is the one that was read. `identite` None leaves the identity as it is. The journal keeps the names of
    the answers that changed, never the answers. Raises ValidationError `statut`, `date`, `perime`,
    `annulee`, `purgee`, `nominatif`.
    """
    operation = verrouiller_operation(fiche.operation)
    fiche.operation = operation
    jour = timezone.localdate()
    avant = None if fiche.pk is None else _lire_ouverte(fiche, version)
    verifier_dates(fiche, jour)
    ancienne = ouvrir_identite(avant) if avant else None
    clair = identite if identite is not None else ancienne
    verifier_pseudonyme(fiche.pseudonyme, clair)
    dater_age(fiche, avant, clair)
    situer_par_adresse(fiche, clair)
    situer(fiche, lire_generations(operation.accord))
    clean_own_fields(fiche)
    changes = [c for c in SUIVIS if avant is None or getattr(fiche, c) != getattr(avant, c)]
    if clair is not None:
        changes += [c for c in CHAMPS_IDENTITE if clair.get(c, "") != (ancienne or {}).get(c, "")]
    if avant and not changes:
        return avant
    fiche.entree_saisie_le = avant.entree_saisie_le if avant else jour
    fiche.sortie_saisie_le = None if not fiche.sortie_le else ((avant and avant.sortie_saisie_le) or jour)
    fiche.version = avant.version + 1 if avant else 1
    with suivre(*([fiche.pk] if avant else [])) as suivies:
        save_checked(fiche)
        if not avant:
            suivies.append(fiche.pk)
    if clair is not None and (identite is not None or fiche.pseudonyme != avant.pseudonyme):
        enregistrer_identite(fiche, clair)
    rapprocher([fiche.pk])
    journaliser(fiche, _nommer_acte(avant, fiche), auteur=auteur, champs=changes)
    return fiche


def _nommer_acte(avant: Participation | None, fiche: Participation) -> str:
    if avant is None:
        return "fiche_saisie"
    if bool(avant.sortie_le) == bool(fiche.sortie_le):
        return "fiche_corrigee"
    return "sortie_saisie" if fiche.sortie_le else "retour_saisi"


def enregistrer_retour(fiche: Participation, *, auteur, version: int | None = None) -> Participation:
    """The person came back and is still there: the exit, and what was noted at it, is taken back (`domaine.md` 3.1)."""
    if not fiche.sortie_le:
        raise ValidationError("Cette personne n’est pas sortie\u00a0: aucun retour n’est à saisir.", code="sortie")
    fiche.sortie_le = None
    for champ in CHAMPS_SORTIE:
        setattr(fiche, champ, "")
    return enregistrer_fiche(fiche, auteur=auteur, version=version)


@transaction.atomic
def annuler_fiche(fiche: Participation, *, auteur, motif: str) -> Participation:
    """Undo a record entered by error, with a reason: it stays, and counts nowhere."""
    verrouiller_operation(fiche.operation)
    fiche = _lire_ouverte(fiche, None)
    motif = exiger_motif(fiche, motif, "Dites pourquoi la fiche est annulée\u00a0: le motif figure dans l’historique.")
    return _marquer(fiche, timezone.localdate(), "fiche_annulee", auteur, motif)


@transaction.atomic
def retablir_fiche(fiche: Participation, *, auteur, motif: str = "") -> Participation:
    """Put back a record undone by error."""
    verrouiller_operation(fiche.operation)
    fiche = Participation.objects.get(pk=fiche.pk)
    if not fiche.annulee_le:
        raise ValidationError("Cette fiche n’est pas annulée.", code="annulee")
    return _marquer(fiche, None, "fiche_retablie", auteur, motif)


def _marquer(fiche: Participation, annulee_le: date | None, acte: str, auteur, motif: str) -> Participation:
    with suivre(fiche.pk):
        fiche.annulee_le = annulee_le
        fiche.version += 1
        fiche.save(update_fields=["annulee_le", "version"])
    rapprocher([fiche.pk])
    journaliser(fiche, acte, auteur=auteur, motif=motif)
    return fiche
