"""Sections about who is helped, how it is counted, and where."""

from django.db.models import Count, Q, Sum
from django.utils import timezone

from comptes.recherche import CleRecherche

from ..cartes import Carte, ValeurEpci, build_carte
from ..enums import NaturePerimetre
from ..models import AccordCadre, Commune, Epci, Fonds, Indicateur, PerimetreTerritorial
from ..montants import format_date, format_nombre
from ..typographie import espacer
from .faits import bloc_de_faits, lister_donnees
from .lignes import Bloc, Cellule, Ligne, cle, contient, ligne_de

OPERATEURS = {
    "egal": "=",
    "different": "≠",
    "inferieur": "<",
    "inferieur_ou_egal": "≤",
    "superieur": ">",
    "superieur_ou_egal": "≥",
    "parmi": "parmi",
}
CLASSES = [20, 40, 60, 80]  # bounds of the classes of the map, in communes
COMMUNES_MONTREES = 30


def partage(accord: AccordCadre) -> list[Bloc]:
    lignes = []
    for e in accord.lignes_partage.select_related("organisme"):
        organisme = str(e.organisme) if e.organisme else "tous"
        lignes.append(ligne_de(e, e.regle, e.texte, dire_criteres(e.criteres), precision=organisme))
    publics = [
        ligne_de(e, e.libelle, _validite(e), code="", precision=str(e.organisme) if e.organisme else "")
        for e in accord.publics_cibles.select_related("organisme")
    ]
    faits = lister_donnees(accord, "qpv")["qpv"]
    phrase = "Une ligne sans critère se lit, elle ne se calcule pas."
    colonnes = ["Règle", "Critères"]
    return [
        Bloc("lignes-partage", "Lignes de partage", colonnes, lignes, phrase, entete="Ligne"),
        Bloc("publics", "Publics des appels à projets", ["Valable"], publics, entete="Public"),
        bloc_de_faits("qpv", "Priorité aux quartiers", faits),
    ]


def _validite(public) -> str:
    debut = f"depuis le {format_date(public.valide_du)}"
    return f"{debut}, jusqu’au {format_date(public.valide_au)}" if public.valide_au else debut


def dire_criteres(criteres: list[dict]) -> str:
    """« brsa est oui, ou age_entree est inférieur à 30 ; et etape… », or what raises an alert."""
    if not criteres:
        return "aucun critère calculable"
    alertes = [_dire(c) for c in criteres if c["effet"] == "alerte"]
    groupes: dict[int, list[str]] = {}
    for c in criteres:
        if c["effet"] == "requis":
            groupes.setdefault(c.get("groupe", 1), []).append(_dire(c))
    requis = " ; et ".join(", ou ".join(groupe) for groupe in groupes.values())
    phrases = [requis and f"Requis : {requis}.", alertes and f"Alerte si {' et '.join(alertes)}."]
    return espacer(" ".join(filter(None, phrases)))


def _dire(critere: dict) -> str:
    valeur = critere["valeur"]
    ecrite = ", ".join(valeur) if isinstance(valeur, list) else str(valeur)
    return f"{critere['libelle']} {OPERATEURS[critere['operateur']]} {ecrite}"


def indicateurs(accord: AccordCadre) -> list[Bloc]:
    blocs = []
    fonds_suivis = Fonds.objects.filter(enveloppes__accord=accord).distinct()
    suivis = Indicateur.objects.filter(fonds__in=fonds_suivis).select_related("fonds").order_by("fonds__ordre", "code")
    par_fonds: dict[Fonds, list[Indicateur]] = {}
    for indicateur in suivis:
        par_fonds.setdefault(indicateur.fonds, []).append(indicateur)
    for fonds, liste in par_fonds.items():
        lignes = []
        for i in liste:
            population = Cellule(i.population, sous=i.moment)
            lignes.append(ligne_de(i, f"{i.code} {i.libelle}", i.calcul, population, code="", precision=famille(i)))
        colonnes = ["Calcul", "Population"]
        titre = f"Indicateurs {fonds}"
        blocs.append(Bloc(f"indicateurs-{fonds.code}", titre, colonnes, lignes, entete="Indicateur", fonds=fonds.code))
    cibles = lister_donnees(accord, "cibles")["cibles"]
    return [bloc_de_faits("cibles", "Cibles", cibles), *blocs]


