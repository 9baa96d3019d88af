"""From nothing to the first call: the set-up page, settings, keys, logging in."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.contract.otlp.target import Served
from tests.e2e.conftest import NewPage
from tests.e2e.traffic import chat, request, send
from tests.e2e.watch import Watch

pytestmark = pytest.mark.browser

SCOPE = "opentelemetry.instrumentation.genai.openai"


def test_the_set_up_page_turns_green_on_the_first_span(page: Page, server: Served) -> None:
    page.goto("/setup?project=fresh")
    connection = page.get_by_role("region", name="Connection")
    expect(connection).to_contain_text("Listening for the first span")
    expect(page.get_by_role("figure").first).to_be_visible()
    send(server, "fresh", request("first-app", (SCOPE, [chat(time.time_ns() - 10**9)])))
    expect(connection).to_contain_text("Connected")
    expect(connection).to_contain_text("first-app")
    expect(connection).to_have_attribute("data-connected", "true")
    connection.get_by_role("link", name="See the calls").click()
    expect(page.get_by_role("table", name="Calls").locator("[data-key]")).to_have_count(1)


def test_snippets_name_this_server_and_the_project(page: Page, server: Served) -> None:
    page.goto("/setup?project=shop")
    page.get_by_label("Find a library").fill("collector")
    page.get_by_role("button", name="Collector").click()
    expect(page.get_by_role("figure")).to_contain_text(f"endpoint: http://127.0.0.1:{server.http_port}")
    expect(page.get_by_role("figure")).to_contain_text("x-sonde-project: shop")
    expect(page).to_have_url(re.compile("with=collector"))


def test_settings_of_a_project_are_kept(page: Page, server: Served) -> None:
    send(server, "kept", request("app", (SCOPE, [chat(time.time_ns() - 10**9)])))
    page.goto("/settings?project=kept")
    retention = page.get_by_role("region", name="Retention")
    retention.get_by_label("Content").fill("0")
    expect(retention.get_by_role("alert")).to_be_visible()
    retention.get_by_label("Content").fill("7")
    retention.get_by_role("button", name="Save").click()
    asked = page.get_by_role("dialog", name="Keep less")
    expect(asked.get_by_role("button", name="Keep less")).to_be_disabled()
    asked.get_by_role("textbox", name="Type kept to confirm").fill("kept")
    asked.get_by_role("button", name="Keep less").click()
    expect(retention.get_by_role("status")).to_have_text("Saved")
    page.get_by_role("switch", name="Keep content").click()
    expect(page.get_by_role("switch", name="Keep content")).not_to_be_checked()
    page.reload()
    expect(retention.get_by_label("Content")).to_have_value("7")
    expect(page.get_by_role("switch", name="Keep content")).not_to_be_checked()


def test_redaction_can_be_tried(page: Page) -> None:
    page.goto("/settings?project=shop")
    redaction = page.get_by_role("region", name="Redaction")
    redaction.get_by_role("switch", name=re.compile("E-mail")).click()
    redaction.get_by_role("button", name="Try").click()
    output = redaction.get_by_role("status").first
    expect(output).not_to_contain_text("ada@example.com")
    expect(output).to_contain_text("Write to")


def test_a_key_is_shown_once_and_can_be_revoked(page: Page) -> None:
    page.goto("/settings?project=shop&tab=keys")
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("ci")
    dialog.get_by_role("checkbox", name=re.compile("read")).first.check()
    dialog.get_by_role("button", name="Create").click()
    secret = dialog.locator("code").inner_text()
    assert len(secret) > 20
    dialog.get_by_role("button", name="I have it").click()
    keys = page.get_by_role("region", name="Keys")
    row = keys.get_by_role("row").filter(has_text="ci")
    expect(row).to_contain_text(f"…{secret[-4:]}")
    page.reload()
    expect(row).to_be_visible()
    assert secret not in page.content()
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)


def test_data_of_a_user_is_counted_before_it_goes(page: Page, server: Served) -> None:
    span = chat(time.time_ns() - 10**9, extra={"user.id": "leaving"})
    send(server, "goodbye", request("app", (SCOPE, [span])))
    page.goto("/settings?project=goodbye&tab=delete")
    page.get_by_label("Id", exact=True).fill("leaving")
    count = page.get_by_role("button", name="Count what would go")

    def counted() -> bool:
        count.click()
        expect(page.locator("dl")).to_be_visible()
        return page.get_by_role("button", name="Delete these rows").count() > 0

    deadline = time.monotonic() + 20
    while not counted():
        assert time.monotonic() < deadline, "the span never became visible"
    expect(page.get_by_role("button", name="Delete these rows")).to_be_disabled()
    page.get_by_label("to confirm").fill("leaving")
    page.get_by_role("button", name="Delete these rows").click()
    expect(page.get_by_text("Deleted:")).to_be_visible()
    page.goto(f"/traces/{span['traceId']}?project=goodbye")


def test_from_elsewhere_a_key_is_asked_for(new_page: NewPage, page: Page, watches: list[Watch]) -> None:
    page.goto("/settings?project=shop&tab=keys")
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("a person")
    for scope in ("read", "content", "admin"):
        dialog.get_by_role("checkbox", name=re.compile(f"^{scope}")).check()
    dialog.get_by_role("button", name="Create").click()
    secret = dialog.locator("code").inner_text()

    # What a proxy adds for somebody who is not on this machine.
    away = new_page(extra_http_headers={"X-Forwarded-For": "203.0.113.9"})
    watches[-1].expected += ["401", "429"]
    away.goto("/calls?project=shop&range=6h")
    expect(away.get_by_label("API key", exact=True)).to_be_visible()
    away.get_by_label("API key", exact=True).fill("sk-sonde-wrong")
    away.get_by_role("button", name="Log in").click()
    expect(away.get_by_role("alert")).to_be_visible()
    away.get_by_label("API key", exact=True).fill(secret)
    away.get_by_role("button", name="Log in").click()
    expect(away.get_by_role("table", name="Calls").locator("[data-key]").first).to_be_visible()
    assert secret not in str(away.evaluate("document.cookie + JSON.stringify(localStorage)"))
    # Changing something needs the token of the session.
    away.goto("/settings?project=shop&tab=project")
    away.get_by_role("region", name="Redaction").get_by_role("button", name="Try").click()
    expect(away.get_by_role("region", name="Redaction").get_by_role("status").first).to_contain_text(
        "Write to"
    )
    away.get_by_role("button", name="Log out").click()
    expect(away.get_by_label("API key", exact=True)).to_be_visible()
    away.reload()
    expect(away.get_by_label("API key", exact=True)).to_be_visible()
