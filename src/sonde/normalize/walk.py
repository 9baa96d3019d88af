"""One pass over a record's attributes: what they state, and what is kept as attributes."""

from typing import Any

from msgspec import Struct

from sonde.model.span import Attributes
from sonde.semconv.registry import INDEX, find
from sonde.semconv.rule import Rule

Values = dict[str, Any]
"""Field → value, as the best-ranked rule read it; gathered fields hold a list of (path, value)."""


REDACTED = "__REDACTED__"
"""What OpenInference sends in place of content it was told to hide."""


class Stated(Struct, gc=False):
    """What the attributes of one record state."""

    values: Values
    rules: dict[str, Rule]
    """Field → the rule that won."""
    kept: Attributes
    """The attributes without content. The very dict of the record when nothing was taken out."""


def walk(attributes: Attributes) -> Stated:
    """Read every attribute with its rule. The best rank wins whatever the order; then the lesser key."""
    values: Values = {}
    rules: dict[str, Rule] = {}
    drop: list[str] = []
    index = INDEX
    for key, value in attributes.items():
        try:
            rule = index[key]
        except KeyError:
            rule = find(key)
        if rule is None:
            continue
        if rule.content:
            drop.append(key)
            if value == REDACTED:
                continue
        field = rule.field
        if not field or value is None or value == "":
            continue
        if rule.gather:
            if field in values:
                values[field].append((rule.path, value))
            else:
                values[field] = [(rule.path, value)]
                rules[field] = rule
            continue
        old = rules.get(field)
        if old is not None and (old.rank, old.key) < (rule.rank, rule.key):
            continue
        read = rule.convert(value)
        if read is not None:
            values[field] = read
            rules[field] = rule
    kept = attributes
    if drop:
        kept = attributes.copy()
        for key in drop:
            del kept[key]
    return Stated(values, rules, kept)
