"""H38, H41, H42 with the whole server: a folder it may not use is refused in one sentence, exit status 1."""

import hashlib
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.otlp import build
from tests.contract.otlp.client import post
from tests.contract.otlp.target import served
from tests.fault.volumes import small_volume

pytestmark = pytest.mark.fault

BODY = build.traces(build.span()).SerializeToString()


def refused(data: Path, *options: str) -> str:
    """What a server says that does not start; it ends by itself with status 1 and without a traceback."""
    command = [str(Path(sys.executable).parent / "sonde"), "serve", "--data-dir", str(data), "--port", "0"]
    done = subprocess.run(
        [*command, "--otlp-grpc-port", "0", *options],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=data.parent,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if not re.match(r"\d{4}-\d\d-\d\d ", line)]
    assert said[0].startswith("sonde: ")
    assert len(said) <= 2, said
    return "\n".join(said)


def content(folder: Path) -> dict[str, str]:
    """Every file and what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_h41_a_second_server_names_the_first_and_harms_nothing(tmp_path: Path) -> None:
    with served(tmp_path) as first:
        assert first._process is not None
        said = refused(tmp_path / "data")
        assert f"process {first._process.pid}" in said
        assert post(first.http_port, BODY).status == 200
        assert len(first.sql("select trace_id from spans")) == 1
        # The lock of a process that is gone is nobody's.
        first.stop(signal.SIGKILL)
        first.start()
        assert len(first.sql("select trace_id from spans")) == 1


def test_h38_a_read_only_folder_at_start(tmp_path: Path) -> None:
    with small_volume(tmp_path, 64) as volume:
        with served(volume.path) as server:
            assert post(server.http_port, BODY).status == 200
            assert server.stop() == 0
        volume.read_only()
        before = content(volume.path)
        said = refused(volume.path / "data")
        assert "cannot be written" in said
        assert str(volume.path / "data") in said
        assert "cannot be written" in refused(volume.path / "new")
        assert content(volume.path) == before
        volume.writable()
        with served(volume.path) as server:
            assert len(server.sql("select trace_id from spans")) == 1


def test_h42_a_folder_of_a_newer_release_is_left_untouched(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        assert post(server.http_port, BODY).status == 200
        assert server.stop() == 0
        data = tmp_path / "data"
        own = (data / "format.json").read_text()
        (data / "format.json").write_text(json.dumps({"format": 999}))
        before = content(data)
        assert "newer Sonde" in refused(data)
        assert content(data) == before
        (data / "format.json").write_text(own)
        server.start()
        assert len(server.sql("select trace_id from spans")) == 1


def test_a_port_in_use_is_said_plainly(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        said = refused(tmp_path / "other", "--port", str(server.http_port))
        assert f"Cannot listen on 127.0.0.1:{server.http_port}" in said
