"""The acts of the contract: GET shows what will be written, « Voir l’effet » tries it, POST does it."""

from decimal import Decimal

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from accord.models import Parametre
from accord.montants import INSECABLE, format_date, format_ecart, format_euros, format_jours
from comptes.permissions import require

from .. import services
from ..actes import REGLES, expliquer_statut, url_acte
from ..calendrier import ajuster_calendrier, lire_delai, lire_regle, proposer_calendrier, suivre_calendrier
from ..conditions import lire_conditions
from ..effet import compute_effet
from ..enums import NatureEcriture
from ..forms import PlanForm
from ..forms.calendrier import ReportBilanForm, build_calendrier
from ..forms.conventions import (
    AvenantForm,
    ConventionForm,
    DemarrageForm,
    ResiliationForm,
    RetourForm,
    SignaturesForm,
)
from ..forms.plans import CHAMPS_PLAN
from ..models import BilanAttendu, Convention
from ..permissions import peut_suivre_convention
from ..services import (
    conventionner_operation,
    demarrer_operation,
    reporter_bilan,
    resilier_operation,
    signer_avenant,
    suivre_signatures,
)
from ..services.conventions import avenants_de, conditions_de, convention_de
from ..services.etat import verrouiller
from ..services.grand_livre import soldes
from ..services.plans import copier_plan
from ..services.retours import compute_rendu
from ..services.signature import DATES, signature_de
from .commun import agir, get_operation, ouvrir_acte
from .operations import plan_reference
from .retours import avec_depassement, reprendre

CENT = Decimal(100)


def _revenir(operation) -> str:
    """Every act of the contract comes back to its tab."""
    return url_acte(operation, "convention")


def _est_essai(request) -> bool:
    return "voir" in request.POST


# -- signatures


def signatures(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "signatures")
    if ailleurs:
        return ailleurs
    mise = signature_de(operation)
    initial = {nom: getattr(mise, nom) for nom in DATES} if mise else None
    form = SignaturesForm(
        request.POST or None, initial=initial, pas_avant=operation.programmee_le, etat=_dire_dates(mise)
    )

    def acte():
        verrouiller(operation, depuis=REGLES["signatures"].depuis)
        dites = _dire_dates(signature_de(operation))
        form.exiger_vu(dites, f"Ces dates ont changé depuis que vous les avez ouvertes. Aujourd’hui\u00a0: {dites}.")
        suivre_signatures(operation, auteur=request.user, **{nom: form.cleaned_data[nom] for nom in DATES})

    return agir(
        request,
        operation,
        [form],
        acte,
        lambda: _dire_signatures(form.cleaned_data),
        "operations/acte.html",
        ensuite=_revenir(operation),
        titre="Suivre les signatures",
        texte="La convention part à la signature des deux parties. Elle prend effet à sa notification, ensuite.",
        bouton="Enregistrer les signatures",
    )


def _dire_dates(mise) -> str:
    """The dates recorded, in words: what the form was opened on."""
    if mise is None:
        return "la convention n’est pas à la signature"
    mots = ("envoyée", "signée par le bénéficiaire", "signée par l’organisme")
    dites = [
        f"{mot} le {format_date(getattr(mise, nom))}"
        for nom, mot in zip(DATES, mots, strict=True)
        if getattr(mise, nom)
    ]
    return ", ".join(dites)


def _dire_signatures(dates) -> str:
    if not (dates["signee_beneficiaire_le"] or dates["signee_oi_le"]):
        return "Convention envoyée à la signature. Les deux signatures sont attendues."
    if not dates["signee_beneficiaire_le"]:
        return "Signature de l’organisme enregistrée. Celle du bénéficiaire est attendue."
    if not dates["signee_oi_le"]:
        return "Signature du bénéficiaire enregistrée. Celle de l’organisme est attendue."
    return "Les deux parties ont signé. Le responsable peut notifier la convention."


def retirer_signature(request, accord, numero):
    return _retourner(
        request,
        accord,
        numero,
        "retirer_signature",
        services.retirer_signature,
        titre="Retirer de la signature",
        texte="La convention ne court plus chez ses signataires. Elle pourra leur être envoyée de nouveau.",
        bouton="Retirer de la signature",
        succes="Convention retirée de la signature.",
    )


# -- the contract


