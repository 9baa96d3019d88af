"""A stand-in for the model providers, for tests: real HTTP on loopback, scripted answers and faults.

Described in docs/guide/testing.md.
"""

from sonde.model.facts import Usage
from sonde.testing.upstream.answers import Answer, Finish, ToolCall
from sonde.testing.upstream.dialect import Api
from sonde.testing.upstream.failures import Failure, Kind
from sonde.testing.upstream.fake import FakeUpstream, Provider
from sonde.testing.upstream.received import Received

__all__ = [
    "Answer",
    "Api",
    "Failure",
    "FakeUpstream",
    "Finish",
    "Kind",
    "Provider",
    "Received",
    "ToolCall",
    "Usage",
]
