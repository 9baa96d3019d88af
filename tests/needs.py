"""What some tests need from the machine, and where it is.

A test says what it needs by its marker (`browser`, `postgres`, `redis`, `node`); conftest.py skips it loudly
when that is missing, and fails it when CI=true, so that no continuous run is green because nothing ran.
"""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def chromium() -> Path | None:
    """Return the browser: SONDE_CHROMIUM if set, else Debian's."""
    found = os.environ.get("SONDE_CHROMIUM") or shutil.which("chromium")
    return Path(found) if found else None


def postgres_bin() -> Path | None:
    """Return the folder with PostgreSQL's `initdb` and `pg_ctl`: Debian's newest, else that on the path."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True
    )
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def redis_server() -> Path | None:
    """Return Debian's Redis."""
    found = shutil.which("redis-server")
    return Path(found) if found else None


def node() -> Path | None:
    """Return Node, when the front end's packages are installed too."""
    found = shutil.which("node")
    return Path(found) if found and (ROOT / "web" / "node_modules").is_dir() else None


def missing(marker: str) -> str | None:
    """Return how to get what tests with this marker need, None when it is there or nothing is needed."""
    if marker == "browser" and chromium() is None:
        return "no Chromium: apt-get install chromium, or set SONDE_CHROMIUM to one"
    if marker == "postgres" and postgres_bin() is None:
        return "no PostgreSQL: apt-get install postgresql"
    if marker == "redis" and redis_server() is None:
        return "no Redis: apt-get install redis-server"
    if marker == "node" and node() is None:
        return "no Node or no web/node_modules: install Node and run make setup"
    return None
