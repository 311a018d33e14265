"""The tab « Bilans et CSF » of an operation, each report, and the acts on reports."""

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accord.montants import INSECABLE, format_euros

from ..actes import url_acte
from ..calcul_retenu import relire_calcul
from ..enums import NatureRessource, Statut
from ..fiche_csf import render_csf
from ..forms.bilans import EXEMPLE, BilanForm, JourForm, LignesForm, RetourBilanForm
from ..models.operations import RESSOURCES
from ..permissions import peut_controler, peut_saisir
from ..retenu import ZERO
from ..services import (
    achever_operation,
    enregistrer_lignes,
    rejouer_echantillon,
    reprendre_execution,
)
from ..services import annuler_bilan as defaire_bilan
from ..services import enregistrer_bilan as deposer_bilan
from ..services.controles import CONTROLABLES
from ..services.conventions import conditions_de
from ..suivi_bilans import charger_bilans, lire_paye, suivre_bilan, suivre_bilans, suivre_postes
from .commun import agir, build_entete, get_dossier, ouvrir_acte

LIGNES_LUES = 200  # of the list of expenses on the page of a report


def get_bilan(operation, numero):
    """A report in force of the contract, with its control and its work."""
    convention = operation.conventions.courante()
    bilan = convention and charger_bilans(convention).filter(numero=numero).first()
    if not bilan:
        raise Http404
    bilan.convention.operation = operation
    return bilan


def url_bilan(operation, bilan, nom: str = "bilan") -> str:
    return reverse(f"operations:{nom}", args=[operation.accord.slug, operation.numero, bilan.numero])


def onglet(request, accord, numero):
    """Each report, filed or awaited, with where it stands; what was spent on each post."""
    operation = get_dossier(request, accord, numero)
    convention = operation.conventions.courante()
    contexte = {
        "suivis": suivre_bilans(operation),
        "postes": suivre_postes(convention, conditions_de(convention).plan) if convention else [],
        "convention": convention,
    }
    return render(request, "operations/bilans.html", build_entete(request, operation, "bilans") | contexte)


def detail(request, accord, numero, bilan):
    """A report, its detail, the work of its control, and its conclusions with their working."""
    operation = get_dossier(request, accord, numero)
    bilan = get_bilan(operation, bilan)
    suivi = suivre_bilan(bilan, None, lire_paye(operation))
    user, ouverture = request.user, suivi.ouverture
    echantillon = list(ouverture.echantillon.select_related("ligne")) if ouverture else []
    est_ouvert = operation.statut in CONTROLABLES
    liste = bilan.lignes.aggregate(nombre=Count("pk"), total=Sum("montant", default=ZERO))
    depenses = list(bilan.depenses_declarees.all())
    forfait = sum((d.montant for d in depenses if d.est_forfait), ZERO)
    controle_a_mener = est_ouvert and peut_controler(user, operation)
    mene = bool(ouverture) and ouverture.controleur_id == user.pk
    contexte = {
        "bilan": bilan,
        "suivi": suivi,
        "ouverture": ouverture,
        "controle": suivi.controle,
        "calcul": relire_calcul(suivi.controle) if suivi.controle else None,
        "depenses": depenses,
        "ressources": list(bilan.ressources_percues.all()),
        "nombre_lignes": liste["nombre"],
        "total_lignes": liste["total"],
        "a_lister": bilan.depenses - forfait,
        "forfait": forfait,
        "ecart_lignes": liste["total"] - (bilan.depenses - forfait),
        "lignes": list(bilan.lignes.all()[:LIGNES_LUES]),
        "echantillon": echantillon,
        "restantes": sum(not e.resultat for e in echantillon),
        "ecarts": list(suivi.controle.ecarts.all()) if suivi.controle else [],
        "est_rejoue": bool(echantillon) and rejouer_echantillon(ouverture),
        "peut_lister": est_ouvert and peut_saisir(user, operation) and not echantillon,
        "peut_annuler": operation.statut == Statut.EN_EXECUTION and peut_saisir(user, operation) and not ouverture,
        "peut_controler": controle_a_mener,
        "mene": mene,
        "acte_ici": controle_a_mener and not suivi.controle and (mene or not ouverture),
    }
    return render(request, "operations/bilan.html", build_entete(request, operation, "bilans") | contexte)


def _financeurs(plan) -> list[tuple[str, str]]:
    """Who may have paid: the funders of the plan, its origins of money otherwise; never own funds."""
    propres = NatureRessource.AUTOFINANCEMENT
    lignes = [(r.nature, r.financeur) for r in plan.ressources.all() if r.nature != propres]
    if not lignes:
        lignes = [(nature, "") for nature in RESSOURCES if nature in NatureRessource and getattr(plan, nature)]
        lignes = [ligne for ligne in lignes if ligne[0] != propres]
    if not any(nature == NatureRessource.RECETTES for nature, _ in lignes):
        lignes.append((NatureRessource.RECETTES, ""))
    return list(dict.fromkeys(lignes))


