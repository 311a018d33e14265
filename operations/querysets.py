from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accord.models import AccordCadre
from accord.querysets import LedgerQuerySet
from comptes.enums import ROLES_OI, Role

from .avances import compute_avances
from .enums import (
    STATUTS_DEMARRES,
    STATUTS_SUIVIS,
    NatureBilan,
    NatureEcriture,
    Statut,
    StatutAppel,
    StatutObservation,
    VersionPlan,
)

ROLES_LECTEURS = [
    Role.GESTIONNAIRE,
    Role.RESPONSABLE,
    Role.LECTEUR_ETAT,
    Role.AGD,
    Role.SECRETAIRE,
    Role.AUDITEUR,
]
ROLES_CONTROLE = [Role.LECTEUR_ETAT, Role.AGD, Role.AUDITEUR]  # read every file of their agreements
# who reads whole files, each their own (`dossiers_complets`)
ROLES_DOSSIER = [Role.GESTIONNAIRE, Role.RESPONSABLE, Role.LECTEUR_ETAT, Role.AGD, Role.AUDITEUR, Role.PLIE]
MONTANT = models.DecimalField(max_digits=14, decimal_places=2)


def accords_lus(user):
    """Agreements whose files the person reads, at least in summary."""
    return AccordCadre.objects.filter(parties__organisme__in=user.organismes_ids(*ROLES_LECTEURS)).values("pk")


def dossiers_complets(user) -> Q:
    """The operations whose whole file the person reads (`permissions.peut_lire_dossier` asks the same)."""
    lecteur = AccordCadre.objects.filter(parties__organisme__in=user.organismes_ids(*ROLES_CONTROLE))
    return (
        Q(enveloppe__organisme__in=user.organismes_ids(Role.GESTIONNAIRE, Role.RESPONSABLE))
        | Q(accord__in=lecteur.values("pk"))
        | Q(structure__organisme__in=user.organismes_ids(Role.PLIE))
    )


class EcritureQuerySet(LedgerQuerySet):
    def enregistrees_depuis(self, jour: date):
        """Those written on that day or later, Paris time."""
        return self.filter(enregistree_le__gte=timezone.make_aware(datetime.combine(jour, time.min)))

    def programmees(self):
        """The operations that these lines programme above zero."""
        sommes = self.filter(nature=NatureEcriture.PROGRAMME).order_by().values("operation")
        return sommes.annotate(somme=Sum("montant")).filter(somme__gt=0).values("operation")

    def for_user(self, user):
        return self.filter(operation__accord__in=accords_lus(user))

    def for_export(self):
        """Everything an export reads, in a constant number of queries, in the order the lines were written."""
        return self.select_related(
            "operation", "enveloppe__organisme", "enveloppe__fonds", "tranche", "annule", "auteur"
        ).order_by("rang")


class FichierImportQuerySet(models.QuerySet):
    def gardes(self):
        """Those that are still there: imported, or waiting and not expired."""
        return self.filter(Q(importe_le__isnull=False) | Q(expire_le__gt=timezone.now()))

    def for_user(self, user):
        """A file is known by who sent it, and by nobody else."""
        return self.gardes().filter(auteur=user)


class StructureQuerySet(models.QuerySet):
    def for_user(self, user):
        """Structures of the agreements the person reads; a PLIE knows its own one only."""
        return self.filter(Q(accord__in=accords_lus(user)) | Q(organisme__in=user.organismes_ids(Role.PLIE)))


class AppelQuerySet(models.QuerySet):
    def for_user(self, user):
        """Calls of the agreements the person is bound to: public once published, drafts for who reads the files."""
        return self.filter(enveloppe__accord__in=AccordCadre.objects.for_user(user).values("pk")).filter(
            ~Q(statut=StatutAppel.BROUILLON) | Q(enveloppe__accord__in=accords_lus(user))
        )

    def ouverts_d_abord(self, jour: date):
        """Those that can still be answered on a day, then the others, the latest first."""
        passe = Case(When(statut=StatutAppel.CLOS, then=1), When(limite_depot_le__lt=jour, then=1), default=0)
        return self.order_by(passe, "-limite_depot_le", "code")


