"""The response cache: the same question again is answered from the store instead of the provider."""

import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sonde.resilience.caching import modes
from sonde.resilience.caching.codec import Damaged, Form, Uncacheable, freeze, seal, unseal
from sonde.resilience.caching.complaints import Complaints
from sonde.resilience.caching.effects import Apart
from sonde.resilience.caching.entries import Entry, Store
from sonde.resilience.caching.flights import Abandoned, Flight, Flights
from sonde.resilience.caching.front import StoreFront
from sonde.resilience.caching.identity import identity, name_of
from sonde.resilience.caching.keys import IGNORED, Unkeyable
from sonde.resilience.caching.keys import key as hash_of
from sonde.resilience.caching.recording import Recording
from sonde.resilience.events import AttributeValue, annotate, emit, stating
from sonde.resilience.prices import cost_of_answer
from sonde.resilience.steps import Await, Steps, pause
from sonde.resilience.streams import Stream
from sonde.resilience.wrapping import Call, Policy, Proceed

_POLL_FIRST_S, _POLL_MAX_S = 0.02, 0.5
_COMPRESSES_AT_MOST = 16
"""Chunks repeat each other: so much more than an entry may hold is taken down before it is compressed."""


@dataclass(slots=True)
class Question:
    """One request as a cache sees it. All but the key is a semantic cache's."""

    key: str
    frame: str = ""
    """The key of everything around the question's text."""
    text: str = ""
    vector: bytes = b""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer from the store. ``hits``: of its key so far, this one included."""

    key: str
    entry: Entry
    form: Form
    parts: Sequence[Any]
    hits: int
    kind: Literal["exact", "semantic"] = "exact"
    similarity: float | None = None


class ResponseCache(StoreFront, Policy):
    """Answers the same request from a store.

    Put it around any function that makes a model call::

        cached = ResponseCache(ttl_s=3600)(client.chat.completions.create)

    Plain and coroutine functions, generators and functions that return a stream: a streamed answer is
    stored when it was read to its end, and replayed as a stream. Answers come back as they were, as objects
    of their own. Calls with the same request at the same time are made once. A failing store is done without.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        ttl_s: float = 3600.0,
        scope: str | Callable[[], str] = "",
        ignore: Collection[str] = IGNORED,
        key: Callable[[Mapping[str, Any]], str] | None = None,
        cacheable: Callable[[Any], bool] | None = None,
        cost: Callable[[Any], float | None] | None = cost_of_answer,
        entry_bytes_max: int = 4 << 20,
        wait_s: float = 30.0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Any] | None = None,
    ) -> None:
        """Raises ValueError when ``ttl_s`` is not positive.

        Args:
            store: Where answers are kept; a `MemoryStore` of 64 MiB of its own by default.
            ttl_s: How long an answer is good for.
            scope: Requests of different scopes never share answers: a tenant, a user, or what says it.
            ignore: Arguments that are not part of the question.
            key: Says the key of a request (its arguments by name) instead of the canonical hash.
            cacheable: Whether an answer (a stream's list of chunks) may be stored; all but None by default.
            cost: What an answer cost in USD, for telemetry; None for unknown.
            entry_bytes_max: Larger answers are not stored; a stream is no longer recorded from there on.
            wait_s: How long to wait for the same call under way, here or in another process.
            clock: Seconds since 1970. Processes that share a store need about the same time.
            sleep: Waits between looks at the store while another process fetches the answer.
        """
        if not ttl_s > 0:
            raise ValueError(f"ttl_s must be more than 0, not {ttl_s}")
        StoreFront.__init__(self, store)
        self._ttl_s = ttl_s
        self._scope = scope
        self._ignore = frozenset(ignore)
        self._key = key
        self._cacheable = cacheable
        self._cost = cost
        self._entry_bytes_max = entry_bytes_max
        self._wait_s = wait_s
        self._clock = clock
        self._sleep = sleep
        self._flights = Flights()
        self._complaints = Complaints()

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Answer from the store, or make the call and store its answer."""
        mode = modes.mode()
        question = None if mode == "bypass" else (yield from self._question(call))
        if question is None:
            self._counts.add(bypassed=1)
            return (yield from proceed(call))
        if mode == "use":
            found = yield from self._look_up(question)
            if found is not None:
                return self._answered(call, found)
        while True:
            flight, is_mine = self._flights.board(question.key)
            if is_mine:
                return (yield from self._fetch(call, proceed, question, flight, look=mode == "use"))
            if mode == "refresh" or flight.is_mine(is_async=call.is_async):
                break
            try:
                entry = yield Await(flight.future, self._wait_s)
            except Abandoned:
                continue
            except TimeoutError:
                if flight.future.done():
                    raise  # it is the call's own
                break
            found = None if entry is None else (yield from self._shared(question, entry))
            if found is None:
                break
            self._counts.add(coalesced=1)
            return self._answered(call, found)
        return (yield from self._make(call, proceed, question))

    # What a semantic cache does otherwise.

    def _question(self, call: Call) -> Steps[Question | None]:
        """The question of a call; None when it cannot be keyed."""
        yield from ()
        key = self._key_of(call, call.arguments)
        return None if key is None else Question(key)

    def _look_up(self, question: Question) -> Steps[Found | None]:
        """The stored answer to a question."""
        return (yield from self._read(question.key))

    # Steps of a call.

    def _key_of(self, call: Call, request: Mapping[str, Any]) -> str | None:
        try:
            scope = self._scope if isinstance(self._scope, str) else self._scope()
            if self._key is not None:
                return hash_of({"key": self._key(request), "function": name_of(call)}, scope=scope)
            question = hash_of(request, ignore=self._ignore, scope=scope)
            return hash_of({"request": question, "function": identity(call)})
        except Unkeyable as error:
            self._complaints.say(
                f"{call.name} cannot be cached: {error}. Give the cache a key= that names the request."
            )
        except Exception as error:  # noqa: BLE001 — the host's own functions; without a sure key nothing is shared
            self._complaints.say(f"{call.name} was not cached: {type(error).__name__}: {error}.")
        return None

    def _read(self, key: str) -> Steps[Found | None]:
        read: tuple[Entry, int] | None = yield from self._shelf.ask(None, self._get, key, self._clock())
        return None if read is None else (yield from self._opened(key, *read))

    def _get(self, key: str, now_s: float) -> tuple[Entry, int] | None:
        """One trip to the store for both: the entry, and its hit counted."""
        entry = self.store.get(key, now_s)
        return None if entry is None else (entry, self.store.hit(key, entry.cost_usd))

    def _shared(self, question: Question, entry: Entry) -> Steps[Found | None]:
        """The answer of a flight that somebody else landed."""
        hits: int = yield from self._shelf.ask(0, self.store.hit, question.key, entry.cost_usd)
        return (yield from self._opened(question.key, entry, hits))

    def _opened(self, key: str, entry: Entry, hits: int) -> Steps[Found | None]:
        try:
            form, parts = unseal(entry.body)
        except Damaged as error:
            self._complaints.say(f"A stored answer was damaged and is forgotten: {error}.")
            yield from self._shelf.ask(None, self.store.delete, key)
            return None
        return Found(key, entry, form, parts, hits)

    def _answered(self, call: Call, found: Found) -> Any:
        saved = found.entry.cost_usd
        self._counts.add(hits=1, saved_usd=saved)
        told: dict[str, AttributeValue] = {
            "sonde.cache.hit": True,
            "sonde.cache.kind": found.kind,
            "sonde.cache.key": found.key,
            "sonde.cache.hits": found.hits,
            "sonde.cache.age_s": round(max(0.0, self._clock() - found.entry.created_s), 3),
        }
        if saved is not None:
            told["sonde.cache.saved_usd"] = saved
        if found.similarity is not None:
            told["sonde.cache.similarity"] = round(found.similarity, 4)
        annotate(told)
        # There is no call's span to say it: the event names the model that was not asked.
        emit("sonde.cache.hit", told if call.model is None else {**told, "gen_ai.request.model": call.model})
        if found.form == "answer":
            return found.parts[0]
        return Stream.replay(found.parts, is_async=found.form == "async stream")

    def _make(self, call: Call, proceed: Proceed, question: Question) -> Steps[Any]:
        self._counts.add(misses=1)
        told: dict[str, AttributeValue] = {"sonde.cache.hit": False, "sonde.cache.key": question.key}
        emit("sonde.cache.miss", told)
        with stating(told):
            return (yield from proceed(call))

    def _fetch(
        self, call: Call, proceed: Proceed, question: Question, flight: Flight, *, look: bool
    ) -> Steps[Any]:
        """Make the call for everybody who waits for it."""
        owner = secrets.token_hex(8)
        try:
            found = yield from self._leased(question, owner, look=look)
            if found is not None:
                self._flights.land(flight, found.entry)
                yield from self._release(question, owner)
                return self._answered(call, found)
            answer = yield from self._make(call, proceed, question)
            if isinstance(answer, Stream):
                return self._recorded(answer, question, flight, owner)
            yield from self._land(question, flight, owner, "answer", self._frozen(answer))
            return answer
        except Exception as error:
            self._flights.land(flight, None, error)
            yield from self._release(question, owner)
            raise
        except BaseException:
            self._flights.abandon(flight)  # a lease ends by itself: nothing may be waited for here
            raise

    def _recorded(self, stream: Stream, question: Question, flight: Flight, owner: str) -> Stream:
        form: Form = "async stream" if stream.is_async else "stream"

        def finish(frozen: list[bytes] | None) -> Steps[None]:
            return self._land(question, flight, owner, form, frozen)

        def broken(error: BaseException | None) -> None:
            if isinstance(error, Exception):
                self._flights.land(flight, None, error)
            else:
                self._flights.abandon(flight)

        return stream.tap(
            Recording(self._frozen, finish, broken, self._entry_bytes_max * _COMPRESSES_AT_MOST)
        )

    def _land(
        self, question: Question, flight: Flight, owner: str, form: Form, frozen: Sequence[bytes] | None
    ) -> Steps[None]:
        """The answer is there: store it, give it to those who wait, let other processes look."""
        entry = yield from self._keep(question, form, frozen)
        self._flights.land(flight, entry)
        yield from self._release(question, owner)

    def _leased(self, question: Question, owner: str, *, look: bool) -> Steps[Found | None]:
        """Get this question to oneself among processes, or the answer that another one fetched meanwhile."""
        waited = 0.0
        step = _POLL_FIRST_S
        while self.store.blocking and waited < self._wait_s:
            if (yield from self._shelf.ask(True, self.store.lease, question.key, owner, self._wait_s)):
                break
            yield pause(step, self._sleep)
            waited += step
            step = min(step * 2, _POLL_MAX_S)
            found = (yield from self._read(question.key)) if look else None
            if found is not None:
                return found
        # Somebody may have been quicker between the first look and now.
        return (yield from self._read(question.key)) if look else None

    def _release(self, question: Question, owner: str) -> Steps[None]:
        if self.store.blocking:
            yield from self._shelf.ask(None, self.store.release, question.key, owner)

    def _frozen(self, answer: Any) -> list[bytes] | None:
        try:
            return [freeze(answer)]
        except Uncacheable as error:
            self._complaints.say(f"Answers like this one are not cached: {error}.")
            return None

    def _keep(self, question: Question, form: Form, frozen: Sequence[bytes] | None) -> Steps[Entry | None]:
        """Store an answer. None when it cannot or should not be."""
        entry = None if frozen is None else (yield from self._entry(question, form, frozen))
        if entry is None:
            self._counts.add(uncacheable=1)
            return None
        yield from self._shelf.ask(None, self.store.put, question.key, entry)
        self._counts.add(stored=1)
        return entry

    def _entry(self, question: Question, form: Form, frozen: Sequence[bytes]) -> Steps[Entry | None]:
        try:
            body, parts = seal(form, frozen)
            answer = parts[0] if form == "answer" else parts
            wanted = answer is not None if self._cacheable is None else self._cacheable(answer)
            if not wanted or len(body) > self._entry_bytes_max:
                return None
            cost = None if self._cost is None else (yield Apart(self._cost, (answer,)))
        except Uncacheable as error:
            self._complaints.say(f"Answers like this one are not cached: {error}.")
            return None
        except Exception as error:  # noqa: BLE001 — the host's own functions; its call has succeeded
            self._complaints.say(f"An answer was not cached: {type(error).__name__}: {error}.")
            return None
        now_s = self._clock()
        return Entry(body, now_s, now_s + self._ttl_s, cost, question.frame, question.vector)
