from django.urls import path

from .views import comites, dossiers, points, reunions

app_name = "gouvernance"

urlpatterns = [
    path("comites/", comites.comites, name="comites"),
    path("comites/<str:code>/", comites.comite, name="comite"),
    path("reunions/creer/", reunions.creer, name="reunion_creer"),
    path("reunions/<int:pk>/", reunions.reunion, name="reunion"),
    path("reunions/<int:pk>/modifier/", reunions.modifier, name="reunion_modifier"),
    path("reunions/<int:pk>/annuler/", reunions.annuler, name="reunion_annuler"),
    path("reunions/<int:pk>/points/ajouter/", points.ajouter, name="point_ajouter"),
    path("reunions/<int:pk>/points/inscrire/", points.inscrire, name="point_inscrire"),
    path("reunions/<int:pk>/points/<int:point>/modifier/", points.modifier, name="point_modifier"),
    path("reunions/<int:pk>/points/<int:point>/deplacer/", points.deplacer, name="point_deplacer"),
    path("reunions/<int:pk>/points/<int:point>/supprimer/", points.supprimer, name="point_supprimer"),
    path("reunions/<int:pk>/points/<int:point>/operations/", points.operations, name="point_operations"),
    path(
        "reunions/<int:pk>/points/<int:point>/operations/<str:numero>/deplacer/",
        points.operation_deplacer,
        name="operation_deplacer",
    ),
    path("reunions/<int:pk>/dossier/produire/", dossiers.produire, name="dossier_produire"),
    path("reunions/<int:pk>/dossier.pdf", dossiers.dossier_pdf, name="dossier_pdf"),
    path("reunions/<int:pk>/dossier.pdf.sha256", dossiers.dossier_empreinte, name="dossier_empreinte"),
]
