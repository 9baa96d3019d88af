"""From decoded telemetry to durable rows: read, redact, journal. Answers when it is on disk."""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from sonde.ingest.assembly import Entry
from sonde.ingest.journal import Journal, Segment
from sonde.ingest.set_aside import STORAGE_TROUBLE
from sonde.ingest.writer import Writer
from sonde.model.errors import Overloaded, SondeError, StorageFull, Unavailable
from sonde.model.limits import MEBIBYTE, PENDING_BYTES_MAX
from sonde.model.rows import Batch, MetricPoint, Score
from sonde.model.span import LogRecord, Span
from sonde.normalize import read_log, read_span
from sonde.redaction import Redactor, strip_content

REPLAY_AHEAD_BYTES = 64 * MEBIBYTE
"""How much of the journal is in memory at once while it is replayed."""


@dataclass(frozen=True, slots=True)
class ProjectPolicy:
    """What a project wants done to its data before it is stored."""

    redactor: Redactor | None = None
    keep_content: bool = True


class Pipeline:
    """The sink behind every receiver."""

    def __init__(
        self,
        journal: Journal,
        writer: Writer,
        policy_of: Callable[[str], ProjectPolicy],
        *,
        free_bytes: Callable[[], int | None],
        free_bytes_min: int,
        pending_bytes_max: int = PENDING_BYTES_MAX,
    ) -> None:
        self._journal = journal
        self._writer = writer
        self._policy_of = policy_of
        self._free_bytes = free_bytes
        self._free_bytes_min = free_bytes_min
        self._pending_bytes_max = pending_bytes_max
        self._encoder = msgspec.msgpack.Encoder()
        self._in_flight_bytes = 0
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sonde-normalize")
        self._draining = False

    def recover(self) -> int:
        """Hand the rows an earlier process left in the journal to the writer, not all at once.

        Returns how many records, when all are handed over or the writer was told to stop.
        """
        decoder = msgspec.msgpack.Decoder(Batch)
        count = 0
        for segment, payload in self._journal.replay():
            try:
                batch = decoder.decode(payload)
            except (msgspec.DecodeError, RecursionError) as error:  # of another release, or damaged unnoticed
                with suppress(SondeError):  # no room for the copy: then the journal keeps it
                    self._writer.set_aside.keep_unreadable(payload, str(error))
                    self._journal.done(segment)
                continue
            self._writer.submit(Entry(segment, batch, len(payload)))
            count += 1
            if not self._writer.wait_below(REPLAY_AHEAD_BYTES):
                break
        return count

    def stop_accepting(self) -> None:
        """From now on every request is told to come back later."""
        self._draining = True

    def check_room(self, body_bytes: int) -> None:
        """Raise what a client must be told when nothing can be taken now (cheap: asked before decoding)."""
        if self._draining:
            raise Unavailable("The server is stopping.")
        trouble = self._writer.trouble
        if isinstance(trouble, STORAGE_TROUBLE):
            raise trouble  # a batch in hand is tried again and again: it will see when this is over
        if self._writer.pending_bytes + self._in_flight_bytes + body_bytes > self._pending_bytes_max:
            raise Overloaded("Too much is waiting to be stored; nothing of this request was.")
        free = self._free_bytes()
        if free is not None and free < self._free_bytes_min:
            raise StorageFull(
                f"Only {free >> 20} MiB are free on the data disk (limit {self._free_bytes_min >> 20} MiB); "
                "nothing of this request was stored."
            )

    async def accept_traces(self, project: str, spans: list[Span], received_ns: int, body_bytes: int) -> None:
        """Store spans. Returns when they are durable."""
        self.check_room(body_bytes)
        if spans:
            await self._store(body_bytes, lambda: self._read_spans(project, spans, received_ns))

    async def accept_logs(
        self, project: str, records: list[LogRecord], received_ns: int, body_bytes: int
    ) -> None:
        """Store log records; GenAI events among them also complete their spans."""
        self.check_room(body_bytes)
        if records:
            await self._store(body_bytes, lambda: self._read_logs(project, records, received_ns))

    async def accept_metrics(
        self, project: str, points: list[MetricPoint], received_ns: int, body_bytes: int
    ) -> None:
        """Store metric points."""
        self.check_room(body_bytes)
        if points:
            batch = Batch(project, received_ns, metrics=points)
            await self._store(body_bytes, lambda: batch)

    async def accept_scores(
        self, project: str, scores: list[Score], received_ns: int, body_bytes: int
    ) -> None:
        """Store scores."""
        self.check_room(body_bytes)
        if scores:
            policy = self._policy_of(project)
            redactor = policy.redactor
            kept = [redactor.row(score) for score in scores] if redactor else scores
            batch = Batch(project, received_ns, scores=kept)
            await self._store(body_bytes, lambda: batch)

    async def _store(self, body_bytes: int, make: Callable[[], Batch]) -> None:
        loop = asyncio.get_running_loop()
        durable: asyncio.Future[None] = loop.create_future()
        self._in_flight_bytes += body_bytes
        try:
            # Shielded: once the rows are on their way, a client that hangs up changes nothing.
            await asyncio.shield(self._journal_batch(loop, durable, make))
        finally:
            self._in_flight_bytes -= body_bytes

    async def _journal_batch(
        self, loop: asyncio.AbstractEventLoop, durable: asyncio.Future[None], make: Callable[[], Batch]
    ) -> None:
        def work() -> None:
            batch = make()
            payload = self._encoder.encode(batch)

            def settle(outcome: Segment | SondeError) -> None:
                if isinstance(outcome, SondeError):
                    loop.call_soon_threadsafe(durable.set_exception, outcome)
                    return
                self._writer.submit(Entry(outcome, batch, len(payload)))
                loop.call_soon_threadsafe(durable.set_result, None)

            self._journal.append(payload, settle)

        await loop.run_in_executor(self._reader, work)
        await durable

    def _read_spans(self, project: str, spans: list[Span], received_ns: int) -> Batch:
        policy = self._policy_of(project)
        batch = Batch(project, received_ns)
        for span in spans:
            reading = read_span(span, project=project, received_ns=received_ns)
            row = reading.row
            if not policy.keep_content:
                row = strip_content(row)
            if policy.redactor is not None:
                row = policy.redactor.row(row)
            batch.spans.append(row)
            batch.scores.extend(reading.scores)
        return batch

    def _read_logs(self, project: str, records: list[LogRecord], received_ns: int) -> Batch:
        policy = self._policy_of(project)
        redactor = policy.redactor
        batch = Batch(project, received_ns)
        seen: Counter[str] = Counter()
        for position, record in enumerate(records):
            reading = read_log(record, project=project, received_ns=received_ns, position=position)
            seen[reading.row.record_id] += 1
            repeat = seen[reading.row.record_id] - 1
            if repeat:  # equal records of one request are several records
                reading = read_log(
                    record, project=project, received_ns=received_ns, position=position, repeat=repeat
                )
            batch.logs.append(redactor.row(reading.row) if redactor else reading.row)
            if reading.facts is not None:
                batch.log_facts.append(redactor.facts(reading.facts) if redactor else reading.facts)
            if reading.content is not None and policy.keep_content:
                content = reading.content
                batch.log_messages.append(redactor.row(content) if redactor else content)
            batch.scores.extend(reading.scores)
        return batch
