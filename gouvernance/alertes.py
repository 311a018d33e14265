"""What the figures and the calendar ask a committee to look at: each alert says the rule, the object, the amount."""

from dataclasses import dataclass
from datetime import date

from accord.enums import StatutTranche
from accord.montants import format_date, format_euros, format_jours, format_taux
from operations.situation import Situation, SituationEnveloppe

from .echeances import compute_echeance, jours_de_retard


@dataclass(frozen=True)
class Alerte:
    """`cle` names it across pages and packs; `ton` is `stop` (beyond, late) or `veille` (to watch)."""

    cle: str
    titre: str
    texte: str
    ton: str = "stop"

    @property
    def objet(self) -> str:
        """The title without its amount, which changes from one day to the next."""
        return self.titre.partition("\u00a0: ")[0]

    def to_json(self) -> dict:
        return {"cle": self.cle, "titre": self.titre, "texte": self.texte, "ton": self.ton}


def _alertes_enveloppe(situation: SituationEnveloppe) -> list[Alerte]:
    enveloppe = situation.enveloppe
    nom = f"{enveloppe.fonds} ({enveloppe.organisme})"
    alertes = []
    programme = situation.montants["programme"]
    if situation.disponible < 0:
        au_dela = format_euros(-situation.disponible)
        taux = format_taux(situation.taux["programmation"].valeur)
        alertes.append(
            Alerte(
                f"surprogrammation-{enveloppe.code}",
                f"Surprogrammation du {nom}\u00a0: {au_dela}",
                f"{format_euros(programme)} sont programmés pour {format_euros(situation.notifie)} notifiés, "
                f"soit {taux}. Le dépassement de {au_dela} suppose que des opérations consomment moins que prévu.",
            )
        )
    for tranche in situation.tranches:
        engage = tranche.montants["programme"]
        if tranche.disponible < 0:
            depassement = format_euros(-tranche.disponible)
            alertes.append(
                Alerte(
                    f"tranche-{enveloppe.code}-{tranche.tranche.code}",
                    f"Tranche {tranche.tranche.code} dépassée, {nom}\u00a0: {depassement}",
                    f"{format_euros(engage)} sont programmés sur la tranche {tranche.tranche.code}, qui en porte "
                    f"{format_euros(tranche.montant)}. Le solde se prend sur la suivante ou demande un avenant.",
                )
            )
        elif tranche.tranche.statut == StatutTranche.PREVUE and engage > 0:
            alertes.append(
                Alerte(
                    f"tranche-{enveloppe.code}-{tranche.tranche.code}",
                    f"Tranche {tranche.tranche.code} engagée avant son ouverture, {nom}\u00a0: {format_euros(engage)}",
                    f"La tranche {tranche.tranche.code} n’est pas acquise\u00a0: elle dépend de l’évaluation à "
                    f"mi-parcours et d’un avenant signé des parties. {format_euros(engage)} y sont déjà programmés.",
                    "veille",
                )
            )
    return alertes


def compute_alertes(situation: Situation) -> list[Alerte]:
    """Alerts on the money: envelopes over-programmed, tranches exceeded or used before they open."""
    return [alerte for enveloppe in situation.enveloppes for alerte in _alertes_enveloppe(enveloppe)]


def _dire_la_suite(prochaine: date | None, est_passe: bool, est_seance: bool) -> str:
    if prochaine is None:
        return "Aucune réunion n’est enregistrée ensuite." if est_passe else "Aucune date n’est prévue."
    if est_seance:
        return f"La réunion que prépare ce dossier, le {format_date(prochaine)}, y répond."
    return f"{'Réunion suivante' if est_passe else 'Prochaine réunion'} le {format_date(prochaine)}."


def compute_retard(
    comite,
    derniere: date | None,
    prochaine: date | None,
    jour: date,
    *,
    lu_le: date | None = None,
    est_seance: bool = False,
) -> Alerte | None:
    """Tell whether a committee is late on its frequency on a day, and what comes after.

    `lu_le` is the day of the reader when `jour` is past: what came next may be over. `est_seance`: the next meeting is
    the one whose pack says it.
    """
    echeance = compute_echeance(comite.regle_frequence, derniere, comite.accord.debut_le, jour)
    if not echeance.est_en_retard:
        return None
    est_passe = lu_le is not None and jour < lu_le
    suite = _dire_la_suite(prochaine, est_passe, est_seance)
    avant = f" avant le {format_date(jour)}" if est_passe or est_seance else ""
    if echeance.est_annuelle:
        est_prevue = prochaine is not None and prochaine.year == jour.year
        titre = f"Aucune réunion tenue en {jour.year}{avant}"
        detail = f"L’accord demande {echeance.regle}, donc avant le {format_date(echeance.limite)}."
        return Alerte(f"comite-{comite.code}", titre, f"{detail} {suite}", "veille" if est_prevue else "stop")
    if derniere is None:
        detail = f"L’accord demande {echeance.regle}. {suite}"
        titre = f"Aucune réunion enregistrée{avant}"
        return Alerte(f"comite-{comite.code}", titre, detail, "veille" if prochaine else "stop")
    le_jour = f" au {format_date(jour)}" if est_passe else ""
    return Alerte(
        f"comite-{comite.code}",
        f"En retard de {format_jours(jours_de_retard(echeance, jour))}{le_jour}",
        f"Dernière réunion le {format_date(derniere)}\u202f; l’accord demande {echeance.regle}. {suite}",
        "stop",
    )
