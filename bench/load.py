"""Closed-loop OTLP/HTTP load: each of a few connections sends its next request when the last is answered.

``python -m bench.load URL --batch 50 --connections 2 --seconds 20`` prints one JSON object. With
``--acks FILE`` the number of each acknowledged request is written before the next one is sent: what an
answer promised is known even when the server is killed. The numbers of requests sent are in
``FILE.sent``.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import uvloop

from bench.bodies import VARIANTS, Stream


@dataclass
class Tally:
    """What happened."""

    next_number: int
    sent: int = 0
    acked_spans: int = 0
    acked_bytes: int = 0
    retry_after: int = 0
    statuses: Counter[str] = field(default_factory=Counter[str])
    latencies_s: list[float] = field(default_factory=list[float])
    first_refusal: str = ""


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """Status, lower-case head and body of one HTTP/1.1 answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head[9:12])
    at = head.find(b"content-length:")
    body = b""
    if at >= 0:
        size = int(head[at + 15 : head.index(b"\r\n", at)])
        body = await reader.readexactly(size) if size else b""
    elif b"transfer-encoding: chunked" in head:
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
    return status, head, body


class Load:
    """The workers of one run."""

    def __init__(self, options: argparse.Namespace, stream: Stream) -> None:
        self.options = options
        self.stream = stream
        self.tally = Tally(options.first)
        self.address: SplitResult = urlsplit(options.url)
        headers = [f"POST {self.address.path} HTTP/1.1", f"Host: {self.address.netloc}"]
        headers += ["Content-Type: application/x-protobuf", *options.header]
        self.head = "\r\n".join(headers).encode() + b"\r\nContent-Length: %d\r\n\r\n"
        self.acks = os.open(options.acks, os.O_CREAT | os.O_APPEND | os.O_WRONLY) if options.acks else -1
        self.sents = (
            os.open(options.acks + ".sent", os.O_CREAT | os.O_APPEND | os.O_WRONLY) if options.acks else -1
        )
        self.deadline = time.perf_counter() + options.seconds if options.seconds else float("inf")

    def more(self) -> bool:
        """Whether another request is to be sent."""
        wanted = self.options.spans
        return time.perf_counter() < self.deadline and (
            not wanted or self.tally.sent * self.stream.batch < wanted
        )

    async def work(self) -> None:
        """One connection."""
        tally, options = self.tally, self.options
        reader: asyncio.StreamReader | None = None
        writer: asyncio.StreamWriter | None = None
        due = time.perf_counter()
        pending = -1
        while pending >= 0 or self.more():
            if options.rate:
                due = (
                    max(due, time.perf_counter() - 1) + self.stream.batch * options.connections / options.rate
                )
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if pending < 0:
                pending = tally.next_number
                tally.next_number += 1
                tally.sent += 1
            body = self.stream.request(pending)
            if self.sents >= 0:
                os.write(self.sents, b"%d\n" % pending)
            began = time.perf_counter()
            try:
                if reader is None or writer is None:
                    reader, writer = await asyncio.open_connection(
                        self.address.hostname, self.address.port, limit=1 << 20
                    )
                writer.write(self.head % len(body))
                writer.write(body)
                await writer.drain()
                status, head, answer = await asyncio.wait_for(read_answer(reader), options.timeout)
            except (OSError, EOFError, TimeoutError) as error:
                tally.statuses[type(error).__name__] += 1
                if writer:
                    writer.close()
                reader = writer = None
                if options.stop_on_error:
                    return
                await asyncio.sleep(0.2)
                continue
            tally.statuses[str(status)] += 1
            if status == 200:
                if self.acks >= 0:
                    os.write(self.acks, b"%d\n" % pending)
                tally.latencies_s.append(time.perf_counter() - began)
                tally.acked_spans += self.stream.batch
                tally.acked_bytes += len(body)
                pending = -1
            else:
                tally.first_refusal = tally.first_refusal or f"{status} {answer[:200]!r}"
                tally.retry_after += b"retry-after" in head
                if status < 429:
                    return
                await asyncio.sleep(options.backoff)
            if b"connection: close" in head:
                writer.close()
                reader = writer = None
        if writer:
            writer.close()


def quantile_ms(sorted_s: list[float], share: float) -> float | None:
    """A quantile in milliseconds; None of nothing."""
    return (
        round(1_000 * sorted_s[min(len(sorted_s) - 1, int(share * len(sorted_s)))], 2) if sorted_s else None
    )


async def run(options: argparse.Namespace) -> dict[str, object]:
    """Run the load and say what came of it."""
    stream = Stream(options.batch, options.variant, options.run, options.start_ns, options.step_ns)
    load = Load(options, stream)
    began = time.perf_counter()
    await asyncio.gather(*(load.work() for _ in range(options.connections)))
    seconds = time.perf_counter() - began
    tally = load.tally
    latencies = sorted(tally.latencies_s)
    return {
        "batch": options.batch,
        "connections": options.connections,
        "variant": options.variant,
        "run": options.run,
        "start_ns": options.start_ns,
        "step_ns": options.step_ns,
        "requests": len(latencies),
        "next_number": tally.next_number,
        "acked_spans": tally.acked_spans,
        "seconds": round(seconds, 3),
        "acked_spans_per_s": round(tally.acked_spans / seconds, 1),
        "bytes_per_span": round(tally.acked_bytes / max(tally.acked_spans, 1)),
        "ack_p50_ms": quantile_ms(latencies, 0.5),
        "ack_p99_ms": quantile_ms(latencies, 0.99),
        "ack_max_ms": quantile_ms(latencies, 1),
        "statuses": dict(tally.statuses),
        "retry_after": tally.retry_after,
        "first_refusal": tally.first_refusal,
        "generator_cpu_s": round(time.process_time(), 2),
    }


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(prog="python -m bench.load")
    options.add_argument("url")
    options.add_argument("--batch", type=int, default=50)
    options.add_argument("--connections", type=int, default=2)
    options.add_argument("--seconds", type=float, default=0)
    options.add_argument("--spans", type=int, default=0)
    options.add_argument("--rate", type=float, default=0, help="spans per second over all connections")
    options.add_argument("--variant", choices=VARIANTS, default="content")
    options.add_argument("--header", action="append", default=[])
    options.add_argument("--run", type=int, default=random.getrandbits(16))
    options.add_argument("--first", type=int, default=0, help="number of the first request")
    options.add_argument("--start-ns", type=int, default=time.time_ns() - 30_000_000_000)
    options.add_argument("--step-ns", type=int, default=10_000_000, help="time between two requests' spans")
    options.add_argument("--acks", default="")
    options.add_argument("--backoff", type=float, default=0.1)
    options.add_argument("--timeout", type=float, default=120)
    options.add_argument("--stop-on-error", action="store_true")
    return options


if __name__ == "__main__":
    uvloop.install()
    sys.stdout.write(json.dumps(asyncio.run(run(parser().parse_args()))) + "\n")
