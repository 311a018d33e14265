"""The smallest valid objects; traits name the states. Amounts are in euros."""

import datetime as dt
import hashlib
import uuid
from dataclasses import asdict
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from accord.models import (
    AccordCadre,
    AxeStrategique,
    Commune,
    Dispositif,
    Enveloppe,
    Epci,
    Fonds,
    LignePartage,
    MouvementEnveloppe,
    ObjectifSpecifique,
    Parametre,
    Partie,
    PerimetreTerritorial,
    Priorite,
    PublicCible,
    Tranche,
    TypeAction,
)
from comptes.enums import Role
from comptes.horloge import maintenant
from comptes.models import Habilitation, Organisme, Utilisateur
from gouvernance.models import Comite, Membre, PointOperation, PointOrdreDuJour, Reunion
from operations.enums import NatureEcriture, Statut, StatutAppel, TypePiece, VersionPlan
from operations.importation.fautes import Faute
from operations.models import (
    AppelAProjets,
    Convention,
    CritereInstruction,
    Ecriture,
    FichierImport,
    Instruction,
    Operation,
    PieceAttendue,
    PlanFinancement,
    Ressource,
    Structure,
)
from operations.services.importation import BilanImport
from participants.chiffrement import cle_courante, ecrire_json, fermer
from participants.enums import Diplome, Sexe, StatutEmploi
from participants.models import EtatImport, ImportParticipants, Participation

MOT_DE_PASSE = "mot-de-passe-des-essais-42"


def _nature(code: str) -> str:
    """The kind of a body, said by its code as in the agreement’s file."""
    debuts = {"PLIE": "plie", "DDETS": "etat", "ANAFE": "etat", "DREETS": "autorite_gestion", "CR_": "partenaire"}
    return next((nature for debut, nature in debuts.items() if code.startswith(debut)), "oi")


class OrganismeFactory(DjangoModelFactory):
    class Meta:
        model = Organisme
        django_get_or_create = ["code"]

    code = "CD62"
    nom = factory.LazyAttribute(lambda o: f"Organisme {o.code}")
    nom_court = factory.LazyAttribute(lambda o: o.code)
    nature = factory.LazyAttribute(lambda o: _nature(o.code))


class UtilisateurFactory(DjangoModelFactory):
    """A person without rights: see `habilite` for one with a role."""

    class Meta:
        model = Utilisateur

    email = factory.Sequence(lambda n: f"personne{n}@exemple.invalid")
    prenom = "Camille"
    nom = factory.Sequence(lambda n: f"Bertin {n}")
    password = factory.django.Password(MOT_DE_PASSE)


class HabilitationFactory(DjangoModelFactory):
    class Meta:
        model = Habilitation

    utilisateur = factory.SubFactory(UtilisateurFactory)
    organisme = factory.SubFactory(OrganismeFactory)
    role = Role.GESTIONNAIRE
    debut_le = dt.date(2022, 1, 1)
    fin_le = factory.LazyAttribute(lambda h: dt.date(2030, 12, 31) if h.role == Role.AUDITEUR else None)


# a body that may hold each role; the Département when nothing says otherwise
ORGANISME_DU_ROLE = dict.fromkeys(Role, "CD62") | {
    Role.LECTEUR_ETAT: "DDETS_62",
    Role.AGD: "DREETS_HDF",
    Role.PLIE: "PLIE_LENS_LIEVIN",
    Role.AUDITEUR: "DREETS_HDF",
}


def habilite(role: Role, organisme=None, **champs) -> Utilisateur:
    """A person with one role for one body, given by its code or itself."""
    utilisateur = UtilisateurFactory(**champs)
    organisme = organisme or ORGANISME_DU_ROLE[role]
    if isinstance(organisme, str):
        organisme = OrganismeFactory(code=organisme)
    HabilitationFactory(utilisateur=utilisateur, organisme=organisme, role=role).full_clean()
    return utilisateur


