"""The secretary: committees to convene, and what each coming meeting still lacks for its pack."""

from django.urls import reverse

from accord.montants import INSECABLE
from gouvernance.alertes import compute_retard
from gouvernance.models import Comite, Reunion

from .blocs import Groupe, Ligne, Section, Vide, a_rebours, grouper_par_echeance


def manques(reunion) -> list[str]:
    """What a meeting lacks before its pack can go out."""
    return [
        quoi
        for manque, quoi in [
            (not reunion.nombre_points, "l’ordre du jour est vide"),
            (not reunion.derniere_version, "le dossier n’est pas produit"),
        ]
        if manque
    ]


def _ligne(reunion, aujourdhui) -> Ligne:
    reste = manques(reunion)
    if not reunion.nombre_points:
        acte = "Composer l’ordre du jour"
    elif reste:
        acte = "Produire le dossier"
    else:
        acte = "Relire le dossier"
    points = f"{reunion.nombre_points}{INSECABLE}{'points' if reunion.nombre_points > 1 else 'point'}"
    dossier = f"dossier version {reunion.derniere_version}" if reunion.derniere_version else ""
    return Ligne(
        acte,
        reverse("gouvernance:reunion", args=[reunion.comite.accord.slug, reunion.pk]),
        f"{reunion.comite} · {reunion.lieu} · {', '.join(reste) or 'rien ne manque'}",
        reunion.date,
        a_rebours(reunion.date, aujourdhui),
        valeur=points if reunion.nombre_points else "",
        nom_valeur=dossier,
    )


def _a_planifier(user, accord, aujourdhui) -> Groupe:
    """Committees late on their frequency for which no date is planned."""
    lignes = []
    for comite in (
        Comite.objects.for_user(user).filter(accord=accord).select_related("accord").with_reunions(aujourdhui)
    ):
        retard = compute_retard(comite, comite.derniere_le, comite.prochaine_le, aujourdhui)
        if retard and comite.prochaine_le is None:
            lignes.append(
                Ligne(
                    "Planifier une réunion",
                    reverse("gouvernance:comite", args=[accord.slug, comite.code]),
                    f"{comite} · {retard.titre[:1].lower()}{retard.titre[1:]}. {retard.texte}",
                    ton="stop",
                )
            )
    return Groupe("Comités en retard", lignes, len(lignes), "stop")


def build_section(user, accord, aujourdhui) -> Section:
    reunions = (
        Reunion.objects.for_user(user)
        .non_annulees()
        .filter(comite__accord=accord, date__gte=aujourdhui)
        .for_list()
        .order_by("date", "heure_debut")
    )
    retard = _a_planifier(user, accord, aujourdhui)
    groupes = grouper_par_echeance([_ligne(reunion, aujourdhui) for reunion in reunions], aujourdhui)
    url = reverse("gouvernance:comites", args=[accord.slug])
    return Section(
        "a-preparer",
        "À préparer",
        Vide(
            "Aucune réunion n’est prévue",
            "Planifiez la prochaine\u00a0: son ordre du jour et son dossier se préparent ici.",
            url,
            "Voir les comités",
        ),
        [groupe for groupe in (retard, *groupes) if groupe.lignes],
        url=url,
        lien="Tous les comités",
    )
