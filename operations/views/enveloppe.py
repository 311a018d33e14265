from django import forms
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accord.graphiques import echelle_commune
from accord.models import Enveloppe
from accord.montants import ratio

from ..forms.champs import JourField
from ..jauges import build_jauge
from ..permissions import peut_lire_appels_fonds
from ..querysets import accords_lus
from ..situation import compute_situation
from .commun import lien_liste


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
    lit = accords_lus(request.user).filter(pk=accord.pk).exists()  # a PLIE’s list would not sum to the figure
    jauge = build_jauge(
        situation, lien_etape=lambda nature: lien_liste(accord, enveloppe=code, nature=nature, **dates) if lit else ""
    )
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
            "rang": Enveloppe.objects.rangs(accord).get(enveloppe.organisme_id),
            "form": form,
            "au": au,
            "connu_le": connu_le,
            "aujourdhui": timezone.localdate(),
            "situation": situation,
            "depassement": situation.depassement,
            "jauge": jauge,
            "tranches": tranches,
            "hypotheses": enveloppe.tranches.filter(est_hypothese=True),
            "mouvements": enveloppe.mouvements.au(au).connu_le(connu_le).select_related("tranche", "avenant", "annule"),
            "lit_fonds": peut_lire_appels_fonds(request.user, accord),
            "url_operations": lien_liste(accord, enveloppe=code) if lit else "",
            "url_programmees": lien_liste(accord, enveloppe=code, nature="programme", **dates) if lit else "",
        },
    )