class AccordFactory(DjangoModelFactory):
    """An agreement whose only party, at first, is its lead body."""

    class Meta:
        model = AccordCadre
        django_get_or_create = ["slug"]
        skip_postgeneration_save = True

    slug = "essai-2021-2027"
    titre = "Accord-cadre FSE+ / FTJ"
    territoire = "Essai"
    code_departement = "62"
    periode = "2021-2027"
    acte = "Délibération d’essai"
    delibere_le = dt.date(2023, 9, 18)
    debut_le = dt.date(2021, 1, 1)
    fin_le = dt.date(2027, 12, 31)
    source = "essai"
    chef_de_file = factory.SubFactory(OrganismeFactory)

    @factory.post_generation
    def parties(self, create, extracted, **kwargs):
        for code in extracted or []:
            PartieFactory(accord=self, organisme=OrganismeFactory(code=code))
        Partie.objects.get_or_create(
            accord=self, organisme=self.chef_de_file, defaults={"qualite": "associe", "source": "essai"}
        )


class EpciFactory(DjangoModelFactory):
    class Meta:
        model = Epci
        django_get_or_create = ["siren"]

    siren = factory.Sequence(lambda n: f"2{n:08d}")
    nom = factory.LazyAttribute(lambda e: f"CC d’essai {e.siren}")
    code_departement = "62"
    millesime = "2026"


class CommuneFactory(DjangoModelFactory):
    class Meta:
        model = Commune
        django_get_or_create = ["code_insee"]

    code_insee = factory.Sequence(lambda n: f"62{n % 1000:03d}")
    nom = factory.LazyAttribute(lambda c: f"Commune {c.code_insee}")
    code_departement = factory.LazyAttribute(lambda c: c.code_insee[:2])
    epci = factory.SubFactory(EpciFactory)
    millesime = "2026"


class PerimetreFactory(DjangoModelFactory):
    class Meta:
        model = PerimetreTerritorial
        django_get_or_create = ["accord", "code"]

    accord = factory.SubFactory(AccordFactory)
    code = "PLIE_ESSAI"
    libelle = factory.LazyAttribute(lambda p: f"Périmètre {p.code}")
    nature = "plie"
    source = "essai"


class PartieFactory(DjangoModelFactory):
    class Meta:
        model = Partie
        django_get_or_create = ["accord", "organisme"]

    accord = factory.SubFactory(AccordFactory)
    organisme = factory.SubFactory(OrganismeFactory)
    qualite = "associe"
    source = "essai"


class FondsFactory(DjangoModelFactory):
    class Meta:
        model = Fonds
        django_get_or_create = ["code"]

    code = "FSE_PLUS"
    libelle = "Fonds d’essai"
    ordre = factory.LazyAttribute(lambda f: 1 if f.code == "FSE_PLUS" else 2)
    source = "essai"


class ObjectifSpecifiqueFactory(DjangoModelFactory):
    class Meta:
        model = ObjectifSpecifique
        django_get_or_create = ["code"]

    class Params:
        fonds = factory.SubFactory(FondsFactory)

    priorite = factory.LazyAttribute(
        lambda o: Priorite.objects.get_or_create(
            fonds=o.fonds, code="P1", defaults={"libelle": "Priorité", "source": "essai"}
        )[0]
    )
    code = factory.LazyAttribute(lambda o: "1.H" if o.priorite.fonds.code == "FSE_PLUS" else "FTJ")
    libelle = "Objectif d’essai"
    source = "essai"


class MouvementFactory(DjangoModelFactory):
    class Meta:
        model = MouvementEnveloppe

    enveloppe = factory.SubFactory("tests.factories.EnveloppeFactory")
    nature = "notification"
    montant = Decimal("1000000.00")
    date_effet = dt.date(2022, 1, 1)
    reference = factory.Sequence(lambda n: f"mouvement-{n}")
    acte = "essai"
    enregistree_le = factory.LazyFunction(maintenant)


