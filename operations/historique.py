"""The journal of operations, calls and structures, in the words of a person."""

from datetime import date
from decimal import Decimal, InvalidOperation

from accord.montants import INSECABLE, format_date, format_euros, format_taux
from comptes.journal import journal_de

from .enums import AvisInstruction, ProfilCout
from .forms.plans import CHAMPS_PLAN
from .forms.plans import LIBELLES as LIBELLES_PLAN

ACTES = {
    "deposee": "Demande déposée",
    "modifiee": "Demande modifiée",
    "recevable": "Déclarée recevable",
    "irrecevable": "Déclarée irrecevable",
    "instruite": "Instruction conclue",
    "rouverte": "Instruction rouverte",
    "recevabilite_rouverte": "Recevabilité rouverte",
    "decision_annulee": "Décision annulée, enregistrée par erreur",
    "retrait_annule": "Retrait annulé, enregistré par erreur",
    "condition_levee": "Condition levée",
    "condition_retablie": "Condition rétablie",
    "programmee": "Programmée",
    "refusee": "Refusée",
    "ajournee": "Ajournée",
    "abandonnee": "Abandonnée",
    "deprogrammee": "Déprogrammée",
    "conventionnee": "Convention notifiée",
    "convention_annulee": "Convention annulée",
    "en_execution": "Démarrage attesté",
    "avenant_signe": "Avenant signé",
    "bilan_depose": "Bilan déposé",
    "bilan_annule": "Bilan annulé",
    "csf_rendu": "Contrôle de service fait conclu",
    "csf_annule": "Contrôle de service fait annulé",
    "csf_ouvert": "Contrôle de service fait ouvert",
    "csf_abandonne": "Contrôle de service fait abandonné",
    "depenses_listees": "Liste des dépenses enregistrée",
    "echantillon_tire": "Échantillon tiré",
    "lignes_verifiees": "Lignes de l’échantillon vérifiées",
    "conclusions_provisoires": "Conclusions provisoires envoyées",
    "contradictoire_repondu": "Réponse du bénéficiaire au contrôle",
    "payee": "Paiement",
    "recouvree": "Recouvrement",
    "paiement_annule": "Paiement annulé",
    "recouvrement_annule": "Recouvrement annulé",
    "certifiee": "Portée dans un appel de fonds",
    "certification_rejetee": "Certification rejetée",
    "rejet_annule": "Rejet annulé, enregistré par erreur",
    "certification_annulee": "Appel de fonds annulé",
    "achevee": "Achevée",
    "execution_reprise": "Exécution reprise",
    "soldee": "Soldée",
    "solde_annule": "Solde annulé",
    "archivee": "Archivée",
    "etat_ressource": "État d’une ressource",
    "etat_ressource_annule": "Changement d’état annulé",
    "desarchivee": "Sortie de l’archive",
    "resiliee": "Résiliée",
    "envoyee_en_signature": "Convention envoyée à la signature",
    "signature_suivie": "Signatures de la convention",
    "signature_retiree": "Convention retirée de la signature",
    "bilan_reporte": "Bilan reporté",
    "demarrage_annule": "Démarrage annulé",
    "avenant_annule": "Avenant annulé",
    "resiliation_annulee": "Résiliation annulée",
    "piece_deposee": "Pièce déposée",
    "piece_retiree": "Pièce retirée",
    "piece_retablie": "Pièce rétablie",
    "pieces_exportees": "Dossier de l’auditeur téléchargé",
    "identites_effacees": "Identités des participants effacées",
    "observation_posee": "Observation posée",
    "observation_repondue": "Réponse à une observation",
    "observation_rouverte": "Observation relancée",
    "observation_close": "Observation close",
    "cree": "Enregistrement",
    "modifie": "Modification",
    "publie": "Publication",
    "clos": "Clôture",
    "reporte": "Report de la date limite",
    "supprime": "Suppression",
    "envoye": "Envoi",
    "annule": "Annulation",
    "grille_modifiee": "Grille d’instruction",
    "entites_saisies": "Entités soutenues saisies",
}
DISCRETS = {"lignes_verifiees", "depenses_listees", "modifiee", "modifie", "piece_deposee", "pieces_exportees"}
# known to who reads the whole file only: who reads its summary hears nothing of them
ACTES_DU_DOSSIER = {
    "piece_deposee",
    "piece_retiree",
    "piece_retablie",
    "pieces_exportees",
    "observation_posee",
    "observation_repondue",
    "observation_rouverte",
    "observation_close",
}
CHAMPS = {
    "appel": "appel à projets",
    "structure": "bénéficiaire",
    "numero": "numéro",
    "intitule": "intitulé",
    "resume": "résumé",
    "objectif_specifique": "objectif spécifique",
    "dispositif": "dispositif",
    "axe": "axe",
    "type_action": "type d’action",
    "debut_le": "début",
    "fin_le": "fin",
    "part_qpv_declaree": "part consacrée aux quartiers prioritaires",
    "deposee_le": "déposée le",
    "epcis": "territoire",
    "enveloppe": "enveloppe",
    "ue_demande": "montant demandé",
    "ue": "montant européen",
    "le": "le",
    "pieces_recues": "pièces reçues",
    "pieces_attendues": "pièces attendues",
    "hors_duree": "recevable hors des durées de l’appel",
    "avis": "avis",
    "exces_taux_max": "au-delà du taux maximum de l’appel",
    "note": "total pondéré de la grille",
    "ligne_de_partage": "ligne de partage",
    "mesure_conflit": "séparation de l’instructeur et du porteur",
    "conditions": "conditions",
    "condition": "condition",
    "preuve": "preuve",
    "decision": "décision",
    "criteres": "critères",
    "instance": "",
    "decidee_le": "décidée le",
    "disponible_avant": "disponible avant",
    "disponible_apres": "disponible après",
    "ue_libere": "montant libéré",
    "bilan": "bilan",
    "nature": "nature",
    "montant": "montant",
    "depenses": "dépenses déclarées",
    "graine": "graine du tirage",
    "graine_reprise": "reprise",
    "lignes": "lignes",
    "sans_contradictoire": "sans contradictoire",
    "sans_echantillon": "sans échantillon",
    "depenses_retenues": "dépenses retenues",
    "ecarte": "montant écarté",
    "ue_declare": "montant européen déclaré",
    "ue_retenu": "montant européen retenu",
    "ue_conserve": "montant conservé",
    "ue_repris": "montant repris sur l’enveloppe",
    "envoyee_le": "envoyée le",
    "signee_beneficiaire_le": "signée par le bénéficiaire le",
    "signee_oi_le": "signée par l’organisme le",
    "attendu_le": "attendu le",
    "appel_fonds": "appel de fonds n°",
    "operations": "opérations",
    "paye_le": "du",
    "avance_depassee": "au-delà de l’avance prévue",
    "conservation_jusqu_au": "pièces conservées jusqu’au",
    "piece": "",
    "version_piece": "version",
    "fichier": "fichier",
    "pieces": "fichiers",
    "identites": "nombre",
    "manquantes": "pièces attendues manquantes",
    "observation": "observation n°",
    "echeance_le": "réponse attendue le",
    "profil": "établissement des coûts",
    "postes": "postes de dépense",
    "ressources": "ressources",
    "ressource": "",
    "etat": "état",
    "siret": "SIRET",
    "siren_declare": "SIREN",
    "roles": "rôles",
    "contacts": "contacts",
    "dispositifs": "dispositifs",
    "axes": "axes",
    "types_action": "types d’action",
    "publics_cibles": "publics",
    "perimetres": "périmètres",
    "reponse_partage": "ligne de partage",
    "indicateur": "",
    "entites": "nombre",
    "constate_le": "au",
    "chevauchements": "appels de l’autre organisme qui se chevauchent",
    "ouvert_le": "ouvert le",
    "limite_depot_le": "dépôt jusqu’au",
    "ue_prevu": "montant prévu",
    "publie_le": "publié le",
    "clause_qpv": "phrase sur les quartiers prioritaires",
    **{champ: LIBELLES_PLAN.get(champ, "participation européenne").lower() for champ in CHAMPS_PLAN if champ != "ue"},
}
MONTANTS = {
    "ue_demande",
    "disponible_avant",
    "disponible_apres",
    "ue_libere",
    "ue_repris",
    "ue_prevu",
    "exces_taux_max",
    "montant",
    "depenses",
    "depenses_retenues",
    "ecarte",
    "ue_declare",
    "ue_retenu",
    "ue_conserve",
    *CHAMPS_PLAN,
}
PARTS = {"part_qpv_declaree"}
DABORD = ["le", "instance", "decidee_le"]  # when and where, then how much
ORDRE = {champ: rang for rang, champ in enumerate(dict.fromkeys([*DABORD, *CHAMPS]))}
NUS = {
    "indicateur",
    "constate_le",
    "envoyee_le",
    "signee_beneficiaire_le",
    "signee_oi_le",
    "le",
    "decidee_le",
    "deposee_le",
    "ouvert_le",
    "limite_depot_le",
    "publie_le",
    "instance",
    "piece",
    "observation",
    "echeance_le",
    "paye_le",
    "conservation_jusqu_au",
    "appel_fonds",
    "graine_reprise",
}  # read as a sentence
TUS = {"enveloppe", "empreinte"}  # the page of the operation, or of its pieces, says it


