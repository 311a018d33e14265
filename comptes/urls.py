from django.urls import path

from . import views

app_name = "comptes"

urlpatterns = [
    path("", views.utilisateurs, name="utilisateurs"),
    path("export.csv", views.export_csv, name="export_csv"),
    path("moi/", views.moi, name="moi"),
    path("ouvrir/", views.ouvrir, name="ouvrir"),
    path("<int:pk>/", views.utilisateur, name="utilisateur"),
    path("<int:pk>/modifier/", views.modifier, name="modifier"),
    path("<int:pk>/inviter/", views.envoyer_invitation, name="inviter"),
    path("<int:pk>/fermer/", views.fermer, name="fermer"),
    path("<int:pk>/rouvrir/", views.rouvrir, name="rouvrir"),
    path("<int:pk>/roles/accorder/", views.accorder, name="accorder"),
    path("<int:pk>/roles/<int:habilitation>/clore/", views.clore, name="clore"),
]
