"""Measures: named aggregates of the traffic, defined once and asked for by name.

`catalogue` lists them, `dimensions` what they can be grouped by, `question` is what may be asked, `ask`
answers it. Pages, REST, CLI and rules all come here.
"""