def enregistrer(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "enregistrer_bilan")
    if ailleurs:
        return ailleurs
    convention = operation.conventions.courante()
    if convention is None:
        raise Http404
    conditions = conditions_de(convention)
    attendu = next((s.attendu.ligne for s in suivre_bilans(operation) if s.bilan is None and s.attendu), None)
    form = BilanForm(
        request.POST or None,
        plan=conditions.plan,
        annees=range(convention.debut_le.year, conditions.fin_le.year + 1),
        financeurs=_financeurs(conditions.plan),
        pas_avant=convention.notifiee_le,
        initial={nom: getattr(attendu, nom) for nom in ("nature", "debut_le", "fin_le")} if attendu else {},
    )

    def acte():
        bilan = deposer_bilan(
            operation,
            auteur=request.user,
            bilan=form.lire(),
            depenses=form.lire_depenses(),
            ressources=form.lire_ressources(),
        )
        depasses = [p for p in suivre_postes(convention, conditions.plan) if p.excede]
        for poste in depasses:
            messages.warning(
                request,
                f"« {poste.categorie.label} » dépasse le plan de {format_euros(poste.excede)}, bilans cumulés.",
            )
        form.instance = bilan

    return agir(
        request,
        operation,
        [form],
        acte,
        lambda: (
            f"Bilan n°{INSECABLE}{form.instance.numero} enregistré : {format_euros(form.instance.depenses)} de "
            f"dépenses, {format_euros(form.instance.ue_declare)} de participation européenne déclarée."
        ),
        "operations/bilan_saisie.html",
        ensuite=url_acte(operation, "bilans"),
        postes={p.categorie: p for p in suivre_postes(convention, conditions.plan)}.values(),
        plan=conditions.plan,
        convention=convention,
        conditions=conditions,
        url_retour=url_acte(operation, "bilans"),
    )


def annuler(request, accord, numero, bilan):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "annuler_bilan")
    if ailleurs:
        return ailleurs
    bilan = get_bilan(operation, bilan)
    form = RetourBilanForm(request.POST or None, pas_avant=bilan.depose_le)
    return agir(
        request,
        operation,
        [form],
        lambda: defaire_bilan(bilan, auteur=request.user, **form.cleaned_data),
        lambda: f"Bilan n°{INSECABLE}{bilan.numero} annulé. {format_euros(bilan.ue_declare)} ne sont plus déclarés.",
        "operations/acte.html",
        ensuite=url_acte(operation, "bilans"),
        titre=f"Annuler le bilan n°{INSECABLE}{bilan.numero}",
        texte=f"Enregistré par erreur : {format_euros(bilan.ue_declare)} déclarés seront retirés à la date du dépôt.",
        bouton="Annuler le bilan",
        danger=True,
    )


def lignes(request, accord, numero, bilan):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "lister_depenses")
    if ailleurs:
        return ailleurs
    bilan = get_bilan(operation, bilan)
    form = LignesForm(request.POST or None, request.FILES or None)
    return agir(
        request,
        operation,
        [form],
        lambda: enregistrer_lignes(bilan, auteur=request.user, lignes=form.cleaned_data["lignes"]),
        lambda: f"{len(form.cleaned_data['lignes'])} lignes enregistrées. L’échantillon du contrôle y sera tiré.",
        "operations/bilan_lignes.html",
        ensuite=url_bilan(operation, bilan),
        titre=f"Lister les dépenses du bilan n°{INSECABLE}{bilan.numero}",
        bilan=bilan,
        nombre_lignes=bilan.lignes.count(),
        exemple=EXEMPLE,
        url_retour=url_bilan(operation, bilan),
    )


def csf_pdf(request, accord, numero, bilan):
    """The report of a concluded control."""
    operation = get_dossier(request, accord, numero)
    bilan = get_bilan(operation, bilan)
    suivi = suivre_bilan(bilan, None, lire_paye(operation))
    if suivi.controle is None:
        raise Http404
    return HttpResponse(
        render_csf(operation, suivi),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="csf-{operation.numero}-bilan-{bilan.numero}.pdf"'},
    )


def achever(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "achever")
    if ailleurs:
        return ailleurs
    form = JourForm(request.POST or None, pas_avant=operation.statut_depuis_le)
    return agir(
        request,
        operation,
        [form],
        lambda: achever_operation(operation, auteur=request.user, **form.cleaned_data),
        lambda: "Opération achevée. Elle se solde quand chaque bilan est contrôlé et payé.",
        "operations/acte.html",
        titre="Constater l’achèvement",
        texte="L’exécution est finie et le bilan final est déposé. Les contrôles et les paiements se poursuivent.",
        bouton="Constater l’achèvement",
    )


def reprendre(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "reprendre_execution")
    if ailleurs:
        return ailleurs
    form = RetourBilanForm(request.POST or None, pas_avant=operation.statut_depuis_le)
    return agir(
        request,
        operation,
        [form],
        lambda: reprendre_execution(operation, auteur=request.user, **form.cleaned_data),
        lambda: "Exécution reprise. Les bilans sont de nouveau ouverts.",
        "operations/acte.html",
        titre="Reprendre l’exécution",
        texte="L’achèvement a été constaté trop tôt. L’opération revient en exécution, avec son motif.",
        bouton="Reprendre l’exécution",
    )