class PlanQuerySet(models.QuerySet):
    def latest_first(self):
        """The plans of an operation from the last to the first: amendments, contract, instruction, application."""
        rang = Case(*[When(version=version, then=i) for i, version in enumerate(VersionPlan.values)])
        return self.filter(convention__annulee_le__isnull=True, avenant__annule_le__isnull=True).order_by(
            rang.desc(), "-numero"
        )


class ConventionQuerySet(models.QuerySet):
    def en_vigueur(self):
        """Those that were not undone: one for an operation at most."""
        return self.filter(annulee_le__isnull=True)

    def courante(self):
        """The contract in force of an operation (`operation.conventions.courante()`), in memory when prefetched."""
        return next((convention for convention in self.all() if convention.annulee_le is None), None)


class MiseEnSignatureQuerySet(models.QuerySet):
    def en_cours(self):
        """Contracts sent to their parties and not notified yet."""
        return self.filter(convention__isnull=True, retiree_le__isnull=True, operation__statut=Statut.PROGRAMMEE)

    def en_retard(self, jour: date, jours: int):
        """Those that one party signed more than so many days ago, and not the other; or sent then, signed by none."""
        limite = jour - timedelta(days=jours)
        return self.en_cours().filter(
            Q(signee_beneficiaire_le__lt=limite, signee_oi_le__isnull=True)
            | Q(signee_oi_le__lt=limite, signee_beneficiaire_le__isnull=True)
            | Q(envoyee_le__lt=limite, signee_beneficiaire_le__isnull=True, signee_oi_le__isnull=True)
        )


class BilanAttenduQuerySet(models.QuerySet):
    def en_vigueur(self):
        """What the contract asks for now, amendments included."""
        return self.filter(
            convention__annulee_le__isnull=True, avenant__annule_le__isnull=True, retire_par__isnull=True
        )

    def a_recevoir(self):
        """Those of operations under way that no report answers yet; a final report answers for all."""
        from .models import BilanExecution

        deposes = BilanExecution.objects.filter(convention=OuterRef("convention"), annule_le__isnull=True)
        nombre = deposes.filter(nature=OuterRef("nature")).order_by().values("nature").annotate(n=Count("pk"))
        return (
            self.en_vigueur()
            .filter(convention__operation__statut__in=[Statut.CONVENTIONNEE, Statut.EN_EXECUTION])
            .filter(~Exists(deposes.filter(nature=NatureBilan.FINAL)))
            .filter(rang__gt=Coalesce(Subquery(nombre.values("n")), 0))
        )


class PaiementQuerySet(models.QuerySet):
    def en_vigueur(self):
        """Those that count: one entered by error and undone does not."""
        return self.filter(annule_le__isnull=True)

    def avances(self) -> Decimal:
        """The advances that count and were not recovered, in euros."""
        return compute_avances(self.en_vigueur().order_by("pk").values_list("nature", "montant"))


class AppelFondsQuerySet(models.QuerySet):
    def for_user(self, user):
        """The batches of the bodies the person works for; the State, the managing authority and auditors read all."""
        lecteur = AccordCadre.objects.filter(parties__organisme__in=user.organismes_ids(*ROLES_CONTROLE))
        return self.filter(
            Q(enveloppe__organisme__in=user.organismes_ids(Role.GESTIONNAIRE, Role.RESPONSABLE))
            | Q(enveloppe__accord__in=lecteur.values("pk"))
        )

    def en_vigueur(self):
        return self.filter(annule_le__isnull=True)


class LigneAppelFondsQuerySet(models.QuerySet):
    def en_vigueur(self):
        """Those that certify: neither rejected, nor of a batch that was undone."""
        return self.filter(rejetee_le__isnull=True, appel__annule_le__isnull=True)


