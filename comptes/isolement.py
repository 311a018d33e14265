"""Run one of our scripts on a file from outside, in a process of its own whose memory and time are counted.

A file of a few kilobytes may ask its reader for hundreds of gigabytes, and take down the process that reads it. The
process holds nothing else: it is this file again, run as a script, that sets its bounds and then plays the other. Such
a script imports nothing of the project, and starts in a few hundredths of a second.
"""

import resource
import runpy
import subprocess
import sys

MEMOIRE = 1024 * 1024 * 1024
SECONDES = 20  # of work
DELAI = 60  # seconds, waiting included


class Demesure(Exception):
    """The file asked for more than it may."""


def lancer(script: str, *arguments: object, contenu: bytes, refus: range = range(0)) -> tuple[int, bytes]:
    """Give a file to a script; return its exit status, 0 or one of `refus`, and what it wrote.

    Raises Demesure for any other end.
    """
    commande = [sys.executable, "-I", __file__, script, *map(str, arguments)]
    try:
        fini = subprocess.run(  # noqa: S603 (our own script; the file goes through its input)
            commande, input=contenu, capture_output=True, timeout=DELAI, check=False
        )
    except subprocess.TimeoutExpired:
        raise Demesure from None
    if fini.returncode and fini.returncode not in refus:
        raise Demesure
    return fini.returncode, fini.stdout


def borner() -> None:
    for quoi, combien in [
        (resource.RLIMIT_AS, MEMOIRE),
        (resource.RLIMIT_CPU, SECONDES),
        (resource.RLIMIT_CORE, 0),
    ]:
        maximum = resource.getrlimit(quoi)[1]
        borne = combien if maximum == resource.RLIM_INFINITY else min(combien, maximum)
        resource.setrlimit(quoi, (borne, maximum))


if __name__ == "__main__":
    borner()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
