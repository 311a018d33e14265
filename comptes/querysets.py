from django.contrib.auth.models import BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone


class UtilisateurManager(BaseUserManager):
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
