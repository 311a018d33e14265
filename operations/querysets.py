from django.db import models
from django.db.models import OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from accord.models import AccordCadre
from accord.querysets import LedgerQuerySet
from comptes.enums import Role

from .enums import NatureEcriture, VersionPlan

ROLES_LECTEURS = [
    Role.GESTIONNAIRE,
    Role.RESPONSABLE,
    Role.LECTEUR_ETAT,
    Role.AGD,
    Role.SECRETAIRE,
    Role.AUDITEUR,
]
MONTANT = models.DecimalField(max_digits=14, decimal_places=2)


def accords_lus(user):
    """Agreements whose files the person reads, at least in summary."""
    return AccordCadre.objects.filter(parties__organisme__in=user.organismes_ids(*ROLES_LECTEURS)).values("pk")


class EcritureQuerySet(LedgerQuerySet):
    def for_user(self, user):
        return self.filter(operation__accord__in=accords_lus(user))


class StructureQuerySet(models.QuerySet):
    def for_user(self, user):
        """Structures of the agreements the person reads; a PLIE knows its own one only."""
        return self.filter(Q(accord__in=accords_lus(user)) | Q(organisme__in=user.organismes_ids(Role.PLIE)))


class AppelQuerySet(models.QuerySet):
    def for_user(self, user):
        """Calls of the agreements the person is bound to: they are public once published."""
        return self.filter(enveloppe__accord__in=AccordCadre.objects.for_user(user).values("pk"))


class OperationQuerySet(models.QuerySet):
    def for_user(self, user):
        """Operations this person may know about; any other one is a 404."""
        return self.filter(Q(accord__in=accords_lus(user)) | Q(structure__organisme__in=user.organismes_ids(Role.PLIE)))

    def with_montants(self, au=None, connu_le=None):
        """Add `ue_programme` from the ledger, `ue_demande`, `ue_instruit`, `cout_total` from the plans, in euros."""
        from .models import Ecriture, PlanFinancement

        ecritures = Ecriture.objects.au(au).connu_le(connu_le).filter(operation=OuterRef("pk"))
        programme = ecritures.filter(nature=NatureEcriture.PROGRAMME).order_by().values("operation")
        plans = PlanFinancement.objects.filter(operation=OuterRef("pk")).order_by("-version", "-numero")
        return self.annotate(
            ue_programme=Coalesce(
                Subquery(programme.annotate(somme=Sum("montant")).values("somme")), Value(0), output_field=MONTANT
            ),
            ue_demande=Subquery(plans.filter(version=VersionPlan.DEMANDE).values("ue")[:1]),
            ue_instruit=Subquery(plans.filter(version=VersionPlan.INSTRUIT).values("ue")[:1]),
            cout_total=Subquery(plans.values("cout_total_eligible")[:1]),
        )

    def for_list(self):
        """Everything the list template reads, in a constant number of queries."""
        return self.select_related("enveloppe__organisme", "enveloppe__fonds", "structure", "accord").with_montants()
