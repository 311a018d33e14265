"""Search across the apps: operations, structures, calls, meetings. Case and accents are forgotten on both sides."""

from dataclasses import dataclass, field

from django.db.models import Count, F, TextField, Value, Window
from django.db.models.functions import Concat

from comptes.recherche import CleRecherche, contient
from gouvernance.models import Reunion
from gouvernance.recherche import chercher_reunions
from operations.models import AppelAProjets, Operation, Structure
from operations.recherche import chercher_operations, chercher_structures, lire_chiffres

PAR_GROUPE = 10


@dataclass(frozen=True)
class Groupe:
    """The first hits of one kind, and how many there are in all."""

    code: str
    total: int
    objets: list


@dataclass(frozen=True)
class Resultats:
    directe: Operation | None = None
    groupes: list[Groupe] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(groupe.total for groupe in self.groupes) + (self.directe is not None)


def _limiter(code: str, objets) -> Groupe:
    """Read the first hits and their whole number in one query."""
    premiers = list(objets.annotate(total=Window(Count("pk")))[:PAR_GROUPE])
    return Groupe(code, premiers[0].total if premiers else 0, premiers)


def chercher(user, accord, q: str) -> Resultats:
    """Search what the person may know; an operation of that very number is set apart. Five queries at most."""
    mots = q.split()
    if not mots:
        return Resultats()
    operations = (
        Operation.objects.for_user(user)
        .filter(accord=accord)
        .select_related("enveloppe__organisme", "enveloppe__fonds", "structure", "accord")
    )
    numero = lire_chiffres(q) or q.strip()
    directe = operations.filter(numero__iexact=numero).first() if numero.split() == [numero] else None
    if directe:
        operations = operations.exclude(pk=directe.pk)
    operations = operations.filter(chercher_operations(q)).order_by("-numero")
    structures = Structure.objects.for_user(user).filter(accord=accord)
    appels = (
        AppelAProjets.objects.for_user(user)
        .filter(enveloppe__accord=accord)
        .select_related("enveloppe__organisme", "enveloppe__fonds")
        .alias(texte=CleRecherche(Concat(F("code"), Value(" "), F("intitule"), output_field=TextField())))
        .filter(contient(mots, "texte"))
    )
    reunions = chercher_reunions(
        Reunion.objects.for_user(user).filter(comite__accord=accord).select_related("comite__accord"), q
    ).order_by("-date")
    return Resultats(
        directe,
        [
            _limiter("operations", operations),
            _limiter("structures", structures.filter(chercher_structures(q))),
            _limiter("appels", appels),
            _limiter("reunions", reunions),
        ],
    )
