"""The catalog keeps the same promises on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from sonde.model.errors import Conflict, NotFound, StartError
from sonde.store.catalog import Catalog, ProjectSettings, RetentionDays, StoredKey
from sonde.store.catalog.catalog import FILE
from tests.contract.store.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty catalog."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / FILE}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def catalog(url: str) -> Iterator[Catalog]:
    opened = Catalog(url, now_ns=lambda: 1_790_000_000_000_000_000)
    yield opened
    opened.close()


def key(key_id: str, project: str | None = "chat", digest: str | None = None) -> StoredKey:
    return StoredKey(
        key_id,
        "laptop",
        project,
        frozenset({"read", "ingest"}),
        digest or key_id * 8,
        "wxyz",
        5,
        expires_ns=9,
    )


def test_a_project_is_made_once_and_keeps_its_settings(catalog: Catalog) -> None:
    made = catalog.ensure_project("chat")
    assert (made.demo, made.created_ns) == (False, 1_790_000_000_000_000_000)
    assert made.settings == ProjectSettings(pseudonym_key=made.settings.pseudonym_key)
    assert len(made.settings.pseudonym_key) == 64
    assert catalog.ensure_project("chat") == made
    with pytest.raises(Conflict, match="chat"):
        catalog.create_project("chat")
    wanted = ProjectSettings(capture_content=False, retention_days=RetentionDays(content=3), masks=("email",))
    assert catalog.change_project("chat", wanted).settings == wanted
    assert catalog.project("chat") == catalog.projects()[0]
    assert catalog.project("chat").settings == wanted  # type: ignore[union-attr]


def test_changing_what_is_not_there_is_said(catalog: Catalog) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        catalog.change_project("nowhere", ProjectSettings())
    assert catalog.project("nowhere") is None
    assert catalog.delete_project("nowhere") is False


def test_keys_end_when_they_are_revoked_or_their_project_goes(catalog: Catalog) -> None:
    catalog.add_key(key("a"))
    catalog.add_key(key("b", project="other"))
    catalog.add_key(key("c", project=None))
    assert [row.key_id for row in catalog.api_keys()] == ["a", "b", "c"]
    assert catalog.api_keys()[0] == key("a")
    assert (catalog.revoke_key("a"), catalog.revoke_key("a")) == (True, False)
    assert catalog.delete_project("other") is True
    assert [row.key_id for row in catalog.api_keys()] == ["c"]


def test_the_last_use_of_a_key_is_kept(catalog: Catalog) -> None:
    catalog.add_key(key("a"))
    catalog.touch_keys({"a": 77, "unknown": 78})
    assert catalog.api_keys()[0].last_used_ns == 77


def test_deletions_are_on_record_after_the_project_is_gone(catalog: Catalog) -> None:
    catalog.ensure_project("chat")
    catalog.record_deletion(actor="key a", project="chat", target={"user": "u1"}, counts={"spans": 3})
    catalog.record_deletion(actor="key a", project="chat", target={"project": "chat"}, counts={"spans": 9})
    catalog.delete_project("chat")
    assert [entry.counts for entry in catalog.deletions()] == [{"spans": 9}, {"spans": 3}]


def test_everything_is_there_after_reopening(url: str) -> None:
    first = Catalog(url)
    first.add_key(key("a"))
    first.close()
    second = Catalog(url)
    assert [row.key_id for row in second.api_keys()] == ["a"]
    second.close()


def test_a_catalog_of_a_newer_version_is_refused_untouched(url: str) -> None:
    Catalog(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StartError, match="newer Sonde"):
        Catalog(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_sqlite_commits_survive_power_loss_settings(tmp_path: Path) -> None:
    catalog = Catalog.in_folder(tmp_path)
    with catalog._engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    catalog.close()


def test_saved_views_are_kept_per_page_and_go_with_their_project(catalog: Catalog) -> None:
    catalog.ensure_project("chat")
    made = catalog.views.create("chat", "calls", "slow", '{"filter":"duration>2"}')
    assert catalog.views.get(made.view_id) == made
    with pytest.raises(Conflict, match="slow"):
        catalog.views.create("chat", "calls", "slow", "{}")
    other = catalog.views.create("chat", "traces", "slow", "{}")
    with pytest.raises(NotFound, match="nowhere"):
        catalog.views.create("nowhere", "calls", "slow", "{}")
    second = catalog.views.create("chat", "calls", "dear", "{}")
    assert [view.name for view in catalog.views.of_page("chat", "calls")] == ["dear", "slow"]
    assert catalog.views.of_page("chat") == [second, made, other]
    renamed = catalog.views.change(second.view_id, name="expensive")
    assert (renamed.name, renamed.state_json) == ("expensive", "{}")
    with pytest.raises(Conflict, match="slow"):
        catalog.views.change(second.view_id, name="slow")
    with pytest.raises(NotFound):
        catalog.views.change("0" * 16, name="x")
    assert catalog.views.delete(made.view_id)
    assert not catalog.views.delete(made.view_id)
    catalog.delete_project("chat")
    assert catalog.views.of_page("chat") == []


def test_annotations_are_found_by_time_and_go_with_their_project(catalog: Catalog) -> None:
    catalog.ensure_project("chat")
    catalog.ensure_project("other")
    notes = catalog.annotations
    deploy = notes.create("chat", kind="deploy", time_ns=100, title="v7", service="api", tags=("blue", "eu"))
    outage = notes.create(
        "chat", kind="incident", time_ns=50, end_ns=150, title="down", text="disk", author="ci"
    )
    foreign = notes.create("other", kind="note", time_ns=100, title="elsewhere")
    assert notes.get(deploy.annotation_id) == deploy
    assert (deploy.tags, deploy.end_ns, outage.author) == (("blue", "eu"), None, "ci")
    # A stretch of time that began before the range reaches into it; its end and the range's end are open.
    assert notes.between("chat", 100, 101, limit=9) == [outage, deploy]
    assert notes.between("chat", 101, 150, limit=9) == [outage]
    assert notes.between("chat", 150, 200, limit=9) == []
    assert notes.between("chat", 0, 50, limit=9) == []
    assert notes.between(None, 0, 999, limit=9)[0] == outage
    assert len(notes.between(None, 0, 999, limit=9)) == 3
    assert notes.between("chat", 0, 999, limit=1) == [deploy]
    assert notes.between("chat", 0, 999, services=["worker"], limit=9) == [outage]
    assert notes.between("chat", 0, 999, kinds=["deploy"], limit=9) == [deploy]
    with pytest.raises(NotFound, match="nowhere"):
        notes.create("nowhere", kind="note", time_ns=1, title="x")
    assert notes.delete(outage.annotation_id)
    assert not notes.delete(outage.annotation_id)
    catalog.delete_project("chat")
    assert notes.between(None, 0, 999, limit=9) == [foreign]
