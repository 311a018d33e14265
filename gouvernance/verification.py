"""Are the packs that went out still the ones that were produced?"""

import hashlib

from .models import DossierSeance


def verifier_dossiers() -> list[str]:
    """Compare the file of each frozen pack with its print; return one French sentence per difference."""
    ecarts = []
    for dossier in DossierSeance.objects.select_related("reunion__comite").order_by("pk"):
        if not dossier.fichier.storage.exists(dossier.fichier.name):
            ecarts.append(f"Dossier {dossier} : son fichier a disparu.")
            continue
        with dossier.fichier.open() as fichier:
            if hashlib.file_digest(fichier, "sha256").hexdigest() != dossier.empreinte_fichier:
                ecarts.append(f"Dossier {dossier} : son fichier ne correspond plus à son empreinte.")
    return ecarts
