"""The names that calls listed become typed pieces: the type is read in the words, `autre` when none is known."""

import re

from django.db import migrations

MOTS = [
    ("statut", "statuts"),
    ("rib", "identite_bancaire"),
    ("bancaire", "identite_bancaire"),
    ("kbis", "immatriculation"),
    ("sirene", "immatriculation"),
    ("immatriculation", "immatriculation"),
    ("pouvoir", "pouvoir"),
    ("délégation", "pouvoir"),
    ("délibération", "deliberation"),
    ("comptes", "comptes_annuels"),
    ("fiscal", "regularite_fiscale"),
    ("social", "regularite_sociale"),
    ("urssaf", "regularite_sociale"),
    ("cofinance", "cofinancement"),
    ("budget", "budget"),
    ("plan de financement", "budget"),
    ("fiche de poste", "fiches_de_poste"),
    ("fiches de poste", "fiches_de_poste"),
    ("lettre de mission", "fiches_de_poste"),
    ("mise en concurrence", "commande_publique"),
    ("description", "descriptif"),
    ("descriptif", "descriptif"),
]


def lire_type(libelle: str) -> str:
    texte = libelle.casefold()
    return next((type_piece for mot, type_piece in MOTS if re.search(rf"\b{mot}", texte)), "autre")


def remplir(apps, schema_editor):
    AppelAProjets = apps.get_model("operations", "AppelAProjets")
    PieceAttendue = apps.get_model("operations", "PieceAttendue")
    for appel in AppelAProjets.objects.exclude(pieces_obligatoires=[]):
        noms = dict.fromkeys(str(nom).strip()[:200] for nom in appel.pieces_obligatoires)
        PieceAttendue.objects.bulk_create(
            PieceAttendue(appel=appel, ordre=ordre, type=lire_type(nom), libelle=nom)
            for ordre, nom in enumerate(filter(None, noms), 1)
        )


def rendre(apps, schema_editor):
    AppelAProjets = apps.get_model("operations", "AppelAProjets")
    for appel in AppelAProjets.objects.filter(pieces_attendues__isnull=False).distinct():
        pieces = appel.pieces_attendues.filter(obligatoire=True).order_by("ordre", "pk")
        appel.pieces_obligatoires = list(pieces.values_list("libelle", flat=True))
        appel.save(update_fields=["pieces_obligatoires"])


class Migration(migrations.Migration):
    dependencies = [("operations", "0006_piece_attendue")]
    operations = [migrations.RunPython(remplir, rendre)]
