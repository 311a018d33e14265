"""Reports of execution and their control."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from accord.montants import format_date, format_euros
from comptes.journal import journaliser

from ..enums import NatureBilan, NatureEcriture, Statut
from ..models import (
    BilanExecution,
    ControleServiceFait,
    Convention,
    DepenseDeclaree,
    MontantEcarte,
    Operation,
    OuvertureControle,
    PlanFinancement,
    RessourcePercue,
)
from ..retenu import ZERO, Retenu, compute_retenu, part_europeenne
from .controles import (
    CONTROLABLES,
    exiger_verification,
    ouverture_de,
    verifier_controleur,
    verifier_en_cours,
    verifier_meneur,
)
from .conventions import conditions_de, convention_de, dire_periode
from .depenses import completer_depenses, ecrire_detail
from .ecarts import Ecart, completer_ecarts, exiger_postes, lire_ecarts
from .etat import avancer, exiger, toucher, verifier_jour, verrouiller
from .grand_livre import contrepasser, ecrire, soldes, soldes_avant, verifier_non_repris, verifier_suite


def bilans_de(convention: Convention):
    return convention.bilans.filter(annule_le__isnull=True)


def controles_de(convention: Convention):
    """The controls in force of a contract."""
    return ControleServiceFait.objects.filter(
        bilan__convention=convention, bilan__annule_le__isnull=True, annule_le__isnull=True
    )


def compute_declare(convention: Convention, plan: PlanFinancement, depenses: Decimal) -> Decimal:
    """The EU amount of a new report: its expenses at the rate of a plan, within what the contract leaves.

    Cumulated with the earlier reports before rounding, so that the parts sum to the whole.
    """
    passe = bilans_de(convention).aggregate(d=Sum("depenses", default=ZERO), ue=Sum("ue_declare", default=ZERO))
    cumul = min(part_europeenne(passe["d"] + depenses, ue=plan.ue, cout=plan.cout_total_eligible), plan.ue)
    return max(min(cumul - passe["ue"], depenses), ZERO)


@transaction.atomic
def enregistrer_bilan(
    operation: Operation,
    *,
    auteur,
    bilan: BilanExecution,
    depenses: list[DepenseDeclaree] | None = None,
    ressources: list[RessourcePercue] | None = None,
) -> BilanExecution:
    """Record a report, on the day it was filed. Its period lies within the contract’s (`code="periode"`).

    `bilan` is unsaved, and its detail too: expenses and resources are then the sums of their lines, flat rates
    computed. A plan with posts asks for the detail (`code="detail"`). `ue_declare` is computed when it is None. The
    contract is read as it was on that day: an amendment signed later changes nothing to what was filed before.
    """
    operation = verrouiller(operation, depuis=[Statut.EN_EXECUTION])
    convention = convention_de(operation)
    conditions = conditions_de(convention, bilan.depose_le)
    depenses = completer_depenses(operation, conditions.plan, depenses or [])
    if depenses:
        bilan.depenses = sum((depense.montant for depense in depenses), ZERO)
    if ressources is not None:
        bilan.ressources = sum((ressource.montant for ressource in ressources), ZERO)
    if bilan.debut_le < convention.debut_le or bilan.fin_le > conditions.fin_le:
        raise ValidationError(
            {"fin_le": f"Le bilan sort de la période de la convention, {dire_periode(conditions, convention)}."},
            code="periode",
        )
    verifier_jour(bilan.depose_le, pas_avant=convention.notifiee_le, quoi="la notification de la convention")
    if bilans_de(convention).filter(nature=NatureBilan.FINAL).exists():
        raise ValidationError("Le bilan final est déjà déposé\u00a0: annulez-le avant d’en ajouter un.", code="final")
    voisin = bilans_de(convention).filter(debut_le__lte=bilan.fin_le, fin_le__gte=bilan.debut_le).first()
    if voisin:
        raise ValidationError(
            {
                "debut_le": f"Le bilan n°\u00a0{voisin.numero} couvre déjà du {format_date(voisin.debut_le)} au "
                f"{format_date(voisin.fin_le)}. Choisissez une période qui ne le recouvre pas."
            },
            code="recouvrement",
        )
    deja = bilans_de(convention).aggregate(s=Sum("ue_declare", default=ZERO))["s"]
    if bilan.ue_declare is None:
        bilan.ue_declare = compute_declare(convention, conditions.plan, bilan.depenses)
    elif deja + bilan.ue_declare > conditions.plan.ue:
        raise ValidationError(
            {
                "ue_declare": f"Il reste {format_euros(max(conditions.plan.ue - deja, ZERO))} à déclarer sur la "
                f"convention ({format_euros(conditions.plan.ue)})."
            },
            code="declare",
        )
    bilan.pk, bilan.convention, bilan.auteur = None, convention, auteur
    bilan.numero = 1 + convention.bilans.count()
    bilan.full_clean(exclude=["ecriture"])
    bilan.ecriture = ecrire(
        operation,
        NatureEcriture.DECLARE,
        bilan.ue_declare,
        le=bilan.depose_le,
        acte="enregistrer_bilan",
        auteur=auteur,
    )
    bilan.save(force_insert=True)
    ecrire_detail(bilan, depenses, ressources or [])
    toucher(operation)
    journaliser(
        operation,
        "bilan_depose",
        auteur=auteur,
        le=bilan.depose_le,
        bilan=f"{bilan.get_nature_display().lower()} n° {bilan.numero}",
        depenses=bilan.depenses,
        ue_declare=bilan.ue_declare,
    )
    return bilan


@transaction.atomic
def annuler_bilan(bilan: BilanExecution, *, auteur, le: date, motif: str) -> BilanExecution:
    """Take back a report recorded by error, before any control of it."""
    operation = verrouiller(bilan.convention.operation, depuis=[Statut.EN_EXECUTION])
    bilan = BilanExecution.objects.get(pk=bilan.pk)
    motif = exiger(motif, "Dites pourquoi le bilan est annulé.")
    if bilan.annule_le:
        raise ValidationError("Ce bilan est déjà annulé.", code="annule")
    if bilan.controles.filter(annule_le__isnull=True).exists():
        raise ValidationError("Ce bilan est contrôlé\u00a0: annulez d’abord son contrôle.", code="controle")
    if bilan.ouvertures.filter(abandonne_le__isnull=True).exists():
        raise ValidationError("Le contrôle de ce bilan est ouvert\u00a0: abandonnez-le d’abord.", code="controle")
    verifier_jour(le, pas_avant=bilan.depose_le, quoi="dépôt du bilan")
    contrepasser(bilan.ecriture, acte="annuler_bilan", auteur=auteur, motif=motif)
    bilan.annule_le = le
    bilan.save(update_fields=["annule_le"])
    toucher(operation)
    journaliser(operation, "bilan_annule", auteur=auteur, motif=motif, le=le, bilan=str(bilan.numero))
    return bilan


def compute_controle(
    bilan: BilanExecution, depenses: Decimal, ressources: Decimal, *, le: date | None = None
) -> Retenu:
    """What a control concluded on a day would keep in all, with the earlier controls, in euros; today when None."""
    convention = bilan.convention
    plan = conditions_de(convention, le).plan
    autres = controles_de(convention).exclude(bilan=bilan)
    passe = autres.aggregate(d=Sum("depenses_retenues", default=ZERO), r=Sum("ressources_retenues", default=ZERO))
    controles = bilans_de(convention).filter(pk__in=[bilan.pk, *autres.values_list("bilan", flat=True)])
    return compute_retenu(
        ue=plan.ue,
        cout=plan.cout_total_eligible,
        depenses=passe["d"] + depenses,
        ressources=passe["r"] + ressources,
        declare=controles.aggregate(s=Sum("ue_declare", default=ZERO))["s"],
    )


@transaction.atomic
def rendre_csf(
    bilan: BilanExecution,
    *,
    auteur,
    conclu_le: date,
    ecarts: list[Ecart],
    ressources_retenues: Decimal | None = None,
    conclusions: str = "",
    sans_contradictoire: str = "",
    sans_echantillon: str = "",
    ouverture_lue: OuvertureControle | None = None,
    cumule_confirme: Decimal | None = None,
) -> ControleServiceFait:
    """Conclude the control of a report: what is set aside and why, and the EU amount that follows, on that day.

    What the sample set aside adds to `ecarts`, and what the flat rates lose with them (`code="poste"` when one cannot
    be computed). The line written is the difference with what was already retained: it
    may be negative. The controller neither instructed nor decided (`code="conflit"`). Anything set aside goes through
    the contradictory phase, or says why not (`code="contradictoire"`); a control opened without a sample says why
    (`code="sans_echantillon"`). Resources are those declared when None.

    Whoever read the control before the lock gives the work read and the amount retained in all that they confirmed:
    nothing is concluded on another (`code="relire"`).
    """
    operation = verrouiller(bilan.convention.operation, depuis=CONTROLABLES)
    bilan = BilanExecution.objects.select_related("convention").get(pk=bilan.pk)
    verifier_controleur(operation, auteur)
    if bilan.annule_le:
        raise ValidationError("Ce bilan est annulé.", code="annule")
    if bilan.controles.filter(annule_le__isnull=True).exists():
        raise ValidationError("Ce bilan a déjà son contrôle de service fait.", code="controle")
    verifier_jour(conclu_le, pas_avant=bilan.depose_le, quoi="dépôt du bilan")
    verifier_suite(operation, conclu_le, NatureEcriture.RETENU)
    ouverture = ouverture_de(bilan)
    if ouverture_lue and ouverture_lue != ouverture:
        verifier_en_cours(OuvertureControle.objects.get(pk=ouverture_lue.pk))
    if ouverture:
        verifier_meneur(ouverture, auteur)
        exiger_verification(ouverture)
        sans_echantillon = _verifier_echantillon(ouverture, sans_echantillon.strip())
        ecarts = [*lire_ecarts(ouverture), *ecarts]
    exiger_postes(bilan, ecarts)
    ecarts = completer_ecarts(bilan, ecarts)
    ecarte = sum((ecart.montant for ecart in ecarts), ZERO)
    if ecarte > bilan.depenses:
        raise ValidationError(
            f"Les montants écartés ({format_euros(ecarte)}) dépassent les dépenses déclarées "
            f"({format_euros(bilan.depenses)}).",
            code="ecarts",
        )
    sans_contradictoire = _verifier_contradictoire(ouverture, conclu_le, ecarte, sans_contradictoire.strip())
    ressources = bilan.ressources if ressources_retenues is None else ressources_retenues
    retenu = compute_controle(bilan, bilan.depenses - ecarte, ressources, le=conclu_le)
    if cumule_confirme is not None and retenu.cumule != cumule_confirme:
        raise ValidationError(
            f"Le calcul a changé depuis que vous l’avez lu\u00a0: {format_euros(retenu.cumule)} retenus en cumul, et "
            f"non {format_euros(cumule_confirme)}. Relisez-le, puis confirmez.",
            code="relire",
        )
    difference = retenu.cumule - soldes(operation)[NatureEcriture.RETENU]
    controle = ControleServiceFait(
        bilan=bilan,
        conclu_le=conclu_le,
        depenses_retenues=bilan.depenses - ecarte,
        ressources_retenues=ressources,
        ue_cumule=retenu.cumule,
        ue_retenu=difference,
        terme_convention=retenu.convention,
        terme_taux=retenu.au_taux,
        terme_besoin=retenu.au_besoin,
        declare_cumule=retenu.declare,
        conclusions=conclusions.strip(),
        sans_contradictoire=sans_contradictoire,
        sans_echantillon=sans_echantillon,
        auteur=auteur,
    )
    controle.full_clean(exclude=["ecriture"])
    controle.ecriture = ecrire(
        operation, NatureEcriture.RETENU, difference, le=conclu_le, acte="rendre_csf", auteur=auteur
    )
    controle.save()
    for ecart in ecarts:
        ligne = MontantEcarte(
            controle=controle,
            montant=ecart.montant,
            typologie=ecart.typologie,
            motif=ecart.motif.strip(),
            piece=ecart.piece,
        )
        ligne.full_clean()
        ligne.save()
    if ouverture:
        ouverture.controle = controle
        ouverture.save(update_fields=["controle"])
    toucher(operation)
    journaliser(
        operation,
        "csf_rendu",
        auteur=auteur,
        le=conclu_le,
        bilan=str(bilan.numero),
        depenses_retenues=controle.depenses_retenues,
        ecarte=ecarte,
        ue_retenu=difference,
        sans_contradictoire=sans_contradictoire,
        sans_echantillon=sans_echantillon,
    )
    return controle


def _verifier_echantillon(ouverture: OuvertureControle, raison: str) -> str:
    """Return why no item was verified; empty when a sample was drawn."""
    if ouverture.tire_le:
        return ""
    if not raison:
        raise ValidationError(
            "Aucun échantillon n’est tiré. Tirez-le, ou dites pourquoi le contrôle s’en passe.",
            code="sans_echantillon",
        )
    return raison


def _verifier_contradictoire(ouverture: OuvertureControle | None, jour: date, ecarte: Decimal, raison: str) -> str:
    """Return why there was no contradictory phase; empty when there was one, or when nothing is set aside."""
    if ouverture is None or not ouverture.envoyees_le:
        if ecarte and not raison:
            raise ValidationError(
                f"{format_euros(ecarte)} sont écartés sans contradictoire. Envoyez des conclusions provisoires au "
                "bénéficiaire, ou dites pourquoi vous vous en passez.",
                code="contradictoire",
            )
        return raison if ecarte else ""
    verifier_jour(jour, pas_avant=ouverture.reponse_le or ouverture.envoyees_le, quoi="la phase contradictoire")
    if not ouverture.reponse_le and jour <= ouverture.reponse_attendue_le:
        raise ValidationError(
            f"Le bénéficiaire peut répondre jusqu’au {format_date(ouverture.reponse_attendue_le)}. Enregistrez sa "
            "réponse, ou attendez ce délai.",
            code="delai",
        )
    return ""


@transaction.atomic
def annuler_csf(controle: ControleServiceFait, *, auteur, le: date, motif: str) -> ControleServiceFait:
    """Take back the last control, concluded by error, while its amount is neither certified nor paid.

    The work that led to it is under way again. Who may control takes back (`code="conflit"`).
    """
    operation = verrouiller(controle.bilan.convention.operation, depuis=CONTROLABLES)
    verifier_controleur(operation, auteur)
    controle = ControleServiceFait.objects.select_related("bilan__convention", "ecriture").get(pk=controle.pk)
    motif = exiger(motif, "Dites pourquoi le contrôle est annulé.")
    if controle.annule_le:
        raise ValidationError("Ce contrôle est déjà annulé.", code="annule")
    if controles_de(controle.bilan.convention).filter(pk__gt=controle.pk).exists():
        raise ValidationError("Un contrôle plus récent en dépend\u00a0: annulez-le d’abord.", code="suivant")
    verifier_jour(le, pas_avant=controle.conclu_le, quoi="contrôle")
    if controle.ue_retenu > 0:
        _verifier_non_employe(operation, controle)
    elif controle.ue_retenu < 0:
        verifier_non_repris(operation, controle.ecriture)
    contrepasser(controle.ecriture, acte="annuler_csf", auteur=auteur, motif=motif)
    controle.annule_le = le
    controle.save(update_fields=["annule_le"])
    OuvertureControle.objects.filter(controle=controle).update(controle=None)
    toucher(operation)
    journaliser(operation, "csf_annule", auteur=auteur, motif=motif, le=le, bilan=str(controle.bilan.numero))
    return controle


def _verifier_non_employe(operation: Operation, controle: ControleServiceFait) -> None:
    """Refuse to take back an amount that was certified or paid since (`code="certifie"`, `code="paye"`).

    What was above what is retained before the control does not come from it: an earlier control took money back.
    """
    tenu, avant = soldes(operation), soldes_avant(operation, controle.ecriture)
    reste = tenu[NatureEcriture.RETENU] - controle.ue_retenu
    if tenu[NatureEcriture.CERTIFIE] > max(reste, avant[NatureEcriture.CERTIFIE]):
        raise ValidationError(
            "Ce montant est dans un appel de fonds\u00a0: faites-le rejeter d’abord.", code="certifie"
        )
    paiements = operation.paiements
    alors = avant[NatureEcriture.PAYE] - paiements.filter(ecriture__rang__lt=controle.ecriture.rang).avances()
    if tenu[NatureEcriture.PAYE] - paiements.avances() > max(reste, alors):
        raise ValidationError("Ce montant est payé\u00a0: recouvrez-le d’abord.", code="paye")


@transaction.atomic
def achever_operation(operation: Operation, *, auteur, le: date) -> Operation:
    """Close the execution; the final report must be there."""
    operation = verrouiller(operation, depuis=[Statut.EN_EXECUTION])
    convention = convention_de(operation)
    final = bilans_de(convention).filter(nature=NatureBilan.FINAL).first()
    if final is None:
        raise ValidationError("Le bilan final n’est pas déposé.", code="bilan_final")
    verifier_jour(le, pas_avant=max(final.fin_le, final.depose_le), quoi="dépôt du bilan final")
    convention.achevee_le = le
    convention.save(update_fields=["achevee_le"])
    avancer(operation, Statut.ACHEVEE, le)
    journaliser(operation, "achevee", auteur=auteur, le=le)
    return operation


@transaction.atomic
def reprendre_execution(operation: Operation, *, auteur, le: date, motif: str) -> Operation:
    """Hand a closed execution back: it goes on."""
    operation = verrouiller(operation, depuis=[Statut.ACHEVEE])
    motif = exiger(motif, "Dites pourquoi l’exécution reprend.")
    verifier_jour(le, pas_avant=operation.statut_depuis_le)
    convention = convention_de(operation)
    convention.achevee_le = None
    convention.save(update_fields=["achevee_le"])
    avancer(operation, Statut.EN_EXECUTION, le)
    journaliser(operation, "execution_reprise", auteur=auteur, motif=motif, le=le)
    return operation
