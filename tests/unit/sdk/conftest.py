"""Isolation: Sonde's own errors are raised; settings, log lines and variables begin anew."""

import os
from collections.abc import Iterator

import pytest

from sonde.sdk import config, safety


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.startswith(("SONDE_", "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SONDE_RAISE", "1")
    safety.forget()
    yield
    safety.forget()
    config.activate(None)
