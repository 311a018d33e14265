"""What a spreadsheet must not take for something else."""

FORMULES = ("=", "+", "-", "@", "\t", "\r")


def proteger(valeur) -> str:
    """A text cell; a spreadsheet runs what starts with these signs as a formula, so a quote goes first."""
    ecrit = "" if valeur is None else str(valeur)
    return f"'{ecrit}" if ecrit.lstrip().startswith(FORMULES) or ecrit.startswith(FORMULES) else ecrit
