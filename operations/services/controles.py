"""The work of a control before its conclusion: opening, sample, verification, contradictory phase."""

import secrets
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from accord.montants import format_date, format_euros
from comptes.journal import journaliser

from ..echantillon import METHODE, Tirage, empreinte, imprimer, tirer
from ..enums import ResultatVerification, Statut
from ..models import BilanExecution, LigneDepense, LigneEchantillon, Operation, OuvertureControle
from ..permissions import a_decide, a_instruit, a_signe
from ..retenu import ZERO
from .ecarts import somme_ecartee
from .etat import exiger, toucher, verifier_jour, verifier_porteur, verrouiller

CONTROLABLES = [Statut.EN_EXECUTION, Statut.ACHEVEE]


@dataclass(frozen=True)
class Verification:
    """What the verification of one item gave; an amount set aside, in euros, says why."""

    resultat: ResultatVerification
    ecarte: Decimal = ZERO
    typologie: str = ""
    motif: str = ""


def verifier_controleur(operation: Operation, auteur) -> None:
    """Refuse whoever instructed, decided, signed, or acts for the beneficiary (`code="conflit"`)."""
    verifier_porteur(operation, auteur)
    if a_instruit(auteur, operation) or a_decide(auteur, operation) or a_signe(auteur, operation):
        raise ValidationError(
            "Vous avez instruit cette opération, décidé sur elle ou signé sa convention\u00a0: "
            "une autre personne la contrôle.",
            code="conflit",
        )


def ouverture_de(bilan: BilanExecution) -> OuvertureControle | None:
    """The work under way, or concluded, on a report."""
    return bilan.ouvertures.filter(abandonne_le__isnull=True).select_related("controleur").first()


def verifier_meneur(ouverture: OuvertureControle, auteur) -> None:
    """Refuse anybody but the person named on the control (`code="controleur"`)."""
    if ouverture.controleur_id != auteur.pk:
        raise ValidationError(
            f"{ouverture.controleur} mène ce contrôle. Abandonnez-le avec son motif pour en ouvrir un autre.",
            code="controleur",
        )


@transaction.atomic
def ouvrir_csf(bilan: BilanExecution, *, auteur, le: date) -> OuvertureControle:
    """Open the control of a report: whoever opens it leads it, and concludes it."""
    operation = verrouiller(bilan.convention.operation, depuis=CONTROLABLES)
    bilan = BilanExecution.objects.get(pk=bilan.pk)
    verifier_controleur(operation, auteur)
    if bilan.annule_le:
        raise ValidationError("Ce bilan est annulé.", code="annule")
    if bilan.controles.filter(annule_le__isnull=True).exists():
        raise ValidationError("Ce bilan a déjà son contrôle de service fait.", code="controle")
    if ouverture := ouverture_de(bilan):
        raise ValidationError(f"{ouverture.controleur} a déjà ouvert le contrôle de ce bilan.", code="ouvert")
    verifier_jour(le, pas_avant=bilan.depose_le, quoi="dépôt du bilan")
    ouverture = OuvertureControle.objects.create(bilan=bilan, controleur=auteur, ouvert_le=le)
    toucher(operation)
    journaliser(operation, "csf_ouvert", auteur=auteur, le=le, bilan=str(bilan.numero))
    return ouverture


def _reprendre(ouverture: OuvertureControle, auteur) -> tuple[Operation, OuvertureControle]:
    """Lock the operation and read the work again; refuse when it has ended, or is another person’s."""
    operation = verrouiller(ouverture.bilan.convention.operation, depuis=CONTROLABLES)
    ouverture = OuvertureControle.objects.select_related("bilan", "controleur").get(pk=ouverture.pk)
    verifier_en_cours(ouverture)
    verifier_meneur(ouverture, auteur)
    return operation, ouverture


