"""The guide says what is there: every name it uses exists, every event it lists is one that is told."""

import re
from importlib import import_module
from pathlib import Path

import sonde

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/guide/resilience.md").read_text()
SOURCES = "\n".join(path.read_text() for path in (ROOT / "src/sonde/resilience").glob("*.py"))


def test_every_public_name_exists() -> None:
    names = set(re.findall(r"\bsonde\.([A-Za-z_]+)\(", PAGE)) | set(
        re.findall(r"sonde\.([A-Z][a-zA-Z]+)", PAGE)
    )
    assert len(names) > 10
    assert [name for name in sorted(names) if not hasattr(sonde, name)] == []


def test_every_import_works() -> None:
    found = re.findall(r"^from (sonde[\w.]*) import (.+)$", PAGE, re.MULTILINE)
    assert found
    for place, names in found:
        module = import_module(place)
        assert all(hasattr(module, name.strip()) for name in names.split(","))


def test_events_told_and_events_listed_are_the_same() -> None:
    told = set(re.findall(r'emit\(\s*"(sonde\.[\w.]+)"', SOURCES))
    listed: set[str] = set()
    for row in re.findall(r"^\| (`sonde\.[^|]+) \|", PAGE, re.MULTILINE):
        first, *others = re.findall(r"`([\w.]+)`", row)
        listed |= {first, *(name if name.startswith("sonde.") else f"{first}{name}" for name in others)}
    assert told == listed


def test_all_failures_are_in_the_table() -> None:
    assert all(f"`{failure.name}`" in PAGE for failure in sonde.Failure)
