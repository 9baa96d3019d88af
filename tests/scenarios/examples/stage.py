"""An example on stage: a real server to send to, a fake upstream to call, a process that runs the example."""

import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sonde.testing import FakeUpstream, Received
from tests.contract.otlp.target import Served

PATIENCE_S = 60
# What would lead an example away from the stage.
FOREIGN = (
    "SONDE_",
    "OTEL_",
    "OPENAI_",
    "ANTHROPIC_",
    "GEMINI_",
    "GOOGLE_",
    "LITELLM_",
    "LANGSMITH_",
    "LANGCHAIN_",
)
COLUMNS = """
trace_id, response_id, environment, operation, provider, request_model, response_model, status, error_type,
incomplete, streaming, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
cost_usd, cost_state, user_id, session_id, endpoint, prompt_name, prompt_version, tool_calls, content_bytes,
ttft_ms
"""

Row = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """Runs examples and asks the server what arrived."""

    server: Served
    upstream: FakeUpstream
    scratch: Path

    def environment(self, **more: str) -> dict[str, str]:
        """What a program on stage finds in its environment: nothing that leads elsewhere."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        openai = self.upstream.url("openai")
        return {
            **kept,
            "SONDE_URL": f"http://127.0.0.1:{self.server.http_port}",
            "SONDE_SPOOL_DIR": str(self.scratch / "spool"),
            # What the SDK would only log in a user's app shall fail the test.
            "SONDE_RAISE": "1",
            "OPENAI_API_KEY": "sk-example",
            "OPENAI_BASE_URL": openai,
            "OPENAI_API_BASE": openai,
            "ANTHROPIC_API_KEY": "sk-ant-example",
            "ANTHROPIC_BASE_URL": self.upstream.url("anthropic"),
            "GEMINI_API_KEY": "example",
            "GOOGLE_GEMINI_BASE_URL": self.upstream.url("gemini"),
            # It would look for newer prices on the network.
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "PYTHONWARNINGS": "default",
            **more,
        }

    def run(self, command: Sequence[str | Path], **more: str) -> str:
        """Run a program to its end and return what it printed."""
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.scratch,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S * 2,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    def calls(self, service: str, wanted: int) -> list[Row]:
        """The calls of a service, once so many are there."""
        query = f"select {COLUMNS} from calls where service = '{service}' order by time"
        rows: list[Row] = []

        def there() -> bool:
            rows[:] = self.server.sql(query)
            return len(rows) >= wanted

        wait_until(there, lambda: f"{len(rows)} of {wanted} calls: {rows}")
        return [{name: plain(name, value) for name, value in row.items()} for row in rows]

    def spans(self, service: str) -> list[Row]:
        """The spans of a service, in order of time."""
        columns = "name, kind, span_id, parent_span_id, trace_id, attributes"
        return self.server.sql(f"select {columns} from spans where service = '{service}' order by time")


def plain(name: str, value: object) -> object:
    """Counts as numbers: the SQL endpoint sends 64-bit integers as text."""
    counted = name.endswith("_tokens") or name in {"tool_calls", "content_bytes"}
    return int(value) if counted and isinstance(value, str) else value


def wait_until(condition: Callable[[], bool], told: Callable[[], str]) -> None:
    """Ask until it is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, told()
        time.sleep(0.1)


def answered(upstream: FakeUpstream) -> list[Received]:
    """The requests that got a whole answer."""
    return [
        call for call in upstream.wait_for_calls(len(upstream.calls)) if call.usage is not None and call.sent
    ]


def model_of(row: Row) -> str:
    """The model of a call without its provider."""
    return str(row["response_model"] or row["request_model"]).rpartition("/")[2]


def assert_each_landed_once(rows: Sequence[Row], calls: Sequence[Received]) -> None:
    """Every answered request is one call with the upstream's own tokens, its model, and a cost.

    Some instrumentations know the requested model only, and a router's names begin with the provider's.
    """
    truth = Counter(
        (call.response_model, call.usage.input_tokens, call.usage.output_tokens or 0)
        for call in calls
        if call.usage is not None
    )
    good = [row for row in rows if row["status"] == "ok"]
    found = Counter((model_of(row), row["input_tokens"], row["output_tokens"] or 0) for row in good)
    assert found == truth, rows
    for row in good:
        assert row["cost_state"] == "priced", row
        assert float(row["cost_usd"]) > 0, row
        assert row["environment"] == "example", row
