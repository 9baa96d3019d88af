"""What is missing, told at start instead of silently: a manifest of what there was, compared with what is.

The engine drops broken parts silently, and recreates a table whose definition is lost as an empty one. So we
keep the tables' definitions and the list of parts beside the engine. At start, lost definitions are put back
before the engine opens; parts that are neither there nor merged into another one are reported with their
rows.
"""

import contextlib
import json
import re
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from sonde.store.engine import Engine
from sonde.store.folder import write_durably

MANIFEST_FILE = "manifest.json"
PROBLEMS_KEPT = 100
_PART = re.compile(r"([^_]+)_(\d+)_(\d+)_(\d+)(?:_(\d+))?")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it was left."""

    kind: str
    """"definition-restored", "part-missing", "part-detached", "engine-quarantined"."""
    table: str
    detail: str
    """A whole sentence."""
    rows: int | None
    """Rows that cannot be read; None when unknown."""
    found_at: float
    """Seconds since 1970."""


@dataclass(slots=True)
class Manifest:
    """What the store had at the last checkpoint."""

    definitions: dict[str, str] = field(default_factory=dict[str, str])
    """File name → text of the engine's table definition."""
    parts: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    """Table → part name → rows."""
    detached: list[str] = field(default_factory=list[str])
    """Detached parts that were reported already, as table/name."""
    problems: list[Problem] = field(default_factory=list[Problem])
    """The latest findings, oldest first."""

    @classmethod
    def load(cls, folder: Path) -> "Manifest":
        """Read it; an absent or unreadable one is empty (then nothing can be compared)."""
        try:
            raw = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
            return cls(
                raw["definitions"],
                raw["parts"],
                raw["detached"],
                [Problem(**item) for item in raw["problems"]],
            )
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def forget(self, tables: Iterable[str]) -> None:
        """Tables that are gone on purpose."""
        for table in tables:
            self.definitions.pop(f"{table}.sql", None)
            self.parts.pop(table, None)

    def save(self, folder: Path) -> None:
        """Write it durably."""
        content = asdict(self) | {"problems": [asdict(item) for item in self.problems[-PROBLEMS_KEPT:]]}
        write_durably(folder / MANIFEST_FILE, json.dumps(content, indent=1))


def definitions_folder(engine_folder: Path) -> Path:
    """Where the engine keeps one .sql file per table."""
    return engine_folder / "metadata" / "default"


def restore_definitions(engine_folder: Path, manifest: Manifest) -> list[Problem]:
    """Before the engine opens: put back table definitions that are gone or empty."""
    folder = definitions_folder(engine_folder)
    if not folder.is_dir():
        return []
    found: list[Problem] = []
    for name, text in manifest.definitions.items():
        file = folder / name
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if file.read_text(encoding="utf-8").startswith("ATTACH "):
                continue
        write_durably(file, text)
        table = name.removesuffix(".sql")
        found.append(
            _problem(
                "definition-restored", table, f"The definition of table {table} was lost and put back.", 0
            )
        )
    return found


def check(engine: Engine, manifest: Manifest) -> list[Problem]:
    """After the engine opened: parts that are gone or were set aside since the last checkpoint."""
    found: list[Problem] = []
    active = _active_parts(engine)
    for table, parts in manifest.parts.items():
        there = active.get(table, {})
        for name, rows in parts.items():
            if name not in there and not any(covers(other, name) for other in there):
                text = f"Part {name} of table {table} is gone, and {rows} rows with it."
                found.append(_problem("part-missing", table, text, rows))
    for table, name, reason in _detached_parts(engine):
        if f"{table}/{name}" not in manifest.detached:
            manifest.detached.append(f"{table}/{name}")
            text = f"Part {name} of table {table} is damaged ({reason}) and was set aside."
            rows = manifest.parts.get(table, {}).get(_without_prefix(name))
            missing = any(
                item.kind == "part-missing" and _without_prefix(name) in item.detail for item in found
            )
            found.append(_problem("part-detached", table, text, 0 if missing else rows))
    return found


def checkpoint(engine: Engine, engine_folder: Path, folder: Path, manifest: Manifest) -> None:
    """Remember what is there now. Does nothing when nothing changed."""
    parts = _active_parts(engine)
    definitions = {
        file.name: file.read_text(encoding="utf-8")
        for file in definitions_folder(engine_folder).glob("*.sql")
    }
    if (parts, definitions) != (manifest.parts, manifest.definitions):
        manifest.parts, manifest.definitions = parts, definitions
        manifest.save(folder)


def covers(part: str, other: str) -> bool:
    """Whether ``part`` is what a merge or mutation made of ``other``."""
    one, two = _PART.fullmatch(part), _PART.fullmatch(other)
    if one is None or two is None or one.group(1) != two.group(1):
        return False
    return int(one.group(2)) <= int(two.group(2)) and int(one.group(3)) >= int(two.group(3))


def _active_parts(engine: Engine) -> dict[str, dict[str, int]]:
    """Parts with rows. Those with deleted rows are left out: a merge may drop them without a trace."""
    found = engine.query(
        "SELECT table, name, rows FROM system.parts WHERE database = currentDatabase() AND active "
        "AND rows > 0 "
        "AND NOT has_lightweight_delete ORDER BY table, name"
    )
    parts: dict[str, dict[str, int]] = {}
    for table, name, rows in found.rows:
        parts.setdefault(table, {})[name] = rows
    return parts


def _detached_parts(engine: Engine) -> list[tuple[str, str, str]]:
    found = engine.query(
        "SELECT table, name, ifNull(reason, '') FROM system.detached_parts WHERE database = "
        "currentDatabase() "
        "AND reason NOT IN ('', 'ignored', 'clone') ORDER BY table, name"
    )
    return cast("list[tuple[str, str, str]]", found.rows)


def _without_prefix(name: str) -> str:
    for prefix in ("broken-on-start_", "broken_", "noquorum_", "unexpected_"):
        name = name.removeprefix(prefix)
    return name


def _problem(kind: str, table: str, detail: str, rows: int | None) -> Problem:
    return Problem(kind, table, detail, rows, time.time())


def quarantined(table_rows: dict[str, Any], where: Path) -> Problem:
    """The finding when the whole engine folder had to be set aside."""
    rows = sum(table_rows.values())
    return _problem(
        "engine-quarantined",
        "",
        f"The engine could not open its folder. It was moved to {where.name} and a new one was begun.",
        rows or None,
    )
