import json

from django.core.management.base import BaseCommand

from accord.montants import format_date, format_euros, format_taux
from operations.enums import NatureEcriture
from operations.situation import Situation, compute_situation
from participants.part_qpv import build_situation_json
from pilotage.arguments import jour, trouver_accord


class Command(BaseCommand):
    help = "Affiche les chiffres de chaque enveloppe et de chaque tranche d’un accord, à une date."

    def add_arguments(self, parser):
        parser.add_argument("accord", help="identifiant de l’accord, par exemple pas-de-calais-2021-2027")
        parser.add_argument("--au", type=jour, help="situation à cette date, incluse (aujourd’hui par défaut)")
        parser.add_argument("--connu-le", type=jour, help="telle que connue à la fin de cette journée")
        parser.add_argument("--format", choices=["json", "texte"], default="texte")

    def handle(self, *, accord, au, connu_le, format, **options):
        situation = compute_situation(trouver_accord(accord), au=au, connu_le=connu_le)
        if format == "json":
            self.stdout.write(json.dumps(build_situation_json(situation), ensure_ascii=False, indent=1))
        else:
            self.stdout.write(render_texte(situation))


def render_texte(situation: Situation) -> str:
    """Lay the figures out for a person, one block per envelope; the two funds never share a total."""
    connu = f", telle que connue le {format_date(situation.connu_le)}" if situation.connu_le else ""
    lignes = [f"{situation.accord}, situation au {format_date(situation.au)}{connu}"]
    for s in situation.enveloppes:
        lignes += ["", f"{s.enveloppe.fonds}, {s.enveloppe.organisme} ({s.enveloppe.code}), {s.operations} opérations"]
        lignes.append(_ligne("Notifié", s.notifie))
        for nature, libelle in NatureEcriture.choices:
            lignes.append(_ligne(libelle, s.montants[nature]))
        lignes.append(_ligne("Disponible", s.disponible))
        taux = s.taux["programmation"]
        lignes.append(f"  Programmation : {format_taux(taux.valeur)}")
        for t in s.tranches:
            lignes.append(
                f"  Tranche {t.tranche.code} ({t.tranche.get_statut_display()}) : {format_euros(t.montant)}, "
                f"disponible {format_euros(t.disponible)}"
            )
    return "\n".join(lignes)


def _ligne(libelle, montant) -> str:
    return f"  {libelle:<14}{format_euros(montant):>22}"
