"""One language to filter calls, spans, traces and logs: in the pages, the URL, the API, the command line.

`parse` makes a tree of a text, `compile_filter` SQL of either. Values travel as parameters; the SQL holds
only our own words. Every error is a `FilterError` with its place in the text.
"""

from sonde.filters.compiling import Compiled, Scope, compile_filter
from sonde.filters.errors import FilterError
from sonde.filters.fields import TARGETS, Target
from sonde.filters.parsing import parse

__all__ = ["TARGETS", "Compiled", "FilterError", "Scope", "Target", "compile_filter", "parse"]
