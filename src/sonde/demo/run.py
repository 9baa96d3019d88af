"""The command behind ``sonde demo``: backfill with a progress bar, then live traffic until it is stopped."""

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from sonde.demo.calendar import DAY, SECOND
from sonde.demo.generate import Generator
from sonde.demo.incidents import schedule
from sonde.demo.resume import newest_sent_ns
from sonde.demo.send import SendFailed, wait_until_ready
from sonde.demo.stream import Progress, backfill, demo_headers, live

_READY_S = 60.0
_RETRY_S = 5.0


def parser() -> argparse.ArgumentParser:
    """The options of ``sonde demo``."""
    options = argparse.ArgumentParser(
        prog="sonde demo", description="Send believable LLM traffic to a running Sonde."
    )
    options.add_argument(
        "--url", default="http://127.0.0.1:4318", help="address of the server (default: %(default)s)"
    )
    options.add_argument("--project", default="demo", help="project to send to (default: %(default)s)")
    options.add_argument(
        "--key", default=os.environ.get("SONDE_API_KEY", ""), help="ingest key, if one is needed"
    )
    options.add_argument("--days", type=float, default=14, help="days of past traffic (default: %(default)s)")
    options.add_argument(
        "--scale", type=float, default=1.0, help="times the usual traffic (default: %(default)s)"
    )
    options.add_argument(
        "--seed", default="demo", help="another word makes another company's worth of traffic"
    )
    options.add_argument("--no-live", action="store_true", help="stop after the past is sent")
    options.add_argument(
        "--exit-with-parent", action="store_true", help="stop when the process that started it ends"
    )
    options.add_argument(
        "--incidents", action="store_true", help="print the labelled incidents as JSON and stop"
    )
    return options


def main(args: Sequence[str] | None = None) -> int:
    """Run until stopped; 0, or 1 when the server refused the traffic or never became ready."""
    chosen = parser().parse_args(args)
    now_ns = time.time_ns()
    if chosen.incidents:
        print_incidents(now_ns - int(chosen.days * DAY), now_ns)
        return 0
    stop = threading.Event()

    def end(_signal: int, _frame: object) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    if chosen.exit_with_parent:
        _follow_parent(stop)
    console = Console(stderr=True)
    if not wait_until_ready(chosen.url, _READY_S, stop):
        if not stop.is_set():
            console.print(f"demo: no Sonde is ready at {chosen.url}")
        return 0 if stop.is_set() else 1
    return _run(chosen, console, stop)


def _run(chosen: argparse.Namespace, console: Console, stop: threading.Event) -> int:
    generator = Generator(chosen.seed, chosen.scale)
    headers = demo_headers(chosen.project, chosen.key)
    now_ns = time.time_ns()
    since_ns = newest_sent_ns(chosen.url, headers)
    try:
        with _Shown(console) as shown:
            sent = backfill(
                chosen.url,
                now_ns,
                chosen.days,
                shown,
                since_ns=since_ns,
                headers=headers,
                generator=generator,
                stop=stop,
            )
    except SendFailed as error:
        console.print(f"demo: {error}")
        return 1
    seconds = (time.time_ns() - now_ns) / SECOND
    console.print(f"demo: {sent.spans:,} spans of the past in {seconds:.0f} s (project {chosen.project})")
    sent_ns = [now_ns]

    def remember(_: int, until_ns: int) -> None:
        sent_ns[0] = until_ns

    while not stop.is_set() and not chosen.no_live:
        try:
            live(chosen.url, stop, since_ns=sent_ns[0], headers=headers, generator=generator, tick=remember)
        except SendFailed as error:
            console.print(f"demo: {error}; trying again")
            stop.wait(_RETRY_S)
    return 0


class _Shown:
    """Progress for people: a bar on a terminal, a line per fifth elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last_fifth = 0
        self._bar: Bar | None = None
        if console.is_terminal:
            text = TextColumn("demo: past traffic {task.description}")
            self._bar = Bar(text, BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=console)

    def __enter__(self) -> Callable[[Progress], None]:
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task("", total=1.0)
        return self._show

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def _show(self, now: Progress) -> None:
        if self._bar:
            self._bar.update(self._task, completed=now.share, description=f"{now.spans:,} spans")
        elif int(now.share * 5) > self._last_fifth:
            self._last_fifth = int(now.share * 5)
            self._console.print(f"demo: past traffic {now.share:.0%}, {now.spans:,} spans")


def _follow_parent(stop: threading.Event) -> None:
    parent = os.getppid()

    def watch() -> None:
        while not stop.wait(1.0):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=watch, name="demo-parent", daemon=True).start()


def print_incidents(start_ns: int, end_ns: int) -> None:
    """The labels of every incident in a window, as JSON lines."""
    for one in schedule(start_ns, end_ns):
        line = {
            "id": one.id,
            "kind": one.kind,
            "scope": one.scope,
            "start": datetime.fromtimestamp(one.start_ns / SECOND, UTC).isoformat(),
            "end": datetime.fromtimestamp(one.end_ns / SECOND, UTC).isoformat(),
        }
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    sys.exit(main())
