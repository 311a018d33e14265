"""What comes from outside: is it what it says, and is it harmless?"""

from .formats import ACCEPTES, FORMATS, Format, examiner

__all__ = ["ACCEPTES", "FORMATS", "Format", "examiner"]
