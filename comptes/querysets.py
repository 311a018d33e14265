from django.contrib.auth.models import BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone

from .enums import Role
from .recherche import CleRecherche


class OrganismeQuerySet(models.QuerySet):
    def administres_par(self, user, *roles):
        """Bodies bound to an agreement that the person administers (or reads, for an auditor).

        A body shared with an agreement out of their reach is left out, unless the role is held for that very body: a
        role for it would open the other agreement too.
        """
        siens = user.organismes_ids(*(roles or (Role.ADMINISTRATEUR, Role.AUDITEUR)))
        parties = self.model._meta.get_field("parties").related_model.objects
        atteints = parties.filter(organisme__in=siens).values("accord")
        ailleurs = parties.filter(organisme=OuterRef("pk")).exclude(accord__in=atteints)
        lies = parties.filter(organisme=OuterRef("pk"), accord__in=atteints)
        return self.filter(Exists(lies)).filter(Q(pk__in=siens) | ~Exists(ailleurs))


class UtilisateurQuerySet(models.QuerySet):
    def for_user(self, user):
        """People who hold, held or will hold a role for a body this person administers; anyone else is a 404."""
        return self._avec_habilitation(organisme__in=self._perimetre(user))

    def for_list(self, user):
        """Everything the list reads: each person with the roles in force that this user may see."""
        visibles = self._habilitations().en_vigueur().filter(organisme__in=self._perimetre(user))
        return self.prefetch_related(
            Prefetch("habilitations", visibles.select_related("organisme"), to_attr="roles_en_cours")
        )

    def par_nom(self):
        """By name, accents apart: the database would put « Élan » after « Zola »."""
        return self.order_by(CleRecherche("nom"), CleRecherche("prenom"), "pk")

    def recherche(self, texte):
        """Every word must be found in the name or the address, whatever its case and accents."""
        cle = CleRecherche(Concat("prenom", Value(" "), "nom", Value(" "), "email", output_field=models.TextField()))
        trouves = self.annotate(cle=cle)
        for mot in texte.split():
            trouves = trouves.filter(cle__contains=CleRecherche(Value(mot)))
        return trouves

    def avec_role_en_cours(self, **criteres):
        return self.filter(Exists(self._habilitations().en_vigueur().filter(utilisateur=OuterRef("pk"), **criteres)))

    def _avec_habilitation(self, **criteres):
        return self.filter(Exists(self._habilitations().filter(utilisateur=OuterRef("pk"), **criteres)))

    def _habilitations(self):
        return self.model._meta.get_field("habilitations").related_model.objects

    def _perimetre(self, user):
        organisme = self._habilitations().model._meta.get_field("organisme").related_model
        return organisme.objects.administres_par(user).values("pk")


class UtilisateurManager(BaseUserManager.from_queryset(UtilisateurQuerySet)):
    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        """Create an account; without a password, the person sets one with the reset link."""
        utilisateur = self.model(email=email.strip().lower(), **fields)
        utilisateur.set_password(password)
        utilisateur.save(using=self._db)
        return utilisateur

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class HabilitationQuerySet(models.QuerySet):
    def en_vigueur(self, au=None):
        """Rights in force on a day (today by default)."""
        jour = au or timezone.localdate()
        return self.filter(Q(fin_le__isnull=True) | Q(fin_le__gte=jour), debut_le__lte=jour)
