"""Which communes and EPCI are in a perimeter, and which perimeters hold a commune, as of a day."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from comptes.recherche import CleRecherche

from .enums import NaturePerimetre
from .models import AccordCadre, Commune, Epci, PerimetreCommune, PerimetreEpci, PerimetreTerritorial


def communes_de(perimetre: PerimetreTerritorial, le: date) -> QuerySet[Commune]:
    """The communes in a perimeter that day: those of its EPCI, and those named one by one."""
    epcis = PerimetreEpci.objects.valables_le(le).filter(perimetre=perimetre, epci=OuterRef("epci"))
    nommees = PerimetreCommune.objects.valables_le(le).filter(perimetre=perimetre, commune=OuterRef("pk"))
    return Commune.objects.filter(Exists(epcis) | Exists(nommees))


def perimetres_de(commune: Commune, le: date) -> QuerySet[PerimetreTerritorial]:
    """The perimeters that hold a commune that day, all agreements together."""
    epcis = PerimetreEpci.objects.valables_le(le).filter(perimetre=OuterRef("pk"), epci=commune.epci_id)
    nommee = PerimetreCommune.objects.valables_le(le).filter(perimetre=OuterRef("pk"), commune=commune)
    return PerimetreTerritorial.objects.filter(Exists(epcis) | Exists(nommee))


def compter_communes(perimetres: Iterable[PerimetreTerritorial], le: date) -> dict[int, int]:
    """How many communes each perimeter holds that day, by its key; two queries, however many perimeters."""
    pks = [perimetre.pk for perimetre in perimetres]
    tenues: dict[int, set[int]] = {pk: set() for pk in pks}
    nommees = PerimetreCommune.objects.valables_le(le).filter(perimetre__in=pks)
    par_epci = PerimetreEpci.objects.valables_le(le).filter(perimetre__in=pks, epci__communes__isnull=False)
    for pk, commune in nommees.order_by().values_list("perimetre", "commune"):
        tenues[pk].add(commune)
    for pk, commune in par_epci.order_by().values_list("perimetre", "epci__communes"):
        tenues[pk].add(commune)
    return {pk: len(communes) for pk, communes in tenues.items()}


def epcis_de(accord: AccordCadre) -> QuerySet[Epci]:
    """The EPCI of the département, and those that have a commune there, by name."""
    departement = accord.code_departement
    communes = Commune.objects.filter(epci=OuterRef("pk"), code_departement=departement)
    return Epci.objects.filter(Q(code_departement=departement) | Exists(communes)).order_by(CleRecherche("nom"))


def epcis_du_bassin(accord: AccordCadre, le: date) -> set[str]:
    """SIREN of the EPCI of the mining basin, whole or by one of their communes, that day."""
    bassins = Q(perimetre__accord=accord, perimetre__nature=NaturePerimetre.BASSIN_MINIER)
    entiers = PerimetreEpci.objects.valables_le(le).filter(bassins).values_list("epci__siren", flat=True)
    par_commune = PerimetreCommune.objects.valables_le(le).filter(bassins, commune__epci__isnull=False)
    return {*entiers, *par_commune.values_list("commune__epci__siren", flat=True)}


def trouver_commune(accord: AccordCadre, saisie: str) -> Commune | None:
    """The commune of the département that is typed, by its INSEE code or its name, whatever its case and accents."""
    communes = Commune.objects.filter(code_departement=accord.code_departement).select_related("epci")
    par_nom = Q(cle=CleRecherche(Value(saisie.strip())))
    return communes.alias(cle=CleRecherche("nom")).filter(Q(code_insee=saisie.strip().upper()) | par_nom).first()
