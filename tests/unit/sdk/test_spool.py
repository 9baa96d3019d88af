"""The spool: bounded, private, in order, one replayer at a time."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sonde.sdk.export.batch import Packed, gunzipped, gzipped
from sonde.sdk.spool import AGE_MAX_S, Spool, SpoolFull, clean_others, default_root

HOLDER = """
import fcntl, os, sys
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(descriptor, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def packed(body: bytes = b"x" * 100, records: int = 3) -> Packed:
    return Packed("traces", records, body)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path, "http://a key", 1_000)


def test_nothing_is_made_before_the_first_batch(spool: Spool, tmp_path: Path) -> None:
    assert spool.entries() == []
    assert list(tmp_path.iterdir()) == []


def test_batches_come_back_whole_and_in_order(spool: Spool) -> None:
    for number in range(5):
        spool.put(Packed("logs", number, bytes([number]), counted=number != 3))
    entries = spool.entries()
    assert [entry.records for entry in entries] == [0, 1, 2, 3, 4]
    found = [spool.read(entry) for entry in entries]
    assert found == [Packed("logs", n, bytes([n]), counted=n != 3) for n in range(5)]
    for entry in entries:
        spool.remove(entry)
    assert spool.entries() == []


def test_the_bound_holds_over_all_processes(tmp_path: Path) -> None:
    first, second = Spool(tmp_path, "t", 1_000), Spool(tmp_path, "t", 1_000)
    for number in range(10):
        (first if number % 2 else second).put(packed())
    with pytest.raises(SpoolFull):
        first.put(packed())
    first.remove(first.entries()[0])
    second.put(packed())


def test_only_the_owner_can_read_it(spool: Spool) -> None:
    spool.put(packed())
    assert stat.S_IMODE(spool.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(spool.entries()[0].path.stat().st_mode) == 0o600


def test_targets_do_not_mix(tmp_path: Path) -> None:
    Spool(tmp_path, "http://a key-1", 1_000).put(packed())
    assert Spool(tmp_path, "http://a key-2", 1_000).entries() == []


def test_half_written_and_foreign_files_are_not_batches(spool: Spool) -> None:
    spool.put(packed())
    for name in (
        "x.traces.c.otlp.gz.partial",
        "notes.txt",
        "1-2-3.traces.c.otlp.gz",
        "1-2-3-4.other.c.otlp.gz",
    ):
        (spool.folder / name).write_bytes(b"")
    assert len(spool.entries()) == 1


def test_a_batch_somebody_else_took_is_no_error(spool: Spool) -> None:
    spool.put(packed())
    entry = spool.entries()[0]
    entry.path.unlink()
    assert spool.read(entry) is None
    spool.remove(entry)


def test_old_batches_expire(spool: Spool) -> None:
    spool.put(packed())
    assert spool.expired() == []
    entry = spool.entries()[0]
    old = entry.time_ns - (AGE_MAX_S + 60) * 1_000_000_000
    entry.path.rename(entry.path.with_name(entry.path.name.replace(f"{entry.time_ns:020d}", f"{old:020d}")))
    assert [found.records for found in spool.expired()] == [3]


def test_one_process_replays_at_a_time(spool: Spool) -> None:
    spool.put(packed())
    with spool.turn() as mine, Spool(spool.folder.parent, "http://a key", 1_000).turn() as other:
        assert mine
        assert not other
    with spool.turn() as again:
        assert again


def test_a_killed_process_does_not_keep_the_turn(spool: Spool) -> None:
    spool.put(packed())
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(spool.folder / "replay.lock")],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with spool.turn() as mine:
            assert not mine
        holder.kill()
        holder.wait(30)
        with spool.turn() as mine:
            assert mine


def test_a_root_that_is_a_file_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    spool = Spool(tmp_path / "file", "t", 1_000)
    with pytest.raises(OSError, match="file"):
        spool.put(packed())
    assert spool.entries() == []


def test_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_root() == tmp_path / "sonde" / "spool"


def test_packing_is_reversible() -> None:
    body = os.urandom(1000) + b"a" * 10_000
    assert gunzipped(gzipped(body)) == body


def test_what_other_addresses_left_goes_after_a_week(tmp_path: Path) -> None:
    mine, other, held = (Spool(tmp_path, target, 10_000) for target in ("mine", "other", "held"))
    for one in (mine, other, held):
        one.put(packed())
        old = one.entries()[0]
        age = f"{old.time_ns - (AGE_MAX_S + 60) * 1_000_000_000:020d}"
        old.path.rename(old.path.with_name(age + old.name[20:]))
        one.put(packed(records=5))
    with held.turn() as ours:  # another process replays it
        assert ours
        assert clean_others(mine) == 3
    assert [entry.records for entry in other.entries()] == [5]
    assert [entry.records for entry in mine.entries()] == [3, 5]  # its own are sent, or expire, as they are
    assert [entry.records for entry in held.entries()] == [3, 5]


def test_an_empty_folder_of_another_address_goes_too(tmp_path: Path) -> None:
    mine, other = Spool(tmp_path, "mine", 10_000), Spool(tmp_path, "other", 10_000)
    other.put(packed())
    other.remove(other.entries()[0])
    with other.turn():
        pass
    assert clean_others(mine) == 0
    assert other.folder.is_dir()  # it may be in use
    week_ago = other.folder.stat().st_mtime - AGE_MAX_S - 60
    os.utime(other.folder, (week_ago, week_ago))
    assert clean_others(mine) == 0
    assert not other.folder.exists()