def conventionner(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "conventionner")
    if ailleurs:
        return ailleurs
    aujourdhui, instruit = timezone.localdate(), plan_reference(operation)
    plan = PlanForm(
        request.POST or None,
        instance=copier_plan(plan_reference(operation)),
        fonds=operation.enveloppe.fonds,
        equilibre=True,
        reference=instruit,
        appel=operation.appel,
    )
    taux = Parametre.objects.lire_nombre(accord, "avance_taux", aujourdhui)
    form = ConventionForm(
        request.POST or None,
        instance=Convention(),
        initial=_initial_convention(operation),
        plan=plan,
        pas_avant=operation.programmee_le,
        taux=taux / CENT if taux is not None else None,
    )
    if not form.is_bound:
        form.initial["avance_prevue"] = Decimal(0) if form.initial["sans_avance"] else form.proposer(instruit.ue)
    calendrier = build_calendrier(
        request.POST or None, proposer_calendrier(accord, operation.debut_le, operation.fin_le, aujourdhui)
    )
    essai = _est_essai(request)
    return agir(
        request,
        operation,
        [plan, form, calendrier],
        lambda: conventionner_operation(
            operation,
            auteur=request.user,
            plan=plan.save(commit=False),
            convention=form.save(commit=False),
            calendrier=calendrier.saisi,
        ),
        lambda: (
            f"Convention notifiée à {format_euros(plan.cleaned_data['ue'])}. "
            "L’opération démarre à la date de son attestation."
        ),
        "operations/conventionner.html",
        conditions=lire_conditions(operation, request.user),
        ensuite=_revenir(operation),
        essai=essai,
        plan=plan,
        convention=form,
        calendrier=_suivre_periode(accord, form, calendrier) if essai else calendrier,
        regle=lire_regle(accord, operation.debut_le, operation.fin_le, aujourdhui),
        effet=_effet_convention(operation, plan, form),
        points=_points_convention(operation, plan, form),
    )


def _suivre_periode(accord, form, calendrier):
    """The calendar that the period typed proposes, as long as nobody changed it by hand."""
    if not (form.is_valid() and calendrier.is_valid()) or calendrier.saisi is not None:
        return calendrier
    saisie = form.cleaned_data
    return build_calendrier(
        None, proposer_calendrier(accord, saisie["debut_le"], saisie["fin_le"], saisie["notifiee_le"])
    )


def _effet_convention(operation, plan, form) -> dict | None:
    """What the contract typed would hold, in euros; None while its plan cannot be read."""
    if plan.plafond is None:
        return None
    ue = plan.plafond.ue
    avance = form.cleaned_data.get("avance_prevue") if form.is_valid() else form.initial.get("avance_prevue")
    return {
        "programme": operation.ue_programme,
        "ue": ue,
        "reste": operation.ue_programme - ue,
        "avance": avance,
        "place": compute_effet(operation, Decimal(0)),
    }


def _points_convention(operation, plan, form) -> list[dict]:
    """What is there and what is missing before the notification, as typed or as recorded."""

    def valeur(nom):
        return form.data.get(nom) if form.is_bound else form.initial.get(nom)

    ue = plan.plafond.ue if plan.plafond else None
    exces = max(ue - operation.ue_programme, Decimal(0)) if ue else None
    signees = valeur("signee_beneficiaire_le"), valeur("signee_oi_le")
    return [
        {
            "libelle": "Dans le montant programmé",
            "etat": "stop" if exces else "bon" if ue else "",
            "valeur": format_euros(exces) if exces else "",
        },
        _point_plan(plan),
        {
            "libelle": "Signatures",
            "etat": "bon" if all(signees) else "",
            "valeur": "" if all(signees) else f"{sum(map(bool, signees))} sur 2",
        },
    ]


def _point_plan(plan) -> dict:
    return {
        "libelle": "Plan équilibré",
        "cle": "plan",
        "etat": "stop" if plan.est_lu and plan.ecart else "bon" if plan.est_lu else "",
        "valeur": format_euros(plan.ecart) if plan.est_lu and plan.ecart else "",
    }


def _initial_convention(operation) -> dict:
    """The dates of the application and of the signatures; the category that this beneficiary had last time."""
    annulee = operation.conventions.filter(annulee_le__isnull=False).first()  # what is entered again starts from it
    mise = signature_de(operation) or annulee
    derniere = Convention.objects.filter(operation__structure=operation.structure_id).first()
    return {
        "debut_le": annulee.debut_le if annulee else operation.debut_le,
        "fin_le": annulee.fin_le if annulee else operation.fin_le,
        "signee_beneficiaire_le": mise.signee_beneficiaire_le if mise else None,
        "signee_oi_le": mise.signee_oi_le if mise else None,
        "notifiee_le": timezone.localdate(),
        "sans_avance": derniere.sans_avance if derniere else "",
    }


def annuler_convention(request, accord, numero):
    return _retourner(
        request,
        accord,
        numero,
        "annuler_convention",
        services.annuler_convention,
        titre="Annuler la convention",
        texte="La convention était une erreur : l’opération redevient programmée, et son montant conventionné "
        "est retiré à sa date de notification. Une convention qui prend fin se résilie.",
        bouton="Annuler la convention",
        succes="Convention annulée. L’opération est de nouveau programmée.",
    )


