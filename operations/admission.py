"""What a call admits of an operation beside its money: how its costs are established, how long it lasts."""

from datetime import date, timedelta

from accord.montants import format_date
from comptes.dates import add_months

from .enums import ProfilCout
from .models import AppelAProjets, Operation


def dire_profil_refuse(appel: AppelAProjets | None, profil: str) -> str:
    """Why the call does not admit this way of establishing the costs, and what to do; empty when it does."""
    if appel is None or not appel.profils_cout or profil in appel.profils_cout:
        return ""
    admis = " ; ".join(f"« {ProfilCout(admis).label} »" for admis in appel.profils_cout)
    return (
        f"L’appel {appel.code} n’admet pas « {ProfilCout(profil).label} ». Établissez le plan dans une option qu’il "
        f"admet : {admis}."
    )


def dire_duree(appel: AppelAProjets | None, debut: date, fin: date) -> str:
    """The fact that an operation is shorter, or longer, than its call says; empty when it is not."""
    if appel is None:
        return ""
    bornes = ((appel.duree_min_mois, "au moins", "plus courte"), (appel.duree_max_mois, "au plus", "plus longue"))
    for mois, sens, ecart in bornes:
        if mois is None:
            continue
        limite, suite = add_months(debut, mois), fin + timedelta(days=1)
        if (suite < limite) if sens == "au moins" else (suite > limite):
            return (
                f"L’opération est {ecart} que l’appel {appel.code} ne le dit : {mois} mois {sens}, soit une fin au "
                f"{format_date(limite - timedelta(days=1))}, et elle finit le {format_date(fin)}. Faites corriger ses "
                "dates."
            )
    return ""


def demander_motif(duree: str) -> str:
    """The same fact, said to who may admit the operation as it is."""
    return f"{duree.removesuffix('.')}, ou dites pourquoi elle est recevable ainsi."


def lire_reserves(operation: Operation, profil: str) -> list[str]:
    """What an application has that its call does not admit, in words."""
    dites = (
        dire_duree(operation.appel, operation.debut_le, operation.fin_le),
        dire_profil_refuse(operation.appel, profil),
    )
    return [phrase for phrase in dites if phrase]
