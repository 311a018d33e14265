from django.urls import path

from .views import accueil

app_name = "pilotage"

urlpatterns = [path("", accueil.accueil, name="accueil")]
