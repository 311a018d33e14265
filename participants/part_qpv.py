"""The measured share of priority neighbourhoods, put beside the declared one in the figures of an agreement."""

from operations.situation import Situation

from .calcul import PartQpvParticipants, parts_qpv_participants


def build_situation_json(situation: Situation) -> dict:
    """The figures with the persons of each envelope; none where nobody entered, nor as known on a past day."""
    lue = situation.to_json()
    if situation.connu_le:
        return lue  # persons have one state, that of today
    parts = parts_qpv_participants(situation.accord, situation.au, par_annee=False)
    par_enveloppe = {(part.organisme, part.fonds): part for part in parts}
    for enveloppe in lue["enveloppes"]:
        part = par_enveloppe.get((enveloppe["organisme"], enveloppe["fonds"]))
        if part:
            enveloppe["part_qpv"] |= _to_json(part)
    return lue


def _to_json(part: PartQpvParticipants) -> dict:
    return {"participants": part.part.to_json(), "adresses_inconnues": part.adresses_inconnues.to_json()}
