from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from .exports import build_csv_utilisateurs
from .forms import ClotureForm, CompteForm, FermetureForm, HabilitationForm, UtilisateurFilter
from .historique import historique
from .models import Habilitation, Organisme, Utilisateur
from .permissions import peut_administrer, peut_gerer_compte, peut_habiliter, peut_lire_comptes, require
from .pilules import build_pilules
from .roles import ROLES_EXPLIQUES
from .services import (
    accorder_habilitation,
    clore_habilitation,
    fermer_compte,
    identite,
    inviter,
    modifier_compte,
    ouvrir_compte,
    rouvrir_compte,
)

PAR_PAGE = 25


def utilisateurs(request):
    require(peut_lire_comptes(request.user), "Seul un administrateur consulte les comptes.")
    filtre = _filtrer(request)
    page = Paginator(filtre.qs.for_list(request.user), PAR_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "comptes/liste.html",
        {
            "filtre": filtre,
            "page": page,
            "pilules": build_pilules(request, filtre.form, sauf=["tri"]),
            "tri": request.GET.get("tri", "nom"),
            "requete": request.GET.urlencode(),
        },
    )


def export_csv(request):
    require(peut_lire_comptes(request.user))
    contenu = build_csv_utilisateurs(_filtrer(request).qs.for_list(request.user))
    nom = f"utilisateurs-{timezone.localdate():%Y-%m-%d}.csv"
    return HttpResponse(
        contenu,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nom}"'},
    )


def moi(request):
    return render(request, "comptes/moi.html", {"roles_expliques": ROLES_EXPLIQUES})


def utilisateur(request, pk):
    personne = _personne(request, pk)
    visibles = Organisme.objects.administres_par(request.user)
    roles = personne.habilitations.filter(organisme__in=visibles.values("pk"))
    return render(
        request,
        "comptes/utilisateur.html",
        {
            "personne": personne,
            "habilitations": _par_periode(roles),
            "roles_ailleurs": personne.habilitations.en_vigueur().exclude(pk__in=roles.values("pk")).exists(),
            "historique": historique(personne, dict(visibles.values_list("code", "nom_court"))),
            "peut_gerer": peut_gerer_compte(request.user, personne),
            "peut_habiliter": peut_habiliter(request.user, personne),
            "est_moi": personne == request.user,
        },
    )


def ouvrir(request):
    require(peut_administrer(request.user), "Seul un administrateur ouvre un compte.")
    compte = CompteForm(request.POST or None)
    habilitation = HabilitationForm(request.POST or None, auteur=request.user)
    connue = _connue_ailleurs(request)
    if request.method == "POST" and all([connue or compte.is_valid(), habilitation.is_valid()]):
        try:
            personne = _ouvrir(request, connue, compte, habilitation)
        except ValidationError as refus:
            _reporter(refus, compte, habilitation)
        else:
            return redirect("comptes:utilisateur", pk=personne.pk)
    contexte = {"compte": compte, "habilitation": habilitation, "formulaires": [compte, habilitation]}
    return render(request, "comptes/ouvrir.html", contexte | {"roles_expliques": ROLES_EXPLIQUES})


def _connue_ailleurs(request):
    """Someone who already works for another agreement: one person, one account."""
    autres = Utilisateur.objects.filter(is_active=True, is_staff=False, is_superuser=False)
    email = request.POST.get("email", "").strip()
    ici = Utilisateur.objects.for_user(request.user).values("pk")
    return autres.filter(email__iexact=email).exclude(pk__in=ici).first() if email else None


def _ouvrir(request, connue, compte, habilitation):
    demande = habilitation.save(commit=False)
    if connue:
        demande.utilisateur = connue
        accorder_habilitation(demande, auteur=request.user)
        messages.success(request, f"{connue} avait déjà un compte pour un autre accord\u00a0: le rôle lui est accordé.")
        return connue
    personne = ouvrir_compte(
        utilisateur=compte.save(commit=False),
        habilitation=demande,
        auteur=request.user,
        site=request.build_absolute_uri("/"),
    )
    messages.success(request, f"Compte ouvert. Une invitation part à {personne.email}.")
    return personne


def modifier(request, pk):
    personne = _personne(request, pk)
    require(peut_gerer_compte(request.user, personne), _refus_de_gerer(personne))
    form = CompteForm(request.POST or None, instance=personne, initial={"vu": identite(personne)})
    if request.method == "POST" and form.is_valid():
        donnees = {cle: form.cleaned_data[cle] for cle in ("prenom", "nom", "email", "vu")}
        try:
            modifier_compte(personne, auteur=request.user, **donnees)
        except ValidationError as refus:
            _reporter(refus, form)
            if getattr(refus, "code", "") == "perime":
                form.data = form.data.copy()
                form.data["vu"] = form.fields["vu"].prepare_value(identite(Utilisateur.objects.get(pk=pk)))
        else:
            messages.success(request, "Compte enregistré.")
            return redirect("comptes:utilisateur", pk=pk)
    return render(request, "comptes/modifier.html", {"personne": Utilisateur.objects.get(pk=pk), "form": form})


