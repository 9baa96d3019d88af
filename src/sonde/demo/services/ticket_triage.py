"""Ticket triage: many small classifications without content, and two instrumentations stacked by mistake
(OpenLLMetry around OpenInference), so each call arrives as two spans.
"""

from dataclasses import replace

from sonde.demo.assumptions import ERROR_SHARE
from sonde.demo.calls import Call, Want, invoke_with_fallback
from sonde.demo.conventions import openinference, openllmetry
from sonde.demo.figures import LABEL_INPUT, LABEL_OUTPUT
from sonde.demo.phrases import LABELS
from sonde.demo.record import Scene, Trace
from sonde.demo.services.base import prompt_context, sampler, starts

NAME = "ticket-triage"
PROMPT = "ticket-label"
MODELS = ("gpt-4.1-nano", "mistral-small-latest")


def play(scene: Scene) -> None:
    """All tickets of this hour."""
    rng = scene.rng
    for at, user, origin in starts(scene):
        label = LABELS[int(rng.random() ** 1.6 * len(LABELS))]
        context, _, size = prompt_context(user, "", "queue tickets", PROMPT, at, (label,))
        trace = Trace(scene, origin)
        want = Want(
            NAME,
            int(sampler(LABEL_INPUT).count(rng) * size),
            sampler(LABEL_OUTPUT),
            prompt=PROMPT,
            error_share=ERROR_SHARE[NAME],
            max_tokens=300,
        )
        for call in invoke_with_fallback(rng, MODELS, want, at, scene.disturbed):
            outer = openllmetry.call_span(trace, call, context, None, b"", content=False)
            openinference.call_span(
                trace,
                openinference.OPENAI,
                "ChatCompletion",
                _inside(call),
                context,
                None,
                outer,
                content=False,
                counted=False,
            )


def _inside(call: Call) -> Call:
    """The same call as the inner instrumentation times it: a little shorter on both sides."""
    margin = min(300_000, (call.end_ns - call.start_ns) // 10)
    return replace(call, start_ns=call.start_ns + margin, end_ns=call.end_ns - margin)
