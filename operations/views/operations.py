from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone

from accord.models import Enveloppe
from accord.montants import format_euros
from comptes.classeurs import Format
from comptes.journal import journal_de
from comptes.permissions import require
from comptes.pilules import build_pilules
from comptes.recherche import CleRecherche

from ..actes import REGLES, refus, url_acte
from ..admission import lire_reserves
from ..comparaison import compare_versions
from ..conditions import lire_conditions
from ..enums import STATUTS_CONVENTIONNES, STATUTS_MODIFIABLES, NatureEcriture, VersionPlan
from ..filters import OperationFilter
from ..forms import EnveloppeChoixForm, OperationForm, PlanForm
from ..forms.erreurs import reporter
from ..forms.fusion import Fusion, fusionner, fusionner_lignes, lire_photo, photographier
from ..forms.plans import LIBELLES
from ..grille import compute_total
from ..historique import build_historique
from ..imputation import situer_tranche
from ..jauges import build_jauge_operation
from ..models import Operation, PlanFinancement
from ..models.operations import RESSOURCES
from ..permissions import (
    est_gestionnaire,
    peut_importer,
    peut_lire_appels_fonds,
    peut_lire_des_dossiers,
    peut_lire_dossier,
    peut_lister,
    peut_saisir,
)
from ..services import deposer_operation, enregistrer_structure, modifier_operation
from ..situation import compute_situation
from ..suivi_bilans import suivre_bilans
from .calcul_plan import lire_jour
from .commun import (
    avec_chiffre,
    build_entete,
    build_table,
    connues_de,
    get_dossier,
    get_operation,
)
from .observations import contexte_observations

REFUS_LISTE = "Votre rôle ne donne pas accès aux opérations de cet accord."
PERIME = (
    "Quelqu’un d’autre a changé les mêmes champs depuis que vous avez ouvert cette opération. "
    "Comparez les deux versions, puis enregistrez de nouveau."
)
REFUS_SAISIE = "Seul un gestionnaire d’un organisme intermédiaire dépose une opération."


def filtrer_liste(request, accord):
    """The filter, and the operations it keeps with the amounts of the list."""
    require(peut_lister(request.user, accord), REFUS_LISTE)
    filtre = OperationFilter(request.GET, queryset=connues_de(request, accord), accord=accord, user=request.user)
    operations = filtre.qs
    if filtre.est_chiffre:
        operations = avec_chiffre(operations, filtre.ecritures(), filtre.nature_lue)
    return filtre, operations


def liste(request, accord):
    filtre, operations = filtrer_liste(request, accord)
    nature = filtre.nature_lue if filtre.est_chiffre else None
    table = build_table(request, accord, operations, nature=nature, totaux=filtre.totaux(), est_passe=filtre.est_passe)
    return render(
        request,
        "operations/liste.html",
        {
            "filtre": filtre,
            "table": table,
            "nombre": table.paginator.count,
            "pilules": build_pilules(request, filtre.form, prefixes=filtre.LIBELLES),
            "requete": request.GET.urlencode(),
            "peut_deposer": est_gestionnaire(request.user, accord),
            "peut_importer": peut_importer(request.user, accord),
            "lit_fonds": peut_lire_appels_fonds(request.user, accord),
            "formats": Format.choices,
            "exporte_ecritures": peut_lire_des_dossiers(request.user, accord),
        },
    )


# -- deposit and correct


def creer(request, accord):
    """First the envelope, then what it allows; with one envelope only, straight to the form."""
    require(est_gestionnaire(request.user, accord), REFUS_SAISIE)
    choix = EnveloppeChoixForm(request.GET or None, user=request.user, accord=accord)
    siennes = list(choix.fields["enveloppe"].queryset)
    if len(siennes) == 1 and "enveloppe" not in request.GET:
        enveloppe = siennes[0]
    elif choix.is_valid():
        enveloppe = choix.cleaned_data["enveloppe"]
    else:
        return render(request, "operations/choisir_enveloppe.html", {"form": choix, "enveloppes": siennes})
    enveloppe.accord = accord
    form = OperationForm(request.POST or None, enveloppe=enveloppe)
    plan = PlanForm(request.POST or None, fonds=enveloppe.fonds, accord=accord, jour=lire_jour(request))
    if request.method == "POST" and all([form.is_valid(), plan.is_valid()]):
        try:
            operation = _deposer(form, plan, request.user)
        except ValidationError as refuse:
            reporter(refuse, form, plan)
        else:
            messages.success(request, f"Demande déposée sous le numéro {operation.numero}. Examinez sa recevabilité.")
            for reserve in lire_reserves(operation, plan.cleaned_data["profil"]):
                messages.warning(request, reserve)
            return redirect(operation)
    return render(request, "operations/saisie.html", _contexte_saisie(request, accord, enveloppe, form, plan))


