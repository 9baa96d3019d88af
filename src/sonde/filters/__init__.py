"""One language to filter calls, spans, traces and logs: in the pages, the URL, the API, the command line.

`parse` makes a tree of a text, `compile_filter` SQL of either. Values travel as parameters; the SQL holds
only our own words. Every error is a `FilterError` with its place in the text.
"""

from sonde.filters.compiling import Compiled, Scope, compile_filter
from sonde.filters.editing import with_term, without_field
from sonde.filters.errors import FilterError
from sonde.filters.explaining import explain
from sonde.filters.fields import TARGETS, Field, FieldTable, Target
from sonde.filters.formatting import format_filter
from sonde.filters.parsing import parse
from sonde.filters.tables import TABLES
from sonde.filters.tree import Node
from sonde.filters.value_sql import ValueSql, value_sql

__all__ = [
    "TABLES",
    "TARGETS",
    "Compiled",
    "Field",
    "FieldTable",
    "FilterError",
    "Node",
    "Scope",
    "Target",
    "ValueSql",
    "compile_filter",
    "explain",
    "format_filter",
    "parse",
    "value_sql",
    "with_term",
    "without_field",
]
