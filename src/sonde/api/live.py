"""The live stream of calls: at most one push a second and one small query behind it.

A viewer is told what became visible since its last push. Rows carry the time they were written, and the
engine knows up to which moment everything written is visible, so nothing comes twice and nothing is left out;
when nothing was written, nothing is asked. A viewer that was away comes back with ``Last-Event-ID``.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import orjson

from sonde.api.parameters import LiveParameters
from sonde.api.reads.call_rows import SUMMARY_COLUMNS, call_summary
from sonde.api.reads.filter_text import add_filter
from sonde.api.reads.query import Conditions
from sonde.api.services import Services
from sonde.api.times import DAY_NS, HOUR_NS, TimeRange, format_time
from sonde.api.viewers import Viewers
from sonde.auth.grant import Grant

CALLS_MAX = 200
"""Calls of one push, newest first; how many there were besides is said."""
PUSH_S = 1.0
HEARTBEAT_S = 15.0
BACK_US = 60 * 1_000_000
"""How far back a viewer that comes again is told what it missed."""


class Feed:
    """What one viewer is told next."""

    def __init__(
        self, shop: Services, grant: Grant, parameters: LiveParameters, since_us: int | None
    ) -> None:
        """Raises `FilterError`, and `Forbidden` for a search in content without its scope."""
        settled, now_ns = shop.engine.settled_us(), shop.now_ns()
        self._shop = shop
        self._conditions = Conditions()
        self._conditions.project(grant.project_for(parameters.project))
        self._conditions.clauses.append("counted")
        # Conditions on whole traces look at the last hour.
        window = TimeRange(now_ns - HOUR_NS, now_ns + DAY_NS)
        add_filter(self._conditions, grant, parameters, "calls", window)
        self.at_us = settled if since_us is None else min(max(since_us, settled - BACK_US), settled)

    def advance(self) -> dict[str, Any] | None:
        """Calls that became visible since the last time, newest first; None when there are none."""
        since, until = self.at_us, self._shop.engine.settled_us()
        minutes = self._shop.engine.minutes_written_since(since)
        self.at_us = until
        if until <= since or minutes == set():
            return None
        where = (
            f"{self._conditions.where} AND ingested_at >= fromUnixTimestamp64Micro({{since:Int64}}, 'UTC') "
            "AND ingested_at < fromUnixTimestamp64Micro({until:Int64}, 'UTC')"
        )
        params = {**self._conditions.params, "since": since, "until": until}
        if minutes is not None:
            # The primary key leads to the few minutes that were written to.
            where += " AND time >= fromUnixTimestamp64Nano({oldest:Int64}, 'UTC')"
            params["oldest"] = min(minute for _, minute in minutes)
        rows = self._shop.query(
            f"SELECT {SUMMARY_COLUMNS}, count() OVER () AS found FROM calls FINAL {where} "
            f"ORDER BY time DESC, span_id LIMIT {CALLS_MAX:d}",
            params,
        ).dicts()
        if not rows:
            return None
        return {
            "items": [call_summary(row).model_dump() for row in rows],
            "more": int(rows[0]["found"]) - len(rows),
            "to": format_time(until * 1_000),
        }


async def events(viewers: Viewers, feed: Feed) -> AsyncIterator[bytes]:
    """The stream as server-sent events: ``calls`` with what is new, a comment as heartbeat."""
    loop = asyncio.get_running_loop()
    try:
        yield f"retry: 2000\nid: {feed.at_us}\nevent: ready\ndata: {{}}\n\n".encode()
        quiet_since = time.monotonic()
        while not viewers.closed.is_set():
            push = await loop.run_in_executor(None, feed.advance)
            if push is not None:
                quiet_since = time.monotonic()
                yield b"id: %d\nevent: calls\ndata: %s\n\n" % (feed.at_us, orjson.dumps(push))
            elif time.monotonic() - quiet_since >= HEARTBEAT_S:
                quiet_since = time.monotonic()
                yield b": still here\n\n"
            try:
                await asyncio.wait_for(viewers.closed.wait(), PUSH_S)
            except TimeoutError:
                continue
    finally:
        viewers.leave()
