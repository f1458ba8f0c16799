"""A real browser, started once, and pages in it that tell everything that goes wrong."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from selector import report
from selector.types import Selection

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium, headless; absent, these tests are skipped, but never where CI says so."""
    if not Path(CHROMIUM).exists():
        missing = f"no browser at {CHROMIUM}: apt-get install -y --no-install-recommends chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@dataclass
class Opened:
    """A page in the browser, with what it asked for and complained of."""

    page: object
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def evaluate(self, script, argument=None):
        return self.page.evaluate(script, argument)


@pytest.fixture
def look(browser, tmp_path):
    """Open a selection's report, or any HTML, at a width, light or dark."""
    contexts = []

    def opened(what, width=1440, *, dark=False):
        file = tmp_path / f"page-{len(contexts)}.html"
        if isinstance(what, Selection):
            report.write(what, file)
        else:
            file.write_text(what, "utf-8", "backslashreplace")
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        seen = Opened(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.complaints.append(dialog.message))
        seen.page.goto(file.as_uri())
        return seen

    yield opened
    for context in contexts:
        context.close()
