"""The file of one person: all that a body holds about them, and who looked (right of access, GDPR art. 15 and 16)."""

from django.db import transaction
from django.utils import timezone

from accord.pdf import render_pdf
from comptes.journal import journaliser

from .enums import NatureConsultation
from .forms.identites import LIBELLES
from .models import ConsultationIdentite, Participation
from .reponses import dire_entree, dire_sortie
from .services.identites import CHAMPS_IDENTITE, exiger_motif, lire_identite


def fiches_de_la_personne(fiche: Participation) -> list[Participation]:
    """The records of the same person in the same body (`personne`), this one included."""
    siennes = Participation.objects.filter(
        operation__accord=fiche.operation.accord_id,
        operation__enveloppe__organisme=fiche.operation.enveloppe.organisme_id,
    )
    memes = siennes.filter(personne=fiche.personne) if fiche.personne else siennes.filter(pk=fiche.pk)
    lues = memes.for_indicateurs().select_related(
        "operation__structure", "operation__enveloppe__organisme", "operation__accord"
    )
    return list(lues.order_by("entree_le", "pk"))


@transaction.atomic
def build_droit_acces(fiche: Participation, *, auteur, motif: str) -> bytes:
    """The PDF to hand over; every identity in it is written down as shown (`code="motif"` without a reason)."""
    motif = exiger_motif(fiche, motif, "Dites pourquoi ce document est produit.")
    fiches = fiches_de_la_personne(fiche)
    parties = []
    for lue in fiches:
        clair = lire_identite(lue, auteur=auteur, nature=NatureConsultation.DROIT_ACCES, motif=motif)
        parties.append(
            {
                "fiche": lue,
                "identite": [(LIBELLES[champ], clair[champ]) for champ in CHAMPS_IDENTITE if clair.get(champ)]
                if clair
                else [],
                "entree": dire_entree(lue),
                "sortie": dire_sortie(lue) if lue.sortie_le else [],
            }
        )
    journaliser(fiche, "droit_acces", auteur=auteur, motif=motif)
    consultations = ConsultationIdentite.objects.filter(participation__in=fiches).select_related(
        "auteur", "participation"
    )
    contexte = {
        "parties": parties,
        "consultations": consultations,
        "organisme": fiche.operation.enveloppe.organisme,
        "accord": fiche.operation.accord,
        "jour": timezone.localdate(),
    }
    return render_pdf("pdf/droit_acces.html", contexte)
