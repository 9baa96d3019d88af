"""`make dev`: the server, started anew when its source changes, and Vite in front of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from steps import BIN, ROOT, WEB, say

SOURCE = ROOT / "src" / "sonde"
KINDS = {".py", ".sql", ".toml", ".json"}
POLL_SECONDS = 0.7
# The server drains for up to ten seconds before it leaves.
STOP_SECONDS = 15.0


def newest_change() -> float:
    """Return the time of the latest change to a source file, in seconds since the epoch."""
    dist = SOURCE / "ui" / "dist"
    times = [0.0]
    for path in SOURCE.rglob("*"):
        if path.suffix in KINDS and dist not in path.parents:
            try:
                times.append(path.stat().st_mtime)
            except FileNotFoundError:
                continue  # an editor replaced it while we looked
    return max(times)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a child politely, and then not."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def leave(_number: int, _frame: object) -> None:
    """Turn SIGTERM into an exception, so that the children are ended in that case too."""
    sys.exit(143)


def develop(arguments: list[str]) -> None:
    """Run server and Vite until one is interrupted; `arguments` go to `sonde serve`."""
    signal.signal(signal.SIGTERM, leave)
    command = [str(BIN / "sonde"), "serve", *(arguments or ["--demo"])]
    vite = subprocess.Popen([str(WEB / "node_modules" / ".bin" / "vite")], cwd=WEB, stdin=subprocess.DEVNULL)
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    seen = newest_change()
    complained = False
    try:
        while vite.poll() is None:
            time.sleep(POLL_SECONDS)
            changed = newest_change()
            if changed > seen:
                seen, complained = changed, False
                say("the source changed: starting the server again")
                stop(server)
                server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"})
            elif server.poll() is not None and not complained:
                complained = True
                say("the server ended; it starts again when a source file changes")
    finally:
        stop(server)
        stop(vite)
