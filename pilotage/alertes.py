"""What a person should be warned of: money, committees, files that wait. Each alert says its rule and what to do."""

from dataclasses import dataclass

from django.db.models import Count, Window
from django.urls import reverse
from django.utils import timezone

from accord.montants import INSECABLE, format_date, format_euros, format_jours
from gouvernance.alertes import compute_alertes, compute_retard
from gouvernance.models import Comite
from operations.alertes import dire_manque, lire_delai_signature
from operations.echeances import a_payer, lire_delai
from operations.etapes import ETAPES
from operations.models import BilanAttendu, MiseEnSignature, Operation
from operations.querysets import dossiers_complets
from operations.situation import Situation

from .attente import ATTENTES, compute_attentes_longues, lire_delais, seuils_mesures
from .delais import compute_delais
from .forms import Perimetre
from .liens import Liens


@dataclass(frozen=True)
class Alerte:
    """`url` leads to the object or to the list; empty for who may not read it. `ton` is `stop` or `veille`."""

    titre: str
    texte: str
    ton: str
    url: str = ""
    enveloppe: str = ""


def alertes_argent(situation: Situation, liens: Liens, perimetre: Perimetre | None = None) -> list[Alerte]:
    """Envelopes over-programmed, tranches exceeded or used before they open, within the scope of the page.

    An envelope that is not notified yet has nothing to exceed.
    """
    alertes = []
    for s in situation.enveloppes:
        enveloppe = s.enveloppe
        if not s.notifie:
            continue
        if perimetre and perimetre.organisme not in ("", enveloppe.organisme.code):
            continue
        if perimetre and perimetre.fonds not in ("", enveloppe.fonds.code):
            continue
        seule = Situation(situation.accord, situation.au, situation.connu_le, [s])
        url = liens.enveloppe(enveloppe.code)
        alertes += [Alerte(a.titre, a.texte, a.ton, url, enveloppe.code) for a in compute_alertes(seule)]
    return alertes


def alertes_comites(accord, user, jour) -> list[Alerte]:
    """Committees that did not meet as often as the agreement asks, among those the person knows; one query."""
    alertes = []
    for comite in Comite.objects.for_user(user).filter(accord=accord).select_related("accord").with_reunions(jour):
        retard = compute_retard(comite, comite.derniere_le, comite.prochaine_le, jour)
        if retard:
            url = reverse("gouvernance:comite", args=[accord.slug, comite.code])
            titre = f"{comite}{INSECABLE}: {retard.titre[:1].lower()}{retard.titre[1:]}"
            alertes.append(Alerte(titre, retard.texte, retard.ton, url))
    return alertes


def alertes_attente(accord, jour, liens: Liens, perimetre: Perimetre | None = None) -> list[Alerte]:
    """Files that wait for longer than the agreement allows or, where it sets no delay, than nine files in ten."""
    organisme, fonds = (perimetre.organisme, perimetre.fonds) if perimetre else ("", "")
    attendues = [etape for etape in ETAPES if etape.code in {attente.etape for attente in ATTENTES}]
    mesures = compute_delais(accord, jour, organisme=organisme, fonds=fonds, etapes=attendues)
    seuils = seuils_mesures(mesures) | lire_delais(accord, jour)
    filtres = {"enveloppe__organisme__code": organisme, "enveloppe__fonds__code": fonds}
    alertes = []
    longues = compute_attentes_longues(accord, jour, seuils, **{c: v for c, v in filtres.items() if v})
    for longue in longues:
        plusieurs = longue.nombre > 1
        verbe = "demandes attendent" if plusieurs else "demande attend"
        jours = format_jours(longue.seuil.jours)
        liste = {"organisme": organisme, "fonds": fonds}
        alertes.append(
            Alerte(
                f"{longue.nombre}{INSECABLE}{verbe} {longue.attente.quoi} depuis plus de {jours}",
                f"Règle{INSECABLE}: {longue.seuil.origine}. "
                f"{'La plus ancienne' if plusieurs else 'Elle'} attend depuis {format_jours(longue.jours(jour))}. "
                "Voyez avec l’instructeur ce qui la retient.",
                "veille",
                liens.operations(
                    statut=longue.attente.statut,
                    inchangees_avant=longue.seuil.limite(jour).isoformat(),
                    **{c: v for c, v in liste.items() if v},
                )
                if liens.ouverts
                else "",
            )
        )
    return alertes


