"""How far a line carries its operation: admissible, instructed, programmed. An import never goes back."""

from datetime import date

from accord.enums import CodeFonds
from accord.montants import format_date, format_euros, format_nombre

from ..admission import dire_profil_refuse
from ..conflits import dire_porteur_interne
from ..enums import AvisInstruction, SensDecision, Statut, VersionPlan
from ..plafonds import compute_plafond
from .cellules import simplifier
from .dossiers import PLAN, Dossier
from .fautes import montrer

INSTRUCTION = ["avis", "rapport", "lignes_respectees", "lien_transition", "sans_conflit", "mesure_conflit"]
DECISION = ["instance", "ue_programme"]
AVIS = {simplifier(mot): avis for avis in AvisInstruction for mot in (avis.value, avis.label)}


def verifier_vie(dossier: Dossier, controle) -> None:
    """Check the three steps in their order; the acts to play go to `dossier.actes`."""
    _traduire_avis(dossier)
    statut = dossier.existante.statut if dossier.existante else Statut.DEPOSEE
    statut = _recevabilite(dossier, controle, statut)
    statut = _instruction(dossier, controle, statut)
    _decision(dossier, controle, statut)
    if dossier.actes and dossier.actes != ["programmer"] and not controle.depose:
        dossier.refuser(
            "recevable_le" if "recevable" in dossier.actes else "instruite_le",
            "Seul un gestionnaire de l’organisme déclare une demande recevable ou l’instruit.",
        )


def _traduire_avis(dossier: Dossier) -> None:
    texte = dossier.valeurs.get("avis")
    if texte:
        dossier.valeurs["avis"] = AVIS.get(simplifier(texte))
        if dossier.valeurs["avis"] is None:
            dossier.refuser("avis", f"Écrivez l’un de ces avis : {', '.join(AvisInstruction.labels)}.")


def _recevabilite(dossier: Dossier, controle, statut: str) -> str:
    le, existante = dossier.valeurs.get("recevable_le"), dossier.existante
    if not le:
        return statut
    if existante and existante.recevable_le:
        _comparer(dossier, "recevable_le", existante.recevable_le)
        return statut
    if not _est_a(dossier, "recevable_le", statut, Statut.DEPOSEE):
        return statut
    _verifier_jour(dossier, "recevable_le", controle.aujourdhui, dossier.cible.deposee_le, "du dépôt")
    appel = dossier.cible.appel
    pieces = appel.lire_pieces_obligatoires() if appel and dossier.sains("appel") else []
    if pieces and not dossier.valeurs.get("pieces_completes"):
        dossier.refuser(
            "pieces_completes", f"L’appel demande ces pièces : {', '.join(pieces)}. Écrivez oui à réception."
        )
    dossier.actes.append("recevable")
    return Statut.RECEVABLE


def _instruction(dossier: Dossier, controle, statut: str) -> str:
    le, existante = dossier.valeurs.get("instruite_le"), dossier.existante
    if existante and existante.instruite_le:
        _comparer_instruction(dossier, existante, le)
        return statut
    if not le:
        _exiger_la_date(dossier, "instruite_le", INSTRUCTION)
        return statut
    if statut == Statut.DEPOSEE:
        dossier.refuser("recevable_le", "Une demande est recevable avant d’être instruite : donnez cette date.")
        return statut
    if not _est_a(dossier, "instruite_le", statut, Statut.RECEVABLE):
        return statut
    depuis = dossier.valeurs.get("recevable_le") if "recevable" in dossier.actes else existante.statut_depuis_le
    _verifier_jour(dossier, "instruite_le", controle.aujourdhui, depuis, "de la recevabilité")
    _verifier_rapport(dossier)
    _verifier_equilibre(dossier)
    dossier.actes.append("instruire")
    return Statut.INSTRUITE


def _verifier_rapport(dossier: Dossier) -> None:
    valeurs = dossier.valeurs
    for nom, regle in {
        "avis": "Donnez l’avis de l’instruction.",
        "rapport": "Rédigez le rapport d’instruction.",
        "lignes_respectees": "Écrivez oui si chaque ligne de partage est respectée ; sinon, instruisez à l’écran.",
    }.items():
        if not valeurs.get(nom):
            dossier.refuser(nom, regle)
    if not valeurs.get("sans_conflit"):
        dossier.refuser("sans_conflit", "Qui a un conflit d’intérêts n’instruit pas : écrivez oui s’il n’y en a pas.")
    enveloppe, cible = valeurs.get("enveloppe"), dossier.cible
    if not dossier.sains("enveloppe", "beneficiaire", "siret", "appel"):
        return
    if enveloppe.fonds.code == CodeFonds.FTJ and not valeurs.get("lien_transition"):
        dossier.refuser("lien_transition", "Pour le FTJ, dites le lien de l’opération avec la transition.")
    if dire_porteur_interne(cible) and not valeurs.get("mesure_conflit"):
        dossier.refuser("mesure_conflit", "Dites ce qui sépare l’instructeur et le porteur de cette opération.")
    if cible.appel and cible.appel.criteres.all():
        dossier.refuser("instruite_le", "L’appel a une grille de notation : instruisez à l’écran.")


