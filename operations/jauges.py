"""An envelope drawn from the notified euro to the paid one, and an operation from asked to paid, on screen."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from accord.enums import StatutTranche
from accord.graphiques import EtapeJauge, Jauge

from .enums import STATUTS_CONVENTIONNES, NatureEcriture
from .services.grand_livre import soldes
from .situation import SituationEnveloppe, SituationTranche


def build_jauge(
    situation: SituationEnveloppe,
    *,
    lien_etape: Callable[[str], str],
    lien_enveloppe: str = "",
    reference: SituationEnveloppe | None = None,
    reference_le: date | None = None,
    reference_connue_le: date | None = None,
) -> Jauge:
    """Draw an envelope; each stage leads to its list, dots and amounts tell the comparison date when there is one.

    `lien_etape` gives the address of the list of a stage, empty for who may not read it.
    """
    enveloppe = situation.enveloppe
    ouvertes = [t.tranche.ordre for t in situation.tranches if t.tranche.statut != StatutTranche.PREVUE]
    return Jauge(
        libelle=enveloppe.libelle,
        fonds_code=enveloppe.fonds.code,
        notifie=situation.notifie,
        etapes=[
            EtapeJauge(
                nature.value,
                nature.label,
                situation.montants[nature],
                url=lien_etape(nature.value),
                comparaison=reference.montants[nature] if reference else None,
            )
            for nature in NatureEcriture
        ],
        disponible=situation.disponible if situation.notifie else None,
        tranches=_tranches(situation.tranches, situation.notifie),
        url_notifie=lien_enveloppe,
        url_disponible=lien_enveloppe,
        nom_limite=f"Tranche {ouvertes[0]}" if len(ouvertes) == 1 else "Tranches ouvertes",
        reference_le=reference_le,
        reference_connue_le=reference_connue_le,
        comparaison_notifie=reference.notifie if reference else None,
        comparaison_disponible=reference.disponible if reference else None,
        cle=enveloppe.code.lower().replace("_", "-"),
    )


def _tranches(tranches: list[SituationTranche], notifie: Decimal) -> list[tuple[Decimal, bool]]:
    """What the first row draws; nothing when the tranches do not hold the whole envelope."""
    dessinees = [(t.montant, t.tranche.statut != StatutTranche.PREVUE) for t in tranches if t.montant > 0]
    return dessinees if sum(montant for montant, _ in dessinees) == notifie else []


def build_jauge_operation(operation, *, url_plan: str, url_ecritures: Callable[[str], str]) -> Jauge:
    """Draw an operation. Until the contract, what is asked, instructed, programmed; then each stage of the ledger.

    `operation` comes from `with_montants`. Each stage leads to its proof: the plans, or its lines of the ledger.
    """
    if operation.statut in STATUTS_CONVENTIONNES:
        tenu, reference, nom = soldes(operation), operation.ue_plan, "plan en vigueur"
        etapes = [EtapeJauge(n.value, n.label, tenu[n], url=url_ecritures(n.value)) for n in NatureEcriture]
    else:
        reference, nom = operation.ue_demande, "demandé"
        etapes = [EtapeJauge("demande", "Demandé", operation.ue_demande, url=url_plan)]
        if operation.ue_instruit is not None:
            etapes.append(EtapeJauge("instruit", "Instruit", operation.ue_instruit, url=url_plan))
        etapes.append(EtapeJauge("acquis", "Programmé", operation.ue_programme, url=url_ecritures("programme")))
    return Jauge(
        libelle="Montants européens de l’opération",
        fonds_code=operation.enveloppe.fonds.code,
        notifie=reference,
        etapes=etapes,
        nom_reference=nom,
        enveloppe=False,
    )
