from django.core.exceptions import ValidationError
from django.db import transaction

from comptes.concurrence import save_checked
from comptes.enums import Role
from comptes.journal import journaliser

from ..enums import RoleStructure
from ..models import ContactStructure, Structure

CHAMPS = [
    "nom",
    "siret",
    "siren_declare",
    "roles",
    "organisme",
    "adresse",
    "code_postal",
    "commune",
]


@transaction.atomic
def enregistrer_structure(structure: Structure, *, auteur, contacts: list[ContactStructure] | None = None) -> Structure:
    """Create a structure or change it, and say in the journal what each field was and becomes.

    `contacts` replaces its contacts; the journal, which is never purged, keeps how many they are and no name.

    Its link with a body of the agreement opens its files to that PLIE and stops conflicts of interest: it is laid by
    who holds every operation concerned, and once operations exist only their responsable changes it (`code="lien"`).
    """
    avant = Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk) if structure.pk else None
    structure.full_clean()
    if avant:
        _verifier_lien(avant, structure, auteur)
    save_checked(structure)
    valeurs = {champ: _dire(structure, champ) for champ in CHAMPS}
    changement = _remplacer_contacts(structure, contacts)
    if avant:
        anciennes = {champ: _dire(avant, champ) for champ in CHAMPS}
        valeurs = {
            champ: {"avant": anciennes[champ], "apres": valeur}
            for champ, valeur in valeurs.items()
            if valeur != anciennes[champ]
        }
        if not valeurs and not changement:
            return structure
    journaliser(structure, "modifie" if avant else "cree", auteur=auteur, **valeurs, **changement)
    return structure


def _remplacer_contacts(structure: Structure, contacts: list[ContactStructure] | None) -> dict[str, str]:
    """Put these contacts in place of the others; what the journal says of it, empty when nothing changed."""
    if contacts is None:
        return {}
    champs = ("nom", "fonction", "courriel", "telephone")
    if [tuple(getattr(c, n) for n in champs) for c in contacts] == list(structure.contacts.values_list(*champs)):
        return {}
    structure.contacts.all().delete()
    for contact in contacts:
        contact.structure = structure
        contact.full_clean(exclude=["structure"])
    ContactStructure.objects.bulk_create(contacts)
    return {"contacts": str(len(contacts)) if contacts else "aucun"}


def _dire(structure: Structure, champ: str) -> str:
    valeur = getattr(structure, champ)
    if champ == "roles":
        return ", ".join(RoleStructure(role).label.lower() for role in valeur)
    return str(valeur) if valeur else ""


def _verifier_lien(avant: Structure, structure: Structure, auteur) -> None:
    """Refuse a new link, or a change of link, that reaches files the author does not hold."""
    if avant.organisme_id == structure.organisme_id:
        return
    concernes = set(structure.operations.order_by().values_list("enveloppe__organisme", flat=True))
    roles = [Role.RESPONSABLE] if avant.organisme_id else [Role.GESTIONNAIRE, Role.RESPONSABLE]
    if concernes - set(auteur.organismes_ids(*roles)):
        qui = "leur responsable" if avant.organisme_id else "l’organisme qui les gère"
        raise ValidationError(
            {
                "organisme": "Cette structure porte des opérations\u00a0: ce lien ouvre leurs dossiers à l’organisme "
                f"choisi et règle les conflits d’intérêts. Seul {qui} le change."
            },
            code="lien",
        )
