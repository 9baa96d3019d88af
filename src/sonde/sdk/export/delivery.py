"""Brings batches to a server that may be down: send, else spool, and replay when it is back.

While the server is up a batch is sent by the thread that made it. After the first failure batches go to the
spool without touching the network, and one courier thread tries the oldest of them, with growing pauses; when
one arrives, sending is direct again and the courier sends the rest. Redelivery is harmless: the server counts
a span once.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from typing import Protocol

from sonde.sdk.export.batch import Batch, Packed
from sonde.sdk.export.outcome import Outcome
from sonde.sdk.export.suppressed import suppressed
from sonde.sdk.ledger import Ledger
from sonde.sdk.safety import failed, tell_once
from sonde.sdk.spool import Entry, Spool, SpoolFull, clean_others

log = logging.getLogger("sonde")

FIRST_PAUSE_S = 0.5
PAUSE_MAX_S = 10.0
HELD_PAUSE_S = 60.0
RETRY_AFTER_MAX_S = 120.0
TURN_PAUSE_S = 2.0
"""Another process replays the spool: look again after this."""


class Transport(Protocol):
    """One attempt to hand a batch over. Never raises."""

    def send(self, packed: Packed) -> Outcome:
        """Send once."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...

    def after_fork(self) -> None:
        """Forget the parent's connections."""
        ...


