"""Overview, sessions, users, models, costs: from a question to its answer, with hostile names everywhere."""

import json
import re
import time
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.contract.otlp.target import Served
from tests.e2e.conftest import NewPage
from tests.e2e.test_pages import check_accessibility
from tests.e2e.traffic import (
    HOSTILE,
    LONG,
    MANY_CALLS,
    SCOPE,
    SECOND_NS,
    chat,
    request,
    send,
    wait_for_spans,
)
from tests.e2e.watch import Watch

pytestmark = pytest.mark.browser

HOUR_NS = 3600 * SECOND_NS
DEAR = "claude-sonnet-4-5"
SLOW_TRACE = "510e" * 8
NASTY = 'a/b?c=d&e=%2F#f "q" ' + HOSTILE
"""A name of a session, a user, a model that breaks whatever does not escape."""
TALK = "talk-1"
RANGE = "project=spend&range=24h"


def messages(role: str, text: str) -> list[dict[str, Any]]:
    return [{"role": role, "parts": [{"type": "text", "content": text}]}]


@pytest.fixture(scope="module", autouse=True)
def spend(server: Served) -> None:
    """Two days: yesterday a small model, today also a dear one, from one service."""
    now_ns = time.time_ns()
    small = [
        chat(
            now_ns - day * 24 * HOUR_NS - (number * 1500 + 60) * SECOND_NS,
            extra={"user.id": f"user-{number % 5}"},
        )
        for day in (0, 1)
        for number in range(40)
    ]
    dear = [
        chat(now_ns - (number * 900 + 30) * SECOND_NS, model=DEAR, provider="anthropic",
             extra={"user.id": "user-heavy", "sonde.endpoint": "POST /agent"})
        for number in range(30)
    ]  # fmt: skip
    slow = chat(now_ns - 600 * SECOND_NS, trace_id=SLOW_TRACE, span_id="51" * 8, duration_ms=48_000,
                extra={"user.id": "user-3"})  # fmt: skip
    talk = [
        chat(now_ns - (3000 - number * 60) * SECOND_NS, trace_id=f"{0xABC0 + number:032x}",
             extra={"gen_ai.conversation.id": TALK, "user.id": "user-1",
                    "gen_ai.input.messages": messages("user", f"question number {number}"),
                    "gen_ai.output.messages": messages("assistant", (f"answer {number}", LONG)[number == 1])})
        for number in range(3)
    ]  # fmt: skip
    nasty = chat(now_ns - 900 * SECOND_NS, model=NASTY, provider=NASTY,
                 extra={"gen_ai.conversation.id": NASTY, "user.id": NASTY, "sonde.endpoint": NASTY,
                        "gen_ai.input.messages": messages("user", HOSTILE),
                        "gen_ai.output.messages": messages("assistant", HOSTILE)})  # fmt: skip
    send(server, "spend", request("front", (SCOPE, [*small, slow, *talk])))
    send(server, "spend", request("agent-runner", (SCOPE, dear)))
    send(server, "spend", request(NASTY, (SCOPE, [nasty])))
    wait_for_spans(server, "spend", len(small) + len(dear) + len(talk) + 2)


def api_requests(page: Page) -> list[str]:
    """Addresses that the page asks from now on."""
    asked: list[str] = []

    def note(asked_for: Request) -> None:
        if "/api/" in asked_for.url:
            asked.append(f"{asked_for.method} {asked_for.url}")

    page.on("request", note)
    return asked


