"""Schema of the telemetry store: numbered SQL files, applied once and in order.

`schema/NNNN_name.sql` holds statements, each ended by a semicolon at the end of a line. Applied numbers are
kept in table ``schema_migrations``. Every statement must be repeatable (``IF NOT EXISTS`` is added to CREATE
TABLE here), so a migration that was killed half-way is simply run again: its number is written last.
"""

import hashlib
import re
from dataclasses import dataclass
from importlib import resources

from sonde.model.errors import StartError
from sonde.store.engine import Engine

_NAME = re.compile(r"(\d{4})_(\w+)\.sql")

_MIGRATIONS_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations
(
    number UInt32,
    name String,
    checksum String,
    applied_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY number
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    statements: tuple[str, ...]
    checksum: str


def statements_of(text: str) -> tuple[str, ...]:
    """The statements of a schema file, comments removed."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("--")]
    parts = re.split(r";[ \t]*(?:\n|$)", "\n".join(lines))
    return tuple(part.strip() for part in parts if part.strip())


def load() -> list[Migration]:
    """All migrations of this release, by number."""
    found: list[Migration] = []
    for entry in resources.files("sonde.store").joinpath("schema").iterdir():
        match = _NAME.fullmatch(entry.name)
        if match:
            text = entry.read_text(encoding="utf-8")
            checksum = hashlib.sha256(text.encode()).hexdigest()
            found.append(Migration(int(match.group(1)), match.group(2), statements_of(text), checksum))
    return sorted(found, key=lambda migration: migration.number)


def dropped_tables(migrations: list[Migration] | None = None) -> set[str]:
    """Tables of older releases that a migration removed: nobody misses them."""
    statements = [text for migration in migrations or load() for text in migration.statements]
    return {name for text in statements for name in re.findall(r"^DROP TABLE (?:IF EXISTS )?(\w+)", text)}


def applied(engine: Engine) -> dict[int, str]:
    """Number → checksum of the migrations this store has."""
    engine.execute(_MIGRATIONS_TABLE)
    rows = engine.query(
        "SELECT number, argMax(checksum, applied_at) FROM schema_migrations GROUP BY number"
    ).rows
    return dict(rows)


def migrate(engine: Engine, migrations: list[Migration] | None = None) -> list[int]:
    """Bring the store to this release's schema; returns the numbers applied now.

    Raises `StartError` when the store was written by a newer release: it is left untouched.
    """
    known = load() if migrations is None else migrations
    newest = known[-1].number
    have = applied(engine)
    if have and max(have) > newest:
        raise StartError(
            f"The data was written by a newer Sonde (schema {max(have)}, this release knows {newest}).",
            hint="Start the newer release again, or restore a backup made before the upgrade.",
        )
    done: list[int] = []
    for migration in known:
        if migration.number in have:
            continue
        for statement in migration.statements:
            engine.execute(_repeatable(statement))
        engine.execute(
            "INSERT INTO schema_migrations (number, name, checksum) "
            "SELECT {number:UInt32}, {name:String}, {checksum:String}",
            {"number": migration.number, "name": migration.name, "checksum": migration.checksum},
        )
        done.append(migration.number)
    return done


def _repeatable(statement: str) -> str:
    return re.sub(r"^CREATE TABLE (?!IF NOT EXISTS)", "CREATE TABLE IF NOT EXISTS ", statement)
