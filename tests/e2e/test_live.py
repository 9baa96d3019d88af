"""The live page: calls as they arrive, held still while somebody reads, and what it says when they cannot."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.contract.otlp.target import Served
from tests.e2e.conftest import NewPage
from tests.e2e.test_pages import check_accessibility
from tests.e2e.traffic import HOSTILE, SCOPE, SECOND_NS, chat, request, send
from tests.e2e.watch import Watch

pytestmark = pytest.mark.browser


def arrive(server: Served, project: str, count: int = 1, **more: Any) -> None:
    """Calls that ended just now."""
    now_ns = time.time_ns()
    user = more.pop("user", "u-live")
    spans = [
        chat(now_ns - 2 * SECOND_NS - number * 1_000_000, extra={"user.id": user}, **more)
        for number in range(count)
    ]
    send(server, project, request("stream", (SCOPE, spans)))


def rows(page: Page) -> Locator:
    """The rows that exist."""
    return page.get_by_role("table", name="Live calls").locator("[data-key]")


def stream(page: Page) -> Locator:
    """The word for how the stream does."""
    return page.get_by_role("status", name="Stream")


def test_an_empty_page_teaches_and_fills_by_itself(server: Served, page: Page) -> None:
    page.goto("/live?project=live-first")
    expect(stream(page)).to_have_text("Connected")
    expect(page.get_by_text("Nothing has reached project live-first yet")).to_be_visible()
    expect(page.get_by_role("link", name="Connect an application")).to_be_visible()
    arrive(server, "live-first")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("gpt-4o-mini")
    arrive(server, "live-first", error="Rate limit reached", user=HOSTILE)
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text("error")
    expect(rows(page).first).to_contain_text("<script>")
    assert page.evaluate("window.pwned") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_accessible(server: Served, new_page: NewPage, theme: str) -> None:
    arrive(server, f"live-axe-{theme}", 3)
    page = new_page(color_scheme=theme)
    page.goto(f"/live?project=live-axe-{theme}")
    expect(rows(page)).to_have_count(3)
    expect(page.get_by_role("img", name=re.compile("Calls over time"))).to_be_visible()
    check_accessibility(page)
    page.get_by_role("button", name="Calls: show the figures as a table").click()
    figures = page.get_by_role("region", name="Calls: figures")
    expect(figures.get_by_role("columnheader", name="Failed")).to_be_visible()
    # Steps of ten seconds need their seconds.
    expect(figures.get_by_role("cell", name=re.compile(r"\d\d:\d\d:\d0$")).first).to_be_attached()
    check_accessibility(page)


def test_new_calls_wait_while_somebody_reads_further_down(server: Served, page: Page) -> None:
    arrive(server, "live-read", 90)
    page.goto("/live?project=live-read")
    table = page.get_by_role("table", name="Live calls")
    expect(rows(page).first).to_be_visible()
    table.evaluate("element => element.scrollTo(0, 900)")
    expect(stream(page)).to_have_text("Paused")
    place = "element => element.getBoundingClientRect().top"
    read = rows(page).nth(20)
    key = read.get_attribute("data-key")
    before = read.evaluate(place)
    arrive(server, "live-read", 3, user="late")
    new = page.get_by_role("button", name="3 new calls")
    expect(new).to_be_visible()
    assert page.locator(f'[data-key="{key}"]').evaluate(place) == before
    expect(page.get_by_text("held still while you read")).to_be_visible()
    new.click()
    expect(stream(page)).to_have_text("Connected")
    expect(rows(page).first).to_contain_text("late")
    expect(new).to_have_count(0)


def test_space_pauses_and_goes_on_but_stays_with_buttons(server: Served, page: Page) -> None:
    arrive(server, "live-pause")
    page.goto("/live?project=live-pause")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Space")
    expect(stream(page)).to_have_text("Paused")
    arrive(server, "live-pause", 2)
    expect(page.get_by_role("button", name="2 new calls")).to_be_visible()
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Space")
    expect(stream(page)).to_have_text("Connected")
    expect(rows(page)).to_have_count(3)
    # On a button, space is the button's.
    page.get_by_role("button", name="Calls: show the figures as a table").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("region", name="Calls: figures")).to_be_visible()
    expect(stream(page)).to_have_text("Connected")


def test_the_filter_is_in_the_address_and_a_wrong_one_is_marked(server: Served, page: Page) -> None:
    arrive(server, "live-filter", user="before")
    page.goto("/live?project=live-filter&filter=user:wanted")
    expect(stream(page)).to_have_text("Connected")
    expect(page.get_by_text("No call has matched yet")).to_be_visible()
    arrive(server, "live-filter", user="other")
    arrive(server, "live-filter", user="wanted")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("wanted")
    page.get_by_role("button", name="Clear the filter").first.click()
    expect(page).not_to_have_url(re.compile("filter="))
    expect(rows(page)).to_have_count(3)


def test_a_filter_that_cannot_be_read_is_marked(page: Page, watches: list[Watch]) -> None:
    watches[0].expected.append("400")
    page.goto("/live?project=shop&filter=modle:x")
    expect(page.get_by_text("This filter cannot be read")).to_be_visible()
    expect(stream(page)).to_have_text("Not connected")
    page.get_by_role("alert").get_by_role("button", name="model", exact=True).click()
    expect(page).to_have_url(re.compile("filter=model:x"))
    expect(stream(page)).to_have_text("Connected")


def test_a_row_opens_beside_the_stream_and_the_back_button_returns(server: Served, page: Page) -> None:
    arrive(server, "live-peek", 2)
    page.goto("/live?project=live-peek")
    expect(rows(page)).to_have_count(2)
    rows(page).first.get_by_text("gpt-4o-mini").click()
    panel = page.get_by_role("complementary", name="The selected call")
    expect(panel).to_be_visible()
    expect(page).to_have_url(re.compile("peek=[0-9a-f]{32}"))
    arrive(server, "live-peek")
    expect(page.get_by_role("button", name="1 new call", exact=True)).to_be_visible()
    page.keyboard.press("j")
    expect(panel).to_contain_text("2 of 2")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/traces/"))
    page.go_back()
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_a_call_that_comes_again_replaces_its_row(server: Served, page: Page) -> None:
    ids = {"trace_id": "1f" * 16, "span_id": "2e" * 8}
    page.goto("/live?project=live-again")
    expect(stream(page)).to_have_text("Connected")
    start_ns = time.time_ns() - 5 * SECOND_NS

    def report(duration_ms: int) -> None:
        call = chat(start_ns, duration_ms=duration_ms, extra={"user.id": "u"}, **ids)
        send(server, "live-again", request("stream", (SCOPE, [call])))

    report(1_250)
    expect(rows(page).first).to_contain_text("1.25 s")
    report(3_750)
    expect(rows(page).first).to_contain_text("3.75 s")
    expect(rows(page)).to_have_count(1)


def test_too_many_viewers_are_told_so(page: Page, watches: list[Watch]) -> None:
    watches[0].expected.append("429")
    full = True

    def answer(route: Route) -> None:
        if full:
            problem = {
                "title": "Too many",
                "status": 429,
                "detail": "32 viewers are watching already.",
                "hint": "Close a live page, or ask /calls instead.",
                "code": "rate_limited",
            }
            route.fulfill(status=429, json=problem)
        else:
            route.continue_()

    page.route("**/api/v1/live?*", answer)
    page.goto("/live?project=live-full")
    expect(page.get_by_text("Too many are watching")).to_be_visible()
    expect(page.get_by_text("32 viewers are watching already.")).to_be_visible()
    expect(page.get_by_text(re.compile("Trying again in"))).to_be_visible()
    expect(stream(page)).to_have_text("Reconnecting")
    full = False
    page.get_by_role("button", name="Try now").click()
    expect(stream(page)).to_have_text("Connected")


def test_a_tab_nobody_sees_does_not_follow_and_catches_up(server: Served, page: Page) -> None:
    arrive(server, "live-hidden")
    page.goto("/live?project=live-hidden")
    expect(rows(page)).to_have_count(1)
    show = """state => {
      Object.defineProperty(document, 'visibilityState', {configurable: true, get: () => state});
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    with page.expect_event("requestfailed", lambda request: "/api/v1/live" in request.url):
        page.evaluate(show, "hidden")
    expect(stream(page)).to_have_text("Paused")
    arrive(server, "live-hidden", user="meanwhile")
    with page.expect_request("**/api/v1/live?*") as again:
        page.evaluate(show, "visible")
    assert re.fullmatch(r"\d+", again.value.headers["last-event-id"])
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text("meanwhile")


def test_a_phone_shows_the_stream(server: Served, new_page: NewPage) -> None:
    arrive(server, "live-phone", 3)
    page = new_page(viewport={"width": 400, "height": 800})
    page.goto("/live?project=live-phone")
    expect(rows(page)).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    check_accessibility(page)
