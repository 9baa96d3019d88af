"""Two servers, foreign formats, read-only folders: refused with a sentence, and nothing touched."""

import contextlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sonde.model.errors import StartError
from sonde.store.folder import FORMAT, FORMAT_FILE, DataFolder
from sonde.store.opening import Store
from tests.fault.store.conftest import Child


def test_second_server_names_the_first(tmp_path: Path, child: Callable[..., Child]) -> None:
    process = child("hold", tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    with pytest.raises(StartError, match=rf"process {process.pid}"):
        DataFolder.take(tmp_path)
    process.kill()
    process.wait(20)
    DataFolder.take(tmp_path).release()  # a stale lock is no lock


def test_newer_format_is_left_untouched(tmp_path: Path) -> None:
    (tmp_path / FORMAT_FILE).write_text(json.dumps({"format": FORMAT + 1}))
    with pytest.raises(StartError, match="newer Sonde"):
        DataFolder.take(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FORMAT_FILE]


def test_newer_schema_is_refused(tmp_path: Path, opened: Callable[[Path], Store]) -> None:
    store = opened(tmp_path)
    store.engine.execute("INSERT INTO schema_migrations (number, name) SELECT 999, 'later'")
    store.close()
    with pytest.raises(StartError, match="schema 999"):
        opened(tmp_path)


def test_damaged_format_file(tmp_path: Path) -> None:
    (tmp_path / FORMAT_FILE).write_text("{]")
    with pytest.raises(StartError, match="damaged"):
        DataFolder.take(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StartError, match="is a file"):
        DataFolder.take(tmp_path / "file")


def test_read_only_volume(small_volume: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_volume)], check=True)
    with pytest.raises(StartError, match="cannot be written"):
        DataFolder.take(small_volume / "data")
    assert list(small_volume.iterdir()) == []


def test_full_volume_at_start(small_volume: Path) -> None:
    filler = small_volume / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 65_536):
            pass
    with pytest.raises(StartError, match="full"):
        DataFolder.take(small_volume / "data")
