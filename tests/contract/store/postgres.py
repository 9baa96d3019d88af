"""A PostgreSQL server of our own for a test session, on loopback, with an empty database per test."""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.needs import postgres_bin


def as_postgres(*command: str) -> list[str]:
    """PostgreSQL refuses to run as root: then it runs as Debian's user for it."""
    if os.geteuid() != 0:
        return list(command)
    runuser = shutil.which("runuser") or "/usr/sbin/runuser"
    return [runuser, "-u", "postgres", "--", *command]


def run(*command: str) -> None:
    done = subprocess.run(as_postgres(*command), capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running server, without a database name."""
    # Socket paths are short, and the folders above must be readable by the other user: not pytest's own.
    folder = Path(tempfile.gettempdir()) / f"sonde-pg-{uuid.uuid4().hex[:8]}"
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    bin_ = postgres_bin()
    assert bin_ is not None
    data = folder / "data"
    try:
        run(
            str(bin_ / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
        run(str(bin_ / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"127.0.0.1:{port}"
        finally:
            run(str(bin_ / "pg_ctl"), "-D", str(data), "-m", "fast", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """SQLAlchemy address of a new, empty database."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(f"postgresql://postgres@{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"postgresql+psycopg://postgres@{postgres_server}/{name}"