def verifier_en_cours(ouverture: OuvertureControle) -> None:
    """Refuse a control that has ended."""
    if ouverture.abandonne_le:
        suite = ", un autre est ouvert\u00a0: reportez-y votre saisie" if ouverture_de(ouverture.bilan) else ""
        raise ValidationError(f"Ce contrôle a été abandonné{suite}.", code="abandonne")
    if ouverture.controle_id:
        raise ValidationError("Ce contrôle est conclu.", code="controle")


@transaction.atomic
def enregistrer_lignes(bilan: BilanExecution, *, auteur, lignes: list[LigneDepense]) -> list[LigneDepense]:
    """Replace the expense items of a report by these, unsaved; they sum to what it declares at most (`code="lignes"`).

    Refused once a sample is drawn: it was drawn among the items as they are (`code="echantillon"`).
    """
    operation = verrouiller(bilan.convention.operation, depuis=CONTROLABLES)
    bilan = BilanExecution.objects.get(pk=bilan.pk)
    if bilan.annule_le:
        raise ValidationError("Ce bilan est annulé.", code="annule")
    if bilan.ouvertures.filter(tire_le__isnull=False).exists():
        raise ValidationError("L’échantillon est tiré\u00a0: la liste des dépenses ne change plus.", code="echantillon")
    somme = sum((ligne.montant for ligne in lignes), ZERO)
    if somme > bilan.depenses:
        raise ValidationError(
            f"Les lignes font {format_euros(somme)}, plus que les {format_euros(bilan.depenses)} déclarés. Retirez "
            f"{format_euros(somme - bilan.depenses)}.",
            code="lignes",
        )
    bilan.lignes.all().delete()
    for rang, ligne in enumerate(lignes, 1):
        ligne.pk, ligne.bilan, ligne.rang = None, bilan, rang
        ligne.full_clean(exclude=["bilan"], validate_unique=False)
    LigneDepense.objects.bulk_create(lignes)
    toucher(operation)
    journaliser(
        operation, "depenses_listees", auteur=auteur, bilan=str(bilan.numero), lignes=len(lignes), montant=somme
    )
    return lignes


@transaction.atomic
def tirer_echantillon(
    ouverture: OuvertureControle, *, auteur, le: date, seuil: Decimal, taille: int, graine: str = ""
) -> OuvertureControle:
    """Draw the sample, once: a second draw would choose it. The seed is ours when none is given.

    After a control that was given up, the seed of its draw stays (`code="graine"`): another would choose the sample.
    """
    operation, ouverture = _reprendre(ouverture, auteur)
    if ouverture.tire_le:
        raise ValidationError("L’échantillon est déjà tiré\u00a0: un second tirage le choisirait.", code="echantillon")
    lignes = list(ouverture.bilan.lignes.all())
    if not lignes:
        raise ValidationError("Enregistrez d’abord la liste des dépenses du bilan.", code="lignes")
    verifier_jour(le, pas_avant=ouverture.ouvert_le, quoi="l’ouverture du contrôle")
    precedente = tirage_precedent(ouverture)
    graine = graine.strip() or (precedente.graine if precedente else secrets.token_hex(8))
    if precedente and graine != precedente.graine:
        raise ValidationError(
            f"Un contrôle abandonné a déjà tiré parmi ces lignes\u00a0: sa graine, {precedente.graine}, reste celle du "
            "bilan.",
            code="graine",
        )
    tirages = tirer(lignes, graine=graine, seuil=seuil, taille=taille)
    if not tirages:
        raise ValidationError(
            "Ces réglages ne tirent aucune ligne\u00a0: abaissez le seuil ou tirez au sort.", code="taille"
        )
    ouverture.methode, ouverture.graine, ouverture.seuil, ouverture.taille = METHODE, graine, seuil, taille
    ouverture.population, ouverture.empreinte, ouverture.tire_le = len(lignes), empreinte(tirages), le
    ouverture.full_clean()
    ouverture.save()
    LigneEchantillon.objects.bulk_create(
        LigneEchantillon(ouverture=ouverture, ligne=tirage.ligne, est_systematique=tirage.est_systematique)
        for tirage in tirages
    )
    toucher(operation)
    journaliser(
        operation,
        "echantillon_tire",
        auteur=auteur,
        le=le,
        bilan=str(ouverture.bilan.numero),
        graine=graine,
        graine_reprise=f"du tirage du {format_date(precedente.tire_le)}, abandonné" if precedente else "",
        lignes=f"{len(tirages)} sur {len(lignes)}",
    )
    return ouverture


