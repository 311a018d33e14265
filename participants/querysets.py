from datetime import date
from functools import reduce
from operator import and_

from django.db import models
from django.db.models import BooleanField, Case, ExpressionWrapper, IntegerField, Q, Value, When
from django.utils import timezone

from accord.models import AccordCadre, Parametre
from accord.montants import lire_montant
from comptes.enums import ROLES_OI, Role

SEUIL_LONGUE_DUREE = 12  # months, where no parameter says otherwise (`domaine.md` 2.6)


def et(conditions) -> Q:
    """All of them at once."""
    return reduce(and_, conditions, Q())


def lire_seuils(accord_ids) -> Case:
    """Months from which unemployment is long, on the day of entry: the dated parameter of each agreement."""
    cas = []
    for parametre in Parametre.objects.filter(code="longue_duree_mois", accord__in=accord_ids):
        jours = Q(entree_le__gte=parametre.valide_du)
        if parametre.valide_au:
            jours &= Q(entree_le__lte=parametre.valide_au)
        cas.append(
            When(jours & Q(operation__accord=parametre.accord_id), then=Value(int(lire_montant(parametre.valeur))))
        )
    return Case(*cas, default=Value(SEUIL_LONGUE_DUREE), output_field=IntegerField())


class ParticipationQuerySet(models.QuerySet):
    def for_user(self, user):
        """Records this person may know about, without their identity (design, « Who may »)."""
        auditeur = AccordCadre.objects.filter(parties__organisme__in=user.organismes_ids(Role.AUDITEUR))
        return self.filter(
            Q(operation__enveloppe__organisme__in=user.organismes_ids(*ROLES_OI))
            | Q(operation__structure__organisme__in=user.organismes_ids(Role.PLIE))
            | Q(operation__accord__in=auditeur.values("pk"))
        )

    def en_vigueur(self):
        """Those that count in the general total: not undone."""
        return self.filter(annulee_le__isnull=True)

    def with_os_l(self):
        """Add `os_l`: true where the operation is under the specific objective L, which asks for less."""
        objectif = Q(operation__objectif_specifique__code__endswith=".L")
        return self.annotate(os_l=ExpressionWrapper(objectif, output_field=BooleanField()))

    def for_indicateurs(self):
        """Add what the rules read besides the record: its specific objective, its fund, the threshold."""
        accords = AccordCadre.objects.values("pk")
        return self.with_os_l().annotate(
            ftj=ExpressionWrapper(Q(operation__enveloppe__fonds__code="FTJ"), output_field=BooleanField()),
            seuil_longue_duree=lire_seuils(accords),
        )

    def en_cours(self, jour: date | None = None):
        """Those whose person is on the operation on a day, today by default."""
        jour = jour or timezone.localdate()
        return self.en_vigueur().filter(Q(sortie_le__isnull=True) | Q(sortie_le__gte=jour), entree_le__lte=jour)


class DoublonQuerySet(models.QuerySet):
    def en_vigueur(self):
        """Those whose two records still agree and overlap."""
        return self.filter(ecarte_le__isnull=True, premiere__annulee_le__isnull=True, seconde__annulee_le__isnull=True)

    def for_user(self, user):
        """A body knows the pairs where one record is its own (gestionnaire or responsable); nobody else reads one."""
        siens = user.organismes_ids(*ROLES_OI)
        return self.filter(
            Q(premiere__operation__enveloppe__organisme__in=siens)
            | Q(seconde__operation__enveloppe__organisme__in=siens)
        )