def famille(indicateur: Indicateur) -> str:
    return indicateur.get_famille_display()


def territoires(accord: AccordCadre) -> list[Bloc]:
    perimetres = list(accord.perimetres.avec_epcis(timezone.localdate()))
    blocs = []
    for nature in NaturePerimetre:
        lignes = [_ligne_perimetre(p) for p in perimetres if p.nature == nature]
        if lignes:
            titre = {"bassin_minier": "Bassin minier", "plie": "PLIE", "zone_emploi": "Zones d’emploi"}
            nom = titre.get(nature, "Territoires du département")
            colonnes = ["EPCI couverts", "Autres noms"]
            blocs.append(Bloc(f"perimetres-{nature}", nom, colonnes, lignes, entete="Périmètre"))
    lignes = [_ligne_epci(e) for e in lister_epcis(accord)]
    colonnes = ["SIREN", "Communes", "Population"]
    blocs.append(Bloc("epci", "EPCI à fiscalité propre", colonnes, lignes, entete="EPCI"))
    return blocs


def lister_epcis(accord: AccordCadre):
    du_departement = Q(communes__code_departement=accord.code_departement)
    return (
        Epci.objects.filter(code_departement=accord.code_departement)
        .annotate(nombre=Count("communes", filter=du_departement), habitants=Sum("communes__population"))
        .order_by(CleRecherche("nom"))
    )


def _ligne_perimetre(p: PerimetreTerritorial) -> Ligne:
    couverts = ", ".join(lien.epci.nom for lien in p.epcis_du_jour) or "non précisés"
    return ligne_de(p, p.libelle, couverts, ", ".join(p.alias), code="")


def _ligne_epci(epci) -> Ligne:
    cellules = [
        Cellule(epci.siren, est_nombre=True),
        Cellule(format_nombre(epci.nombre), est_nombre=True),
        Cellule(format_nombre(epci.habitants, "non connue"), est_nombre=True),
    ]
    source = f"Référentiel {epci.millesime}"
    return Ligne(epci.nom, cellules, source, ancre=f"epci-{epci.siren}")


def carte(accord: AccordCadre) -> Carte:
    """How many communes of the département each EPCI has; a tile leads to its line, lower on the page."""
    valeurs = {
        epci.siren: ValeurEpci(epci.nombre, format_nombre(epci.nombre), f"#epci-{epci.siren}")
        for epci in lister_epcis(accord)
    }
    titre = "Nombre de communes du département dans chaque EPCI"
    return build_carte(accord, valeurs, titre=titre, le=timezone.localdate(), bornes=CLASSES)


def trouver_communes(accord: AccordCadre, mots: list[str]) -> Bloc:
    """Communes whose name or code answers a search."""
    lignes = []
    for commune in Commune.objects.filter(code_departement=accord.code_departement).select_related("epci"):
        if contient(cle(f"{commune.nom} {commune.code_insee}"), mots):
            cellules = [Cellule(commune.code_insee), Cellule(str(commune.epci or "aucun"))]
            lignes.append(Ligne(commune.nom, cellules, f"Référentiel {commune.millesime}"))
    phrase = ""
    if len(lignes) > COMMUNES_MONTREES:
        phrase = f"Les {COMMUNES_MONTREES} premières sur {len(lignes)}. Précisez pour en voir moins."
    return Bloc("communes", "Communes", ["Code", "EPCI"], lignes[:COMMUNES_MONTREES], phrase, entete="Commune")
