"""The icons (grid of 16, stroke of 1.7, drawn here) and the badge of each status: an icon, a tone, a word."""

from dataclasses import dataclass

ICONES = {
    "alerte": '<path d="M8 2.2 14.4 13.4H1.6z"/><path d="M8 6.6v3.2M8 11.6v.1"/>',
    "arret": '<rect x="3.2" y="3.2" width="9.6" height="9.6" rx="1"/>',
    "bas": '<path d="M8 2.6V13M3.8 8.8 8 13l4.2-4.2"/>',
    "boite": '<path d="M2 5.4h12v8.2H2zM2.8 5.4l1.4-3h7.6l1.4 3M6.2 8.4h3.6"/>',
    "bulle": '<path d="M2 3h12v8H7.4L4.4 13.8V11H2z"/>',
    "cadenas": '<rect x="3" y="7" width="10" height="7" rx="1"/><path d="M5.2 7V4.8a2.8 2.8 0 0 1 5.6 0V7"/>',
    "calendrier": '<rect x="2" y="3.2" width="12" height="10.6" rx="1"/><path d="M2 6.6h12M5.2 1.8v2.6M10.8 1.8v2.6"/>',
    "cercle": '<circle cx="8" cy="8" r="6.2"/>',
    "chevron-bas": '<path d="m3.6 6 4.4 4.4L12.4 6"/>',
    "chevron-droit": '<path d="M6 3.6 10.4 8 6 12.4"/>',
    "coche": '<path d="m3 8.5 3.2 3.2L13 4.8"/>',
    "coche-cercle": '<circle cx="8" cy="8" r="6.2"/><path d="m5.2 8.2 2 2 3.6-4"/>',
    "corbeille": '<path d="M2.6 4.4h10.8M6 4.2V2.4h4v1.8M4 4.6l.6 9h6.8l.6-9M6.8 7.2v4M9.2 7.2v4"/>',
    "courrier": '<rect x="1.8" y="3.4" width="12.4" height="9.4" rx="1"/><path d="m2.2 4.4 5.8 4.8 5.8-4.8"/>',
    "croix": '<path d="m4 4 8 8M12 4l-8 8"/>',
    "croix-cercle": '<circle cx="8" cy="8" r="6.2"/><path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4"/>',
    "depot": '<path d="M8 2v6.4M5.4 6 8 8.6 10.6 6M2.2 9.6v3.8h11.6V9.6"/>',
    "document": '<path d="M3.4 2h6.2l3 3v9H3.4zM9.4 2v3.2h3.2M5.8 8.4h4.4M5.8 11h4.4"/>',
    "dossier-loupe": '<path d="M8.2 14H3V2h6l3 3v2.2m.5 5.2 1.7 1.7"/><circle cx="10.8" cy="10.6" r="2.3"/>',
    "double-coche": '<path d="m1.5 8.5 3 3 6-6.5M7.6 11l.6.5 6.3-6.5"/>',
    "drapeau": '<path d="M3.6 14V2.6h8.6l-2 3 2 3H3.6"/>',
    "droite": '<path d="M3 8h10.4M8.8 3.8 13 8l-4.2 4.2"/>',
    "egal": '<path d="M3 6.2h10M3 9.8h10"/>',
    "euro": '<path d="M12.6 4.2A5 5 0 0 0 4.4 8a5 5 0 0 0 8.2 3.8M2.4 6.8h6.4M2.4 9.2h6.4"/>',
    "filtre": '<path d="M2 3.4h12M4.4 8h7.2M6.6 12.6h2.8"/>',
    "gauche": '<path d="M13 8H2.6M7.2 3.8 3 8l4.2 4.2"/>',
    "haut": '<path d="M8 13.4V3M3.8 7.2 8 3l4.2 4.2"/>',
    "horloge": '<circle cx="8" cy="8" r="6.2"/><path d="M8 4.6V8l2.3 1.6"/>',
    "info": '<circle cx="8" cy="8" r="6.2"/><path d="M8 7.4v3.6M8 5v.1"/>',
    "interdit": '<circle cx="8" cy="8" r="6.2"/><path d="m3.7 12.3 8.6-8.6"/>',
    "lecture": '<path d="M4.6 2.8 12.8 8l-8.2 5.2z"/>',
    "pause": '<path d="M5.5 3.4v9.2M10.5 3.4v9.2"/>',
    "personne": '<circle cx="8" cy="5.2" r="2.8"/><path d="M2.6 14c.5-3 2.6-4.6 5.4-4.6s4.9 1.6 5.4 4.6"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "poignee": '<path d="M5.6 3.5v.1M10.4 3.5v.1M5.6 8v.1M10.4 8v.1M5.6 12.5v.1M10.4 12.5v.1" stroke-width="2.4"/>',
    "recherche": '<circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5 14 14"/>',
    "retour": '<path d="M5.6 3 2.4 6.2l3.2 3.2M2.6 6.2h6.6a3.8 3.8 0 0 1 0 7.4H6"/>',
    "stylo": '<path d="m3 13 .7-3L11 2.8l2.2 2.2L6 12.3zM9.4 4.4l2.2 2.2"/>',
    "telecharger": '<path d="M8 2v7.6M4.8 6.6 8 9.8l3.2-3.2M2.6 13.6h10.8"/>',
    "tri": '<path d="M5 3v10M2.6 10.6 5 13l2.4-2.4M11 13V3M8.6 5.4 11 3l2.4 2.4"/>',
}

TONS = {"neutre": "#475562", "avance": "#073f46", "bon": "#1b623a", "veille": "#7a4a00", "stop": "#a3261b"}


