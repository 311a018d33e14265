"""The copy of axe-core is the one its authors published."""

import hashlib

from tests.navigateur.conftest import AXE


def test_axe_is_unchanged():
    empreintes = dict(ligne.split()[::-1] for ligne in AXE.with_name("EMPREINTES").read_text().splitlines())

    assert sorted(empreintes) == ["LICENSE", "axe.min.js"]
    for nom, empreinte in empreintes.items():
        assert hashlib.sha256(AXE.with_name(nom).read_bytes()).hexdigest() == empreinte


def test_axe_sees_what_is_wrong(chromium):
    """A walk that finds nothing proves nothing unless a fault is found."""
    page = chromium.new_page()
    page.set_content("<html lang='fr'><title>x</title><main><h1>x</h1><img src='x.png'></main></html>")
    page.add_script_tag(path=AXE)

    violations = page.evaluate("axe.run()")["violations"]
    page.close()

    assert [faute["id"] for faute in violations] == ["image-alt"]
