"""Published figures of real LLM traffic that the demo is calibrated on, with where each comes from.

Only figures are here (quantiles, rates, shares); no rows of any data set. What is nobody's figure but our own
assumption is in `assumptions.py`, so that the two cannot be confused.

Sources
    ServeGen    alibaba/ServeGen (Alibaba Model Studio production traffic, 2025), Apache-2.0
    Azure       Azure/AzurePublicDataset, LLM inference traces 2023 and 2024, CC-BY-4.0
    BurstGPT    HPMLL/BurstGPT (61 days of Azure OpenAI traffic), CC-BY-4.0, through a published aggregation
    Mooncake    kvcache-ai/Mooncake, FAST'25 traces (Kimi), Apache-2.0
    Exgentic    Exgentic/agent-llm-traces (coding agents on SWE-bench), CDLA-Permissive-2.0
    LLMPerf     ssong1/llmperf-bedrock (Claude Instant on Amazon Bedrock), Apache-2.0
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantiles:
    """A distribution as (probability, value) points, ascending; values between are interpolated."""

    points: tuple[tuple[float, float], ...]
    source: str


@dataclass(frozen=True)
class HourProfile:
    """Requests per hour of day (UTC), as published; only the shape is used."""

    weights: tuple[float, ...]
    source: str

    @property
    def relative(self) -> tuple[float, ...]:
        """The same shape with mean 1."""
        mean = sum(self.weights) / len(self.weights)
        return tuple(weight / mean for weight in self.weights)


# --- when requests arrive -------------------------------------------------------------------------

HOURS_CHAT = HourProfile(
    (985, 838, 861, 794, 839, 775, 804, 1003, 1193, 1238, 1321, 1284,
     1245, 1260, 1245, 1229, 1281, 1267, 1183, 1443, 1710, 1646, 1491, 1248),
    "ServeGen m-small",
)  # fmt: skip
HOURS_SEARCH = HourProfile(
    (195, 196, 193, 183, 178, 173, 167, 160, 154, 170, 205, 217,
     190, 192, 205, 205, 217, 211, 204, 224, 222, 210, 216, 213),
    "ServeGen m-large",
)  # fmt: skip
HOURS_OFFICE = HourProfile(
    (940, 893, 572, 513, 368, 342, 194, 153, 178, 416, 879, 1286,
     1744, 1501, 1796, 1401, 1476, 1356, 1181, 1568, 1353, 1175, 1129, 1026),
    "BurstGPT",
)  # fmt: skip
HOURS_MACHINE = HourProfile(
    (1807, 1868, 2052, 2094, 1828, 1677, 1755, 1899, 1752, 1778, 1980, 1989,
     1710, 2019, 1895, 1519, 1505, 1656, 1616, 1592, 1814, 1670, 1660, 1828),
    "ServeGen m-mid",
)  # fmt: skip
HOURS_NIGHT = HourProfile(
    (19.3, 22.2, 32.6, 28.6, 17.0, 14.5, 12.0, 9.2, 9.5, 10.6, 13.0, 13.3,
     7.2, 8.7, 11.0, 11.3, 14.1, 8.9, 12.0, 9.4, 19.9, 26.0, 35.1, 18.9),
    "ServeGen deepseek-r1",
)  # fmt: skip
HOURS_MEDIA = HourProfile(
    (5.6, 8.4, 10.6, 8.2, 9.1, 8.9, 8.2, 8.7, 8.2, 10.5, 12.6, 11.8,
     10.2, 10.5, 12.0, 12.3, 12.8, 10.0, 8.4, 8.7, 9.6, 8.4, 7.8, 5.7),
    "ServeGen mm-image",
)  # fmt: skip

DAY_TOTALS_MILLION = (
    85.1,
    80.7,
    98.3,
    99.5,
    88.1,
    98.7,
    92.6,
    100.8,
    105.4,
    124.2,
    117.0,
    122.9,
    101.4,
    105.9,
)
"""ServeGen m-small: requests of 14 consecutive days; how much one day differs from the next."""

BURSTGPT_DAY_OF_WEEK = (32341, 18040, 35169, 25329, 8973, 16598, 27286)
"""BurstGPT: mean requests by day number modulo 7. Which weekday is which is not published, so the demo takes
from it only how far the quietest days lie below the mean (`weekend_factor`)."""

CV_TYPICAL = 1.21
"""ServeGen m-small: median over clients of the coefficient of variation of inter-arrival times."""
CV_BURSTY = 3.95
"""ServeGen deepseek-r1: its 90th percentile over clients."""
CV_CONVERSATION = 1.09
"""Azure 2023 conversation trace. Its code trace has 13.15, mostly from one client's bursts."""
GAMMA_SHARE = 0.75
"""ServeGen m-mid: share of client windows whose inter-arrivals a Gamma fits best; a Weibull for the rest."""

