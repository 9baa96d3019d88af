"""The providers' own batch interfaces: half the price, an answer within a day. Submit, wait, collect.

    outcome = run_batch(OpenAIBatch(client), {"a": {"model": …, "messages": […]}, "b": {…}})
    outcome.answers["a"], outcome.errors["b"]

A job outlives this process: ``BatchUnfinished.jobs`` (or ``on_submit``) are what ``jobs=`` takes to go on
waiting.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from sonde.resilience import events
from sonde.resilience.errors import ResilienceError
from sonde.resilience.failures import PASSING, classify
from sonde.resilience.lookup import get
from sonde.resilience.outcome import BatchOutcome
from sonde.resilience.steps import Do, End, Pull, Steps, pause, run_async, run_sync

Requests = Mapping[str, Mapping[str, Any]]
"""Own id → the arguments of one call, as the client's ordinary method takes them."""
Found = BatchOutcome[str, Any]


class BatchItemFailed(ResilienceError):
    """One request of a batch failed, the others did not. ``status_code`` is ``None`` where there is none."""

    status = 502
    code = "batch-item-failed"

    def __init__(self, request_id: str, reason: str, message: str, status_code: int | None = None) -> None:
        super().__init__(f"Request {request_id!r} of the batch failed ({reason}): {message}")
        self.request_id = request_id
        self.reason = reason
        self.status_code = status_code


class BatchUnfinished(ResilienceError):
    """Not all jobs ended in time. They go on: call again with ``jobs=error.jobs``."""

    status = 504
    code = "batch-unfinished"
    retryable = True

    def __init__(self, jobs: Sequence[str], waited_s: float) -> None:
        super().__init__(
            f"{len(jobs)} batch job(s) did not end within {waited_s:g} s.",
            hint="They go on at the provider; pass jobs=error.jobs to wait again.",
        )
        self.jobs = tuple(jobs)
        self.waited_s = waited_s


class BatchApi(Protocol):
    """One provider's batch interface, in steps that run synchronously or asynchronously."""

    @property
    def max_requests(self) -> int:
        """Requests in one job."""
        ...

    @property
    def max_bytes(self) -> int:
        """Bytes of one job's requests as JSON."""
        ...

    def submit(self, requests: Requests) -> Steps[str]:
        """Start a job; its id."""
        ...

    def ended(self, job: str) -> Steps[bool]:
        """Whether the job has come to an end, good or bad."""
        ...

    def collect(self, job: str) -> Steps[Found]:
        """Answers and errors of an ended job, by own id."""
        ...


@dataclass(frozen=True)
class OpenAIBatch:
    """OpenAI's batches, and of those who copied them (Azure, Groq, Together).

    Args:
        client: ``OpenAI()`` or ``AsyncOpenAI()``.
        endpoint: Where all requests go: ``/v1/chat/completions``, ``/v1/responses``, ``/v1/embeddings``.
        completion_window: How long the provider may take.
    """

    client: Any
    endpoint: str = "/v1/chat/completions"
    completion_window: str = "24h"
    max_requests: int = 50_000
    max_bytes: int = 200_000_000

    def submit(self, requests: Requests) -> Steps[str]:
        """Upload the requests as a file and start a job on it."""
        lines = (
            {"custom_id": own, "method": "POST", "url": self.endpoint, "body": dict(body)}
            for own, body in requests.items()
        )
        content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        upload = {"file": ("batch.jsonl", content), "purpose": "batch"}
        file = yield Do(self.client.files.create, (), upload)
        asked = {
            "input_file_id": file.id,
            "endpoint": self.endpoint,
            "completion_window": self.completion_window,
        }
        job = yield Do(self.client.batches.create, (), asked)
        return job.id

    def ended(self, job: str) -> Steps[bool]:
        """Whether the job is completed, failed, expired or cancelled."""
        state = yield Do(self.client.batches.retrieve, (job,))
        return state.status in {"completed", "failed", "expired", "cancelled"}

    def collect(self, job: str) -> Steps[Found]:
        """Read the file of answers and the file of errors."""
        state = yield Do(self.client.batches.retrieve, (job,))
        answers: dict[str, Any] = {}
        errors: dict[str, Exception] = {}
        files = [get(state, "output_file_id"), get(state, "error_file_id")]
        if not any(files) and state.status != "completed":
            told = get(get(state, "errors"), "data") or state.status
            raise BatchItemFailed(job, str(state.status), f"the whole job failed: {told}")
        for file_id in files:
            if not file_id:
                continue
            content = yield Do(self.client.files.content, (file_id,))
            for line in bytes(content.content).splitlines():
                if line.strip():
                    _put_openai(json.loads(line), answers, errors)
        return BatchOutcome(answers, errors)


def _put_openai(line: Any, answers: dict[str, Any], errors: dict[str, Exception]) -> None:
    own = str(get(line, "custom_id"))
    response = get(line, "response")
    status = get(response, "status_code")
    body = get(response, "body")
    error = get(line, "error") or (get(body, "error") if status is not None and status >= 400 else None)
    if error is None and response is not None and (status is None or status < 400):
        answers[own] = body
        return
    reason = str(get(error, "code") or get(error, "type") or status or "error")
    errors[own] = BatchItemFailed(own, reason, str(get(error, "message") or ""), status)