def demarrer(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "demarrer")
    if ailleurs:
        return ailleurs
    form = DemarrageForm(request.POST or None)
    return agir(
        request,
        operation,
        [form],
        lambda: demarrer_operation(operation, auteur=request.user, **form.cleaned_data),
        lambda: "Démarrage attesté. L’opération est en exécution : les bilans et les paiements sont ouverts.",
        "operations/acte.html",
        ensuite=_revenir(operation),
        titre="Attester le démarrage",
        texte="Sans attestation de démarrage, ni avance ni bilan.",
        bouton="Attester le démarrage",
    )


def annuler_demarrage(request, accord, numero):
    return _retourner(
        request,
        accord,
        numero,
        "annuler_demarrage",
        services.annuler_demarrage,
        titre="Annuler le démarrage",
        texte="L’opération redevient conventionnée. Possible tant qu’aucun bilan, paiement ou avenant ne suit.",
        bouton="Annuler le démarrage",
        succes="Démarrage annulé. L’opération est de nouveau conventionnée.",
    )


# -- amendments


def avenant(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "avenant")
    if ailleurs:
        return ailleurs
    convention = convention_de(operation)
    if convention is None:  # a form sent late
        messages.error(request, expliquer_statut(operation, "avenant"))
        return redirect(_revenir(operation))
    avant = conditions_de(convention)
    dernier = avenants_de(convention).last()
    plan = PlanForm(
        request.POST or None,
        instance=copier_plan(plan_reference(operation)),
        fonds=operation.enveloppe.fonds,
        equilibre=True,
        reference=avant.plan,
        appel=operation.appel,
    )
    form = AvenantForm(
        request.POST or None,
        initial={"fin_le": avant.fin_le},
        pas_avant=dernier.signe_le if dernier else convention.notifiee_le,
        etat=_dire_en_vigueur(convention),
    )
    attendues = [suivi.ligne for suivi in suivre_calendrier(convention, timezone.localdate()) if suivi.est_ouvert]
    calendrier = build_calendrier(request.POST or None, attendues)
    essai = _est_essai(request)

    def signer(depassement_vu):
        verrouiller(operation, depuis=REGLES["avenant"].depuis)
        en_vigueur = _dire_en_vigueur(convention)
        form.exiger_vu(
            en_vigueur,
            f"La convention a changé depuis que vous avez ouvert cette page\u00a0: {en_vigueur}. Comparez votre saisie "
            "à ce qui est en vigueur, puis signez de nouveau.",
        )
        signer_avenant(
            operation,
            auteur=request.user,
            plan=plan.save(commit=False),
            objet=form.cleaned_data["objet"],
            fin_le=form.cleaned_data["fin_le"],
            signe_le=form.cleaned_data["signe_le"],
            depassement_vu=depassement_vu,
            calendrier=calendrier.saisi,
        )

    return agir(
        request,
        operation,
        [form, plan, calendrier],
        lambda: avec_depassement(form, signer),
        lambda: f"Avenant signé. La convention porte {format_euros(plan.cleaned_data['ue'])}.",
        "operations/avenant.html",
        ensuite=_revenir(operation),
        essai=essai,
        avenant=form,
        plan=plan,
        avant=avant,
        numero_avenant=1 + convention.avenants.count(),
        calendrier=_suivre_fin(accord, form, calendrier, attendues) if essai else calendrier,
        lignes=_comparer(avant, plan, form),
        points=[_point_plan(plan)],
        effet=compute_effet(operation, plan.plafond.ue - avant.plan.ue) if plan.plafond else None,
    )


def _dire_en_vigueur(convention) -> str:
    """What an amendment starts from: the last one in force, or the contract."""
    dernier = avenants_de(convention).last()
    if dernier:
        return f"l’avenant n°{INSECABLE}{dernier.numero} du {format_date(dernier.signe_le)} est en vigueur"
    return "aucun avenant n’est en vigueur"


def _suivre_fin(accord, form, calendrier, attendues: list[BilanAttendu]):
    """The reports still awaited, moved with the end of the period as long as nobody changed them by hand."""
    if not (form.is_valid() and calendrier.is_valid()) or calendrier.saisi is not None:
        return calendrier
    saisie = form.cleaned_data
    return build_calendrier(
        None, ajuster_calendrier(attendues, saisie["fin_le"], lire_delai(accord, saisie["signe_le"]))
    )