@dataclass(frozen=True)
class Etat:
    """How a status is shown: `ton` is one of TONS; `simple` takes the ground off when nothing is left to do."""

    icone: str
    ton: str
    mot: str
    simple: bool = False

    @property
    def classes(self) -> str:
        return " ".join(
            filter(None, ["etat", "simple" if self.simple else "", self.ton if self.ton != "neutre" else ""])
        )


ETATS = {
    # Operation
    "deposee": Etat("depot", "neutre", "Déposée"),
    "irrecevable": Etat("croix-cercle", "stop", "Irrecevable"),
    "recevable": Etat("coche", "neutre", "Recevable"),
    "instruite": Etat("dossier-loupe", "avance", "Instruite"),
    "ajournee": Etat("pause", "veille", "Ajournée"),
    "refusee": Etat("croix-cercle", "stop", "Refusée"),
    "programmee": Etat("drapeau", "avance", "Programmée"),
    "abandonnee": Etat("interdit", "neutre", "Abandonnée", simple=True),
    "deprogrammee": Etat("retour", "veille", "Déprogrammée"),
    "conventionnee": Etat("stylo", "avance", "Conventionnée"),
    "en_execution": Etat("lecture", "bon", "En exécution"),
    "achevee": Etat("arret", "bon", "Achevée"),
    "soldee": Etat("double-coche", "bon", "Soldée", simple=True),
    "archivee": Etat("boite", "neutre", "Archivée", simple=True),
    "resiliee": Etat("interdit", "stop", "Résiliée"),
    # Meeting
    "convoquee": Etat("courrier", "avance", "Convoquée"),
    "tenue": Etat("coche", "bon", "Tenue"),
    "releve_valide": Etat("double-coche", "bon", "Relevé validé", simple=True),
    "annulee": Etat("interdit", "neutre", "Annulée", simple=True),
    # Call for projects
    "brouillon": Etat("stylo", "neutre", "Brouillon"),
    "publie": Etat("lecture", "bon", "Publié"),
    "clos": Etat("arret", "neutre", "Clos", simple=True),
    # Tranche of an envelope; a planned meeting reads the same
    "prevue": Etat("calendrier", "neutre", "Prévue"),
    "ouverte": Etat("lecture", "bon", "Ouverte"),
    "close": Etat("arret", "neutre", "Close", simple=True),
    # Amendment
    "projet": Etat("stylo", "neutre", "En projet"),
    "propose": Etat("horloge", "veille", "Proposé"),
    "signe": Etat("coche", "bon", "Signé"),
    # Point of an agenda
    "information": Etat("info", "neutre", "Information"),
    "debat": Etat("bulle", "veille", "Débat"),
    "avis": Etat("coche", "avance", "Avis"),
    # Opinion of an instruction
    "favorable": Etat("coche", "bon", "Favorable"),
    "reserve": Etat("alerte", "veille", "Favorable avec réserves"),
    "defavorable": Etat("croix-cercle", "stop", "Défavorable"),
    # Report that a contract asks for
    "attendu": Etat("horloge", "neutre", "Attendu"),
    "en_retard": Etat("alerte", "stop", "En retard"),
    "depose": Etat("coche", "bon", "Déposé"),
    "sans_objet": Etat("interdit", "neutre", "Sans objet", simple=True),
    # Piece
    "piece_deposee": Etat("coche", "bon", "Déposée"),
    "piece_saine": Etat("coche", "bon", "Déposée, analysée"),
    "piece_manquante": Etat("alerte", "veille", "Manquante"),
    "piece_recue": Etat("alerte", "veille", "Reçue, fichier non déposé"),
    "piece_facultative": Etat("cercle", "neutre", "Facultative", simple=True),
    # Observation
    "observation_ouverte": Etat("horloge", "veille", "Réponse attendue"),
    "observation_repondue": Etat("bulle", "avance", "Réponse reçue"),
    "observation_close": Etat("arret", "neutre", "Close", simple=True),
    # Report, from its control to its payment
    "en_csf": Etat("dossier-loupe", "avance", "En contrôle"),
    "contradictoire": Etat("bulle", "veille", "Contradictoire"),
    "csf_valide": Etat("coche-cercle", "bon", "Contrôlé"),
    "paye": Etat("double-coche", "bon", "Payé", simple=True),
    # Item of the sample of a control
    "acceptee": Etat("coche", "bon", "Acceptée"),
    "ecartee": Etat("croix-cercle", "stop", "Écartée"),
    # Record of a participant
    "fiche_complete": Etat("coche", "bon", "Complète", simple=True),
    "fiche_incomplete": Etat("alerte", "veille", "Incomplète"),
    "fiche_retard": Etat("alerte", "stop", "En retard"),
    "fiche_annulee": Etat("interdit", "neutre", "Annulée", simple=True),
    # Presumed duplicate
    "doublon_a_decider": Etat("horloge", "veille", "À décider"),
    "doublon_attendu": Etat("bulle", "avance", "Autre organisme attendu"),
    "doublon_accord": Etat("double-coche", "bon", "D’accord", simple=True),
    "doublon_desaccord": Etat("alerte", "stop", "En désaccord"),
    "doublon_ecarte": Etat("arret", "neutre", "Écarté", simple=True),
    # Record against a line of demarcation
    "partage_ecart": Etat("alerte", "stop", "Écart"),
    "partage_alerte": Etat("alerte", "veille", "À vérifier"),
    "partage_inconnu": Etat("cercle", "neutre", "Non renseigné"),
    "partage_conforme": Etat("coche", "bon", "Conforme", simple=True),
    # Account
    "actif": Etat("coche", "bon", "Ouvert"),
    "ferme": Etat("cadenas", "neutre", "Fermé", simple=True),
}
INCONNU = Etat("cercle", "neutre", "")
