"""Bring rows to what a file says, and tell what changed; nothing that is used is ever removed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import models

from .fichier import FichierRefuse
from .typographie import espacer


@dataclass(frozen=True)
class Changement:
    """One row created, changed (field by field, old then new) or removed."""

    acte: str
    genre: str
    objet: str
    champs: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __str__(self):
        ecarts = " ; ".join(f"{nom} « {avant} » → « {apres} »" for nom, (avant, apres) in self.champs.items())
        phrase = f"{self.acte.capitalize()} : {self.genre} {self.objet}"
        return espacer(f"{phrase}, {ecarts}" if ecarts else phrase)

    @property
    def est_un_rang(self) -> bool:
        """Only its place in a list changed, because something came or went before it."""
        return set(self.champs) == {"ordre"}


CREE, MODIFIE, SUPPRIME = "création", "modification", "suppression"


class Synchronisation:
    """Compares rows with the file, model after model, and keeps the list of what it wrote."""

    def __init__(self):
        self.changements: list[Changement] = []
        self.en_trop: list[tuple[models.Model, object]] = []

    def aligner(self, existants: models.QuerySet, attendus: dict, cle: Callable, *, supprimer: bool = False) -> dict:
        """Create or change rows so that they say what `attendus` ({key: {field: value}}) says; return them by key.

        With `supprimer`, the rows that the file no longer has leave at the end (see `retirer`).
        """
        modele = existants.model
        presents = {cle(objet): objet for objet in existants}
        nouveaux = {c: modele(**champs) for c, champs in attendus.items() if c not in presents}
        modele._default_manager.bulk_create(nouveaux.values())
        for c, attendu in attendus.items():
            if c in presents:
                self._corriger(presents[c], attendu, c)
            else:
                self.noter(CREE, modele, c)
        if supprimer:
            self.en_trop += [(objet, c) for c, objet in presents.items() if c not in attendus]
        return {c: presents.get(c) or nouveaux[c] for c in attendus}

    def est_nouveau(self, modele, cle) -> bool:
        return Changement(CREE, str(modele._meta.verbose_name), ecrire_cle(cle)) in self.changements

    def noter(self, acte: str, modele, cle, champs: dict | None = None) -> None:
        self.changements.append(Changement(acte, str(modele._meta.verbose_name), ecrire_cle(cle), champs or {}))

    def _corriger(self, objet: models.Model, attendu: dict, cle) -> None:
        ecarts = {nom: valeur for nom, valeur in attendu.items() if getattr(objet, nom) != valeur}
        if not ecarts:
            return
        champs = {}
        for nom, valeur in ecarts.items():
            libelle = str(getattr(objet._meta.get_field(nom), "verbose_name", nom))
            champs[libelle] = (ecrire(getattr(objet, nom)), ecrire(valeur))
            setattr(objet, nom, valeur)
        objet.save(update_fields=list(ecarts))
        self.noter(MODIFIE, type(objet), cle, champs)

    def retirer(self) -> None:
        """Remove the rows that the file no longer has, or refuse the whole load when one of them is used."""
        avec = {(type(objet), objet.pk) for objet, _ in self.en_trop}
        refus = [phrase for objet, cle in self.en_trop for phrase in dire_usages(objet, cle, avec)]
        if refus:
            raise FichierRefuse(refus)
        # what refers before what is referred to: later lists first, children before parents
        partants = self.en_trop[::-1]
        partants.sort(key=lambda partant: getattr(partant[0], "parent_id", None) is None)
        for objet, cle in partants:
            objet.delete()
            self.noter(SUPPRIME, type(objet), cle)


def dire_usages(objet: models.Model, cle, avec: set[tuple[type[models.Model], int]]) -> list[str]:
    """Say what still refers to a row, apart from the rows that leave with it and its own links."""
    phrases = []
    for relation in _relations(objet):
        modele = relation.related_model
        lien = modele._meta.auto_created  # the owner of a many-to-many table
        if lien and isinstance(objet, lien):
            continue
        usages = modele._base_manager.filter(**{relation.field.name: objet}).values_list("pk", flat=True)
        nombre = sum((modele, pk) not in avec for pk in usages)
        if nombre:
            noms = (lien or modele)._meta
            quoi = f"{nombre} {noms.verbose_name_plural if nombre > 1 else noms.verbose_name}"
            phrase = (
                f"{objet._meta.verbose_name} {ecrire_cle(cle)} : absent du fichier, mais encore utilisé par {quoi}."
            )
            phrases.append(espacer(phrase))
    return phrases


def _relations(objet: models.Model) -> list:
    relations = objet._meta.get_fields(include_hidden=True)
    return [r for r in relations if r.auto_created and (r.one_to_many or r.one_to_one)]


def ecrire_cle(cle) -> str:
    return " ".join(str(c) for c in cle if c not in (None, "")) if isinstance(cle, tuple) else str(cle)


def ecrire(valeur) -> str:
    """Write a value of a field for a person; nothing is said as such."""
    if valeur in (None, "", [], {}):
        return "rien"
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, list | dict):
        return json.dumps(valeur, ensure_ascii=False, sort_keys=True)
    return str(valeur)
