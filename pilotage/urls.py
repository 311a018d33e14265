from django.urls import path

from comptes.classeurs import Format

from .views import accueil, aide, indicateurs, qpv, recherche, tableau_de_bord

app_name = "pilotage"

urlpatterns = [
    path("", accueil.accueil, name="accueil"),
    path("pilotage/", tableau_de_bord.tableau_de_bord, name="tableau_de_bord"),
    path("pilotage/chiffres.csv", tableau_de_bord.export_csv, name="export_csv"),
    path("pilotage/indicateurs/", indicateurs.indicateurs, name="indicateurs"),
    *(
        path(f"pilotage/indicateurs/export.{f}", indicateurs.exporter, {"format_fichier": f}, name=f"indicateurs_{f}")
        for f in (Format.CSV, Format.XLSX)
    ),
    path("pilotage/qpv/", qpv.quartiers, name="qpv"),
    path("pilotage/qpv/export.csv", qpv.exporter, {"format_fichier": Format.CSV}, name="qpv_csv"),
    path("pilotage/qpv/export.xlsx", qpv.exporter, {"format_fichier": Format.XLSX}, name="qpv_xlsx"),
    path("recherche/", recherche.recherche, name="recherche"),
    path("aide/", aide.aide, name="aide"),
    path("aide/accessibilite/", aide.accessibilite, name="accessibilite"),
    path("aide/donnees-personnelles/", aide.donnees_personnelles, name="donnees_personnelles"),
    path("aide/mentions-legales/", aide.mentions_legales, name="mentions_legales"),
]
