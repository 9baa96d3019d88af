"""A call with one of its arguments changed, wherever it was given."""

from dataclasses import replace
from typing import Any

from sonde.resilience.wrapping import Call


def with_argument(call: Call, name: str, value: Any) -> Call:
    """A copy of the call in which the argument that `Call.arguments` calls ``name`` has another value."""
    if name in call.kwargs:
        return call.with_(kwargs={name: value})
    given = list(call.arguments)
    # `self` of a method that was decorated in its class is no argument, and comes first.
    skipped = len(call.args) + len(call.kwargs) - len(given)
    index = given.index(name) + skipped
    return replace(call, args=(*call.args[:index], value, *call.args[index + 1 :]))