@transaction.atomic
def _deposer(form, plan, auteur) -> Operation:
    """Record the application, and its beneficiary when it is a new one: both or none."""
    operation, structure = form.save(commit=False), form.build_structure()
    if structure:
        try:
            operation.structure = enregistrer_structure(structure, auteur=auteur)
        except ValidationError as refuse:
            raise ValidationError({"nouvelle_structure": refuse.messages}) from None
    return deposer_operation(
        operation=operation,
        plan=plan.save(commit=False),
        auteur=auteur,
        epcis=form.cleaned_data.get("epcis") or (),
    )


def modifier(request, accord, numero):
    operation = get_operation(request, accord, numero)
    require(peut_saisir(request.user, operation), refus(request.user, operation, "modifier"))
    if request.method == "GET" and operation.statut not in STATUTS_MODIFIABLES:
        messages.error(request, f"Une opération {operation.get_statut_display().lower()} ne se modifie plus.")
        return redirect(operation)
    enregistre = operation.plans.get(version=VersionPlan.DEMANDE)
    form = OperationForm(
        request.POST or None,
        instance=operation,
        enveloppe=operation.enveloppe,
        initial={"lu": photographier(operation, enregistre)},
    )
    plan = PlanForm(
        request.POST or None,
        instance=enregistre,
        fonds=operation.enveloppe.fonds,
        appel=operation.appel,
    )
    fusion, ecarts = Fusion(), []
    if request.method == "POST" and all([form.is_valid(), plan.is_valid()]):
        try:
            _modifier(form, plan, fusion, request.user)
        except ValidationError as refuse:
            reporter(refuse, form, plan)
            if getattr(refuse, "code", None) == "perime":
                ecarts = _confronter(form, plan, fusion)
        else:
            messages.success(request, "Demande enregistrée.")
            for reserve in lire_reserves(form.instance, plan.cleaned_data["profil"]):
                messages.warning(request, reserve)
            if fusion.reprises:
                messages.info(request, _dire_reprises(fusion))
            return redirect("operations:detail", accord=accord.slug, numero=form.cleaned_data["numero"])
    contexte = _contexte_saisie(request, accord, operation.enveloppe, form, plan)
    actuelle = Operation.objects.select_related("accord").get(pk=operation.pk)  # the form has changed `operation`
    reprises = fusion.reprises if ecarts else []
    return render(
        request, "operations/saisie.html", contexte | {"operation": actuelle, "ecarts": ecarts, "reprises": reprises}
    )


@transaction.atomic
def _modifier(form, plan, fusion, auteur) -> None:
    """Save, merged field by field with what somebody else saved since the form was opened (`code="perime"` when both
    changed the same one)."""
    # the operation before the journal, as every act: creating the structure writes to the journal
    actuelle = Operation.objects.select_for_update(of=("self",)).get(pk=form.instance.pk)
    if actuelle.version != form.cleaned_data.get("version"):
        photo = lire_photo(form.cleaned_data["lu"])
        fusionner(form, actuelle, photo, fusion)
        enregistre = actuelle.plans.get(pk=plan.instance.pk)
        fusionner(plan, enregistre, photo, fusion)
        fusionner_lignes(plan, enregistre, photo, fusion)
        if derniere := journal_de(actuelle).filter(acte="modifiee").first():
            fusion.auteur = derniere.auteur
        if fusion.conflits:
            raise ValidationError(PERIME, code="perime")
    operation, structure = form.save(commit=False), form.build_structure()
    if structure:
        operation.structure = enregistrer_structure(structure, auteur=auteur)
    modifier_operation(
        operation,
        plan=plan.save(commit=False),
        auteur=auteur,
        epcis=form.cleaned_data.get("epcis") or (),
        version=actuelle.version,
        motif_duree=form.cleaned_data.get("motif_duree", ""),
    )


def _confronter(form, plan, fusion) -> list[dict]:
    """Both versions of the fields in dispute; the form then carries what was just read, so a second save is knowing."""
    actuelle = Operation.objects.get(pk=form.instance.pk)
    enregistre = actuelle.plans.get(pk=plan.instance.pk)
    ecarts = compare_versions(form, actuelle, fusion.conflits)
    ecarts += compare_versions(plan, enregistre, fusion.conflits)
    ecarts += [ecart for ecart in plan.comparer(enregistre) if ecart["champ"] in fusion.conflits]
    form.data = form.data.copy()
    form.data["version"] = str(actuelle.version)
    form.data["lu"] = photographier(actuelle, enregistre)
    return ecarts


def _dire_reprises(fusion) -> str:
    """Who changed the fields that were kept as recorded, and which."""
    qui = fusion.auteur or "quelqu’un d’autre"
    return f"Pendant votre saisie, {qui} a changé : {', '.join(fusion.reprises)}. Ces valeurs sont gardées."


def _contexte_saisie(request, accord, enveloppe, form, plan) -> dict:
    situation = compute_situation(accord).enveloppe(enveloppe.code)
    return {
        "enveloppe": enveloppe,
        "rang": Enveloppe.objects.rangs(accord).get(enveloppe.organisme_id),
        "form": form,
        "plan": plan,
        "formulaires": [] if plan.saisie_en_cours else [form, plan],
        "points": _points(form, plan),
        "situation": situation,
        "situee": situer_tranche(situation, debut_le=_debut(form), decidee_le=timezone.localdate()),
    }


