"""The wiring: settings, addresses, base, start. What `.env` says is known from here on; the environment wins."""

from pathlib import Path

import environ

RACINE = Path(__file__).resolve().parents[1]

if (RACINE / ".env").exists():
    environ.Env.read_env(RACINE / ".env")
