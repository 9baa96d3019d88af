"""Make the environments that examples/ runs in, and say where their Pythons are.

    .venv/bin/python tools/examples.py [NAME ...]

Each environment is `.make/examples/NAME-DIGEST`, made from requirements/examples-NAME.txt, hashes required.
When that file or this one changes a new one is made beside it, so that what runs in the old one is not
disturbed; old ones go after a day. `sonde` itself comes from src/, as in an editable install.
Prints one line for each: the path of its Python.
"""

from __future__ import annotations

import argparse
import fcntl
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from steps import ROOT, Stop, fingerprint

if TYPE_CHECKING:
    from collections.abc import Generator

FOLDER = ROOT / ".make" / "examples"
DAY_S = 86_400
NAMES = ("agents", "clients", "routers")
# What bench/sdk.py measures against, made the same way when it is named.
PEERS = ("openlit", "peers")


def quietly(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command; when it fails, stop with the end of what it said."""
    words = [str(part) for part in command]
    done = subprocess.run(
        words,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(f"failed: {' '.join(words)}\n{done.stdout[-3_000:]}")


@contextmanager
def alone(name: str) -> Generator[None, None, None]:
    """Hold an environment's lock: two test runs may want it at once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def clear_away(name: str, folder: Path) -> None:
    """Remove what is left of a making that was interrupted, and what was made more than a day ago."""
    shutil.rmtree(folder, ignore_errors=True)
    for old in FOLDER.glob(f"{name}-*"):
        if time.time() - old.stat().st_mtime > DAY_S:
            shutil.rmtree(old, ignore_errors=True)


def python_of(name: str) -> Path:
    """Make the environment unless it is there, and return its Python."""
    pins = ROOT / "requirements" / f"{'bench' if name in PEERS else 'examples'}-{name}.txt"
    wanted = fingerprint([pins, Path(__file__).resolve()], sys.version)
    folder = FOLDER / f"{name}-{wanted[:12]}"
    python, stamp = folder / "bin" / "python", folder / "made"
    with alone(name):
        if python.exists() and stamp.exists():
            return python
        clear_away(name, folder)
        print(f"==> making .make/examples/{folder.name}", file=sys.stderr, flush=True)
        # This environment's pip installs into the new one, which saves installing a pip there.
        quietly(sys.executable, "-m", "venv", "--without-pip", folder)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
        quietly(*pip, "install", "--quiet", "--no-compile", "--require-hashes", "--no-deps", "-r", pins)
        packages = next((folder / "lib").glob("python*/site-packages"))
        (packages / "sonde-source.pth").write_text(f"{ROOT / 'src'}\n")
        stamp.touch()
    return python


def node_of() -> Path:
    """Install and build the TypeScript example unless that is done; return the program to give to node."""
    source = ROOT / "examples" / "typescript"
    parts = [source / name for name in ("package.json", "package-lock.json", "tsconfig.json", "src")]
    wanted = fingerprint([*parts, Path(__file__).resolve()])
    folder = FOLDER / f"typescript-{wanted[:12]}"
    program, stamp = folder / "build" / "main.js", folder / "made"
    with alone("typescript"):
        if program.exists() and stamp.exists():
            return program
        clear_away("typescript", folder)
        print(f"==> making .make/examples/{folder.name}", file=sys.stderr, flush=True)
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("node_modules", "build"))
        quietly("npm", "ci", "--no-progress", "--loglevel=error", cwd=folder)
        quietly("npm", "run", "--silent", "build", cwd=folder)
        stamp.touch()
    return program


def made(name: str) -> Path:
    """Make what is named."""
    return node_of() if name == "typescript" else python_of(name)


def main() -> int:
    """Make what was named, or everything, two at a time."""
    parser = argparse.ArgumentParser(description="Make the environments of examples/.")
    parser.add_argument("names", nargs="*", choices=[*NAMES, *PEERS, "typescript", []], metavar="NAME")
    names: list[str] = parser.parse_args().names or [*NAMES, "typescript"]
    try:
        with ThreadPoolExecutor(2) as pool:
            for path in pool.map(made, names):
                print(path)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
