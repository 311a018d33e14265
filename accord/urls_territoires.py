from django.urls import path

from comptes.classeurs import Format

from .views_territoires import perimetres, quartiers

app_name = "territoires"

urlpatterns = [
    path("", perimetres.liste, name="liste"),
    path("epci/", perimetres.epcis, name="epcis"),
    path("quartiers/", quartiers.liste, name="quartiers"),
    path("quartiers/export.csv", quartiers.exporter, {"format_fichier": Format.CSV}, name="quartiers_csv"),
    path("quartiers/export.xlsx", quartiers.exporter, {"format_fichier": Format.XLSX}, name="quartiers_xlsx"),
    path("<str:code>/", perimetres.detail, name="perimetre"),
    path("<str:code>/ajouter/", perimetres.ajouter, name="ajouter"),
    path("<str:code>/retirer/", perimetres.retirer, name="retirer"),
]
