"""The lists, column by column; their look is in templates/django_tables2/donnees.html."""

import django_tables2 as tables
from django.db.models import Case, F, IntegerField, Value, When
from django.urls import reverse
from django.utils.html import format_html

from accord.montants import format_date_courte, format_euros, format_nombre, format_siret, format_taux, ratio
from accord.templatetags.reperes import badge
from comptes.recherche import CleRecherche

from .enums import Statut
from .models import AppelAProjets, Operation, Structure

PAR_PAGE = 25
N = {"td": {"class": "n"}, "th": {"class": "n"}}
N_SECONDAIRE = {"td": {"class": "n secondaire"}, "th": {"class": "n"}}
SECONDAIRE = {"td": {"class": "secondaire"}}
DATE = {"td": {"class": "nombre secondaire"}}
RESERVE = "réservé"  # what the summary does not tell
# the order of life, not the alphabet
ORDRE_STATUTS = Case(
    *[When(statut=statut, then=Value(rang)) for rang, statut in enumerate(Statut)], output_field=IntegerField()
)


def titre_et_sous(url: str, titre: str, sous: str):
    return format_html('<a href="{}">{}</a><span class="sous">{}</span>', url, titre, sous)


class OperationTable(tables.Table):
    """`nature`: the stage whose amount is listed (`montant_chiffre`), or None for where each operation stands.

    Beside the amount of a past day (`est_passe`), what is of today says so.
    """

    numero = tables.Column("Numéro", attrs={"td": {"class": "nombre"}})
    intitule = tables.Column("Opération et bénéficiaire")
    dispositif = tables.Column(
        "Dispositif ou axe", accessor="dispositif", orderable=False, empty_values=(), attrs=SECONDAIRE
    )
    statut = tables.Column("Statut", attrs={"td": {"class": "n-fin"}})
    depuis = tables.Column("Depuis le", accessor="statut_depuis_le", attrs=DATE)
    cout = tables.Column("Coût total", accessor="cout_total", orderable=False, empty_values=(), attrs=N_SECONDAIRE)
    montant = tables.Column("Montant UE", accessor="montant_affiche", empty_values=(), attrs=N)
    taux = tables.Column("Taux UE", accessor="pk", orderable=False, attrs=N_SECONDAIRE)

    class Meta:
        model = Operation
        fields: list[str] = []
        sequence = ["numero", "intitule", "dispositif", "statut", "depuis", "cout", "montant", "taux"]
        order_by_field = "tri"
        order_by = "-depuis"
        template_name = "operations/_tableau.html"
        attrs = {
            "class": "donnees empile",
            "titre_id": "liste",
            "legende": "Opérations, leur statut et leurs montants européens",
            "entete": "intitule",
        }

    def __init__(self, *args, accord, nature=None, totaux=(), est_passe=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.accord, self.nature, self.totaux = accord, nature, totaux
        if nature:
            self.columns["montant"].column.verbose_name = nature.label
        for nom in ("statut", "cout", "taux") if est_passe else ():
            colonne = self.columns[nom].column
            colonne.verbose_name = f"{colonne.verbose_name} aujourd’hui"

    def order_intitule(self, queryset, est_descendant):
        cle = CleRecherche(F("intitule"))
        return queryset.order_by(cle.desc() if est_descendant else cle.asc(), "-numero"), True

    def order_statut(self, queryset, est_descendant):
        rang = ORDRE_STATUTS.desc() if est_descendant else ORDRE_STATUTS.asc()
        return queryset.order_by(rang, "-statut_depuis_le", "-numero"), True

    def order_depuis(self, queryset, est_descendant):
        sens = "-" if est_descendant else ""
        return queryset.order_by(f"{sens}statut_depuis_le", "-numero"), True

    def order_montant(self, queryset, est_descendant):
        champ = F("montant_affiche")
        tri = champ.desc(nulls_last=True) if est_descendant else champ.asc(nulls_first=True)
        return queryset.order_by(tri, "-numero"), True

    def render_intitule(self, record):
        url = reverse("operations:detail", args=[self.accord.slug, record.numero])
        return titre_et_sous(url, record.intitule, record.structure.nom)

    def render_dispositif(self, record):
        return str(record.dispositif or record.axe or "non précisé")

    def render_statut(self, record):
        return badge(record.statut, record.get_statut_display())

    def render_depuis(self, value):
        return format_date_courte(value)

    def render_cout(self, record):
        return format_euros(record.cout_total) if record.est_complet else RESERVE

    def render_montant(self, record, value):
        if value is None:
            return self.default if record.est_complet else RESERVE
        quoi = self.nature.label.lower() if self.nature else record.etape_affichee
        return format_html('<b>{}</b><span class="sous">{}</span>', format_euros(value), quoi)

    def render_taux(self, record):
        return format_taux(ratio(record.ue_plan, record.cout_total)) if record.est_complet else RESERVE


class AppelTable(tables.Table):
    code = tables.Column("Code", attrs={"td": {"class": "nombre"}})
    intitule = tables.Column("Appel à projets")
    statut = tables.Column("Statut", attrs={"td": {"class": "n-fin"}})
    ouvert = tables.Column("Ouvert le", accessor="ouvert_le", attrs=DATE)
    limite = tables.Column("Dépôt jusqu’au", accessor="limite_depot_le", attrs=DATE)
    operations = tables.Column("Opérations", accessor="nombre_operations", attrs=N_SECONDAIRE)
    prevu = tables.Column("Prévu", accessor="ue_prevu", empty_values=(), attrs=N)

    class Meta:
        model = AppelAProjets
        fields: list[str] = []
        sequence = ["code", "intitule", "statut", "ouvert", "limite", "operations", "prevu"]
        order_by_field = "tri"
        order_by = "-ouvert"
        attrs = {
            "class": "donnees empile",
            "titre_id": "liste",
            "legende": "Appels à projets, leur calendrier et leurs montants",
            "entete": "intitule",
        }

    def __init__(self, *args, accord, **kwargs):
        super().__init__(*args, **kwargs)
        self.accord = accord

    def order_ouvert(self, queryset, est_descendant):
        return queryset.order_by("-ouvert_le" if est_descendant else "ouvert_le", "code"), True

    def render_intitule(self, record):
        url = reverse("operations:appel_detail", args=[self.accord.slug, record.pk])
        return titre_et_sous(url, record.intitule, f"{record.enveloppe.fonds}, {record.enveloppe.organisme}")

    def render_statut(self, record):
        return badge(*record.etat_lisible)

    def render_ouvert(self, value):
        return format_date_courte(value)

    def render_limite(self, value):
        return format_date_courte(value)

    def render_operations(self, value):
        return format_nombre(value)

    def render_prevu(self, record):
        return format_euros(record.ue_prevu)


NUMERO = {"td": {"class": "nombre"}}


class StructureTable(tables.Table):
    nom = tables.Column("Structure", order_by=("cle", "pk"))
    siret = tables.Column("SIRET ou SIREN", empty_values=(), order_by=("siren", "siret", "pk"), attrs=NUMERO)
    roles = tables.Column("Rôles", accessor="dire_roles", orderable=False, attrs=SECONDAIRE)
    commune = tables.Column(
        "Commune", accessor="commune", order_by=("commune__nom", "pk"), empty_values=(), attrs=SECONDAIRE
    )
    operations = tables.Column("Opérations", accessor="nombre_operations", attrs=N)

    class Meta:
        model = Structure
        fields: list[str] = []
        sequence = ["nom", "siret", "roles", "commune", "operations"]
        order_by_field = "tri"
        order_by = "nom"
        attrs = {
            "class": "donnees empile",
            "titre_id": "liste",
            "legende": "Structures et nombre de leurs opérations",
            "entete": "nom",
        }

    def __init__(self, *args, accord, **kwargs):
        super().__init__(*args, **kwargs)
        self.accord = accord

    def render_nom(self, record):
        return format_html(
            '<a href="{}">{}</a>', reverse("operations:structure_detail", args=[self.accord.slug, record.pk]), record
        )

    def render_siret(self, record):
        return format_siret(record.siret or record.siren)

    def render_commune(self, record):
        return str(record.commune or "non saisie")

    def render_operations(self, value):
        return format_nombre(value)
