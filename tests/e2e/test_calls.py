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


def test_facets_edit_the_filter_in_the_address(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    page.get_by_role("checkbox", name=re.compile("^acme-llama-70b")).click()
    expect(page).to_have_url(re.compile("filter=model:acme-llama-70b"))
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("model:acme-llama-70b")
    expect(page.get_by_role("status").filter(has_text=f"{SHOP_UNPRICED} calls")).to_be_visible()
    table = page.get_by_role("table", name="Calls")
    expect(table.locator("[data-key]")).to_have_count(SHOP_UNPRICED)
    expect(table.get_by_text("unpriced", exact=True)).to_have_count(SHOP_UNPRICED)
    expect(table.get_by_text("$0", exact=True)).to_have_count(0)
    page.reload()
    expect(table.locator("[data-key]")).to_have_count(SHOP_UNPRICED)
    page.get_by_role("checkbox", name=re.compile("^acme-llama-70b")).click()
    expect(page).not_to_have_url(re.compile("filter="))
    page.get_by_role("button", name="Leave out acme-llama-70b").click()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("-model:acme-llama-70b")
    expect(table.locator("[data-key]").first).to_be_visible()
    expect(table.get_by_text("acme-llama-70b", exact=True)).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("")


def test_a_filter_is_completed_while_it_is_typed(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    box = page.get_by_role("combobox", name="Filter")
    expect(box).to_be_visible()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    box.fill("stat")
    page.get_by_role("option", name=re.compile("^status")).first.click()
    expect(box).to_have_value("status:")
    expect(box).to_be_focused()
    box.press_sequentially("err")
    expect(page.get_by_role("option", name="error")).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("status:error ")
    box.press("Enter")
    expect(page).to_have_url(re.compile("filter=status:error"))
    expect(page.get_by_role("status").filter(has_text=f"{SHOP_FAILED} calls")).to_be_visible()
    expect(page.get_by_role("table", name="Calls").get_by_text("RateLimitError")).to_have_count(SHOP_FAILED)
    box.press("Escape")
    expect(box).not_to_be_focused()


def test_recent_filters_are_offered(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    box = page.get_by_role("combobox", name="Filter")
    box.fill("status:error model:gpt-4o-mini")
    box.press("Enter")
    expect(page).to_have_url(re.compile("filter="))
    page.get_by_role("button", name="Clear the filter").click()
    expect(page).not_to_have_url(re.compile("filter="))
    page.get_by_role("option", name="status:error model:gpt-4o-mini").click()
    expect(page).to_have_url(re.compile("filter="))
    expect(page.get_by_role("status").filter(has_text=f"{SHOP_FAILED} calls")).to_be_visible()


def test_a_wrong_filter_says_where_and_what_to_write(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    table = page.get_by_role("table", name="Calls")
    expect(table.locator("[data-key]").first).to_be_visible()
    box = page.get_by_role("combobox", name="Filter")
    box.fill("modle:acme-llama-70b")
    box.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="There is no field modle")).to_be_visible()
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(page).not_to_have_url(re.compile("filter="))
    expect(table.locator("[data-key]").first).to_be_visible()
    page.get_by_role("button", name="model", exact=True).click()
    expect(page).to_have_url(re.compile("filter=model:acme-llama-70b"))
    expect(table.locator("[data-key]")).to_have_count(SHOP_UNPRICED)
    expect(box).to_have_attribute("aria-invalid", "false")


def test_words_of_the_content_find_their_call(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    box = page.get_by_role("combobox", name="Filter")
    box.fill("thermocline")
    box.press("Enter")
    row = page.get_by_role("table", name="Calls").locator(f"[data-key='{AGENT_TRACE}.{AGENT_SECOND}']")
    expect(row).to_be_visible()


def test_numbers_have_bounds(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    bound = page.get_by_role("textbox", name="Latency, ms: at least")
    bound.fill("1s")
    bound.press("Enter")
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("duration_ms>=1s")
    expect(page.get_by_role("table", name="Calls").get_by_text("801 ms")).to_have_count(0)
    bound.fill("")
    bound.press("Enter")
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("")


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
    expect(panel.get_by_text("2 of")).to_be_visible()
    expect(panel.get_by_role("tab", name="Messages")).to_be_visible()
    expect(page).to_have_url(re.compile("peek="))
    panel.get_by_role("button", name="Next row").click()
    expect(table.locator("[aria-selected=true]")).to_have_attribute("aria-rowindex", "4")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    page.keyboard.press("j")
    expect(panel).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/traces/[0-9a-f]{32}"))
    page.go_back()
    expect(panel).to_be_visible()


def test_dropped_duplicates_say_why(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    page.get_by_role("button", name="Dropped duplicates").click()
    expect(page).to_have_url(re.compile("dropped=true"))
    table = page.get_by_role("table", name="Calls")
    expect(table.locator("[data-key]")).to_have_count(1)
    expect(table.get_by_role("columnheader", name="Why not counted")).to_be_visible()


def rows_of(target: Path, kind: str) -> list[dict[str, str]]:
    text = target.read_text(encoding="utf-8")
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(text)))
    return [json.loads(line) for line in text.splitlines()]


def test_export_holds_every_row_of_the_filter(page: Page, tmp_path: Path) -> None:
    page.goto("/calls?project=shop&range=6h&filter=model:acme-llama-70b")
    for kind, item, whole in (("csv", "CSV", False), ("jsonl", "JSON lines, all fields", True)):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=item, exact=True).click()
        target = tmp_path / f"calls.{kind}"
        download.value.save_as(target)
        found = rows_of(target, kind)
        assert len(found) == SHOP_UNPRICED
        assert {row["request_model"] for row in found} == {"acme-llama-70b"}
        assert ("convention" in found[0]) is whole
        assert "user_id" in found[0]


def test_picked_rows_are_exported_alone(page: Page, tmp_path: Path) -> None:
    page.goto("/calls?project=shop&range=6h")
    table = page.get_by_role("table", name="Calls")
    table.get_by_role("checkbox", name="Pick row 1", exact=True).click()
    table.get_by_role("checkbox", name="Pick row 4", exact=True).click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Picked rows")
    expect(bar.get_by_text("4 calls picked")).to_be_visible()
    wanted = [table.locator("[data-key]").nth(number).get_attribute("data-key") or "" for number in range(4)]
    with page.expect_download() as download:
        bar.get_by_role("button", name="CSV").click()
    target = tmp_path / "picked.csv"
    download.value.save_as(target)
    assert [f"{row['trace_id']}.{row['span_id']}" for row in rows_of(target, "csv")] == wanted
    bar.get_by_role("button", name="Clear").click()
    expect(bar).to_have_count(0)


def test_columns_can_be_chosen_moved_and_sized_and_stay_so(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    table = page.get_by_role("table", name="Calls")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Convention").click()
    page.get_by_role("button", name="Model: further left").click()
    width = page.get_by_role("textbox", name="Model: width in pixels")
    width.fill("333")
    width.press("Enter")
    page.get_by_role("radio", name="Compact").click()
    page.keyboard.press("Escape")
    for _ in range(2):
        headers = table.get_by_role("columnheader")
        expect(headers.nth(1)).to_have_text("Model")
        expect(headers.nth(2)).to_have_text("Time")
        expect(table.get_by_role("columnheader", name="Convention")).to_be_attached()
        box = headers.nth(1).bounding_box()
        assert box is not None
        assert box["width"] == 333
        page.reload()
        expect(table.locator("[data-key]").first).to_be_visible()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("button", name="Reset").click()
    page.keyboard.press("Escape")
    expect(table.get_by_role("columnheader").nth(1)).to_have_text("Time")


def test_nothing_found_names_the_term_that_leaves_nothing(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h&filter=status:error%20user:nobody-of-that-name")
    expect(page.get_by_role("heading", name="No calls match this filter")).to_be_visible()
    guilty = page.get_by_role("listitem").filter(has_text="user:nobody-of-that-name")
    expect(page.get_by_role("listitem").filter(has_text="still nothing without it")).to_have_count(1)
    guilty.get_by_role("button", name="Leave it out").click()
    expect(page.get_by_role("status").filter(has_text=f"{SHOP_FAILED} calls")).to_be_visible()
    page.goto("/calls?project=shop&range=6h&filter=model:no-such-model")
    page.get_by_role("main").get_by_role("button", name="Clear the filter", exact=True).last.click()
    expect(page.get_by_role("table", name="Calls").locator("[data-key]").first).to_be_visible()
