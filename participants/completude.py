"""What a record lacks and what is late. It only alerts: nothing is refused (`domaine.md` 2.3, 3.3)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import BooleanField, Case, Count, IntegerField, Q, Value, When

from accord.models import AccordCadre, Parametre
from accord.montants import lire_montant, ratio
from comptes.dates import add_months
from operations.models import Operation

from .enums import StatutEmploi
from .indicateurs import COMPLETE
from .models import Identite, Participation
from .querysets import et
from .services.identites import ouvrir_identite

# what a complete record holds, in words; the last two are not asked for the specific objective L
ATTENDUS = {
    "age_entree": "date de naissance",
    "sexe": "sexe",
    "statut_emploi": "situation face à l’emploi",
    "niveau_diplome": "diplôme",
}
HORS_OS_L = {"statut_emploi", "niveau_diplome", "statut_emploi_sortie", "recherche_active"}
RESULTATS = {
    "statut_emploi_sortie": "situation à la sortie",
    "en_formation_sortie": "formation à la sortie",
    "qualification_obtenue": "qualification",
    "recherche_active": "recherche d’emploi",
}
CONTACTS = ["telephone", "courriel", "referent"]
ACTIVE = Q(annulee_le__isnull=True)
INCOMPLETE = ACTIVE & ~et(condition.q for condition in COMPLETE)
RECHERCHE_ATTENDUE = Q(statut_emploi=StatutEmploi.INACTIF) & ~Q(statut_emploi_sortie=StatutEmploi.EMPLOI)
SANS_RESULTAT = (
    Q(en_formation_sortie="")
    | Q(qualification_obtenue="")
    | (Q(os_l=False) & (Q(statut_emploi_sortie="") | (RECHERCHE_ATTENDUE & Q(recherche_active=""))))
)
CODES = ["saisie_delai_mois", "resultat_delai_semaines", "fiches_incompletes_seuil"]
JAMAIS = Q(pk__in=[])


def manques(fiche: Participation) -> list[str]:
    """What a record needs to be complete. Needs `os_l` (`with_os_l`); `COMPLETE` says the same to the base."""
    return [
        mots
        for champ, mots in ATTENDUS.items()
        if getattr(fiche, champ) in ("", None) and not (fiche.os_l and champ in HORS_OS_L)
    ]


def resultats_manquants(fiche: Participation) -> list[str]:
    """What was not noted of somebody who left."""
    if not fiche.sortie_le:
        return []
    attendue = fiche.statut_emploi == StatutEmploi.INACTIF and fiche.statut_emploi_sortie != StatutEmploi.EMPLOI
    return [
        mots
        for champ, mots in RESULTATS.items()
        if not getattr(fiche, champ)
        and not (fiche.os_l and champ in HORS_OS_L)
        and (champ != "recherche_active" or attendue)
    ]


def manque_un_contact(fiche: Participation) -> bool:
    """Nobody could be asked six months after: no telephone, no e-mail, no referent (`domaine.md` 3.1). Names nobody."""
    if Identite.objects.filter(participation=fiche, purgee_le__isnull=False).exists():
        return False
    clair = ouvrir_identite(fiche) or {}
    return not any(clair.get(champ) for champ in CONTACTS)


def _vrai(condition: Q) -> Case:
    """A condition as a column: unknown is false."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


@dataclass(frozen=True)
class Compte:
    """How many records in each state; those undone are counted apart."""

    total: int
    incompletes: int
    retard: int
    en_cours: int
    sorties: int
    annulees: int

    @property
    def completes(self) -> int:
        return self.total - self.incompletes

    @property
    def part_completes(self) -> Decimal | None:
        return ratio(Decimal(self.completes), Decimal(self.total))

    @property
    def part_incompletes(self) -> Decimal | None:
        return ratio(Decimal(self.incompletes), Decimal(self.total))


@dataclass(frozen=True)
class Suivi:
    """The delays of an agreement as of a day; None where the agreement sets none."""

    accord: AccordCadre
    jour: date
    saisie_mois: int | None
    resultat_semaines: int | None
    seuil: Decimal | None  # share of incomplete records above which a correction is possible

    @property
    def saisie_avant(self) -> date | None:
        """What happened before this day should be entered."""
        return None if self.saisie_mois is None else add_months(self.jour, -self.saisie_mois)

    @property
    def resultat_avant(self) -> date | None:
        return None if self.resultat_semaines is None else self.jour - timedelta(weeks=self.resultat_semaines)

    @property
    def retards(self) -> dict[str, Q]:
        """The entry to complete, the exit to enter once the operation ended, the results to note."""
        saisie, resultat = self.saisie_avant, self.resultat_avant
        if saisie:
            terminees = Operation.objects.filter(accord=self.accord).with_fin().filter(fin_en_vigueur__lt=saisie)
            sortie = ACTIVE & Q(sortie_le__isnull=True, operation__in=terminees.values("pk"))
        return {
            "retard_entree": INCOMPLETE & Q(entree_le__lt=saisie) if saisie else JAMAIS,
            "retard_sortie": sortie if saisie else JAMAIS,
            "retard_resultats": ACTIVE & Q(sortie_le__lt=resultat) & SANS_RESULTAT if resultat else JAMAIS,
        }

    @property
    def en_retard(self) -> Q:
        entree, sortie, resultats = self.retards.values()
        return entree | sortie | resultats

    def annoter(self, fiches):
        """Add `est_incomplete`, the three delays, and `urgence`: 0 late, 1 incomplete, 2 otherwise."""
        urgence = Case(
            When(self.en_retard, then=Value(0)),
            When(INCOMPLETE, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        return fiches.with_os_l().annotate(
            est_incomplete=_vrai(INCOMPLETE),
            urgence=urgence,
            **{nom: _vrai(condition) for nom, condition in self.retards.items()},
        )

    def compter(self, fiches) -> Compte:
        """In one query."""
        en_cours = Q(sortie_le__isnull=True) | Q(sortie_le__gte=self.jour)
        return Compte(
            **fiches.with_os_l().aggregate(
                total=Count("pk", filter=ACTIVE),
                incompletes=Count("pk", filter=INCOMPLETE),
                retard=Count("pk", filter=self.en_retard),
                en_cours=Count("pk", filter=ACTIVE & en_cours),
                sorties=Count("pk", filter=ACTIVE & ~en_cours),
                annulees=Count("pk", filter=~ACTIVE),
            )
        )

    def depasse(self, compte: Compte) -> bool:
        """Above the threshold, not on it."""
        part = compte.part_incompletes
        return bool(self.seuil is not None and part is not None and part > self.seuil)


def lire_suivi(accord: AccordCadre, jour: date) -> Suivi:
    """One query; a parameter that is no number sets no delay."""
    lus = dict(Parametre.objects.valables_le(jour).filter(accord=accord, code__in=CODES).values_list("code", "valeur"))
    nombres = [_nombre(lus.get(code, "")) for code in CODES]
    mois, semaines, seuil = nombres
    return Suivi(
        accord=accord,
        jour=jour,
        saisie_mois=None if mois is None else int(mois),
        resultat_semaines=None if semaines is None else int(semaines),
        seuil=None if seuil is None else seuil / 100,
    )


def _nombre(valeur: str) -> Decimal | None:
    try:
        return lire_montant(valeur)
    except ValueError:
        return None