class EnveloppeFactory(DjangoModelFactory):
    """An envelope without tranche, notified 1 000 000,00 € on 1 January 2022 (`montant=` changes it, 0 for none)."""

    class Meta:
        model = Enveloppe
        django_get_or_create = ["accord", "code"]
        skip_postgeneration_save = True

    accord = factory.SubFactory(AccordFactory)
    organisme = factory.SubFactory(OrganismeFactory)
    fonds = factory.SubFactory(FondsFactory)
    code = factory.LazyAttribute(lambda e: f"{'FSE' if e.fonds.code == 'FSE_PLUS' else 'FTJ'}_{e.organisme.code}")
    libelle = factory.LazyAttribute(lambda e: f"Subvention globale {e.code}")
    source = "essai"

    @factory.post_generation
    def montant(self, create, extracted, **kwargs):
        if not create:
            return
        Partie.objects.get_or_create(
            accord=self.accord, organisme=self.organisme, defaults={"qualite": "associe", "source": "essai"}
        )
        montant = Decimal("1000000.00") if extracted is None else extracted
        if montant and not self.mouvements.exists():
            MouvementFactory(enveloppe=self, montant=montant)


class TrancheFactory(DjangoModelFactory):
    """A real tranche; its money comes from the movements that name it."""

    class Meta:
        model = Tranche

    enveloppe = factory.SubFactory(EnveloppeFactory, montant=Decimal(0))
    ordre = factory.Sequence(lambda n: n + 1)
    code = "2022-2025"
    debut_le = dt.date(2022, 1, 1)
    fin_le = dt.date(2025, 12, 31)
    taux = Decimal("0.7000")
    montant_publie = Decimal("700000.00")
    statut = "ouverte"
    source = "essai"


class DispositifFactory(DjangoModelFactory):
    class Meta:
        model = Dispositif

    class Params:
        enveloppe = factory.SubFactory(EnveloppeFactory)

    accord = factory.LazyAttribute(lambda d: d.enveloppe.accord)
    organisme = factory.LazyAttribute(lambda d: d.enveloppe.organisme)
    fonds = factory.LazyAttribute(lambda d: d.enveloppe.fonds)
    code = factory.Sequence(lambda n: f"dispositif-{n}")
    libelle = factory.Sequence(lambda n: f"Dispositif {n}")
    source = "essai"


class AxeFactory(DjangoModelFactory):
    class Meta:
        model = AxeStrategique

    accord = factory.SubFactory(AccordFactory)
    organisme = factory.SubFactory(OrganismeFactory, code="TM")
    code = factory.Sequence(lambda n: f"A{n}")
    libelle = "Axe d’essai"
    source = "essai"


class TypeActionFactory(AxeFactory):
    class Meta:
        model = TypeAction

    code = factory.Sequence(lambda n: f"T{n}")


class PublicCibleFactory(DjangoModelFactory):
    class Meta:
        model = PublicCible

    accord = factory.SubFactory(AccordFactory)
    code = factory.Sequence(lambda n: f"PUBLIC_{n}")
    libelle = factory.LazyAttribute(lambda p: f"Public {p.code}")
    valide_du = dt.date(2021, 1, 1)
    source = "essai"


class LignePartageFactory(DjangoModelFactory):
    """A line of demarcation that binds every body."""

    class Meta:
        model = LignePartage

    accord = factory.SubFactory(AccordFactory)
    code = factory.Sequence(lambda n: f"LIGNE_{n}")
    ordre = factory.Sequence(lambda n: n)
    regle = factory.Sequence(lambda n: f"Règle {n}")
    texte = "Un participant relève d’un seul organisme."
    source = "essai"


class CritereFactory(DjangoModelFactory):
    """A criterion out of 5, to justify under 3."""

    class Meta:
        model = CritereInstruction

    appel = factory.SubFactory("tests.factories.AppelFactory")
    rang = factory.Sequence(lambda n: n)
    libelle = factory.Sequence(lambda n: f"Critère {n}")
    seuil = 3


