"""Are the packs that went out still the ones that were produced?"""

import hashlib

from comptes.verification import verifier_gardes

from .donnees_dossier import compute_empreinte
from .models import DossierSeance


def verifier_dossiers() -> list[str]:
    """Compare the data and the file of each pack with their prints; and check
    the guards of their table; return one French sentence per difference."""
    ecarts = verifier_gardes(DossierSeance, "refuser", "vider")
    for dossier in DossierSeance.objects.select_related("reunion__comite").order_by("pk"):
        if compute_empreinte(dossier.donnees) != dossier.empreinte_donnees:
            ecarts.append(f"Dossier {dossier} : ses données ne correspondent plus à leur empreinte.")
        if not dossier.fichier.storage.exists(dossier.fichier.name):
            ecarts.append(f"Dossier {dossier} : son fichier a disparu.")
            continue
        with dossier.fichier.open() as fichier:
            if hashlib.file_digest(fichier, "sha256").hexdigest() != dossier.empreinte_fichier:
                ecarts.append(f"Dossier {dossier} : son fichier ne correspond plus à son empreinte.")
    return ecarts
