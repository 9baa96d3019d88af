"""The SQL page."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.traffic import SHOP_UNPRICED
from tests.e2e.watch import Watch

pytestmark = pytest.mark.browser

QUERY = "SELECT request_model, count() AS calls FROM calls GROUP BY request_model ORDER BY request_model"


def test_a_query_shows_its_rows_and_saves_them(page: Page, tmp_path: Path) -> None:
    page.goto("/sql?project=shop")
    page.get_by_role("textbox", name="SQL").fill(QUERY)
    page.get_by_role("textbox", name="SQL").press("Control+Enter")
    table = page.get_by_role("table", name="Result")
    row = table.get_by_role("row").filter(has_text="acme-llama-70b")
    expect(row.get_by_role("cell").nth(1)).to_have_text(str(SHOP_UNPRICED))
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    target = tmp_path / "result.csv"
    download.value.save_as(target)
    assert f"acme-llama-70b,{SHOP_UNPRICED}\r\n" in target.read_bytes().decode()


def test_a_wrong_query_is_explained(page: Page, watches: list[Watch]) -> None:
    watches[0].expected.append("400")
    watches[0].expected.append("422")
    page.goto("/sql?project=shop")
    page.get_by_role("textbox", name="SQL").fill("SELECT nothing_like_it FROM calls")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing_like_it")


def test_views_name_their_columns(page: Page) -> None:
    page.goto("/sql?project=shop")
    views = page.get_by_role("complementary", name="Views")
    views.get_by_role("button", name="spans", exact=True).click()
    expect(views.get_by_role("button", name="span_id").last).to_be_visible()
    page.get_by_role("textbox", name="SQL").fill("")
    views.get_by_role("button", name="duration_ms", exact=True).first.click()
    expect(page.get_by_role("textbox", name="SQL")).to_have_value("duration_ms")
