"""A real browser on the real server: one Chromium per session, one context per test, nothing from outside."""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

AXE = Path(__file__).parent / "axe" / "axe.min.js"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.navigateur)
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def chromium():
    """Start the browser once. Playwright runs a loop in this thread, which Django takes for asynchronous code."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def contexte(chromium, live_server):
    """A browser without history, in French; `contexte.plaintes` holds what its console complained about."""
    contexte = chromium.new_context(
        base_url=live_server.url, locale="fr-FR", timezone_id="Europe/Paris", viewport={"width": 1280, "height": 900}
    )
    contexte.set_default_timeout(10_000)
    contexte.plaintes = []
    contexte.on(
        "console",
        lambda message: contexte.plaintes.append(message.text) if message.type in ("error", "warning") else None,
    )
    contexte.on("weberror", lambda erreur: contexte.plaintes.append(str(erreur.error)))
    yield contexte
    contexte.close()


@pytest.fixture
def page(contexte):
    return contexte.new_page()


@pytest.fixture
def entrer(contexte, live_server):
    """Sign a person in without the form: the form has its own journey."""

    def _entrer(personne):
        client = Client()
        client.force_login(personne)
        nom = settings.SESSION_COOKIE_NAME
        contexte.clear_cookies()
        contexte.add_cookies([{"name": nom, "value": client.cookies[nom].value, "url": live_server.url}])

    return _entrer
