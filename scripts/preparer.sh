#!/bin/sh
# Install what a level needs (run, test or quality), once: quick when nothing has changed.
set -eu
cd "$(dirname "$0")/.."
level=${1:-run}
python=${PYTHON:-python3}

stop() {
    printf '%s\n' "$@" >&2
    exit 1
}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "Il faut Python 3.11 ou plus récent."

# -- the system

lacks_library() { # WeasyPrint opens them by name
    ! "$python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" 2>/dev/null
}

lacks_command() {
    ! command -v "$1" >/dev/null 2>&1
}

packages=""
"$python" -c 'import ensurepip, venv' 2>/dev/null || packages="$packages python3-venv"
if lacks_library libpango-1.0.so.0; then packages="$packages libpango-1.0-0"; fi
if lacks_library libpangoft2-1.0.so.0; then packages="$packages libpangoft2-1.0-0"; fi
if lacks_library libharfbuzz-subset.so.0; then packages="$packages libharfbuzz-subset0"; fi
if [ "$level" != run ]; then
    if lacks_command chromium; then packages="$packages chromium"; fi
    if lacks_command qpdf; then packages="$packages qpdf"; fi
    if lacks_command pdftotext; then packages="$packages poppler-utils"; fi
    if lacks_library libatomic.so.1; then packages="$packages libatomic1"; fi # the driver of the browser tests
fi
if [ -n "$packages" ]; then
    install="apt-get install -y --no-install-recommends$packages"
    if lacks_command apt-get; then
        stop "Il manque au système, sous leur nom chez Debian :$packages"
    fi
    if [ "$(id -u)" != 0 ]; then
        stop "Il manque au système :$packages
Lancez, en root :
    apt-get update && $install
puis recommencez."
    fi
    echo "Installation par apt :$packages" >&2
    export DEBIAN_FRONTEND=noninteractive
    said=$(apt-get update -qq 2>&1) || stop "$said" "« apt-get update » a échoué."
    said=$($install -qq 2>&1) || stop "$said" "« $install » a échoué."
fi

# -- the Python packages: a stamp says which lock is installed

if ! .venv/bin/python -c '' 2>/dev/null; then
    rm -rf .venv
    "$python" -m venv .venv
fi
lock=requirements/$level.txt
stamp=.venv/installe-$level
sum=$(sha256sum "$lock")
if [ "$(cat "$stamp" 2>/dev/null)" != "$sum" ]; then
    echo "Installation des dépendances Python ($level)…" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock"
    echo "$sum" >"$stamp"
fi
