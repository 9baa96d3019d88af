"""The list of calls: filters, sorting, ten thousand rows, the keyboard, export."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.traffic import AGENT_SECOND, AGENT_TRACE, MANY_CALLS, SHOP_FAILED, SHOP_UNPRICED

pytestmark = pytest.mark.browser


def test_filters_stand_in_the_address(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    page.get_by_role("checkbox", name=re.compile("^acme-llama-70b")).click()
    expect(page).to_have_url(re.compile("model=acme-llama-70b"))
    expect(page.get_by_role("status").filter(has_text=f"{SHOP_UNPRICED} calls")).to_be_visible()
    table = page.get_by_role("table", name="Calls")
    expect(table.locator("[data-key]")).to_have_count(SHOP_UNPRICED)
    expect(table.get_by_text("unpriced", exact=True)).to_have_count(SHOP_UNPRICED)
    expect(table.get_by_text("$0", exact=True)).to_have_count(0)
    page.reload()
    expect(table.locator("[data-key]")).to_have_count(SHOP_UNPRICED)
    page.get_by_role("button", name="Remove filter Model acme-llama-70b").click()
    expect(page).not_to_have_url(re.compile("model="))


def test_a_filter_can_be_typed(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    box = page.get_by_role("combobox", name="Filter")
    expect(box).to_be_visible()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    box.fill("status:err")
    page.get_by_role("option", name=re.compile("error")).click()
    expect(page).to_have_url(re.compile("status=error"))
    expect(page.get_by_role("status").filter(has_text=f"{SHOP_FAILED} calls")).to_be_visible()
    expect(page.get_by_role("table", name="Calls").get_by_text("RateLimitError")).to_have_count(SHOP_FAILED)


def test_words_of_the_content_find_their_call(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    box = page.get_by_role("combobox", name="Filter")
    box.fill("thermocline")
    page.get_by_role("option", name=re.compile("Content contains")).click()
    expect(
        page.get_by_role("table", name="Calls").locator(f"[data-key='{AGENT_TRACE}.{AGENT_SECOND}']")
    ).to_be_visible()


def test_sorting_by_latency_puts_the_slowest_first(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    table = page.get_by_role("table", name="Calls")
    table.get_by_role("button", name="Latency").click()
    expect(page).to_have_url(re.compile("order=duration"))
    expect(table.get_by_role("columnheader", name="Latency")).to_have_attribute("aria-sort", "descending")
    expect(table.locator("[data-key]").first).to_contain_text("1.2 s")


def test_ten_thousand_rows_scroll_and_few_of_them_exist(page: Page) -> None:
    page.goto("/calls?project=many&range=6h")
    table = page.get_by_role("table", name="Calls")
    expect(table.locator("[data-key]").first).to_be_visible()
    status = page.get_by_role("status").filter(has_text="calls")
    done = page.get_by_role("status").filter(has_text=re.compile(f"^{MANY_CALLS:,} calls"))
    for _ in range(200):
        if done.count() > 0:
            break
        before = status.inner_text()
        table.evaluate("element => element.scrollTo(0, element.scrollHeight)")
        expect(status).not_to_have_text(before)
    expect(done).to_be_visible()
    table.evaluate("element => element.scrollTo(0, element.scrollHeight)")
    expect(table.locator(f"[aria-rowindex='{MANY_CALLS + 1}']")).to_be_visible()
    assert table.locator("[data-key]").count() < 80
    page.get_by_role("button", name="Top").click()
    expect(table.locator("[aria-rowindex='2']")).to_be_visible()


def test_the_keyboard_walks_the_list(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    table = page.get_by_role("table", name="Calls")
    expect(table.locator("[data-key]").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(table.locator("[aria-selected=true]")).to_have_attribute("aria-rowindex", "3")
    panel = page.get_by_role("complementary", name="The selected call")
    expect(panel.get_by_role("tab", name="Messages")).to_be_visible()
    expect(page).to_have_url(re.compile("peek="))
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/traces/[0-9a-f]{32}"))


def test_dropped_duplicates_say_why(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    page.get_by_role("button", name="Dropped duplicates").click()
    expect(page).to_have_url(re.compile("dropped=true"))
    table = page.get_by_role("table", name="Calls")
    expect(table.locator("[data-key]")).to_have_count(1)
    expect(table.get_by_role("columnheader", name="Why not counted")).to_be_visible()


def test_export_holds_every_row_of_the_filter(page: Page, tmp_path: Path) -> None:
    page.goto("/calls?project=shop&range=6h&model=acme-llama-70b")
    for kind, item in (("csv", "CSV"), ("jsonl", "JSON lines")):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=item).click()
        target = tmp_path / f"calls.{kind}"
        download.value.save_as(target)
        text = target.read_text(encoding="utf-8")
        found = (
            list(csv.DictReader(io.StringIO(text)))
            if kind == "csv"
            else [json.loads(line) for line in text.splitlines()]
        )
        assert len(found) == SHOP_UNPRICED
        assert {row["request_model"] for row in found} == {"acme-llama-70b"}


def test_columns_can_be_chosen_and_stay_chosen(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("menuitemcheckbox", name="Convention").click()
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_role("columnheader", name="Convention")).to_be_attached()


def test_a_filter_without_result_says_so(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h&model=no-such-model")
    expect(page.get_by_role("heading", name="No call matches these filters")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_role("table", name="Calls").locator("[data-key]").first).to_be_visible()


def test_traces_are_listed_with_their_sums(page: Page) -> None:
    page.goto("/traces?project=shop&range=6h")
    row = page.get_by_role("table", name="Traces").get_by_role("row").filter(has_text="checkout agent")
    expect(row).to_contain_text("2k → 200")
    row.get_by_role("link", name="checkout agent").click()
    expect(page).to_have_url(re.compile(f"/traces/{AGENT_TRACE}"))
