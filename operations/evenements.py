"""What other apps must know, without this one importing them: said inside the transaction of the act."""

from django.dispatch import Signal

objectif_modifie = Signal()  # operation: its specific objective changed
