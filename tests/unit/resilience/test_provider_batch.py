"""The providers' batch interfaces against stand-ins for their clients, shaped as their documentation says."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonde.resilience.failures import Failure, classify
from sonde.resilience.provider_batch import (
    AnthropicBatch,
    BatchItemFailed,
    BatchUnfinished,
    OpenAIBatch,
    run_batch,
    run_batch_async,
    split,
)
from tests.unit.resilience.kit import FakeTime, Listening, ProviderError

REQUESTS = {"a": {"model": "m", "messages": []}, "b": {"model": "m"}, "c": {"model": "m"}}


class OpenAIServer:
    """Ends a job at the third look. ``b`` is refused, ``c`` expires; the whole job fails when told so."""

    def __init__(self, *, whole: str = "", trouble: int = 0) -> None:
        self.uploaded: dict[str, list[Any]] = {}
        self.jobs: dict[str, Any] = {}
        self.looks = 0
        self._whole = whole
        self._trouble = trouble
        self.files = SimpleNamespace(create=self.create_file, content=self.content)
        self.batches = SimpleNamespace(create=self.create_job, retrieve=self.retrieve)

    def create_file(self, *, file: tuple[str, bytes], purpose: str) -> Any:
        assert purpose == "batch"
        assert file[0].endswith(".jsonl")
        name = f"file_{len(self.uploaded)}"
        self.uploaded[name] = [json.loads(line) for line in file[1].splitlines()]
        return SimpleNamespace(id=name)

    def create_job(self, *, input_file_id: str, endpoint: str, completion_window: str) -> Any:
        assert completion_window == "24h"
        assert all(line["url"] == endpoint for line in self.uploaded[input_file_id])
        name = f"job_{len(self.jobs)}"
        self.jobs[name] = input_file_id
        return SimpleNamespace(id=name)

    def retrieve(self, job: str) -> Any:
        self.looks += 1
        if self.looks <= self._trouble:
            raise ProviderError(503)
        if self.looks < 3:
            return SimpleNamespace(status="in_progress")
        if self._whole:
            errors = SimpleNamespace(data=[{"code": "invalid_json_line"}])
            return SimpleNamespace(status=self._whole, output_file_id=None, error_file_id=None, errors=errors)
        return SimpleNamespace(status="completed", output_file_id=f"{job}.out", error_file_id=f"{job}.err")

    def content(self, name: str) -> Any:
        job, kind = name.split(".")
        lines: list[Any] = []
        for line in self.uploaded[self.jobs[job]]:
            own = line["custom_id"]
            if kind == "out" and own not in {"b", "c"}:
                body = {"id": f"chatcmpl_{own}", "model": line["body"]["model"]}
                lines.append(
                    {"custom_id": own, "response": {"status_code": 200, "body": body}, "error": None}
                )
            if kind == "err" and own == "b":
                body = {
                    "error": {"code": "context_length_exceeded", "message": "maximum context length is 5"}
                }
                lines.append(
                    {"custom_id": own, "response": {"status_code": 400, "body": body}, "error": None}
                )
            if kind == "err" and own == "c":
                error = {"code": "batch_expired", "message": "not executed in time"}
                lines.append({"custom_id": own, "response": None, "error": error})
        return SimpleNamespace(content="\n".join(json.dumps(line) for line in lines).encode())


class AnthropicServer:
    """Ends a job at the second look. ``b`` is refused, ``c`` expires."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.looks = 0
        batches = SimpleNamespace(create=self.create, retrieve=self.retrieve, results=self.results)
        self.messages = SimpleNamespace(batches=batches)

    def create(self, *, requests: list[Any]) -> Any:
        self.asked = requests
        return SimpleNamespace(id="msgbatch_1")

    def retrieve(self, job: str) -> Any:
        self.looks += 1
        return SimpleNamespace(processing_status="ended" if self.looks > 1 else "in_progress")

    def _results(self) -> Iterator[Any]:
        invalid = SimpleNamespace(
            error=SimpleNamespace(type="invalid_request_error", message="max_tokens: required")
        )
        results = {
            "a": SimpleNamespace(type="succeeded", message={"id": "msg_a"}),
            "b": SimpleNamespace(type="errored", error=invalid),
            "c": SimpleNamespace(type="expired"),
        }
        for one in self.asked:
            yield SimpleNamespace(custom_id=one["custom_id"], result=results[one["custom_id"]])

    def results(self, job: str) -> Any:
        return list(self._results())


def asynchronous(server: Any) -> Any:
    """The same server behind an asynchronous client."""

    def turned(function: Any) -> Any:
        async def call(*args: Any, **kwargs: Any) -> Any:
            await asyncio.sleep(0)
            result = function(*args, **kwargs)
            return later(result) if isinstance(result, list) else result

        return call

    async def later(items: list[Any]) -> AsyncIterator[Any]:
        for item in items:
            yield item

    def walk(thing: Any) -> Any:
        return SimpleNamespace(
            **{
                name: walk(value) if isinstance(value, SimpleNamespace) else turned(value)
                for name, value in vars(thing).items()
                if isinstance(value, SimpleNamespace) or callable(value)
            }
        )

    return walk(server)


