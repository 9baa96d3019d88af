"""The journal keeps what it acknowledged, through failures of any disk operation, power cuts and damage."""

import errno
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonde.ingest.journal import Journal, Segment
from sonde.model.errors import SondeError, StorageFull, StorageReadOnly
from sonde.testing.disk import FaultyDisk, fail_nth


def append(journal: Journal, payload: bytes) -> Segment | SondeError:
    """Append and wait for the answer."""
    answers: list[Segment | SondeError] = []
    settled = threading.Event()

    def settle(outcome: Segment | SondeError) -> None:
        answers.append(outcome)
        settled.set()

    journal.append(payload, settle)
    assert settled.wait(10)
    return answers[0]


def replayed(folder: Path) -> list[bytes]:
    """What a new process finds."""
    journal = Journal(folder)
    payloads = [payload for _, payload in journal.replay()]
    journal.close()
    return payloads


def test_acknowledged_records_are_found_by_the_next_process(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(5):
        assert isinstance(append(journal, b"record %d" % number), Segment)
    journal.close()
    assert replayed(tmp_path) == [b"record %d" % number for number in range(5)]


def test_records_in_the_engine_leave_nothing_behind(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_bytes=200)
    for _ in range(20):
        outcome = append(journal, b"x" * 90)
        assert isinstance(outcome, Segment)
        journal.done(outcome)
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_segment_stays_until_its_last_record_is_in_the_engine(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_bytes=200)
    first = [append(journal, b"a" * 80), append(journal, b"b" * 80)]
    second = append(journal, b"c" * 80)
    assert isinstance(first[0], Segment)
    assert isinstance(first[1], Segment)
    assert isinstance(second, Segment)
    assert first[0] is first[1]
    assert second is not first[0]
    journal.done(first[0])
    assert first[0].path.exists()
    journal.done(first[1])
    assert not first[0].path.exists()
    assert second.path.exists()
    journal.close()
    assert replayed(tmp_path) == [b"c" * 80]


def test_a_torn_last_record_is_dropped_and_the_rest_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    append(journal, b"whole")
    append(journal, b"torn by the crash")
    journal.close()
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-4])
    again = Journal(tmp_path)
    assert [payload for _, payload in again.replay()] == [b"whole"]
    assert again.replayed.torn_tails == 1
    assert again.replayed.damaged == []
    again.close()


def test_damage_in_the_middle_is_told_and_the_file_kept_aside(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(3):
        append(journal, b"record %d" % number)
    journal.close()
    (path,) = tmp_path.iterdir()
    data = bytearray(path.read_bytes())
    data[data.index(b"record 1")] ^= 0xFF
    path.write_bytes(bytes(data))
    again = Journal(tmp_path)
    assert [payload for _, payload in again.replay()] == [b"record 0", b"record 2"]
    assert [aside.read_bytes() for aside in again.replayed.damaged] == [bytes(data)]
    again.close()


def test_an_unfilled_page_at_the_end_is_a_torn_tail(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    append(journal, b"whole")
    journal.close()
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + bytes(4096))
    again = Journal(tmp_path)
    assert [payload for _, payload in again.replay()] == [b"whole"]
    assert (again.replayed.torn_tails, again.replayed.damaged) == (1, [])
    again.close()


def test_after_a_roll_nothing_that_is_in_the_engine_can_come_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    first, second = append(journal, b"in the engine"), append(journal, b"on its way")
    assert isinstance(first, Segment)
    assert isinstance(second, Segment)
    journal.done(first)
    journal.roll()
    third = append(journal, b"later")
    assert third is not first
    journal.done(second)
    journal.roll()
    journal.close()
    assert replayed(tmp_path) == [b"later"]


class Stubborn(FaultyDisk):
    """Files that cannot be removed or closed, as on a disk that was made read-only."""

    stubborn = True

    def remove(self, path: Path) -> None:
        if self.stubborn:
            raise OSError(errno.EROFS, "Read-only file system")
        super().remove(path)

    def close(self, descriptor: int) -> None:
        super().close(descriptor)
        if self.stubborn:
            raise OSError(errno.EIO, "Input/output error")


def test_a_file_that_cannot_be_removed_stops_nobody_and_goes_later(tmp_path: Path) -> None:
    disk = Stubborn()
    journal = Journal(tmp_path, disk=disk, segment_bytes=100)
    for number in range(4):
        outcome = append(journal, b"%d" % number * 80)
        assert isinstance(outcome, Segment)
        journal.done(outcome)
    assert len(list(tmp_path.iterdir())) == 4
    disk.stubborn = False
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_finds_nobody_does_not_end_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path)

    def gone(_: Segment | SondeError) -> None:
        raise RuntimeError("Event loop is closed")

    journal.append(b"nobody waits", gone)
    assert isinstance(append(journal, b"somebody does"), Segment)
    journal.close()


@pytest.mark.parametrize(
    ("error", "answer"),
    [(errno.ENOSPC, StorageFull), (errno.EROFS, StorageReadOnly), (errno.EIO, SondeError)],
)
def test_a_failed_write_is_answered_and_the_next_one_succeeds(
    tmp_path: Path, error: int, answer: type[SondeError]
) -> None:
    disk = FaultyDisk(fail_nth(6, error))
    journal = Journal(tmp_path, disk=disk)
    outcomes = [append(journal, b"record %d" % number) for number in range(5)]
    journal.close()
    failed = [outcome for outcome in outcomes if isinstance(outcome, SondeError)]
    assert len(failed) == 1
    assert isinstance(failed[0], answer)
    assert failed[0].retryable
    assert replayed(tmp_path) == [
        b"record %d" % number for number in range(5) if isinstance(outcomes[number], Segment)
    ]


def test_whichever_operation_fails_what_was_acknowledged_survives_a_power_cut(tmp_path: Path) -> None:
    number = 0
    fired = True
    while fired:
        number += 1
        folder = tmp_path / str(number)
        disk = FaultyDisk(fail_nth(number))
        journal = Journal(folder, disk=disk, segment_bytes=100)
        payloads = [b"payload %d " % index + b"." * 30 for index in range(6)]
        outcomes = [append(journal, payload) for payload in payloads]
        journal.close()
        fired = disk.operations >= number
        disk.cut_power()
        acknowledged = [
            p for p, outcome in zip(payloads, outcomes, strict=True) if isinstance(outcome, Segment)
        ]
        found = replayed(folder)
        assert [payload for payload in found if payload in acknowledged] == acknowledged
        assert len(found) == len(set(found))
        assert set(found) <= set(payloads)
    assert number > 10


@settings(max_examples=50, deadline=None)
@given(payloads=st.lists(st.binary(min_size=1, max_size=300), max_size=12), cut=st.integers(0, 4_000))
def test_any_cut_leaves_a_prefix(
    tmp_path_factory: pytest.TempPathFactory, payloads: list[bytes], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder)
    for payload in payloads:
        append(journal, payload)
    journal.close()
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes()[:cut])
    found = replayed(folder)
    assert found == payloads[: len(found)]
