from django.urls import path

from .views import actes, appels, conditions, enveloppe, grille, operations, reprises, structures

app_name = "operations"

urlpatterns = [
    path("operations/", operations.liste, name="liste"),
    path("operations/export.csv", operations.export_csv, name="export_csv"),
    path("operations/nouvelle/", operations.creer, name="creer"),
    path("operations/<slug:numero>/", operations.detail, name="detail"),
    path("operations/<slug:numero>/modifier/", operations.modifier, name="modifier"),
    path("operations/<slug:numero>/plan/", operations.plan, name="plan"),
    path("operations/<slug:numero>/instruction/", operations.instruction, name="instruction"),
    path("operations/<slug:numero>/journal/", operations.journal, name="journal"),
    path("operations/<slug:numero>/recevable/", actes.recevable, name="recevable"),
    path("operations/<slug:numero>/irrecevable/", actes.irrecevable, name="irrecevable"),
    path("operations/<slug:numero>/instruire/", actes.instruire, name="instruire"),
    path("operations/<slug:numero>/rouvrir/", actes.rouvrir, name="rouvrir"),
    path("operations/<slug:numero>/programmer/", actes.programmer, name="programmer"),
    path("operations/<slug:numero>/refuser/", actes.refuser, name="refuser"),
    path("operations/<slug:numero>/ajourner/", actes.ajourner, name="ajourner"),
    path("operations/<slug:numero>/abandonner/", actes.abandonner, name="abandonner"),
    path("operations/<slug:numero>/deprogrammer/", actes.deprogrammer, name="deprogrammer"),
    path("operations/<slug:numero>/rouvrir-recevabilite/", reprises.recevabilite, name="rouvrir_recevabilite"),
    path("operations/<slug:numero>/annuler-decision/", reprises.decision, name="annuler_decision"),
    path("operations/<slug:numero>/annuler-retrait/", reprises.retrait, name="annuler_retrait"),
    path("operations/<slug:numero>/conditions/<int:pk>/lever/", conditions.lever, name="condition_lever"),
    path("operations/<slug:numero>/conditions/<int:pk>/retablir/", conditions.retablir, name="condition_retablir"),
    path("appels/<int:pk>/grille/", grille.modifier, name="appel_grille"),
    path("appels/", appels.liste, name="appels"),
    path("appels/nouveau/", appels.creer, name="appel_creer"),
    path("appels/<int:pk>/", appels.detail, name="appel_detail"),
    path("appels/<int:pk>/modifier/", appels.modifier, name="appel_modifier"),
    path("appels/<int:pk>/publier/", appels.publier, name="appel_publier"),
    path("appels/<int:pk>/reporter/", appels.reporter_limite, name="appel_reporter"),
    path("appels/<int:pk>/clore/", appels.clore, name="appel_clore"),
    path("appels/<int:pk>/supprimer/", appels.supprimer, name="appel_supprimer"),
    path("structures/", structures.liste, name="structures"),
    path("structures/nouvelle/", structures.creer, name="structure_creer"),
    path("structures/<int:pk>/", structures.detail, name="structure_detail"),
    path("structures/<int:pk>/modifier/", structures.modifier, name="structure_modifier"),
    path("enveloppes/<slug:code>/", enveloppe.detail, name="enveloppe"),
]
