#!/bin/sh
# Write requirements/*.txt again from requirements/*.in: newest releases, every hash, no registry address.
set -eu
cd "$(dirname "$0")/.."
outil=$(mktemp -d)
trap 'rm -rf "$outil"' EXIT
"${PYTHON:-python3}" -m venv "$outil"
"$outil/bin/python" -m pip install --quiet uv
for level in run test quality; do
    "$outil/bin/uv" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --no-annotate "requirements/$level.in" --output-file "requirements/$level.txt"
done
