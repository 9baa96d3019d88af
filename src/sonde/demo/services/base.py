"""What all services share: when work starts and for whom, and how large prompts are."""

from collections.abc import Iterator
from functools import lru_cache
from random import Random

from sonde.demo.assumptions import SESSIONS_PER_DAY, STAGING_SHARE, THINK_S_MEDIAN
from sonde.demo.calendar import HOUR, SECOND, Release, prompt_size_factor, rate_factor, release, week_of
from sonde.demo.conventions.dialogue import ToolUse
from sonde.demo.figures import Quantiles
from sonde.demo.incidents import OUTPUT_DROP, of_week
from sonde.demo.record import Context, Origin, Scene
from sonde.demo.sampling import Sampler, arrivals
from sonde.demo.world import User, users


@lru_cache(maxsize=64)
def sampler(quantiles: Quantiles) -> Sampler:
    """The sampler of a published distribution."""
    return Sampler(quantiles)


def starts(scene: Scene) -> Iterator[tuple[int, User, Origin]]:
    """Everything that starts in this hour: when, for whom, in which deployment."""
    rng, service = scene.rng, scene.service
    middle = scene.hour.start_ns + HOUR // 2
    expected = (
        SESSIONS_PER_DAY[service.name]
        / 24
        * rate_factor(service.profile, middle, service.office)
        * scene.scale
    )
    people = users(service.name)
    for seconds in arrivals(rng, expected, service.burstiness):
        at = scene.hour.start_ns + int(seconds * SECOND)
        user = people.draw(rng)
        environment = "staging" if rng.random() < STAGING_SHARE else "production"
        yield at, user, scene.origin(at, environment)


def think_ns(rng: Random) -> int:
    """How long a user takes before the next message."""
    return int(rng.lognormvariate(0, 0.9) * THINK_S_MEDIAN * SECOND)


def prompt_release(prompt: str, at_ns: int) -> Release:
    """The version of a prompt at a time. A release that broke the answers is followed by a hot fix."""
    shipped = release(prompt, at_ns)
    for incident in of_week(week_of(shipped.since_ns)):
        if incident.kind == OUTPUT_DROP and incident.scope == prompt and at_ns >= incident.end_ns:
            return Release(f"{shipped.number}.1", incident.end_ns, shipped.number)
    return shipped


def prompt_context(
    user: User, session: str, endpoint: str, prompt: str, at_ns: int, tags: tuple[str, ...] = ()
) -> tuple[Context, int, float]:
    """The context of a call with a managed prompt, its version's number and how its size compares."""
    shipped = prompt_release(prompt, at_ns)
    context = Context(user, session, endpoint, prompt, shipped.version, tags)
    return context, shipped.number, prompt_size_factor(prompt, shipped.number)


def session_id(rng: Random, prefix: str) -> str:
    """An id for a session."""
    return f"{prefix}-{rng.getrandbits(48):012x}"


def tool_use(rng: Random, name: str, arguments: dict[str, object], result: str) -> ToolUse:
    """A tool's use with an id as providers make them."""
    return ToolUse(f"call_{rng.getrandbits(64):016x}", name, arguments, result)


def seconds_ns(seconds: float) -> int:
    """Seconds as nanoseconds."""
    return int(seconds * SECOND)
