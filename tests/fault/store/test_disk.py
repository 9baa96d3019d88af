"""A disk that is full or read-only while the store runs: reads go on, writes fail plainly and recover."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sonde.model.errors import StorageFull, StorageReadOnly
from sonde.store.opening import Store
from tests.fault.store.child import SPANS_PER_BATCH, batch


def count(store: Store) -> int:
    return store.engine.query("SELECT count() FROM sql_calls").scalar()


def test_full_disk(small_volume: Path, opened: Callable[[Path], Store]) -> None:
    store = opened(small_volume / "data")
    store.engine.write(batch(0))
    filler, written = small_volume / "filler", 0
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 65_536) == 65_536:
                pass
        except OSError:
            pass
    with pytest.raises(StorageFull):  # noqa: PT012  which write is the first to fail is the disk's choice
        for number in range(1, 100):
            store.engine.write(batch(number))
            written = number
    assert count(store) >= written * SPANS_PER_BATCH
    filler.unlink()
    for number in range(written + 1, written + 4):
        store.engine.write(batch(number))
    expected = (written + 4) * SPANS_PER_BATCH
    assert count(store) == expected
    store.close()
    assert count(opened(small_volume / "data")) == expected


@pytest.fixture
def freeze(tmp_path: Path) -> Iterator[Callable[[bool], None]]:
    """Make a folder immutable and back. The engine keeps a file open for writing, so a volume cannot be
    remounted read-only under it.
    """

    def change(frozen: bool) -> None:
        flag = "+i" if frozen else "-i"
        folders = [
            str(path) for path in (tmp_path, *tmp_path.rglob("*")) if path.is_dir() and not path.is_symlink()
        ]
        done = subprocess.run(["chattr", flag, *folders], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no immutable files here: {done.stderr.strip()[:200]}")

    yield change
    subprocess.run(["chattr", "-R", "-i", str(tmp_path)], check=False, capture_output=True)


def test_folder_turned_read_only(
    tmp_path: Path, freeze: Callable[[bool], None], opened: Callable[[Path], Store]
) -> None:
    store = opened(tmp_path)
    store.engine.write(batch(0))
    freeze(True)
    with pytest.raises(StorageReadOnly):
        store.engine.write(batch(1))
    assert count(store) == SPANS_PER_BATCH
    freeze(False)
    store.engine.write(batch(1))
    assert count(store) == 2 * SPANS_PER_BATCH