class StructureFactory(DjangoModelFactory):
    class Meta:
        model = Structure

    accord = factory.SubFactory(AccordFactory)
    nom = factory.Sequence(lambda n: f"Structure {n} (exemple)")


class AppelFactory(DjangoModelFactory):
    """A published call, open in 2022 and until 2027."""

    class Meta:
        model = AppelAProjets
        skip_postgeneration_save = True

    class Params:
        brouillon = factory.Trait(statut=StatutAppel.BROUILLON, publie_le=None)

    enveloppe = factory.SubFactory(EnveloppeFactory)
    code = factory.Sequence(lambda n: f"AAP-{n:03d}")
    intitule = "Appel d’essai"
    objectif_specifique = factory.LazyAttribute(lambda a: ObjectifSpecifiqueFactory(fonds=a.enveloppe.fonds))
    ouvert_le = dt.date(2022, 1, 1)
    limite_depot_le = dt.date(2027, 12, 31)
    enonce_priorite_qpv = True
    clause_qpv = "Les projets qui bénéficient aux quartiers prioritaires sont examinés en premier."
    statut = StatutAppel.PUBLIE
    publie_le = dt.date(2022, 1, 1)

    @factory.post_generation
    def pieces(self, create, extracted, **kwargs):
        """Mandatory pieces, by their names."""
        for ordre, libelle in enumerate(extracted or [], 1):
            PieceAttendueFactory(appel=self, ordre=ordre, libelle=libelle)


class PieceAttendueFactory(DjangoModelFactory):
    class Meta:
        model = PieceAttendue

    appel = factory.SubFactory(AppelFactory)
    type = TypePiece.AUTRE
    libelle = factory.Sequence(lambda n: f"Pièce {n}")


class OperationFactory(DjangoModelFactory):
    """An application deposited on 1 January 2026, asking 600,00 € of a cost of 1 000,00 €.

    Traits `recevable`, `instruite`, `programmee` bring it to that step, one month later each; `ue` and `cout` set its
    amounts. `programmee` writes its ledger line like the service does.
    """

    class Meta:
        model = Operation
        skip_postgeneration_save = True

    class Params:
        recevable = factory.Trait(
            statut=Statut.RECEVABLE,
            recevable_le=dt.date(2026, 2, 1),
            statut_depuis_le=dt.date(2026, 2, 1),
        )
        instruite = factory.Trait(
            statut=Statut.INSTRUITE,
            recevable_le=dt.date(2026, 2, 1),
            instruite_le=dt.date(2026, 3, 1),
            instruite_par=factory.SubFactory(UtilisateurFactory),
            statut_depuis_le=dt.date(2026, 3, 1),
        )
        programmee = factory.Trait(
            statut=Statut.PROGRAMMEE,
            recevable_le=dt.date(2026, 2, 1),
            instruite_le=dt.date(2026, 3, 1),
            instruite_par=factory.SubFactory(UtilisateurFactory),
            programmee_le=dt.date(2026, 4, 1),
            statut_depuis_le=dt.date(2026, 4, 1),
        )

    enveloppe = factory.SubFactory(EnveloppeFactory)
    accord = factory.LazyAttribute(lambda o: o.enveloppe.accord)
    structure = factory.SubFactory(StructureFactory, accord=factory.SelfAttribute("..accord"))
    numero = factory.Sequence(lambda n: f"2026{n:05d}")
    intitule = factory.Sequence(lambda n: f"Opération {n} (exemple)")
    objectif_specifique = factory.LazyAttribute(lambda o: ObjectifSpecifiqueFactory(fonds=o.enveloppe.fonds))
    debut_le = dt.date(2026, 1, 1)
    fin_le = dt.date(2026, 12, 31)
    deposee_le = dt.date(2026, 1, 1)
    statut = Statut.DEPOSEE
    statut_depuis_le = dt.date(2026, 1, 1)

    @factory.post_generation
    def ue(self, create, extracted, cout=None, **kwargs):
        if not create:
            return
        ue = Decimal("600.00") if extracted is None else extracted
        cout = max(Decimal("1000.00"), ue) if cout is None else cout
        PlanFactory(operation=self, ue=ue, cout_total_eligible=cout)
        if self.instruite_le:
            PlanFactory(operation=self, ue=ue, cout_total_eligible=cout, version=VersionPlan.INSTRUIT)
        if self.statut == Statut.PROGRAMMEE:
            EcritureFactory(operation=self, montant=ue, date_effet=self.programmee_le)


