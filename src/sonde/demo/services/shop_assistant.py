"""The shop's assistant (TypeScript, Vercel AI SDK): streamed answers in one or two steps, with a tool."""

from sonde.demo.assumptions import ERROR_SHARE, TURNS_CONTINUE
from sonde.demo.calls import Want, invoke
from sonde.demo.conventions import vercel
from sonde.demo.conventions.dialogue import Dialogue, Turn
from sonde.demo.figures import ASSISTANT_INPUT, ASSISTANT_OUTPUT, PREFIX_REUSE_CHAT
from sonde.demo.record import Origin, Scene, Trace
from sonde.demo.services.base import (
    prompt_context,
    sampler,
    seconds_ns,
    session_id,
    starts,
    think_ns,
    tool_use,
)
from sonde.demo.texts import Case, draw_case, instructions
from sonde.demo.world import User

NAME = "shop-assistant"
PROMPT = "shop-recommend"
MODEL = "gpt-4.1-mini"
FUNCTION = "recommend"
TOOLS = ("search_catalog",)


def play(scene: Scene) -> None:
    """All visits of this hour."""
    rng = scene.rng
    for at, user, origin in starts(scene):
        session = session_id(rng, "shop")
        about = draw_case(rng)
        end = _request(scene, origin, at, user, session, about)
        while rng.random() < TURNS_CONTINUE / 2:
            end = _request(scene, origin, end + think_ns(rng), user, session, about)


def _request(scene: Scene, origin: Origin, at: int, user: User, session: str, about: Case) -> int:
    rng = scene.rng
    context, version, size = prompt_context(user, session, "POST /assistant", PROMPT, at, ("shop",))
    trace = Trace(scene, origin)
    outer = trace.new_id()
    wish = about.sentence(rng, "WISH")
    said = Dialogue(
        instructions(PROMPT, version, 350),
        [Turn("user", wish)],
        about.paragraph(rng, "PRODUCT", rng.randint(120, 380)),
        tools=TOOLS,
    )
    want = Want(
        NAME,
        int(sampler(ASSISTANT_INPUT).count(rng) * size),
        sampler(ASSISTANT_OUTPUT),
        prompt=PROMPT,
        cached_share=0.8 if rng.random() < PREFIX_REUSE_CHAT else 0.0,
        stream=True,
        error_share=ERROR_SHARE[NAME],
        max_tokens=800,
    )
    call = invoke(rng, MODEL, want, at + seconds_ns(0.004), scene.disturbed)
    if rng.random() < 0.4 and call.failure is None and not call.aborted:
        tool = tool_use(
            rng,
            "search_catalog",
            {"query": about.bound["appliance"], "limit": 3},
            f"{about.bound['model']}: {rng.randint(9, 59)} EUR a month, {rng.randint(0, 30)} in stock",
        )
        first = Dialogue(said.system, said.turns, "", [tool], TOOLS)
        vercel.step_span(trace, call, context, first, FUNCTION, outer)
        took = seconds_ns(rng.lognormvariate(-2.6, 0.6))
        vercel.tool_span(trace, tool, context, FUNCTION, (call.end_ns, call.end_ns + took), outer)
        said.turns = [*said.turns, Turn("assistant", tool=tool), Turn("tool", tool=tool)]
        call = invoke(rng, MODEL, want, call.end_ns + took, scene.disturbed)
    vercel.step_span(trace, call, context, said, FUNCTION, outer)
    end = call.end_ns + seconds_ns(0.002)
    vercel.outer_span(trace, call, context, said, FUNCTION, (at, end), outer, b"")
    if call.failure:
        trace.log(end, 17, f"AI_RetryError: {call.failure.message}", outer)
    return end