@require_POST
def envoyer_invitation(request, pk):
    personne = _personne(request, pk)
    require(peut_gerer_compte(request.user, personne), _refus_de_gerer(personne))
    return _agir(
        request,
        personne,
        lambda: inviter(personne, auteur=request.user, site=request.build_absolute_uri("/")),
        f"Une nouvelle invitation part à {personne.email}.",
    )


def fermer(request, pk):
    personne = _personne(request, pk)
    require(peut_gerer_compte(request.user, personne), _refus_de_gerer(personne))
    require(personne != request.user, "Un autre administrateur doit fermer votre compte.")
    form = FermetureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            fermer_compte(personne, auteur=request.user, motif=form.cleaned_data["motif"])
        except ValidationError as refus:
            _reporter(refus, form)
        else:
            messages.success(request, f"Compte fermé. {personne} ne peut plus se connecter.")
            return redirect("comptes:utilisateur", pk=pk)
    return render(request, "comptes/fermer.html", {"personne": personne, "form": form})


@require_POST
def rouvrir(request, pk):
    personne = _personne(request, pk)
    require(peut_gerer_compte(request.user, personne), _refus_de_gerer(personne))
    return _agir(
        request,
        personne,
        lambda: rouvrir_compte(personne, auteur=request.user),
        f"Compte rouvert. {personne} peut se connecter.",
    )


def accorder(request, pk):
    personne = _personne(request, pk)
    require(peut_habiliter(request.user, personne), "Un autre administrateur doit vous accorder un rôle.")
    form = HabilitationForm(request.POST or None, instance=Habilitation(utilisateur=personne), auteur=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            habilitation = accorder_habilitation(form.save(commit=False), auteur=request.user)
        except ValidationError as refus:
            _reporter(refus, form)
        else:
            messages.success(request, f"Rôle accordé\u00a0: {habilitation}.")
            return redirect("comptes:utilisateur", pk=pk)
    contexte = {"personne": personne, "form": form, "roles_expliques": ROLES_EXPLIQUES}
    return render(request, "comptes/accorder.html", contexte)


def clore(request, pk, habilitation):
    personne = _personne(request, pk)
    administres = Organisme.objects.administres_par(request.user).values("pk")
    habilitation = get_object_or_404(
        personne.habilitations.filter(organisme__in=administres).select_related("organisme"), pk=habilitation
    )
    require(
        peut_habiliter(request.user, personne, habilitation.organisme),
        "Un autre administrateur doit mettre fin à ce rôle.",
    )
    form = ClotureForm(request.POST or None, initial={"fin_le": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            clos = clore_habilitation(habilitation, auteur=request.user, **form.cleaned_data)
        except ValidationError as refus:
            _reporter(refus, form)
        else:
            mots = "Fin enregistrée pour le rôle" if clos else "Rôle retiré"
            messages.success(request, f"{mots}\u00a0: {habilitation}.")
            return redirect("comptes:utilisateur", pk=pk)
    contexte = {"personne": personne, "habilitation": habilitation, "form": form}
    return render(request, "comptes/clore.html", contexte)


def _filtrer(request):
    connus = Utilisateur.objects.for_user(request.user).par_nom()
    return UtilisateurFilter(request.GET, queryset=connus, user=request.user)


def _personne(request, pk):
    return get_object_or_404(Utilisateur.objects.for_user(request.user), pk=pk)


def _agir(request, personne, acte, succes):
    try:
        acte()
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
    else:
        messages.success(request, succes)
    return redirect("comptes:utilisateur", pk=personne.pk)


def _refus_de_gerer(personne) -> str:
    return f"Seul un administrateur de tous les accords où travaille {personne} peut changer ce compte."


def _par_periode(habilitations):
    """Roles in force, to come, then over."""
    jour = timezone.localdate()
    lignes = {"en_cours": [], "a_venir": [], "passees": []}
    for h in habilitations.select_related("organisme"):
        cle = "a_venir" if h.debut_le > jour else "passees" if h.fin_le and h.fin_le < jour else "en_cours"
        lignes[cle].append(h)
    return lignes


def _reporter(refus, *forms):
    """Put the refusal of a service beside the field it is about, or above the form."""
    if not hasattr(refus, "error_dict"):
        forms[0].add_error(None, refus)
        return
    for champ, erreurs in refus.error_dict.items():
        cible = next((form for form in forms if champ in form.fields), None)
        (cible or forms[-1]).add_error(champ if cible else None, erreurs)
