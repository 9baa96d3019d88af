"""Technicians' voice notes: audio in, text and sometimes audio out. OpenTelemetry, content in log events."""

from sonde.demo.assumptions import ERROR_SHARE
from sonde.demo.calls import Want, invoke
from sonde.demo.conventions import otel
from sonde.demo.conventions.dialogue import Dialogue, Turn
from sonde.demo.figures import MEDIA_OUTPUT, MEDIA_TOKENS
from sonde.demo.record import ERROR, SERVER, Scene, Trace
from sonde.demo.services.base import prompt_context, sampler, seconds_ns, session_id, starts
from sonde.demo.texts import draw_case, instructions

NAME = "voice-notes"
PROMPT = "note-to-report"
MODEL = "gpt-4o-audio-preview"


def play(scene: Scene) -> None:
    """All notes of this hour."""
    rng = scene.rng
    for at, user, origin in starts(scene):
        session = session_id(rng, "visit")
        context, version, size = prompt_context(user, session, "POST /notes", PROMPT, at, ("voice",))
        trace = Trace(scene, origin)
        root = trace.new_id()
        about = draw_case(rng)
        want = Want(
            NAME,
            int(rng.randint(90, 260) * size),
            sampler(MEDIA_OUTPUT),
            prompt=PROMPT,
            error_share=ERROR_SHARE[NAME],
            audio_input_tokens=sampler(MEDIA_TOKENS).count(rng, 2.0),
            audio_output=rng.random() < 0.2,
        )
        call = invoke(rng, MODEL, want, at + seconds_ns(rng.uniform(0.02, 0.2)), scene.disturbed)
        said = Dialogue(
            instructions(PROMPT, version, 200),
            [Turn("user", f"(voice note) {about.paragraph(rng, 'NOTE', 150)}")],
            about.paragraph(rng, "SUMMARY", 120),
        )
        span_id = otel.call_span(trace, call, context, said, root, content=False)
        otel.details_event(trace, call, context, said, span_id)
        end = call.end_ns + seconds_ns(0.01)
        trace.span(
            otel.HTTP,
            "POST /notes",
            at,
            end,
            {
                "http.request.method": "POST",
                "http.route": "/notes",
                "http.response.status_code": 502 if call.failure else 201,
                "user.id": user.id,
            },
            span_id=root,
            kind=SERVER,
            status=ERROR if call.failure else 0,
        )
        if call.failure:
            trace.log(end, 17, f"note kept for later: {call.failure.message}", root)
