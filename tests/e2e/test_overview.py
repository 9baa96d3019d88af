"""The first page: its figures are those that were sent, and the charts choose the time."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.traffic import SHOP_CALLS, SHOP_FAILED, SHOP_UNPRICED

pytestmark = pytest.mark.browser

COUNTED = SHOP_CALLS + SHOP_UNPRICED + 2 + 1
"""The agent made two calls; a third span repeats the second. The team made one."""


def test_figures_are_those_that_were_sent(page: Page) -> None:
    page.goto("/?project=shop&range=6h")
    expect(page.get_by_role("group", name="Calls", exact=True)).to_contain_text(str(COUNTED))
    rate = page.get_by_role("group", name="Error rate", exact=True)
    expect(rate).to_contain_text(f"{SHOP_FAILED} failed calls")
    expect(rate).to_contain_text("2.37 %")
    cost = page.get_by_role("group", name="Cost", exact=True)
    expect(cost).to_contain_text(re.compile(r"\$0\.\d+"))
    unpriced = page.get_by_role("group", name="Unpriced", exact=True)
    expect(unpriced).to_contain_text(f"{SHOP_UNPRICED + SHOP_FAILED} unpriced calls")


def test_a_model_without_price_shows_no_amount(page: Page) -> None:
    page.goto("/?project=shop&range=6h")
    models = page.get_by_role("region", name="Models", exact=True)
    row = models.get_by_role("row").filter(has_text="acme-llama-70b")
    expect(row).to_contain_text("unpriced")
    expect(row).not_to_contain_text("$")


def test_a_figure_leads_to_its_calls(page: Page) -> None:
    page.goto("/?project=shop&range=6h")
    page.get_by_role("link", name=f"{SHOP_FAILED} failed calls").click()
    expect(page).to_have_url(re.compile(r"/calls\?.*filter=status:error"))
    expect(page).to_have_url(re.compile(r"range=6h"))
    expect(page.get_by_role("status").filter(has_text=f"{SHOP_FAILED} calls")).to_be_visible()


def test_dragging_over_a_chart_zooms_all_of_them(page: Page) -> None:
    page.goto("/?project=shop&range=6h")
    chart = page.get_by_role("img", name=re.compile("^Calls over time"))
    expect(chart.locator("canvas")).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.8, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"range=20\d\d-.*--20\d\d-"))
    expect(page.get_by_test_id("time-range")).to_contain_text("–")
    expect(page.get_by_role("group", name="Calls", exact=True)).not_to_contain_text(str(COUNTED))


def test_pointing_at_a_moment_names_its_figures(page: Page) -> None:
    page.goto("/?project=shop&range=6h")
    chart = page.get_by_role("img", name=re.compile("^Tokens over time"))
    expect(chart.locator("canvas")).to_be_visible()
    chart.locator("..").hover(position={"x": 500, "y": 80})
    expect(chart.locator("..").get_by_text("Total", exact=True)).to_be_visible()


def test_figures_of_a_chart_are_there_as_a_table(page: Page) -> None:
    page.goto("/?project=shop&range=6h")
    page.get_by_role("button", name="Cost: show the figures as a table").click()
    table = page.get_by_role("region", name="Cost: figures").get_by_role("table")
    expect(table.get_by_role("columnheader", name="Output")).to_be_visible()
    page.get_by_role("button", name="Cost: show the chart").click()
    expect(table).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("25m", "Last 25 minutes"),
        ("last 2 hours", "Last 2 hours"),
        ("2026-11-20 10:00 to 12:00", "10:00 – 12:00"),
    ],
)
def test_a_time_range_can_be_typed(page: Page, typed: str, shown: str) -> None:
    page.goto("/?project=shop")
    page.get_by_test_id("time-range").click()
    page.get_by_label("Type a range").fill(typed)
    page.get_by_label("Type a range").press("Enter")
    expect(page.get_by_test_id("time-range")).to_contain_text(shown)
    shared = page.url
    page.goto("/setup")
    page.goto(shared)
    expect(page.get_by_test_id("time-range")).to_contain_text(shown)


def test_an_empty_range_says_where_the_data_is(page: Page) -> None:
    page.goto("/?project=shop&range=2026-01-01T00:00:00Z--2026-01-02T00:00:00Z")
    expect(page.get_by_role("heading", name="No calls in this time range")).to_be_visible()
    page.get_by_role("button", name="Show the newest").click()
    expect(page.get_by_role("group", name="Calls", exact=True)).to_be_visible()


def test_a_project_nobody_sends_to_leads_to_the_set_up(page: Page) -> None:
    page.goto("/?project=nobody-sends-here")
    expect(page.get_by_role("heading", name=re.compile("Nothing has reached project"))).to_be_visible()
    page.get_by_role("link", name="Connect an application").click()
    expect(page).to_have_url(re.compile("/setup"))
