from decimal import Decimal

from django import forms

from accord.montants import format_euros, format_taux

from ..models import PlanFinancement
from ..models.operations import RESSOURCES
from ..plafonds import Plafond, compute_plafond
from .champs import MontantField

CHAMPS_PLAN = ["cout_total_eligible", *RESSOURCES]
LIBELLES = {
    "cout_total_eligible": "Coût total éligible",
    "contrepartie_etat": "État",
    "contrepartie_region": "Région",
    "contrepartie_departement": "Département",
    "contrepartie_epci_commune": "Intercommunalités et communes",
    "contrepartie_autre_public": "Autres financeurs publics",
    "contrepartie_prive": "Financeurs privés",
    "autofinancement": "Autofinancement",
    "recettes": "Recettes",
}
ZERO = Decimal("0.00")


class PlanForm(forms.ModelForm):
    """The plan of an operation. An empty resource is nothing; the cost and the European share are asked.

    `reference` is the plan shown beside, `equilibre` refuses a plan that does not balance, `appel` sets a maximum rate.
    """

    class Meta:
        model = PlanFinancement
        fields = CHAMPS_PLAN
        field_classes = dict.fromkeys(CHAMPS_PLAN, MontantField)

    def __init__(self, *args, fonds, equilibre=False, reference=None, appel=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.equilibre, self.reference, self.appel = equilibre, reference, appel
        for nom, champ in self.fields.items():
            champ.label = str(fonds) if nom == "ue" else LIBELLES[nom]
            champ.required = nom in ("cout_total_eligible", "ue")
            champ.widget.attrs["inputmode"] = "decimal"
            if nom != "ue" and not champ.required and not self.initial.get(nom):
                self.initial[nom] = None
        self.fields["cout_total_eligible"].error_messages["required"] = "Écrivez le coût total éligible."
        self.fields["ue"].error_messages["required"] = f"Écrivez la participation demandée au {fonds}."

    def clean(self):
        donnees = super().clean()
        for nom in RESSOURCES[1:]:
            if nom not in self.errors and donnees.get(nom) is None:
                donnees[nom] = ZERO
        cout, ue = donnees.get("cout_total_eligible"), donnees.get("ue")
        if cout is not None and cout <= 0:
            self.add_error("cout_total_eligible", "Écrivez un coût supérieur à zéro.")
        if ue is not None and ue <= 0:
            self.add_error("ue", "Écrivez une participation supérieure à zéro.")
        if cout and ue and ue > cout:
            self.add_error("ue", f"La participation dépasse le coût total de {format_euros(ue - cout)}.")
        if self.equilibre and not self.errors and self.ecart:
            if self.ecart < 0:
                message = (
                    f"Il manque {format_euros(-self.ecart)} de ressources. Ajoutez-les ici ou sur une autre ligne."
                )
            else:
                message = f"Il y a {format_euros(self.ecart)} de trop. Retirez-les ici ou sur une autre ligne."
            self.add_error("autofinancement", message)
        return donnees

    def _valeur(self, nom: str) -> Decimal | None:
        """What the field holds now, typed or recorded; None when it cannot be read."""
        if not self.is_bound:
            return self.initial.get(nom)
        try:
            return self.fields[nom].to_python(self.data.get(self.add_prefix(nom)))
        except forms.ValidationError:
            return None

    @property
    def total(self) -> Decimal:
        return sum((self._valeur(nom) or ZERO for nom in RESSOURCES), ZERO)

    @property
    def ecart(self) -> Decimal:
        """Resources less cost, in euros."""
        return self.total - (self._valeur("cout_total_eligible") or ZERO)

    @property
    def taux_ue(self) -> Decimal | None:
        cout, ue = self._valeur("cout_total_eligible"), self._valeur("ue")
        return ue / cout if cout and ue is not None else None

    @property
    def est_lu(self) -> bool:
        """True when there is something to add up."""
        return bool(self._valeur("cout_total_eligible"))

    @property
    def plafond(self) -> Plafond | None:
        """The European share against its maximum and against the plan beside; None when it cannot be read."""
        cout, ue = self._valeur("cout_total_eligible"), self._valeur("ue")
        if not (cout and ue):
            return None
        return compute_plafond(self.appel, cout=cout, ue=ue, ue_demande=getattr(self.reference, "ue", None))

    @property
    def note_plafond(self) -> str:
        taux_max = self.appel.taux_max if self.appel else None
        return f"{format_taux(taux_max)} au plus pour cet appel" if taux_max else ""

    @property
    def note_taux(self) -> str:
        """59,99 % of the cost, and the most that the call allows."""
        taux = f"{format_taux(self.taux_ue)} du coût total" if self.taux_ue is not None else ""
        return ", ".join(filter(None, [taux, self.note_plafond]))

    @property
    def lignes(self) -> list[tuple]:
        """Each resource with the amount of the reference plan."""
        return [(self[nom], getattr(self.reference, nom, None)) for nom in RESSOURCES]

    @property
    def ligne_cout(self) -> tuple:
        return self["cout_total_eligible"], getattr(self.reference, "cout_total_eligible", None)
