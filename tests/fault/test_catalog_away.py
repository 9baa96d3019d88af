"""A catalog that does not answer: what is known goes on, what is new waits."""

import sqlite3
from pathlib import Path

import pytest

from sonde.app.projects import FRESH_S, ProjectPolicies
from sonde.model.errors import Unavailable
from sonde.store.catalog import Catalog
from sonde.store.catalog.catalog import FILE

pytestmark = pytest.mark.fault


def test_known_projects_keep_their_policy(tmp_path: Path) -> None:
    catalog = Catalog.in_folder(tmp_path)
    clock = [100.0]
    policies = ProjectPolicies(catalog, monotonic=lambda: clock[0])
    before = policies("chat")
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("ALTER TABLE projects RENAME TO elsewhere")
    clock[0] += 2 * FRESH_S
    assert policies("chat") is before
    with pytest.raises(Unavailable):
        policies("new")
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("ALTER TABLE elsewhere RENAME TO projects")
    clock[0] += 2 * FRESH_S
    assert policies("new") is not None
    assert {found.name for found in catalog.projects()} >= {"chat", "new"}
    catalog.close()
