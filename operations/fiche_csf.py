"""The report of a control, as a document."""

from accord.pdf import render_pdf

from .calcul_retenu import relire_calcul
from .suivi_bilans import Suivi


def render_csf(operation, suivi: Suivi) -> bytes:
    """The same control always gives the same bytes. `suivi` has a concluded control."""
    ouverture, controle = suivi.ouverture, suivi.controle
    return render_pdf(
        "pdf/csf.html",
        {
            "operation": operation,
            "bilan": suivi.bilan,
            "ouverture": ouverture,
            "controle": controle,
            "depenses": list(suivi.bilan.depenses_declarees.all()),
            "ressources": list(suivi.bilan.ressources_percues.all()),
            "echantillon": list(ouverture.echantillon.select_related("ligne")) if ouverture else [],
            "ecarts": list(controle.ecarts.all()),
            "ecarte": suivi.ecarte,
            "calcul": relire_calcul(controle),
        },
    )
