"""The responsable: decisions, contracts, payments, batches and calls, for the bodies they answer for."""

from django.db.models import Count, Q, Window
from django.urls import reverse

from accord.montants import INSECABLE, format_jours
from comptes.enums import Role
from operations.enums import Statut, StatutAppel
from operations.models import AppelAProjets, Operation

from ..liens import Liens
from . import certification, paiements
from .actes import url_acte
from .blocs import LONGUEUR, Groupe, Ligne, Section, Vide, a_rebours, montant, son_organisme
from .contrat import lignes_notifications


def _decisions(user, accord, organismes, aujourdhui, liens) -> tuple[Groupe, int]:
    """Instructed operations; those the same person instructed wait for another responsable and are only counted."""
    instruites = Operation.objects.for_user(user).filter(
        accord=accord, enveloppe__organisme__in=organismes, statut=Statut.INSTRUITE
    )
    comptes = instruites.aggregate(
        siennes=Count("pk", filter=Q(instruite_par=user)), autres=Count("pk", filter=~Q(instruite_par=user))
    )
    lignes = [
        Ligne(
            "Enregistrer la décision",
            url_acte(operation, "decision"),
            f"{operation.numero} · {operation.intitule} · {operation.structure}",
            operation.instruite_le,
            f"instruite depuis {format_jours((aujourdhui - operation.instruite_le).days)}",
            operation,
            **montant(operation.ue_instruit, "instruits"),
        )
        for operation in instruites.exclude(instruite_par=user).for_list().order_by("instruite_le", "numero")[:LONGUEUR]
    ]
    url = liens.operations(statut=Statut.INSTRUITE, **son_organisme(user, Role.RESPONSABLE))
    return Groupe("Instruites, à décider par l’instance", lignes, comptes["autres"], url_suite=url), comptes["siennes"]


def _appels(user, accord, organismes, aujourdhui) -> Groupe:
    """Calls still in draft, the earliest opening first."""
    appels = (
        AppelAProjets.objects.for_user(user)
        .filter(enveloppe__accord=accord, enveloppe__organisme__in=organismes, statut=StatutAppel.BROUILLON)
        .select_related("enveloppe__fonds")
        .annotate(nombre=Window(Count("pk")))
        .order_by("ouvert_le", "code")[:LONGUEUR]
    )
    lignes = []
    for appel in appels:
        manque = f" · quartiers prioritaires : il reste {appel.manque_qpv}" if appel.manque_qpv else ""
        lignes.append(
            Ligne(
                "Publier l’appel à projets",
                reverse("operations:appel_detail", args=[accord.slug, appel.pk]),
                f"{appel.code} · {appel.intitule}{manque}",
                appel.ouvert_le,
                f"ouverture {a_rebours(appel.ouvert_le, aujourdhui)}",
                ton="stop" if appel.ouvert_le < aujourdhui else "",
                **montant(appel.ue_prevu, "prévus"),
            )
        )
    url = reverse("operations:appels", args=[accord.slug])
    return Groupe("À publier", lignes, appels[0].nombre if lignes else 0, url_suite=url)


def build_section(user, accord, aujourdhui, liens: Liens) -> Section:
    organismes = user.organismes_ids(Role.RESPONSABLE)
    decisions, siennes = _decisions(user, accord, organismes, aujourdhui, liens)
    notifications = lignes_notifications(accord, organismes, aujourdhui)
    groupes = [
        decisions,
        Groupe("Conventions signées, à notifier", notifications, len(notifications)),
        paiements.build_groupe(
            accord,
            organismes,
            aujourdhui,
            liens.operations(a_faire="payer", **son_organisme(user, Role.RESPONSABLE)),
        ),
        certification.build_groupe(accord, organismes),
        _appels(user, accord, organismes, aujourdhui),
    ]
    note = ""
    if siennes:
        mots = (
            "opérations que vous avez instruites attendent"
            if siennes > 1
            else "opération que vous avez instruite attend"
        )
        note = f"{siennes}{INSECABLE}{mots} la décision d’un autre responsable."
    return Section(
        "a-decider",
        "À décider",
        Vide(
            "Aucune décision ne vous attend",
            "Les opérations instruites arriveront ici, avec les conventions à notifier, les paiements, les appels de "
            "fonds et les appels à projets à publier.",
        ),
        [groupe for groupe in groupes if groupe.lignes],
        url=liens.operations(statut=Statut.INSTRUITE, **son_organisme(user, Role.RESPONSABLE)),
        lien="Toutes les opérations instruites",
        note=note,
    )
