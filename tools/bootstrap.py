"""Set the working copy up: `.venv` with the pinned packages and `sonde`, and the built web UI."""

from __future__ import annotations

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

from steps import BIN, PYTHON, ROOT, VENV, WEB, Stop, fingerprint, only_one, output_of, run, say, step

MIN_PYTHON = (3, 11)
# The oldest release of each line of Node that the front end's tools accept. A line that is not named here is
# newer than these, or never was a long-term release.
MIN_NODE = {20: 19, 22: 13}
NEWEST_OLD_NODE = 23

NODE_MODULES = WEB / "node_modules"
STAMPS = VENV / ".stamps"
UI_INDEX = ROOT / "src" / "sonde" / "ui" / "dist" / "index.html"

# Newest first, so that a fresh environment gets the newest Python this machine has.
PYTHON_NAMES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python")


def python_version(command: str) -> tuple[int, int]:
    """Return the (major, minor) of a Python command, (0, 0) when it does not run."""
    parts = output_of(command, "-c", "import sys; print(sys.version_info[0], sys.version_info[1])").split()
    return (int(parts[0]), int(parts[1])) if len(parts) == 2 else (0, 0)


def find_python() -> str:
    """Return a Python that is new enough: the one running this file, or the newest on the path."""
    if sys.version_info[:2] >= MIN_PYTHON:
        return sys.executable
    for name in PYTHON_NAMES:
        command = shutil.which(name)
        if command is not None and python_version(command) >= MIN_PYTHON:
            return command
    have = ".".join(str(part) for part in sys.version_info[:3])
    raise Stop(
        f"Sonde needs Python {MIN_PYTHON[0]}.{MIN_PYTHON[1]} or newer, and this is Python {have}.\n"
        "Install a newer one (Debian: apt-get install python3 python3-venv; macOS: brew install python)\n"
        "and run make again, or name one: make PYTHON=/path/to/python3.12"
    )


def node_is_good(version: str) -> bool:
    """Say whether a Node of this version (such as `v20.20.2`) can build the front end."""
    parts = version.lstrip("v").split(".")
    if len(parts) < 2 or not (parts[0].isdigit() and parts[1].isdigit()):
        return False
    major, minor = int(parts[0]), int(parts[1])
    return major > NEWEST_OLD_NODE or minor >= MIN_NODE.get(major, 1 << 30)


def check_node() -> str:
    """Return Node's version; stop unless Node and npm are there and new enough."""
    wanted = "Sonde's web UI is built with Node 20 (20.19 or newer), 22 (22.13 or newer), 24 or later"
    how = "Install it (Debian 13: apt-get install nodejs npm; macOS: brew install node) and run make again."
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise Stop(f"{wanted}, and `{program}` was not found.\n{how}")
    version = output_of("node", "--version")
    if not node_is_good(version):
        raise Stop(f"{wanted}, and this is Node {version or '(unknown)'}.\n{how}")
    return version


def make_venv(python: str) -> None:
    """Create `.venv`, from scratch when an old one does not run any more."""
    say("creating .venv")
    try:
        run(python, "-m", "venv", "--clear", VENV)
    except Stop as stop:
        raise Stop(f"{stop}\nOn Debian and Ubuntu this needs: apt-get install python3-venv") from None


def setup_python() -> None:
    """Make `.venv` with the pinned packages and with `sonde` itself, editable."""
    if not PYTHON.exists() or python_version(str(PYTHON)) < MIN_PYTHON:
        make_venv(find_python())
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    pins = ROOT / "requirements" / "dev.txt"
    step(
        STAMPS / "packages",
        fingerprint([pins]),
        done=True,
        title="installing the Python packages (some 300 MB the first time)",
        work=lambda: run(*pip, "--require-hashes", "-r", pins),
    )
    # An editable install has no single file to hash, hence a second call. What builds it is pinned above.
    inputs = [
        ROOT / "pyproject.toml",
        ROOT / "tools" / "hatch_build.py",
        ROOT / "src" / "sonde" / "_version.py",
    ]
    step(
        STAMPS / "sonde",
        fingerprint(inputs),
        done=(BIN / "sonde").exists(),
        title="installing sonde (editable)",
        work=lambda: run(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT),
    )


def setup_web(node_version: str) -> None:
    """Install the front end's packages: exactly those of the lock, which `npm install` would rewrite."""
    step(
        NODE_MODULES / ".sonde-stamp",
        fingerprint([WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc"], node_version),
        done=True,
        title="installing the front end's packages",
        work=lambda: run("npm", "ci", "--no-progress", "--loglevel=error", cwd=WEB),
    )


def build_ui() -> None:
    """Build `web/` into `src/sonde/ui/dist`, from where the server and the wheel take it."""
    skipped = {"node_modules", "coverage", "test-results"}
    step(
        STAMPS / "ui",
        fingerprint(sorted(path for path in WEB.iterdir() if path.name not in skipped)),
        done=UI_INDEX.exists(),
        title="building the web UI",
        work=lambda: run("npm", "run", "--silent", "build", cwd=WEB),
    )


def setup(*, ui: bool = True) -> None:
    """Bring the working copy to the state where `.venv/bin/sonde` works and, with `ui`, the UI is built."""
    find_python()
    node_version = check_node()
    with only_one():
        # The two wait for different things most of the time.
        with ThreadPoolExecutor(2) as pool:
            for job in [pool.submit(setup_python), pool.submit(setup_web, node_version)]:
                job.result()
        if ui:
            build_ui()
