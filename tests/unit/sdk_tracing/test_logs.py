"""The same JSON line from the standard library, structlog and loguru."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from loguru import logger as loguru_logger

from sonde.sdk import config
from sonde.sdk.context import context
from sonde.sdk.logs import (
    JsonFormatter,
    encode,
    json_logging,
    loguru_patcher,
    loguru_sink,
    structlog_processor,
    structlog_renderer,
)
from sonde.sdk.spans import span
from tests.unit.sdk_tracing.conftest import Telemetry

LINE = {
    "level": "warn",
    "message": "nearly empty",
    "service": "shop",
    "user.id": "ada",
    "left": 2,
}


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    made = logging.getLogger("app.tests")
    made.propagate = False
    yield made
    made.handlers.clear()
    made.propagate = True


def check(line: dict[str, Any], trace_id: str, span_id: str) -> None:
    assert {key: line[key] for key in LINE} == LINE
    assert (line["trace_id"], line["span_id"]) == (trace_id, span_id)
    assert line["time"].endswith("Z")
    assert isinstance(line["logger"], str)


def test_the_standard_library(telemetry: Telemetry, logger: logging.Logger) -> None:
    config.activate(config.Config(service="shop"))
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    with context(user="ada"), span("work") as work:
        logger.warning("nearly %s", "empty", extra={"left": 2})
    logger.error("outside")
    inside, outside = [json.loads(line) for line in stream.getvalue().splitlines()]
    check(inside, work.trace_id, work.span_id)
    assert "trace_id" not in outside


def test_structlog(telemetry: Telemetry) -> None:
    config.activate(config.Config(service="shop"))
    stream = io.StringIO()
    log = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[structlog.processors.add_log_level, structlog_processor, structlog_renderer],
    )
    with context(user="ada"), span("work") as work:
        log.warning("nearly empty", left=2)
        try:
            raise KeyError("k")
        except KeyError:
            log.exception("bad")
    first, second = [json.loads(line) for line in stream.getvalue().splitlines()]
    check(first, work.trace_id, work.span_id)
    assert second["error"]["type"] == "KeyError"
    assert second["level"] == "error"


def test_loguru(telemetry: Telemetry) -> None:
    config.activate(config.Config(service="shop"))
    stream = io.StringIO()
    loguru_logger.remove()
    number = loguru_logger.add(loguru_sink(stream), level="DEBUG")
    try:
        with context(user="ada"), span("work") as work:
            loguru_logger.bind(left=2).warning("nearly {}", "empty")
            try:
                raise KeyError("k")
            except KeyError:
                loguru_logger.exception("bad")
    finally:
        loguru_logger.remove(number)
    first, second = [json.loads(line) for line in stream.getvalue().splitlines()]
    check(first, work.trace_id, work.span_id)
    assert (second["level"], second["error"]["type"]) == ("error", "KeyError")


def test_lorgurus_own_sinks_have_the_ids(telemetry: Telemetry) -> None:
    seen: list[str] = []
    patched = loguru_logger.patch(loguru_patcher)  # pyright: ignore[reportArgumentType]
    loguru_logger.remove()
    number = loguru_logger.add(
        lambda message: seen.append(str(message)), format="{extra[trace_id]} {message}"
    )
    try:
        with span("work") as work:
            patched.info("hello")
    finally:
        loguru_logger.remove(number)
    assert seen == [f"{work.trace_id} hello\n"]


def test_to_a_file_and_back(logger: logging.Logger, tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    undo = json_logging(f"file:{path}", logger=logger)
    logger.info("one")
    logger.debug("not this")
    undo()
    logger.error("nor this")
    assert [json.loads(line)["message"] for line in path.read_text().splitlines()] == ["one"]


def test_to_the_server(telemetry: Telemetry, logger: logging.Logger) -> None:
    undo = json_logging("otlp", logger=logger)
    with context(session="s"), span("work") as work:
        try:
            raise ValueError("bad")
        except ValueError:
            logger.exception("failed", extra={"left": 2})
    undo()
    (record,) = telemetry.logs
    assert (record.body, record.severity_text, record.severity_number.value) == ("failed", "error", 17)
    assert (f"{record.trace_id:032x}", f"{record.span_id:016x}") == (work.trace_id, work.span_id)
    attributes = dict(record.attributes)
    assert attributes["exception.type"] == "ValueError"
    assert attributes["session.id"] == "s"
    assert attributes["left"] == 2


def test_our_own_records_are_not_sent(telemetry: Telemetry) -> None:
    own = logging.getLogger("sonde.export")
    undo = json_logging("otlp", logger=own)
    own.warning("cannot send")
    undo()
    assert telemetry.logs == []


def test_an_unknown_target_is_told(logger: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    json_logging("stdoot", logger=logger)()
    assert "'stdoot' is not stdout, stderr, file:PATH, otlp" in caplog.text


def test_errors_are_in_the_line() -> None:
    try:
        raise RuntimeError("no")
    except RuntimeError as error:
        found = (type(error), error, error.__traceback__)
    record = logging.makeLogRecord(
        {"msg": "failed %d", "args": ("not a number",), "exc_info": found, "levelno": 40}
    )
    line = json.loads(JsonFormatter().format(record))
    assert line["error"]["type"] == "RuntimeError"
    assert "Traceback" in line["error"]["stack"]
    assert line["message"].startswith("failed %d")


@pytest.mark.parametrize(
    "value",
    [float("nan"), 1 << 90, "a\ud800b", object(), {1: object()}, {("a", 1): 2}, b"x", {1, 2}],
)
def test_any_value_makes_a_line(value: object) -> None:
    line = encode({"message": "m", "value": value})
    assert "\n" not in line
    assert json.loads(line)["message"] == "m"
