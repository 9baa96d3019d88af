"""The package keeps its promises: layers, cheap imports, declared dependencies, documented public names."""

import ast
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import sonde

ROOT = Path(__file__).resolve().parents[2]
# None of these may be loaded by the light package: each costs time or memory, and only the server has them.
HEAVY = (
    "alembic",
    "chdb",
    "clickhouse_connect",
    "fastapi",
    "grpc",
    "pandas",
    "pyarrow",
    "sqlalchemy",
    "uvicorn",
)


def loaded_by(code: str) -> list[str]:
    """Return the heavy packages that a fresh Python has loaded after running `code`."""
    ask = (
        "import atexit, json, sys\n"
        f"atexit.register(lambda: print('loaded', json.dumps(sorted(set({HEAVY!r}) & set(sys.modules)))))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", ask + code], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stderr
    last = result.stdout.strip().splitlines()[-1]
    assert last.startswith("loaded ")
    return json.loads(last.removeprefix("loaded "))


@pytest.mark.parametrize(
    "code",
    [
        "import sonde",
        "import sys; sys.argv = ['sonde', '--help']; from sonde.cli.main import run; run()",
        "import sys; sys.argv = ['sonde', 'serve', '--help']; from sonde.cli.main import run; run()",
    ],
    ids=["import sonde", "sonde --help", "sonde serve --help"],
)
def test_start_up_loads_nothing_heavy(code: str) -> None:
    assert loaded_by(code) == []


def test_imports_only_point_down() -> None:
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_version_is_that_of_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dynamic"] == ["version"]
    headings = [
        line
        for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("## ")
    ]
    assert headings[0] == "## [Unreleased]"
    released = [line.split("[")[1].split("]")[0] for line in headings[1:]]
    assert not released or released[0] == sonde.__version__


def test_public_names_exist_and_are_documented() -> None:
    for name in sonde.__all__:
        thing = getattr(sonde, name)
        assert name.startswith("__") or (thing.__doc__ or "").strip(), f"sonde.{name} has no docstring"


def distribution_names() -> dict[str, str]:
    """Return import name -> distribution name, where the two differ."""
    return {
        "google": "protobuf",
        "grpc": "grpcio",
        "grpc_status": "grpcio-status",
        "opentelemetry": "opentelemetry-api",
        "re2": "google-re2",
    }


def test_every_third_party_import_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    requirements = [*project["dependencies"], *(line for lines in extras.values() for line in lines)]
    declared = {
        line.split(">")[0].split("=")[0].split("[")[0].strip().lower().replace("-", "_")
        for line in requirements
    }
    undeclared: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                if top in sys.stdlib_module_names or top == "sonde":
                    continue
                known = distribution_names().get(top, top).lower().replace("-", "_")
                if known not in declared:
                    undeclared.add(f"{path.relative_to(ROOT)}: {top}")
    assert sorted(undeclared) == []
