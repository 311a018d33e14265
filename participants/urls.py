from django.urls import path

from comptes.classeurs import Format

from .views import doublons, entites, exports, fiches, identites, imports, partage, saisie

app_name = "participants"
OPERATION = "operations/<slug:numero>/participants/"
FICHE = f"{OPERATION}<int:pk>/"

urlpatterns = [
    path("participants/", fiches.liste, name="liste"),
    *(
        path(f"participants/participants.{f}", exports.exporter, {"format_fichier": f}, name=f"export_{f}")
        for f in Format
    ),
    path("participants/import/", imports.deposer, name="import"),
    *(
        path(f"participants/import/modele.{f}", imports.modele, {"format_fichier": f}, name=f"import_modele_{f}")
        for f in imports.MODELES
    ),
    path("participants/import/<uuid:cle>/", imports.fichier, name="import_fichier"),
    path("participants/import/<uuid:cle>/colonnes/", imports.colonnes, name="import_colonnes"),
    path("participants/import/<uuid:cle>/a-corriger/", imports.annote, name="import_annote"),
    path("participants/import/<uuid:cle>/importer/", imports.importer, name="import_importer"),
    path(OPERATION, fiches.onglet, name="participants"),
    path(f"{OPERATION}nouvelle/", saisie.saisir, name="saisir"),
    path(f"{OPERATION}entites/", entites.saisir, name="entites"),
    path(FICHE, fiches.fiche, name="fiche"),
    path(f"{FICHE}corriger/", saisie.corriger, name="corriger"),
    path(f"{FICHE}corriger-identite/", saisie.corriger_identite, name="corriger_identite"),
    path(f"{FICHE}sortie/", saisie.sortie, name="sortie"),
    path(f"{FICHE}retour/", saisie.retour, name="retour"),
    path(f"{FICHE}annuler/", saisie.annuler, name="annuler"),
    path(f"{FICHE}retablir/", saisie.retablir, name="retablir"),
    path(f"{FICHE}identite/", identites.identite, name="identite"),
    path(f"{FICHE}droit-d-acces/", identites.droit_acces, name="droit_acces"),
    path("participants/recherche/", identites.recherche, name="recherche"),
    path("participants/consultations/", identites.consultations, name="consultations"),
    path("participants/partage/", partage.liste, name="partage"),
    *(
        path(f"participants/partage.{f}", partage.exporter, {"format_fichier": f}, name=f"export_partage_{f}")
        for f in Format
    ),
    path(f"{FICHE}partage/<slug:code>/", partage.decider, name="partage_decider"),
    path(f"{FICHE}partage/<slug:code>/annuler/", partage.annuler, name="partage_annuler"),
    path("doublons/", doublons.liste, name="doublons"),
    *(
        path(f"doublons/doublons.{f}", doublons.exporter, {"format_fichier": f}, name=f"export_doublons_{f}")
        for f in Format
    ),
    path("doublons/<int:pk>/", doublons.doublon, name="doublon"),
    path("doublons/<int:pk>/annuler/", doublons.annuler, name="doublon_annuler"),
]