def _debut(form) -> date | None:
    """The planned start as typed or as recorded, None when it cannot be read."""
    try:
        return form.fields["debut_le"].to_python(form["debut_le"].value())
    except ValidationError:
        return None


def _points(form, plan) -> list[dict]:
    """What is there and what is missing before the instruction, as typed or as recorded."""

    def valeur(nom):
        return form.data.get(nom) if form.is_bound else form.initial.get(nom)

    def point(libelle, present, *champs):
        faux = any(champ in form.errors for champ in champs) if form.is_bound else False
        return {"libelle": libelle, "etat": "stop" if faux else "bon" if present else "", "valeur": ""}

    calendrier = valeur("debut_le") and valeur("fin_le")
    points = [
        point("Bénéficiaire", valeur("structure") or valeur("nouvelle_structure"), "structure", "nouvelle_structure"),
        point("Appel à projets", valeur("appel"), "appel", "deposee_le"),
        point("Calendrier cohérent", calendrier, "debut_le", "fin_le"),
        point("Part des quartiers déclarée", valeur("part_qpv_declaree") not in (None, ""), "part_qpv_declaree"),
    ]
    equilibre = plan.est_lu and not plan.ecart
    return [
        *points,
        {
            "libelle": "Plan équilibré",
            "cle": "plan",
            "etat": "bon" if equilibre else "",
            "valeur": format_euros(plan.ecart) if plan.est_lu and plan.ecart else "",
        },
    ]


# -- read


def detail(request, accord, numero):
    """The whole file, or its summary for who reads no more."""
    operation = get_operation(request, accord, numero)
    complet = peut_lire_dossier(request.user, operation)
    contexte = build_entete(request, operation, "detail", complet=complet)
    if not complet:
        return render(request, "operations/resume.html", contexte | contexte_observations(request, operation))
    return render(
        request,
        "operations/detail.html",
        contexte
        | {
            "jauge": build_jauge_operation(
                operation,
                url_plan=url_acte(operation, "plan"),
                url_ecritures=lambda nature: f"{url_acte(operation, 'journal')}?nature={nature}#ecritures",
            ),
            **_plan_en_vigueur(operation),
            "suivis": suivre_bilans(operation) if operation.statut in STATUTS_CONVENTIONNES else [],
            "decisions": operation.decisions.select_related("auteur"),
            "epcis": operation.epcis.order_by(CleRecherche("nom")),
            "tranches": list(
                dict.fromkeys(e.tranche for e in operation.ecritures.select_related("tranche") if e.tranche)
            ),
            "conditions": lire_conditions(operation, request.user),
            "historique": build_historique(operation, 5),
        },
    )


def _plan_en_vigueur(operation) -> dict:
    """The latest plan, each resource with its share of the cost; empty ones are left out."""
    plan = plan_reference(operation)
    ressources = [
        {
            "champ": champ,
            "libelle": LIBELLES.get(champ, ""),
            "montant": montant,
            "part": montant / plan.cout_total_eligible,
        }
        for champ, montant in ((champ, getattr(plan, champ)) for champ in RESSOURCES)
        if montant or champ == "ue"
    ]
    return {"plan": plan, "ressources": ressources}


def instruction(request, accord, numero):
    operation = get_dossier(request, accord, numero)
    instructions = list(operation.instructions.for_reading())
    for une in instructions:
        une.total = compute_total(une.notes.all())
    contexte = {
        "recevabilites": operation.recevabilites.select_related("auteur"),
        "instructions": instructions,
        "conditions": lire_conditions(operation, request.user),
        "a_reprendre": instructions and operation.statut in REGLES["instruire"].depuis,
        "decisions": operation.decisions.select_related("auteur"),
        "pieces": operation.appel.lire_pieces_obligatoires() if operation.appel else [],
    }
    return render(request, "operations/instruction.html", build_entete(request, operation, "instruction") | contexte)


def journal(request, accord, numero):
    """Every act with its values, every line of the ledger with its two dates; `?nature=` keeps those of one stage."""
    operation = get_dossier(request, accord, numero)
    nature = request.GET.get("nature", "")
    ecritures = list(operation.ecritures.select_related("tranche", "auteur"))
    totaux = [
        (etape, sum(e.montant for e in ecritures if e.nature == etape))
        for etape in NatureEcriture
        if any(e.nature == etape for e in ecritures)
    ]
    if nature in NatureEcriture.values:
        ecritures = [e for e in ecritures if e.nature == nature]
        totaux = [(etape, total) for etape, total in totaux if etape == nature]
    contexte = {
        "ecritures": ecritures,
        "nature": NatureEcriture(nature).label.lower() if nature in NatureEcriture.values else "",
        "totaux": [{"libelle": etape.label, "montant": total} for etape, total in totaux],
        "historique": build_historique(operation),
    }
    return render(request, "operations/journal.html", build_entete(request, operation, "journal") | contexte)


def plan_reference(operation) -> PlanFinancement:
    """The plan to start an instruction from: the last instructed one, else the one that was asked."""
    return operation.plans.latest_first().first()
