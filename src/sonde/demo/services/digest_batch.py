"""Nightly digests of visit reports: long documents through batch and reasoning models.

Written as OpenTelemetry GenAI spans of the older kind (``gen_ai.system``), with content in log events only.
"""

from sonde.demo.assumptions import ERROR_SHARE
from sonde.demo.calls import Call, Want, invoke_with_fallback
from sonde.demo.conventions.dialogue import Dialogue, Turn
from sonde.demo.figures import DOCUMENT_INPUT, DOCUMENT_OUTPUT, REASONING_OUTPUT
from sonde.demo.record import CLIENT, ERROR, Context, LogLine, Origin, Scene, Scope, Trace
from sonde.demo.services.base import prompt_context, sampler, seconds_ns, starts
from sonde.demo.texts import draw_case, instructions
from sonde.demo.wire import Value
from sonde.demo.world import User

NAME = "digest-batch"
PROMPT = "visit-digest"
SCOPE = Scope("opentelemetry.instrumentation.openai_v2", "2.1b0", "https://opentelemetry.io/schemas/1.30.0")
JOB = Scope("harrow_vale.jobs", "1.0")


def play(scene: Scene) -> None:
    """All documents that are taken up in this hour."""
    for at, user, origin in starts(scene):
        _document(scene, origin, at, user)


def _document(scene: Scene, origin: Origin, at: int, user: User) -> None:
    rng = scene.rng
    hard = rng.random() < 0.12
    context, version, size = prompt_context(user, "", "job digest", PROMPT, at, ("batch",))
    trace = Trace(scene, origin)
    root = trace.new_id()
    about = draw_case(rng)
    said = Dialogue(
        instructions(PROMPT, version, 300),
        [Turn("user", about.paragraph(rng, "NOTE", 700))],
        about.paragraph(rng, "SUMMARY", 260),
    )
    want = Want(
        NAME,
        int(sampler(DOCUMENT_INPUT).count(rng) * size),
        sampler(REASONING_OUTPUT if hard else DOCUMENT_OUTPUT),
        prompt=PROMPT,
        error_share=ERROR_SHARE[NAME],
        max_tokens=4_000,
        tier_factor=2.5,
    )
    models = ("deepseek-reasoner", "gpt-5-nano") if hard else ("gpt-5-nano", "mistral-small-latest")
    calls = invoke_with_fallback(rng, models, want, at + seconds_ns(0.02), scene.disturbed)
    for call in calls:
        _call_span(trace, call, context, said, root)
    last = calls[-1]
    end = last.end_ns + seconds_ns(0.01)
    pairs: dict[str, Value | None] = {
        "job.name": "digest",
        "job.document": f"visit-{rng.getrandbits(32):08x}",
    }
    trace.span(JOB, "digest document", at, end, pairs, span_id=root, status=ERROR if last.failure else 0)
    if last.failure:
        trace.log(end, 17, f"document left for tomorrow: {last.failure.message}", root)


def _call_span(trace: Trace, call: Call, context: Context, said: Dialogue, parent: bytes) -> None:
    model, failure = call.model, call.failure
    pairs: dict[str, Value | None] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": model.provider,
        "gen_ai.request.model": model.name,
        "gen_ai.request.max_tokens": call.want.max_tokens,
        "server.address": model.host,
        "enduser.id": context.user.id,
        "gen_ai.prompt.name": context.prompt,
        "gen_ai.prompt.version": context.prompt_version,
        "sonde.endpoint": context.endpoint,
        "sonde.fallback.from": call.fallback_from or None,
        "sonde.demo.incident": call.incidents[0] if call.incidents else None,
    }
    if model.provider == "openai":
        pairs["gen_ai.openai.request.service_tier"] = "flex"
    if failure:
        pairs["error.type"] = failure.exception(model.provider).split(".")[-1]
    else:
        pairs["gen_ai.response.model"] = model.answers_as
        pairs["gen_ai.response.id"] = call.response_id
        pairs["gen_ai.response.finish_reasons"] = [call.finish]
        pairs["gen_ai.usage.input_tokens"] = call.input_tokens
        pairs["gen_ai.usage.output_tokens"] = call.output_tokens
        if model.provider == "openai":
            pairs["gen_ai.openai.response.service_tier"] = "flex"
    trace.count(call)
    span_id = trace.span(
        SCOPE,
        f"chat {model.name}",
        call.start_ns,
        call.end_ns,
        pairs,
        parent=parent,
        kind=CLIENT,
        status=ERROR if failure else 0,
        message=failure.message if failure else "",
    )
    bodies: list[tuple[str, int, dict[str, object]]] = [
        ("gen_ai.system.message", call.start_ns, {"content": said.system}),
        ("gen_ai.user.message", call.start_ns, {"content": said.turns[0].text}),
    ]
    if failure is None:
        message = {"role": "assistant", "content": said.answer}
        choice: dict[str, object] = {"index": 0, "finish_reason": call.finish, "message": message}
        bodies.append(("gen_ai.choice", call.end_ns, choice))
    for name, at, body in bodies:
        trace.hour.logs.append(
            LogLine(
                at,
                trace.origin,
                9,
                "",
                trace.trace_id,
                span_id,
                name,
                {"gen_ai.system": model.provider},
                body,
            )
        )