class Delivery:
    """Takes batches from any thread. ``spool`` None: what cannot be sent waits in memory, bounded."""

    def __init__(
        self,
        transport: Transport,
        spool: Spool | None,
        ledger: Ledger,
        *,
        rng: Callable[[], float] = random.random,
    ) -> None:
        self._transport = transport
        self._spool = spool
        self._ledger = ledger
        self._rng = rng
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._courier: threading.Thread | None = None
        self._down = False
        self._failures = 0
        self._pause_s = 0.0

    def after_fork(self) -> None:
        """A child begins with the server believed to be up; the parent's spool is everybody's."""
        self._transport.after_fork()
        self._begin()

    @property
    def down(self) -> bool:
        """Whether the last attempt failed."""
        return self._down

    def start(self) -> None:
        """Send what an earlier process left in the spool, and forget what no process will send any more."""
        if self._spool is None:
            return
        removed = clean_others(self._spool)
        if removed:
            log.warning(
                "sonde: %d records for other addresses or keys waited in %s for more than a week and were "
                "removed",
                removed,
                self._spool.root,
            )
        if self._spool.entries():
            self._send_courier()

    def deliver(self, batch: Batch) -> None:
        """Send or keep. Returns when the batch has a place; never raises."""
        try:
            packed = batch.packed()
            if self._down and self._spool is not None:
                self._keep(packed)
                return
            with suppressed():
                outcome = self._transport.send(packed)
            if not self._settled(packed, outcome):
                self._keep(packed)
        except Exception as error:  # noqa: BLE001 — the worker goes on, and the ledger says what is missing
            self._count(batch, "dropped", batch.records, "error")
            failed("sending telemetry", error)

    def flush(self, timeout_s: float) -> bool:
        """Try to empty the spool now. False when something still waits."""
        if self._spool is None:
            return not self._down
        deadline = time.monotonic() + timeout_s
        next_try = 0.0
        while self._spool.entries():
            now = time.monotonic()
            if now >= deadline or self._closing.is_set():
                return False
            if now >= next_try:
                next_try = now + FIRST_PAUSE_S
                self._send_courier()
                self._wake.set()
            # The folder may be in another process's hands: what counts is that it becomes empty.
            self._closing.wait(0.02)
        return True

    def close(self, timeout_s: float) -> None:
        """Stop the courier; what waits stays in the spool for the next process."""
        self._closing.set()
        self._wake.set()
        courier = self._courier
        if courier is not None and courier is not threading.current_thread():
            courier.join(timeout_s)
        self._transport.close()

    def _settled(self, packed: Packed, outcome: Outcome) -> bool:
        """Whether the batch has reached its end; also notes whether the server is there."""
        if outcome.kind in ("later", "held"):
            self._note_failure(outcome)
            return False
        if self._down:
            log.info("sonde: the server is back")
        self._down = False
        self._failures = 0
        if outcome.kind == "refused":
            tell_once("delivery", f"sonde: {outcome.detail}. The batch is dropped and counted.")
            self._count(packed, "dropped", packed.records, "refused")
            return True
        self._count(packed, "stored", packed.records - outcome.rejected)
        if outcome.rejected:
            tell_once("delivery", f"sonde: the server left out {outcome.rejected} records: {outcome.detail}")
            self._count(packed, "dropped", outcome.rejected, "refused")
        return True

    def _note_failure(self, outcome: Outcome) -> None:
        with self._lock:
            self._down = True
            self._failures += 1
            if outcome.kind == "held":
                pause = HELD_PAUSE_S
            else:
                pause = min(FIRST_PAUSE_S * 2 ** min(self._failures - 1, 10), PAUSE_MAX_S)
            pause *= 0.75 + self._rng() / 2  # so that many processes do not come back in one moment
            if outcome.retry_after_s is not None:
                pause = max(pause, min(outcome.retry_after_s, RETRY_AFTER_MAX_S))
            self._pause_s = pause
        keeps = "waits on disk" if self._spool is not None else "waits in memory"
        tell_once("delivery", f"sonde: {outcome.detail}. Telemetry {keeps} and is sent when this is mended.")

    def _keep(self, packed: Packed) -> None:
        if self._spool is None:
            self._hold(packed)
            return
        try:
            self._spool.put(packed)
        except SpoolFull as full:
            tell_once("spool", f"sonde: {full}; more is dropped and counted (spool_bytes_max=)")
            self._count(packed, "dropped", packed.records, "spool_full")
        except OSError as error:
            tell_once(
                "spool",
                f"sonde: the spool cannot be written ({error}); telemetry waits in memory. "
                "Set spool_dir= or SONDE_SPOOL_DIR to a folder that can be",
            )
            self._hold(packed)
        self._send_courier()

    def _hold(self, packed: Packed) -> None:
        """Without a disk: the making thread waits with its batch, and the bounded queue fills behind it."""
        while not self._closing.wait(self._pause_s):
            with suppressed():
                outcome = self._transport.send(packed)
            if self._settled(packed, outcome):
                return
        self._count(packed, "dropped", packed.records, "exit")

    def _count(self, what: Packed | Batch, state: str, records: int, reason: str = "") -> None:
        if what.counted and records:
            self._ledger.add(what.signal, "stored" if state == "stored" else "dropped", records, reason)

    def _send_courier(self) -> None:
        with self._lock:
            if self._closing.is_set() or (self._courier is not None and self._courier.is_alive()):
                return
            self._wake.clear()
            self._courier = threading.Thread(target=self._carry, name="sonde-courier", daemon=True)
            try:
                self._courier.start()
            except RuntimeError:  # the interpreter is ending: the next process replays
                self._courier = None

    def _carry(self) -> None:
        """The courier's life: until the spool is empty."""
        assert self._spool is not None
        try:
            while not self._closing.is_set():
                if self._down and self._wake.wait(self._pause_s):
                    self._wake.clear()  # somebody wants to know now
                with self._spool.turn() as ours:
                    if ours:
                        empty = self._replay(self._spool)
                    else:
                        # Somebody else's turn: whether the server is there shows at our next batch.
                        self._down = False
                        empty = not self._spool.entries()
                if empty:
                    return
                if not ours:
                    self._closing.wait(TURN_PAUSE_S)
        except Exception as error:  # noqa: BLE001 — a thread of ours must not print into the app's output
            failed("replaying the spool", error)

    def _replay(self, spool: Spool) -> bool:
        """Send the oldest until one fails. True when nothing is left."""
        for entry in spool.expired():
            self._ledger.add(entry.signal, "dropped", entry.records, "expired")
            spool.remove(entry)
        while not self._closing.is_set():
            entries = spool.entries()
            if not entries:
                return True
            for entry in entries:
                if self._closing.is_set() or not self._arrived(spool, entry):
                    return False
        return False

    def _arrived(self, spool: Spool, entry: Entry) -> bool:
        packed = spool.read(entry)
        if packed is None:
            return True
        with suppressed():
            outcome = self._transport.send(packed)
        if not self._settled(packed, outcome):
            return False
        spool.remove(entry)
        return True
