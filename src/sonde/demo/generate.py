"""The hours of the demo: a pure function of seed, scale and hour."""

from sonde.demo.calendar import HOUR
from sonde.demo.incidents import Disturbances
from sonde.demo.record import Hour, Scene
from sonde.demo.sampling import seeded
from sonde.demo.services import (
    coding_agent,
    digest_batch,
    doc_search,
    shop_assistant,
    support_chat,
    ticket_triage,
    voice_notes,
)
from sonde.demo.world import SERVICES

_PLAYS = {
    module.NAME: module.play
    for module in (
        support_chat,
        doc_search,
        coding_agent,
        digest_batch,
        voice_notes,
        shop_assistant,
        ticket_triage,
    )
}


class Generator:
    """Makes the traffic of any hour on the calendar: the same hour is the same traffic, ids included."""

    def __init__(self, seed: str = "demo", scale: float = 1.0) -> None:
        self._seed = seed
        self._scale = scale

    def hour(self, number: int) -> Hour:
        """Everything that starts in hour `number` since 1970, sorted by when it ends."""
        hour = Hour(number * HOUR)
        disturbed = Disturbances(hour.start_ns)
        for name, play in _PLAYS.items():
            rng = seeded(f"{self._seed}/{self._scale}/{name}/{number}")
            play(Scene(SERVICES[name], rng, hour, disturbed, self._scale))
        hour.spans.sort(key=lambda span: span.end_ns)
        hour.logs.sort(key=lambda line: line.time_ns)
        return hour