def tirage_precedent(ouverture: OuvertureControle) -> OuvertureControle | None:
    """The first control that drew a sample among the items of this report, given up since."""
    tirees = OuvertureControle.objects.filter(bilan=ouverture.bilan_id, tire_le__isnull=False)
    return tirees.exclude(pk=ouverture.pk).order_by("pk").first()


def rejouer_echantillon(ouverture: OuvertureControle) -> bool:
    """Draw again with what was recorded: the same text, byte for byte, as the sample kept."""
    rejoue = tirer(
        ouverture.bilan.lignes.all(), graine=ouverture.graine, seuil=ouverture.seuil, taille=ouverture.taille
    )
    garde = [Tirage(e.ligne, e.est_systematique) for e in ouverture.echantillon.select_related("ligne")]
    return imprimer(rejoue) == imprimer(garde) and empreinte(rejoue) == ouverture.empreinte


@transaction.atomic
def verifier_lignes(ouverture: OuvertureControle, *, auteur, resultats: dict[int, Verification]) -> None:
    """Record what the verification of these items of the sample gave, by their keys; the others wait."""
    operation, ouverture = _reprendre(ouverture, auteur)
    if not resultats:
        raise ValidationError("Vérifiez au moins une ligne.", code="verification")
    echantillon = {e.pk: e for e in ouverture.echantillon.select_related("ligne")}
    _verifier_tirees(ouverture, resultats.keys() - echantillon.keys())
    for pk, verification in resultats.items():
        element = echantillon[pk]
        if verification.ecarte > element.ligne.montant:
            raise ValidationError(
                f"Ligne {element.ligne.rang}\u00a0: {format_euros(verification.ecarte)} écartés dépassent ses "
                f"{format_euros(element.ligne.montant)}.",
                code="ecarts",
            )
        element.resultat, element.ecarte = verification.resultat, verification.ecarte
        element.typologie, element.motif = verification.typologie, verification.motif.strip()
        element.full_clean(validate_unique=False)
        element.save()
    toucher(operation)
    journaliser(
        operation,
        "lignes_verifiees",
        auteur=auteur,
        bilan=str(ouverture.bilan.numero),
        lignes=len(resultats),
        ecarte=sum((v.ecarte for v in resultats.values()), ZERO),
    )


def _verifier_tirees(ouverture: OuvertureControle, cles: set[int]) -> None:
    """Refuse items that this sample does not hold (`code="echantillon"`), by their rank when the report lists them."""
    if not cles:
        return
    ailleurs = LigneEchantillon.objects.filter(pk__in=cles, ligne__bilan=ouverture.bilan).select_related("ligne")
    rangs = [str(element.ligne.rang) for element in ailleurs]
    if len(rangs) > 1:
        enumeres = f"{', '.join(rangs[:-1])} et {rangs[-1]}"
        quoi = f"Lignes {enumeres}\u00a0: elles viennent de l’échantillon d’un contrôle abandonné."
    elif rangs:
        quoi = f"Ligne {rangs[0]}\u00a0: elle vient de l’échantillon d’un contrôle abandonné."
    else:
        quoi = f"Ligne inconnue de cet échantillon\u00a0: {', '.join(map(str, sorted(cles)))}."
    raise ValidationError(f"{quoi} Rouvrez la page pour vérifier l’échantillon en cours.", code="echantillon")


