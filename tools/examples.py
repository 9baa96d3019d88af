"""Make the environments that examples/ runs in, and say where their Pythons are.

    .venv/bin/python tools/examples.py [NAME ...]

Each environment is `.make/examples/NAME`, made from requirements/examples-NAME.txt, hashes required; it is
made again when that file or this one changes. `sonde` itself comes from src/, as in an editable install.
Prints one line for each: the path of its Python.
"""

from __future__ import annotations

import argparse
import fcntl
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from steps import ROOT, Stop, fingerprint

if TYPE_CHECKING:
    from collections.abc import Generator

FOLDER = ROOT / ".make" / "examples"
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


def python_of(name: str) -> Path:
    """Make the environment unless it is there, and return its Python."""
    pins = ROOT / "requirements" / f"{'bench' if name in PEERS else 'examples'}-{name}.txt"
    folder = FOLDER / name
    python, stamp = folder / "bin" / "python", folder / "made-from"
    wanted = fingerprint([pins, Path(__file__).resolve()], sys.version)
    with alone(name):
        if python.exists() and stamp.exists() and stamp.read_text() == wanted:
            return python
        print(f"==> making .make/examples/{name} (some minutes without a cache)", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        # This environment's pip installs into the new one, which saves installing a pip there.
        quietly(sys.executable, "-m", "venv", "--without-pip", folder)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
        quietly(*pip, "install", "--quiet", "--no-compile", "--require-hashes", "--no-deps", "-r", pins)
        packages = next((folder / "lib").glob("python*/site-packages"))
        (packages / "sonde-source.pth").write_text(f"{ROOT / 'src'}\n")
        stamp.write_text(wanted)
    return python


def node_of() -> Path:
    """Install and build the TypeScript example unless that is done; return the program to give to node."""
    source = ROOT / "examples" / "typescript"
    folder = FOLDER / "typescript"
    parts = [source / name for name in ("package.json", "package-lock.json", "tsconfig.json", "src")]
    program, stamp = folder / "build" / "main.js", folder / "made-from"
    wanted = fingerprint([*parts, Path(__file__).resolve()])
    with alone("typescript"):
        if program.exists() and stamp.exists() and stamp.read_text() == wanted:
            return program
        print("==> making .make/examples/typescript", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("node_modules", "build"))
        quietly("npm", "ci", "--no-progress", "--loglevel=error", cwd=folder)
        quietly("npm", "run", "--silent", "build", cwd=folder)
        stamp.write_text(wanted)
    return program


def main() -> int:
    """Make what was named, or everything, two at a time."""
    parser = argparse.ArgumentParser(description="Make the environments of examples/.")
    parser.add_argument("names", nargs="*", choices=[*NAMES, *PEERS, "typescript", []], metavar="NAME")
    names: list[str] = parser.parse_args().names or [*NAMES, "typescript"]
    try:
        with ThreadPoolExecutor(2) as pool:
            found = pool.map(lambda name: node_of() if name == "typescript" else python_of(name), names)
            for path in found:
                print(path)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