def check_openai(outcome: Any) -> None:
    assert outcome.answers == {"a": {"id": "chatcmpl_a", "model": "m"}}
    assert isinstance(outcome.errors["b"], BatchItemFailed)
    assert outcome.errors["b"].status_code == 400
    assert (
        classify(outcome.errors["b"]) is Failure.POLICY
        or outcome.errors["b"].reason == "context_length_exceeded"
    )
    assert outcome.errors["c"].reason == "batch_expired"


def test_openai(clock: FakeTime, told: Listening) -> None:
    server = OpenAIServer()
    submitted: list[str] = []
    outcome = run_batch(
        OpenAIBatch(server), REQUESTS, clock=clock, sleep=clock.sleep, on_submit=submitted.append
    )
    check_openai(outcome)
    assert server.uploaded["file_0"][0] == {
        "custom_id": "a",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "m", "messages": []},
    }
    assert submitted == ["job_0"]
    assert clock.slept == [30.0, 30.0]
    assert told.named("sonde.batch.collected") == [{"sonde.batch.items": 3, "sonde.batch.failed": 2}]


def test_openai_asynchronously(clock: FakeTime) -> None:
    client = asynchronous(OpenAIServer())
    outcome = asyncio.run(run_batch_async(OpenAIBatch(client), REQUESTS, clock=clock, sleep=clock.sleep))
    check_openai(outcome)


@pytest.mark.parametrize("in_async", [False, True])
def test_anthropic(in_async: bool, clock: FakeTime) -> None:
    server = AnthropicServer()
    if in_async:
        api = AnthropicBatch(asynchronous(server))
        outcome = asyncio.run(run_batch_async(api, REQUESTS, clock=clock, sleep=clock.sleep))
    else:
        outcome = run_batch(AnthropicBatch(server), REQUESTS, clock=clock, sleep=clock.sleep)
    assert server.asked[1] == {"custom_id": "b", "params": {"model": "m"}}
    assert outcome.answers == {"a": {"id": "msg_a"}}
    reasons = {
        own: error.reason for own, error in outcome.errors.items() if isinstance(error, BatchItemFailed)
    }
    assert reasons == {"b": "invalid_request_error", "c": "expired"}


def test_requests_are_split_over_jobs(clock: FakeTime) -> None:
    server = OpenAIServer()
    requests = {str(number): {"model": "m"} for number in range(5)}
    outcome = run_batch(OpenAIBatch(server, max_requests=2), requests, clock=clock, sleep=clock.sleep)
    assert [len(lines) for lines in server.uploaded.values()] == [2, 2, 1]
    assert len(outcome.answers) == 5


def test_trouble_while_looking_is_waited_out(clock: FakeTime) -> None:
    outcome = run_batch(OpenAIBatch(OpenAIServer(trouble=2)), REQUESTS, clock=clock, sleep=clock.sleep)
    assert len(outcome.answers) == 1


def test_a_job_that_takes_too_long_can_be_waited_for_again(clock: FakeTime) -> None:
    server = OpenAIServer()
    with pytest.raises(BatchUnfinished) as caught:
        run_batch(OpenAIBatch(server), REQUESTS, clock=clock, sleep=clock.sleep, timeout_s=10)
    assert caught.value.jobs == ("job_0",)
    outcome = run_batch(OpenAIBatch(server), REQUESTS, jobs=caught.value.jobs, clock=clock, sleep=clock.sleep)
    check_openai(outcome)
    assert len(server.jobs) == 1


@pytest.mark.parametrize("state", ["failed", "expired", "cancelled"])
def test_a_job_that_fails_as_a_whole_is_each_requests_error(state: str, clock: FakeTime) -> None:
    outcome = run_batch(OpenAIBatch(OpenAIServer(whole=state)), REQUESTS, clock=clock, sleep=clock.sleep)
    assert outcome.answers == {}
    assert set(outcome.errors) == set(REQUESTS)


def test_what_the_provider_forgets_is_an_error(clock: FakeTime) -> None:
    server = AnthropicServer()
    server.results = server.messages.batches.results = lambda job: []
    outcome = run_batch(AnthropicBatch(server), REQUESTS, clock=clock, sleep=clock.sleep)
    assert {error.reason for error in outcome.errors.values() if isinstance(error, BatchItemFailed)} == {
        "missing"
    }


@given(
    st.dictionaries(
        st.text(max_size=5), st.fixed_dictionaries({"input": st.text(max_size=200)}), max_size=30
    ),
    st.integers(1, 7),
    st.integers(1_500, 5_000),
)
def test_parts_keep_the_bounds_the_order_and_everything(
    requests: dict[str, Any], max_requests: int, max_bytes: int
) -> None:
    parts = split(requests, max_requests, max_bytes)
    assert [own for part in parts for own in part] == list(requests)
    for part in parts:
        assert 1 <= len(part) <= max_requests
        lines = (
            {"custom_id": own, "method": "POST", "url": "/v1/chat/completions", "body": body}
            for own, body in part.items()
        )
        assert sum(len(json.dumps(line, ensure_ascii=False).encode()) + 1 for line in lines) <= max_bytes


def test_a_request_that_is_too_large_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="'big'"):
        split({"big": {"input": "x" * 1_000}}, 10, 500)