def exiger_verification(ouverture: OuvertureControle) -> None:
    reste = ouverture.echantillon.filter(resultat="").count()
    if reste:
        raise ValidationError(
            f"Il reste {reste} ligne{'s' if reste > 1 else ''} de l’échantillon à vérifier.", code="verification"
        )


@transaction.atomic
def envoyer_conclusions(
    ouverture: OuvertureControle, *, auteur, le: date, conclusions: str, reponse_attendue_le: date
) -> OuvertureControle:
    """Send provisional conclusions to the beneficiary, who answers until a day. The whole sample is verified first."""
    operation, ouverture = _reprendre(ouverture, auteur)
    conclusions = exiger(conclusions, "Écrivez les conclusions provisoires.", "conclusions")
    if ouverture.envoyees_le:
        raise ValidationError("Les conclusions provisoires sont déjà envoyées.", code="envoyees")
    exiger_verification(ouverture)
    verifier_jour(le, pas_avant=ouverture.tire_le or ouverture.ouvert_le)
    if reponse_attendue_le <= le:
        raise ValidationError(
            {"reponse_attendue_le": f"Laissez un délai de réponse\u00a0: une date après le {format_date(le)}."},
            code="delai",
        )
    ouverture.conclusions_provisoires, ouverture.envoyees_le = conclusions, le
    ouverture.reponse_attendue_le = reponse_attendue_le
    ouverture.full_clean()
    ouverture.save()
    toucher(operation)
    journaliser(
        operation,
        "conclusions_provisoires",
        auteur=auteur,
        le=le,
        bilan=str(ouverture.bilan.numero),
        ecarte=somme_ecartee(ouverture),
        echeance_le=reponse_attendue_le,
    )
    return ouverture


@transaction.atomic
def enregistrer_reponse(ouverture: OuvertureControle, *, auteur, le: date, reponse: str) -> OuvertureControle:
    """Record what the beneficiary answered to the provisional conclusions, late or not."""
    operation, ouverture = _reprendre(ouverture, auteur)
    reponse = exiger(reponse, "Écrivez la réponse du bénéficiaire.", "reponse")
    if not ouverture.envoyees_le:
        raise ValidationError("Aucune conclusion provisoire n’est envoyée.", code="envoyees")
    if ouverture.reponse_le:
        raise ValidationError("La réponse du bénéficiaire est déjà enregistrée.", code="reponse")
    verifier_jour(le, pas_avant=ouverture.envoyees_le, quoi="l’envoi des conclusions provisoires")
    ouverture.reponse, ouverture.reponse_le = reponse, le
    ouverture.save(update_fields=["reponse", "reponse_le"])
    toucher(operation)
    journaliser(operation, "contradictoire_repondu", auteur=auteur, le=le, bilan=str(ouverture.bilan.numero))
    return ouverture


@transaction.atomic
def abandonner_csf(ouverture: OuvertureControle, *, auteur, le: date, motif: str) -> OuvertureControle:
    """Give up a control under way, with a reason: anybody who may control opens another one."""
    operation = verrouiller(ouverture.bilan.convention.operation, depuis=CONTROLABLES)
    ouverture = OuvertureControle.objects.select_related("bilan").get(pk=ouverture.pk)
    motif = exiger(motif, "Dites pourquoi le contrôle est abandonné.")
    verifier_controleur(operation, auteur)
    if ouverture.abandonne_le:
        raise ValidationError("Ce contrôle est déjà abandonné.", code="abandonne")
    if ouverture.controle_id:
        raise ValidationError("Ce contrôle est conclu\u00a0: annulez ses conclusions d’abord.", code="controle")
    verifier_jour(le, pas_avant=ouverture.ouvert_le, quoi="l’ouverture du contrôle")
    ouverture.abandonne_le, ouverture.abandon = le, motif
    ouverture.save(update_fields=["abandonne_le", "abandon"])
    toucher(operation)
    journaliser(operation, "csf_abandonne", auteur=auteur, motif=motif, le=le, bilan=str(ouverture.bilan.numero))
    return ouverture
