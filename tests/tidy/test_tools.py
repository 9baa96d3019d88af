"""The set-up runs before anything is installed, also on machines where it can only say what is missing."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BEFORE_SETUP = ("bootstrap.py", "checks.py", "debian.py", "dev.py", "reload.py", "steps.py")


@pytest.mark.parametrize("name", BEFORE_SETUP)
def test_set_up_needs_only_an_old_python(name: str) -> None:
    tree = ast.parse((ROOT / "tools" / name).read_text(encoding="utf-8"), feature_version=(3, 8))
    allowed = set(sys.stdlib_module_names) | {file.removesuffix(".py") for file in BEFORE_SETUP}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] in allowed


def script(folder: Path, name: str, output: str) -> None:
    """Put a program on the path that prints `output` whatever it is asked."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{output}'\n")
    path.chmod(0o755)


def set_up(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the set-up with nothing but `path` to find programs in."""
    environment = {"PATH": str(path), "HOME": os.environ.get("HOME", "/")}
    command = [sys.executable, str(ROOT / "tools" / "dev.py"), "setup"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_missing_node_is_said_plainly(tmp_path: Path) -> None:
    result = set_up(tmp_path)
    assert result.returncode == 1
    assert "`node` was not found" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("version", ["v18.20.4", "v20.18.0", "v21.7.3", "v22.12.0", "v23.11.1", "nonsense"])
def test_old_node_is_said_plainly(tmp_path: Path, version: str) -> None:
    script(tmp_path, "node", version)
    script(tmp_path, "npm", "10.0.0")
    result = set_up(tmp_path)
    assert result.returncode == 1
    assert f"this is Node {version}" in result.stderr
    assert "Traceback" not in result.stderr


def test_old_python_is_said_plainly(tmp_path: Path) -> None:
    pretend = (
        "import runpy, sys; sys.version_info = (3, 9, 2, 'final', 0); sys.path.insert(0, 'tools'); "
        "sys.argv = ['dev.py', 'setup']; runpy.run_path('tools/dev.py', run_name='__main__')"
    )
    result = subprocess.run(
        [sys.executable, "-c", pretend],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 1
    assert "Sonde needs Python 3.11 or newer, and this is Python 3.9.2" in result.stderr
    assert "Traceback" not in result.stderr
