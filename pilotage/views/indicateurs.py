"""The page of indicators, and its exports: what each person may read, at the day they may read it."""

from datetime import date

from django.db.models import Q
from django.shortcuts import render
from django.utils import timezone

from accord.models import Enveloppe, ObjectifSpecifique
from comptes.exports import refuser_dates, repondre
from operations.models import Operation
from participants.calcul import Niveau, compute_figures
from participants.calcul_secret import Lecture, Vue, jour_par_defaut, lit_a_tout_jour, ouvrir_figures
from participants.effectifs import lire_effectif
from participants.exports_indicateurs import lignes_indicateurs
from participants.permissions import peut_lire_fiches
from participants.secret import fin_de_mois

from ..forms import IndicateursForm
from ..indicateurs import build_page, lister_incompletes


def _lire(request, accord) -> tuple[IndicateursForm, Operation | None]:
    objectifs = (
        ObjectifSpecifique.objects.filter(priorite__fonds__enveloppes__accord=accord).distinct().order_by("code")
    )
    demande = {nom: valeur for nom, valeur in request.GET.items() if valeur}
    donnees = {"au": jour_par_defaut(request.user, accord).isoformat(), **demande}
    form = IndicateursForm(donnees, enveloppes=list(Enveloppe.objects.for_accord(accord)), objectifs=list(objectifs))
    numero = form.demande["operation"]
    if not numero:
        return form, None
    connues = Operation.objects.for_user(request.user).filter(accord=accord)
    entieres = connues.select_related("accord", "enveloppe__fonds", "enveloppe__organisme", "structure")
    operation = entieres.filter(numero=numero).first()
    if operation is None:
        form.add_error("operation", "Aucune opération de cet accord ne porte ce numéro.")
    return form, operation


def _ouvrir(request, accord, demande: date | None, operation: Operation | None) -> Vue:
    """The figures of the agreement; those of one operation for whoever reads its records."""
    if operation and peut_lire_fiches(request.user, operation):
        figures = compute_figures(accord, demande or jour_par_defaut(request.user, accord), Q(operation=operation))
        return Vue(figures, Lecture())
    return ouvrir_figures(accord, request.user, demande)


def _dater(aujourdhui: date) -> list[tuple[str, date]]:
    """The days of the page: the last end of a month, then the last figures transmitted, June and December."""
    juin, decembre = date(aujourdhui.year, 6, 30), date(aujourdhui.year - 1, 12, 31)
    if juin > aujourdhui:
        juin = date(aujourdhui.year - 1, 6, 30)
    arretes = sorted([("Arrêté de juin", juin), ("Arrêté de décembre", decembre)], key=lambda a: a[1], reverse=True)
    return [("Dernière fin de mois", fin_de_mois(aujourdhui)), *arretes, ("Aujourd’hui", aujourdhui)]


def indicateurs(request, accord):
    form, operation = _lire(request, accord)
    demande = form.demande
    vue = _ouvrir(request, accord, demande["au"] or None, operation)
    entiere = operation is None or peut_lire_fiches(request.user, operation)
    portee = {nom: demande[nom] for nom in ("fonds", "organisme", "objectif")}
    if operation:
        portee |= {"fonds": operation.enveloppe.fonds.code, "organisme": operation.enveloppe.organisme.code}
    page = build_page(accord, vue, request.user, operation=operation, **portee) if entiere else None
    contexte = {
        "form": form,
        "operation": operation,
        "vue": vue,
        "page": page,
        "incompletes": lister_incompletes(page, request.user, operation) if page else None,
        "effectif": None if entiere else lire_effectif(request.user, operation),
        "dates": _dater(timezone.localdate()) if lit_a_tout_jour(request.user, accord) else [],
        "requete": request.GET.urlencode(),
    }
    return render(request, "pilotage/indicateurs.html", contexte)


def exporter(request, accord, format_fichier):
    """The figures of the page, level by level, at the same day and scope."""
    form, operation = _lire(request, accord)
    if refus := refuser_dates(form):
        return refus
    demande = form.demande
    vue = _ouvrir(request, accord, demande["au"] or None, operation)
    voulu = Niveau(demande["fonds"], demande["organisme"], demande["objectif"])
    niveaux = [
        n
        for n in vue.figures.tous_niveaux
        if all(demandee in ("", lue) for demandee, lue in zip(voulu, n, strict=True))
        and (operation is None or peut_lire_fiches(request.user, operation))
    ]
    nom = f"{accord.slug}-indicateurs-{vue.figures.au.isoformat()}"
    lignes = lignes_indicateurs(vue.figures, niveaux, vue.lecture, lisible=format_fichier.est_lu)
    return repondre(lignes, format_fichier, nom=nom, feuille="Indicateurs")
