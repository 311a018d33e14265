"""Perimeters and EPCI as of a day; an administrator dates what a perimeter holds."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, Sum
from django.shortcuts import get_object_or_404, redirect, render

from comptes.journal import journal_de
from comptes.permissions import require
from comptes.recherche import CleRecherche

from ..cartes import Carte, ValeurEpci, build_carte
from ..enums import NaturePerimetre
from ..forms_territoires import AjouterForm, AuForm, RetirerForm
from ..models import AccordCadre, PerimetreCommune, PerimetreEpci, PerimetreTerritorial
from ..montants import INSECABLE, format_date, format_nombre
from ..permissions import peut_gerer_territoires
from ..services import ajouter_au_perimetre, retirer_du_perimetre
from ..territoires import communes_de, compter_communes, epcis_de
from . import build_onglets

REFUS = "Seul un administrateur de l’accord change ce que contient un périmètre."
ACTES = {"territoire_ajoute": "Ajout de {territoire}", "territoire_retire": "Retrait de {territoire}"}
TITRES = {
    NaturePerimetre.PLIE: "PLIE",
    NaturePerimetre.DEPARTEMENTAL: "Territoires du département",
    NaturePerimetre.BASSIN_MINIER: "Bassin minier",
    NaturePerimetre.ZONE_EMPLOI: "Zones d’emploi",
}


def liste(request, accord):
    """The perimeters of the agreement by nature, with what each holds on the day asked for."""
    form = AuForm(request.GET)
    le = form.jour()
    perimetres = list(
        PerimetreTerritorial.objects.filter(accord=accord).avec_epcis(le).order_by(CleRecherche("libelle"))
    )
    nombres = compter_communes(perimetres, le)
    groupes = [
        {
            "titre": titre,
            "nature": nature,
            "lignes": [{"perimetre": p, "communes": nombres[p.pk]} for p in perimetres if p.nature == nature],
        }
        for nature, titre in TITRES.items()
    ]
    contexte = {"form": form, "le": le, "groupes": [g for g in groupes if g["lignes"]]}
    contexte["onglets"] = build_onglets(accord, "liste")
    return render(request, "territoires/liste.html", contexte)


def epcis(request, accord):
    """The EPCI of the reference list, with the perimeters that hold each one on the day asked for."""
    form = AuForm(request.GET)
    le = form.jour()
    liens = PerimetreEpci.objects.valables_le(le).filter(perimetre__accord=accord).select_related("perimetre")
    par_epci: dict[int, list[PerimetreTerritorial]] = {}
    for lien in liens.order_by("perimetre__nature", CleRecherche("perimetre__libelle")):
        par_epci.setdefault(lien.epci_id, []).append(lien.perimetre)
    ici = Q(communes__code_departement=accord.code_departement)
    connus = epcis_de(accord).annotate(
        nombre=Count("communes", filter=ici), habitants=Sum("communes__population", filter=ici)
    )
    lignes = [{"epci": epci, "perimetres": par_epci.get(epci.pk, [])} for epci in connus.select_related("contour")]
    contexte = {
        "form": form,
        "le": le,
        "lignes": lignes,
        "communes": sum(ligne["epci"].nombre for ligne in lignes),
        "avec_contour": sum(hasattr(ligne["epci"], "contour") for ligne in lignes),
    }
    return render(request, "territoires/epcis.html", contexte | {"onglets": build_onglets(accord, "epcis")})


def _trouver(accord: AccordCadre, code: str) -> PerimetreTerritorial:
    perimetres = PerimetreTerritorial.objects.filter(accord=accord).select_related("accord", "organisme")
    return get_object_or_404(perimetres, code=code)


def detail(request, accord, code):
    """What a perimeter holds on a day, its dated links past and to come, and who changed it."""
    perimetre = _trouver(accord, code)
    form = AuForm(request.GET)
    le = form.jour()
    communes = list(communes_de(perimetre, le).select_related("epci").order_by(CleRecherche("nom")))
    liens = [
        *PerimetreEpci.objects.filter(perimetre=perimetre).select_related("epci"),
        *PerimetreCommune.objects.filter(perimetre=perimetre).select_related("commune"),
    ]
    contexte = {
        "perimetre": perimetre,
        "form": form,
        "le": le,
        "communes": communes,
        "habitants": sum(c.population or 0 for c in communes),
        "liens": [_decrire(lien, le) for lien in liens],
        "carte": _dessiner(accord, perimetre, communes, le) if communes else None,
        "peut_gerer": peut_gerer_territoires(request.user, accord),
        "historique": [_raconter(ligne) for ligne in journal_de(perimetre)],
    }
    return render(request, "territoires/perimetre.html", contexte)


def _decrire(lien: PerimetreEpci | PerimetreCommune, le) -> dict:
    fini = lien.valide_au is not None and lien.valide_au < le
    etat = "à venir" if lien.valide_du > le else "terminé" if fini else "en cours"
    return {
        "territoire": lien.epci.nom if isinstance(lien, PerimetreEpci) else lien.commune.nom,
        "nature": "EPCI entier" if isinstance(lien, PerimetreEpci) else "commune",
        "valide_du": lien.valide_du,
        "valide_au": lien.valide_au,
        "etat": etat,
    }


def _dessiner(accord: AccordCadre, perimetre: PerimetreTerritorial, communes: list, le) -> Carte:
    """How many communes of each EPCI the perimeter holds."""
    nombres: dict[str, int] = {}
    for commune in communes:
        if commune.epci:
            nombres[commune.epci.siren] = nombres.get(commune.epci.siren, 0) + 1
    valeurs = {
        epci.siren: ValeurEpci(nombres.get(epci.siren, 0), format_nombre(nombres.get(epci.siren, 0)))
        for epci in epcis_de(accord)
    }
    titre = f"{perimetre.libelle}\u00a0: nombre de communes par EPCI"
    return build_carte(accord, valeurs, titre=titre, le=le, bornes=[1, 20, 40, 60])


def _raconter(ligne) -> dict:
    """A line of the journal for components/journal.html."""
    valeurs = ligne.valeurs
    detail = f"À partir du {format_date(date.fromisoformat(valeurs['le']))}."
    if ligne.motif:
        detail = f"{detail} Motif{INSECABLE}: {ligne.motif}"
    return {
        "quand": ligne.enregistree_le,
        "acte": ACTES[ligne.acte].format(**valeurs),
        "auteur": ligne.auteur,
        "detail": detail,
        "fort": True,
    }


def ajouter(request, accord, code):
    return _dater(request, accord, code, AjouterForm, ajouter_au_perimetre, "territoires/ajouter.html")


def retirer(request, accord, code):
    return _dater(request, accord, code, RetirerForm, retirer_du_perimetre, "territoires/retirer.html")


def _dater(request, accord, code, classe, service, gabarit):
    perimetre = _trouver(accord, code)
    require(peut_gerer_territoires(request.user, accord), REFUS)
    form = classe(request.POST or None, perimetre=perimetre)
    if request.method == "POST" and form.is_valid():
        donnees = form.cleaned_data
        try:
            service(perimetre, donnees["territoire"], le=donnees["le"], motif=donnees["motif"], auteur=request.user)
        except ValidationError as refus:
            form.add_error("le" if refus.code == "date" else None, refus)
        else:
            phrase = form.dire_fait(donnees["territoire"], format_date(donnees["le"]))
            messages.success(request, phrase)
            return redirect("territoires:perimetre", accord.slug, perimetre.code)
    return render(request, gabarit, {"form": form, "perimetre": perimetre})
