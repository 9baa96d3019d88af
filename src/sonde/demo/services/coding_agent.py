"""Coding agent: long loops of a large model with tools and sub-agents, prompt caching, errors, and now and
then a loop that does not end. OpenLLMetry spans with the Anthropic SDK's own below them: two for each call.
"""

from random import Random

from sonde.demo.assumptions import AGENT_CACHE_HIT_SHARE
from sonde.demo.calendar import MINUTE
from sonde.demo.calls import Want, invoke
from sonde.demo.conventions import openllmetry
from sonde.demo.conventions.dialogue import Dialogue, ToolUse, Turn
from sonde.demo.figures import (
    AGENT_ERROR_SHARE,
    AGENT_INPUT,
    AGENT_OUTPUT,
    AGENT_PAUSE_S,
    AGENT_STEPS,
    AGENT_STOP_SHARE,
)
from sonde.demo.incidents import RUNAWAY, Incident
from sonde.demo.record import ERROR, Context, Origin, Scene, Trace
from sonde.demo.services.base import prompt_context, sampler, seconds_ns, session_id, starts, tool_use
from sonde.demo.texts import Case, draw_case, instructions
from sonde.demo.world import User

NAME = "coding-agent"
PROMPT = "agent-system"
MODEL = "claude-sonnet-4-5"
HELPER = "claude-haiku-4-5"
TOOLS = ("read_file", "search_code", "edit_file", "run_tests", "delegate")
RUNAWAY_PAUSE_NS = 4 * MINUTE


def play(scene: Scene) -> None:
    """All runs that start in this hour, and the runs of a loop that got out of hand."""
    for at, user, origin in starts(scene):
        _run(scene, origin, at, user, sampler(AGENT_STEPS).count(scene.rng))
    start = scene.hour.start_ns
    for incident in scene.disturbed.all(RUNAWAY):
        at = max(incident.start_ns, start)
        while at < min(incident.end_ns, start + 60 * MINUTE):
            user = User(f"u-{incident.scope}", "quartz-labs", "business")
            _run(scene, scene.origin(at, "production"), at, user, 16, incident)
            at += RUNAWAY_PAUSE_NS


def _run(
    scene: Scene, origin: Origin, at: int, user: User, steps: int, runaway: Incident | None = None
) -> None:
    rng = scene.rng
    about = draw_case(rng)
    session = session_id(rng, "run") if runaway is None else f"run-{runaway.id}"
    context, version, size = prompt_context(user, session, "agent run", PROMPT, at, ("agent", user.plan))
    trace = Trace(scene, origin)
    root, agent = trace.new_id(), trace.new_id()
    task = about.sentence(rng, "TASK")
    first = instructions(PROMPT, version, 700)
    turns = [Turn("user", task)]
    input_tokens = int(rng.uniform(3_200, 9_000) * size) if runaway is None else 28_000
    growth = _growth(rng, steps)
    now, failed, step = at + seconds_ns(0.05), False, 0
    while step < steps:
        step += 1
        want = _want(rng, input_tokens, step)
        said = Dialogue(first, turns[-5:], about.sentence(rng, "STEP"), tools=TOOLS)
        done = step == steps or (runaway is None and step > 3 and rng.random() < AGENT_STOP_SHARE / 2)
        if not done:
            said.asks_for = [_tool(rng, about)]
        call = invoke(rng, MODEL, want, now, scene.disturbed)
        if runaway and runaway.active(now):
            call.incidents.append(runaway.id)
        span_id = openllmetry.call_span(trace, call, context, said, agent)
        openllmetry.sdk_span(trace, call, span_id)
        now = call.end_ns + seconds_ns(sampler(AGENT_PAUSE_S).draw(rng) * 0.2)
        if call.failure:
            trace.log(
                call.end_ns, 13, f"step {step}: {call.failure.message} The step is tried again.", span_id
            )
            failed = rng.random() < 0.12
            if failed:
                break
            continue
        if done:
            break
        used = said.asks_for[0]
        now = _use_tool(scene, trace, context, about, used, now, agent)
        turns += (Turn("assistant", tool=used), Turn("tool", tool=used))
        input_tokens = min(input_tokens + call.output_tokens + int(rng.expovariate(1) * growth), 160_000)
    status = ERROR if failed else 0
    pairs = openllmetry.entity_attributes("agent", "engineer", context, task)
    trace.span(
        openllmetry.TRACELOOP, "engineer.agent", at, now, pairs, span_id=agent, parent=root, status=status
    )
    pairs = openllmetry.entity_attributes("workflow", "coding_agent", context, task)
    pairs["sonde.demo.incident"] = runaway.id if runaway else None
    end = now + seconds_ns(0.01)
    trace.span(openllmetry.TRACELOOP, "coding_agent.workflow", at, end, pairs, span_id=root, status=status)
    trace.log(end, 17 if failed else 9, f"run {'failed' if failed else 'finished'} after {step} steps", root)


