"""What the lists share: traces and spans, charts, saved views, peek, phone, hostile text, accessibility."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NewPage
from tests.e2e.test_pages import check_accessibility
from tests.e2e.traffic import AGENT_SECOND, AGENT_TRACE, SHOP_FAILED

pytestmark = pytest.mark.browser

ADDRESSES = ("/calls", "/traces", "/spans")


def test_traces_are_listed_with_their_sums(page: Page) -> None:
    page.goto("/traces?project=shop&range=6h")
    table = page.get_by_role("table", name="Traces")
    row = table.get_by_role("row").filter(has_text="checkout agent")
    expect(row).to_contain_text("2k → 200")
    row.get_by_text("2k → 200").click()
    panel = page.get_by_role("complementary", name="The selected trace")
    expect(panel.get_by_role("list", name="Spans").get_by_text("execute_tool get_order")).to_be_visible()
    expect(page).to_have_url(re.compile(f"peek={AGENT_TRACE}"))
    row.get_by_role("link", name="checkout agent").click()
    expect(page).to_have_url(re.compile(f"/traces/{AGENT_TRACE}"))
    page.go_back()
    expect(panel).to_be_visible()


def test_traces_are_found_by_what_their_calls_say(page: Page) -> None:
    page.goto("/traces?project=shop&range=6h")
    page.get_by_role("checkbox", name="error", exact=True).click()
    expect(page).to_have_url(re.compile("filter=status:error"))
    expect(page.get_by_role("status").filter(has_text=f"{SHOP_FAILED} traces")).to_be_visible()
    expect(page.get_by_text("No charts: they measure calls")).to_be_visible()


def test_spans_of_every_kind_are_listed(page: Page) -> None:
    page.goto("/spans?project=shop&range=6h")
    page.get_by_role("checkbox", name=re.compile("^tool")).click()
    expect(page).to_have_url(re.compile("filter=operation:tool"))
    table = page.get_by_role("table", name="Spans")
    row = table.locator("[data-key]").filter(has_text="execute_tool get_order")
    expect(row).to_be_visible()
    row.click()
    expect(page).to_have_url(re.compile("peek="))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/traces/{AGENT_TRACE}"))


def test_charts_stand_above_the_list_and_zoom(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h")
    charts = page.get_by_role("region", name="Charts of the list")
    chart = charts.get_by_role("figure", name="Calls", exact=True)
    expect(chart.get_by_role("img")).to_be_visible()
    page.get_by_role("button", name="Charts", exact=True).click()
    page.get_by_role("menuitemcheckbox", name="Output tokens", exact=True).click()
    page.keyboard.press("Escape")
    expect(charts.get_by_role("figure", name="Output tokens", exact=True)).to_be_visible()
    chart.get_by_role("button", name="show the figures as a table").click()
    expect(chart.get_by_role("table")).to_be_visible()
    chart.get_by_role("button", name="show the chart").click()
    page.reload()
    expect(charts.get_by_role("figure", name="Output tokens", exact=True)).to_be_visible()
    box = chart.get_by_role("img").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.6, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("range=.+--.+"))


def test_a_view_is_saved_drifts_is_discarded_renamed_and_comes_back(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h&filter=status:error")
    table = page.get_by_role("table", name="Calls")
    expect(table.locator("[data-key]")).to_have_count(SHOP_FAILED)
    page.get_by_role("button", name="Saved views").click()
    page.get_by_role("menuitem", name="Save as a new view…").click()
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_be_focused()
    name.fill("<b>Failures</b>")
    name.press("Enter")
    view = page.get_by_role("button", name="View <b>Failures</b>")
    expect(view).to_be_visible()
    expect(page).to_have_url(re.compile("view=[0-9a-f]{16}"))

    table.get_by_role("button", name="Cost").click()
    expect(page.get_by_role("button", name="View <b>Failures</b>, changed: order")).to_be_visible()
    view.click()
    page.get_by_role("menuitem", name="Discard the changes").click()
    expect(page).not_to_have_url(re.compile("order="))
    expect(page.get_by_role("button", name="View <b>Failures</b>", exact=True)).to_be_visible()

    page.get_by_role("combobox", name="Filter").fill("status:error model:gpt-4o-mini")
    page.get_by_role("combobox", name="Filter").press("Enter")
    view.click()
    page.get_by_role("menuitem", name="Save the changes").click()
    expect(page.get_by_role("button", name="View <b>Failures</b>", exact=True)).to_be_visible()

    view.click()
    page.get_by_role("menuitem", name="Rename…").click()
    page.get_by_role("textbox", name="Name").fill("Failed calls")
    page.get_by_role("button", name="Rename").click()
    page.goto("/calls?project=shop&range=1h")
    page.get_by_role("button", name="Saved views").click()
    page.get_by_role("menuitemradio", name=re.compile("Failed calls")).click()
    expect(page.get_by_role("combobox", name="Filter")).to_have_value("status:error model:gpt-4o-mini")
    expect(page).to_have_url(re.compile("range=6h"))

    page.get_by_role("button", name="View Failed calls").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="View Failed calls")).to_be_visible()
    page.get_by_role("button", name="View Failed calls").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.get_by_role("button", name="Saved views").click()
    expect(page.get_by_role("menuitemradio")).to_have_count(1)


def test_a_list_that_is_slow_can_be_stopped(page: Page) -> None:
    page.route("**/api/v1/calls?**", lambda _route: None)  # never answered
    page.goto("/calls?project=shop&range=6h")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", name="Stopped")).to_be_visible()
    page.unroute("**/api/v1/calls?**")
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("table", name="Calls").locator("[data-key]").first).to_be_visible()


def test_a_link_to_a_row_opens_it(page: Page) -> None:
    page.goto(f"/calls?project=shop&range=6h&peek={AGENT_TRACE}.{AGENT_SECOND}")
    panel = page.get_by_role("complementary", name="The selected call")
    expect(panel.get_by_role("tab", name="Messages")).to_be_visible()


def test_an_empty_project_says_how_to_begin(page: Page) -> None:
    page.goto("/spans?project=shop&range=2020-01-01T00:00:00Z--2020-01-02T00:00:00Z")
    expect(page.get_by_role("heading", name="No spans in this time range")).to_be_visible()
    page.get_by_role("button", name="Show the newest").click()
    expect(page.get_by_role("table", name="Spans").locator("[data-key]").first).to_be_visible()


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(new_page: NewPage, address: str, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{address}?project=shop&range=6h")
    expect(page.locator("[data-key]").first).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("complementary", name=re.compile("The selected"))).to_be_visible()
    page.get_by_role("checkbox", name="Pick row 1", exact=True).click()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    check_accessibility(page)
    page.keyboard.press("/")
    expect(page.get_by_role("option").first).to_be_visible()
    check_accessibility(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Columns").click()
    expect(page.get_by_role("textbox", name="Search the columns")).to_be_visible()
    check_accessibility(page)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_phone_reads_the_list(new_page: NewPage, address: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}?project=shop&range=6h")
    row = page.locator("[data-key]").first
    expect(row).to_be_visible()
    assert page.evaluate("document.querySelector('main').scrollWidth") <= 390
    row.click(position={"x": 5, "y": 10})
    panel = page.get_by_role("complementary", name=re.compile("The selected"))
    expect(panel).to_be_visible()
    panel.get_by_role("button", name="Close the panel").click()
    expect(panel).to_have_count(0)
