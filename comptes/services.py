"""The acts on accounts and roles: one transaction, one line in the journal each."""

import datetime as dt
from typing import Any
from urllib.parse import urljoin

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from .concurrence import save_checked
from .enums import Role
from .journal import journaliser
from .models import Habilitation, Utilisateur


@transaction.atomic
def ouvrir_compte(*, utilisateur: Utilisateur, habilitation: Habilitation, auteur, site: str) -> Utilisateur:
    """Create a person without a password, with a first role, and send them the link to choose one.

    `site` is the address of the product (https://…/), where the link leads.
    """
    utilisateur.email = utilisateur.email.strip().lower()
    utilisateur.set_unusable_password()
    utilisateur.full_clean(exclude=["password"])
    save_checked(utilisateur)
    habilitation.utilisateur = utilisateur
    habilitation.full_clean()
    habilitation.save()
    journaliser(
        utilisateur,
        "compte_ouvert",
        auteur=auteur,
        motif=habilitation.motif,
        email=utilisateur.email,
        **_valeurs(habilitation),
    )
    _inviter_ensuite(utilisateur, site)
    return utilisateur


@transaction.atomic
def inviter(utilisateur: Utilisateur, *, auteur, site: str) -> None:
    """Send the first link again, to someone who never signed in."""
    utilisateur = _verrouiller(utilisateur)
    if not utilisateur.is_active:
        raise ValidationError("Ce compte est fermé. Rouvrez-le avant d’envoyer une invitation.", code="ferme")
    if utilisateur.last_login:
        raise ValidationError(
            "Cette personne s’est déjà connectée\u00a0: elle retrouve l’accès par «\u202fMot de passe oublié\u202f».",
            code="connu",
        )
    journaliser(utilisateur, "invitation_envoyee", auteur=auteur, email=utilisateur.email)
    _inviter_ensuite(utilisateur, site)


@transaction.atomic
def modifier_compte(utilisateur: Utilisateur, *, prenom: str, nom: str, email: str, vu: dict, auteur) -> Utilisateur:
    """Change the identity of an account. `vu` is what the form was filled from: a stale form is refused.

    An address that no longer opens the account is told so: its reader may be the one who did not ask for it.
    """
    utilisateur = _verrouiller(utilisateur)
    avant = identite(utilisateur)
    if vu != avant:
        raise ValidationError(
            "Cette fiche a changé pendant votre saisie. Elle dit maintenant\u00a0: "
            f"{avant['prenom']} {avant['nom']}, {avant['email']}. Enregistrez de nouveau pour la remplacer.",
            code="perime",
        )
    utilisateur.prenom, utilisateur.nom, utilisateur.email = prenom.strip(), nom.strip(), email.strip().lower()
    utilisateur.full_clean(exclude=["password"])
    change = {cle: valeur for cle, valeur in identite(utilisateur).items() if valeur != avant[cle]}
    if not change:
        return utilisateur
    save_checked(utilisateur, update_fields=["prenom", "nom", "email"])
    if "email" in change:
        # allauth keeps its own list of addresses: an old one would still receive the reset link
        EmailAddress.objects.filter(user=utilisateur).delete()
        transaction.on_commit(lambda: _prevenir_ancienne_adresse(utilisateur, avant["email"]))
    valeurs: dict[str, Any] = {cle: {"avant": avant[cle], "apres": valeur} for cle, valeur in change.items()}
    journaliser(utilisateur, "compte_modifie", auteur=auteur, **valeurs)
    return utilisateur


@transaction.atomic
def fermer_compte(utilisateur: Utilisateur, *, auteur, motif: str) -> Utilisateur:
    """Close an account: the person is signed out at their next click. Roles and history stay."""
    utilisateur = _verrouiller(utilisateur)
    if utilisateur == auteur:
        raise ValidationError("Un autre administrateur doit fermer votre compte.", code="soi_meme")
    if not utilisateur.is_active:
        raise ValidationError("Ce compte est déjà fermé.", code="ferme")
    if not motif.strip():
        raise ValidationError("Dites pourquoi ce compte est fermé.", code="motif")
    utilisateur.is_active = False
    utilisateur.save(update_fields=["is_active"])
    journaliser(utilisateur, "compte_ferme", auteur=auteur, motif=motif.strip())
    return utilisateur


@transaction.atomic
def rouvrir_compte(utilisateur: Utilisateur, *, auteur) -> Utilisateur:
    utilisateur = _verrouiller(utilisateur)
    if utilisateur.is_active:
        raise ValidationError("Ce compte est déjà ouvert.", code="ouvert")
    utilisateur.is_active = True
    utilisateur.save(update_fields=["is_active"])
    journaliser(utilisateur, "compte_rouvert", auteur=auteur)
    return utilisateur


