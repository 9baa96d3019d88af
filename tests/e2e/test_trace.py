"""One trace: the tree, what was said, what it cost and why, and content that wants to do harm."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.contract.otlp.target import Served
from tests.e2e.traffic import (
    AGENT_FIRST,
    AGENT_SECOND,
    AGENT_TOOL,
    AGENT_TRACE,
    AGENT_TWICE,
    HOSTILE,
    HOSTILE_IMAGE,
    SCOPE,
    TEAM_AGENT,
    TEAM_CALL,
    TEAM_TRACE,
    chat,
    request,
    send,
    span,
    wait_for_spans,
)
from tests.e2e.watch import Watch

pytestmark = [pytest.mark.browser, pytest.mark.hostile]

ADDRESS = f"/traces/{AGENT_TRACE}?project=shop"
BIG_TRACE = "b16b" * 8
BIG_SPANS = 50_000
TREE = f"{ADDRESS}&mode=tree"


def test_the_tree_has_every_span_and_its_time(page: Page) -> None:
    page.goto(TREE)
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
    page.goto(f"{TREE}&span={AGENT_FIRST}")
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
    page.goto("/calls?project=shop&range=6h&filter=status:error")
    expect(page.get_by_role("table", name="Calls").locator("[data-key]").first).to_be_visible()
    page.keyboard.press("j")
    panel = page.get_by_role("complementary", name="The selected call")
    panel.get_by_role("tab", name="Events").click()
    expect(panel.get_by_role("region", name="exception")).to_contain_text("openai.RateLimitError")
    expect(panel.get_by_role("region", name="Traceback")).to_contain_text('File "shop.py", line 7, in answer')


def test_the_tree_folds_filters_and_follows_the_keyboard(page: Page) -> None:
    page.goto(TREE)
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
    page.keyboard.press(".")
    expect(page.get_by_role("tab", name="Attributes")).to_have_attribute("aria-selected", "true")
    page.get_by_label("Filter the spans").press("k")
    expect(page.get_by_label("Filter the spans")).to_have_value("k")
    expect(table.locator("[aria-selected=true]")).to_contain_text("checkout agent")


def test_an_agent_opens_as_a_transcript(page: Page) -> None:
    page.goto(ADDRESS)
    transcript = page.get_by_role("region", name="Transcript")
    steps = transcript.locator("[data-step]")
    expect(steps).to_have_count(4)
    first = transcript.locator(f"[data-step='{AGENT_FIRST}']")
    expect(first).to_contain_text(HOSTILE)
    expect(first).to_contain_text("Look it up.")
    expect(first).to_contain_text("get_order")
    expect(first).to_contain_text("1 attachment")
    tool = transcript.locator(f"[data-step='{AGENT_TOOL}']")
    expect(tool).to_contain_text('"state": "shipped"')
    expect(transcript).to_contain_text("1 span is no step of the conversation")
    tool.click()
    expect(page).to_have_url(re.compile(f"span={AGENT_TOOL}"))
    page.keyboard.press("j")
    expect(transcript.locator("[aria-current=true]")).to_contain_text("gpt-4o-mini")
    assert page.evaluate("window.pwned") is None


def test_an_agent_that_is_all_its_parent_does_is_open(page: Page) -> None:
    page.goto(f"/traces/{TEAM_TRACE}?project=shop")
    transcript = page.get_by_role("region", name="Transcript")
    card = transcript.locator(f"[data-step='{TEAM_AGENT}']")
    expect(card).to_contain_text("1 call")
    expect(card).to_contain_text("1k → 100")
    expect(transcript.locator(f"[data-step='{TEAM_CALL}']")).to_be_visible()
    page.goto(f"/traces/{TEAM_TRACE}?project=shop&mode=tree&span={TEAM_AGENT}")
    panel = page.get_by_role("region", name="The selected span")
    expect(panel).to_contain_text("With all below: 1 call")


def test_modes_are_in_the_address_and_back_leaves_the_trace(page: Page) -> None:
    page.goto("/traces?project=shop&range=6h")
    page.goto(ADDRESS)
    expect(page.get_by_role("region", name="Transcript")).to_be_visible()
    page.keyboard.press("3")
    expect(page.get_by_role("img", name=re.compile("Timeline of 5 spans"))).to_be_visible()
    expect(page).to_have_url(re.compile("mode=timeline"))
    page.keyboard.press("4")
    graph = page.get_by_role("region", name="Graph of steps")
    node = graph.get_by_role("button", name=re.compile("chat gpt-4o-mini"))
    expect(node).to_contain_text("× 2")
    node.click()
    expect(node).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("5")
    lines = page.get_by_role("region", name="Log of spans").locator("[data-line]")
    expect(lines).to_have_count(5)
    lines.nth(1).get_by_role("button", name=re.compile("^Open ")).click()
    expect(lines.nth(1)).to_contain_text("You are the clerk of a shop.")
    page.reload()
    expect(page.get_by_role("region", name="Log of spans")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/traces[?]"))


def test_the_timeline_chooses_a_range(page: Page) -> None:
    page.goto(f"{ADDRESS}&mode=timeline")
    canvas = page.get_by_role("img", name=re.compile("Timeline of 5 spans"))
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 100, steps=5)
    page.mouse.up()
    expect(page.get_by_role("status").filter(has_text="chosen")).to_be_visible()
    page.get_by_role("button", name="Zoom to it").click()
    page.get_by_role("button", name="All", exact=True).click()
    page.mouse.click(box["x"] + 30, box["y"] + 36)
    expect(page.get_by_role("heading", name="checkout agent", level=2)).to_be_visible()


def test_a_text_is_found_anywhere_in_the_trace(page: Page) -> None:
    page.goto(ADDRESS)
    expect(page.get_by_role("region", name="Transcript")).to_be_visible()
    page.keyboard.press("/")
    field = page.get_by_label("Search in the trace")
    expect(field).to_be_focused()
    field.fill("SHIPPED")
    found = page.get_by_role("search").get_by_role("status")
    expect(found).to_contain_text("place")
    field.press("Enter")
    expect(page).to_have_url(re.compile(f"span={AGENT_TOOL}"))
    expect(found).to_contain_text("1 /")
    field.fill("thermocline")
    expect(found).to_contain_text("400 finds")
    field.press("Enter")
    expect(page).to_have_url(re.compile(f"span={AGENT_SECOND}"))
    field.fill("nobody said this")
    expect(found).to_contain_text("no find")


@pytest.mark.timeout(600)
def test_fifty_thousand_spans_open_and_scroll(page: Page, server: Served) -> None:
    now_ns = time.time_ns()
    root = "c" * 16
    spans = [span("big run", now_ns, 60_000, {"gen_ai.operation.name": "invoke_agent"},
                  trace_id=BIG_TRACE, span_id=root)]  # fmt: skip
    spans += [
        span(f"step {number % 7}", now_ns + number * 1_000_000, 5, {}, trace_id=BIG_TRACE, parent=root)
        for number in range(BIG_SPANS - 1)
    ]
    for start in range(0, BIG_SPANS, 5_000):
        send(server, "big", request("batch", (SCOPE, spans[start : start + 5_000])))
    wait_for_spans(server, "big", BIG_SPANS)
    page.goto(f"/traces/{BIG_TRACE}?project=big&mode=tree&span={root}")
    table = page.get_by_role("table", name="Spans")
    expect(table).to_have_attribute("aria-rowcount", str(BIG_SPANS + 1))
    assert table.locator("[data-span]").count() < 150
    table.evaluate("element => { element.scrollTop = element.scrollHeight }")
    expect(table.locator(f"[aria-rowindex='{BIG_SPANS + 1}']")).to_be_visible()
    for key, seen in (("3", "Timeline"), ("4", "Graph"), ("5", "Log of spans")):
        page.keyboard.press(key)
        expect(page.get_by_label(re.compile(f"^{seen} ?")).first).to_be_visible()


def test_a_message_of_a_megabyte_is_shown_piece_by_piece(page: Page, server: Served) -> None:
    now_ns = time.time_ns()
    trace_id, span_id = "5e7a" * 8, "5e" * 8
    text = "All that was said about the harbour. " * 28_000 + "THE END"
    messages = [{"role": "user", "parts": [{"type": "text", "content": text}]}]
    call = chat(now_ns, trace_id=trace_id, span_id=span_id, extra={"gen_ai.input.messages": messages})
    send(server, "long", request("long", (SCOPE, [call])))
    wait_for_spans(server, "long", 1)
    page.goto(f"/traces/{trace_id}?project=long&span={span_id}")
    panel = page.get_by_role("region", name="The selected span")
    panel.get_by_role("button", name="Load the whole text").click()
    panel.get_by_role("button", name=re.compile("^Show all")).click()
    expect(panel.get_by_role("button", name=re.compile("characters left"))).to_be_visible()
    assert len(panel.inner_text()) < 400_000
    page.get_by_label("Search in the trace").fill("THE END")
    expect(panel).to_contain_text("THE END")


def test_a_trace_that_is_not_there_says_so(page: Page, watches: list[Watch]) -> None:
    watches[0].expected.append("404")
    page.goto(f"/traces/{'0' * 31}1?project=shop")
    expect(page.get_by_role("heading", name="There is no trace with this id here")).to_be_visible()
