"""What the filter language has to say about itself: fields, completions, checks."""

from sonde.api.filter_parameters import CompleteParameters
from sonde.api.reads.query import Conditions
from sonde.api.schemas.filters import (
    Completion,
    Completions,
    FilterCheck,
    FilterCheckRequest,
    FilterFault,
    FilterField,
    FilterFields,
)
from sonde.api.services import Services
from sonde.api.times import time_range
from sonde.auth.grant import Grant
from sonde.filters import TABLES, Field, FilterError, Target, compile_filter, explain, format_filter, parse
from sonde.filters.completing import (
    SUGGESTIONS_MAX,
    Suggestion,
    field_suggestions,
    here,
    known_values,
    value_suggestion,
)
from sonde.filters.fields import ATTRIBUTE_PREFIXES
from sonde.filters.formatting import format_name
from sonde.filters.value_sql import value_sql
from sonde.model.errors import QueryTimeout, TooLarge
from sonde.store.engine import QueryLimits

LIMITS = QueryLimits(seconds=2, memory_bytes=256 << 20)
"""A completion that comes late is none."""
ROWS_MAX = 200_000
"""Rows looked at for values: the newest."""
ATTRIBUTE_ROWS_MAX = 5_000
"""Rows looked at for keys and values of attributes, which are read as JSON."""
VALUE_MAX = 200
"""Longer values are not offered."""


def fields_of(target: Target) -> FilterFields:
    """Every field of a target."""
    return FilterFields(
        target=target,
        fields=[
            FilterField(
                name=field.name,
                kind=field.kind,
                description=field.description,
                aliases=list(field.aliases),
                operators=list(field.operators),
                values=list(field.choices),
                examples=list(field.examples),
                facet=value_sql(field, target) is not None,
            )
            for field in TABLES[target].fields
        ],
    )


def check(request: FilterCheckRequest) -> FilterCheck:
    """Whether a filter can be understood. Never an error: what is wrong is the answer."""
    table = TABLES[request.target]
    try:
        node = parse(request.filter)
        compiled = compile_filter(node, request.target)
        return FilterCheck(
            valid=True,
            canonical=format_filter(node, table),
            explanation=explain(node, table),
            fields=sorted(compiled.fields),
            needs_content=compiled.needs_content,
        )
    except FilterError as error:
        fault = FilterFault(
            message=error.message,
            position=error.position,
            length=error.length,
            suggestions=list(error.suggestions),
            hint=error.hint or None,
        )
        return FilterCheck(valid=False, error=fault)


def complete(shop: Services, grant: Grant, parameters: CompleteParameters) -> Completions:
    """How the text may go on at the cursor."""
    grant.project_for(parameters.project)  # a foreign project is refused whether or not its data is read
    table = TABLES[parameters.target]
    cursor = len(parameters.text) if parameters.cursor is None else parameters.cursor
    place = here(parameters.text, cursor)
    found: list[Suggestion]
    field = None if place.name is None else table.find(place.name)
    if place.name is None or place.name == "has":
        prefix = next((item for item in ATTRIBUTE_PREFIXES if place.begun.startswith(item)), None)
        if prefix and table.find(prefix + "x"):
            found = _attribute_keys(shop, grant, parameters, prefix, place.begun[len(prefix) :])
            if place.name == "has":
                found = [Suggestion(item.text.removesuffix(":"), item.label, item.kind) for item in found]
        else:
            found = field_suggestions(table, place.begun, names_only=place.name == "has")
    elif field is None:
        found = []
    else:
        known = known_values(field, place.begun)
        found = known if known is not None else _values(shop, grant, parameters, field, place.begun)
    return Completions(
        start=place.start,
        end=place.end,
        field=field.name if field else None,
        items=[
            Completion(
                text=item.text,
                label=item.label,
                kind=item.kind,
                description=item.description,
                count=item.count,
            )
            for item in found
        ],
    )


def _conditions(shop: Services, grant: Grant, parameters: CompleteParameters) -> Conditions:
    window = time_range(parameters.from_, parameters.to, shop.now_ns())
    conditions = Conditions()
    conditions.project(grant.project_for(parameters.project))
    conditions.time(window)
    return conditions


def _values(
    shop: Services, grant: Grant, parameters: CompleteParameters, field: Field, begun: str
) -> list[Suggestion]:
    """The most frequent values of the newest rows that begin like this, else that have it inside."""
    value = value_sql(field, parameters.target)
    if value is None or (not field.suggest and field.kind != "attribute"):
        return []
    conditions = _conditions(shop, grant, parameters)
    if value.tables[-1] == "calls":
        conditions.add("counted")
    most = ATTRIBUTE_ROWS_MAX if field.kind == "attribute" else ROWS_MAX
    # Several expressions of one field (the model asked for, the one that answered) are offered together.
    rows = _asked(
        shop,
        "SELECT value, count() AS n FROM ("
        f"SELECT {value.sql} AS value FROM {value.tables[-1]} {conditions.where} "
        "ORDER BY time DESC LIMIT {rows:UInt32}) "
        "WHERE value != '' AND lengthUTF8(value) <= {longest:UInt32} "
        "AND positionCaseInsensitiveUTF8(value, {begun:String}) > 0 GROUP BY value "
        "ORDER BY startsWith(lowerUTF8(value), lowerUTF8({begun:String})) DESC, n DESC, value "
        "LIMIT {most:UInt32}",
        {**conditions.params, **value.params, "rows": most, "begun": begun},
    )
    return [value_suggestion(name, count) for name, count in rows]


def _attribute_keys(
    shop: Services, grant: Grant, parameters: CompleteParameters, prefix: str, begun: str
) -> list[Suggestion]:
    """The most frequent keys of the newest rows."""
    conditions = _conditions(shop, grant, parameters)
    table = "logs" if parameters.target == "logs" else "spans"
    rows = _asked(
        shop,
        f"SELECT key, count() AS n FROM (SELECT arrayJoin(JSONExtractKeys({prefix[:-1]})) AS key FROM ("
        f"SELECT {prefix[:-1]} FROM {table} {conditions.where} ORDER BY time DESC LIMIT {{rows:UInt32}})) "
        "WHERE key != '' AND lengthUTF8(key) <= {longest:UInt32} "
        "AND positionCaseInsensitiveUTF8(key, {begun:String}) > 0 GROUP BY key "
        "ORDER BY startsWith(lowerUTF8(key), lowerUTF8({begun:String})) DESC, n DESC, key "
        "LIMIT {most:UInt32}",
        {**conditions.params, "rows": ATTRIBUTE_ROWS_MAX, "begun": begun},
    )
    return [Suggestion(f"{format_name(prefix + key)}:", prefix + key, "field", count=n) for key, n in rows]


def _asked(shop: Services, sql: str, params: dict[str, object]) -> list[tuple[str, int]]:
    """The rows; none when the engine takes longer than a person who is writing."""
    more = {"longest": VALUE_MAX, "most": SUGGESTIONS_MAX}
    try:
        return [
            (str(row[0]), int(row[1]))
            for row in shop.engine.query(sql, {**params, **more}, limits=LIMITS).rows
        ]
    except (QueryTimeout, TooLarge):
        return []