def build_historique(objet, limite: int | None = None) -> list[dict]:
    """Lines for components/journal.html, the latest first, with the values before and after in words."""
    return dire_lignes(journal_de(objet)[:limite])


def dire_lignes(lignes) -> list[dict]:
    return [
        {
            "quand": ligne.enregistree_le,
            "acte": ACTES.get(ligne.acte, ligne.acte),
            "auteur": ligne.auteur,
            "detail": _detail(ligne),
            "fort": ligne.acte not in DISCRETS,
        }
        for ligne in lignes
    ]


def _detail(ligne) -> str:
    morceaux = [
        _changement(champ, valeur)
        for champ, valeur in sorted(ligne.valeurs.items(), key=lambda v: ORDRE.get(v[0], len(ORDRE)))
        if champ not in TUS and valeur not in (None, "", []) and not _est_inchange(valeur)
    ]
    if ligne.motif:
        morceaux.append(f"motif{INSECABLE}: {ligne.motif}")
    texte = " ; ".join(morceaux)
    return texte[:1].upper() + texte[1:]


def _est_inchange(valeur) -> bool:
    return isinstance(valeur, dict) and valeur.keys() == {"avant", "apres"} and valeur["avant"] == valeur["apres"]


def _changement(champ: str, valeur) -> str:
    nom = CHAMPS.get(champ, champ.replace("_", " "))
    if isinstance(valeur, dict):
        return f"{nom}{INSECABLE}: {_dire(champ, valeur.get('avant'))} devient {_dire(champ, valeur.get('apres'))}"
    if champ in NUS:
        return f"{nom} {_dire(champ, valeur)}".strip()
    return f"{nom}{INSECABLE}: {_dire(champ, valeur)}"


def _dire(champ: str, valeur) -> str:
    """Write a value of the journal (JSON) as a person reads it."""
    if valeur in (None, "", []):
        return "rien"
    if isinstance(valeur, list):
        return ", ".join(map(str, valeur))
    if champ == "avis" and valeur in AvisInstruction.values:
        return AvisInstruction(valeur).label.lower()
    if champ == "profil" and valeur in ProfilCout.values:
        return ProfilCout(valeur).label.lower()
    if champ in MONTANTS or champ in PARTS:
        try:
            nombre = Decimal(str(valeur))
        except InvalidOperation:
            return str(valeur)
        return format_taux(nombre) if champ in PARTS else format_euros(nombre)
    if champ == "le" or champ.endswith(("_le", "_au")):
        try:
            return format_date(date.fromisoformat(valeur))
        except ValueError:
            return str(valeur)
    return f"« {valeur} »" if champ in {"intitule", "resume"} else str(valeur)
