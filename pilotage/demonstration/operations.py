"""Calls, structures and operations, told day by day through the services, as they would have been recorded."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal

from django.utils import timezone

from accord.enums import CodeFonds, NaturePerimetre
from accord.models import AccordCadre, Enveloppe, Epci, PerimetreTerritorial
from accord.montants import CENTIME, arrondir
from comptes.horloge import a_l_instant
from comptes.models import Organisme
from operations.conflits import dire_porteur_interne
from operations.enums import (
    STATUTS_PROGRAMMES,
    AvisInstruction,
    EtatRessource,
    ReponseLigne,
    RoleStructure,
    Statut,
    TypePiece,
)
from operations.models import (
    AppelAProjets,
    ConditionDecision,
    ContactStructure,
    CritereInstruction,
    Instruction,
    NoteInstruction,
    Operation,
    PieceAttendue,
    PlanFinancement,
    ReponseLignePartage,
    Structure,
)
from operations.partage import lignes_concernees
from operations.services import (
    abandonner_operation,
    ajourner_operation,
    declarer_irrecevable,
    declarer_recevable,
    deposer_operation,
    deprogrammer_operation,
    enregistrer_appel,
    enregistrer_grille,
    enregistrer_structure,
    instruire_operation,
    lever_condition,
    programmer_operation,
    publier_appel,
    refuser_operation,
)

from .appels import PROFILS, REPONSE, SERVICES, imaginer_choix
from .execution import Equipe, Execution, Suite
from .noms import EXEMPLE, OPERATIONS, STRUCTURES
from .plans import confirmer, detailler

ANNEES = range(2022, 2027)
POIDS_ANNEES = [14, 20, 24, 24, 18]
DUREE_MAX = 2  # years after the call in which its operations end
DERNIER_JOUR = date(2026, 11, 20)
PREMIERE_DECISION = date(2023, 10, 9)  # nothing is programmed before the agreement notifies its envelopes
PIECES = [TypePiece.STATUTS, TypePiece.IDENTITE_BANCAIRE, TypePiece.BUDGET, TypePiece.REGULARITE_FISCALE]
FONCTIONS = ("gestionnaire", "controleur", "responsable")
# (criterion, weight): out of five, a mark under three is justified
GRILLE = [
    ("Réponse aux besoins du public visé", 4),
    ("Qualité du parcours et des partenariats", 3),
    ("Moyens humains et organisation", 2),
    ("Part consacrée aux quartiers prioritaires", 2),
    ("Réalisme des coûts", 1),
]
JUSTIFICATION = "Les moyens décrits ne couvrent pas toute la période ; le porteur les complète avant l’été."
MESURE = "Le service porteur et le service instructeur relèvent de deux pôles ; la décision revient à l’instance."
INSTANCES = {"CD62": "Commission permanente", "TM": "Conseil d’administration"}
# (envelope, share of the operations, share of the envelope that was decided; settlements free a part of it)
ENVELOPPES = [
    ("FSE_CD62", 52, Decimal("0.8255")),
    ("FSE_TM", 32, Decimal("0.6597")),
    ("FTJ_CD62", 16, Decimal("1.1707")),
]
# where operations end, out of a hundred: most have a contract, the rest shows every status
ISSUES = [
    (Statut.EN_EXECUTION, 24),
    (Statut.SOLDEE, 10),
    (Statut.PROGRAMMEE, 8),
    (Statut.ACHEVEE, 8),
    (Statut.CONVENTIONNEE, 5),
    (Statut.ARCHIVEE, 5),
    (Statut.INSTRUITE, 8),
    (Statut.RECEVABLE, 7),
    (Statut.DEPOSEE, 6),
    (Statut.REFUSEE, 4),
    (Statut.AJOURNEE, 4),
    (Statut.IRRECEVABLE, 3),
    (Statut.ABANDONNEE, 3),
    (Statut.DEPROGRAMMEE, 3),
    (Statut.RESILIEE, 2),
]
# the years in which files that have gone so far came in
ANNEES_DE = {
    Statut.PROGRAMMEE: [2026],
    Statut.CONVENTIONNEE: [2026],
    Statut.EN_EXECUTION: [2024, 2025, 2025],
    Statut.ACHEVEE: [2023, 2024],
    Statut.SOLDEE: [2022, 2023],
    Statut.ARCHIVEE: [2022, 2023],
    Statut.RESILIEE: [2023, 2024],
}
# the years in which they end, at the earliest; others end in their year or the next
FINS = {
    Statut.CONVENTIONNEE: [2027],
    Statut.EN_EXECUTION: [2026, 2027],
    Statut.ACHEVEE: [2025],
    Statut.SOLDEE: [2023, 2024],
    Statut.ARCHIVEE: [2023, 2024],
    Statut.RESILIEE: [2025],
}
# files that are still under way came in this year, on these days of the year
DEPOTS = {
    Statut.DEPOSEE: (295, 322),
    Statut.RECEVABLE: (230, 285),
    Statut.INSTRUITE: (130, 215),
    Statut.AJOURNEE: (100, 150),
}


@dataclass
class Recit:
    """What happened, in the order of days; each act is recorded as of its own day."""

    evenements: list[tuple[date, int, Callable[[], object]]] = field(default_factory=list)

    def le(self, jour: date, acte: Callable[[], object]) -> None:
        self.evenements.append((jour, len(self.evenements), acte))

    def raconter(self) -> None:
        """Play the acts by day; what the calendar has not reached yet is left out, with what follows it."""
        dernier = min(DERNIER_JOUR, timezone.localdate())
        for jour, rang, acte in sorted(self.evenements, key=lambda e: e[:2]):
            if jour <= dernier:
                heure = time(9 + rang % 8, rang % 60)
                with a_l_instant(timezone.make_aware(datetime.combine(jour, heure))):
                    acte()


def creer_structures(accord: AccordCadre, auteur) -> list[Structure]:
    """Invented structures without SIRET, the PLIE of the agreement, and the département as its own beneficiary.

    Their contact is a function at an address that does not exist, never a person.
    """
    noms: list[tuple[str, Organisme | None]] = [(f"{nom} {EXEMPLE}", None) for nom in STRUCTURES]
    for partie in accord.parties.select_related("organisme").filter(organisme__nature="plie"):
        noms.append((f"{partie.organisme.nom_court} {EXEMPLE}", partie.organisme))
    noms.append((f"{accord.chef_de_file.nom_court}, maîtrise d’ouvrage {EXEMPLE}", accord.chef_de_file))
    return [
        enregistrer_structure(
            Structure(
                accord=accord,
                nom=nom,
                organisme=organisme,
                roles=[RoleStructure.BENEFICIAIRE, RoleStructure.COFINANCEUR]
                if organisme
                else [RoleStructure.BENEFICIAIRE],
            ),
            auteur=auteur,
            contacts=[ContactStructure(ordre=1, fonction="Secrétariat", courriel=f"structure-{rang}@exemple.invalid")],
        )
        for rang, (nom, organisme) in enumerate(noms, 1)
    ]


def creer_appels(enveloppe: Enveloppe, objectifs, gestionnaire, responsable, recit: Recit) -> dict[int, AppelAProjets]:
    """One published call a year, and a draft for the year to come that still lacks its QPV clause."""
    appels = {}
    for annee in [*ANNEES, ANNEES[-1] + 1]:
        brouillon = annee not in ANNEES
        appels[annee] = AppelAProjets(
            enveloppe=enveloppe,
            code=f"{enveloppe.code.replace('_', '-')}-{annee}",
            intitule=f"Appel {annee}, {enveloppe.fonds} {enveloppe.organisme} {EXEMPLE}",
            objectif_specifique=objectifs[0],
            service_gestionnaire=SERVICES.get(enveloppe.organisme.code, ""),
            theme="Insertion et inclusion",
            region="Hauts-de-France",
            ouvert_le=date(annee, 1, 3),
            limite_depot_le=date(annee, 12, 15),
            periode_debut_le=date(annee, 1, 1),
            periode_fin_le=date(annee + DUREE_MAX, 12, 31),
            duree_min_mois=6,
            duree_max_mois=12 * (DUREE_MAX + 1),
            ue_prevu=Decimal("4000000.00"),
            ue_min=Decimal("5000.00"),
            cout_total_min=Decimal("10000.00"),
            profils_cout=PROFILS,
            taux_max=Decimal("0.6000") if enveloppe.fonds.code == CodeFonds.FSE_PLUS else Decimal("0.7000"),
            enonce_priorite_qpv=not brouillon,
            clause_qpv=""
            if brouillon
            else "Les projets qui bénéficient aux habitants des quartiers prioritaires sont examinés en priorité.",
        )
        jour = date(annee, 1, 3) if not brouillon else date(ANNEES[-1], 11, 10)

        def ouvrir(appel=appels[annee], publier=not brouillon):
            pieces = [PieceAttendue(ordre=ordre, type=t, libelle=t.label) for ordre, t in enumerate(PIECES, 1)]
            enregistrer_appel(appel, auteur=gestionnaire, pieces=pieces, choix=imaginer_choix(appel.enveloppe))
            grille = [CritereInstruction(libelle=nom, poids=poids, seuil=3) for nom, poids in GRILLE]
            enregistrer_grille(appel, auteur=gestionnaire, criteres=grille)
            if publier:
                publier_appel(appel, auteur=responsable, reponse_partage=REPONSE)
                appel.refresh_from_db()  # the operations to come hold this object

        recit.le(jour, ouvrir)
    return appels


@dataclass
class Dossier:
    """One application to tell: what it asks and where it ends."""

    enveloppe: Enveloppe
    annee: int
    issue: Statut
    ue: Decimal
    depot: date


def _repartir_issues(alea: random.Random, nombre: int) -> list[Statut]:
    """Spread the outcomes by their weights, each at least once when there is room."""
    issues = [issue for issue, _ in ISSUES][:nombre]
    tirage = alea.choices([i for i, _ in ISSUES], weights=[p for _, p in ISSUES], k=max(0, nombre - len(issues)))
    return [*issues, *tirage]


def imaginer_dossiers(alea: random.Random, enveloppe: Enveloppe, nombre: int, notifie: Decimal, part: Decimal):
    """Draw the applications of one envelope; those programmed sum to its share of what is notified, to the cent."""
    issues = _repartir_issues(alea, nombre)
    programmes = sum(issue in STATUTS_PROGRAMMES for issue in issues)
    poids = [alea.randint(40, 200) for _ in issues]
    total_poids = sum(p for p, i in zip(poids, issues, strict=True) if i in STATUTS_PROGRAMMES)
    cible = arrondir(notifie * part)
    dossiers, reste, vus = [], cible, 0
    for poids_dossier, issue in zip(poids, issues, strict=True):
        ue = (cible * poids_dossier / total_poids).quantize(Decimal(10)) + Decimal("0.00")
        if issue in STATUTS_PROGRAMMES:
            vus += 1
            ue = reste if vus == programmes else ue
            reste -= ue
        annee = ANNEES[-1] if issue in DEPOTS else alea.choices(ANNEES, weights=POIDS_ANNEES)[0]
        annee = alea.choice(ANNEES_DE[issue]) if issue in ANNEES_DE else annee
        premier, dernier = DEPOTS.get(issue, (10, 100 if annee == ANNEES[-1] else 300))
        depot = date(annee, 1, 1) + timedelta(days=alea.randint(premier, dernier))
        dossiers.append(Dossier(enveloppe, annee, issue, ue, depot))
    return dossiers


class Conteur:
    """Turns applications into acts on their days."""

    def __init__(self, accord: AccordCadre, comptes, alea: random.Random, recit: Recit):
        self.accord, self.alea, self.recit = accord, alea, recit
        self.equipes = {
            code: Equipe(*(comptes[f"{fonction}.{code.lower()}"].utilisateur for fonction in FONCTIONS))
            for code in INSTANCES
        }
        self.execution = Execution(recit, alea, DERNIER_JOUR)
        self.epcis = list(Epci.objects.filter(code_departement=accord.code_departement).order_by("siren"))
        self.bassin = list(
            Epci.objects.filter(
                perimetres__in=PerimetreTerritorial.objects.filter(accord=accord, nature=NaturePerimetre.BASSIN_MINIER)
            ).order_by("siren")
        )
        self.compteurs: dict[int, int] = {}

    def _numero(self, annee: int) -> str:
        self.compteurs[annee] = self.compteurs.get(annee, 0) + 1
        return f"{annee}{self.compteurs[annee]:05d}"

    def _operation(self, dossier: Dossier, structures, appels, objectifs, rattachements) -> tuple[Operation, Epci]:
        alea, debut = self.alea, date(dossier.annee, alea_mois(self.alea), 1)
        dispositifs, axes, types = rattachements
        ftj = dossier.enveloppe.fonds.code == CodeFonds.FTJ
        fin = alea.choice(FINS.get(dossier.issue, [debut.year, debut.year + 1]))
        territoire = self.alea.choice(self.bassin if ftj and self.bassin else self.epcis)
        operation = Operation(
            enveloppe=dossier.enveloppe,
            accord=self.accord,
            appel=appels[dossier.annee],
            structure=alea.choice(structures),
            numero=self._numero(dossier.annee),
            intitule=f"{alea.choice(OPERATIONS)}, {territoire.nom_court or territoire.nom} {EXEMPLE}",
            resume="Opération fictive : elle montre comment un dossier se lit d’un bout à l’autre.",
            objectif_specifique=alea.choice(objectifs),
            dispositif=alea.choice(dispositifs) if dispositifs else None,
            axe=alea.choice(axes) if axes else None,
            type_action=alea.choice(types) if types else None,
            debut_le=debut,
            fin_le=date(min(max(debut.year, fin), dossier.annee + DUREE_MAX), 12, 31),
            part_qpv_declaree=None if alea.random() < 0.25 else Decimal(alea.randrange(0, 81)) / 100,
            deposee_le=dossier.depot,
        )
        return operation, territoire

    def _plan(self, operation: Operation, ue: Decimal, ftj: bool) -> PlanFinancement:
        taux = Decimal(self.alea.randint(45, 70 if ftj else 60)) / 100
        cout = (ue / taux).quantize(CENTIME, ROUND_CEILING)  # never above the rate of the call
        departement, epci = self.alea.randint(20, 60), self.alea.randint(0, 30)
        parts = {
            "contrepartie_departement": Decimal(departement) / 100,
            "contrepartie_epci_commune": Decimal(epci) / 100,
        }
        return detailler(operation, cout=cout, ue=ue, parts=parts)

    def raconter(self, dossier: Dossier, *decor) -> None:
        """Plan the acts that lead an application to where it ends."""
        operation, territoire = self._operation(dossier, *decor)
        code = dossier.enveloppe.organisme.code
        agent, chef = self.equipes[code].agent, self.equipes[code].chef
        ftj = dossier.enveloppe.fonds.code == CodeFonds.FTJ
        plan, jour, le = self._plan(operation, dossier.ue, ftj), dossier.depot, self.recit.le
        le(
            jour,
            lambda: deposer_operation(operation=operation, plan=plan, auteur=agent, epcis=[territoire]),
        )
        if dossier.issue == Statut.DEPOSEE:
            return
        jour += timedelta(days=self.alea.randint(8, 35))
        if dossier.issue == Statut.IRRECEVABLE:
            motif = "L’opération se déroule hors du territoire de l’appel."
            le(jour, lambda le=jour: declarer_irrecevable(operation, auteur=agent, le=le, motif=motif))
            return
        le(
            jour,
            lambda le=jour: declarer_recevable(
                operation,
                auteur=agent,
                le=le,
                pieces_recues=[t.label for t in PIECES],
                motif_duree="Durée admise par l’organisme (exemple)",
            ),
        )
        if dossier.issue == Statut.RECEVABLE:
            return
        if dossier.issue == Statut.ABANDONNEE:
            jour += timedelta(days=20)
            motif = "Le bénéficiaire renonce à son projet."
            le(jour, lambda le=jour: abandonner_operation(operation, auteur=agent, le=le, motif=motif))
            return
        recevable_le, jour = jour, jour + timedelta(days=self.alea.randint(20, 70))
        if dossier.annee < 2024 and jour < PREMIERE_DECISION:
            jour = max(recevable_le, PREMIERE_DECISION - timedelta(days=self.alea.randint(5, 60)))
        instruit = confirmer(plan, EtatRessource.PROMIS)
        le(jour, lambda le=jour: self._instruire(operation, instruit, agent, le, ftj))
        if dossier.issue == Statut.INSTRUITE:
            return
        instruite_le, jour = jour, max(jour + timedelta(days=self.alea.randint(14, 60)), PREMIERE_DECISION)
        if dossier.annee == ANNEES[-1]:
            jour = max(instruite_le, min(jour, DERNIER_JOUR - timedelta(days=self.alea.randint(1, 10))))
        self._decider(dossier, operation, chef, INSTANCES.get(code, "Instance de programmation"), jour)

    def _instruire(self, operation, plan, agent, le, ftj) -> None:
        instruction = Instruction(
            conclue_le=le,
            avis=AvisInstruction.FAVORABLE,
            rapport="Le public, le calendrier et le plan de financement répondent à l’appel.",
            mesure_conflit=MESURE if dire_porteur_interne(operation) else "",
            lien_transition="Retour à l’emploi d’habitants du bassin minier." if ftj else "",
            est_sans_conflit=True,
        )
        reponses = [
            ReponseLignePartage(ligne=ligne, reponse=ReponseLigne.RESPECTEE) for ligne in lignes_concernees(operation)
        ]
        notes = [_noter(operation, critere) for critere in operation.appel.criteres.all()]
        instruire_operation(operation, auteur=agent, plan=plan, instruction=instruction, reponses=reponses, notes=notes)

    def _decider(self, dossier, operation, chef, instance, jour) -> None:
        decision = {"auteur": chef, "instance": instance, "decidee_le": jour}
        if dossier.issue == Statut.REFUSEE:
            motif = "Les crédits de l’appel sont réservés à des projets mieux classés."
            self.recit.le(jour, lambda: refuser_operation(operation, motif=motif, **decision))
        elif dossier.issue == Statut.AJOURNEE:
            motif = "Le plan de financement est à préciser avec l’intercommunalité."
            self.recit.le(jour, lambda: ajourner_operation(operation, motif=motif, **decision))
        else:
            conditions = _conditions(dossier, jour)
            self.recit.le(
                jour,
                lambda: programmer_operation(operation, surprogrammation=True, conditions=conditions, **decision),
            )
            if conditions and dossier.issue != Statut.PROGRAMMEE:
                levee = jour + timedelta(days=30)
                self.recit.le(
                    levee,
                    lambda: lever_condition(conditions[0], auteur=chef, le=levee, preuve="Courrier du cofinanceur."),
                )
        if dossier.issue == Statut.DEPROGRAMMEE:
            retrait = min(jour + timedelta(days=90), DERNIER_JOUR)
            motif = "Le bénéficiaire n’a pas réuni ses autres financements."
            self.recit.le(retrait, lambda: deprogrammer_operation(operation, auteur=chef, le=retrait, motif=motif))
        elif dossier.issue in STATUTS_PROGRAMMES:
            est_collectivite = operation.structure.organisme_id == self.accord.chef_de_file.pk
            equipe = self.equipes[dossier.enveloppe.organisme.code]
            self.execution.raconter(Suite(operation, dossier.issue, jour, equipe, est_collectivite))


def _noter(operation: Operation, critere: CritereInstruction) -> NoteInstruction:
    """A mark that the number of the operation gives: from 2 to 5, justified under the threshold."""
    note = NoteInstruction(critere=critere, note=Decimal(2 + (int(operation.numero) + 7 * critere.rang) % 4))
    note.justification = JUSTIFICATION if note.est_sous_le_seuil else ""
    return note


def _conditions(dossier: Dossier, jour: date) -> list[ConditionDecision]:
    """What still waits for its contract waits for a condition; of the other decisions, one in four had one."""
    tiree = dossier.issue in STATUTS_PROGRAMMES and int(dossier.ue / 10) % 4 == 0
    if dossier.issue != Statut.PROGRAMMEE and not tiree:
        return []
    return [
        ConditionDecision(
            texte="Confirmer par écrit le cofinancement de l’intercommunalité",
            echeance_le=jour + timedelta(days=60),
            preuve_attendue="Délibération ou courrier signé",
        )
    ]


def alea_mois(alea: random.Random) -> int:
    """A month of start: January or September more often than others."""
    return alea.choice([1, 1, 1, 3, 4, 9, 9, 10])
