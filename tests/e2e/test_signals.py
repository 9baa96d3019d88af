"""Logs, infrastructure and settings: from a line to its trace, from a CPU peak to the calls behind it."""

import csv
import io
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.contract.otlp.target import Served
from tests.e2e.conftest import NewPage
from tests.e2e.signals import LOGS, OPS_SERVICE, OPS_SPAN, OPS_TRACE, send_signals
from tests.e2e.test_pages import check_accessibility
from tests.e2e.watch import Watch

pytestmark = pytest.mark.browser

LOGS_PAGE = "/logs?project=ops&range=6h"
INFRASTRUCTURE = "/infrastructure?project=ops&range=3h"


@pytest.fixture(scope="module", autouse=True)
def ops(server: Served) -> None:
    """The project of these tests."""
    send_signals(server)


def not_run(page: Page) -> None:
    """Nothing of the hostile text became anything but text."""
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img, main script, main svg[onload]").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("address", "text"),
    [
        (LOGS_PAGE, "order 1 handled"),
        (INFRASTRUCTURE, "What goes together"),
        ("/infrastructure?project=shop&range=6h", "sends no metrics"),
        ("/logs?project=shop&range=6h", "No logs in this time range"),
        ("/settings?project=ops&tab=storage", "What Sonde itself costs"),
        ("/settings?project=ops&tab=ledger", "No sender keeps a ledger here"),
    ],
)
def test_the_pages_are_accessible_in_both_themes(
    new_page: NewPage, theme: str, address: str, text: str
) -> None:
    page = new_page(color_scheme=theme)
    page.goto(address)
    expect(page.get_by_text(text).first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    check_accessibility(page)


@pytest.mark.parametrize("address", [LOGS_PAGE, INFRASTRUCTURE, "/settings?project=ops&tab=storage"])
def test_a_phone_needs_no_sideways_scrolling(new_page: NewPage, address: str) -> None:
    page = new_page(viewport={"width": 420, "height": 900})
    page.goto(address)
    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    if address == LOGS_PAGE:
        expect(page.get_by_role("table", name="Logs").locator("[data-key]").first).to_be_visible()


def test_a_log_line_leads_to_its_span_and_all_of_it_is_text(page: Page) -> None:
    page.goto(f"{LOGS_PAGE}&filter=connection%20refused")
    table = page.get_by_role("table", name="Logs")
    row = table.locator("[data-key]")
    expect(row).to_have_count(1)
    row.get_by_role("button", name=re.compile("^Open the record")).click()
    expect(page).to_have_url(re.compile("log=ops"))
    expect(row.get_by_role("region", name="Body")).to_contain_text('<img src=x onerror="window.pwned=1">')
    expect(row.get_by_role("region", name="Attributes")).to_contain_text('"note"')
    check_accessibility(page)
    not_run(page)
    row.get_by_role("link", name="Open its span").click()
    expect(page).to_have_url(re.compile(f"/traces/{OPS_TRACE}.*span={OPS_SPAN}"))
    page.go_back()
    row.get_by_role("button", name="Logs of this trace").click()
    expect(page).to_have_url(re.compile(f"filter=trace_id:{OPS_TRACE}"))
    expect(row).to_have_count(1)


def test_logs_are_counted_filtered_by_level_and_scrolled_to_their_end(page: Page) -> None:
    page.goto(LOGS_PAGE)
    table = page.get_by_role("table", name="Logs")
    expect(table.locator("[data-key]").first).to_be_visible()
    status = page.get_by_role("status").filter(has_text="records")
    expect(status).to_contain_text(f"{LOGS:,}")
    for _ in range(60):
        if f"{LOGS:,} records" in status.inner_text():
            break
        before = status.inner_text()
        table.evaluate("element => element.scrollTo(0, element.scrollHeight)")
        expect(status).not_to_have_text(before)
    expect(status).to_contain_text(f"{LOGS:,} records")
    assert table.locator("[data-key]").count() < 80
    page.get_by_role("complementary", name="Facets").get_by_text("warn", exact=True).click()
    expect(page).to_have_url(re.compile("filter=severity:warn"))
    expect(status).to_contain_text(f"{LOGS // 5} records")
    expect(page.get_by_role("region", name="Records")).to_contain_text("Warn")
    page.go_back()
    expect(page).not_to_have_url(re.compile("filter="))


def test_a_wrong_log_filter_is_marked_where_it_stands(page: Page, watches: list[Watch]) -> None:
    watches[0].expected.append("400")
    page.goto(f"{LOGS_PAGE}&filter=sevrity:error")
    expect(page.get_by_role("heading", name="This filter cannot be read")).to_be_visible()
    page.get_by_role("button", name="severity", exact=True).first.click()
    expect(page.get_by_role("table", name="Logs").locator("[data-key]").first).to_be_visible()


def test_logs_are_exported_as_they_are_filtered(page: Page, tmp_path: Path) -> None:
    page.goto(f"{LOGS_PAGE}&filter=severity:warn")
    expect(page.get_by_role("table", name="Logs").locator("[data-key]").first).to_be_visible()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="CSV").click()
    download.value.save_as(tmp_path / "logs.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "logs.csv").read_text(encoding="utf-8"))))
    assert len(rows) == LOGS // 5
    assert {row["severity"] for row in rows} == {"warn"}


def test_the_keyboard_opens_and_closes_records(page: Page) -> None:
    page.goto(LOGS_PAGE)
    expect(page.get_by_role("table", name="Logs").locator("[data-key]").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Attributes")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Attributes")).to_have_count(0)


