"""`make bench`: what our pages and documents cost beside the least they could, in one run, on a throw-away base.

Subject and floor are measured in turn, so a busy machine slows both; the ratio is what is kept in
`docs/performance.md`. A new measure is a function added to `MESURES`.
"""

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path

RACINE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(RACINE))
RAPPORT = RACINE / "docs" / "performance.md"
ACCORD = RACINE / "fixtures" / "accords" / "pas-de-calais-2021-2027.yaml"
OPERATIONS = 300
FOIS = 100  # how many times more operations the large agreement has


@dataclass(frozen=True)
class Mesure:
    """Something we do and its floor: two callables that do the work once."""

    nom: str
    plancher_nom: str
    sujet: Callable[[], object]
    plancher: Callable[[], object]
    tours: int


@contextmanager
def base_jetable():
    """A base with the agreement and the demonstration set, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="accord-banc-") as dossier:
        Path(dossier).chmod(0o711)
        os.environ |= {"ACCORD_DONNEES": dossier, "DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": ""}
        from config import postgres

        with postgres.base_ouverte(Path(dossier), durable=False):
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            call_command("charger_accord", str(ACCORD), stdout=StringIO())
            call_command("charger_demo", operations=OPERATIONS, stdout=StringIO())
            yield


def mesurer_tableau_de_bord() -> Mesure:
    """The dashboard, beside a signed-in page that shows no figure."""
    from django.test import Client
    from django.urls import reverse

    from accord.models import AccordCadre
    from comptes.models import Utilisateur

    client, accord = Client(), AccordCadre.objects.get()
    client.force_login(Utilisateur.objects.get(email__startswith="lecteur.ddets@"))

    def lire(nom):
        reponse = client.get(reverse(nom, args=[accord.slug]))
        assert reponse.status_code == 200, reponse.status_code

    return Mesure(
        f"Tableau de bord, {OPERATIONS} opérations",
        "page connectée sans donnée",
        lambda: lire("pilotage:tableau_de_bord"),
        lambda: lire("pilotage:mentions_legales"),
        15,
    )


def mesurer_dossier() -> Mesure:
    """The pack of a meeting from its frozen data, beside WeasyPrint alone on the same HTML."""
    import warnings

    import weasyprint
    from django.template.loader import render_to_string

    from accord import pdf
    from gouvernance import dossier as module
    from gouvernance.donnees_dossier import geler_donnees
    from gouvernance.models import Reunion

    reunion = Reunion.objects.filter(comite__code="TECHNIQUE", points__isnull=False).distinct().latest("date")
    donnees = geler_donnees(reunion, date(2026, 11, 20), version=1, fige_le=reunion_instant())
    vu = {}

    def garder(template, context):
        vu["html"] = render_to_string(template, context)
        return original(template, context)

    original, module.render_pdf = module.render_pdf, garder
    octets = module.build_dossier(donnees)
    module.render_pdf = original

    def nu():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            racine = pdf._static_root()
            feuilles = [weasyprint.CSS(filename=racine / feuille) for feuille in pdf.FEUILLES]
            weasyprint.HTML(string=vu["html"], base_url=f"{racine.as_uri()}/").write_pdf(
                stylesheets=feuilles, pdf_variant="pdf/a-3a"
            )

    return Mesure(
        f"Dossier de séance, {pdf.count_pages(octets)} pages",
        "WeasyPrint seul, même HTML",
        lambda: module.build_dossier(donnees),
        nu,
        3,
    )


def reunion_instant():
    from datetime import datetime

    from django.utils import timezone

    return timezone.make_aware(datetime(2026, 11, 20, 10))  # noqa: DTZ001


def mesurer_situation() -> Mesure:
    """The situation of an agreement of national size, beside the one of the demonstration."""
    from operations.situation import compute_situation

    petit, grand = deux_accords()
    return Mesure(
        f"Situation, {OPERATIONS * FOIS} opérations",
        f"la même, {OPERATIONS} opérations",
        lambda: compute_situation(grand),
        lambda: compute_situation(petit),
        9,
    )


def mesurer_liste() -> Mesure:
    """The first page of the operations with its totals, at both sizes."""
    from django.test import Client
    from django.urls import reverse

    from comptes.models import Utilisateur

    client = Client()
    client.force_login(Utilisateur.objects.get(email__startswith="lecteur.ddets@"))

    def lire(accord):
        reponse = client.get(reverse("operations:liste", args=[accord.slug]))
        assert reponse.status_code == 200, reponse.status_code

    petit, grand = deux_accords()
    return Mesure(
        f"Liste des opérations, {OPERATIONS * FOIS} opérations",
        f"la même, {OPERATIONS} opérations",
        lambda: lire(grand),
        lambda: lire(petit),
        9,
    )


def mesurer_import() -> Mesure:
    """A thousand new operations checked and played, then taken back, beside reading their file."""
    import csv
    import io

    from accord.models import AccordCadre
    from comptes.lecture import lire_tableau
    from comptes.models import Organisme, Utilisateur
    from operations.services.importation import importer_operations

    accord, organisme = AccordCadre.objects.get(), Organisme.objects.get(code="CD62")
    gestionnaire = Utilisateur.objects.get(email__startswith="gestionnaire.cd62@")
    lignes = 1000
    tampon = io.StringIO()
    table = csv.writer(tampon, delimiter=";")
    titres = ["numero", "enveloppe", "intitule", "beneficiaire", "objectif_specifique", "deposee_le", "debut_le"]
    table.writerow([*titres, "fin_le", "cout_total_eligible", "ue", "autofinancement"])
    for rang in range(lignes):
        fiche = [f"BANC-{rang}", "FSE_CD62", f"Opération {rang}", f"Structure {rang % 40}", "1.H", "15/01/2026"]
        table.writerow([*fiche, "01/02/2026", "31/12/2026", "1 000,00", "600,00", "400,00"])
    contenu = tampon.getvalue().encode()

    def importer():
        bilan = importer_operations(
            lire_tableau(contenu), accord=accord, organisme=organisme, auteur=gestionnaire, simulation=True
        )
        assert len(bilan.creees) == lignes, bilan.fautes[:3]

    return Mesure(
        f"Import de {lignes} opérations", "lecture du même fichier", importer, lambda: lire_tableau(contenu), 3
    )


def mesurer_import_participants() -> Mesure:
    """A file of the size of a programme, identities and counters included, beside reading it and COPYing its lines."""
    from django.db import connection, transaction

    from accord.models import AccordCadre
    from bench.participants import NOMBRE, TITRES, build_fichier
    from comptes.lecture import parcourir_tableau
    from operations.models import Operation
    from participants.importation.chargement import copier
    from participants.services.fiches import STATUTS_OUVERTS
    from participants.services.importation import BORNES, importer_participants

    accord = AccordCadre.objects.get()
    ouvertes = Operation.objects.filter(accord=accord, statut__in=STATUTS_OUVERTS).order_by("numero")
    contenu = build_fichier(list(ouvertes.values_list("numero", flat=True)))

    @transaction.atomic
    def importer():
        bilan = importer_participants(contenu, accord=accord)
        assert bilan.creees == NOMBRE, bilan.fautes[:3]
        connection.check_constraints()
        transaction.set_rollback(True)

    @transaction.atomic
    def copier_nu():
        with connection.cursor() as curseur:
            curseur.execute(f"CREATE TABLE lignes ({', '.join(f'{titre} text' for titre in TITRES)})")
            lignes = parcourir_tableau(contenu, bornes=BORNES)
            copier(curseur, "lignes", ("\t".join(ligne.cellules) + "\n" for ligne in lignes))
        transaction.set_rollback(True)

    return Mesure(
        f"Import de {NOMBRE} participants", "lecture du même fichier et COPY de ses lignes", importer, copier_nu, 3
    )


@cache
def deux_accords():
    from bench.volume import build_volume

    return build_volume(ACCORD, FOIS)


# those that need the second agreement come last: the others read the only one there is
MESURES = [
    mesurer_tableau_de_bord,
    mesurer_dossier,
    mesurer_import,
    mesurer_import_participants,
    mesurer_situation,
    mesurer_liste,
]


def chronometrer(mesure: Mesure) -> tuple[float, float]:
    """Return the median seconds of the subject and of its floor, run in turn after one warm-up of each."""
    mesure.sujet(), mesure.plancher()
    sujets, planchers = [], []
    for _ in range(mesure.tours):
        for travail, temps in [(mesure.sujet, sujets), (mesure.plancher, planchers)]:
            debut = time.perf_counter()
            travail()
            temps.append(time.perf_counter() - debut)
    return statistics.median(sujets), statistics.median(planchers)


def main() -> None:
    lignes = [
        "# Performance",
        "",
        "Medians of one run of `make bench`; only the ratio travels from one machine to another.",
        "",
        "| Measure | Floor | Ours | Floor | Ratio |",
        "|---|---|---|---|---|",
    ]
    with base_jetable():
        for preparer in MESURES:
            mesure = preparer()
            sujet, plancher = chronometrer(mesure)
            lignes.append(
                f"| {mesure.nom} | {mesure.plancher_nom} | {sujet * 1000:.0f} ms | {plancher * 1000:.0f} ms "
                f"| {sujet / plancher:.2f} |"
            )
            print(lignes[-1], flush=True)
            if preparer is mesurer_import_participants:
                memoire = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    lignes += ["", f"Memory of the process at its highest, once the participants are imported: {memoire} MiB."]
    print(lignes[-1])
    RAPPORT.write_text("\n".join(lignes) + "\n", encoding="utf-8")
    print(f"Rapport : {RAPPORT.relative_to(RACINE)}")


if __name__ == "__main__":
    main()
