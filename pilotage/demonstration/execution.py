"""What follows programming: contract, reports, controls, payments, batches, settlement, each on its day."""

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from accord.models import Enveloppe
from accord.montants import arrondir
from operations.enums import (
    STATUTS_CONVENTIONNES,
    EtatRessource,
    MotifEcart,
    NatureBilan,
    NatureEcriture,
    NaturePaiement,
    Statut,
)
from operations.models import BilanExecution, Convention, DepenseDeclaree, Operation, PlanFinancement
from operations.pieces import pieces_manquantes
from operations.services import (
    Ecart,
    achever_operation,
    archiver_operation,
    certifier,
    conventionner_operation,
    demarrer_operation,
    enregistrer_bilan,
    payer,
    recouvrer,
    rendre_csf,
    resilier_operation,
    signer_avenant,
    solder_operation,
)
from operations.services.conventions import conditions_de, convention_de
from operations.services.grand_livre import soldes
from operations.services.plans import copier_plan

from .plans import confirmer, reduire

MOIS_DES_LOTS = (4, 10)
AVANCE = Decimal("0.30")
ECARTS = [
    (MotifEcart.NON_JUSTIFIEE, "Fiches de temps absentes pour deux mois."),
    (MotifEcart.NON_ACQUITTEE, "Factures non acquittées à la date du bilan."),
    (MotifEcart.HORS_PERIODE, "Dépenses engagées avant le début de la période."),
    (MotifEcart.INELIGIBLE, "Frais de réception sans lien avec les participants."),
]


@dataclass(frozen=True)
class Equipe:
    """Who acts for a body: nobody instructs, decides and controls the same file."""

    agent: object
    controleur: object
    chef: object


@dataclass
class Suite:
    """One programmed operation to carry to where it ends."""

    operation: Operation
    issue: Statut
    programmee_le: date
    equipe: Equipe
    est_collectivite: bool