def _want(rng: Random, input_tokens: int, step: int) -> Want:
    known = AGENT_CACHE_HIT_SHARE if step > 1 and rng.random() < AGENT_CACHE_HIT_SHARE else 0.0
    return Want(
        NAME,
        input_tokens,
        sampler(AGENT_OUTPUT),
        prompt=PROMPT,
        cached_share=known,
        cache_write_share=0.05 if known else 0.9,
        error_share=AGENT_ERROR_SHARE,
        max_tokens=8_192,
    )


def _growth(rng: Random, steps: int) -> float:
    """Tokens a step adds, so that a run ends at a size drawn from the published input sizes."""
    target = sampler(AGENT_INPUT).draw(rng) * 1.45
    return max(150.0, (target - 6_000) / max(steps, 4))


def _tool(rng: Random, about: Case) -> ToolUse:
    name = TOOLS[int(rng.random() ** 1.4 * 4)] if rng.random() > 0.035 else "delegate"
    file = about.bound["file"]
    if name == "read_file":
        code = f"def {about.bound['function']}(value):\n    # it {about.bound['bug']}\n    return value\n"
        return tool_use(rng, name, {"path": file, "from_line": rng.randint(1, 400)}, code)
    if name == "search_code":
        found = f"{file}:{rng.randint(4, 600)}: {about.bound['function']}(…)"
        return tool_use(rng, name, {"pattern": rf"{about.bound['function']}\("}, found)
    if name == "edit_file":
        if rng.random() < 0.07:
            return tool_use(rng, name, {"path": file}, "error: the text to replace occurs twice")
        return tool_use(rng, name, {"path": file, "lines": rng.randint(1, 40)}, "ok")
    if name == "run_tests":
        passed, broken = rng.randint(12, 240), 0 if rng.random() < 0.55 else rng.randint(1, 4)
        return tool_use(rng, name, {"path": "tests/"}, f"{passed} passed, {broken} failed")
    return tool_use(rng, name, {"task": about.sentence(rng, "TASK")}, about.sentence(rng, "STEP"))


def _use_tool(
    scene: Scene, trace: Trace, context: Context, about: Case, tool: ToolUse, now: int, parent: bytes
) -> int:
    """Run a tool; delegating runs a sub-agent of three steps with a smaller model inside."""
    rng = scene.rng
    if tool.name != "delegate":
        took = seconds_ns(
            rng.lognormvariate(1.4, 0.8) if tool.name == "run_tests" else rng.lognormvariate(-3, 0.9)
        )
        openllmetry.tool_span(trace, tool, context, now, now + took, parent)
        return now + took
    start, outer, helper = now, trace.new_id(), trace.new_id()
    task = str(tool.arguments["task"])
    for step in range(3):
        want = _want(rng, rng.randint(2_500, 12_000), step + 1)
        said = Dialogue(
            "You search the repository and answer in one sentence.", [Turn("user", task)], tool.result
        )
        call = invoke(rng, HELPER, want, now, scene.disturbed)
        span_id = openllmetry.call_span(trace, call, context, said, helper)
        openllmetry.sdk_span(trace, call, span_id)
        now = call.end_ns
        if step < 2:
            look = tool_use(rng, "search_code", {"pattern": about.bound["function"]}, about.bound["file"])
            took = seconds_ns(rng.lognormvariate(-3, 0.9))
            openllmetry.tool_span(trace, look, context, now, now + took, helper)
            now += took
    pairs = openllmetry.entity_attributes("agent", "searcher", context, task)
    trace.span(openllmetry.TRACELOOP, "searcher.agent", start, now, pairs, span_id=helper, parent=outer)
    openllmetry.tool_span(trace, tool, context, start, now, parent, span_id=outer)
    return now
