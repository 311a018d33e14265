"""What each role allows, in the words of the screens (design, « Who may »)."""

from .enums import Role

ROLES_EXPLIQUES = [
    (
        Role.GESTIONNAIRE.label,
        "Saisit, instruit et suit les opérations de son organisme\u202f; lit un résumé des autres.",
    ),
    (Role.RESPONSABLE.label, "Décide sur les opérations de son organisme, publie ses appels à projets, signe."),
    (Role.LECTEUR_ETAT.label, "Lit tous les dossiers, les tableaux de bord et les comités."),
    (Role.AGD.label, "Lit tous les dossiers et valide les avenants de l’accord."),
    (Role.SECRETAIRE.label, "Prépare les réunions des comités, leur ordre du jour et leur dossier."),
    (Role.PLIE.label, "Lit les opérations de sa structure et les comités où il siège."),
    (Role.ADMINISTRATEUR.label, "Ouvre les comptes et accorde les rôles\u202f; ne lit pas les opérations."),
    (Role.AUDITEUR.label, "Lit tout, le temps d’un mandat daté\u202f; ne change rien."),
]
