"""The incidents of each week: what breaks, when, for whom. Spans they touch carry ``sonde.demo.incident``.

The list is known beforehand (`schedule`), so that alerting can be scored against it.
"""

from dataclasses import dataclass
from functools import lru_cache

from sonde.demo.calendar import DAY, HOUR, MINUTE, release_of_week, week_of, week_start_ns
from sonde.demo.sampling import seeded

LATENCY = "latency-degradation"
OUTAGE = "provider-outage"
RATE_LIMIT = "rate-limit"
RUNAWAY = "cost-runaway"
OUTPUT_DROP = "output-drop"
CACHE_COLLAPSE = "cache-collapse"

PROMPTS_THAT_BREAK = ("support-answer", "search-answer", "ticket-label", "shop-recommend")


@dataclass(frozen=True)
class Incident:
    """One labelled disturbance. ``scope`` says what is hit: a model, provider, user or prompt, by kind."""

    id: str
    kind: str
    start_ns: int
    end_ns: int
    scope: str

    def active(self, at_ns: int) -> bool:
        """Whether it goes on at this time."""
        return self.start_ns <= at_ns < self.end_ns


@lru_cache(maxsize=64)
def of_week(week: int) -> tuple[Incident, ...]:
    """An outage, a slow model and a runaway loop on different days, and one or two more by turns."""
    rng = seeded(f"incidents/{week}")
    days = rng.sample(range(7), 4)
    start = week_start_ns(week)

    def made(kind: str, day: int, scope: str, minutes: tuple[int, int]) -> Incident:
        begins = start + day * DAY + rng.randrange(7 * 60, 20 * 60) * MINUTE
        return Incident(f"{week}-{kind}", kind, begins, begins + rng.randint(*minutes) * MINUTE, scope)

    broken = rng.choice(("openai", "anthropic", "google"))
    slow = rng.choice(("gpt-5-mini", "claude-sonnet-4-5", "gemini-2.5-flash", "gpt-4.1-mini"))
    found = [
        made(OUTAGE, days[0], broken, (25, 70)),
        made(LATENCY, days[1], slow, (45, 150)),
        made(RUNAWAY, days[2], f"loop-{week}", (50, 110)),
    ]
    if week % 3 == 0:
        found.append(made(RATE_LIMIT, days[3], rng.choice(("openai", "anthropic")), (50, 120)))
    if week % 2:
        found.append(made(CACHE_COLLAPSE, days[3], rng.choice(("coding-agent", "support-chat")), (150, 420)))
    else:
        prompt = rng.choice(PROMPTS_THAT_BREAK)
        shipped = release_of_week(prompt, week).since_ns
        rolled_back = shipped + rng.randrange(8 * 60, 20 * 60) * MINUTE
        found.append(Incident(f"{week}-{OUTPUT_DROP}", OUTPUT_DROP, shipped, rolled_back, prompt))
    return tuple(found)


def schedule(start_ns: int, end_ns: int) -> list[Incident]:
    """Every incident that touches a window, by start."""
    weeks = range(week_of(start_ns) - 1, week_of(end_ns) + 1)
    found = [
        one for week in weeks for one in of_week(week) if one.start_ns < end_ns and one.end_ns > start_ns
    ]
    return sorted(found, key=lambda one: one.start_ns)


class Disturbances:
    """The incidents that can touch one hour's traffic; most hours have none, which is quickly answered."""

    __slots__ = ("_found",)

    def __init__(self, hour_start_ns: int) -> None:
        # Traces that begin in this hour may last into the next ones.
        self._found = schedule(hour_start_ns, hour_start_ns + 4 * HOUR)

    def of(self, kind: str, scope: str, at_ns: int) -> Incident | None:
        """The active incident of this kind for this model, provider, user or prompt."""
        for one in self._found:
            if one.kind == kind and one.scope == scope and one.active(at_ns):
                return one
        return None

    def all(self, kind: str) -> list[Incident]:
        """Every incident of a kind that touches the hour."""
        return [one for one in self._found if one.kind == kind]