@transaction.atomic
def accorder_habilitation(habilitation: Habilitation, *, auteur) -> Habilitation:
    """Give a role for an organisation, from a day to another."""
    utilisateur = _verrouiller(habilitation.utilisateur)
    if utilisateur == auteur:
        raise ValidationError("Un autre administrateur doit vous accorder un rôle.", code="soi_meme")
    habilitation.full_clean()
    habilitation.save()
    journaliser(utilisateur, "role_accorde", auteur=auteur, motif=habilitation.motif, **_valeurs(habilitation))
    return habilitation


@transaction.atomic
def clore_habilitation(habilitation: Habilitation, *, auteur, fin_le: dt.date, motif: str = "") -> Habilitation | None:
    """End a role: `fin_le` is its last day; yesterday ends it at once.

    A role that starts after its last day never was, or was for some hours: its line goes away, the journal keeps it.
    """
    utilisateur = _verrouiller(habilitation.utilisateur)
    habilitation = Habilitation.objects.select_for_update(of=("self",)).get(pk=habilitation.pk)
    aujourdhui = timezone.localdate()
    if utilisateur == auteur and habilitation.role == Role.ADMINISTRATEUR:
        raise ValidationError("Un autre administrateur doit mettre fin à votre rôle.", code="soi_meme")
    if habilitation.fin_le and habilitation.fin_le < aujourdhui:
        raise ValidationError("Ce rôle est déjà terminé.", code="termine")
    if fin_le < aujourdhui - dt.timedelta(days=1):
        raise ValidationError(
            "Choisissez la date d’hier, pour un effet immédiat, ou une date à venir.", code="fin_passee"
        )
    if habilitation.fin_le and fin_le > habilitation.fin_le:
        raise ValidationError("Choisissez une date qui ne dépasse pas la fin déjà prévue.", code="fin_repoussee")
    valeurs = _valeurs(habilitation) | {"fin_le": fin_le}
    if fin_le < habilitation.debut_le:
        habilitation.delete()
        journaliser(utilisateur, "role_retire", auteur=auteur, motif=motif.strip(), **valeurs)
        return None
    habilitation.fin_le = fin_le
    habilitation.full_clean()
    habilitation.save(update_fields=["fin_le"])
    journaliser(utilisateur, "role_clos", auteur=auteur, motif=motif.strip(), **valeurs)
    return habilitation


def identite(utilisateur: Utilisateur) -> dict:
    return {"prenom": utilisateur.prenom, "nom": utilisateur.nom, "email": utilisateur.email}


def lien_de_mot_de_passe(utilisateur: Utilisateur, site: str) -> str:
    """The address where a person chooses their password; it works once, for PASSWORD_RESET_TIMEOUT."""
    cle = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(utilisateur)
    return urljoin(site, reverse("account_reset_password_from_key", args=[user_pk_to_url_str(utilisateur), cle]))


def _verrouiller(utilisateur: Utilisateur) -> Utilisateur:
    return Utilisateur.objects.select_for_update(of=("self",)).get(pk=utilisateur.pk)


def _valeurs(habilitation: Habilitation) -> dict:
    return {
        "role": habilitation.get_role_display(),
        "organisme": habilitation.organisme.code,
        "debut_le": habilitation.debut_le,
        "fin_le": habilitation.fin_le,
    }


def _inviter_ensuite(utilisateur: Utilisateur, site: str) -> None:
    transaction.on_commit(lambda: _envoyer_invitation(utilisateur, site))


def _envoyer_invitation(utilisateur: Utilisateur, site: str) -> None:
    contexte = {
        "utilisateur": utilisateur,
        "lien": lien_de_mot_de_passe(utilisateur, site),
        "oublie": urljoin(site, reverse("account_reset_password")),
        "jours": settings.PASSWORD_RESET_TIMEOUT // 86_400,
    }
    send_mail(
        settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + "Votre compte est ouvert",
        render_to_string("comptes/courriels/invitation.txt", contexte),
        settings.DEFAULT_FROM_EMAIL,
        [utilisateur.email],
    )


def _prevenir_ancienne_adresse(utilisateur: Utilisateur, ancienne: str) -> None:
    """The new address is not written there: the old one may never have been this person’s."""
    send_mail(
        settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + "L’adresse électronique de votre compte a changé",
        render_to_string("comptes/courriels/adresse_changee.txt", {"utilisateur": utilisateur}),
        settings.DEFAULT_FROM_EMAIL,
        [ancienne],
    )
