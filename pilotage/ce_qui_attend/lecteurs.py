"""Those who read the figures of all (State, managing authority, auditor): what was recorded in the last thirty days.

Whatever its date of effect, so that what was rewritten of the past is seen. The dashboard it opens compares the same:
today as it is known now, and as it was known then.
"""

from collections import defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db.models import Exists, Max, OuterRef, Q, Sum
from django.urls import reverse
from django.utils import timezone

from accord.enums import NatureMouvement
from accord.models import MouvementEnveloppe
from accord.montants import INSECABLE, format_date, format_ecart
from comptes.models import JournalAudit
from operations.enums import NatureEcriture
from operations.models import Ecriture
from operations.situation import ZERO

from ..liens import Liens
from .blocs import Groupe, Ligne, Section, Vide

FENETRE = timedelta(days=30)


def _nom(enveloppe) -> str:
    return f"{enveloppe.fonds}, {enveloppe.organisme}"


def _nombre(operations: int, nulles: int) -> str:
    """« 3 opérations, dont 2 au solde nul »: what was written and taken back still counts, and is said."""
    texte = f"{operations}{INSECABLE}{'opérations' if operations > 1 else 'opération'}"
    return f"{texte}, dont {nulles} au solde nul" if nulles else texte


def _ecritures(accord, jour, liens, enveloppes) -> list[Groupe]:
    """What was written about operations: a group by envelope, a line by stage; one query."""
    rang = {nature: n for n, nature in enumerate(NatureEcriture.values)}
    par_operation = (
        Ecriture.objects.filter(enveloppe__accord=accord)
        .au(liens.au)
        .enregistrees_depuis(jour)
        .order_by()
        .values_list("enveloppe", "nature", "operation")
        .annotate(Sum("montant"), Max("enregistree_le"))
    )
    lots: dict[tuple[int, str], list[tuple[Decimal, datetime]]] = defaultdict(list)
    for pk, nature, _, somme, dernier in par_operation:
        lots[pk, nature].append((somme, dernier))
    groupes: dict[int, list[Ligne]] = {pk: [] for pk in enveloppes}
    for (pk, nature), lot in sorted(lots.items(), key=lambda cle_et_lot: rang[cle_et_lot[0][1]]):
        sommes = [somme for somme, _ in lot]
        groupes[pk].append(
            Ligne(
                NatureEcriture(nature).label,
                liens.liste(enveloppe=enveloppes[pk].code, nature=nature, ecrites_depuis=jour.isoformat()),
                _nombre(len(lot), sommes.count(ZERO)),
                timezone.localdate(max(dernier for _, dernier in lot)),
                "dernière écriture",
                valeur=format_ecart(sum(sommes)),
            )
        )
    return [Groupe(_nom(enveloppes[pk]), lignes, len(lignes)) for pk, lignes in groupes.items() if lignes]


def _mouvements(accord, depuis, liens, enveloppes) -> list[Ligne]:
    """What came into the envelopes, or left them: one query.

    What the file brought when the agreement was first loaded is where it starts from: only what takes effect since,
    or was recorded after that load, is a change.
    """
    chargements = JournalAudit.objects.filter(
        objet_type=accord._meta.label_lower,
        objet_id=str(accord.pk),
        acte="charge",
        enregistree_le__lt=OuterRef("enregistree_le"),
    )
    return [
        Ligne(
            NatureMouvement(mouvement.nature).label.capitalize(),
            liens.enveloppe(enveloppes[mouvement.enveloppe_id].code),
            f"{_nom(enveloppes[mouvement.enveloppe_id])} · {mouvement.acte}",
            timezone.localdate(mouvement.enregistree_le),
            "enregistré",
            valeur=format_ecart(mouvement.montant),
        )
        for mouvement in MouvementEnveloppe.objects.au(liens.au)
        .filter(
            Q(date_effet__gte=depuis.date()) | Exists(chargements),
            enveloppe__accord=accord,
            enregistree_le__gte=depuis,
        )
        .order_by("-rang")
    ]


def build_section(accord, aujourdhui, liens: Liens, enveloppes: dict) -> Section:
    connu_le = aujourdhui - FENETRE
    jour = connu_le + timedelta(days=1)
    depuis = timezone.make_aware(datetime.combine(jour, time.min))
    mouvements = _mouvements(accord, depuis, liens, enveloppes)
    groupes = [Groupe("Mouvements des enveloppes", mouvements, len(mouvements))] if mouvements else []
    groupes += _ecritures(accord, jour, liens, enveloppes)
    return Section(
        "changements",
        "Ce qui a été enregistré depuis trente jours",
        Vide(
            "Rien n’a été enregistré depuis trente jours",
            "Chaque programmation, retrait ou mouvement d’enveloppe enregistré apparaîtra ici.",
        ),
        groupes,
        url=reverse("pilotage:tableau_de_bord", args=[accord.slug]) + f"?reference_connue_le={connu_le.isoformat()}",
        lien="Comparer au tableau de bord",
        note=f"Depuis le {format_date(jour)}, quelle que soit la date d’effet, si elle est passée.",
        actes=False,
    )