def _verifier_equilibre(dossier: Dossier) -> None:
    """An instructed plan balances to the cent, and stays under the maximum rate of its call."""
    plan = dossier.plan
    if not dossier.sains(*PLAN):
        return
    if plan.ecart:
        verbe = "Il manque" if plan.ecart < 0 else "Il y a en trop"
        juste = plan.autofinancement - plan.ecart
        dossier.refuser(
            "autofinancement",
            f"{verbe} {format_euros(abs(plan.ecart))} de ressources pour équilibrer le plan.",
            format_nombre(juste) if juste >= 0 else "",
        )
    if refuse := dire_profil_refuse(dossier.cible.appel, plan.profil):
        dossier.refuser("instruite_le", f"{refuse} Les dépenses se saisissent à l’écran.")
    plafond = compute_plafond(dossier.cible.appel, cout=plan.cout_total_eligible, ue=plan.ue)
    if plafond.exces:
        dossier.refuser(
            "ue",
            f"La participation dépasse de {format_euros(plafond.exces)} le maximum de l’appel. Au-delà, instruisez à "
            "l’écran, où l’excès se confirme.",
            format_nombre(plafond.ue_max),
        )


def _comparer_instruction(dossier: Dossier, existante, le: date | None) -> None:
    if not le:
        return
    _comparer(dossier, "instruite_le", existante.instruite_le)
    derniere = next(iter(existante.instructions.all()), None)
    if derniere is None:
        return
    enregistre = {
        "avis": derniere.avis,
        "rapport": derniere.rapport,
        "lien_transition": derniere.lien_transition,
        "sans_conflit": derniere.est_sans_conflit,
        "mesure_conflit": derniere.mesure_conflit,
    }
    for nom, valeur in enregistre.items():
        if dossier.valeurs.get(nom) is not None:
            _comparer(dossier, nom, valeur)


def _decision(dossier: Dossier, controle, statut: str) -> None:
    le, existante, valeurs = dossier.valeurs.get("decidee_le"), dossier.existante, dossier.valeurs
    if existante and existante.programmee_le:
        _comparer_decision(dossier, existante, le)
        return
    if not le:
        _exiger_la_date(dossier, "decidee_le", DECISION)
        return
    if statut in (Statut.DEPOSEE, Statut.RECEVABLE):
        dossier.refuser("instruite_le", "Une opération est instruite avant d’être programmée : donnez cette date.")
        return
    if not _est_a(dossier, "decidee_le", statut, Statut.INSTRUITE):
        return
    depuis = valeurs.get("instruite_le") if "instruire" in dossier.actes else existante.instruite_le
    _verifier_jour(dossier, "decidee_le", controle.aujourdhui, depuis, "de l’instruction")
    if not valeurs.get("instance"):
        dossier.refuser("instance", "Indiquez l’instance qui a décidé.")
    prevu = ue_instruit(dossier)
    if valeurs.get("ue_programme") is None:
        dossier.refuser("ue_programme", "Écrivez le montant programmé.", format_nombre(prevu) if prevu else "")
    elif prevu is not None and valeurs["ue_programme"] != prevu and dossier.sains("ue"):
        dossier.refuser(
            "ue_programme", "Le montant programmé est la participation du plan instruit.", format_nombre(prevu)
        )
    if controle.decide and not _a_instruit(dossier, controle.auteur):
        dossier.actes.append("programmer")
    else:
        dossier.attend_decision = True


def ue_instruit(dossier: Dossier):
    """The European amount that would be programmed: that of the instructed plan in force, or of the line."""
    if "instruire" in dossier.actes or not dossier.existante:
        return dossier.plan.ue
    instruits = [plan for plan in dossier.existante.plans.all() if plan.version == VersionPlan.INSTRUIT]
    return max(instruits, key=lambda plan: plan.numero).ue


def _a_instruit(dossier: Dossier, auteur) -> bool:
    """Nobody decides on the file that they instructed, now or before."""
    if "instruire" in dossier.actes:
        return True
    existante = dossier.existante
    return existante.instruite_par_id == auteur.pk or any(
        instruction.auteur_id == auteur.pk for instruction in existante.instructions.all()
    )


def _comparer_decision(dossier: Dossier, existante, le: date | None) -> None:
    if not le:
        return
    _comparer(dossier, "decidee_le", existante.programmee_le)
    favorable = next(
        (d for d in existante.decisions.all() if d.sens == SensDecision.FAVORABLE and not d.annulee_le), None
    )
    if favorable:
        for nom in DECISION:
            if dossier.valeurs.get(nom) is not None:
                _comparer(dossier, nom, getattr(favorable, nom))


def _comparer(dossier: Dossier, colonne: str, enregistre) -> None:
    """A step that was taken is not taken again: the cell says the same, or is refused."""
    if dossier.valeurs.get(colonne) is None or not dossier.sains(colonne) or dossier.valeurs[colonne] == enregistre:
        return
    montre = format_nombre(enregistre) if hasattr(enregistre, "quantize") else montrer(enregistre)
    dossier.refuser(
        colonne, "Cette étape est déjà enregistrée autrement ; un import ne la reprend pas.", montre or "cellule vide"
    )


def _est_a(dossier: Dossier, colonne: str, statut: str, attendu: Statut) -> bool:
    if statut == attendu:
        return True
    dossier.refuser(colonne, f"L’opération est « {Statut(statut).label.lower()} » : cet acte ne s’y applique pas.")
    return False


def _verifier_jour(dossier: Dossier, colonne: str, aujourdhui: date, depuis: date | None, quoi: str) -> None:
    le = dossier.valeurs[colonne]
    if le > aujourdhui:
        dossier.refuser(colonne, "Choisissez une date qui n’est pas à venir.")
    elif depuis and le < depuis:
        dossier.refuser(colonne, f"Choisissez une date à partir du {format_date(depuis)}, date {quoi}.")


def _exiger_la_date(dossier: Dossier, colonne: str, autres: list[str]) -> None:
    """Cells of a step without its date would be lost without a word."""
    remplies = [nom for nom in autres if dossier.valeurs.get(nom) not in (None, "", False)]
    if remplies and dossier.sains(colonne):
        dossier.refuser(colonne, f"La ligne porte « {remplies[0]} » : donnez aussi cette date, ou videz la cellule.")
