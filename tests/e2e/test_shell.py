"""Around the pages: range and zone, palette, shortcuts, drawer, slow answers, a server that is gone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.contract.otlp.target import served
from tests.e2e.conftest import VIEWPORT, NewPage
from tests.e2e.test_live import arrive, rows, stream
from tests.e2e.test_pages import check_accessibility
from tests.e2e.traffic import AGENT_TRACE
from tests.e2e.watch import Watch

pytestmark = pytest.mark.browser


def question(request: Request) -> dict[str, Any]:
    """What a page asked of the measures."""
    return json.loads(request.post_data or "{}")


def test_the_zone_is_chosen_kept_and_asked_with(new_page: NewPage) -> None:
    page = new_page(timezone_id="Asia/Tokyo")
    with page.expect_request("**/api/v1/query") as asked:
        page.goto("/?project=shop&range=2026-11-20T15:00:00Z--2026-11-21T15:00:00Z")
    assert question(asked.value)["time_zone"] == "Asia/Tokyo"
    picker = page.get_by_test_id("time-range")
    expect(picker).to_contain_text("2026-11-21 00:00 – 2026-11-22 00:00")
    picker.click()
    zone = page.get_by_role("region", name="Time zone")
    expect(zone).to_contain_text("Asia/Tokyo (GMT+9)")
    with page.expect_request("**/api/v1/query") as asked:
        zone.get_by_role("button", name="UTC").click()
    assert question(asked.value)["time_zone"] == "UTC"
    expect(picker).to_contain_text("2026-11-20 15:00 – 2026-11-21 15:00")
    page.reload()
    expect(picker).to_contain_text("2026-11-20 15:00 – 2026-11-21 15:00")
    picker.click()
    zone.get_by_role("button", name="Other…").click()
    zone.get_by_label("Name of the zone").fill("america/new_york")
    check_accessibility(page)
    page.keyboard.press("Enter")
    expect(picker).to_contain_text("2026-11-20 10:00 – 2026-11-21 10:00")


def test_what_is_typed_is_meant_in_the_zone(new_page: NewPage) -> None:
    page = new_page(timezone_id="UTC")
    page.goto("/calls?project=shop&range=6h")
    page.get_by_test_id("time-range").click()
    page.get_by_label("Type a range").fill("2026-11-20 10:00 to 12:00")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"range=2026-11-20T10:00:00Z--2026-11-20T12:00:00Z"))


def test_a_relative_range_stays_relative(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    page.get_by_role("button", name="Zoom out").click()
    expect(page).to_have_url(re.compile(r"range=43200s"))
    page.get_by_test_id("time-range").click()
    page.get_by_label("Type a range").fill("last 2 hours")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"range=2h"))
    page.get_by_role("button", name="Earlier").click()
    expect(page).to_have_url(re.compile(r"range=.+--.+"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"range=2h"))


def test_the_palette_knows_what_was_looked_at_ranges_and_zones(page: Page) -> None:
    page.goto(f"/traces/{AGENT_TRACE}?project=shop")
    expect(page.get_by_role("heading", name="checkout agent")).to_be_visible()
    page.goto("/users/view?project=shop&range=6h&user=user-3")
    expect(page.get_by_role("heading", name=re.compile("user-3"))).to_be_visible()
    page.goto("/live?project=shop")
    expect(stream(page)).to_have_text("Connected")
    box = page.get_by_role("dialog").get_by_role("combobox")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="User user-3 shop")).to_be_visible()
    check_accessibility(page)
    box.fill(f"trace {AGENT_TRACE[:8]}")
    page.get_by_role("option", name=f"Trace {AGENT_TRACE} shop").click()
    expect(page).to_have_url(re.compile(f"/traces/{AGENT_TRACE}"))
    page.goto("/calls?project=shop")
    expect(page.get_by_role("table", name="Calls").locator("[data-key]").first).to_be_visible()
    page.keyboard.press("Control+k")
    box.fill(f"go to trace {AGENT_TRACE}")
    expect(page.get_by_role("option", name=re.compile("^Open trace"))).to_be_visible()
    box.fill("90m")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("range=90m"))
    page.keyboard.press("Control+k")
    box.fill("new york")
    page.get_by_role("option", name="Show times in America/New_York").click()
    page.get_by_test_id("time-range").click()
    expect(page.get_by_role("region", name="Time zone")).to_contain_text("America/New_York")


def test_the_sheet_lists_the_keys_of_the_page_that_is_open(page: Page) -> None:
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    page.goto("/live?project=shop")
    expect(stream(page)).to_have_text("Connected")
    page.keyboard.press("?")
    expect(sheet.get_by_role("heading", name="The stream")).to_be_visible()
    expect(sheet.get_by_role("heading", name="A trace")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page).to_have_url(re.compile("/models"))
    page.keyboard.press("g")
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile("/live"))
    page.goto(f"/traces/{AGENT_TRACE}?project=shop")
    expect(page.get_by_role("heading", name="checkout agent")).to_be_visible()
    page.keyboard.press("?")
    expect(sheet.get_by_role("heading", name="A trace")).to_be_visible()
    expect(sheet.get_by_role("heading", name="The stream")).to_have_count(0)


def test_a_phone_has_a_drawer(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 400, "height": 800})
    page.goto("/calls?project=shop&range=6h")
    expect(page.get_by_role("table", name="Calls").locator("[data-key]").first).to_be_visible()
    page.get_by_role("button", name="Pages").click()
    pages = page.get_by_role("navigation", name="All pages")
    expect(pages.get_by_role("link", name="Calls")).to_have_attribute("aria-current", "page")
    check_accessibility(page)
    pages.get_by_role("link", name="Costs").click()
    expect(page).to_have_url(re.compile(r"/costs\?.*range=6h"))
    expect(pages).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_a_slow_panel_says_so_and_can_be_cancelled(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/query", hold)
    page.goto("/models?project=shop&range=6h")
    cancel = page.get_by_role("button", name="Models: cancel")
    expect(cancel).to_be_visible()
    expect(page.get_by_text("Still working.").first).to_be_visible()
    check_accessibility(page)
    with page.expect_event("requestfailed", lambda request: "/api/v1/query" in request.url):
        cancel.click()
    again = page.get_by_role("button", name="Ask again")
    expect(again).to_be_visible()
    page.unroute("**/api/v1/query")
    again.click()
    expect(page.get_by_text("gpt-4o-mini").first).to_be_visible()
    assert held


def test_a_server_that_is_gone_is_named_and_found_again(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path) as server:
        origin = f"http://127.0.0.1:{server.http_port}"
        context = browser.new_context(viewport=VIEWPORT, base_url=origin)  # pyright: ignore[reportArgumentType]
        watch = Watch(context, origin)
        watch.expected.append("net::ERR_")
        page = context.new_page()
        arrive(server, "gone", 2)
        page.goto("/live?project=gone")
        expect(rows(page)).to_have_count(2)
        banner = page.get_by_role("alert").filter(has_text="Sonde cannot be reached.")
        expect(banner).to_have_count(0)
        server.stop()
        expect(stream(page)).to_have_text("Reconnecting")
        expect(banner).to_be_visible()
        # What was there stays to be read.
        expect(rows(page)).to_have_count(2)
        expect(page.get_by_role("img", name=re.compile("Calls over time"))).to_be_visible()
        check_accessibility(page)
        server.start()
        expect(banner).to_have_count(0, timeout=60_000)
        expect(stream(page)).to_have_text("Connected", timeout=60_000)
        arrive(server, "gone", user="after")
        expect(rows(page)).to_have_count(3)
        context.close()
    assert watch.findings == []
