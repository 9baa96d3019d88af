"""Takes the pictures of the guides from the demo, so that they show what is there today.

    .venv/bin/python tools/screenshots.py [--url URL] [--into docs/guide/images] [--dark] [PAGE ...]

Without --url a server with demo traffic is started in a folder of its own and stopped afterwards; it needs
some minutes to take in 14 days. Needs the development packages and Debian's Chromium, as `make test` does.
"""

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

from sonde.client import ApiProblem, CannotConnect, Client

ROOT = Path(__file__).resolve().parent.parent
WIDTH, HEIGHT = 1280, 800
RANGE = "project=demo&range=24h"
SETTLED_MS = 1_200
"""After the last answer: charts draw themselves."""


def newest(client: Client, path: str, **parameters: str) -> dict[str, Any]:
    """The first of a list."""
    found = client.request("GET", path, params={"project": "demo", "limit": 1, **parameters})
    return found["items"][0]


def pages(client: Client) -> dict[str, str]:
    """Name → address. What a page is about is looked up in the data."""
    trace = newest(client, "/traces", filter="trace.calls>4 trace.spans<60")["trace_id"]
    session = newest(client, "/sessions", order="traces")["session_id"]
    user = newest(client, "/users", order="cost")["user_id"]
    return {
        "overview": f"/?{RANGE}",
        "live": "/live?project=demo",
        "calls": f"/calls?{RANGE}&filter={quote('status:error')}",
        "traces": f"/traces?{RANGE}",
        "spans": f"/spans?{RANGE}",
        "trace": f"/traces/{trace}?project=demo",
        "trace-timeline": f"/traces/{trace}?project=demo&mode=timeline",
        "trace-graph": f"/traces/{trace}?project=demo&mode=graph",
        "sessions": f"/sessions?{RANGE}",
        "session": f"/sessions/view?{RANGE}&session={quote(session)}",
        "users": f"/users?{RANGE}",
        "user": f"/users/view?{RANGE}&user={quote(user)}",
        "models": "/models?project=demo&range=7d",
        "costs": "/costs?project=demo&range=7d",
        "logs": f"/logs?{RANGE}",
        "infrastructure": f"/infrastructure?{RANGE}",
        "settings": "/settings?project=demo",
        "sql": "/sql?project=demo",
        "setup": "/setup?project=demo",
    }


@contextlib.contextmanager
def demo_server() -> Generator[str]:
    """A server of its own with the whole past of the demo in it."""
    port = 4390
    with tempfile.TemporaryDirectory(prefix="sonde-pictures-") as folder:
        command = [str(Path(sys.executable).with_name("sonde")), "serve", "--demo", "--data-dir", folder]
        command += ["--port", str(port), "--otlp-grpc-port", "none"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            url = f"http://127.0.0.1:{port}"
            try:
                wait_for_past(url)
                yield url
            finally:
                process.terminate()
                process.wait(30)


def wait_for_past(url: str) -> None:
    """Until the demo's calls reach from 14 days ago to now and their number rests."""
    before = -1
    for _ in range(600):
        with contextlib.suppress(CannotConnect, ApiProblem), Client(url) as client:
            rows = int(client.status("demo")["calls"]["rows"])
            if rows > 10_000 and rows - before < 50:
                return
            before = rows
        time.sleep(5)
    raise SystemExit("The demo's past did not arrive.")


def picture(page: Page, url: str, where: str, file: Path) -> None:
    """One page as it looks when everything has been answered."""
    page.goto(url + where)
    with contextlib.suppress(Exception):  # a live page never rests
        page.wait_for_load_state("networkidle", timeout=15_000)
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=file)


def main() -> None:
    """Take them."""
    options = argparse.ArgumentParser(prog="tools/screenshots.py")
    options.add_argument("--url")
    options.add_argument("--into", type=Path, default=ROOT / "docs" / "guide" / "images")
    options.add_argument("--dark", action="store_true")
    options.add_argument("--phone", action="store_true")
    options.add_argument("page", nargs="*")
    chosen = options.parse_args()
    browser_path = shutil.which("chromium")
    if browser_path is None:
        raise SystemExit("Chromium is missing: make test installs it.")
    chosen.into.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        url = chosen.url or stack.enter_context(demo_server())
        client = stack.enter_context(Client(url))
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=browser_path)
        stack.callback(browser.close)
        context = browser.new_context(
            viewport={"width": 390 if chosen.phone else WIDTH, "height": HEIGHT},
            color_scheme="dark" if chosen.dark else "light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        for name, where in pages(client).items():
            if not chosen.page or name in chosen.page:
                picture(page, url, where, chosen.into / f"{name}.png")
                print(name, flush=True)


if __name__ == "__main__":
    main()
