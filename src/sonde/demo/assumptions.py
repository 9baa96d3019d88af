"""What the demo needs and nobody published: our own assumptions, kept apart from `figures`."""

from sonde.demo.figures import BURSTGPT_DAY_OF_WEEK

ERROR_SHARE = {
    "support-chat": 0.009,
    "doc-search": 0.011,
    "digest-batch": 0.016,
    "voice-notes": 0.012,
    "shop-assistant": 0.014,
    "ticket-triage": 0.006,
}
"""Share of calls that fail on a quiet day; the coding agent's share is published (`AGENT_ERROR_SHARE`)."""

ABORTED_STREAM_SHARE = 0.016
"""Streams the user closes before the end."""
TRUNCATED_SHARE = 0.008
"""Answers that reach the token limit (finish reason ``length``)."""
STAGING_SHARE = 0.06
HOSTILE_TEXT_SHARE = 0.0025
"""User messages that hold markup, formulas or terminal codes, to show that stored text is inert."""
PERSONAL_DATA_SHARE = 0.03
"""User messages that hold an (invented) e-mail address, phone or card number, to show redaction."""
OTHER_LANGUAGE_SHARE = 0.14
AGENT_CACHE_HIT_SHARE = 0.93
"""Share of agent steps that find their prefix in the provider's cache."""

TURNS_CONTINUE = 0.68
"""Chance that a conversation has one more turn: 3.1 turns on average."""
THINK_S_MEDIAN = 38.0
"""Median pause of a user between an answer and the next question."""

OUTAGE_ERROR_SHARE = 0.78
RATE_LIMIT_ERROR_SHARE = 0.35
LATENCY_SPIKE_FACTOR = 5.2
OUTPUT_DROP_FACTOR = 0.24
CACHE_COLLAPSE_FACTOR = 0.03

SESSIONS_PER_DAY = {
    "support-chat": 255.0,
    "doc-search": 640.0,
    "coding-agent": 21.0,
    "digest-batch": 340.0,
    "voice-notes": 190.0,
    "shop-assistant": 430.0,
    "ticket-triage": 1500.0,
}
"""Starts per day at scale 1: conversations, searches, agent runs, documents, notes, tickets."""


def weekend_factor() -> float:
    """Rate on a Saturday or Sunday relative to the mean day.

    The mean of BurstGPT's two quietest days of seven, relative to its mean day.
    """
    ordered = sorted(BURSTGPT_DAY_OF_WEEK)
    return (ordered[0] + ordered[1]) / 2 / (sum(ordered) / 7)
