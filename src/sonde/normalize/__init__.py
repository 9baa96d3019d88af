"""Spans and log records of any convention → one vocabulary; records → calls. Pure: no input, no output.

* `read_span`, `read_log`: one record → its row, its facts, its content, its scores.
* `assemble`: the facts of a connected group → which records are one invocation.
* `explain`, `known_key`: where a field came from, and whether any table knows a key.
"""

from sonde.normalize.assembly import Invocation, assemble
from sonde.normalize.explain import FieldOrigin, explain, known_key
from sonde.normalize.log import LogReading, read_log
from sonde.normalize.span import SpanReading, read_span

__all__ = [
    "FieldOrigin",
    "Invocation",
    "LogReading",
    "SpanReading",
    "assemble",
    "explain",
    "known_key",
    "read_log",
    "read_span",
]
