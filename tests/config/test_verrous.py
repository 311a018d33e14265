"""The locks: every package pinned with hashes, no address of a registry, no psycopg 3."""

import re

import pytest

from config import RACINE

VERROUS = sorted((RACINE / "requirements").glob("*.txt"))


@pytest.mark.parametrize("verrou", VERROUS, ids=lambda path: path.stem)
def test_lock_is_pinned_hashed_and_names_no_registry(verrou):
    text = verrou.read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [
        entry for entry in entries if not re.match(r"[a-z0-9._-]+(\[[a-z,-]+\])?==\S+ .*--hash=sha256:", entry, re.S)
    ] == []
    assert re.findall(r"://|--(?:index|extra|find)", text) == []
    assert re.findall(r"^psycopg(?:-|=|\[)", text, re.M) == []


def test_each_level_holds_the_one_below():
    levels = [
        set(re.findall(r"^\S+==\S+", (RACINE / "requirements" / f"{name}.txt").read_text(), re.M))
        for name in ("run", "test", "quality")
    ]
    assert levels[0] < levels[1] < levels[2]
