from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    name = "participants"
    verbose_name = "Participants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from operations.evenements import objectif_modifie
        from operations.onglets import Onglet, inserer_onglet

        from .compteurs import recompter_operation

        objectif_modifie.connect(recompter_operation, dispatch_uid="participants.compteurs")
        inserer_onglet(Onglet("participants", "Participants", espace="participants"), apres="paiements")
