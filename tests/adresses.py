"""Every address of the product × every kind of person: what answers, what is refused, what is not even known.

404 for who may not know that it exists, 403 for who may not do it, 302 to the sign-in page for a stranger. The objects
belong to the Département (CD62), on an agreement that `ailleurs` is not bound to; the PLIE sits in the committee, and
the operation is not its own. Read by test_permissions.py and by the walk of the browser.
"""

from typing import NamedTuple

from django.urls import get_resolver

PERSONNES = ["anonyme", "cd62", "tm", "responsable", "etat", "agd", "secretaire", "plie", "administrateur", "auditeur"]
PERSONNES += ["ailleurs"]
PORTES = {  # what answers a stranger: signing in, choosing a password, the probe (static files have no name)
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "sante",
}

# Method and name, the objects of the address, then one status per person; « 200*3 » is 200 three times.
#                                                     anonyme cd62 tm resp etat agd secr plie admin audit ailleurs
TABLE = """
GET  racine                            -               302 302*10
GET  sante                             -               200 200*10
POST sante                             -               405 405*10
GET  travail                           travail         302 200 404*9
GET  travail_avancement                travail         302 200 404*9

GET  account_login                     -               200 302*10
GET  account_logout                    -               302 200*10
POST account_logout                    -               302 302*10
GET  account_inactive                  -               200 200*10
GET  account_reset_password            -               200 200*10
POST account_reset_password            -               200 200*10
GET  account_reset_password_done       -               200 200*10
GET  account_reset_password_from_key   uid cle         200 200*10
GET  account_reset_password_from_key_done -            200 200*10
GET  account_change_password           -               302 200*10
POST account_change_password           -               302 200*10
GET  account_reauthenticate            -               302 200*10
GET  mfa_index                         -               302 200*10
GET  mfa_authenticate                  -               302 302*10
GET  mfa_reauthenticate                -               302 302*10
GET  mfa_activate_totp                 -               302 302*10
GET  mfa_deactivate_totp               -               302 404*10
GET  mfa_view_recovery_codes           -               302 404*10
GET  mfa_generate_recovery_codes       -               302 302*10
GET  mfa_download_recovery_codes       -               302 404*10

GET  comptes:moi                       -               302 200*10
GET  comptes:utilisateurs              -               302 403 403 403 403 403 403 403 200 200 403
GET  comptes:export_csv                -               302 403 403 403 403 403 403 403 200 200 403
GET  comptes:ouvrir                    -               302 403 403 403 403 403 403 403 200 403 403
POST comptes:ouvrir                    -               302 403 403 403 403 403 403 403 200 403 403
GET  comptes:utilisateur               personne        302 404 404 404 404 404 404 404 200 200 404
GET  comptes:modifier                  personne        302 404 404 404 404 404 404 404 200 403 404
POST comptes:modifier                  personne        302 404 404 404 404 404 404 404 200 403 404
GET  comptes:inviter                   personne        302 405*10
POST comptes:inviter                   personne        302 404 404 404 404 404 404 404 302 403 404
GET  comptes:fermer                    personne        302 404 404 404 404 404 404 404 200 403 404
POST comptes:fermer                    personne        302 404 404 404 404 404 404 404 200 403 404
GET  comptes:rouvrir                   personne        302 405*10
POST comptes:rouvrir                   personne        302 404 404 404 404 404 404 404 302 403 404
GET  comptes:accorder                  personne        302 404 404 404 404 404 404 404 200 403 404
POST comptes:accorder                  personne        302 404 404 404 404 404 404 404 200 403 404
GET  comptes:clore                     personne role   302 404 404 404 404 404 404 404 200 403 404
POST comptes:clore                     personne role   302 404 404 404 404 404 404 404 200 403 404

GET  pilotage:accueil                  accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:tableau_de_bord          accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:export_csv               accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:indicateurs              accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:indicateurs_csv          accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:indicateurs_xlsx         accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:qpv                      accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:qpv_csv                  accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:qpv_xlsx                 accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:recherche                accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:aide                     accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:accessibilite            accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:donnees_personnelles     accord          302 200 200 200 200 200 200 200 200 200 404
GET  pilotage:mentions_legales         accord          302 200 200 200 200 200 200 200 200 200 404

GET  accord:fiche                      accord          302 200 200 200 200 200 200 200 200 200 404

GET  territoires:liste                 accord          302 200 200 200 200 200 200 200 200 200 404
GET  territoires:epcis                 accord          302 200 200 200 200 200 200 200 200 200 404
GET  territoires:quartiers             accord          302 200 200 200 200 200 200 200 200 200 404
GET  territoires:quartiers_csv         accord          302 200 200 200 200 200 200 200 200 200 404
GET  territoires:quartiers_xlsx        accord          302 200 200 200 200 200 200 200 200 200 404
GET  territoires:perimetre             accord perimetre 302 200 200 200 200 200 200 200 200 200 404
GET  territoires:ajouter               accord perimetre 302 403 403 403 403 403 403 403 200 403 404
POST territoires:ajouter               accord perimetre 302 403 403 403 403 403 403 403 200 403 404
GET  territoires:retirer               accord perimetre 302 403 403 403 403 403 403 403 200 403 404
POST territoires:retirer               accord perimetre 302 403 403 403 403 403 403 403 200 403 404

GET  operations:enveloppe              accord enveloppe 302 200 200 200 200 200 200 200 200 200 404
GET  operations:liste                  accord          302 200 200 200 200 200 200 200 403 200 404
GET  operations:export_operations_csv  accord          302 200 200 200 200 200 200 200 403 200 404
GET  operations:export_operations_xlsx accord          302 200 200 200 200 200 200 200 403 200 404
GET  operations:export_operations_ods  accord          302 200 200 200 200 200 200 200 403 200 404
GET  operations:export_ecritures_csv   accord          302 200 200 200 200 200 403 200 403 200 404
GET  operations:export_ecritures_xlsx  accord          302 200 200 200 200 200 403 200 403 200 404
GET  operations:export_ecritures_ods   accord          302 200 200 200 200 200 403 200 403 200 404
GET  operations:import                 accord          302 200 200 200 403 403 403 403 403 403 404
POST operations:import                 accord          302 200 200 200 403 403 403 403 403 403 404
GET  operations:import_modele_csv      accord          302 200 200 200 403 403 403 403 403 403 404
GET  operations:import_modele_xlsx     accord          302 200 200 200 403 403 403 403 403 403 404
GET  operations:import_fichier         accord fichier_import 302 200 404*9
GET  operations:import_annote          accord fichier_import 302 200 404*9
GET  operations:import_importer        accord fichier_import 302 405*9 404
POST operations:import_importer        accord fichier_import 302 302 404*9
GET  operations:creer                  accord          302 200 200 403 403 403 403 403 403 403 404
POST operations:creer                  accord          302 200 200 403 403 403 403 403 403 403 404
GET  operations:detail                 accord operation 302 200 200 200 200 200 200 404 404 200 404
GET  operations:plan                   accord operation 302 200 403 200 200 200 403 404 404 200 404
GET  operations:plan_calcul            accord           302 405*9 404
POST operations:plan_calcul            accord           302 200 200 200 403 403 403 403 403 403 404
GET  operations:ressource_etat         accord operation ressource 302 200 403 403 403 403 403 404 404 403 404
POST operations:ressource_etat         accord operation ressource 302 200 403 403 403 403 403 404 404 403 404
GET  operations:ressource_annuler      accord operation ressource 302 200 403 403 403 403 403 404 404 403 404
POST operations:ressource_annuler      accord operation ressource 302 200 403 403 403 403 403 404 404 403 404
GET  operations:instruction            accord operation 302 200 403 200 200 200 403 404 404 200 404
GET  operations:journal                accord operation 302 200 403 200 200 200 403 404 404 200 404
GET  operations:modifier               accord deposee   302 200 403 403 403 403 403 404 404 403 404
POST operations:modifier               accord deposee   302 200 403 403 403 403 403 404 404 403 404
GET  operations:recevable              accord deposee   302 200 403 403 403 403 403 404 404 403 404
POST operations:recevable              accord deposee   302 200 403 403 403 403 403 404 404 403 404
GET  operations:irrecevable            accord deposee   302 200 403 403 403 403 403 404 404 403 404
POST operations:irrecevable            accord deposee   302 200 403 403 403 403 403 404 404 403 404
GET  operations:instruire              accord recevable 302 200 403 403 403 403 403 404 404 403 404
POST operations:instruire              accord recevable 302 200 403 403 403 403 403 404 404 403 404
GET  operations:rouvrir                accord instruite 302 200 403 403 403 403 403 404 404 403 404
POST operations:rouvrir                accord instruite 302 200 403 403 403 403 403 404 404 403 404
GET  operations:programmer             accord instruite 302 403 403 200 403 403 403 404 404 403 404
POST operations:programmer             accord instruite 302 403 403 200 403 403 403 404 404 403 404
GET  operations:refuser                accord instruite 302 403 403 200 403 403 403 404 404 403 404
POST operations:refuser                accord instruite 302 403 403 200 403 403 403 404 404 403 404
GET  operations:ajourner               accord instruite 302 403 403 200 403 403 403 404 404 403 404
POST operations:ajourner               accord instruite 302 403 403 200 403 403 403 404 404 403 404
GET  operations:abandonner             accord deposee   302 200 403 200 403 403 403 404 404 403 404
POST operations:abandonner             accord deposee   302 200 403 200 403 403 403 404 404 403 404
GET  operations:deprogrammer           accord operation 302 403 403 200 403 403 403 404 404 403 404
POST operations:deprogrammer           accord operation 302 403 403 200 403 403 403 404 404 403 404
GET  operations:rouvrir_recevabilite   accord recevable 302 200 403 403 403 403 403 404 404 403 404
POST operations:rouvrir_recevabilite   accord recevable 302 200 403 403 403 403 403 404 404 403 404
GET  operations:annuler_decision       accord operation 302 403 403 200 403 403 403 404 404 403 404
POST operations:annuler_decision       accord operation 302 403 403 200 403 403 403 404 404 403 404
GET  operations:annuler_retrait        accord retiree   302 403 403 200 403 403 403 404 404 403 404
POST operations:annuler_retrait        accord retiree   302 403 403 200 403 403 403 404 404 403 404
GET  operations:condition_lever        accord suivie condition 302 200 403 200 403 403 403 404 404 403 404
POST operations:condition_lever        accord suivie condition 302 200 403 200 403 403 403 404 404 403 404
GET  operations:condition_retablir     accord suivie levee     302 200 403 200 403 403 403 404 404 403 404
POST operations:condition_retablir     accord suivie levee     302 200 403 200 403 403 403 404 404 403 404
GET  operations:appel_grille           accord brouillon 302 200 403 403 403 403 403 404 404 403 404
POST operations:appel_grille           accord brouillon 302 200 403 403 403 403 403 404 404 403 404
GET  operations:convention            accord operation 302 200 403 200 200 200 403 404 404 200 404
GET  operations:convention_pdf        accord conventionnee 302 200 403 200 200 200 403 404 404 200 404
GET  operations:signatures            accord operation 302 200 403 200 403 403 403 404 404 403 404
POST operations:signatures            accord operation 302 200 403 200 403 403 403 404 404 403 404
GET  operations:retirer_signature     accord signature 302 200 403 200 403 403 403 404 404 403 404
POST operations:retirer_signature     accord signature 302 200 403 200 403 403 403 404 404 403 404
GET  operations:conventionner         accord operation 302 403 403 200 403 403 403 404 404 403 404
POST operations:conventionner         accord operation 302 403 403 200 403 403 403 404 404 403 404
GET  operations:annuler_convention    accord conventionnee 302 403 403 200 403 403 403 404 404 403 404
POST operations:annuler_convention    accord conventionnee 302 403 403 200 403 403 403 404 404 403 404
GET  operations:demarrer              accord conventionnee 302 200 403 403 403 403 403 404 404 403 404
POST operations:demarrer              accord conventionnee 302 200 403 403 403 403 403 404 404 403 404
GET  operations:annuler_demarrage     accord execution 302 200 403 403 403 403 403 404 404 403 404
POST operations:annuler_demarrage     accord execution 302 200 403 403 403 403 403 404 404 403 404
GET  operations:avenant               accord execution 302 403 403 200 403 403 403 404 404 403 404
POST operations:avenant               accord execution 302 403 403 200 403 403 403 404 404 403 404
GET  operations:annuler_avenant       accord amendee 302 403 403 200 403 403 403 404 404 403 404
POST operations:annuler_avenant       accord amendee 302 403 403 200 403 403 403 404 404 403 404
GET  operations:resilier              accord execution 302 403 403 200 403 403 403 404 404 403 404
POST operations:resilier              accord execution 302 403 403 200 403 403 403 404 404 403 404
GET  operations:annuler_resiliation   accord resiliee 302 403 403 200 403 403 403 404 404 403 404
POST operations:annuler_resiliation   accord resiliee 302 403 403 200 403 403 403 404 404 403 404
GET  operations:bilan_reporter        accord execution attendu 302 200 403 200 403 403 403 404 404 403 404
POST operations:bilan_reporter        accord execution attendu 302 200 403 200 403 403 403 404 404 403 404
GET  operations:paiements              accord soldee    302 200 403 200 200 200 403 404 404 200 404
GET  operations:bilans                 accord execution 302 200 403 200 200 200 403 404 404 200 404
GET  operations:bilan                  accord controlee bilan_ouvert 302 200 403 200 200 200 403 404 404 200 404
GET  operations:csf_pdf                accord conclue bilan_conclu 302 200 403 200 200 200 403 404 404 200 404
GET  operations:enregistrer_bilan      accord execution 302 200 403 403 403 403 403 404 404 403 404
POST operations:enregistrer_bilan      accord execution 302 200 403 403 403 403 403 404 404 403 404
GET  operations:achever                accord execution 302 200 403 403 403 403 403 404 404 403 404
POST operations:achever                accord execution 302 200 403 403 403 403 403 404 404 403 404
GET  operations:reprendre_execution    accord achevee 302 200 403 403 403 403 403 404 404 403 404
POST operations:reprendre_execution    accord achevee 302 200 403 403 403 403 403 404 404 403 404
GET  operations:annuler_bilan          accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
POST operations:annuler_bilan          accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
GET  operations:lister_depenses        accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
POST operations:lister_depenses        accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
GET  operations:ouvrir_csf             accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
POST operations:ouvrir_csf             accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
GET  operations:csf_echantillon        accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
POST operations:csf_echantillon        accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
GET  operations:csf_verifier           accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
POST operations:csf_verifier           accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
GET  operations:csf_envoyer            accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
POST operations:csf_envoyer            accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
GET  operations:csf_repondre           accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
POST operations:csf_repondre           accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
GET  operations:rendre_csf             accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
POST operations:rendre_csf             accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
GET  operations:abandonner_csf         accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
POST operations:abandonner_csf         accord controlee bilan_ouvert 302 200 403 403 403 403 403 404 404 403 404
GET  operations:annuler_csf            accord conclue bilan_conclu 302 200 403 403 403 403 403 404 404 403 404
POST operations:annuler_csf            accord conclue bilan_conclu 302 200 403 403 403 403 403 404 404 403 404
GET  operations:payer                  accord payee     302 403 403 200 403 403 403 404 404 403 404
POST operations:payer                  accord payee     302 403 403 200 403 403 403 404 404 403 404
GET  operations:recouvrer              accord soldee    302 403 403 200 403 403 403 404 404 403 404
POST operations:recouvrer              accord soldee    302 403 403 200 403 403 403 404 404 403 404
GET  operations:paiement_annuler       accord payee paiement 302 403 403 200 403 403 403 404 404 403 404
POST operations:paiement_annuler       accord payee paiement 302 403 403 200 403 403 403 404 404 403 404
GET  operations:solder                 accord achevee   302 403 403 200 403 403 403 404 404 403 404
POST operations:solder                 accord achevee   302 403 403 200 403 403 403 404 404 403 404
GET  operations:dessolder              accord soldee    302 403 403 200 403 403 403 404 404 403 404
POST operations:dessolder              accord soldee    302 403 403 200 403 403 403 404 404 403 404
GET  operations:archiver               accord soldee    302 403 403 200 403 403 403 404 404 403 404
POST operations:archiver               accord soldee    302 403 403 200 403 403 403 404 404 403 404
GET  operations:desarchiver            accord archivee  302 403 403 200 403 403 403 404 404 403 404
POST operations:desarchiver            accord archivee  302 403 403 200 403 403 403 404 404 403 404
GET  operations:fonds                  accord           302 200 200 200 200 200 403 403 403 200 404
GET  operations:fonds_export           accord           302 200 200 200 200 200 403 403 403 200 404
GET  operations:fonds_creer            accord           302 403 403 200 403 403 403 403 403 403 404
POST operations:fonds_creer            accord           302 403 403 200 403 403 403 403 403 403 404
GET  operations:fonds_detail           accord fonds     302 200 404 200 200 200 404 404 404 200 404
GET  operations:fonds_bordereau        accord fonds     302 200 404 200 200 200 404 404 404 200 404
GET  operations:fonds_annuler          accord fonds     302 403 404 200 403 403 404 404 404 403 404
POST operations:fonds_annuler          accord fonds     302 403 404 200 403 403 404 404 404 403 404
GET  operations:fonds_rejeter          accord fonds ligne_fonds 302 403 404 200 403 403 404 404 404 403 404
POST operations:fonds_rejeter          accord fonds ligne_fonds 302 403 404 200 403 403 404 404 404 403 404
GET  operations:fonds_annuler_rejet    accord fonds_rejete ligne_rejetee 302 403 404 200 403 403 404 404 404 403 404
POST operations:fonds_annuler_rejet    accord fonds_rejete ligne_rejetee 302 403 404 200 403 403 404 404 404 403 404
GET  operations:pieces                 accord operation 302 200 403 200 200 200 403 404 404 200 404
GET  operations:piece_deposer          accord operation 302 200 403 200 403 403 403 404 404 403 404
POST operations:piece_deposer          accord operation 302 200 403 200 403 403 403 404 404 403 404
GET  operations:pieces_dossier         accord operation 302 405*9 404
POST operations:pieces_dossier         accord operation 302 200 403 200 200 200 403 404 404 200 404
GET  operations:piece_fichier          accord operation piece un 302 200 403 200 200 200 403 404 404 200 404
GET  operations:piece_version          accord operation piece 302 200 403 200 403 403 403 404 404 403 404
POST operations:piece_version          accord operation piece 302 200 403 200 403 403 403 404 404 403 404
GET  operations:piece_retirer          accord operation piece 302 200 403 200 403 403 403 404 404 403 404
POST operations:piece_retirer          accord operation piece 302 200 403 200 403 403 403 404 404 403 404
GET  operations:piece_retablir         accord operation piece 302 200 403 200 403 403 403 404 404 403 404
POST operations:piece_retablir         accord operation piece 302 200 403 200 403 403 403 404 404 403 404
GET  operations:observations           accord operation 302 200 200 200 200 200 403 404 404 200 404
GET  operations:observation_poser      accord operation 302 403 200 403 200 200 403 404 404 403 404
POST operations:observation_poser      accord operation 302 403 200 403 200 200 403 404 404 403 404
GET  operations:observation            accord operation un 302 200 404 200 200 200 404 404 404 200 404
POST operations:observation            accord operation un 302 200 404 200 403 403 404 404 404 403 404
GET  operations:observation_relancer   accord operation un 302 403 404 403 200 403 404 404 404 403 404
POST operations:observation_relancer   accord operation un 302 403 404 403 200 403 404 404 404 403 404
GET  operations:observation_clore      accord operation un 302 403 404 403 200 403 404 404 404 403 404
POST operations:observation_clore      accord operation un 302 403 404 403 200 403 404 404 404 403 404
GET  operations:appels                 accord           302 200 200 200 200 200 200 200 200 200 404
GET  operations:appels_calendrier      accord           302 200 200 200 200 200 200 200 200 200 404
GET  operations:appel_detail           accord appel     302 200 200 200 200 200 200 200 200 200 404
GET  operations:appel_creer            accord           302 200 200 403 403 403 403 403 403 403 404
POST operations:appel_creer            accord           302 200 200 403 403 403 403 403 403 403 404
GET  operations:appel_modifier         accord brouillon 302 200 403 403 403 403 403 404 404 403 404
POST operations:appel_modifier         accord brouillon 302 200 403 403 403 403 403 404 404 403 404
GET  operations:appel_publier          accord brouillon 302 403 403 200 403 403 403 404 404 403 404
POST operations:appel_publier          accord brouillon 302 403 403 302 403 403 403 404 404 403 404
GET  operations:appel_clore            accord appel     302 403 403 200 403 403 403 403 403 403 404
POST operations:appel_clore            accord appel     302 403 403 302 403 403 403 403 403 403 404
GET  operations:appel_reporter         accord appel     302 403 403 200 403 403 403 403 403 403 404
POST operations:appel_reporter         accord appel     302 403 403 200 403 403 403 403 403 403 404
GET  operations:appel_supprimer        accord brouillon 302 200 403 403 403 403 403 404 404 403 404
POST operations:appel_supprimer        accord brouillon 302 302 403 403 403 403 403 404 404 403 404
GET  operations:structures             accord           302 200 200 200 200 200 200 200 403 200 404
GET  operations:export_structures      accord           302 200 200 200 200 200 200 200 403 200 404
GET  operations:structure_detail       accord structure 302 200 200 200 200 200 200 404 404 200 404
GET  operations:structure_creer        accord           302 200 200 403 403 403 403 403 403 403 404
POST operations:structure_creer        accord           302 200 200 403 403 403 403 403 403 403 404
GET  operations:structure_modifier     accord structure 302 200 200 200 403 403 403 404 404 403 404
POST operations:structure_modifier     accord structure 302 200 200 200 403 403 403 404 404 403 404

GET  participants:liste                accord          302 200 200 200 403 403 403 200 403 200 404
GET  participants:export_csv           accord          302 200 200 200 403 403 403 200 403 200 404
GET  participants:export_xlsx          accord          302 200 200 200 403 403 403 200 403 200 404
GET  participants:export_ods           accord          302 200 200 200 403 403 403 200 403 200 404
GET  participants:import               accord          302 200 200 200 403 403 403 403 403 403 404
POST participants:import               accord          302 200 200 200 403 403 403 403 403 403 404
GET  participants:import_modele_csv    accord          302 200 200 200 403 403 403 403 403 403 404
GET  participants:import_modele_xlsx   accord          302 200 200 200 403 403 403 403 403 403 404
GET  participants:import_fichier       accord import_participants 302 200 404*9
GET  participants:import_colonnes      accord import_participants 302 200 404*9
POST participants:import_colonnes      accord import_participants 302 200 404*9
GET  participants:import_annote        accord import_participants 302 200 404*9
GET  participants:import_importer      accord import_participants 302 405*9 404
POST participants:import_importer      accord import_participants 302 302 404*9
GET  participants:participants         accord operation 302 200 200 200 200 200 200 404 404 200 404
GET  participants:saisir               accord operation 302 200 403 200 403 403 403 404 404 403 404
POST participants:saisir               accord operation 302 200 403 200 403 403 403 404 404 403 404
GET  participants:entites              accord operation 302 200 403 200 403 403 403 404 404 403 404
POST participants:entites              accord operation 302 200 403 200 403 403 403 404 404 403 404
GET  participants:fiche                accord operation fiche 302 200 404 200 404 404 404 404 404 200 404
GET  participants:corriger             accord operation fiche 302 200 404 200 404 404 404 404 404 403 404
POST participants:corriger             accord operation fiche 302 200 404 200 404 404 404 404 404 403 404
GET  participants:corriger_identite    accord operation fiche 302 200 404 200 404 404 404 404 404 403 404
POST participants:corriger_identite    accord operation fiche 302 200 404 200 404 404 404 404 404 403 404
GET  participants:sortie               accord operation fiche 302 200 404 200 404 404 404 404 404 403 404
POST participants:sortie               accord operation fiche 302 200 404 200 404 404 404 404 404 403 404
GET  participants:retour               accord operation fiche_sortie 302 200 404 200 404 404 404 404 404 403 404
POST participants:retour               accord operation fiche_sortie 302 302 404 302 404 404 404 404 404 403 404
GET  participants:annuler              accord operation fiche 302 200 404 200 404 404 404 404 404 403 404
POST participants:annuler              accord operation fiche 302 200 404 200 404 404 404 404 404 403 404
GET  participants:retablir             accord operation fiche_annulee 302 405*9 404
POST participants:retablir             accord operation fiche_annulee 302 302 404 302 404 404 404 404 404 403 404
GET  participants:identite             accord operation fiche 302 200 404 200 404 404 404 404 404 200 404
POST participants:identite             accord operation fiche 302 200 404 200 404 404 404 404 404 200 404
GET  participants:droit_acces          accord operation fiche 302 200 404 200 404 404 404 404 404 403 404
POST participants:droit_acces          accord operation fiche 302 200 404 200 404 404 404 404 404 403 404
GET  participants:recherche            accord          302 200 200 200 403 403 403 200 403 200 404
POST participants:recherche            accord          302 200 200 200 403 403 403 200 403 200 404
GET  participants:consultations        accord          302 403 403 200 403 403 403 403 403 200 404
GET  participants:partage              accord          302 200 200 200 403 403 403 200 403 200 404
GET  participants:export_partage_csv   accord          302 200 200 200 403 403 403 200 403 200 404
GET  participants:export_partage_xlsx  accord          302 200 200 200 403 403 403 200 403 200 404
GET  participants:export_partage_ods   accord          302 200 200 200 403 403 403 200 403 200 404
GET  participants:partage_decider      accord operation fiche ligne 302 200 404 200 404 404 404 404 404 200 404
POST participants:partage_decider      accord operation fiche ligne 302 200 404 200 404 404 404 404 404 403 404
GET  participants:partage_annuler      accord operation fiche ligne 302 405*9 404
POST participants:partage_annuler      accord operation fiche ligne 302 302 404 302 404 404 404 404 404 403 404
GET  participants:doublons             accord         302 200 200 200 200 200 404 404 404 200 404
GET  participants:export_doublons_csv  accord         302 200 200 200 404 404 404 404 404 404 404
GET  participants:export_doublons_xlsx accord         302 200 200 200 404 404 404 404 404 404 404
GET  participants:export_doublons_ods  accord         302 200 200 200 404 404 404 404 404 404 404
GET  participants:doublon              accord doublon 302 200 200 200 404 404 404 404 404 404 404
POST participants:doublon              accord doublon 302 200 200 200 404 404 404 404 404 404 404
GET  participants:doublon_annuler      accord doublon 302 405*9 404
POST participants:doublon_annuler      accord doublon 302 302 302 302 404 404 404 404 404 404 404

GET  gouvernance:comites               accord          302 200 200 200 200 200 200 200 403 200 404
GET  gouvernance:comite                accord comite   302 200 200 200 200 200 200 200 404 200 404
GET  gouvernance:reunion               accord reunion  302 200 200 200 200 200 200 200 404 200 404
GET  gouvernance:dossier_pdf           accord reunion  302 200 200 200 200 200 200 200 404 200 404
GET  gouvernance:dossier_empreinte     accord reunion  302 200 200 200 200 200 200 200 404 200 404
GET  gouvernance:reunion_creer         accord          302 403 403 403 403 403 200 403 403 403 404
POST gouvernance:reunion_creer         accord          302 403 403 403 403 403 200 403 403 403 404
GET  gouvernance:reunion_modifier      accord reunion  302 403 403 403 403 403 200 403 404 403 404
POST gouvernance:reunion_modifier      accord reunion  302 403 403 403 403 403 200 403 404 403 404
GET  gouvernance:reunion_annuler       accord reunion  302 403 403 403 403 403 200 403 404 403 404
POST gouvernance:reunion_annuler       accord reunion  302 403 403 403 403 403 200 403 404 403 404
GET  gouvernance:point_ajouter         accord reunion  302 403 403 403 403 403 200 403 404 403 404
POST gouvernance:point_ajouter         accord reunion  302 403 403 403 403 403 200 403 404 403 404
GET  gouvernance:point_inscrire        accord reunion  302 405*9 404
POST gouvernance:point_inscrire        accord reunion  302 403 403 403 403 403 302 403 404 403 404
GET  gouvernance:point_modifier        accord reunion point  302 403 403 403 403 403 200 403 404 403 404
POST gouvernance:point_modifier        accord reunion point  302 403 403 403 403 403 200 403 404 403 404
GET  gouvernance:point_deplacer        accord reunion point  302 405*9 404
POST gouvernance:point_deplacer        accord reunion point  302 403 403 403 403 403 302 403 404 403 404
GET  gouvernance:point_supprimer       accord reunion point  302 403 403 403 403 403 200 403 404 403 404
POST gouvernance:point_supprimer       accord reunion point  302 403 403 403 403 403 302 403 404 403 404
GET  gouvernance:point_operations      accord reunion point  302 403 403 403 403 403 200 403 404 403 404
POST gouvernance:point_operations      accord reunion point  302 403 403 403 403 403 302 403 404 403 404
GET  gouvernance:operation_deplacer    accord reunion point operation  302 405*9 404
POST gouvernance:operation_deplacer    accord reunion point operation  302 403 403 403 403 403 302 403 404 403 404
GET  gouvernance:dossier_produire      accord reunion  302 405*9 404
POST gouvernance:dossier_produire      accord reunion  302 403 403 403 403 403 302 403 404 403 404
"""


class Ligne(NamedTuple):
    methode: str
    nom: str
    objets: list[str]
    statuts: dict[str, int]

    def __str__(self):
        return f"{self.methode} {self.nom}"


def lire(table):
    for texte in filter(None, map(str.strip, table.splitlines())):
        methode, nom, *suite = texte.split()
        statuts = []
        while suite and suite[-1][0].isdigit():
            statut, _, fois = suite.pop().partition("*")
            statuts = [int(statut)] * int(fois or 1) + statuts
        yield Ligne(methode, nom, [mot for mot in suite if mot != "-"], dict(zip(PERSONNES, statuts, strict=True)))


LIGNES = list(lire(TABLE))


def noms_du_projet(patterns=None, espace=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(pattern, "url_patterns"):
            suite = f"{espace}{pattern.namespace}:" if pattern.namespace else espace
            yield from noms_du_projet(pattern.url_patterns, suite)
        else:
            yield f"{espace}{pattern.name}"
