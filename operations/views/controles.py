"""The pages of a control (CSF): open, sample, verify, contradict, conclude, hand back."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils import timezone

from accord.models import Parametre
from accord.montants import INSECABLE, format_date, format_euros

from ..calcul_retenu import build_calcul
from ..enums import NatureEcriture
from ..forms.bilans import JourForm, RetourBilanForm
from ..forms.controles import ConclusionForm, EchantillonForm, EnvoiForm, ReponseForm, VerificationForm, build_ecarts
from ..retenu import ZERO
from ..services import (
    abandonner_csf,
    enregistrer_reponse,
    envoyer_conclusions,
    ouvrir_csf,
    rendre_csf,
    tirer_echantillon,
    verifier_lignes,
)
from ..services import annuler_csf as defaire_csf
from ..services.bilans import compute_controle
from ..services.controles import tirage_precedent, verifier_en_cours
from ..services.ecarts import completer_ecarts, lire_ecarts, lire_postes, somme_ecartee
from ..services.grand_livre import soldes
from .bilans import get_bilan, url_bilan
from .commun import agir, ouvrir_acte

ACTE = "operations/acte.html"


class CalculChange(Exception):
    """What is retained changed between its reading and the lock."""


def _ouvrir(request, accord, numero, bilan, nom):
    """The operation, the report and its open control; or where to go when there is none.

    What was typed on a control that ended in between stays on its page, which named it: its service says what happened.
    """
    operation, ailleurs = ouvrir_acte(request, accord, numero, nom)
    if ailleurs:
        return None, None, None, ailleurs
    bilan = get_bilan(operation, bilan)
    ouverture = next(iter(bilan.ouvertures_en_vigueur), None)
    if request.method == "POST":
        ouverture = _lue(request, bilan) or ouverture or bilan.ouvertures.select_related("controleur").first()
    if ouverture is None or (ouverture.controle_id and request.method != "POST"):
        etat = "est conclu" if ouverture else "n’est pas ouvert"
        messages.error(request, f"Le contrôle du bilan n°{INSECABLE}{bilan.numero} {etat}.")
        return None, None, None, redirect(url_bilan(operation, bilan))
    ouverture.bilan = bilan
    return operation, bilan, ouverture, None


def _lue(request, bilan):
    """The control that the page showed, which another one may have replaced since."""
    cle = request.POST.get("ouverture", "")
    return bilan.ouvertures.select_related("controleur").filter(pk=cle).first() if cle.isdecimal() else None


def _agir(request, operation, bilan, forms, acte, succes, template=ACTE, **mots):
    retour = url_bilan(operation, bilan)
    return agir(
        request,
        operation,
        forms,
        acte,
        lambda: succes,
        template,
        ensuite=retour,
        url_retour=retour,
        bilan=bilan,
        **mots,
    )


def ouvrir(request, accord, numero, bilan):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "ouvrir_csf")
    if ailleurs:
        return ailleurs
    bilan = get_bilan(operation, bilan)
    form = JourForm(request.POST or None, pas_avant=bilan.depose_le)
    return _agir(
        request,
        operation,
        bilan,
        [form],
        lambda: ouvrir_csf(bilan, auteur=request.user, **form.cleaned_data),
        "Contrôle ouvert à votre nom.",
        titre=f"Ouvrir le contrôle du bilan n°{INSECABLE}{bilan.numero}",
        texte="Vous le menez jusqu’à ses conclusions. Qui a instruit, décidé ou signé ne contrôle pas.",
        bouton="Ouvrir le contrôle",
    )


def echantillon(request, accord, numero, bilan):
    operation, bilan, ouverture, ailleurs = _ouvrir(request, accord, numero, bilan, "csf_echantillon")
    if ailleurs:
        return ailleurs
    precedente = tirage_precedent(ouverture)
    form = EchantillonForm(
        request.POST or None, pas_avant=ouverture.ouvert_le, graine=precedente.graine if precedente else ""
    )
    return _agir(
        request,
        operation,
        bilan,
        [form],
        lambda: tirer_echantillon(ouverture, auteur=request.user, **form.cleaned_data),
        "Échantillon tiré. Vérifiez chacune de ses lignes.",
        titre="Tirer l’échantillon",
        texte=f"Parmi les {bilan.lignes.count()} lignes du bilan n°{INSECABLE}{bilan.numero}. Le tirage se fait une "
        "fois ; avec sa graine, chacun peut le rejouer.",
        bouton="Tirer l’échantillon",
    )


def verifier(request, accord, numero, bilan):
    operation, bilan, ouverture, ailleurs = _ouvrir(request, accord, numero, bilan, "csf_verifier")
    if ailleurs:
        return ailleurs
    elements = list(ouverture.echantillon.select_related("ligne"))
    if not elements:
        messages.error(request, "Tirez d’abord l’échantillon.")
        return redirect(url_bilan(operation, bilan))
    forms = [VerificationForm(request.POST or None, element=element, rang=n) for n, element in enumerate(elements, 1)]
    tous = completer_ecarts(bilan, lire_ecarts(ouverture))

    def acte():
        lus = {form.element.pk: form.lire() for form in forms}
        verifier_lignes(ouverture, auteur=request.user, resultats={pk: v for pk, v in lus.items() if v})

    return _agir(
        request,
        operation,
        bilan,
        forms,
        acte,
        "Vérifications enregistrées.",
        "operations/csf_verifier.html",
        titre="Vérifier l’échantillon",
        ouverture=ouverture,
        forfaits=[depense for depense in lire_postes(bilan) if depense.est_forfait],
        tous=tous,
        ecarte=sum((e.montant for e in tous), ZERO),
    )


def _delai(accord, jour) -> int | None:
    nombre = Parametre.objects.lire_nombre(accord, "csf_contradictoire_jours", jour)
    return int(nombre) if nombre is not None else None


def envoyer(request, accord, numero, bilan):
    operation, bilan, ouverture, ailleurs = _ouvrir(request, accord, numero, bilan, "csf_envoyer")
    if ailleurs:
        return ailleurs
    jour = timezone.localdate()
    delai = _delai(accord, jour)
    form = EnvoiForm(
        request.POST or None,
        pas_avant=ouverture.tire_le or ouverture.ouvert_le,
        initial={"reponse_attendue_le": jour + timedelta(days=delai)} if delai else {},
    )
    return _agir(
        request,
        operation,
        bilan,
        [form],
        lambda: envoyer_conclusions(ouverture, auteur=request.user, **form.cleaned_data),
        "Conclusions provisoires envoyées. La réponse du bénéficiaire est attendue.",
        titre="Envoyer les conclusions provisoires",
        texte=f"{format_euros(somme_ecartee(ouverture))} sont écartés à ce stade. Le bénéficiaire peut répondre"
        + (f" ; l’accord lui laisse {delai} jours, à vérifier." if delai else "."),
        bouton="Envoyer les conclusions",
    )


def repondre(request, accord, numero, bilan):
    operation, bilan, ouverture, ailleurs = _ouvrir(request, accord, numero, bilan, "csf_repondre")
    if ailleurs:
        return ailleurs
    form = ReponseForm(request.POST or None, pas_avant=ouverture.envoyees_le)
    attendue = ouverture.reponse_attendue_le
    return _agir(
        request,
        operation,
        bilan,
        [form],
        lambda: enregistrer_reponse(ouverture, auteur=request.user, **form.cleaned_data),
        "Réponse enregistrée. Le contrôle peut être conclu.",
        titre="Enregistrer la réponse du bénéficiaire",
        texte=f"Attendue jusqu’au {format_date(attendue)}."
        if attendue
        else "Aucune conclusion provisoire n’est envoyée.",
        bouton="Enregistrer la réponse",
    )


def conclure(request, accord, numero, bilan, *, relire: bool = False):
    """What is set aside and what follows is shown with its working, then confirmed.

    `relire`: show what was typed with the new working, the amount having changed while it was being confirmed.
    """
    operation, bilan, ouverture, ailleurs = _ouvrir(request, accord, numero, bilan, "rendre_csf")
    if ailleurs:
        return ailleurs
    form = ConclusionForm(
        request.POST or None,
        avec_contradictoire=bool(ouverture.envoyees_le),
        avec_echantillon=bool(ouverture.tire_le),
        pas_avant=ouverture.reponse_le or ouverture.envoyees_le or ouverture.ouvert_le,
        initial={"ressources_retenues": bilan.ressources, "conclusions": ouverture.conclusions_provisoires},
    )
    ecarts = build_ecarts(request.POST or None, lire_postes(bilan))
    libres, ressources, conclu_le = [], bilan.ressources, None
    if form.is_bound and form.is_valid() and ecarts.is_valid():
        libres, ressources = ecarts.lire(), form.cleaned_data["ressources_retenues"]
        conclu_le = form.cleaned_data["conclu_le"]
    tous = completer_ecarts(bilan, [*lire_ecarts(ouverture), *libres])
    ecarte = sum((e.montant for e in tous), ZERO)
    retenu = compute_controle(bilan, max(bilan.depenses - ecarte, ZERO), ressources, le=conclu_le)
    deja = soldes(operation)[NatureEcriture.RETENU]
    est_confirme = form.montrer(retenu.cumule)

    def acte():
        verifier_en_cours(ouverture)
        if relire or not est_confirme:
            demande = f"Relisez le calcul, puis confirmez {format_euros(retenu.cumule)} retenus en cumul."
            raise ValidationError({"confirmer": demande}, code="relire")
        try:
            rendre_csf(
                bilan,
                auteur=request.user,
                conclu_le=form.cleaned_data["conclu_le"],
                ecarts=libres,
                ressources_retenues=ressources,
                conclusions=form.cleaned_data["conclusions"],
                sans_contradictoire=form.cleaned_data.get("sans_contradictoire", ""),
                sans_echantillon=form.cleaned_data.get("sans_echantillon", ""),
                ouverture_lue=ouverture,
                cumule_confirme=retenu.cumule,
            )
        except ValidationError as refuse:
            if getattr(refuse, "code", "") == "relire":
                raise CalculChange from refuse
            raise

    try:
        return _agir(
            request,
            operation,
            bilan,
            [form, ecarts],
            acte,
            f"Contrôle conclu\u00a0: {format_euros(retenu.cumule)} retenus en cumul.",
            "operations/csf_conclure.html",
            titre=f"Conclure le contrôle du bilan n°{INSECABLE}{bilan.numero}",
            ouverture=ouverture,
            ecarts=ecarts,
            tous=tous,
            ecarte=ecarte,
            calcul=build_calcul(retenu, deja),
        )
    except CalculChange:
        return conclure(request, accord, numero, bilan.numero, relire=True)


def abandonner(request, accord, numero, bilan):
    operation, bilan, ouverture, ailleurs = _ouvrir(request, accord, numero, bilan, "abandonner_csf")
    if ailleurs:
        return ailleurs
    form = RetourBilanForm(request.POST or None, pas_avant=ouverture.ouvert_le)
    return _agir(
        request,
        operation,
        bilan,
        [form],
        lambda: abandonner_csf(ouverture, auteur=request.user, **form.cleaned_data),
        "Contrôle abandonné. Un autre peut être ouvert.",
        titre="Abandonner le contrôle",
        texte=f"{ouverture.controleur} mène ce contrôle. Son travail reste consultable dans l’historique ; un autre "
        "repart du début.",
        bouton="Abandonner le contrôle",
        danger=True,
    )


def annuler(request, accord, numero, bilan):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "annuler_csf")
    if ailleurs:
        return ailleurs
    bilan = get_bilan(operation, bilan)
    controle = next(iter(bilan.controles_en_vigueur), None)
    if controle is None:
        messages.error(request, "Ce bilan n’a pas de contrôle conclu.")
        return redirect(url_bilan(operation, bilan))
    form = RetourBilanForm(request.POST or None, pas_avant=controle.conclu_le)
    return _agir(
        request,
        operation,
        bilan,
        [form],
        lambda: defaire_csf(controle, auteur=request.user, **form.cleaned_data),
        "Conclusions annulées. Le contrôle est de nouveau en cours.",
        titre="Annuler les conclusions du contrôle",
        texte=f"Enregistrées par erreur : {format_euros(controle.ue_retenu)} retenus seront repris à leur date.",
        bouton="Annuler les conclusions",
        danger=True,
    )
