"""A running server with traffic in it, and a browser that is watched."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.contract.otlp.target import Served, served
from tests.e2e.traffic import send_all
from tests.e2e.watch import Watch
from tests.needs import ROOT, chromium

VIEWPORT = {"width": 1440, "height": 900}
NewPage = Callable[..., Page]

# A deadline, not a measure: the machine may be busy.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``sonde serve`` with the projects shop and many."""
    assert (ROOT / "src/sonde/ui/dist/index.html").exists(), "the pages are not built: run make setup"
    with served(tmp_path_factory.mktemp("pages")) as running:
        send_all(running)
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Not for the whole session: while Playwright is open its event loop runs in this
    thread, and no other test could run one.
    """
    path = chromium()
    assert path is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture
def origin(server: Served) -> str:
    """Where the pages are."""
    return f"http://127.0.0.1:{server.http_port}"


@pytest.fixture
def watches() -> Iterator[list[Watch]]:
    """The watches of a test's pages. At its end none may have found anything."""
    watches: list[Watch] = []
    yield watches
    findings = [finding for watch in watches for finding in watch.findings]
    assert not findings, "\n".join(findings)


@pytest.fixture
def new_page(browser: Browser, origin: str, watches: list[Watch]) -> Iterator[NewPage]:
    """Makes pages; options are those of a browser context."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> Page:
        settings = {"viewport": VIEWPORT, "reduced_motion": "reduce", "base_url": origin, **options}
        context = browser.new_context(**settings)  # pyright: ignore[reportArgumentType]
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        watches.append(Watch(context, origin))
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One page."""
    return new_page()
