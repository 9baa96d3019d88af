"""What stands behind the Makefile: set the working copy up, run Sonde, check it, test it.

Standard library only, because it runs before anything is installed, and with whatever Python is there: the version
test must be able to speak, so no syntax newer than 3.8 in this file.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator, List, Sequence  # noqa: UP035  (see the module's docstring)

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
WEB = ROOT / "web"
NODE_MODULES = WEB / "node_modules"
UI_INDEX = ROOT / "src" / "sonde" / "ui" / "dist" / "index.html"

MIN_PYTHON = (3, 11)
MIN_NODE = 20

# Newest first, so that a fresh environment gets the newest one this machine has.
PYTHON_NAMES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python")


class Stop(Exception):
    """Ends the run with a message for the person at the terminal instead of a traceback."""


def say(text: str) -> None:
    """Print one line of progress at once, also when the output goes to a file."""
    print(f"==> {text}", flush=True)


def run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command in the foreground; stop if it fails."""
    result = subprocess.run([str(part) for part in command], cwd=cwd, env=env, check=False)
    if result.returncode != 0:
        raise Stop(f"failed (exit status {result.returncode}): {' '.join(str(part) for part in command)}")


# --- what a step depends on ------------------------------------------------------------------------------------------


def fingerprint(inputs: Sequence[Path], extra: str = "") -> str:
    """Return a digest of the files' names and contents; a folder stands for all files below it."""
    digest = hashlib.sha256(extra.encode())
    for item in inputs:
        files = sorted(path for path in item.rglob("*") if path.is_file()) if item.is_dir() else [item]
        for path in files:
            digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
            digest.update(path.read_bytes() if path.exists() else b"(missing)")
    return digest.hexdigest()


def step(stamp: Path, digest: str, done: bool, title: str, work: Callable[[], None]) -> bool:
    """Do `work` unless `stamp` says it was done for the same inputs and its result is still there (`done`)."""
    if done and stamp.exists() and stamp.read_text() == digest:
        return False
    say(title)
    started = time.monotonic()
    stamp.unlink(missing_ok=True)
    work()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)
    say(f"done in {time.monotonic() - started:.1f} s")
    return True


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the working copy's set-up lock, so that two `make` runs do not install over each other."""
    folder = ROOT / ".make"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up of this working copy is running: waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# --- set-up ----------------------------------------------------------------------------------------------------------


def python_version(command: str) -> tuple[int, ...] | None:
    """Return the (major, minor) of a Python command, or None when it does not run."""
    code = "import sys; print(sys.version_info[0], sys.version_info[1])"
    try:
        out = subprocess.run([command, "-c", code], capture_output=True, text=True, check=False, timeout=60).stdout
    except OSError:
        return None
    parts = out.split()
    return tuple(int(part) for part in parts) if len(parts) == 2 else None


def find_python() -> str:
    """Return a Python that is new enough: the one running this file, or the newest on the path."""
    if sys.version_info[:2] >= MIN_PYTHON:
        return sys.executable
    for name in PYTHON_NAMES:
        command = shutil.which(name)
        if command is not None and (python_version(command) or (0, 0)) >= MIN_PYTHON:
            return command
    have = ".".join(str(part) for part in sys.version_info[:3])
    raise Stop(
        f"Sonde needs Python {MIN_PYTHON[0]}.{MIN_PYTHON[1]} or newer, and this is Python {have}.\n"
        "Install a newer one (Debian and Ubuntu: apt-get install python3 python3-venv; macOS: brew install python)\n"
        "and run make again, or name it: make PYTHON=/path/to/python3.12"
    )


def check_node() -> None:
    """Stop unless Node and npm are there and new enough."""
    wanted = f"Sonde's web UI is built with Node {MIN_NODE} or newer"
    how = "Install it (Debian 13: apt-get install nodejs npm; macOS: brew install node) and run make again."
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        missing = "node" if node is None else "npm"
        raise Stop(f"{wanted}, and `{missing}` was not found.\n{how}")
    have = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = have.lstrip("v").split(".")[0]
    if not major.isdigit() or int(major) < MIN_NODE:
        raise Stop(f"{wanted}, and this is Node {have or '(unknown)'}.\n{how}")


def make_venv(python: str) -> None:
    """Create `.venv`, from scratch when an old one does not run."""
    try:
        run(python, "-m", "venv", "--clear", VENV)
    except Stop:
        raise Stop(
            "The virtual environment could not be made (see above). On Debian and Ubuntu: apt-get install python3-venv"
        ) from None


def setup_python() -> None:
    """Make `.venv` with the pinned packages and with `sonde` itself, editable."""
    stamps = VENV / ".stamps"
    broken = not PYTHON.exists() or (python_version(str(PYTHON)) or (0, 0)) < MIN_PYTHON
    if broken:
        say("creating .venv")
        make_venv(find_python())
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    pins = ROOT / "requirements" / "dev.txt"
    step(
        stamps / "packages",
        fingerprint([pins]),
        True,
        "installing the Python packages (some 250 MB the first time)",
        lambda: run(*pip, "--require-hashes", "-r", pins),
    )
    # An editable install has no single file to hash, hence the second call.
    inputs = [ROOT / "pyproject.toml", ROOT / "tools" / "hatch_build.py", ROOT / "src" / "sonde" / "_version.py"]
    step(
        stamps / "sonde",
        fingerprint(inputs),
        (BIN / "sonde").exists(),
        "installing sonde (editable)",
        lambda: run(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT),
    )


def setup_web(build: bool = True) -> None:
    """Install the front end's packages and build it into the package."""
    if not (WEB / "package.json").exists():
        return
    check_node()
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    env = {**os.environ, "CI": os.environ.get("CI", ""), "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1"}
    step(
        NODE_MODULES / ".sonde-stamp",
        fingerprint([WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc"], node),
        True,
        "installing the front end's packages",
        lambda: run("npm", "ci", "--no-progress", "--loglevel=error", cwd=WEB, env=env),
    )
    if build and (WEB / "index.html").exists():
        step(
            VENV / ".stamps" / "ui",
            fingerprint(web_sources()),
            UI_INDEX.exists(),
            "building the web UI",
            lambda: run("npm", "run", "--silent", "build", cwd=WEB, env=env),
        )


def web_sources() -> List[Path]:
    """Return every file and folder in `web/` that the build reads."""
    skipped = {"node_modules", "coverage", "test-results"}
    return sorted(path for path in WEB.iterdir() if path.name not in skipped)


def setup() -> None:
    """Bring the working copy to the state where `.venv/bin/sonde` works and the UI is built."""
    with only_one():
        find_python()
        if (WEB / "package.json").exists():
            check_node()
        setup_python()
        setup_web()


# --- commands --------------------------------------------------------------------------------------------------------


def command_setup(_: List[str]) -> None:
    """Set up only: .venv with sonde in it, web UI built."""
    setup()
    say("ready: .venv/bin/sonde")


COMMANDS: dict[str, Callable[[List[str]], None]] = {
    "setup": command_setup,
}


def main() -> int:
    """Run one command and turn `Stop` into a message and exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=sorted(COMMANDS))
    options, rest = parser.parse_known_args()
    try:
        COMMANDS[options.command](rest)
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
