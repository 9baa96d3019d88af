"""Sending the demo: the past at once (`backfill`), then the present as it happens (`live`)."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sonde.demo.calendar import HOUR, MINUTE
from sonde.demo.calls import Call
from sonde.demo.generate import Generator
from sonde.demo.record import Hour, Origin
from sonde.demo.send import LOGS, METRICS, TRACES, Sender
from sonde.demo.signals import log_request, metric_request, trace_requests

SPILL_HOURS = 4
"""A trace that starts in an hour is over at most this many hours later."""
_TICK_S = 1.0


@dataclass(frozen=True)
class Progress:
    """How far the backfill is."""

    hours_done: int
    hours_total: int
    spans: int
    calls: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.hours_done / self.hours_total if self.hours_total else 1.0


def demo_headers(project: str = "demo", key: str = "") -> dict[str, str]:
    """Request headers that put the traffic into a project, with an ingest key where the server wants one."""
    headers = {"x-sonde-project": project}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return headers


def backfill(
    url: str,
    now_ns: int,
    days: float = 14,
    progress: Callable[[Progress], None] | None = None,
    *,
    since_ns: int = 0,
    headers: Mapping[str, str] | None = None,
    generator: Generator | None = None,
    connections: int = 2,
    stop: threading.Event | None = None,
) -> Progress:
    """Send everything that ended between `days` ago (or `since_ns`, if later) and `now_ns`.

    Newest hours go first, so that pages about today are complete within seconds.

    Returns when all of it is acknowledged. Raises `SendFailed`.
    """
    generator = generator or Generator()
    start_ns = max(now_ns - int(days * 24 * HOUR), since_ns)
    numbers = range((start_ns // HOUR) - (SPILL_HOURS if since_ns else 0), now_ns // HOUR + 1)
    total = len(numbers)
    spans = calls = 0
    done = 0
    sender = Sender(url, headers or demo_headers(), connections)
    try:
        for number in reversed(numbers):
            if stop and stop.is_set():
                break
            hour = generator.hour(number)
            spans += _send_traces(sender, hour, start_ns, now_ns)
            ended = [made for made in hour.calls if start_ns < made[1].end_ns <= now_ns]
            calls += len(ended)
            window = (max(number * HOUR, start_ns), min((number + 1) * HOUR, now_ns))
            if ended and window[0] < window[1]:
                sender.submit(METRICS, metric_request(ended, (), window))
            done += 1
            if progress:
                progress(Progress(done, total, spans, calls))
        sender.flush()
    finally:
        sender.close()
    return Progress(done, total, spans, calls)


def _send_traces(sender: Sender, hour: Hour, after_ns: int, until_ns: int) -> int:
    """Send the spans and log lines of an hour that ended in the window; how many spans."""
    spans = [span for span in hour.spans if after_ns < span.end_ns <= until_ns]
    for body, _ in trace_requests(spans):
        sender.submit(TRACES, body)
    lines = [line for line in hour.logs if after_ns < line.time_ns <= until_ns]
    if lines:
        sender.submit(LOGS, log_request(lines))
    return len(spans)


def live(
    url: str,
    stop: threading.Event,
    *,
    since_ns: int,
    headers: Mapping[str, str] | None = None,
    generator: Generator | None = None,
    clock: Callable[[], int] = time.time_ns,
    tick_s: float = _TICK_S,
    tick: Callable[[int, int], None] | None = None,
) -> None:
    """Send each span within a second of when it ends, from `since_ns` on, until `stop` is set.

    `tick` is told, after each acknowledged round, how many spans it had and up to which time all is sent.
    Raises `SendFailed` when the server refuses or stays away for minutes.
    """
    generator = generator or Generator()
    sender = Sender(url, headers or demo_headers(), connections=1)
    hours: dict[int, Hour] = {}
    sent_ns = since_ns
    metrics_ns = since_ns
    try:
        while not stop.wait(tick_s):
            now = clock()
            first, last = sent_ns // HOUR - SPILL_HOURS, now // HOUR
            hours = {n: hours.get(n) or generator.hour(n) for n in range(first, last + 1)}
            spans = sum(_send_traces(sender, hour, sent_ns, now) for hour in hours.values())
            if now // MINUTE > metrics_ns // MINUTE:
                _send_metrics(sender, hours, (metrics_ns, now))
                metrics_ns = now
            sender.flush()
            sent_ns = now
            if tick:
                tick(spans, now)
    finally:
        sender.close()


def _send_metrics(sender: Sender, hours: Mapping[int, Hour], window: tuple[int, int]) -> None:
    ended: list[tuple[Origin, Call]] = []
    running: set[Origin] = set()
    for hour in hours.values():
        for origin, call in hour.calls:
            running.add(origin)
            if window[0] < call.end_ns <= window[1]:
                ended.append((origin, call))
    newest: dict[tuple[str, str], Origin] = {}
    for origin in sorted(running, key=lambda one: one.version):
        newest[(origin.service, origin.environment)] = origin
    sender.submit(METRICS, metric_request(ended, newest.values(), window))
