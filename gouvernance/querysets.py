from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery

from comptes.enums import Role
from operations.querysets import accords_lus

from .enums import StatutReunion


class ComiteQuerySet(models.QuerySet):
    def for_user(self, user):
        """Committees of the agreements the person follows; a PLIE knows those where it sits."""
        from .models import Membre

        sieges = Membre.objects.filter(organisme__in=user.organismes_ids(Role.PLIE)).values("comite")
        return self.filter(Q(accord__in=accords_lus(user)) | Q(pk__in=sieges))

    def with_reunions(self, jour):
        """Add the last meeting before a day and the next one from that day on, cancelled ones left out."""
        from .models import Reunion

        tenables = Reunion.objects.exclude(statut=StatutReunion.ANNULEE).filter(comite=OuterRef("pk"))
        passees = tenables.filter(date__lt=jour).order_by("-date")
        futures = tenables.filter(date__gte=jour).order_by("date")
        return self.annotate(
            derniere_le=Subquery(passees.values("date")[:1]),
            derniere_pk=Subquery(passees.values("pk")[:1]),
            prochaine_le=Subquery(futures.values("date")[:1]),
            prochaine_pk=Subquery(futures.values("pk")[:1]),
        )


class ReunionQuerySet(models.QuerySet):
    def for_user(self, user):
        """Meetings of the committees the person knows."""
        from .models import Comite

        return self.filter(comite__in=Comite.objects.for_user(user).values("pk"))

    def non_annulees(self):
        return self.exclude(statut=StatutReunion.ANNULEE)

    def for_list(self):
        """Everything the list template reads, in one query."""
        from .models import DossierSeance

        dossiers = DossierSeance.objects.filter(reunion=OuterRef("pk")).order_by("-version")
        return (
            self.select_related("comite__accord")
            .annotate(
                nombre_points=Count("points", distinct=True),
                nombre_operations=Count("points__examens", distinct=True),
                derniere_version=Subquery(dossiers.values("version")[:1]),
            )
            .order_by(F("date").desc(), F("heure_debut").desc())
        )
