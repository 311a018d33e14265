"""Identities: closed when written, logged when read, emptied in time."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from comptes.horloge import maintenant

from ..chiffrement import chiffrer, cle_courante, contexte, dechiffrer
from ..empreintes import (
    empreinte_exacte,
    empreinte_jour,
    empreinte_noms,
    empreintes_tolerantes,
    jetons_recherche,
    lire_mots,
    normaliser,
)
from ..enums import NatureConsultation
from ..models import ConsultationIdentite, Identite, Participation

# everything an identity may hold, as text; a birth date is written AAAA-MM-JJ
CHAMPS_IDENTITE = [
    "nom",
    "prenom",
    "date_naissance",
    "commune_naissance",
    "adresse",
    "telephone",
    "courriel",
    "referent",
    "longitude",
    "latitude",
]


def ouvrir_identite(fiche: Participation) -> dict[str, str] | None:
    """The identity of a record, for a service that needs it; None when there is none, or no longer.

    Whoever shows it to a person goes through `lire_identite`.
    """
    identite = Identite.objects.filter(participation=fiche, purgee_le__isnull=True).first()
    if identite is None:
        return None
    return dechiffrer(bytes(identite.chiffre), identite.cle, contexte(fiche.operation_id, fiche.pseudonyme))


def exiger_motif(fiche: Participation, motif: str, manque: str) -> str:
    """A reason, read by others and kept in the journal: refuse an empty one (`code="motif"`), and one that names the
    person (`code="nominatif"`)."""
    motif = motif.strip()
    if not motif:
        raise ValidationError(manque, code="motif")
    clair = ouvrir_identite(fiche) or {}
    if set(lire_mots(clair.get("nom", ""))) & set(lire_mots(motif)):
        raise ValidationError(
            {
                "motif": ValidationError(
                    "Ce motif nomme la personne\u00a0: écrivez-le sans son nom, d’autres le lisent.", code="nominatif"
                )
            }
        )
    return motif


@transaction.atomic
def lire_identite(
    fiche: Participation, *, auteur, nature: NatureConsultation, motif: str = ""
) -> dict[str, str] | None:
    """Show an identity to somebody, and write down that they looked."""
    clair = ouvrir_identite(fiche)
    if clair is not None:
        ConsultationIdentite.objects.create(
            participation=fiche, auteur=auteur, nature=nature, motif=motif, consultee_le=maintenant()
        )
    return clair


def fermer_identite(lien: bytes, clair: dict[str, str], organisme_id: int) -> dict:
    """What is recorded of an identity: closed, with its prints; comparing persons takes names and a day."""
    nom, prenom, naissance = clair.get("nom", ""), clair.get("prenom", ""), clair.get("date_naissance", "")
    valeurs: dict = {
        "cle": cle_courante(),
        "chiffre": chiffrer({c: v for c, v in clair.items() if v}, lien),
        "jetons": jetons_recherche(organisme_id, nom, prenom, naissance=naissance),
    }
    if normaliser(nom) and normaliser(prenom) and naissance:  # two names without a Latin letter would read the same
        jour = date.fromisoformat(naissance)
        valeurs["exacte"] = empreinte_exacte(nom, prenom, jour)
        valeurs["par_jour"] = empreinte_jour(jour)
        valeurs["par_noms"] = empreinte_noms(nom, prenom)
        valeurs["tolerantes"] = empreintes_tolerantes(nom, prenom, jour)
    return valeurs


def build_identite(fiche: Participation, clair: dict[str, str], organisme_id: int) -> Identite:
    """Close the identity of a record."""
    lien = contexte(fiche.operation_id, fiche.pseudonyme)
    return Identite(participation=fiche, **fermer_identite(lien, clair, organisme_id))


def enregistrer_identite(fiche: Participation, clair: dict[str, str]) -> None:
    """Write the identity of a record just saved, and say which records of the body are of the same person.

    An identity of which nothing is left is no identity: its row goes.
    """
    if Identite.objects.filter(participation=fiche, purgee_le__isnull=False).exists():
        raise ValidationError(
            "L’identité de cette personne a été effacée\u00a0: elle ne se saisit plus.", code="purgee"
        )
    if not any(clair.values()):
        Identite.objects.filter(participation=fiche).delete()
        fiche.personne = None
        fiche.save(update_fields=["personne"])
        return
    organisme_id = fiche.operation.enveloppe.organisme_id
    identite = build_identite(fiche, clair, organisme_id)
    identite.save()
    autre = None
    if identite.exacte is not None:
        memes = Identite.objects.filter(
            exacte=identite.exacte, participation__operation__enveloppe__organisme=organisme_id
        ).exclude(participation=fiche)
        autre = memes.order_by("participation_id").values_list("participation__personne", flat=True).first()
    fiche.personne = autre or fiche.pk
    fiche.save(update_fields=["personne"])
