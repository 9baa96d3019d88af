"""One trace: the tree, what was said, what it cost and why, and content that wants to do harm."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.traffic import (
    AGENT_FIRST,
    AGENT_SECOND,
    AGENT_TOOL,
    AGENT_TRACE,
    AGENT_TWICE,
    HOSTILE,
    HOSTILE_IMAGE,
)
from tests.e2e.watch import Watch

pytestmark = [pytest.mark.browser, pytest.mark.hostile]

ADDRESS = f"/traces/{AGENT_TRACE}?project=shop"


def test_the_tree_has_every_span_and_its_time(page: Page) -> None:
    page.goto(ADDRESS)
    table = page.get_by_role("table", name="Spans")
    expect(table.locator("[data-span]")).to_have_count(5)
    expect(table.locator(f"[data-span='{AGENT_TOOL}']")).to_contain_text("700 ms")
    expect(table.locator(f"[data-span='{AGENT_TWICE}']")).to_contain_text("duplicate")
    expect(page.locator("header").first).to_contain_text("+ 1 duplicate")
    expect(page.locator("header").first).to_contain_text("2k → 200")


def test_hostile_content_is_only_text(page: Page) -> None:
    page.goto(f"{ADDRESS}&span={AGENT_FIRST}")
    panel = page.get_by_role("region", name="The selected span")
    expect(panel.get_by_text(HOSTILE)).to_be_visible()
    expect(panel.get_by_text(HOSTILE_IMAGE)).to_be_visible()
    expect(panel.get_by_text("not loaded")).to_be_visible()
    assert panel.locator("img, script, iframe").count() == 0
    assert page.evaluate("window.pwned") is None


def test_messages_show_thinking_and_tool_calls(page: Page) -> None:
    page.goto(f"{ADDRESS}&span={AGENT_FIRST}")
    panel = page.get_by_role("region", name="The selected span")
    expect(panel.get_by_role("heading", name="System")).to_be_visible()
    expect(panel.get_by_role("region", name="Thinking")).to_contain_text("Look it up.")
    call = panel.get_by_role("region", name="Tool call")
    expect(call).to_contain_text("get_order")
    expect(call).to_contain_text("4412")
    page.get_by_role("table", name="Spans").locator(f"[data-span='{AGENT_TOOL}']").click()
    expect(panel.get_by_role("heading", name="Tool output")).to_be_visible()
    expect(panel).to_contain_text("shipped")


def test_long_text_is_folded(page: Page) -> None:
    page.goto(f"{ADDRESS}&span={AGENT_SECOND}")
    panel = page.get_by_role("region", name="The selected span")
    show = panel.get_by_role("button", name=re.compile("Show all"))
    expect(show).to_be_visible()
    before = len(panel.inner_text())
    show.click()
    expect(panel.get_by_role("button", name="Show less")).to_be_visible()
    assert len(panel.inner_text()) > before + 10_000


def test_cost_says_where_it_comes_from(page: Page) -> None:
    page.goto(f"{ADDRESS}&span={AGENT_SECOND}&tab=cost")
    panel = page.get_by_role("region", name="The selected span")
    cost = panel.get_by_role("region", name="Cost")
    expect(cost).to_contain_text("computed")
    expect(cost).to_contain_text("gpt-4o-mini")
    lines = panel.get_by_role("region", name="Tokens").get_by_role("row")
    expect(lines.filter(has_text="Cached")).to_contain_text("200")
    expect(lines.filter(has_text="Output")).to_contain_text("100")
    duplicates = panel.get_by_role("region", name="Duplicates")
    duplicates.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"span={AGENT_TWICE}"))
    expect(panel).to_contain_text("Not counted.")
    panel.get_by_role("link", name="See the counted span").click()
    expect(page).to_have_url(re.compile(f"span={AGENT_SECOND}"))
    origins = panel.get_by_role("region", name="Where each field comes from")
    expect(origins).to_contain_text("gen_ai.usage.output_tokens")


def test_attributes_can_be_searched(page: Page) -> None:
    page.goto(f"{ADDRESS}&span={AGENT_SECOND}&tab=attributes")
    panel = page.get_by_role("region", name="The selected span")
    panel.get_by_label("Search in the attributes").fill("usage.output")
    terms = panel.get_by_role("term")
    expect(terms).to_have_count(1)
    expect(terms).to_have_text("gen_ai.usage.output_tokens")
    panel.get_by_label("Search in the attributes").fill("nothing like it")
    expect(panel).to_contain_text("No key or value contains that.")


def test_an_exception_shows_its_traceback(page: Page) -> None:
    page.goto("/calls?project=shop&range=6h&status=error")
    expect(page.get_by_role("table", name="Calls").locator("[data-key]").first).to_be_visible()
    page.keyboard.press("j")
    panel = page.get_by_role("complementary", name="The selected call")
    panel.get_by_role("tab", name="Events").click()
    expect(panel.get_by_role("region", name="exception")).to_contain_text("openai.RateLimitError")
    expect(panel.get_by_role("region", name="Traceback")).to_contain_text('File "shop.py", line 7, in answer')


def test_the_tree_folds_filters_and_follows_the_keyboard(page: Page) -> None:
    page.goto(ADDRESS)
    table = page.get_by_role("table", name="Spans")
    spans = table.locator("[data-span]")
    expect(spans).to_have_count(5)
    page.get_by_label("Filter the spans").fill("get_order")
    expect(spans).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text="3 of 5 spans hidden")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(spans).to_have_count(5)
    page.get_by_role("button", name="Fold checkout agent").click()
    expect(spans).to_have_count(1)
    page.get_by_role("button", name="Unfold checkout agent").click()
    spans.nth(1).click()
    page.keyboard.press("j")
    expect(table.locator("[aria-selected=true]")).to_have_attribute("data-span", AGENT_TOOL)
    page.keyboard.press("k")
    page.keyboard.press("h")
    expect(table.locator("[aria-selected=true]")).to_contain_text("checkout agent")
    page.keyboard.press("z")
    expect(page.get_by_role("status").filter(has_text="Only the time of checkout agent")).to_be_visible()
    page.get_by_role("button", name="Show all of it").click()
    page.keyboard.press("3")
    expect(page.get_by_role("tab", name="Attributes")).to_have_attribute("aria-selected", "true")


def test_a_trace_that_is_not_there_says_so(page: Page, watches: list[Watch]) -> None:
    watches[0].expected.append("404")
    page.goto(f"/traces/{'0' * 31}1?project=shop")
    expect(page.get_by_role("heading", name="There is no trace with this id here")).to_be_visible()
