#!/usr/bin/env python
"""Django’s command line; the base is there while a command runs."""

import os
import sys
from contextlib import nullcontext

SANS_BASE = {
    *("help", "version", "check", "collectstatic", "findstatic", "diffsettings"),
    *("compilemessages", "makemessages", "startapp"),
}


def main() -> int:
    try:
        from config import postgres  # reads .env, which may name the settings
    except ImportError as erreur:
        print(
            f"Les dépendances manquent ({erreur.name}) : lancez « make setup », puis .venv/bin/python manage.py.",
            file=sys.stderr,
        )
        return 1
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.core.management import execute_from_command_line

    postgres.exit_on_signals()
    try:
        with postgres.base_ouverte() if needs_database(sys.argv) else nullcontext():
            execute_from_command_line(sys.argv)
    except postgres.BaseIndisponible as erreur:
        print(erreur, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def needs_database(argv: list[str]) -> bool:
    """Reading help or gathering files does not; `check` does when it names a database."""
    if len(argv) < 2 or {"-h", "--help", "--version"} & set(argv):
        return False
    return argv[1] not in SANS_BASE or any(argument.startswith("--database") for argument in argv)


if __name__ == "__main__":
    sys.exit(main())