class Execution:
    """Plans the acts of programmed operations; amounts are read when the day comes."""

    def __init__(self, recit, alea: random.Random, dernier_jour: date):
        self.recit, self.alea, self.dernier_jour = recit, alea, dernier_jour
        self.en_attente: set[tuple] = set()

    def raconter(self, suite: Suite) -> None:
        if suite.issue not in STATUTS_CONVENTIONNES:
            return
        operation, equipe = suite.operation, suite.equipe
        notifiee_le = self._avant_fin(suite.programmee_le + timedelta(days=self.alea.randint(18, 55)))
        self.recit.le(notifiee_le, lambda: self._conventionner(suite, notifiee_le))
        if suite.issue == Statut.CONVENTIONNEE:
            return
        demarree_le = self._avant_fin(max(notifiee_le + timedelta(days=self.alea.randint(4, 20)), operation.debut_le))
        self.recit.le(demarree_le, lambda: demarrer_operation(operation, auteur=equipe.agent, atteste_le=demarree_le))
        if not suite.est_collectivite:
            avance_le = demarree_le + timedelta(days=self.alea.randint(10, 45))
            self.recit.le(avance_le, lambda: self._avancer(suite, avance_le))
        if suite.issue == Statut.RESILIEE:
            fin = demarree_le + timedelta(days=self.alea.randint(150, 220))
            self.recit.le(fin, lambda: self._resilier(suite, fin))
            return
        if suite.issue == Statut.EN_EXECUTION and self.alea.random() < 0.25:
            signe_le = demarree_le + timedelta(days=self.alea.randint(60, 140))
            self.recit.le(signe_le, lambda: self._amender(suite, signe_le))
        self._rendre_compte(suite, demarree_le)

    def _avant_fin(self, jour: date) -> date:
        return min(jour, self.dernier_jour - timedelta(days=self.alea.randint(1, 6)))

    # -- the contract

    def _conventionner(self, suite: Suite, le: date) -> None:
        operation = Operation.objects.get(pk=suite.operation.pk)
        plan = confirmer(copier_plan(operation.plans.latest_first()[0]), EtatRessource.ACQUIS)
        envoi = self.alea.randint(3, 6)
        conventionner_operation(
            operation,
            auteur=suite.equipe.chef,
            plan=plan,
            convention=Convention(
                debut_le=operation.debut_le,
                fin_le=operation.fin_le,
                signee_beneficiaire_le=le - timedelta(days=envoi),
                signee_oi_le=le - timedelta(days=envoi - 2),
                notifiee_le=le,
                avance_prevue=Decimal("0.00") if suite.est_collectivite else arrondir(plan.ue * AVANCE),
            ),
        )

    def _avancer(self, suite: Suite, le: date) -> None:
        montant = convention_de(suite.operation).avance_prevue
        payer(suite.operation, auteur=suite.equipe.chef, nature=NaturePaiement.AVANCE, montant=montant, paye_le=le)

    def _amender(self, suite: Suite, le: date) -> None:
        """A smaller project: cost and European share come down together."""
        conditions = conditions_de(convention_de(suite.operation))
        signer_avenant(
            suite.operation,
            auteur=suite.equipe.chef,
            plan=reduire(conditions.plan),
            objet="Une action de moins, à la demande du bénéficiaire.",
            fin_le=conditions.fin_le,
            signe_le=le,
        )

    def _resilier(self, suite: Suite, le: date) -> None:
        resilier_operation(
            suite.operation,
            auteur=suite.equipe.chef,
            le=le,
            motif="Le bénéficiaire cesse son activité.",
            ue_conserve=soldes(suite.operation)[NatureEcriture.PAYE],
        )

    # -- reports, controls, payments

    def _rendre_compte(self, suite: Suite, demarree_le: date) -> None:
        """An interim report for each year before the last one, then the final one and what closes the file."""
        operation = suite.operation
        debut, fin = operation.debut_le, operation.fin_le
        for annee in range(debut.year, fin.year):
            depot = max(date(annee + 1, 2, 1), demarree_le) + timedelta(days=self.alea.randint(5, 50))
            periode = (max(debut, date(annee, 1, 1)), date(annee, 12, 31))
            est_dernier = suite.issue == Statut.EN_EXECUTION and annee == self.dernier_jour.year - 1
            self._controler(suite, NatureBilan.INTERMEDIAIRE, periode, depot, est_dernier=est_dernier)
        if suite.issue == Statut.EN_EXECUTION:
            return
        depot = max(fin, demarree_le) + timedelta(days=self.alea.randint(60, 120))
        periode = (max(debut, date(fin.year, 1, 1)), fin)
        paye_le = self._controler(suite, NatureBilan.FINAL, periode, depot, est_dernier=True)
        if suite.issue in (Statut.SOLDEE, Statut.ARCHIVEE):
            solde_le = paye_le + timedelta(days=self.alea.randint(5, 25))
            self.recit.le(solde_le, lambda: solder_operation(operation, auteur=suite.equipe.chef, le=solde_le))
        if suite.issue == Statut.ARCHIVEE:
            archive_le = solde_le + timedelta(days=self.alea.randint(40, 90))
            self.recit.le(archive_le, lambda: self._archiver(operation, suite.equipe.chef, archive_le))

    def _archiver(self, operation: Operation, chef, le: date) -> None:
        """Archive knowingly: the demonstration holds no file."""
        soldee = Operation.objects.get(pk=operation.pk)
        sans_pieces = [attendue.cle for attendue in pieces_manquantes(soldee)]
        archiver_operation(soldee, auteur=chef, le=le, sans_pieces=sans_pieces)

    def _controler(self, suite: Suite, nature, periode, depot: date, *, est_dernier: bool) -> date:
        """Plan a report, its control and what it lets pay; return the day of the payment."""
        conclu_le = depot + timedelta(days=self.alea.randint(45, 110))
        paye_le = conclu_le + timedelta(days=self.alea.randint(10, 35))
        bilans: list[BilanExecution] = []

        def deposer():
            bilans.append(self._deposer(suite, nature, periode, depot))

        self.recit.le(depot, deposer)
        if nature == NatureBilan.FINAL:
            acheve_le = depot + timedelta(days=7)
            self.recit.le(
                acheve_le, lambda: achever_operation(suite.operation, auteur=suite.equipe.agent, le=acheve_le)
            )
        if self._est_controle(suite, est_dernier):
            self.recit.le(conclu_le, lambda: self._conclure(suite, bilans[0], conclu_le))
            self.recit.le(paye_le, lambda: self._regler(suite, nature, depot, paye_le))
        return paye_le

    def _est_controle(self, suite: Suite, est_dernier: bool) -> bool:
        """Most reports are controlled; on each envelope, the last one of the first operation of each status waits."""
        if suite.issue not in (Statut.EN_EXECUTION, Statut.ACHEVEE) or not est_dernier:
            return True
        cle = (suite.operation.enveloppe_id, suite.issue)
        attend = cle not in self.en_attente or self.alea.random() > 0.7
        self.en_attente.add(cle)
        return not attend

    def _deposer(self, suite: Suite, nature, periode, depot: date) -> BilanExecution:
        """Expenses follow the days of the period, a little below the plan; co-funding follows its share."""
        convention = convention_de(suite.operation)
        conditions = conditions_de(convention)
        plan, duree = conditions.plan, (conditions.fin_le - convention.debut_le).days + 1
        part = Decimal((periode[1] - periode[0]).days + 1) / duree * self.alea.randint(88, 99) / 100
        depenses = arrondir(plan.cout_total_eligible * part)
        detail = [
            DepenseDeclaree(categorie=categorie, annee=periode[1].year, montant=arrondir(somme * part))
            for categorie, somme in _sommer_postes(plan).items()
        ]
        autres = plan.cout_total_eligible - plan.ue - plan.autofinancement
        bilan = BilanExecution(
            nature=nature,
            debut_le=periode[0],
            fin_le=periode[1],
            depose_le=depot,
            depenses=depenses,
            ressources=arrondir(autres * part),
            ue_declare=None,
        )
        return enregistrer_bilan(suite.operation, auteur=suite.equipe.agent, bilan=bilan, depenses=detail)

    def _conclure(self, suite: Suite, bilan: BilanExecution, le: date) -> None:
        ecarts = []
        if self.alea.random() < 0.5:
            typologie, motif = self.alea.choice(ECARTS)
            montant = arrondir(bilan.depenses * self.alea.randint(5, 30) / 1000)
            poste = bilan.depenses_declarees.filter(taux__isnull=True).order_by("-montant", "pk").first()
            ecarts = [
                Ecart(
                    montant,
                    typologie,
                    motif,
                    categorie=poste.categorie if poste else "",
                    annee=poste.annee if poste else None,
                )
            ]
        rendre_csf(
            bilan,
            auteur=suite.equipe.controleur,
            conclu_le=le,
            ecarts=ecarts,
            conclusions="Les pièces du bilan ont été vérifiées.",
            sans_contradictoire="Le bénéficiaire a accepté les écarts par écrit." if ecarts else "",
        )

    def _regler(self, suite: Suite, nature, depot: date, le: date) -> None:
        """Pay what is retained and not yet paid, or take back what is too much once the file closes."""
        tenu = soldes(suite.operation)
        du = tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.PAYE]
        chef, final = suite.equipe.chef, nature == NatureBilan.FINAL
        if du > 0:
            versement = NaturePaiement.SOLDE if final else NaturePaiement.ACOMPTE
            payer(suite.operation, auteur=chef, nature=versement, montant=du, paye_le=le, demande_le=depot)
        elif du < 0 and final:
            recouvrer(suite.operation, auteur=chef, montant=-du, paye_le=le, motif="Avance non justifiée en entier.")

    # -- batches to the managing authority

    def raconter_appels_de_fonds(self, enveloppe: Enveloppe, chef, annees) -> None:
        """Twice a year, all that is retained and not yet certified."""
        for annee in annees:
            for mois in MOIS_DES_LOTS:
                jour = date(annee, mois, 15)
                self.recit.le(jour, lambda le=jour: _envoyer(enveloppe, chef, le))


def _envoyer(enveloppe: Enveloppe, chef, le: date) -> None:
    restes = {}
    for operation in enveloppe.operations.filter(statut__in=STATUTS_CONVENTIONNES).exclude(statut=Statut.ARCHIVEE):
        tenu = soldes(operation)
        restes[operation] = tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.CERTIFIE]
    montants = {operation: reste for operation, reste in restes.items() if reste}
    if montants:
        certifier(enveloppe, auteur=chef, envoye_le=le, montants=montants)


def _sommer_postes(plan: PlanFinancement) -> dict[str, Decimal]:
    """What the plan enters on each post, flat rates apart, in euros."""
    sommes: dict[str, Decimal] = defaultdict(Decimal)
    for poste in plan.postes.filter(taux__isnull=True):
        sommes[poste.categorie] += poste.montant
    return sommes