PAGES = {
    "overview": (f"/?{RANGE}", "Error types"),
    "sessions": (f"/sessions?{RANGE}", TALK),
    "session": (f"/sessions/view?session={TALK}&{RANGE}", "question number 2"),
    "users": (f"/users?{RANGE}", "user-heavy"),
    "user": (f"/users/view?user=user-1&{RANGE}", "Slowest calls"),
    "models": (f"/models?{RANGE}", DEAR),
    "model": (f"/models/view?model={DEAR}&{RANGE}&provider=anthropic", "Used by services"),
    "costs": (f"/costs?{RANGE}", "What changed most"),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible_quiet_and_ask_little(new_page: NewPage, name: str, theme: str) -> None:
    address, text = PAGES[name]
    page = new_page(color_scheme=theme)
    asked = api_requests(page)
    page.goto(address)
    expect(page.get_by_text(text).first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert len(asked) <= 8, asked
    check_accessibility(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_can_read_them(new_page: NewPage, name: str) -> None:
    address, text = PAGES[name]
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(address)
    expect(page.get_by_text(text).first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_from_the_overview_to_the_dearest_model_and_its_dearest_call(page: Page) -> None:
    page.goto(f"/?{RANGE}")
    models = page.get_by_role("region", name="Models", exact=True)
    first = models.get_by_role("row").nth(1)
    expect(first).to_contain_text(DEAR)
    first.get_by_role("link").click()
    expect(page.get_by_role("heading", name=DEAR, level=1)).to_be_visible()
    expect(page.get_by_role("group", name="Calls", exact=True)).to_contain_text("30")
    services = page.get_by_role("region", name="Used by services", exact=True)
    expect(services).to_contain_text("agent-runner")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/\?"))
    expect(first).to_contain_text(DEAR)


def test_why_did_the_cost_double(page: Page) -> None:
    page.goto(f"/costs?{RANGE}")
    cost = page.get_by_role("group", name="Cost", exact=True)
    expect(cost.get_by_label("up")).to_be_visible()
    changes = page.get_by_role("region", name="What changed most", exact=True)
    first = changes.get_by_role("row").nth(1)
    expect(first).to_contain_text(DEAR)
    expect(first).to_contain_text("new in this range")
    page.get_by_label("Break the cost down by").select_option("service")
    expect(page).to_have_url(re.compile("by=service"))
    expect(first).to_contain_text("agent-runner")
    first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/calls\?"))
    expect(page.get_by_text(DEAR).first).to_be_visible()
    page.go_back()
    expect(first).to_contain_text("agent-runner")


def test_the_slowest_call_of_a_user(page: Page) -> None:
    page.goto(f"/users?{RANGE}")
    page.get_by_role("link", name="user-3", exact=True).click()
    slowest = page.get_by_role("region", name="Slowest calls", exact=True)
    expect(slowest.get_by_role("row").nth(1)).to_contain_text("48 s")
    slowest.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"/traces/{SLOW_TRACE}"))


def test_unpriced_models_are_named_with_a_reason(page: Page) -> None:
    page.goto("/costs?project=shop&range=6h")
    unpriced = page.get_by_role("region", name="Unpriced models", exact=True)
    row = unpriced.get_by_role("row").filter(has_text="acme-llama-70b")
    expect(row).to_contain_text("the price book has no such model")
    expect(unpriced.get_by_role("row").filter(has_text="gpt-4o-mini")).to_contain_text("failed")


def test_hours_and_weekdays_have_figures(page: Page) -> None:
    page.goto(f"/costs?{RANGE}")
    heat = page.get_by_role("region", name="Calls by hour", exact=True)
    heat.get_by_role("button", name="Calls by hour: show the figures as a table").click()
    cells = heat.get_by_role("cell").all_inner_texts()
    assert len(cells) == 7 * 24
    assert sum(int(text) for text in cells if text.isdigit()) == 40 + 30 + 1 + 3 + 1


def test_a_figure_table_sorts_and_is_saved(page: Page) -> None:
    page.goto(f"/models?{RANGE}")
    models = page.get_by_role("region", name="Models", exact=True)
    models.get_by_role("button", name="Calls", exact=True).click()
    expect(models.get_by_role("columnheader", name="Calls", exact=True)).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(models.get_by_role("row").nth(1)).to_contain_text("gpt-4o-mini")
    with page.expect_download() as download:
        models.get_by_role("button", name="Models: save as CSV").click()
    assert download.value.suggested_filename == "models.csv"
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("Model,Calls,Cost,Change,Errors")
    assert any(line.startswith("gpt-4o-mini,44,") for line in lines)


def test_any_measure_by_any_dimension(page: Page) -> None:
    page.goto(f"/models?{RANGE}")
    trend = page.get_by_role("region", name="Trend", exact=True)
    expect(trend.get_by_role("img", name=re.compile("^Trend over time"))).to_be_visible()
    trend.get_by_label("Measure").select_option("calls")
    trend.get_by_label("Group by").select_option("service")
    expect(trend.get_by_role("button", name=re.compile("agent-runner"))).to_contain_text("30")


def test_turns_of_a_session_are_in_order_and_fold(page: Page) -> None:
    page.goto(f"/sessions?{RANGE}")
    page.get_by_role("link", name=TALK, exact=True).click()
    turns = page.get_by_role("list", name="Turns").get_by_role("listitem")
    expect(turns).to_have_count(3)
    for number in range(3):
        expect(turns.nth(number)).to_contain_text(f"question number {number}")
    long = turns.nth(1)
    assert len(long.inner_text()) < 2_000
    long.get_by_role("button", name=re.compile("Show all")).click()
    assert len(long.inner_text()) > 3_000
    long.get_by_role("button", name=re.compile(r"1 call")).click()
    expect(long.get_by_role("link", name="gpt-4o-mini", exact=True)).to_be_visible()
    long.get_by_role("link", name=re.compile("chat gpt-4o-mini")).click()
    expect(page).to_have_url(re.compile(r"/traces/0+abc1"))


@pytest.mark.parametrize("address", ["/sessions", "/users", "/models"])
def test_hostile_names_have_pages_of_their_own(page: Page, address: str) -> None:
    page.goto(f"{address}?{RANGE}")
    page.get_by_role("link").filter(has_text=HOSTILE).first.click()
    expect(page.get_by_role("heading", name=NASTY, level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape(address + "/view")))
    expect(
        page.get_by_text("1 call").or_(page.get_by_role("group", name="Calls", exact=True)).first
    ).to_be_visible()
    shared = page.url
    page.goto("/setup")
    page.goto(shared)
    expect(page.get_by_role("heading", name=NASTY, level=1)).to_be_visible()
    assert page.evaluate("window.pwned") is None


def test_hostile_names_stay_text_on_every_page(page: Page) -> None:
    for address in ("/", "/costs?by=endpoint", "/costs?by=service", f"/sessions/view?session={quote(NASTY)}"):
        page.goto(f"{address}{'&' if '?' in address else '?'}{RANGE}")
        expect(page.get_by_text(HOSTILE).first).to_be_visible()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        assert page.evaluate("window.pwned") is None
        assert page.locator("main img[src]").count() == 0


def test_a_filter_narrows_every_panel_and_says_what_is_wrong(page: Page) -> None:
    page.goto(f"/?{RANGE}&filter=service:agent-runner")
    expect(page.get_by_role("group", name="Calls", exact=True)).to_contain_text("30")
    models = page.get_by_role("region", name="Models", exact=True)
    expect(models.get_by_role("row")).to_have_count(2)
    page.goto(f"/costs?{RANGE}&filter=service:nobody")
    expect(page.get_by_role("heading", name="No call matches this filter in this time range")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").last.click()
    expect(page.get_by_role("group", name="Cost", exact=True)).to_be_visible()


def test_comparing_can_be_switched_off_and_stays_off(page: Page) -> None:
    page.goto(f"/?{RANGE}")
    cost = page.get_by_role("group", name="Cost", exact=True)
    expect(cost.get_by_label("up")).to_be_visible()
    page.get_by_role("button", name="Compare").click()
    expect(cost.get_by_label("up")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("group", name="Cost", exact=True)).to_contain_text("$")
    expect(cost.get_by_label("up")).to_have_count(0)


def test_five_hundred_users_are_scrolled_and_sorted(page: Page) -> None:
    page.goto("/users?project=many&range=6h")
    foot = page.get_by_role("status").filter(has_text="users")
    expect(foot).to_contain_text("200 users loaded")
    grid = page.get_by_role("table", name="Users")
    grid.hover()
    for _ in range(40):
        page.mouse.wheel(0, 2_000)
        if foot.inner_text().startswith("500 users"):
            break
    expect(foot).to_have_text("500 users")
    page.get_by_role("columnheader", name="Calls").get_by_role("button", name="Calls").click()
    expect(page).to_have_url(re.compile("order=calls"))
    expect(page.get_by_role("row").nth(1)).to_contain_text(str(MANY_CALLS // 500))


def test_one_panel_that_fails_leaves_the_others(page: Page, watches: list[Watch]) -> None:
    watches[0].expected.append("Failed to load resource")
    broken = True

    def fail(route: Route) -> None:
        if broken and '"endpoint"' in (route.request.post_data or ""):
            problem = {
                "title": "Bad Request",
                "status": 400,
                "detail": "The endpoints are out.",
                "code": "bad-input",
            }
            route.fulfill(status=400, content_type="application/problem+json", body=json.dumps(problem))
        else:
            route.continue_()

    page.route("**/api/v1/query", fail)
    page.goto(f"/?{RANGE}")
    expect(page.get_by_role("region", name="Services", exact=True)).to_contain_text("agent-runner")
    endpoints = page.get_by_role("region", name="Endpoints", exact=True)
    expect(endpoints.get_by_role("alert")).to_contain_text("The endpoints are out.")
    broken = False
    endpoints.get_by_role("button", name="Try again").click()
    expect(endpoints).to_contain_text("POST /agent")