class InstructionQuerySet(models.QuerySet):
    def for_reading(self):
        """With who concluded, what was answered and marked, in a constant number of queries."""
        return self.select_related("auteur").prefetch_related("reponses__ligne", "notes__critere")


class ConditionQuerySet(models.QuerySet):
    def en_vigueur(self):
        """Those of decisions that stand, on operations that go on."""
        return self.filter(decision__annulee_le__isnull=True, decision__operation__statut__in=STATUTS_SUIVIS)

    def a_lever(self):
        """What is still asked, the earliest due first."""
        return self.en_vigueur().filter(levee_le__isnull=True).order_by("echeance_le", "pk")

    def en_retard(self, jour: date):
        return self.a_lever().filter(echeance_le__lt=jour)


class OperationQuerySet(models.QuerySet):
    def for_user(self, user):
        """Operations this person may know about; any other one is a 404."""
        return self.filter(Q(accord__in=accords_lus(user)) | Q(structure__organisme__in=user.organismes_ids(Role.PLIE)))

    def sans_rattachement(self):
        """Those that name neither a dispositif nor an axis of their own envelope: the rest of a breakdown."""
        propre = Q(dispositif__organisme=F("enveloppe__organisme"), dispositif__fonds=F("enveloppe__fonds")) | Q(
            dispositif__isnull=True, axe__organisme=F("enveloppe__organisme")
        )
        return self.exclude(pk__in=self.model.objects.filter(propre).values("pk"))

    def with_montants(self, au=None, connu_le=None):
        """Add `ue_programme` from the ledger, `ue_demande`, `ue_instruit`, `cout_total` from the plans, in euros."""
        from .models import Ecriture, PlanFinancement

        ecritures = Ecriture.objects.au(au).connu_le(connu_le).filter(operation=OuterRef("pk"))
        programme = ecritures.filter(nature=NatureEcriture.PROGRAMME).order_by().values("operation")
        plans = PlanFinancement.objects.filter(operation=OuterRef("pk")).latest_first()
        return self.annotate(
            ue_programme=Coalesce(
                Subquery(programme.annotate(somme=Sum("montant")).values("somme")), Value(0), output_field=MONTANT
            ),
            ue_demande=Subquery(plans.filter(version=VersionPlan.DEMANDE).values("ue")[:1]),
            ue_instruit=Subquery(plans.filter(version=VersionPlan.INSTRUIT).values("ue")[:1]),
            cout_total=Subquery(plans.values("cout_total_eligible")[:1]),
            ue_plan=Subquery(plans.values("ue")[:1]),
        )

    def with_fin(self, au=None):
        """Add `fin_en_vigueur`: the end of the period that the contract sets, amendments included; else the one asked.

        On a day, it is what had been notified and signed by then (`services.conventions.conditions_de` says the same).
        """
        from .models import AvenantConvention, Convention

        conventions = Convention.objects.en_vigueur().filter(operation=OuterRef("pk"))
        avenants = AvenantConvention.objects.filter(
            convention__operation=OuterRef("pk"), convention__annulee_le__isnull=True, annule_le__isnull=True
        ).order_by("-numero")
        if au:
            conventions, avenants = conventions.filter(notifiee_le__lte=au), avenants.filter(signe_le__lte=au)
        return self.annotate(
            fin_en_vigueur=Coalesce(
                Subquery(avenants.values("fin_le")[:1]), Subquery(conventions.values("fin_le")[:1]), F("fin_le")
            )
        )

    def with_soldes(self, *natures: NatureEcriture):
        """Add `solde_…` of these stages from the ledger, in euros; what is retained, certified and paid unless told."""
        from .models import Ecriture

        natures = natures or (NatureEcriture.RETENU, NatureEcriture.CERTIFIE, NatureEcriture.PAYE)
        lignes = Ecriture.objects.filter(operation=OuterRef("pk")).order_by().values("operation")
        return self.annotate(
            **{
                f"solde_{nature}": Coalesce(
                    Subquery(lignes.filter(nature=nature).annotate(somme=Sum("montant")).values("somme")),
                    Value(0),
                    output_field=MONTANT,
                )
                for nature in natures
            }
        )

    def a_payer(self):
        """Those for which more is retained than paid; needs no other annotation."""
        en_cours = self.filter(statut__in=[Statut.EN_EXECUTION, Statut.ACHEVEE]).with_soldes()
        return en_cours.filter(solde_retenu__gt=F("solde_paye"))

    def a_certifier(self):
        """Those whose certified amount is not the retained one, with `a_certifier`, negative when it is above."""
        suivies = self.filter(statut__in=STATUTS_DEMARRES).with_soldes()
        return suivies.annotate(a_certifier=F("solde_retenu") - F("solde_certifie")).exclude(a_certifier=0)

    def with_lecture(self, user):
        """Add `est_complet`: true when the person reads the whole file, false when only its summary."""
        return self.annotate(
            est_complet=Case(
                When(dossiers_complets(user), then=True), default=False, output_field=models.BooleanField()
            )
        )

    def with_etape(self):
        """Add the amount that says where an operation stands, and its word: programmed, instructed, or asked.

        Needs `with_montants` and `with_lecture`: the amount instructed belongs to the file, not to its summary.
        """
        programme, instruit = Q(ue_programme__gt=0), Q(est_complet=True, ue_instruit__isnull=False)
        return self.annotate(
            montant_affiche=Case(
                When(programme, then="ue_programme"), When(instruit, then="ue_instruit"), default="ue_demande"
            ),
            etape_affichee=Case(
                When(programme, then=Value("programmé")),
                When(instruit, then=Value("instruit")),
                default=Value("demandé"),
            ),
        )

    def for_export(self):
        """Everything an export reads beside the list, by number."""
        lues = self.select_related("appel", "objectif_specifique", "dispositif", "axe", "type_action")
        suites = [nature for nature in NatureEcriture if nature != NatureEcriture.PROGRAMME]  # `for_list` has this one
        return lues.with_fin().with_soldes(*suites).order_by("numero")

    def for_list(self):
        """Everything the list template reads, in a constant number of queries."""
        return self.select_related("enveloppe__organisme", "enveloppe__fonds", "structure", "accord").with_montants()


