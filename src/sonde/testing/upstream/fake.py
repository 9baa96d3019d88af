"""The fake upstream itself: a real HTTP server on loopback that speaks like the providers, as scripted."""

import itertools
import json
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Literal, Self, cast

from sonde.model.facts import Usage
from sonde.testing.upstream import routes
from sonde.testing.upstream.answers import DEFAULT_TEXT, Answer, Finish, ToolCall, usage_of
from sonde.testing.upstream.dialect import Api, Exchange, Json, Streaming, sse
from sonde.testing.upstream.failures import Failure, Kind, error_headers, error_json
from sonde.testing.upstream.received import Received
from sonde.testing.upstream.script import Cut, Hang, Reply, Script, Step
from sonde.testing.upstream.server import Response, Server, json_parts

Provider = Literal["openai", "anthropic", "gemini"]
Apis = Api | Iterable[Api] | None

# Secrets that clients send; what was received must be fit for printing.
CREDENTIALS = frozenset({"authorization", "x-api-key", "x-goog-api-key", "api-key"})


class FakeUpstream:
    """OpenAI, Anthropic and Gemini on a port of this machine, with scripted answers and faults.

    Use it as a context manager, or call `start` and `close`. Steps (`answer`, `fail`, `hang`, `cut`) are
    taken in the order they were given, each by the next request that reaches the upstream, also a retry.
    Without steps every request gets a plain answer. All methods may be called from any thread, any time.

    Args:
        api_key: when set, requests with another key are refused with 401.
        requests_per_minute: the limit that the rate-limit headers speak of.
        tokens_per_minute: the same for tokens.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        requests_per_minute: int = 10_000,
        tokens_per_minute: int = 2_000_000,
    ) -> None:
        self.calls: list[Received] = []
        """Every request to a model, in order of arrival."""
        self._api_key = api_key
        self._limits = requests_per_minute, tokens_per_minute
        self._script = Script()
        self._delays = 0.0, 0.0
        # Ids differ between upstreams: a server that merges by response id must not take two runs for one.
        self._prefix = secrets.token_hex(6)
        self._ordinal = itertools.count(1)
        self._changed = threading.Condition()
        self._server: Server | None = None

    # Life

    def start(self) -> Self:
        """Listen. Doing it twice is an error."""
        if self._server is not None:
            raise RuntimeError("the upstream runs already")
        self._server = Server(self._serve)
        thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.02},
            name="fake-upstream",
            daemon=True,
        )
        thread.start()
        return self

    def close(self) -> None:
        """Stop listening and end every connection, hanging ones too. Doing it twice does nothing."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def url(self, provider: Provider) -> str:
        """The base URL to give to a provider's client."""
        return f"http://127.0.0.1:{self.port}{routes.BASE_PATHS[provider]}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._server is None:
            raise RuntimeError("the upstream does not run: use `with FakeUpstream() as upstream`")
        return self._server.port

    # Script

    def answer(
        self,
        text: str = DEFAULT_TEXT,
        *,
        tools: Iterable[ToolCall] = (),
        reasoning: str = "",
        finish: Finish | None = None,
        usage: Usage | None = None,
        model: str | None = None,
        times: int | None = 1,
        api: Apis = None,
    ) -> None:
        """Answer the next request so (see `Answer` for the values); ``times=None``: all from then on."""
        step = Answer(text, tuple(tools), reasoning, finish, usage, model)
        self._script.add(step, _apis(api), times)

    def reply(self, make: Reply, *, times: int | None = None, api: Apis = None) -> None:
        """Let a function make the answer (an `Answer` or a `Failure`) from the decoded request."""
        self._script.add(make, _apis(api), times)

    def fail(
        self,
        status: int,
        *,
        retry_after_s: float | None = None,
        kind: Kind | None = None,
        message: str | None = None,
        times: int | None = 1,
        api: Apis = None,
    ) -> None:
        """Answer the next request with an error in the provider's own words; ``times=None``: an outage."""
        self._script.add(Failure(status, kind, message, retry_after_s), _apis(api), times)

    def hang(self, *, times: int | None = 1, api: Apis = None) -> None:
        """Take the next request and never answer it, so that the client runs into its timeout."""
        self._script.add(Hang(), _apis(api), times)

    def cut(
        self,
        after_events: int = 3,
        *,
        text: str = DEFAULT_TEXT,
        status: int | None = None,
        times: int | None = 1,
        api: Apis = None,
    ) -> None:
        """Break the next answer off: a stream after so many events, another one in the middle of its body.

        With ``status`` (as 529) a stream ends with the provider's error event, not with a dropped connection.
        """
        failure = None if status is None else Failure(status)
        self._script.add(Cut(Answer(text), after_events, failure), _apis(api), times)

    def delay(self, first_s: float = 0.0, between_s: float = 0.0) -> None:
        """From now on wait so long before an answer begins, and between the events of a stream; 0 ends it."""
        self._delays = first_s, between_s

    def reset(self) -> None:
        """Forget steps, delays and what was received."""
        self._script.clear()
        self.delay()
        with self._changed:
            self.calls.clear()

    @property
    def unused(self) -> int:
        """How many requests the script still waits for: 0 when a test asked as often as it meant to."""
        return self._script.waiting()

    def wait_for_calls(self, wanted: int, timeout_s: float = 30) -> list[Received]:
        """Wait until so many requests came and were dealt with (answered, cut or left); return them."""

        def there() -> bool:
            return sum(call.status is not None for call in self.calls) >= wanted

        with self._changed:
            if not self._changed.wait_for(there, timeout_s):
                raise TimeoutError(f"{len(self.calls)} of {wanted} requests came within {timeout_s:g} s")
            return list(self.calls)

    # Serving

    def _serve(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        route = routes.find(target)
        number = f"{self._prefix}{next(self._ordinal):04d}"
        if route is None or method != "POST":
            return self._refuse(
                Failure(404, message=f"Unknown request: {method} {target}"), "openai.chat", number
            )
        api = route.dialect.api
        request = _decoded(body)
        if request is None:
            return self._refuse(Failure(400, message="The body is not a JSON object."), api, number)
        model = route.model or request.get("model")
        stream = bool(request.get("stream")) if route.stream is None else route.stream
        seen = Received(
            api=api,
            path=target.partition("?")[0],
            model=model if isinstance(model, str) else None,
            stream=stream,
            headers={name: value for name, value in headers.items() if name not in CREDENTIALS},
            body=request,
        )
        with self._changed:
            self.calls.append(seen)
        if self._api_key is not None and _key(headers, target) != self._api_key:
            return self._refuse(Failure(401), api, number, seen)
        complaint = route.dialect.complaint(request)
        if complaint is not None:
            return self._refuse(Failure(400, message=complaint), api, number, seen)
        step = self._script.next(api)
        if callable(step):
            step = step(request)
        if isinstance(step, Failure):
            return self._refuse(step, api, number, seen)
        return self._give(step, route, request, number, seen)

    def _refuse(self, failure: Failure, api: Api, number: str, seen: Received | None = None) -> Response:
        headers = {"Content-Type": "application/json", **self._ids(number), **error_headers(failure)}
        body = json_parts(error_json(failure, api, number))

        def done(sent: bool) -> None:
            self._finish(seen, failure.status, sent)

        return Response(failure.status, body, headers, first_s=self._delays[0], done=done)

    def _give(self, step: Step, route: routes.Route, request: Json, number: str, seen: Received) -> Response:
        if isinstance(step, Hang):
            return Response(0, iter(()), done=lambda _: self._finish(seen, 0, sent=False))
        cut = step if isinstance(step, Cut) else None
        answer = cut.answer if cut else cast(Answer, step)
        dialect = route.dialect
        choices = int(request.get("n") or 1)
        usage = usage_of(answer, dialect.prompt(request), choices)
        if dialect.api.endswith("embeddings"):
            usage = Usage(input_tokens=usage.input_tokens)
        model = answer.model or seen.model or "unknown"
        exchange = Exchange(request, answer, usage, model, number, int(time.time()), route.options or {})
        whole = dialect.body(exchange)
        seen.response_id = whole.get("id") or whole.get("responseId")
        seen.response_model, seen.usage = model, usage
        first_s, between_s = self._delays
        headers = {**self._ids(number), **self._headroom()}

        def done(sent: bool) -> None:
            self._finish(seen, 200, sent)

        if not (seen.stream and isinstance(dialect, Streaming)):
            headers["Content-Type"] = "application/json"
            parts = json_parts(whole)
            return Response(200, parts, headers, whole=cut is None, first_s=first_s, done=done)
        in_events = dialect.api != "gemini" or exchange.options.get("alt") == "sse"
        headers["Content-Type"] = "text/event-stream" if in_events else "application/json"
        events = dialect.events(exchange)
        if cut is not None:
            events = _cut_off(events, cut, dialect.api, number)
        broken = cut is not None and cut.failure is None
        return Response(
            200,
            events,
            headers,
            stream=True,
            whole=not broken,
            first_s=first_s,
            between_s=between_s,
            done=done,
        )

    def _finish(self, seen: Received | None, status: int, sent: bool) -> None:
        with self._changed:
            if seen is not None:
                seen.status, seen.sent = status, sent
            self._changed.notify_all()

    def _ids(self, number: str) -> dict[str, str]:
        """The request id, under the names of OpenAI and of Anthropic."""
        return {"x-request-id": f"req_{number}", "request-id": f"req_{number}"}

    def _headroom(self) -> dict[str, str]:
        """What is left of the limits, counted over all that came."""
        requests, tokens = self._limits
        with self._changed:
            used = sum((call.usage.total_tokens or 0) if call.usage else 0 for call in self.calls)
            left, tokens_left = max(0, requests - len(self.calls)), max(0, tokens - used)
        found: dict[str, str] = {}
        for what, limit, remaining in (("requests", requests, left), ("tokens", tokens, tokens_left)):
            found |= {
                f"x-ratelimit-limit-{what}": str(limit),
                f"x-ratelimit-remaining-{what}": str(remaining),
            }
            found[f"x-ratelimit-reset-{what}"] = "60s"
            found |= {f"anthropic-ratelimit-{what}-limit": str(limit)}
            found |= {f"anthropic-ratelimit-{what}-remaining": str(remaining)}
        return found


def _apis(api: Apis) -> frozenset[Api]:
    if api is None:
        return frozenset()
    return frozenset({api}) if isinstance(api, str) else frozenset(api)


def _decoded(body: bytes) -> Json | None:
    try:
        value: Any = json.loads(body)
    except ValueError:
        return None
    return cast(Json, value) if isinstance(value, dict) else None


def _key(headers: Mapping[str, str], target: str) -> str | None:
    """The API key of a request, wherever its client puts it."""
    bearer = headers.get("authorization", "")
    if bearer:
        return bearer.removeprefix("Bearer ")
    for name in ("x-api-key", "x-goog-api-key", "api-key"):
        if name in headers:
            return headers[name]
    return target.partition("key=")[2].partition("&")[0] or None


def _cut_off(events: Iterator[bytes], cut: Cut, api: Api, number: str) -> Iterator[bytes]:
    """The first events, then the error event when there is to be one."""
    yield from itertools.islice(events, cut.after_events)
    if cut.failure is not None:
        error = error_json(cut.failure, api, number)
        yield sse(error, "error" if api in {"anthropic", "openai.responses"} else None)
