from django import forms
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accord.enums import StatutTranche
from accord.graphiques import EtapeJauge, Jauge, echelle_commune
from accord.models import Enveloppe
from accord.montants import ratio

from ..enums import NatureEcriture
from ..forms.champs import JourField
from ..permissions import peut_lister
from ..situation import compute_situation
from .commun import lien_liste, rangs


class DatesForm(forms.Form):
    """As of which day, and as known on which day; nothing asked is today."""

    au = JourField(label="Situation au", required=False)
    connu_le = JourField(label="Telle que connue le", required=False)

    def dates(self):
        self.is_valid()
        lu = self.cleaned_data
        return lu.get("au") or timezone.localdate(), lu.get("connu_le")


def detail(request, accord, code):
    """What the State notified, how it is cut in tranches, what was done with it; everyone bound to it reads it."""
    enveloppe = get_object_or_404(Enveloppe.objects.for_accord(accord), code=code)
    form = DatesForm({"au": timezone.localdate().isoformat(), **{c: v for c, v in request.GET.items() if v}})
    au, connu_le = form.dates()
    situation = compute_situation(accord, au=au, connu_le=connu_le).enveloppe(code)
    dates = {"au": au.isoformat()} | ({"connu_le": connu_le.isoformat()} if connu_le else {})
    lit = peut_lister(request.user, accord)
    jauge = _jauge(situation, accord if lit else None, dates)
    echelle_commune([jauge])
    tranches = [
        {
            "situation": t,
            "taux": ratio(t.montants["programme"], t.montant),
            "url": lien_liste(accord, enveloppe=code, tranche=t.tranche.code, nature="programme", **dates)
            if lit
            else "",
        }
        for t in situation.tranches
    ]
    return render(
        request,
        "operations/enveloppe.html",
        {
            "enveloppe": enveloppe,
            "rang": rangs(accord).get(enveloppe.organisme_id),
            "form": form,
            "au": au,
            "connu_le": connu_le,
            "aujourdhui": timezone.localdate(),
            "situation": situation,
            "depassement": -situation.disponible if situation.disponible < 0 else None,
            "jauge": jauge,
            "tranches": tranches,
            "hypotheses": enveloppe.tranches.filter(est_hypothese=True),
            "mouvements": enveloppe.mouvements.au(au).connu_le(connu_le).select_related("tranche", "avenant", "annule"),
            "url_operations": lien_liste(accord, enveloppe=code) if lit else "",
            "url_programmees": lien_liste(accord, enveloppe=code, nature="programme", **dates) if lit else "",
        },
    )


def _jauge(situation, accord, dates) -> Jauge:
    """From the notified euro to the paid one, each stage leading to the list that makes it."""
    enveloppe = situation.enveloppe
    dessinees = [(t.montant, t.tranche.statut != StatutTranche.PREVUE) for t in situation.tranches if t.montant > 0]
    entieres = sum(montant for montant, _ in dessinees) == situation.notifie
    return Jauge(
        libelle=enveloppe.libelle,
        fonds_code=enveloppe.fonds.code,
        notifie=situation.notifie,
        etapes=[
            EtapeJauge(
                nature.value,
                nature.label,
                situation.montants[nature],
                url=lien_liste(accord, enveloppe=enveloppe.code, nature=nature.value, **dates) if accord else "",
            )
            for nature in NatureEcriture
        ],
        disponible=situation.disponible,
        tranches=dessinees if entieres else [],
    )