class ObservationQuerySet(models.QuerySet):
    def for_user(self, user):
        """The threads a person follows: those of their own body, those put to their OI, and all of them for the State.

        Who reads only the summary of an operation sees nothing of what others asked about it.
        """
        lus = AccordCadre.objects.filter(
            parties__organisme__in=user.organismes_ids(Role.LECTEUR_ETAT, Role.AGD, Role.AUDITEUR)
        )
        siens = user.organismes_ids(*ROLES_OI)
        return self.filter(
            Q(operation__accord__in=lus.values("pk"))
            | Q(organisme__in=siens, operation__accord__in=accords_lus(user))
            | Q(operation__enveloppe__organisme__in=siens)
        )

    def a_repondre(self, organismes):
        """Those that wait for an answer of these OI, the earliest due first."""
        attendues = self.filter(statut=StatutObservation.OUVERTE, operation__enveloppe__organisme__in=organismes)
        return attendues.order_by("echeance_le", "pk")

    def a_lire(self, organismes):
        """Those of these bodies that were answered and not closed yet, the oldest answer first."""
        repondues = self.filter(statut=StatutObservation.REPONDUE, organisme__in=organismes)
        return repondues.order_by("statut_depuis_le", "pk")

    def for_list(self):
        """Everything a list reads, in one query."""
        return self.select_related(
            "organisme", "auteur", "operation__accord", "operation__enveloppe__organisme", "operation__enveloppe__fonds"
        )
