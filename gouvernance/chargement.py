"""The committees of an agreement, from its file (`AC 6`)."""

from accord.chargement import fait, texte
from accord.models import AccordCadre
from accord.synchronisation import Changement, Synchronisation
from comptes.models import Organisme

from .models import Comite, Membre


def charger_comites(accord: AccordCadre, donnees: dict) -> list[Changement]:
    """Bring the committees and their seats to what the file says; a committee that has met is never removed."""
    synchro = Synchronisation()
    attendus = {}
    for ordre, c in enumerate(donnees.get("comites", []), 1):
        attendus[c["code"]] = {
            "accord": accord,
            "code": c["code"],
            "ordre": ordre,
            **texte(c, "intitule", "niveau", "frequence", "finalite"),
            "composition": c["composition"],
            "regle_frequence": c["regle_frequence"],
            **fait(c),
        }
    existants = Comite.objects.filter(accord=accord).select_related("accord")
    comites = synchro.aligner(existants, attendus, lambda c: c.code, supprimer=True)

    sieges = [(c["code"], m) for c in donnees.get("comites", []) for m in c["membres"]]
    codes = {m["organisme"] for _, m in sieges}
    organismes = {o.code: o for o in Organisme.objects.filter(code__in=codes)}
    attendus = {
        (code, m["organisme"]): {
            "comite": comites[code],
            "organisme": organismes[m["organisme"]],
            "est_socle": m.get("est_socle", False),
        }
        for code, m in sieges
    }
    presents = Membre.objects.filter(comite__accord=accord).select_related("comite", "organisme")
    synchro.aligner(presents, attendus, lambda m: (m.comite.code, m.organisme.code), supprimer=True)
    synchro.retirer()
    return synchro.changements