def test_from_a_cpu_peak_to_the_calls_behind_it(page: Page) -> None:
    # Whole steps, so that every one of them is as wide as the next.
    end = int(time.time()) // 300 * 300
    start, stop = (
        datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in (end - 9_000, end)
    )
    page.goto(f"/infrastructure?project=ops&range={start}--{stop}")
    expect(page.get_by_role("combobox", name="Service")).to_have_value(OPS_SERVICE)
    correlations = page.get_by_role("region", name="Correlations")
    expect(correlations.get_by_role("row").nth(1)).to_contain_text("strongly")
    card = page.get_by_role("region", name="CPU", exact=True)
    card.scroll_into_view_if_needed()
    card.get_by_role("button", name="CPU: show the figures as a table").click()
    figures = page.get_by_role("region", name="CPU: figures").get_by_role("row")
    shares = [
        float(match[1]) if (match := re.search(r"([\d.]+)\s*%", row.inner_text())) else 0.0
        for row in figures.all()[1:]
    ]
    peak = shares.index(max(shares))
    assert max(shares) > 60
    card.get_by_role("button", name="CPU: show the chart").click()
    chart = card.get_by_role("img")
    box = chart.bounding_box()
    assert box is not None
    # The drawing area lies between the margins of the charts (web/src/components/charts/scale.ts).
    left, right = 52, 12
    x = left + (box["width"] - left - right) * (peak + 0.5) / len(shares)
    chart.locator("xpath=..").click(position={"x": x, "y": box["height"] / 2})
    chosen = page.get_by_role("status", name="The chosen minutes")
    expect(chosen).to_contain_text("failed")
    expect(page).to_have_url(re.compile("at="))
    check_accessibility(page)
    not_run(page)
    chosen.get_by_role("link", name="Slowest first").click()
    expect(page).to_have_url(re.compile(f"/calls.*filter=service:{OPS_SERVICE}"))
    table = page.get_by_role("table", name="Calls")
    expect(table.locator("[data-key]").first).to_contain_text("9 s")
    page.go_back()
    expect(chosen).to_be_visible()


def test_a_release_marks_itself_and_own_marks_come_and_go(page: Page) -> None:
    page.goto(INFRASTRUCTURE)
    expect(page.get_by_role("button", name=re.compile(f"Deploy {OPS_SERVICE} 7")).first).to_be_visible()
    page.get_by_role("button", name="Annotate").click()
    dialog = page.get_by_role("dialog", name="Mark the charts")
    check_accessibility(page)
    dialog.get_by_role("button", name="Mark", exact=True).click()
    expect(dialog.get_by_text("What happened?")).to_be_visible()
    title = '<b onclick="x()">rollback</b>'
    dialog.get_by_label("Title").fill(title)
    dialog.get_by_label("Kind").select_option("incident")
    when = page.evaluate(
        "new Date(Date.now() - 4500000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16)"
    )
    dialog.get_by_label("When").fill(when)
    dialog.get_by_role("button", name="Mark", exact=True).click()
    expect(dialog).to_have_count(0)
    flag = page.get_by_role("button", name=re.compile("^Incident .*rollback")).first
    flag.click()
    popup = page.get_by_role("dialog", name="Marks")
    expect(popup).to_contain_text(title)
    popup.get_by_role("button", name="Delete").click()
    gone = page.get_by_role("status").filter(has_text="Deleted")
    expect(flag).to_have_count(0)
    gone.get_by_role("button", name="Undo").click()
    expect(flag).to_be_visible()
    flag.click()
    popup.get_by_role("button", name="Delete").click()
    expect(flag).to_have_count(0)


def test_the_tester_says_which_rule_masks_what(page: Page) -> None:
    page.goto("/settings?project=ops")
    page.get_by_role("switch", name=re.compile("E-mail")).click()
    page.get_by_role("button", name="Add a pattern").click()
    page.get_by_label("Name of pattern 1").fill("order")
    page.get_by_label("Pattern 1", exact=True).fill("ORD-[0-9]+")
    page.get_by_label("Try it: nothing is stored").fill("<i>ORD-77</i> of ada@example.com")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("output")).to_have_text("<i>[order]</i> of [email]")
    hits = page.get_by_role("list", name="Which rule masks what").get_by_role("listitem")
    expect(hits).to_have_count(2)
    expect(hits.nth(0)).to_contain_text("order")
    expect(hits.nth(0)).to_contain_text("ORD-77")
    expect(hits.nth(1)).to_contain_text("E-mail addresses")
    not_run(page)


def test_keeping_less_is_typed_out_before_it_happens(page: Page) -> None:
    page.goto("/settings?project=ops")
    page.get_by_label("Metrics").fill("60")
    page.get_by_role("button", name="Save").first.click()
    dialog = page.get_by_role("dialog", name="Keep less")
    expect(dialog).to_contain_text("90 → 60 days")
    keep_less = dialog.get_by_role("button", name="Keep less")
    expect(keep_less).to_be_disabled()
    check_accessibility(page)
    dialog.get_by_label("to confirm").fill("ops")
    keep_less.click()
    expect(page.get_by_text("Saved")).to_be_visible()
    page.get_by_label("Metrics").fill("0")
    expect(page.get_by_text("1 to 36,500 days")).to_be_visible()


def test_storage_says_how_much_of_each_signal_and_when_the_disk_is_full(page: Page) -> None:
    page.goto("/settings?project=ops&tab=storage")
    signals = page.get_by_role("list", name="Bytes per signal")
    expect(signals).to_contain_text("Logs")
    expect(page.get_by_text(re.compile("disk is full", re.IGNORECASE)).first).to_be_visible()
    cost = page.get_by_role("region", name="What Sonde itself costs")
    expect(cost).to_contain_text("resident")
    expect(cost).to_contain_text(re.compile(r"[\d.]+ ?%"))