def alertes_contrat(accord, user, jour, liens: Liens, perimetre: Perimetre | None = None) -> list[Alerte]:
    """Reports past their day, and signatures past the delay of the agreement; each names the oldest.

    Of the files that the person reads whole: the count is the one of the list that the alert opens.
    """
    alertes = []
    bilans = _dans(perimetre, user, BilanAttendu.objects.a_recevoir(), "convention__operation", accord)
    tardifs = bilans.filter(attendu_le__lt=jour).order_by("convention_id", "attendu_le", "pk").distinct("convention_id")
    premiers = BilanAttendu.objects.filter(pk__in=tardifs.values("pk")).order_by("attendu_le", "pk")
    premier = premiers.select_related("convention__operation").annotate(nombre=Window(Count("pk"))).first()
    if premier:
        nom = "opérations n’ont pas déposé leur" if premier.nombre > 1 else "opération n’a pas déposé son"
        alertes.append(
            Alerte(
                f"{premier.nombre}{INSECABLE}{nom} bilan à la date de la convention",
                f"{'Le plus ancien' if premier.nombre > 1 else 'Il'} était attendu le "
                f"{format_date(premier.attendu_le)}, opération {premier.convention.operation.numero}. "
                "Réclamez-le, ou reportez-le avec un motif.",
                "stop",
                _liste(liens, perimetre, a_faire="bilan"),
            )
        )
    delai = lire_delai_signature(accord, jour)
    if delai is None:
        return alertes
    mises = _dans(perimetre, user, MiseEnSignature.objects.en_retard(jour, delai), "operation", accord)
    premiere = mises.select_related("operation__accord").annotate(nombre=Window(Count("pk"))).order_by("pk").first()
    if premiere:
        nom = "conventions attendent" if premiere.nombre > 1 else "convention attend"
        alertes.append(
            Alerte(
                f"{premiere.nombre}{INSECABLE}{nom} une signature depuis plus de {format_jours(delai)}",
                f"L’accord demande que les deux parties signent en {delai * 24}{INSECABLE}heures. "
                f"{'La première est' if premiere.nombre > 1 else 'C’est'} l’opération {premiere.operation.numero}"
                f"{INSECABLE}: il manque {dire_manque(premiere)}. Relancez, ou retirez-la de la signature.",
                "stop",
                _liste(liens, perimetre, a_faire="signature_retard"),
            )
        )
    return alertes


def alertes_paiements(accord, user, jour, liens: Liens, perimetre: Perimetre | None = None) -> list[Alerte]:
    """Beneficiaries not paid within the delay of the agreement, on files read whole; the oldest report is named."""
    delai = lire_delai(accord, jour)
    dues = a_payer(_dans(perimetre, user, Operation.objects.all(), "", accord), delai)
    tardives = [ligne for ligne in dues if ligne[1].est_en_retard(jour)]
    if not tardives:
        return []
    operation, echeance, _ = tardives[0]
    plusieurs = len(tardives) > 1
    nom = "bénéficiaires attendent leur paiement" if plusieurs else "bénéficiaire attend son paiement"
    montant = format_euros(sum(du for _, _, du in tardives))
    return [
        Alerte(
            f"{len(tardives)}{INSECABLE}{nom} depuis plus de {format_jours(delai.jours)}",
            f"{montant} sont dus. {'Le plus ancien bilan est celui' if plusieurs else 'C’est le bilan'} de l’opération "
            f"{operation.numero}, à payer avant le {format_date(echeance.limite)}. Payez ce qui est retenu.",
            "stop",
            _liste(liens, perimetre, a_faire="payer_retard"),
        )
    ]


def _liste(liens: Liens, perimetre: Perimetre | None, **filtres) -> str:
    """The list of operations within the scope of the page; empty for who may not read it."""
    if not liens.ouverts:
        return ""
    portee = {"organisme": perimetre.organisme, "fonds": perimetre.fonds} if perimetre else {}
    return liens.operations(**filtres, **{c: v for c, v in portee.items() if v})


def _dans(perimetre: Perimetre | None, user, lignes, operation: str, accord):
    """Those of the agreement that the person reads whole, within the scope of the page.

    `operation` leads from a line to its operation, empty for itself.
    """
    vers = f"{operation}__" if operation else ""
    lus = Operation.objects.filter(dossiers_complets(user), accord=accord)
    lignes = lignes.filter(**{f"{vers}pk__in": lus.values("pk")})
    if perimetre and perimetre.organisme:
        lignes = lignes.filter(**{f"{vers}enveloppe__organisme__code": perimetre.organisme})
    if perimetre and perimetre.fonds:
        lignes = lignes.filter(**{f"{vers}enveloppe__fonds__code": perimetre.fonds})
    return lignes


def est_du_jour(perimetre: Perimetre) -> bool:
    return perimetre.au == timezone.localdate() and not perimetre.connu_le


def compute_toutes_alertes(accord, user, situation: Situation, liens: Liens, perimetre: Perimetre) -> list[Alerte]:
    """Blocking alerts first. Of another date than today only money is told: files and meetings read as they stand."""
    alertes = alertes_argent(situation, liens, perimetre)
    if est_du_jour(perimetre):
        jour = timezone.localdate()
        alertes += alertes_comites(accord, user, jour) + alertes_attente(accord, jour, liens, perimetre)
        alertes += alertes_contrat(accord, user, jour, liens, perimetre)
        alertes += alertes_paiements(accord, user, jour, liens, perimetre)
    return sorted(alertes, key=lambda a: a.ton != "stop")
