"""What stands behind the Makefile: `python3 tools/dev.py COMMAND [ARGUMENT ...]`.

Standard library only, because it runs before anything is installed, and with whatever Python is there: it
must be able to say that this Python is too old. So here and in what is imported is no syntax newer than 3.8.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from bootstrap import build_ui, setup
from checks import check_all
from debian import provide
from reload import develop
from steps import BIN, PYTHON, ROOT, WEB, Stop, only_one, run, say

if TYPE_CHECKING:
    from collections.abc import Callable


def command_up(arguments: list[str]) -> None:
    """Set up everything and run with demo traffic."""
    setup()
    sonde = str(BIN / "sonde")
    os.execv(sonde, [sonde, "serve", *(arguments or ["--demo"])])  # noqa: S606  (no shell is wanted)


def command_setup(_: list[str]) -> None:
    """Only set up: .venv with sonde in it, web UI built."""
    setup()
    say("ready: .venv/bin/sonde")


def command_check(_: list[str]) -> None:
    """Format, lint, types, layers."""
    setup(ui=False)
    check_all()


def command_test(arguments: list[str]) -> None:
    """Set up, install what the tests need from Debian, then checks, web unit tests, pytest; fail at the end.

    pytest comes last, so that its closing line ends the output. With arguments (`-k`, a file …) only it runs.
    """
    setup()
    provide()
    failed: list[str] = []
    if not arguments:
        try:
            check_all()
        except Stop as stop:
            failed.append(str(stop))
        if subprocess.run(
            ["npm", "run", "--silent", "test"], cwd=WEB, stdin=subprocess.DEVNULL, check=False
        ).returncode:
            failed.append("failed: web unit tests")
    if subprocess.run([str(PYTHON), "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode:
        failed.append("failed: pytest")
    if failed:
        raise Stop("\n".join(failed))


def command_dev(arguments: list[str]) -> None:
    """Server with reload, and Vite in front of it."""
    setup()
    develop(arguments)


def command_bench(arguments: list[str]) -> None:
    """Measure against peers and limits."""
    setup()
    run(PYTHON, "-m", "bench", *arguments)


def command_format(_: list[str]) -> None:
    """Format, and repair what the linter can repair."""
    setup(ui=False)
    run(BIN / "ruff", "check", "--fix", "--quiet", "--exit-zero")
    run(BIN / "ruff", "format")


def command_dist(_: list[str]) -> None:
    """Build wheel and sdist, the web UI inside."""
    setup(ui=False)
    with only_one():
        build_ui()
    run(BIN / "hatchling", "build", "-t", "sdist", "-t", "wheel")


def command_lock(arguments: list[str]) -> None:
    """Write requirements/*.txt anew."""
    setup(ui=False)
    run(PYTHON, ROOT / "tools" / "lock.py", *arguments)


def some_tests(marker: str) -> Callable[[list[str]], None]:
    """Return the command that runs all tests with one marker: faults and attacks in many rounds."""

    def command(arguments: list[str]) -> None:
        setup()
        long = {"FAULT_ROUNDS": os.environ.get("FAULT_ROUNDS", "1"), "EXAMPLES": "all"}
        run(PYTHON, "-m", "pytest", "-m", marker, *arguments, env=long)

    return command


COMMANDS: dict[str, Callable[[list[str]], None]] = {
    "bench": command_bench,
    "check": command_check,
    "conformance": some_tests("conformance"),
    "crash": some_tests("fault"),
    "dev": command_dev,
    "dist": command_dist,
    "examples": some_tests("examples"),
    "format": command_format,
    "hostile": some_tests("hostile"),
    "lock": command_lock,
    "setup": command_setup,
    "test": command_test,
    "up": command_up,
}


def main(words: list[str]) -> int:
    """Run one command and turn `Stop` into a message and exit status 1."""
    if not words or words[0] not in COMMANDS:
        print(f"usage: dev.py {{{','.join(COMMANDS)}}} [argument ...]", file=sys.stderr)
        return 2
    try:
        COMMANDS[words[0]](words[1:])
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
