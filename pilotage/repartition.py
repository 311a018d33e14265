"""The figures of each envelope by dispositif or by strategic axis; they sum to the situation, to the cent."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from accord.models import AxeStrategique, Dispositif
from operations.models import Ecriture, Operation
from operations.situation import NATURES, ZERO, Situation, SituationEnveloppe, Taux

SANS_RATTACHEMENT = "Sans dispositif ni axe"


def _montants() -> dict[str, Decimal]:
    return dict.fromkeys(NATURES, ZERO)


@dataclass(frozen=True)
class LigneRepartition:
    """One dispositif or axis of an envelope (`champ`, `code`); both empty for what names none of its own."""

    libelle: str
    champ: str
    code: str
    operations: int
    montants: dict[str, Decimal]
    parent: str = ""

    @property
    def filtre(self) -> dict[str, str]:
        """What the list of its operations is asked for: an operation with a dispositif never counts under its axis."""
        if not self.champ:
            return {"rattachement": "aucun"}
        return {self.champ: self.code} | ({"rattachement": "axe"} if self.champ == "axe" else {})

    @property
    def execution(self) -> Taux:
        return Taux(self.montants["declare"], self.montants["programme"])


@dataclass(frozen=True)
class RepartitionEnveloppe:
    situation: SituationEnveloppe
    nom: str
    lignes: list[LigneRepartition]

    @property
    def total(self) -> LigneRepartition:
        montants = _montants()
        for ligne in self.lignes:
            for nature in NATURES:
                montants[nature] += ligne.montants[nature]
        return LigneRepartition("Total", "", "", sum(ligne.operations for ligne in self.lignes), montants)


def _sommer(situation: Situation) -> tuple[dict, dict]:
    """Sum the ledger and count the operations by (envelope, dispositif, axis), in two queries."""
    lignes = Ecriture.objects.filter(enveloppe__accord=situation.accord).au(situation.au).connu_le(situation.connu_le)
    montants, nombres = defaultdict(_montants), defaultdict(int)
    sommes = (
        lignes.order_by()
        .values_list("enveloppe", "operation__dispositif", "operation__axe", "nature")
        .annotate(Sum("montant"))
    )
    for enveloppe, dispositif, axe, nature, somme in sommes:
        montants[enveloppe, dispositif, axe][nature] += somme
    comptes = (
        Operation.objects.filter(pk__in=lignes.programmees())
        .order_by()
        .values_list("enveloppe", "dispositif", "axe")
        .annotate(Count("pk"))
    )
    for enveloppe, dispositif, axe, nombre in comptes:
        nombres[enveloppe, dispositif, axe] += nombre
    return montants, nombres


def _ordonner(dispositifs: list[Dispositif]) -> list[Dispositif]:
    """Put each dispositif after its parent."""
    enfants = defaultdict(list)
    for dispositif in dispositifs:
        enfants[dispositif.parent_id].append(dispositif)
    ordre, pile = [], list(reversed(enfants[None]))
    while pile:
        dispositif = pile.pop()
        ordre.append(dispositif)
        pile.extend(reversed(enfants[dispositif.pk]))
    return ordre


def _lignes(groupes: dict, situation: SituationEnveloppe, dispositifs, axes) -> tuple[str, list[LigneRepartition]]:
    """Build the rows of an envelope: its measures in order, then the rest.

    An empty measure of the first level is shown, unless the measures under it hold everything.
    """
    lignes = []

    def ajouter(champ, objet, libelle, parent="", *, a_montrer_vide=False):
        nombre, montants = groupes.pop((champ, objet.pk), (0, None))
        if montants is None and not a_montrer_vide:
            return
        lignes.append(LigneRepartition(libelle, champ, objet.code, nombre, montants or _montants(), parent))

    enveloppe = situation.enveloppe
    propres = [d for d in dispositifs if (d.organisme_id, d.fonds_id) == (enveloppe.organisme_id, enveloppe.fonds_id)]
    noms = {d.pk: d.libelle for d in propres}
    precises = {d.parent_id for d in propres if ("dispositif", d.pk) in groupes}
    for d in _ordonner(propres):
        premier_niveau = d.parent_id is None
        ajouter(
            "dispositif",
            d,
            d.libelle,
            noms.get(d.parent_id, ""),
            a_montrer_vide=premier_niveau and d.pk not in precises,
        )
    siens = [axe for axe in axes if axe.organisme_id == enveloppe.organisme_id]
    for axe in siens:
        ajouter("axe", axe, axe.libelle, a_montrer_vide=not propres)
    # what an operation names beyond these (a dispositif of another fund, nothing at all) still counts
    reste_nombre, reste_montants = 0, None
    for nombre, montants in groupes.values():
        reste_nombre += nombre
        reste_montants = reste_montants or _montants()
        for nature in NATURES:
            reste_montants[nature] += montants[nature]
    if reste_montants is not None:
        lignes.append(LigneRepartition(SANS_RATTACHEMENT, "", "", reste_nombre, reste_montants))
    return "dispositifs" if propres else "axes", lignes


def compute_repartition(situation: Situation, enveloppes: list[SituationEnveloppe]) -> list[RepartitionEnveloppe]:
    """Break each envelope down by dispositif, or by axis for a body that works by axes; four queries in all."""
    montants, nombres = _sommer(situation)
    dispositifs = list(Dispositif.objects.filter(accord=situation.accord).order_by("ordre", "code"))
    axes = list(AxeStrategique.objects.filter(accord=situation.accord).order_by("code"))
    par_enveloppe: dict = defaultdict(dict)
    for (enveloppe, dispositif, axe), sommes in montants.items():
        cle = ("dispositif", dispositif) if dispositif else ("axe", axe) if axe else ("", None)
        nombre, cumul = par_enveloppe[enveloppe].setdefault(cle, (0, _montants()))
        for nature in NATURES:
            cumul[nature] += sommes[nature]
        par_enveloppe[enveloppe][cle] = (nombre + nombres[enveloppe, dispositif, axe], cumul)
    repartitions = []
    for s in enveloppes:
        nom, lignes = _lignes(par_enveloppe[s.enveloppe.pk], s, dispositifs, axes)
        repartitions.append(RepartitionEnveloppe(s, nom, lignes))
    return repartitions
