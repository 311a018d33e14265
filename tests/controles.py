"""A report under control, its sample drawn: what the pages of a control show."""

import datetime as dt
from decimal import Decimal

from operations.enums import CategorieDepense
from operations.models import BilanExecution, LigneDepense
from operations.services import enregistrer_lignes, ouvrir_csf, tirer_echantillon


def lister(bilan: BilanExecution, auteur, *parts: str) -> None:
    """One item for each share of what the report declares."""
    enregistrer_lignes(
        bilan,
        auteur=auteur,
        lignes=[
            LigneDepense(
                categorie=CategorieDepense.PERSONNEL,
                piece=f"FP-{rang:02d}",
                payee_le=bilan.fin_le,
                fournisseur=f"Salarié {rang} (exemple)",
                montant=(bilan.depenses * Decimal(part)).quantize(Decimal("0.01")),
            )
            for rang, part in enumerate(parts, 1)
        ],
    )


def mettre_en_controle(bilan: BilanExecution, agent, controleur, le: dt.date):
    """Items listed, control opened, sample of two drawn."""
    lister(bilan, agent, "0.4", "0.3", "0.2")
    ouverture = ouvrir_csf(bilan, auteur=controleur, le=le)
    return tirer_echantillon(
        ouverture,
        auteur=controleur,
        le=le,
        seuil=(bilan.depenses * Decimal("0.4")).quantize(Decimal("0.01")),
        taille=1,
        graine="essai",
    )
