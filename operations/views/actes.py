"""One page per act: GET shows what will be written, POST does it through its service."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accord.montants import format_euros
from comptes.journal import journal_de

from ..admission import dire_duree, lire_reserves
from ..conflits import REGLE, dire_porteur_interne
from ..demandes import lire_demandes
from ..enums import SensDecision, VersionPlan
from ..forms import (
    DecisionForm,
    GrilleForm,
    InstructionForm,
    IrrecevableForm,
    PartageForm,
    PlanForm,
    ProgrammerForm,
    RecevableForm,
    ReouvertureForm,
    RetraitForm,
)
from ..forms.conditions import build_conditions
from ..grille import compute_total
from ..historique import dire_lignes
from ..imputation import situer_tranche
from ..models import Operation
from ..pieces import pieces_attendues
from ..plafonds import lire_plafond
from ..services import (
    abandonner_operation,
    ajourner_operation,
    declarer_irrecevable,
    declarer_recevable,
    deprogrammer_operation,
    instruire_operation,
    programmer_operation,
    refuser_operation,
    rouvrir_instruction,
)
from ..services.plans import copier_plan
from ..situation import compute_disponible, compute_situation
from .commun import agir as _agir
from .commun import ouvrir_acte as _ouvrir
from .operations import plan_reference

CORRIGEE = (
    "La demande a été corrigée depuis que vous avez ouvert l’instruction. Lisez ce qui a changé, revoyez le plan, puis "
    "concluez de nouveau."
)


def _reste(operation) -> str:
    disponible = compute_disponible(operation.enveloppe)
    if disponible < 0:
        return f"L’enveloppe est dépassée de {format_euros(-disponible)}."
    return f"Il reste {format_euros(disponible)}."


def recevable(request, accord, numero):
    operation, ailleurs = _ouvrir(request, accord, numero, "recevable")
    if ailleurs:
        return ailleurs
    pieces = operation.appel.lire_pieces_obligatoires() if operation.appel else []
    deposees = {a.libelle for a in pieces_attendues(operation) if not a.manque}
    hors_duree = dire_duree(operation.appel, operation.debut_le, operation.fin_le)
    form = RecevableForm(
        request.POST or None,
        pieces=pieces,
        hors_duree=hors_duree,
        pas_avant=operation.deposee_le,
        initial={"pieces_recues": [piece for piece in pieces if piece in deposees]},
    )
    return _agir(
        request,
        operation,
        [form],
        lambda: declarer_recevable(
            operation,
            auteur=request.user,
            le=form.cleaned_data["le"],
            pieces_recues=form.cleaned_data.get("pieces_recues", []),
            motif_duree=form.cleaned_data.get("motif_duree", ""),
        ),
        lambda: "Demande recevable. Elle attend son instruction.",
        "operations/recevable.html",
        pieces=pieces,
        hors_duree=hors_duree,
    )


def irrecevable(request, accord, numero):
    operation, ailleurs = _ouvrir(request, accord, numero, "irrecevable")
    if ailleurs:
        return ailleurs
    form = IrrecevableForm(request.POST or None, pas_avant=operation.deposee_le)
    return _agir(
        request,
        operation,
        [form],
        lambda: declarer_irrecevable(operation, auteur=request.user, **form.cleaned_data),
        lambda: "Demande irrecevable. Le motif figure dans son historique.",
        "operations/acte.html",
        titre="Déclarer irrecevable",
        texte="La demande s’arrête ici. Elle reste consultable, avec son motif.",
        bouton="Déclarer irrecevable",
        danger=True,
    )


def instruire(request, accord, numero):
    operation, ailleurs = _ouvrir(request, accord, numero, "instruire")
    if ailleurs:
        return ailleurs
    enveloppe = operation.enveloppe
    disponible = compute_disponible(enveloppe)
    demande = operation.plans.get(version=VersionPlan.DEMANDE)
    depart = copier_plan(plan_reference(operation))
    precedente = operation.instructions.for_reading().first()
    plan = PlanForm(
        request.POST or None,
        instance=depart,
        fonds=enveloppe.fonds,
        equilibre=True,
        reference=demande,
        appel=operation.appel,
    )
    form = InstructionForm(
        request.POST or None,
        operation=operation,
        pas_avant=max(operation.recevable_le or operation.deposee_le, operation.statut_depuis_le),
        precedente=precedente,
        lu=journal_de(operation).values_list("rang", flat=True).first(),
        exces=plan.plafond.exces if plan.plafond else None,
    )
    partage = PartageForm(request.POST or None, operation=operation, precedente=precedente)
    grille = GrilleForm(request.POST or None, operation=operation, precedente=precedente)
    corrections: list[dict] = []

    @transaction.atomic
    def conclure():
        Operation.objects.select_for_update(of=("self",)).get(pk=operation.pk)
        corrections.extend(_lire_corrections(operation, form))
        if corrections:
            raise ValidationError(CORRIGEE, code="perime")
        instruire_operation(
            operation,
            auteur=request.user,
            plan=plan.save(commit=False),
            instruction=form.save(commit=False),
            reponses=partage.build(),
            notes=grille.build(),
            exces_taux_vu=form.exces_accepte,
        )

    return _agir(
        request,
        operation,
        [plan, grille, partage, form],
        conclure,
        lambda: f"Opération instruite à {format_euros(plan.cleaned_data['ue'])}. Le responsable peut décider.",
        "operations/instruire.html",
        plan=plan,
        reserves=lire_reserves(operation, demande.profil),
        instruction=form,
        grille=grille,
        partage=partage,
        corrections=corrections,
        porteur_interne=dire_porteur_interne(operation),
        regle_conflit=REGLE,
        points=_points_instruction(operation, plan, grille, partage, form),
        disponible=disponible,
        depassement=-disponible if disponible < 0 else None,
        demandes=lire_demandes(operation.structure, debut=operation.debut_le, fin=operation.fin_le, sauf=operation),
    )


def _lire_corrections(operation, form) -> list[dict]:
    """The corrections of the application since the form was opened; the form then carries that they were shown."""
    lignes = list(journal_de(operation).filter(acte="modifiee", rang__gt=form.cleaned_data["lu"] or 0))
    if lignes:
        form.data = form.data.copy()
        form.data["lu"] = str(lignes[0].rang)
    return dire_lignes(lignes)


def rouvrir(request, accord, numero):
    operation, ailleurs = _ouvrir(request, accord, numero, "rouvrir")
    if ailleurs:
        return ailleurs
    form = ReouvertureForm(request.POST or None, pas_avant=operation.instruite_le)
    return _agir(
        request,
        operation,
        [form],
        lambda: rouvrir_instruction(operation, auteur=request.user, **form.cleaned_data),
        lambda: (
            "Instruction rouverte. Le rapport et les réponses sont repris : corrigez-les, puis concluez de nouveau."
        ),
        "operations/acte.html",
        titre="Rouvrir l’instruction",
        texte="L’opération redevient recevable et attend une nouvelle conclusion. La précédente reste consultable.",
        bouton="Rouvrir l’instruction",
    )


def _points_instruction(operation, plan, grille, partage, form) -> list[dict]:
    def etat(faux, fait):
        return "stop" if faux else "bon" if fait else ""

    erreurs = form.errors if form.is_bound else {}
    donnees = form.data if form.is_bound else form.initial
    pieces = len(operation.appel.lire_pieces_obligatoires()) if operation.appel else 0
    return [
        {"libelle": "Pièces obligatoires", "etat": "bon", "valeur": f"{pieces} sur {pieces}" if pieces else "aucune"},
        {
            "libelle": "Plan équilibré",
            "cle": "plan",
            "etat": etat(plan.est_lu and plan.ecart, plan.est_lu),
            "valeur": format_euros(plan.ecart) if plan.est_lu and plan.ecart else "",
        },
        *_point_a_remplir(grille, "Grille notée", grille.est_notee),
        *_point_a_remplir(partage, "Lignes de partage répondues", partage.est_repondu),
        {
            "libelle": "Conflit d’intérêts déclaré",
            "etat": etat("est_sans_conflit" in erreurs, donnees.get("est_sans_conflit")),
            "valeur": "" if donnees.get("est_sans_conflit") else "à faire",
        },
    ]


def _point_a_remplir(form, libelle: str, fait: bool) -> list[dict]:
    """The point of a form of one field per line; nothing when it has no line."""
    if not form.fields:
        return []
    faux = form.is_bound and form.errors
    return [
        {"libelle": libelle, "etat": "stop" if faux else "bon" if fait else "", "valeur": "" if fait else "à faire"}
    ]


def _avis(operation) -> dict:
    """What whoever decides reads first: the opinion, its grid, its report, the rate against its maximum."""
    instruction = operation.instructions.for_reading().first()
    return {
        "instruction": instruction,
        "total": compute_total(instruction.notes.all()) if instruction else None,
        "porteur_interne": dire_porteur_interne(operation),
        "plafond": lire_plafond(operation),
    }


def programmer(request, accord, numero):
    operation, ailleurs = _ouvrir(request, accord, numero, "programmer")
    if ailleurs:
        return ailleurs
    disponible = compute_disponible(operation.enveloppe)
    exces = (operation.ue_instruit or 0) - disponible
    # entered by error: what is entered again starts from it
    annulee = operation.decisions.filter(sens=SensDecision.FAVORABLE, annulee_le__isnull=False).first()
    form = ProgrammerForm(
        request.POST or None,
        initial={"instance": annulee.instance, "decidee_le": annulee.decidee_le} if annulee else {},
        pas_avant=operation.instruite_le,
        depassement=exces if exces > 0 else None,
    )
    conditions = build_conditions(request.POST if request.method == "POST" else None, reprises=annulee)
    return _agir(
        request,
        operation,
        [form, conditions],
        lambda: _programmer(operation, form, conditions, request.user),
        lambda: f"Opération programmée. {_reste(operation)}",
        "operations/programmer.html",
        conditions=conditions,
        disponible=disponible,
        exces_avant=-disponible if disponible < 0 else None,
        apres=disponible - (operation.ue_instruit or 0),
        situee=situer_tranche(
            compute_situation(accord).enveloppe(operation.enveloppe.code),
            debut_le=operation.debut_le,
            decidee_le=timezone.localdate(),
        ),
        **_avis(operation),
    )


def _programmer(operation, form, conditions, auteur) -> None:
    """Programme; an excess is accepted up to the one that was shown and ticked."""
    saisie = form.cleaned_data
    try:
        programmer_operation(
            operation,
            auteur=auteur,
            instance=saisie["instance"],
            decidee_le=saisie["decidee_le"],
            depassement_vu=form.depassement_vu,
            conditions=conditions.build(),
        )
    except ValidationError as refuse:
        if getattr(refuse, "code", None) == "surprogrammation":
            form.redemander(refuse.params["depassement"])
        raise


def _decider(request, accord, numero, nom, service, *, succes, **mots):
    operation, ailleurs = _ouvrir(request, accord, numero, nom)
    if ailleurs:
        return ailleurs
    form = DecisionForm(request.POST or None, pas_avant=operation.instruite_le)
    return _agir(
        request,
        operation,
        [form],
        lambda: service(operation, auteur=request.user, **form.cleaned_data),
        lambda: succes,
        "operations/decider.html",
        **_avis(operation),
        **mots,
    )


def refuser(request, accord, numero):
    return _decider(
        request,
        accord,
        numero,
        "refuser",
        refuser_operation,
        titre="Refuser",
        texte="La décision est définitive : le bénéficiaire peut déposer une autre demande.",
        bouton="Refuser l’opération",
        danger=True,
        succes="Opération refusée. Le motif figure dans son historique.",
    )


def ajourner(request, accord, numero):
    return _decider(
        request,
        accord,
        numero,
        "ajourner",
        ajourner_operation,
        titre="Ajourner",
        texte="Le dossier revient à l’instruction : la demande peut être corrigée, puis instruite de nouveau.",
        bouton="Ajourner l’opération",
        succes="Opération ajournée. Elle revient à l’instruction.",
    )


def _retirer(request, accord, numero, nom, service, *, texte, succes, **mots):
    operation, ailleurs = _ouvrir(request, accord, numero, nom)
    if ailleurs:
        return ailleurs
    form = RetraitForm(request.POST or None, pas_avant=operation.statut_depuis_le)
    libere = operation.ue_programme
    if libere:
        texte += f" {format_euros(libere)} programmés redeviennent disponibles à la date indiquée."
    return _agir(
        request,
        operation,
        [form],
        lambda: service(operation, auteur=request.user, **form.cleaned_data),
        lambda: f"{succes} {format_euros(libere)} sont libérés. {_reste(operation)}" if libere else succes,
        "operations/acte.html",
        texte=texte,
        danger=True,
        **mots,
    )


def abandonner(request, accord, numero):
    return _retirer(
        request,
        accord,
        numero,
        "abandonner",
        abandonner_operation,
        titre="Enregistrer l’abandon",
        texte="Le bénéficiaire renonce. L’opération reste consultable, avec son motif.",
        bouton="Enregistrer l’abandon",
        succes="Opération abandonnée.",
    )


def deprogrammer(request, accord, numero):
    return _retirer(
        request,
        accord,
        numero,
        "deprogrammer",
        deprogrammer_operation,
        titre="Déprogrammer",
        texte="L’opération sort de la programmation. Les situations passées ne changent pas.",
        bouton="Déprogrammer l’opération",
        succes="Opération déprogrammée.",
    )
