"""What holds for every page: policy, accessibility, themes, narrow windows, keyboard, a server that fails."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NewPage
from tests.e2e.traffic import AGENT_FIRST, AGENT_TRACE
from tests.e2e.watch import Watch
from tests.needs import ROOT

pytestmark = pytest.mark.browser

PAGES = {
    "overview": ("/?project=shop&range=6h", "Models"),
    "calls": ("/calls?project=shop&range=6h", "gpt-4o-mini"),
    "traces": ("/traces?project=shop&range=6h", "checkout agent"),
    "trace": (f"/traces/{AGENT_TRACE}?project=shop&span={AGENT_FIRST}", "You are the clerk"),
    "cost": (
        f"/traces/{AGENT_TRACE}?project=shop&span={AGENT_FIRST}&tab=cost",
        "Where each field comes from",
    ),
    "attributes": (
        f"/traces/{AGENT_TRACE}?project=shop&span={AGENT_FIRST}&tab=attributes",
        "gen_ai.request.model",
    ),
    "sql": ("/sql?project=shop", "Ask anything"),
    "set-up": ("/setup?project=shop", "Connected"),
    "settings": ("/settings?project=shop", "Redaction"),
    "keys": ("/settings?project=shop&tab=keys", "No key yet"),
    "mapping": ("/settings?project=shop&tab=mapping", "How is this span read?"),
    "delete": ("/settings?project=shop&tab=delete", "Count what would go"),
    "empty": ("/?project=nobody-sends-here", "Nothing has reached"),
    "nowhere": ("/no/such/page", "There is no page at this address"),
}

AXE = (
    (ROOT / "web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    if (ROOT / "web/node_modules").exists()
    else ""
)
LOOK = """
async () => {
  const result = await axe.run(document, {resultTypes: ['violations']});
  const where = item => item.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ');
  return result.violations.map(item => `${item.id}: ${where(item)}`);
}
"""


def check_accessibility(page: Page) -> None:
    """No finding of axe."""
    page.evaluate(AXE)
    assert page.evaluate(LOOK) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible_and_keeps_the_policy(new_page: NewPage, name: str, theme: str) -> None:
    address, text = PAGES[name]
    page = new_page(color_scheme=theme)
    page.goto(address)
    expect(page.get_by_text(text).first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    check_accessibility(page)


@pytest.mark.parametrize("width", [900, 420])
@pytest.mark.parametrize("name", ["overview", "calls", "trace", "set-up", "settings", "sql"])
def test_no_page_is_wider_than_a_narrow_window(new_page: NewPage, name: str, width: int) -> None:
    address, text = PAGES[name]
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(address)
    expect(page.get_by_text(text).first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_open_menus_and_dialogs_are_accessible(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    expect(page.get_by_role("table", name="Calls").locator("[data-key]").first).to_be_visible()
    page.get_by_test_id("time-range").click()
    expect(page.get_by_label("Type a range")).to_be_visible()
    check_accessibility(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_visible()
    check_accessibility(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    check_accessibility(page)


def test_the_theme_is_chosen_and_there_before_the_first_paint(new_page: NewPage) -> None:
    page = new_page(color_scheme="light")
    page.goto("/setup")
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    # The script that draws the page never runs; the theme is there all the same.
    page.route("**/assets/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_command_palette_goes_anywhere(page: Page) -> None:
    page.goto("/?project=shop&range=6h")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").fill("trac")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/traces"))
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").fill(AGENT_TRACE)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(AGENT_TRACE))


def test_shortcuts_rest_while_somebody_types(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    box = page.get_by_role("combobox", name="Filter")
    box.click()
    page.keyboard.type("j?g/")
    expect(box).to_have_value("j?g/")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("peek"))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page).to_have_url(re.compile("/traces"))


def test_a_server_that_fails_is_named_and_asked_again(page: Page, watches: list[Watch]) -> None:
    watches[0].expected.append("503")
    broken = True

    def answer(route: Route) -> None:
        if broken:
            problem = {
                "title": "Unavailable",
                "status": 503,
                "detail": "The engine rests.",
                "code": "unavailable",
            }
            route.fulfill(status=503, json=problem)
        else:
            route.continue_()

    page.route("**/api/v1/query", answer)
    page.goto("/?project=shop&range=6h")
    expect(page.get_by_role("alert").filter(has_text="The figures could not be loaded")).to_contain_text(
        "The engine rests."
    )
    broken = False
    page.get_by_role("button", name="Try again").first.click()
    expect(page.get_by_role("region", name="Calls", exact=True)).to_be_visible()


def test_a_deep_link_and_its_files_are_served_as_they_should(page: Page, origin: str) -> None:
    answer = page.goto("/traces/anything/at/all")
    assert answer is not None
    headers = answer.headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types default"
    )
    assert headers["cache-control"] == "no-cache"
    script = page.locator("script[type=module]").get_attribute("src")
    assert script is not None
    asset = page.request.get(f"{origin}{script}", headers={"Accept-Encoding": "br"})
    assert asset.headers["content-encoding"] == "br"
    assert "immutable" in asset.headers["cache-control"]
    assert page.request.get(f"{origin}/assets/none.js").status == 404
