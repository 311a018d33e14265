"""Every address of the product: sign-in and probes outside, the rest under the slug of an agreement."""

from allauth.account import views as allauth
from django.urls import include, path, re_path

from comptes.travaux import views as travaux
from config.sante import sante
from pilotage.views.accueil import racine

compte = [
    path("connexion/", allauth.login, name="account_login"),
    path("deconnexion/", allauth.logout, name="account_logout"),
    path("connexion/compte-ferme/", allauth.account_inactive, name="account_inactive"),
    path("compte/confirmer/", allauth.reauthenticate, name="account_reauthenticate"),
    path("compte/mot-de-passe/", allauth.password_change, name="account_change_password"),
    path("mot-de-passe/oublie/", allauth.password_reset, name="account_reset_password"),
    path("mot-de-passe/oublie/envoye/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(  # a slug would take the hyphens of the key into the id of the person
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "mot-de-passe/nouveau/fait/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

urlpatterns = [
    *compte,
    path("compte/second-facteur/", include("allauth.mfa.urls")),
    path("sante/", sante, name="sante"),
    path("", racine, name="racine"),
    path("utilisateurs/", include("comptes.urls")),
    path("travaux/<uuid:pk>/", travaux.page, name="travail"),
    path("travaux/<uuid:pk>/avancement/", travaux.avancement, name="travail_avancement"),
    path("<slug:accord>/", include("pilotage.urls")),
    path("<slug:accord>/accord/", include("accord.urls")),
    path("<slug:accord>/territoires/", include("accord.urls_territoires")),
    path("<slug:accord>/", include("operations.urls")),
    path("<slug:accord>/", include("participants.urls")),
    path("<slug:accord>/", include("gouvernance.urls")),
]