class PlanFactory(DjangoModelFactory):
    """A plan balanced by the beneficiary's own money."""

    class Meta:
        model = PlanFinancement

    operation = factory.SubFactory(OperationFactory)
    version = VersionPlan.DEMANDE
    cout_total_eligible = Decimal("1000.00")
    ue = Decimal("600.00")
    autofinancement = factory.LazyAttribute(lambda p: p.cout_total_eligible - p.ue)


class RessourceFactory(DjangoModelFactory):
    """The own funds of a plan, in one line."""

    class Meta:
        model = Ressource

    plan = factory.SubFactory(PlanFactory)
    nature = "autofinancement"
    annee = 2026
    montant = factory.LazyAttribute(lambda r: r.plan.autofinancement)


class InstructionFactory(DjangoModelFactory):
    class Meta:
        model = Instruction

    operation = factory.SubFactory(OperationFactory)
    auteur = factory.SubFactory(UtilisateurFactory)
    conclue_le = dt.date(2026, 3, 1)
    avis = "favorable"
    rapport = "Le projet répond à l’appel."
    reponse_partage = "aucune"
    est_sans_conflit = True


class ParametreFactory(DjangoModelFactory):
    class Meta:
        model = Parametre

    accord = factory.SubFactory(AccordFactory)
    libelle = factory.LazyAttribute(lambda p: p.code)
    sujet = "Essai"
    valide_du = dt.date(2021, 1, 1)
    source = "essai"


class ConventionFactory(DjangoModelFactory):
    """A contract of 2026 notified on 15 April: built, then given to its service with a plan."""

    class Meta:
        model = Convention

    debut_le = dt.date(2026, 1, 1)
    fin_le = dt.date(2026, 12, 31)
    notifiee_le = dt.date(2026, 4, 15)


class EcritureFactory(DjangoModelFactory):
    class Meta:
        model = Ecriture

    operation = factory.SubFactory(OperationFactory)
    enveloppe = factory.LazyAttribute(lambda e: e.operation.enveloppe)
    nature = NatureEcriture.PROGRAMME
    montant = Decimal("600.00")
    date_effet = dt.date(2026, 4, 1)
    acte = "essai"
    enregistree_le = factory.LazyFunction(maintenant)


class ComiteFactory(DjangoModelFactory):
    class Meta:
        model = Comite
        django_get_or_create = ["accord", "code"]

    accord = factory.SubFactory(AccordFactory)
    code = "TECHNIQUE"
    ordre = 2
    intitule = "Comité départemental technique de suivi"
    niveau = "Département"
    frequence = "tous les 2 mois"
    regle_frequence = {"intervalle_max_mois": 2}
    finalite = "Pilotage"
    source = "essai"


class MembreFactory(DjangoModelFactory):
    class Meta:
        model = Membre

    comite = factory.SubFactory(ComiteFactory)
    organisme = factory.SubFactory(OrganismeFactory)


class ReunionFactory(DjangoModelFactory):
    class Meta:
        model = Reunion

    comite = factory.SubFactory(ComiteFactory)
    date = factory.Sequence(lambda n: dt.date(2026, 12, 1) + dt.timedelta(days=n))
    heure_debut = dt.time(9, 30)
    lieu = "Hôtel du Département"


