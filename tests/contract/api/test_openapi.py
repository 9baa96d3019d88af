"""Every operation answers what its OpenAPI description promises, whatever it is asked (schemathesis)."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sonde.api.application import bare_api
from tests.contract.api.world import World

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
NOT_HERE = ["/api/v1/backups", "/api/v1/live"]
"""Writes to the disk of the server; never ends."""

schema = schemathesis.openapi.from_dict(bare_api().openapi()).exclude(path=NOT_HERE)


@pytest.fixture(scope="module")
def url(world: World) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(world.local.app, lifespan="off", log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


@schema.parametrize()  # pyright: ignore[reportUntypedFunctionDecorator]
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_answers_are_what_the_description_says(case: "schemathesis.Case[Any]", url: str) -> None:
    response = case.call_and_validate(base_url=url, checks=CHECKS, timeout=60)
    # 503 is an answer too: this world has no keeper of its folder and does not measure itself.
    assert response.status_code < 500 or response.status_code == 503, response.text
