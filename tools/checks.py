"""`make check`: format, lint, types and layers, of Python and of the front end.

All checks are run, two at a time, and then all that failed are named.
"""

from __future__ import annotations

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from steps import BIN, ROOT, WEB, Stop, say

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Check:
    """One command that exits with 0 when all is well."""

    name: str
    command: tuple[str, ...]
    cwd: Path = ROOT


CHECKS = (
    # The slowest first: two run at a time.
    Check("pyright", ("npm", "run", "--silent", "types:python"), WEB),
    Check("eslint", ("npm", "run", "--silent", "lint"), WEB),
    Check("tsc", ("npm", "run", "--silent", "types"), WEB),
    Check("ruff format", (str(BIN / "ruff"), "format", "--check", "--quiet")),
    Check("ruff", (str(BIN / "ruff"), "check", "--quiet")),
    Check("import-linter", (str(BIN / "lint-imports"), "--no-cache")),
)


def carry_out(check: Check) -> bool:
    """Run one check, print its output only when it fails, and return whether it passed."""
    started = time.monotonic()
    result = subprocess.run(
        check.command,
        cwd=check.cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    passed = result.returncode == 0
    verdict = "ok" if passed else "FAILED"
    report = f"{check.name}: {verdict} ({time.monotonic() - started:.1f} s)"
    say(report if passed else f"{report}\n{result.stdout.rstrip()}")
    return passed


def check_all() -> None:
    """Run every check; stop with the names of those that failed."""
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(carry_out, CHECKS))
    failed = [check.name for check, passed in zip(CHECKS, verdicts) if not passed]  # noqa: B905  (3.8 knows no strict)
    if failed:
        raise Stop(f"failed: {', '.join(failed)}. `make format` repairs what can be repaired by itself.")