class PointFactory(DjangoModelFactory):
    class Meta:
        model = PointOrdreDuJour

    reunion = factory.SubFactory(ReunionFactory)
    ordre = factory.Sequence(lambda n: n + 1)
    titre = factory.Sequence(lambda n: f"Point {n}")


class PointOperationFactory(DjangoModelFactory):
    class Meta:
        model = PointOperation

    point = factory.SubFactory(PointFactory)
    operation = factory.SubFactory(OperationFactory)
    ordre = factory.Sequence(lambda n: n + 1)


class FichierImportFactory(DjangoModelFactory):
    """A file that waits, with one cell to correct."""

    class Meta:
        model = FichierImport

    accord = factory.SubFactory(AccordFactory)
    organisme = factory.SubFactory(OrganismeFactory)
    auteur = factory.SubFactory(UtilisateurFactory)
    nom = "operations.csv"
    contenu = b"numero;ue\n1;rien\n"
    empreinte = factory.LazyAttribute(lambda f: hashlib.sha256(f.contenu).hexdigest())
    bilan = factory.LazyFunction(
        lambda: BilanImport(lignes=1, fautes=[Faute(2, "ue", "rien", "Écrivez un montant en euros.")]).to_json()
    )
    controle_le = factory.LazyFunction(maintenant)
    expire_le = factory.LazyFunction(lambda: maintenant() + dt.timedelta(hours=1))


class ParticipationFactory(DjangoModelFactory):
    """A complete record as an act leaves it, but for the counters: `participants.services` keeps those.

    Traits: `sortie` for somebody who left.
    """

    class Meta:
        model = Participation

    class Params:
        sortie = factory.Trait(
            sortie_le=dt.date(2026, 6, 30), motif_sortie="terme", sortie_saisie_le=dt.date(2026, 6, 30)
        )

    operation = factory.SubFactory(OperationFactory, programmee=True)
    pseudonyme = factory.Sequence(lambda n: f"P-{n:05d}")
    entree_le = dt.date(2026, 3, 2)
    entree_saisie_le = dt.date(2026, 3, 2)
    sexe = Sexe.FEMME
    age_entree = 34
    statut_emploi = StatutEmploi.CHOMEUR
    niveau_diplome = Diplome.CITE_0_2


class ImportParticipantsFactory(DjangoModelFactory):
    """A file of participants that was checked, with one cell to correct; closed as a service leaves it."""

    class Meta:
        model = ImportParticipants

    class Params:
        octets = b"operation;identifiant;date_entree;brsa\n1;P-1;2026-01-05;parfois\n"

    accord = factory.SubFactory(AccordFactory)
    organisme = factory.SubFactory(OrganismeFactory)
    auteur = factory.SubFactory(UtilisateurFactory)
    cle = factory.LazyFunction(uuid.uuid4)
    etat = EtatImport.CONTROLE
    cle_chiffrement = factory.LazyFunction(cle_courante)
    contenu = factory.LazyAttribute(lambda f: fermer(f.octets, f"import:{f.cle}".encode()))
    constat = factory.LazyAttribute(
        lambda f: fermer(
            ecrire_json(
                {
                    "nom": "participants.csv",
                    "inconnus": [],
                    "fautes": [asdict(Faute(2, "brsa", "parfois", "Écrivez l’une de ces réponses : Oui, Non."))],
                }
            ).encode(),
            f"import:{f.cle}".encode(),
        )
    )
    empreinte = factory.LazyAttribute(lambda f: hashlib.sha256(f.octets).hexdigest())
    comptes = factory.LazyFunction(
        lambda: {"lignes": 1, "creees": 0, "modifiees": 0, "inchangees": 0, "fautes": 1, "par_operation": {}}
    )
    envoye_le = factory.LazyFunction(maintenant)
    expire_le = factory.LazyFunction(lambda: maintenant() + dt.timedelta(hours=1))
