"""Settle an operation, archive it, and the way back."""

from django.core.exceptions import ValidationError

from accord.montants import INSECABLE, format_date, format_euros

from ..actes import REGLES, url_acte
from ..enums import NatureEcriture
from ..forms.paiements import ArchiveForm, DesarchivageForm, SoldeForm, dire_cles
from ..models import Convention
from ..pieces import pieces_manquantes
from ..services import annuler_solde, archiver_operation, desarchiver_operation, solder_operation
from ..services.cloture import bilans_sans_controle, compute_conservation, compute_libere
from ..services.etat import verrouiller
from ..services.grand_livre import soldes
from .commun import agir, ouvrir_acte
from .retours import reprendre


def _points_solde(operation, convention: Convention, tenu) -> list[dict]:
    """What must be done before the settlement, each with where to do it."""
    attendus = bilans_sans_controle(convention)
    du = tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.PAYE]
    points = [
        {
            "libelle": f"Bilan n°{INSECABLE}{bilan.numero}, déposé le {format_date(bilan.depose_le)}, sans contrôle",
            "etat": "stop",
            "url": url_acte(operation, "bilans"),
            "lien": "Conclure son contrôle de service fait",
        }
        for bilan in attendus
    ]
    if not attendus:
        points.append({"libelle": "Chaque bilan a son contrôle de service fait", "etat": "bon"})
    if du > 0:
        points.append(
            {
                "libelle": f"{format_euros(du)} retenus ne sont pas payés",
                "etat": "stop",
                "url": url_acte(operation, "payer"),
                "lien": "Payer le solde",
            }
        )
    elif du < 0:
        points.append(
            {
                "libelle": f"Le bénéficiaire a reçu {format_euros(-du)} de plus que le montant retenu",
                "etat": "stop",
                "url": url_acte(operation, "recouvrer"),
                "lien": "Recouvrer le trop-perçu",
            }
        )
    else:
        points.append({"libelle": "Le montant retenu est payé", "etat": "bon"})
    a_certifier = tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.CERTIFIE]
    if a_certifier:
        points.append(
            {
                "libelle": f"{format_euros(a_certifier)} à certifier, possible après le solde",
                "etat": "veille",
                "url": url_acte(operation, "paiements"),
                "lien": "Voir la certification",
            }
        )
    return points


def solder(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "solder")
    if ailleurs:
        return ailleurs
    tenu = soldes(operation)
    convention = operation.conventions.courante()
    points = _points_solde(operation, convention, tenu) if convention else []
    libere = tenu[NatureEcriture.PROGRAMME] - tenu[NatureEcriture.PAYE]
    form = SoldeForm(request.POST or None, pas_avant=operation.statut_depuis_le, libere=libere)

    def acte():
        verrouiller(operation, depuis=REGLES["solder"].depuis)
        form.exiger_vu(
            str(libere), f"Le solde libère {format_euros(libere)}. Relisez-le, puis cochez la case de nouveau."
        )
        solder_operation(operation, auteur=request.user, le=form.cleaned_data["le"])

    return agir(
        request,
        operation,
        [form],
        acte,
        lambda: (
            f"Opération soldée. {format_euros(libere)} redeviennent disponibles." if libere else "Opération soldée."
        ),
        "operations/solder.html",
        tenu=tenu,
        libere=libere,
        points=points,
        est_pret=not any(point["etat"] == "stop" for point in points),
    )


def dessolder(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "dessolder")
    if ailleurs:
        return ailleurs
    convention = operation.conventions.courante()
    soldee_le = format_date(convention.soldee_le if convention else operation.statut_depuis_le)
    return reprendre(
        request,
        operation,
        annuler_solde,
        montant=compute_libere(operation),
        pas_avant=operation.statut_depuis_le,
        succes="Solde annulé. L’opération est de nouveau achevée.",
        titre="Annuler le solde",
        texte=f"Soldée le {soldee_le}. L’annulation corrige une erreur\u00a0: ce qui avait été libéré revient à "
        "l’opération, à la même date. Un recouvrement fait depuis s’annule d’abord.",
        bouton="Annuler le solde",
    )


def archiver(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "archiver")
    if ailleurs:
        return ailleurs
    convention = operation.conventions.courante()
    manquantes = pieces_manquantes(operation)
    form = ArchiveForm(
        request.POST or None,
        manquantes=manquantes,
        pas_avant=operation.statut_depuis_le,
        initial={"est_aide_etat": bool(convention and convention.est_aide_etat)},
    )
    tenu = soldes(operation)

    def acte():
        saisie = form.cleaned_data
        try:
            archiver_operation(
                operation,
                auteur=request.user,
                le=saisie["le"],
                jusqu_au=saisie["jusqu_au"],
                est_aide_etat=saisie["est_aide_etat"],
                sans_pieces=saisie["vu"].split(",") if saisie.get("confirmer") else (),
            )
        except ValidationError as refuse:
            if getattr(refuse, "code", None) == "pieces":
                form.montrer(dire_cles(refuse.params["manquantes"]))
            raise

    return agir(
        request,
        operation,
        [form],
        acte,
        lambda: (
            "Opération archivée. "
            "Ses pièces sont conservées jusqu’au "
            f"{format_date(operation.conventions.courante().conservation_jusqu_au)}."
        ),
        "operations/archiver.html",
        conservations=[
            (libelle, compute_conservation(operation, est_aide_etat=aide))
            for libelle, aide in (("Cas général", False), ("Aide d’État ou de minimis", True))
        ],
        a_certifier=max(tenu[NatureEcriture.RETENU] - tenu[NatureEcriture.CERTIFIE], 0),
        a_retirer=max(tenu[NatureEcriture.CERTIFIE] - tenu[NatureEcriture.RETENU], 0),
        url_paiements=url_acte(operation, "paiements"),
        manquantes=manquantes,
        url_pieces=url_acte(operation, "pieces"),
    )


def desarchiver(request, accord, numero):
    operation, ailleurs = ouvrir_acte(request, accord, numero, "desarchiver")
    if ailleurs:
        return ailleurs
    form = DesarchivageForm(request.POST or None, pas_avant=operation.statut_depuis_le)
    return agir(
        request,
        operation,
        [form],
        lambda: desarchiver_operation(operation, auteur=request.user, **form.cleaned_data),
        lambda: "Opération sortie de l’archive. Elle est de nouveau soldée.",
        "operations/acte.html",
        titre="Sortir de l’archive",
        texte="L’opération redevient soldée\u00a0: un recouvrement ou une certification y est de nouveau possible.",
        bouton="Sortir de l’archive",
    )
