"""How a command says no."""

from django.core.management import CommandError


class Refus(CommandError):
    """Django opens the message on stderr with the name of the class and a colon: here a French one."""


Refus.__name__ = "Refus\u00a0"
