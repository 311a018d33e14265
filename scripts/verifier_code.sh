#!/bin/sh
# Format, lint, types, import order, migrations, templates. Every check runs; one failure is enough to fail.
cd "$(dirname "$0")/.." || exit 2
PATH="$PWD/.venv/bin:$PATH"
status=0

check() {
    echo "— $*"
    "$@" || status=1
}

check ruff format --quiet --check .
check ruff check --quiet .
check lint-imports --no-logo
check python manage.py check --fail-level WARNING
check python manage.py makemigrations --check --dry-run
templates=$(git ls-files 'templates/*.html')
# shellcheck disable=SC2086 # a list of files
check_templates() { djade --check --target-version 5.2 $templates; }
check check_templates
check djlint --quiet --lint templates
check mypy
exit $status
