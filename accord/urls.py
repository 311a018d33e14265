from django.urls import path

from . import views

app_name = "accord"

urlpatterns = [path("", views.fiche, name="fiche")]