@dataclass(frozen=True)
class AnthropicBatch:
    """Anthropic's message batches. ``client`` is ``Anthropic()`` or ``AsyncAnthropic()``."""

    client: Any
    max_requests: int = 100_000
    max_bytes: int = 256_000_000

    def submit(self, requests: Requests) -> Steps[str]:
        """Start a job."""
        asked = [{"custom_id": own, "params": dict(body)} for own, body in requests.items()]
        job = yield Do(self.client.messages.batches.create, (), {"requests": asked})
        return job.id

    def ended(self, job: str) -> Steps[bool]:
        """Whether processing has ended."""
        state = yield Do(self.client.messages.batches.retrieve, (job,))
        return state.processing_status == "ended"

    def collect(self, job: str) -> Steps[Found]:
        """Read the stream of results."""
        source = yield Do(self.client.messages.batches.results, (job,))
        if not hasattr(source, "__anext__"):
            source = iter(cast("Iterable[Any]", source))
        answers: dict[str, Any] = {}
        errors: dict[str, Exception] = {}
        while not isinstance(one := (yield Pull(source)), End):
            own, result = one.custom_id, one.result
            if result.type == "succeeded":
                answers[own] = result.message
                continue
            inner = get(get(result, "error"), "error") or get(result, "error")
            reason = str(get(inner, "type") or result.type)
            errors[own] = BatchItemFailed(own, reason, str(get(inner, "message") or result.type))
        return BatchOutcome(answers, errors)


def run_batch(
    api: BatchApi,
    requests: Requests,
    *,
    jobs: Sequence[str] = (),
    poll_s: float = 30.0,
    timeout_s: float = 26 * 3600.0,
    on_submit: Callable[[str], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Any] | None = None,
) -> Found:
    """Submit the requests, wait for the end, collect answers and errors by own id.

    Requests are split over as many jobs as the provider's bounds ask for. Failures of polling that may pass
    are waited out. A job that fails as a whole is the error of each of its requests, when they are known.

    Args:
        api: The provider's interface, with a synchronous client.
        requests: Own id → arguments of the call. With ``jobs``: what was submitted then, or empty.
        jobs: Jobs submitted before, to wait for instead of submitting.
        poll_s: Seconds between two looks.
        timeout_s: Raises ``BatchUnfinished`` after this.
        on_submit: Told each job's id at once, to be written down.
        clock: Monotonic seconds.
        sleep: Called with seconds.
    """
    return run_sync(_run(api, requests, jobs, poll_s, timeout_s, on_submit, clock, sleep))


async def run_batch_async(
    api: BatchApi,
    requests: Requests,
    *,
    jobs: Sequence[str] = (),
    poll_s: float = 30.0,
    timeout_s: float = 26 * 3600.0,
    on_submit: Callable[[str], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Any] | None = None,
) -> Found:
    """The same with an asynchronous client; ``sleep`` may be a coroutine function."""
    return await run_async(_run(api, requests, jobs, poll_s, timeout_s, on_submit, clock, sleep))


def _run(
    api: BatchApi,
    requests: Requests,
    jobs: Sequence[str],
    poll_s: float,
    timeout_s: float,
    on_submit: Callable[[str], None] | None,
    clock: Callable[[], float],
    sleep: Callable[[float], Any] | None,
) -> Steps[Found]:
    began = clock()
    waiting: dict[str, Requests] = dict.fromkeys(jobs, cast("Requests", {}))
    for part in [] if jobs else split(requests, api.max_requests, api.max_bytes):
        job = yield from api.submit(part)
        waiting[job] = part
        if on_submit is not None:
            on_submit(job)
        events.emit("sonde.batch.submitted", {"sonde.batch.job": job, "sonde.batch.items": len(part)})
    answers: dict[str, Any] = {}
    errors: dict[str, Exception] = {}
    while waiting:
        for job in list(waiting):
            found = yield from _look(api, job, waiting[job])
            if found is not None:
                del waiting[job]
                answers.update(found.answers)
                errors.update(found.errors)
        if not waiting:
            break
        if clock() - began + poll_s > timeout_s:
            raise BatchUnfinished(list(waiting), clock() - began)
        yield pause(poll_s, sleep)
    for own in requests:
        if own not in answers and own not in errors:
            errors[own] = BatchItemFailed(own, "missing", "the provider gave neither an answer nor an error")
    done = {"sonde.batch.items": len(answers) + len(errors), "sonde.batch.failed": len(errors)}
    events.emit("sonde.batch.collected", done)
    return BatchOutcome(answers, errors)


def _look(api: BatchApi, job: str, part: Requests) -> Steps[Found | None]:
    """What came of a job; ``None`` while it goes on, or when that cannot be seen just now."""
    try:
        if not (yield from api.ended(job)):
            return None
        return (yield from api.collect(job))
    except BatchItemFailed as error:
        if not part:
            raise
        return BatchOutcome({}, {own: BatchItemFailed(own, error.reason, error.message) for own in part})
    except Exception as error:
        if classify(error) not in PASSING:
            raise
        return None


def split(requests: Requests, max_requests: int, max_bytes: int) -> list[Requests]:
    """The requests in parts that keep the bounds, in their order. One that is too large alone is refused."""
    parts: list[dict[str, Mapping[str, Any]]] = []
    size = 0
    for own, body in requests.items():
        # The ids, method and address that go around a body are well below this allowance.
        weight = len(json.dumps(dict(body), ensure_ascii=False).encode()) + len(own.encode()) + 200
        if weight > max_bytes:
            raise ValueError(f"Request {own!r} has {weight} bytes, a batch may have {max_bytes}.")
        if not parts or len(parts[-1]) >= max_requests or size + weight > max_bytes:
            parts.append({})
            size = 0
        parts[-1][own] = body
        size += weight
    return list(parts)
