"""Every store keeps the same promises."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from sonde.resilience.caching import Entry, Hits, MemoryStore, RedisStore, SqliteStore, Store

NOW = 1_900_000_000.0


def name(number: int) -> str:
    return sha256(str(number).encode()).hexdigest()


def entry(text: bytes = b"answer", **changes: object) -> Entry:
    fields = {"body": text, "created_s": NOW, "expires_s": NOW + 60, "cost_usd": 0.25, **changes}
    return Entry(**fields)  # type: ignore[arg-type]


def held(store: Store) -> int:
    assert isinstance(store, MemoryStore | SqliteStore | RedisStore)
    return store.bytes_held if isinstance(store, MemoryStore) else store.bytes_held()


def test_what_is_put_is_got(store: Store) -> None:
    put = entry(bytes(range(256)), frame="f", vector=b"\x00\xff" * 8)
    store.put(name(1), put)
    assert store.get(name(1), NOW) == put
    assert store.get(name(2), NOW) is None


def test_an_unknown_cost_stays_unknown(store: Store) -> None:
    store.put(name(1), entry(cost_usd=None))
    got = store.get(name(1), NOW)
    assert got is not None
    assert got.cost_usd is None
    assert store.hit(name(1), None) == 1
    assert store.top(5) == [Hits(name(1), 1, None)]


def test_an_entry_ends_with_its_time(store: Store) -> None:
    store.put(name(1), entry())
    assert store.get(name(1), NOW + 59.9) is not None
    assert store.get(name(1), NOW + 60) is None


def test_what_expired_makes_room(store: Store) -> None:
    for number in range(8):
        store.put(name(number), entry(b"x" * 900))
    store.put(name(100), entry(b"y" * 900, created_s=NOW + 100, expires_s=NOW + 200))
    assert store.get(name(100), NOW + 100) is not None
    if not isinstance(store, MemoryStore):  # which drops what expired when it is asked for, or needs the room
        assert held(store) == entry(b"y" * 900).bytes_held


def test_a_newer_answer_replaces_and_keeps_the_hits(store: Store) -> None:
    store.put(name(1), entry(b"old"))
    store.hit(name(1), 0.5)
    store.put(name(1), entry(b"newer"))
    got = store.get(name(1), NOW)
    assert got is not None
    assert got.body == b"newer"
    assert store.hit(name(1), 0.5) == 2
    assert held(store) == entry(b"newer").bytes_held


def test_hits_are_counted_per_key(store: Store) -> None:
    for number in range(3):
        store.put(name(number), entry())
        for _ in range(number):
            store.hit(name(number), 0.25)
    assert store.top(10) == [Hits(name(2), 2, 0.5), Hits(name(1), 1, 0.25)]
    assert len(store.top(1)) == 1
    assert store.hit(name(9), 1.0) == 0


def test_the_bound_holds_and_the_least_used_goes(store: Store) -> None:
    size = entry(b"x" * 744).bytes_held
    assert size == 1000
    for number in range(10):
        store.put(name(number), entry(b"x" * 744, created_s=NOW + number, expires_s=NOW + 9999))
    assert held(store) == 10_000
    assert store.get(name(0), NOW + 500) is not None  # used: now the newest
    for number in range(10, 13):
        store.put(name(number), entry(b"x" * 744, created_s=NOW + 600 + number, expires_s=NOW + 9999))
        assert held(store) == 10_000
    there = {number for number in range(13) if store.get(name(number), NOW + 700) is not None}
    assert there == {0, 4, 5, 6, 7, 8, 9, 10, 11, 12}


def test_what_is_larger_than_the_store_is_not_kept(store: Store) -> None:
    store.put(name(1), entry())
    store.put(name(2), entry(b"x" * 20_000))
    assert store.get(name(2), NOW) is None
    assert store.get(name(1), NOW) is not None


def test_delete_and_clear(store: Store) -> None:
    for number in range(4):
        store.put(name(number), entry(frame="f"))
        store.hit(name(number), 1.0)
    store.delete(name(0))
    store.delete(name(99))
    assert store.get(name(0), NOW) is None
    assert len(store.frame("f", NOW, 10)) == 3
    assert held(store) == 3 * entry().bytes_held
    store.clear()
    assert store.get(name(1), NOW) is None
    assert store.frame("f", NOW, 10) == []
    assert list(store.top(10)) == []
    assert held(store) == 0
    store.put(name(1), entry())
    assert held(store) == entry().bytes_held


def test_a_frame_lists_its_live_vectors_newest_first(store: Store) -> None:
    for number in range(5):
        stored = entry(frame="f" if number else "g", vector=bytes([number]), created_s=NOW + number)
        store.put(name(number), stored)
    store.put(name(9), entry(frame="f", vector=b"gone", created_s=NOW - 100, expires_s=NOW - 1))
    assert list(store.frame("f", NOW, 3)) == [(name(n), bytes([n])) for n in (4, 3, 2)]
    assert list(store.frame("g", NOW, 3)) == [(name(0), b"\x00")]
    assert list(store.frame("", NOW, 3)) == []
    store.put(name(1), entry(frame="g", vector=b"moved", created_s=NOW + 9))
    assert list(store.frame("g", NOW, 9)) == [(name(1), b"moved"), (name(0), b"\x00")]
    assert [key for key, _ in store.frame("f", NOW, 9)] == [name(n) for n in (4, 3, 2)]


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def shared_store(request: pytest.FixtureRequest) -> Store:
    return request.getfixturevalue(f"{request.param}_store")


def test_a_lease_is_one_owners(shared_store: Store) -> None:
    assert shared_store.lease(name(1), "a", 60)
    assert not shared_store.lease(name(1), "b", 60)
    assert shared_store.lease(name(2), "b", 60)
    shared_store.release(name(1), "b")
    assert not shared_store.lease(name(1), "b", 60)
    shared_store.release(name(1), "a")
    assert shared_store.lease(name(1), "b", 60)


def test_a_lease_ends_by_itself(shared_store: Store) -> None:
    assert shared_store.lease(name(1), "a", 0.05)
    deadline = time.monotonic() + 20
    while not shared_store.lease(name(1), "b", 60):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    shared_store.release(name(1), "a")  # too late: it is another's
    assert not shared_store.lease(name(1), "c", 60)


def test_threads_that_open_a_new_file_at_once_all_get_in(tmp_path: Path) -> None:
    # SQLite answers "locked" at once to the second of two connections that switch a file to WAL.
    for number in range(20):
        store = SqliteStore(tmp_path / f"{number}.db")
        barrier = threading.Barrier(8, timeout=60)

        def ask(store: SqliteStore = store, barrier: threading.Barrier = barrier) -> Entry | None:
            barrier.wait()
            return store.get("k", 0.0)

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(lambda _, ask=ask: ask(), range(8))) == [None] * 8
        store.close()
