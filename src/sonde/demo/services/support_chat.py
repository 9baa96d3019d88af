"""Support chat: streamed answers in sessions of several turns, tools, a fallback to another provider.

Written as current OpenTelemetry GenAI spans below an HTTP server span.
"""

from sonde.demo.assumptions import ERROR_SHARE, TURNS_CONTINUE
from sonde.demo.calls import Want, invoke_with_fallback
from sonde.demo.conventions import otel
from sonde.demo.conventions.dialogue import Dialogue, ToolUse, Turn
from sonde.demo.figures import CHAT_INPUT, CHAT_OUTPUT, PREFIX_REUSE_CHAT
from sonde.demo.record import ERROR, SERVER, Origin, Scene, Trace
from sonde.demo.services.base import (
    prompt_context,
    sampler,
    seconds_ns,
    session_id,
    starts,
    think_ns,
    tool_use,
)
from sonde.demo.texts import Case, conversation_turn, draw_case, instructions
from sonde.demo.world import User

NAME = "support-chat"
PROMPT = "support-answer"
MODELS = ("gpt-5-mini", "claude-haiku-4-5")
TOOLS = ("lookup_order", "book_visit", "check_stock")


def play(scene: Scene) -> None:
    """All conversations that start in this hour."""
    for at, user, origin in starts(scene):
        _conversation(scene, at, user, origin)


def _conversation(scene: Scene, at: int, user: User, origin: Origin) -> None:
    rng = scene.rng
    session = session_id(rng, "chat")
    about = draw_case(rng)
    history: list[Turn] = []
    base = sampler(CHAT_INPUT).count(rng)
    turn = 0
    while True:
        end = _turn(scene, origin, at, user, session, about, history, base)
        turn += 1
        if end is None or turn >= 12 or rng.random() > TURNS_CONTINUE:
            return
        at = end + think_ns(rng)
        base += rng.randint(60, 320)


def _turn(
    scene: Scene,
    origin: Origin,
    at: int,
    user: User,
    session: str,
    about: Case,
    history: list[Turn],
    base: int,
) -> int | None:
    """One question and its answer; the end of it, or None when the conversation broke off."""
    rng = scene.rng
    context, version, size = prompt_context(user, session, "POST /api/chat", PROMPT, at, (user.plan, "chat"))
    trace = Trace(scene, origin)
    root, agent = trace.new_id(), trace.new_id()
    question, answer = conversation_turn(rng, about, not history, rng.randint(160, 700))
    said = Dialogue(
        instructions(PROMPT, version, 900), [*history[-6:], Turn("user", question)], answer, tools=TOOLS
    )
    now = at + seconds_ns(rng.uniform(0.008, 0.05))
    want = Want(
        NAME,
        int(base * size),
        sampler(CHAT_OUTPUT),
        prompt=PROMPT,
        cached_share=0.9 * PREFIX_REUSE_CHAT / 0.5 if rng.random() < 0.5 else 0.0,
        stream=True,
        error_share=ERROR_SHARE[NAME],
        max_tokens=2_048,
    )
    if rng.random() < 0.34:
        tool = _tool(scene, about)
        asked = Dialogue(said.system, said.turns, "", [tool], TOOLS)
        calls = invoke_with_fallback(rng, MODELS, want, now, scene.disturbed)
        for call in calls:
            otel.call_span(trace, call, context, asked, agent)
        now = calls[-1].end_ns
        if calls[-1].failure is None and not calls[-1].aborted:
            took = seconds_ns(rng.lognormvariate(-1.6, 0.7))
            otel.tool_span(trace, otel.OPENAI, tool, now, now + took, agent)
            now += took
            used = [*said.turns, Turn("assistant", tool=tool), Turn("tool", tool=tool)]
            said = Dialogue(said.system, used, answer, tools=TOOLS)
    calls = invoke_with_fallback(rng, MODELS, want, now, scene.disturbed)
    for call in calls:
        span_id = otel.call_span(trace, call, context, said, agent)
        if call.failure:
            trace.log(
                call.end_ns, 13, f"{call.model.name}: {call.failure.message} Trying the next model.", span_id
            )
    last = calls[-1]
    end = last.end_ns + seconds_ns(rng.uniform(0.002, 0.03))
    failed = last.failure is not None
    if failed:
        trace.log(
            end, 17, f"no model could answer: {last.failure}", root, **{"error.type": "ChatUnavailable"}
        )
    trace.span(
        otel.OPENAI,
        "invoke_agent support",
        at + seconds_ns(0.004),
        end,
        otel.agent_attributes("support", MODELS[0], context),
        span_id=agent,
        parent=root,
        status=ERROR if failed else 0,
    )
    trace.span(
        otel.HTTP,
        "POST /api/chat",
        at,
        end + seconds_ns(0.003),
        {
            "http.request.method": "POST",
            "http.route": "/api/chat",
            "http.response.status_code": 502 if failed else 200,
            "url.path": "/api/chat",
            "session.id": session,
            "user.id": user.id,
        },
        span_id=root,
        kind=SERVER,
        status=ERROR if failed else 0,
    )
    history += (Turn("user", question), Turn("assistant", answer))
    return None if failed or last.aborted else end


def _tool(scene: Scene, about: Case) -> ToolUse:
    rng = scene.rng
    name = rng.choice(TOOLS)
    number = f"HV-{rng.getrandbits(24) % 900_000 + 100_000}"
    if name == "lookup_order":
        result = (
            f'{{"order":"{number}","appliance":"{about.bound["model"]}","state":"active",'
            f'"monthly_eur":{rng.randint(9, 79)}.90}}'
        )
        return tool_use(rng, name, {"order": number}, result)
    if name == "book_visit":
        if rng.random() < 0.06:
            return tool_use(rng, name, {"order": number}, "error: no free slot within 14 days")
        result = (
            f'{{"slot":"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}T{rng.randint(8, 16):02d}:00"}}'
        )
        return tool_use(rng, name, {"order": number, "part": about.bound["part"]}, result)
    return tool_use(rng, name, {"part": about.bound["part"]}, f'{{"in_stock":{rng.randint(0, 40)}}}')
