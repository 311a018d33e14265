"""Records against the lines of demarcation of their body, as the agreement writes them (`LignePartage.criteres`).

A criterion reads a record (`CHAMPS`), one at a time in SQL. « requis »: one criterion at least of each group holds; the
record fails when a group has none that may. « alerte »: the record is shown when all of them hold. An answer that was
not given neither holds nor fails: what only depends on it is « non renseigné », told apart from a failure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Subquery, TextChoices, Value, When

from accord.models import AccordCadre, LignePartage

from .enums import OuiNon, Reponse, SensDoublon
from .models import DecisionDoublon, DecisionPartage, DoublonPresume, Participation
from .querysets import et


class Constat(TextChoices):
    ECART = "ecart", "Écart"
    ALERTE = "alerte", "À vérifier"
    INCONNU = "inconnu", "Non renseigné"
    CONFORME = "conforme", "Conforme"


A_VOIR = [Constat.ECART, Constat.ALERTE]
JAMAIS = Q(pk__in=[])


def _reponse(champ: str, oui: str, non: str) -> Callable:
    """An answer among oui, non, and the rest, which says nothing."""

    def lire(critere: dict) -> tuple[Q, Q]:
        tenu, faux = Q(**{champ: oui}), Q(**{champ: non})
        return (tenu, faux) if critere["valeur"] == "oui" else (faux, tenu)

    return lire


def _age(critere: dict) -> tuple[Q, Q]:
    mesures = {"inferieur": "lt", "superieur": "gt", "au_moins": "gte", "au_plus": "lte", "egal": "exact"}
    tenu = Q(**{f"age_entree__{mesures[critere['operateur']]}": critere["valeur"]})
    return tenu, ~tenu & Q(age_entree__isnull=False)


def _fait(annotation: str) -> Callable:
    """What the pairs tell: known for every record."""

    def lire(critere: dict) -> tuple[Q, Q]:
        tenu = Q(**{annotation: critere["valeur"] == "oui"})
        return tenu, ~tenu

    return lire


# what a record can tell: for a criterion, when it holds and when it fails
CHAMPS: dict[str, Callable[[dict], tuple[Q, Q]]] = {
    "brsa": _reponse("brsa", Reponse.OUI, Reponse.NON),
    "age_entree": _age,
    "participant_plie": _reponse("participant_plie", OuiNon.OUI, OuiNon.NON),
    "chevauchement_autre_oi": _fait("chevauche"),
    "etape_financee_par_tm": _fait("chevauche"),
}


@dataclass(frozen=True)
class LigneLue:
    """A line that records can be read against: when one departs from it, when one is unknown."""

    ligne: LignePartage
    ecart: Q
    alerte: Q
    inconnu: Q

    @property
    def colonne(self) -> str:
        return f"constat_{self.ligne.pk}"

    @property
    def constat(self) -> Case:
        hors = ~Q(operation__enveloppe__organisme=self.ligne.organisme_id) if self.ligne.organisme_id else JAMAIS
        return Case(
            When(hors, then=Value(Constat.CONFORME)),
            When(self.ecart, then=Value(Constat.ECART)),
            When(self.alerte, then=Value(Constat.ALERTE)),
            When(self.inconnu, then=Value(Constat.INCONNU)),
            default=Value(Constat.CONFORME),
            output_field=CharField(),
        )


def lire_ligne(ligne: LignePartage) -> LigneLue | None:
    """The line as conditions; None when a record answers none of its criteria (an instruction does)."""
    lus = [(critere, *CHAMPS[critere["champ"]](critere)) for critere in ligne.criteres if critere["champ"] in CHAMPS]
    if not lus:
        return None
    groupes: dict[object, list[tuple[Q, Q]]] = {}
    alertes = []
    for critere, tenu, faux in lus:
        if critere["effet"] == "requis":
            groupes.setdefault(critere.get("groupe"), []).append((tenu, faux))
        else:
            alertes.append((tenu, faux))
    ecart = reduce(or_, (et(faux for _, faux in groupe) for groupe in groupes.values()), JAMAIS)
    tenus = et(reduce(or_, (tenu for tenu, _ in groupe)) for groupe in groupes.values())
    alerte = et(tenu for tenu, _ in alertes) if alertes else JAMAIS
    sans_alerte = reduce(or_, (faux for _, faux in alertes)) if alertes else ~JAMAIS
    return LigneLue(ligne, ecart, alerte, ~(tenus & sans_alerte))


def lire_lignes(accord: AccordCadre) -> list[LigneLue]:
    """The lines of an agreement that records answer, in their order."""
    return [lue for lue in map(lire_ligne, LignePartage.objects.filter(accord=accord)) if lue]


def _chevauche() -> Exists:
    """Overlaps a record of the other body, unless a body said that it is somebody else."""
    autre_personne = DecisionDoublon.objects.filter(
        doublon=OuterRef("pk"), sens=SensDoublon.AUTRE_PERSONNE, annulee_le__isnull=True
    )
    doublons = DoublonPresume.objects.en_vigueur().filter(~Exists(autre_personne))
    return Exists(doublons.filter(Q(premiere=OuterRef("pk")) | Q(seconde=OuterRef("pk"))))


def with_constats(fiches, lignes: list[LigneLue]):
    """Add what each line says of each record that was not undone (`constat_<ligne>`)."""
    fiches = fiches.en_vigueur().annotate(chevauche=_chevauche())
    return fiches.annotate(**{lue.colonne: lue.constat for lue in lignes})


def compter(fiches, lignes: list[LigneLue]) -> list[tuple[LignePartage, dict[str, int]]]:
    """By line, how many records of each kind, and how many wait for a decision (`a_decider`); one query."""
    comptes = {}
    for lue in lignes:
        siennes = Q(operation__enveloppe__organisme=lue.ligne.organisme_id) if lue.ligne.organisme_id else ~JAMAIS
        for constat in Constat:
            comptes[f"{lue.colonne}_{constat}"] = Count("pk", filter=siennes & Q(**{lue.colonne: constat}))
    nombres = with_constats(fiches, lignes).aggregate(**comptes)
    return [(lue.ligne, {constat.value: nombres[f"{lue.colonne}_{constat}"] for constat in Constat}) for lue in lignes]


def fiches_de_la_ligne(fiches, lue: LigneLue, constats=A_VOIR):
    """The records of a line, with what was decided (`sens_decide`)."""
    decisions = DecisionPartage.objects.filter(
        participation=OuterRef("pk"), ligne=lue.ligne, annulee_le__isnull=True
    ).values("sens")
    if lue.ligne.organisme_id:
        fiches = fiches.filter(operation__enveloppe__organisme=lue.ligne.organisme_id)
    return (
        with_constats(fiches, [lue])
        .filter(**{f"{lue.colonne}__in": list(constats)})
        .annotate(sens_decide=Subquery(decisions[:1]))
    )


def constats_de(fiche: Participation, lignes: list[LigneLue]) -> list[tuple[LignePartage, Constat]]:
    """What each line of its body says of one record, but for those it respects."""
    lue = with_constats(Participation.objects.filter(pk=fiche.pk), lignes).first()
    if lue is None:
        return []
    constats = [(x.ligne, Constat(getattr(lue, x.colonne))) for x in lignes]
    return [(ligne, constat) for ligne, constat in constats if constat != Constat.CONFORME]
