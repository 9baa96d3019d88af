"""Who is in the demo: an invented company, Harrow & Vale (home appliances on subscription), its services,
the models they call, and the customers and employees who use them.
"""

from dataclasses import dataclass
from functools import lru_cache

from sonde.demo.figures import (
    CV_BURSTY,
    CV_CONVERSATION,
    CV_TYPICAL,
    HOURS_CHAT,
    HOURS_MACHINE,
    HOURS_MEDIA,
    HOURS_NIGHT,
    HOURS_OFFICE,
    HOURS_SEARCH,
    HourProfile,
)
from sonde.demo.sampling import Choice, heavy_tail, seeded


@dataclass(frozen=True)
class Model:
    """A model as it is asked for and as it answers. Factors multiply the published latency figures."""

    provider: str
    name: str
    answers_as: str
    host: str
    first_token: float
    per_token: float
    reasoning: bool = False


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model("openai", "gpt-5-mini", "gpt-5-mini-2025-08-07", "api.openai.com", 0.9, 0.75, reasoning=True),
        Model("openai", "gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", "api.openai.com", 0.55, 0.7),
        Model("openai", "gpt-4.1-nano", "gpt-4.1-nano-2025-04-14", "api.openai.com", 0.38, 0.45),
        Model("openai", "gpt-5-nano", "gpt-5-nano-2025-08-07", "api.openai.com", 0.6, 0.5, reasoning=True),
        Model(
            "openai", "gpt-4o-audio-preview", "gpt-4o-audio-preview-2025-06-03", "api.openai.com", 0.8, 0.9
        ),
        Model("openai", "text-embedding-3-small", "text-embedding-3-small", "api.openai.com", 0.12, 0.0),
        Model("anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "api.anthropic.com", 1.2, 0.9),
        Model("anthropic", "claude-haiku-4-5", "claude-haiku-4-5-20251001", "api.anthropic.com", 0.6, 0.5),
        Model(
            "google", "gemini-2.5-flash", "gemini-2.5-flash", "generativelanguage.googleapis.com", 0.5, 0.38
        ),
        Model("mistral", "mistral-small-latest", "mistral-small-2506", "api.mistral.ai", 0.45, 0.6),
        Model(
            "deepseek", "deepseek-reasoner", "deepseek-reasoner", "api.deepseek.com", 1.6, 1.5, reasoning=True
        ),
        # Hosted by the company itself: no price book knows it, so its calls show as unpriced.
        Model("harrow-vale", "hv-ranker-2", "hv-ranker-2", "ranker.internal.harrowvale.example", 0.08, 0.0),
    )
}


@dataclass(frozen=True)
class Service:
    """One deployed program. ``burstiness`` is the coefficient of variation of the gaps between its starts."""

    name: str
    profile: HourProfile
    burstiness: float
    office: bool
    language: str
    major: int
    top_client_share: float


SERVICES: dict[str, Service] = {
    service.name: service
    for service in (
        Service("support-chat", HOURS_CHAT, CV_CONVERSATION, False, "python", 4, 0.299),
        Service("doc-search", HOURS_SEARCH, CV_TYPICAL, False, "python", 2, 0.16),
        Service("coding-agent", HOURS_OFFICE, 1.32, True, "python", 0, 0.286),
        Service("digest-batch", HOURS_NIGHT, CV_BURSTY, False, "python", 1, 0.523),
        Service("voice-notes", HOURS_MEDIA, 1.37, True, "python", 3, 0.22),
        Service("shop-assistant", HOURS_CHAT, CV_TYPICAL, False, "nodejs", 7, 0.299),
        Service("ticket-triage", HOURS_MACHINE, CV_BURSTY, False, "python", 1, 0.47),
    )
}


@dataclass(frozen=True)
class User:
    """A person or program on whose behalf a model is called."""

    id: str
    tenant: str
    plan: str


_TENANTS = (
    "northwind-homes", "acorn-rentals", "lumen-hotels", "bayside-living", "citrus-cafes", "orchard-care",
    "metro-lofts", "sable-offices", "tidewater", "pinegrove", "quartz-labs", "redwood-clinic", "silverline",
    "umbra-studio", "violet-spa", "westgate", "yarrow-farms", "zephyr-air", "cobalt-gym", "dune-resorts",
)  # fmt: skip
_PLANS = ("enterprise", "business", "business", "starter", "starter", "starter")


@lru_cache(maxsize=16)
def users(service: str) -> Choice[User]:
    """The users of one service: a few large tenants with heavy users, and a long tail."""
    rng = seeded(f"users/{service}")
    tenants = list(_TENANTS)
    rng.shuffle(tenants)
    shares = heavy_tail(len(tenants), SERVICES[service].top_client_share)
    people: list[User] = []
    weights: list[float] = []
    for tenant, share in zip(tenants, shares, strict=True):
        staff = rng.randint(6, 34)
        plan = rng.choice(_PLANS)
        for weight in heavy_tail(staff, 0.24):
            people.append(User(f"u-{rng.getrandbits(32):08x}", tenant, plan))
            weights.append(share * weight)
    return Choice(people, weights)


def region(user: User) -> str:
    """The data region a tenant lives in."""
    return "eu-central-1" if sum(user.tenant.encode()) % 3 else "us-east-1"