TOP_CLIENT_SHARE = (0.16, 0.523)
"""ServeGen: share of the largest client, lowest and highest of four services."""
TOP_FIVE_CLIENTS_SHARE = (0.428, 0.77)
"""ServeGen: share of the five largest clients, lowest and highest of four services."""

# --- how large requests are -----------------------------------------------------------------------

CHAT_INPUT = Quantiles(
    ((0.05, 181), (0.5, 1020), (0.9, 2734), (0.95, 4083), (0.99, 4142), (1.0, 14050)),
    "Azure 2023 conversation",
)
CHAT_OUTPUT = Quantiles(
    ((0.05, 41), (0.5, 129), (0.9, 424), (0.95, 451), (0.99, 601), (1.0, 1000)), "Azure 2023 conversation"
)
LONG_CONTEXT_INPUT = Quantiles(
    ((0.05, 901), (0.5, 6909), (0.9, 27367), (0.95, 39550), (0.99, 85400), (1.0, 126195)),
    "Mooncake conversation",
)
LONG_CONTEXT_OUTPUT = Quantiles(
    ((0.05, 10), (0.5, 350), (0.9, 597), (0.95, 698), (0.99, 1119), (1.0, 2000)), "Mooncake conversation"
)
DOCUMENT_INPUT = Quantiles(
    ((0.05, 22), (0.5, 11587), (0.9, 38611), (0.95, 48905), (0.99, 66456), (1.0, 191378)),
    "Mooncake synthetic",
)
DOCUMENT_OUTPUT = Quantiles(
    ((0.05, 2), (0.5, 69), (0.9, 389), (0.95, 519), (0.99, 768), (1.0, 893)), "Mooncake synthetic"
)
REASONING_OUTPUT = Quantiles(((0.1, 282), (0.5, 586), (0.9, 1264), (0.99, 1819)), "ServeGen deepseek-r1")
ASSISTANT_INPUT = Quantiles(((0.1, 124), (0.5, 725), (0.9, 2268), (0.99, 4142)), "ServeGen m-large")
ASSISTANT_OUTPUT = Quantiles(((0.1, 3), (0.5, 61), (0.9, 387), (0.99, 601)), "ServeGen m-large")
LABEL_INPUT = Quantiles(((0.1, 32), (0.5, 284), (0.9, 1188), (0.99, 2605)), "ServeGen m-small")
LABEL_OUTPUT = Quantiles(((0.1, 2), (0.5, 21), (0.9, 112), (0.99, 239)), "ServeGen m-small")
MEDIA_TOKENS = Quantiles(((0.1, 12), (0.5, 252), (0.9, 1222), (0.99, 1866)), "ServeGen mm-image")
MEDIA_OUTPUT = Quantiles(((0.1, 4), (0.5, 24), (0.9, 193), (0.99, 337)), "ServeGen mm-image")
AGENT_INPUT = Quantiles(
    ((0.05, 3200), (0.5, 26316), (0.9, 46612), (0.95, 53057), (0.99, 62851), (1.0, 67657)), "Exgentic"
)
"""The published 5th percentile is 0 (failed calls carry no tokens); here it is the smallest first request."""
AGENT_OUTPUT = Quantiles(
    ((0.05, 18), (0.5, 98), (0.9, 577), (0.95, 818), (0.99, 1745), (1.0, 7566)), "Exgentic"
)
AGENT_STEPS = Quantiles(((0.05, 6), (0.5, 21), (0.9, 48), (1.0, 90)), "Exgentic: 2,294 calls in 46 sessions")
AGENT_PAUSE_S = Quantiles(((0.05, 0.2), (0.5, 1), (0.9, 4), (0.95, 6), (0.99, 23)), "Exgentic sibling trace")

AGENT_ERROR_SHARE = 0.0645
"""Exgentic: share of agent calls that ended in an error."""
AGENT_STOP_SHARE = 137 / (137 + 2009)
"""Exgentic: share of answered agent calls that stop; the others ask for a tool."""

PREFIX_REUSE_CHAT = 0.366
"""Mooncake conversation: share of 512-token prefix blocks a cache without limit could reuse."""
PREFIX_REUSE_AGENT = 0.640
"""Mooncake synthetic, the same."""

# --- how long answers take ------------------------------------------------------------------------

TTFT_S = Quantiles(
    ((0.01, 0.45), (0.05, 0.55), (0.5, 1.14), (0.95, 1.55), (0.99, 2.17), (1.0, 4.4)), "LLMPerf"
)
"""Time to the first token of one request at a time. The 1st percentile and the maximum are extrapolated."""
ITL_MS = Quantiles(((0.05, 11.0), (0.5, 16.9), (0.95, 37.6), (1.0, 60.0)), "LLMPerf")
"""Milliseconds between tokens. The 5th percentile and the maximum are extrapolated."""
