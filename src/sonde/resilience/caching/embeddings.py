"""The embedding cache: each text is embedded once, however the batches are cut."""

import sys
import time
import zlib
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from sonde.resilience.arguments import with_argument
from sonde.resilience.caching import modes
from sonde.resilience.caching.complaints import Complaints
from sonde.resilience.caching.entries import Entry, Store
from sonde.resilience.caching.flights import Flight, Flights
from sonde.resilience.caching.front import StoreFront
from sonde.resilience.caching.identity import identity
from sonde.resilience.caching.keys import IGNORED, Unkeyable
from sonde.resilience.caching.keys import key as hash_of
from sonde.resilience.events import AttributeValue, annotate, emit, stating
from sonde.resilience.steps import Await, Steps
from sonde.resilience.wrapping import Call, Policy, Proceed

_ARGUMENTS = ("texts", "input", "inputs", "text", "documents", "sentences", "query")
_FORMAT = b"E1"


class EmbeddingCache(StoreFront, Policy):
    """Keeps the vector of every text.

    Put it around a function that embeds texts::

        @EmbeddingCache(SqliteStore("embeddings.sqlite"))
        def embed(texts: list[str], model: str) -> list[list[float]]: ...

    The function takes a list of texts and returns as many vectors in the same order, or one text and one
    vector. It is called with the texts that are not known yet, each once; all other arguments (model,
    dimensions) are part of the key. Vectors come back as lists of floats, those the function returned.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        argument: str | None = None,
        ttl_s: float = 30 * 86_400.0,
        scope: str | Callable[[], str] = "",
        cost: Callable[[str], float | None] | None = None,
        wait_s: float = 30.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises ValueError when ``ttl_s`` is not positive.

        Args:
            store: Where vectors are kept; a `MemoryStore` of 64 MiB of its own by default.
            argument: The argument that holds the texts; else one of the usual names, or the first argument.
            ttl_s: How long a vector is kept.
            scope: Texts of different scopes never share vectors.
            cost: What embedding a text costs in USD, for telemetry.
            wait_s: How long to wait for a text that another call is embedding.
            clock: Seconds since 1970.
        """
        if not ttl_s > 0:
            raise ValueError(f"ttl_s must be more than 0, not {ttl_s}")
        StoreFront.__init__(self, store)
        self._argument = argument
        self._ttl_s = ttl_s
        self._scope = scope
        self._cost = cost
        self._wait_s = wait_s
        self._clock = clock
        self._flights = Flights()
        self._complaints = Complaints()

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Answer with known vectors, and call for the others."""
        name = self._texts_argument(call)
        asked = None if name is None else call.arguments[name]
        if name is None or modes.mode() == "bypass" or not _are_texts(asked):
            self._counts.add(bypassed=1)
            return (yield from proceed(call))
        texts = [asked] if isinstance(asked, str) else list(cast("Sequence[str]", asked))
        keys = self._keys(call, name, texts)
        if keys is None:
            self._counts.add(bypassed=len(texts))
            return (yield from proceed(call))
        wanted = dict(zip(keys, texts, strict=True))
        known: dict[str, Any] = {}
        if modes.mode() == "use":
            found = yield from self._look_up(wanted)
            known = {key: vector for key, (_, vector) in found.items()}
        self._tell(wanted, len(known))
        missing = {key: text for key, text in wanted.items() if key not in known}
        if missing:
            known |= yield from self._fetch(call, proceed, name, missing, one=isinstance(asked, str))
        vectors = [known[key] for key in keys]
        return vectors[0] if isinstance(asked, str) else vectors

    def _fetch(
        self, call: Call, proceed: Proceed, name: str, missing: Mapping[str, str], *, one: bool
    ) -> Steps[dict[str, Any]]:
        """Vectors of texts that are not in the store: some are under way, the others called for."""
        boarded = {key: self._flights.board(key) for key in missing}
        mine = {key: flight for key, (flight, is_mine) in boarded.items() if is_mine}
        fetched: dict[str, Any] = {}
        try:
            # Somebody may have been quicker between the first look and now.
            found = (yield from self._look_up(mine)) if modes.mode() == "use" else {}
            for key, (entry, vector) in found.items():
                fetched[key] = vector
                self._flights.land(mine[key], entry)
            texts = {key: missing[key] for key in mine if key not in fetched}
            if texts:
                fetched |= yield from self._embed(call, proceed, name, texts, one=one)
                yield from self._keep(mine, texts, fetched)
        except Exception as error:
            for flight in mine.values():
                self._flights.land(flight, None, error)
            raise
        finally:
            for flight in mine.values():
                self._flights.abandon(flight)
        # Our own are landed: two calls that wait for each other's texts both get them.
        left: dict[str, str] = {}
        for key, (flight, is_mine) in boarded.items():
            if not is_mine:
                vector = yield from self._awaited(flight, call)
                if vector is None:
                    left[key] = missing[key]
                else:
                    fetched[key] = vector
        if left:
            fetched |= yield from self._embed(call, proceed, name, left, one=one)
        return fetched

    def _embed(
        self, call: Call, proceed: Proceed, name: str, texts: Mapping[str, str], *, one: bool
    ) -> Steps[dict[str, Any]]:
        self._counts.add(misses=len(texts))
        asked = next(iter(texts.values())) if one else list(texts.values())
        with stating({"sonde.cache.hit": False}):
            answer = yield from proceed(with_argument(call, name, asked))
        vectors: list[Any] = [answer] if one else list(answer)
        if len(vectors) != len(texts):
            raise ValueError(
                f"{call.name} was given {len(texts)} texts and returned {len(vectors)} vectors: "
                "the embedding cache needs a function that returns one vector for each text, in order"
            )
        return {key: _numbers(vector) for key, vector in zip(texts, vectors, strict=True)}

    def _keep(
        self, mine: Mapping[str, Flight], texts: Mapping[str, str], vectors: Mapping[str, Any]
    ) -> Steps[None]:
        now_s = self._clock()
        entries: dict[str, Entry] = {}
        for key, text in texts.items():
            body = _body(vectors[key])
            if body is None:
                self._counts.add(uncacheable=1)
                self._complaints.say("Vectors that are not lists of numbers are not cached.")
            else:
                entries[key] = Entry(body, now_s, now_s + self._ttl_s, self._cost_of(text))
        yield from self._shelf.ask(None, self._write, entries)
        self._counts.add(stored=len(entries))
        for key, flight in mine.items():
            self._flights.land(flight, entries.get(key))

    def _awaited(self, flight: Flight, call: Call) -> Steps[Any]:
        """The vector somebody else is fetching; None when it does not come."""
        if flight.is_mine(is_async=call.is_async):
            return None
        try:
            entry: Entry | None = yield Await(flight.future, self._wait_s)
        except Exception:  # noqa: BLE001 — that call's own trouble; ours asks for itself
            return None
        vector = None if entry is None else _vector(entry.body)
        if vector is not None:
            self._counts.add(hits=1, coalesced=1)
        return vector

    def _look_up(self, keys: Iterable[str]) -> Steps[dict[str, tuple[Entry, list[float]]]]:
        return (yield from self._shelf.ask({}, self._read, list(keys), self._clock()))

    def _read(self, keys: Sequence[str], now_s: float) -> dict[str, tuple[Entry, list[float]]]:
        """One trip to the store for all texts."""
        found: dict[str, tuple[Entry, list[float]]] = {}
        for key in keys:
            entry = self.store.get(key, now_s)
            vector = None if entry is None else _vector(entry.body)
            if entry is None or vector is None:
                continue
            self.store.hit(key, entry.cost_usd)
            self._counts.add(hits=1, saved_usd=entry.cost_usd)
            found[key] = (entry, vector)
        return found

    def _write(self, entries: Mapping[str, Entry]) -> None:
        for key, entry in entries.items():
            self.store.put(key, entry)

    def _keys(self, call: Call, name: str, texts: Sequence[str]) -> list[str] | None:
        settings = {key: value for key, value in call.arguments.items() if key != name}
        try:
            scope = self._scope if isinstance(self._scope, str) else self._scope()
            around = hash_of(
                {"function": identity(call), "rest": hash_of(settings, ignore=IGNORED)}, scope=scope
            )
            return [hash_of({"around": around, "embedded": text}) for text in texts]
        except Unkeyable as error:
            self._complaints.say(f"{call.name} cannot be cached: {error}.")
        except Exception as error:  # noqa: BLE001 — the host's own function; without a sure key nothing is shared
            self._complaints.say(f"{call.name} was not cached: {type(error).__name__}: {error}.")
        return None

    def _texts_argument(self, call: Call) -> str | None:
        arguments = call.arguments
        if self._argument is not None:
            return self._argument if self._argument in arguments else None
        named = next((name for name in _ARGUMENTS if name in arguments), None)
        return named or next(iter(arguments), None)

    def _cost_of(self, text: str) -> float | None:
        try:
            return None if self._cost is None else self._cost(text)
        except Exception as error:  # noqa: BLE001 — the host's own function; its call has succeeded
            self._complaints.say(f"The cost of a text is not known: {type(error).__name__}: {error}.")
            return None

    def _tell(self, wanted: Mapping[str, str], found: int) -> None:
        told: dict[str, AttributeValue] = {
            "sonde.cache.hit": found == len(wanted),
            "sonde.cache.kind": "embedding",
            "sonde.cache.texts": len(wanted),
            "sonde.cache.texts_found": found,
        }
        annotate(told)
        emit("sonde.cache.hit" if found == len(wanted) else "sonde.cache.miss", told)


def _are_texts(asked: Any) -> bool:
    if isinstance(asked, str):
        return True
    if not isinstance(asked, list | tuple):
        return False
    texts = cast("Sequence[Any]", asked)
    return len(texts) > 0 and all(isinstance(text, str) for text in texts)


def _numbers(vector: Any) -> Any:
    """A vector as a list of floats; what is none stays as it is."""
    if isinstance(vector, str | bytes) or not hasattr(vector, "__iter__"):
        return vector
    try:
        return [float(value) for value in vector]
    except (TypeError, ValueError):
        return vector


def _body(vector: Any) -> bytes | None:
    if not isinstance(vector, list) or not all(
        isinstance(value, float) for value in cast("list[Any]", vector)
    ):
        return None
    values = array("d", cast("list[float]", vector))
    if sys.byteorder == "big":
        values.byteswap()
    raw = values.tobytes()
    return _FORMAT + zlib.crc32(raw).to_bytes(4, "big") + raw


def _vector(body: bytes) -> list[float] | None:
    raw = body[6:]
    if body[:2] != _FORMAT or len(raw) % 8 or zlib.crc32(raw) != int.from_bytes(body[2:6], "big"):
        return None
    values = array("d", raw)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tolist()