def _comparer(avant, plan, form) -> list[dict]:
    """Before, after and difference of what the amendment changes, as typed; nothing while it cannot be read."""
    if not (plan.is_valid() and form.is_valid()):
        return []
    lignes = [
        {
            "libelle": str(plan.fields[nom].label),
            "avant": format_euros(getattr(avant.plan, nom)),
            "apres": format_euros(plan.cleaned_data[nom]),
            "difference": format_ecart(plan.cleaned_data[nom] - getattr(avant.plan, nom)),
        }
        for nom in CHAMPS_PLAN
        if plan.cleaned_data[nom] != getattr(avant.plan, nom)
    ]
    fin = form.cleaned_data["fin_le"]
    if fin != avant.fin_le:
        jours = abs((fin - avant.fin_le).days)
        signe = "plus tard" if fin > avant.fin_le else "plus tôt"
        lignes.append(
            {
                "libelle": "Fin de la période",
                "avant": format_date(avant.fin_le),
                "apres": format_date(fin),
                "difference": f"{format_jours(jours)} {signe}",
            }
        )
    return lignes


def annuler_avenant(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "annuler_avenant")
    if ailleurs:
        return ailleurs
    convention = convention_de(operation)
    dernier = avenants_de(convention).select_related("plan", "plan_avant").last() if convention else None
    return reprendre(
        request,
        operation,
        services.annuler_avenant,
        ensuite=_revenir(operation),
        montant=-dernier.difference if dernier else Decimal(0),
        titre=f"Annuler l’avenant n° {dernier.numero}" if dernier else "Annuler le dernier avenant",
        texte="L’avenant était une erreur : la convention revient à ce qu’elle disait avant lui, et ses écritures "
        "sont contrepassées à sa date de signature.",
        bouton="Annuler l’avenant",
        succes="Avenant annulé. La convention dit de nouveau ce qu’elle disait avant lui.",
    )


# -- the end before term


def resilier(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "resilier")
    if ailleurs:
        return ailleurs
    tenu = soldes(operation)
    form = ResiliationForm(
        request.POST or None,
        pas_avant=operation.statut_depuis_le,
        programme=tenu[NatureEcriture.PROGRAMME],
        paye=tenu[NatureEcriture.PAYE],
    )

    def acte():
        verrouiller(operation, depuis=REGLES["resilier"].depuis)
        form.exiger_vu(
            str(form.libere),
            f"La résiliation libère {format_euros(form.libere)}. Relisez son effet, puis cochez la case de nouveau.",
        )
        resilier_operation(
            operation,
            auteur=request.user,
            **{nom: form.cleaned_data[nom] for nom in ("le", "motif", "ue_conserve")},
        )

    return agir(
        request,
        operation,
        [form],
        acte,
        lambda: f"Convention résiliée. {format_euros(form.libere)} redeviennent disponibles sur l’enveloppe.",
        "operations/resilier.html",
        ensuite=_revenir(operation),
        tenu=tenu,
        effet=compute_effet(operation, -form.libere),
    )


def annuler_resiliation(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "annuler_resiliation")
    if ailleurs:
        return ailleurs
    return reprendre(
        request,
        operation,
        services.annuler_resiliation,
        ensuite=_revenir(operation),
        montant=compute_rendu(operation),
        titre="Annuler la résiliation",
        texte="La résiliation était une erreur : l’opération revient où elle en était, et les montants libérés lui "
        "reviennent à la date de la résiliation.",
        bouton="Annuler la résiliation",
        succes="Résiliation annulée. L’opération revient où elle en était.",
    )


# -- the calendar of the reports


def reporter(request, accord, numero, pk):
    operation = get_operation(request, accord, numero)
    ligne = get_object_or_404(BilanAttendu.objects.filter(convention__operation=operation), pk=pk)
    organisme = operation.enveloppe.organisme
    require(
        peut_suivre_convention(request.user, operation),
        f"Seuls un gestionnaire ou le responsable de l’organisme ({organisme}) reportent un bilan.",
    )
    form = ReportBilanForm(request.POST or None, initial={"attendu_le": ligne.attendu_le})
    return agir(
        request,
        operation,
        [form],
        lambda: reporter_bilan(ligne, auteur=request.user, **form.cleaned_data),
        lambda: f"Bilan reporté au {format_date(form.cleaned_data['attendu_le'])}.",
        "operations/acte.html",
        ensuite=_revenir(operation),
        titre="Reporter un bilan",
        texte=f"{ligne.get_nature_display()} du {format_date(ligne.debut_le)} au {format_date(ligne.fin_le)}, attendu "
        f"le {format_date(ligne.attendu_le)}. La date de la convention reste lisible.",
        bouton="Reporter le bilan",
    )


# -- what the undos share


def _retourner(request, accord, numero, nom, service, *, succes, **mots):
    """An act recorded by error, handed back: its day and its reason."""
    operation, ailleurs = ouvrir_acte(request, accord, numero, nom)
    if ailleurs:
        return ailleurs
    form = RetourForm(request.POST or None)
    return agir(
        request,
        operation,
        [form],
        lambda: service(operation, auteur=request.user, **form.cleaned_data),
        lambda: succes,
        "operations/acte.html",
        ensuite=_revenir(operation),
        danger=True,
        **mots,
    )
