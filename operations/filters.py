"""The filters of the lists. They live in the URL, so a view can be shared and a figure opens the list that makes it."""

import django_filters
from django import forms
from django.db.models import Count, F, Q, Sum, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone

from accord.models import AxeStrategique, Dispositif, Enveloppe, Fonds
from comptes.models import Organisme
from comptes.recherche import CleRecherche, contient

from .alertes import lire_delai_signature
from .echeances import a_payer, lire_delai
from .enums import NatureEcriture, RoleStructure, Statut, StatutAppel
from .etapes import ETAPES
from .forms.champs import JourField
from .models import AppelAProjets, BilanAttendu, Ecriture, MiseEnSignature, Operation, Structure
from .querysets import dossiers_complets
from .recherche import chercher_operations, chercher_structures

ANNEES = [(str(annee), str(annee)) for annee in range(2021, 2031)]


class DateFilter(django_filters.DateFilter):
    field_class = JourField


class CodeFilter(django_filters.ModelChoiceFilter):
    """One object of the agreement, named in the URL by its code."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, to_field_name="code", empty_label="Tous", **kwargs)


class FiltreAccord(django_filters.FilterSet):
    """A filter on the objects of one agreement. `LIBELLES`: words before an active value, see comptes.pilules."""

    LIBELLES: dict[str, str] = {}
    caches: tuple[str, ...] = ()

    def __init__(self, *args, accord, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.accord, self.user = accord, user
        self.borner()
        for nom in self.caches:
            self.form.fields[nom].widget = forms.HiddenInput()

    def borner(self) -> None:
        """Offer the values of the agreement only."""


class OperationFilter(FiltreAccord):
    """The operations a person may know, narrowed; with `au`, `nature` or `tranche`, those that make a figure."""

    q = django_filters.CharFilter(
        label="Numéro, intitulé, bénéficiaire, SIRET", method="filtrer_texte", widget=forms.SearchInput
    )
    organisme = CodeFilter(label="Organisme", field_name="enveloppe__organisme", queryset=Organisme.objects.none())
    fonds = CodeFilter(label="Fonds", field_name="enveloppe__fonds", queryset=Fonds.objects.none())
    statut = django_filters.ChoiceFilter(label="Statut", choices=Statut, empty_label="Tous")
    annee = django_filters.ChoiceFilter(
        label="Programmées en", choices=ANNEES, field_name="programmee_le__year", empty_label="Toutes les années"
    )
    dispositif = CodeFilter(label="Dispositif", queryset=Dispositif.objects.none())
    axe = django_filters.ChoiceFilter(label="Axe", field_name="axe__code", empty_label="Tous")
    appel = django_filters.ModelChoiceFilter(
        label="Appel à projets", queryset=AppelAProjets.objects.none(), empty_label="Tous", method="filtrer_appel"
    )
    depot = django_filters.ChoiceFilter(
        label="Déposées en", choices=ANNEES, field_name="deposee_le__year", empty_label="Toutes les années"
    )
    au = DateFilter(label="Programmées au", method="sans_effet")
    enveloppe = CodeFilter(queryset=Enveloppe.objects.none())
    nature = django_filters.ChoiceFilter(choices=NatureEcriture, method="sans_effet")
    tranche = django_filters.CharFilter(method="sans_effet")
    connu_le = DateFilter(method="sans_effet")
    # what the figures of the dashboard and of the home page ask for
    ecrites_depuis = DateFilter(method="sans_effet")
    inchangees_avant = DateFilter(field_name="statut_depuis_le", lookup_expr="lt")
    rattachement = django_filters.ChoiceFilter(
        choices=[("aucun", "Sans dispositif ni axe"), ("axe", "Sans dispositif")], method="filtrer_rattachement"
    )
    part_qpv = django_filters.ChoiceFilter(
        choices=[("saisie", "saisie"), ("inconnue", "non saisie")], method="filtrer_part_qpv"
    )
    a_faire = django_filters.ChoiceFilter(
        label="À faire",
        choices=[
            ("payer", "À payer"),
            ("payer_retard", "Paiement en retard"),
            ("bilan", "Bilan en retard"),
            ("signature_retard", "Signature en retard"),
        ],
        method="filtrer_a_faire",
        empty_label="Toutes",
    )
    etape = django_filters.ChoiceFilter(choices=[(e.code, e.libelle) for e in ETAPES], method="filtrer_etape")
    etape_au = DateFilter(method="sans_effet")

    caches = (
        "enveloppe",
        "nature",
        "tranche",
        "connu_le",
        "ecrites_depuis",
        "inchangees_avant",
        "rattachement",
        "part_qpv",
        "etape",
        "etape_au",
    )
    principaux = ("q", "organisme", "fonds", "statut", "annee")
    secondaires = ("dispositif", "axe", "appel", "depot", "a_faire", "au")
    LIBELLES = {
        "annee": "Programmées en ",
        "depot": "Déposées en ",
        "au": "Au ",
        "connu_le": "Tel que connu le ",
        "tranche": "Tranche ",
        "nature": "Montant : ",
    }

    class Meta:
        model = Operation
        fields: list[str] = []

    def borner(self) -> None:
        accord, choix = self.accord, self.filters
        enveloppes = Enveloppe.objects.filter(accord=accord)
        choix["organisme"].queryset = Organisme.objects.filter(enveloppes__in=enveloppes).distinct()
        choix["fonds"].queryset = Fonds.objects.filter(enveloppes__in=enveloppes).distinct()
        choix["enveloppe"].queryset = enveloppes.select_related("organisme", "fonds")
        choix["dispositif"].queryset = Dispositif.objects.filter(accord=accord)
        # two bodies may give the same code to an axis of their own
        choix["axe"].extra["choices"] = [
            (axe.code, str(axe)) for axe in AxeStrategique.objects.filter(accord=accord).order_by("code")
        ]
        choix["appel"].queryset = AppelAProjets.objects.for_user(self.user).filter(enveloppe__accord=accord)

    def sans_effet(self, queryset, name, value):
        return queryset  # read together by `ecritures`

    def filtrer_texte(self, queryset, name, texte):
        return queryset.filter(chercher_operations(texte))

    def filtrer_rattachement(self, queryset, name, valeur):
        return queryset.sans_rattachement() if valeur == "aucun" else queryset.filter(dispositif__isnull=True)

    def filtrer_appel(self, queryset, name, appel):
        return self._lus_en_entier(queryset).filter(appel=appel)

    def filtrer_part_qpv(self, queryset, name, valeur):
        return self._lus_en_entier(queryset).filter(part_qpv_declaree__isnull=valeur == "inconnue")

    def filtrer_a_faire(self, queryset, name, valeur):
        queryset = self._lus_en_entier(queryset)
        if valeur == "payer":
            return queryset.filter(pk__in=Operation.objects.a_payer().values("pk"))
        jour = timezone.localdate()
        if valeur == "payer_retard":
            dues = a_payer(Operation.objects.filter(accord=self.accord), lire_delai(self.accord, jour))
            return queryset.filter(pk__in=[operation.pk for operation, due, _ in dues if due.est_en_retard(jour)])
        if valeur == "signature_retard":
            delai = lire_delai_signature(self.accord, jour)
            if delai is None:
                return queryset.none()
            return queryset.filter(pk__in=MiseEnSignature.objects.en_retard(jour, delai).values("operation"))
        tardifs = BilanAttendu.objects.a_recevoir().filter(attendu_le__lt=jour)
        return queryset.filter(pk__in=tardifs.order_by().values("convention__operation"))

    def filtrer_etape(self, queryset, name, valeur):
        etape = next(e for e in ETAPES if e.code == valeur)
        mesurees = etape.mesurees(self._valeur("etape_au") or timezone.localdate())
        return self._lus_en_entier(queryset).filter(pk__in=mesurees.values(etape.vers("pk")))

    def _lus_en_entier(self, queryset):
        """Whole files only: a filter must not tell what the summary hides."""
        return queryset.filter(dossiers_complets(self.user))

    def filter_queryset(self, queryset):
        queryset = super().filter_queryset(queryset)
        if not self.est_chiffre:
            return queryset
        return queryset.filter(pk__in=self._sommer("operation").values("operation"))

    def _sommer(self, *cles: str, **nommees):
        """Sum the lines of the figure by operation.

        A sum of zero is not in the figure, unless it tells what was written since a day: two lines that cancel each
        other were written all the same.
        """
        sommes = self.ecritures().order_by().values(*cles, **nommees).annotate(somme=Sum("montant"))
        return sommes if self.depuis else sommes.exclude(somme=0)

    def _valeur(self, nom: str):
        return self.form.cleaned_data.get(nom) if self.form.is_valid() or self.is_bound else None

    @property
    def champs_principaux(self) -> list:
        return [self.form[nom] for nom in self.principaux]

    @property
    def champs_secondaires(self) -> list:
        return [self.form[nom] for nom in self.secondaires]

    @property
    def secondaires_ouverts(self) -> bool:
        return any(self._valeur(nom) or nom in self.form.errors for nom in self.secondaires)

    @property
    def est_chiffre(self) -> bool:
        """True when the list answers for a figure: a stage, a tranche or a date was asked."""
        return any(self._valeur(nom) for nom in ("nature", "tranche", "au", "connu_le", "ecrites_depuis"))

    @property
    def laisse_des_resumes(self) -> bool:
        """True when a filter reads whole files, and the person reads only the summary of some operations."""
        if not any(self._valeur(nom) for nom in ("appel", "etape", "part_qpv", "a_faire")):
            return False
        connues = Operation.objects.for_user(self.user).filter(accord=self.accord).with_lecture(self.user)
        return connues.filter(est_complet=False).exists()

    @property
    def est_passe(self) -> bool:
        """True when the amounts are those of a past day, beside what is read as it stands today."""
        return self.est_chiffre and bool(self.connaissance or self.jour < timezone.localdate())

    @property
    def nature_lue(self) -> NatureEcriture:
        return NatureEcriture(self._valeur("nature") or NatureEcriture.PROGRAMME)

    @property
    def jour(self):
        return self._valeur("au") or timezone.localdate()

    @property
    def connaissance(self):
        return self._valeur("connu_le")

    @property
    def depuis(self):
        return self._valeur("ecrites_depuis")

    def ecritures(self):
        """The ledger lines of the figure: stage, dates and tranche."""
        lignes = Ecriture.objects.filter(nature=self.nature_lue, enveloppe__accord=self.accord)
        lignes = lignes.au(self.jour).connu_le(self.connaissance)
        if self.depuis:
            lignes = lignes.enregistrees_depuis(self.depuis)
        tranche = self._valeur("tranche")
        return lignes.filter(tranche__code=tranche) if tranche else lignes

    def totaux(self) -> list[dict]:
        """One total per fund, from the ledger: funds are never added up."""
        par_operation = self._sommer("operation", fonds=F("enveloppe__fonds")).filter(
            operation__in=self.qs.order_by().values("pk")
        )
        fonds = list(Fonds.objects.filter(enveloppes__accord=self.accord).distinct().order_by("ordre"))
        totaux = par_operation.aggregate(
            **{f"nombre_{f.pk}": Count("operation", filter=Q(fonds=f.pk)) for f in fonds},
            **{f"montant_{f.pk}": Sum("somme", filter=Q(fonds=f.pk)) for f in fonds},
        )
        return [
            {"fonds": f, "nombre": totaux[f"nombre_{f.pk}"], "montant": totaux[f"montant_{f.pk}"]}
            for f in fonds
            if totaux[f"nombre_{f.pk}"]
        ]


class AppelFilter(FiltreAccord):
    q = django_filters.CharFilter(label="Code, intitulé", method="filtrer_texte", widget=forms.SearchInput)
    organisme = CodeFilter(label="Organisme", field_name="enveloppe__organisme", queryset=Organisme.objects.none())
    fonds = CodeFilter(label="Fonds", field_name="enveloppe__fonds", queryset=Fonds.objects.none())
    statut = django_filters.ChoiceFilter(label="Statut", choices=StatutAppel, empty_label="Tous")
    ouverture = django_filters.ChoiceFilter(
        label="Ouverts en", choices=ANNEES, field_name="ouvert_le__year", empty_label="Toutes les années"
    )

    LIBELLES = {"ouverture": "Ouverts en "}

    class Meta:
        model = AppelAProjets
        fields: list[str] = []

    def borner(self) -> None:
        enveloppes = Enveloppe.objects.filter(accord=self.accord)
        self.filters["organisme"].queryset = Organisme.objects.filter(enveloppes__in=enveloppes).distinct()
        self.filters["fonds"].queryset = Fonds.objects.filter(enveloppes__in=enveloppes).distinct()

    def filtrer_texte(self, queryset, name, texte):
        cle = CleRecherche(Concat(F("code"), Value(" "), F("intitule"), output_field=TextField()))
        return queryset.alias(cle=cle).filter(contient(texte.split(), "cle"))


class CalendrierFilter(AppelFilter):
    """The same calls over a year: this one unless the address says another."""

    ouverture = None
    annee = django_filters.ChoiceFilter(
        label="Année", choices=ANNEES, method="filtrer_annee", empty_label="Cette année"
    )

    class Meta:
        model = AppelAProjets
        fields: list[str] = []

    @property
    def annee_lue(self) -> int:
        self.form.is_valid()
        return int(self.form.cleaned_data.get("annee") or timezone.localdate().year)

    def filtrer_annee(self, queryset, name, valeur):
        return queryset  # `calendrier_appels.appels_de` reads the year, which the drawing needs too

    def lien_annee(self, ecart: int) -> str:
        """The same page a year before or after; empty beyond the years on offer."""
        annee = str(self.annee_lue + ecart)
        if annee not in dict(ANNEES):
            return ""
        requete = self.data.copy()
        requete["annee"] = annee
        return f"?{requete.urlencode()}"


class StructureFilter(FiltreAccord):
    q = django_filters.CharFilter(label="Nom, SIRET, SIREN", method="filtrer_texte", widget=forms.SearchInput)
    siret = django_filters.ChoiceFilter(
        label="SIRET ou SIREN",
        choices=[("saisi", "Saisi"), ("absent", "Non saisi")],
        method="filtrer_siret",
        empty_label="Tous",
    )

    role = django_filters.ChoiceFilter(label="Rôle", choices=RoleStructure, method="filtrer_role", empty_label="Tous")
    operations = django_filters.ChoiceFilter(
        label="Opérations",
        choices=[("avec", "Avec des opérations"), ("sans", "Sans opération")],
        method="filtrer_operations",
        empty_label="Toutes",
    )

    LIBELLES = {"siret": "SIRET : "}

    class Meta:
        model = Structure
        fields: list[str] = []

    def filtrer_texte(self, queryset, name, texte):
        return queryset.filter(chercher_structures(texte))

    def filtrer_siret(self, queryset, name, valeur):
        return queryset.filter(siren="") if valeur == "absent" else queryset.exclude(siren="")

    def filtrer_role(self, queryset, name, valeur):
        return queryset.filter(roles__contains=[valeur])

    def filtrer_operations(self, queryset, name, valeur):
        return queryset.filter(nombre_operations=0) if valeur == "sans" else queryset.filter(nombre_operations__gt=0)
