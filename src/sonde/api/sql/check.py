"""What user SQL may say: a closed list of syntax, functions, settings and names. Anything else is refused,
by name.
"""

import difflib
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from sonde.api.sql.dialect import LimitBy, SondeSql, parse, tokens_of
from sonde.api.sql.functions import is_allowed_function
from sonde.api.sql.views import Catalogue
from sonde.model.errors import Forbidden, NotAllowed

NESTING_MAX = 60
TOKENS_MAX = 20_000
PARAMETER_PREFIX = "sonde_"
"""Names of parameters that are ours."""

ALLOWED_SETTINGS = frozenset(
    {
        "aggregate_functions_null_for_empty",
        "any_join_distinct_right_table_keys",
        "cast_keep_nullable",
        "group_by_use_nulls",
        "join_use_nulls",
        "transform_null_in",
        "union_default_mode",
    }
)
TABLE_FUNCTIONS = frozenset({"numbers", "generateseries", "generate_series"})
"""They make rows out of numbers and read nothing."""

INTERVAL_UNITS = frozenset(
    (
        "nanosecond",
        "microsecond",
        "millisecond",
        "second",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "quarter",
        "year",
    )
)
SYNTAX_FUNCTIONS = frozenset(
    {"dateadd", "datesub", "date_add", "date_sub", "timestampadd", "timestampsub", "timestamp_add"}
    | {"timestamp_sub", "grouping", "untuple"}
)
"""The engine's parser or analyzer resolves these; they are in no list of functions."""

UNIT_FUNCTIONS = SYNTAX_FUNCTIONS | {"datediff", "date_diff", "timestampdiff", "timestamp_diff"}

SPECIAL_NAMES = frozenset({"inf", "nan", "infinity"})

ALLOWED_NODES: frozenset[type[exp.Expr]] = frozenset(
    {
        # queries
        exp.Select, exp.Subquery, exp.Union, exp.Except, exp.Intersect, exp.With, exp.CTE, exp.From, exp.Join,
        exp.Where, exp.PreWhere, exp.Group, exp.GroupingSets, exp.Cube, exp.Rollup, exp.Having, exp.Qualify,
        exp.Order, exp.Ordered, exp.WithFill, exp.Limit, exp.LimitOptions, LimitBy, exp.Offset, exp.Fetch,
        exp.Distinct, exp.Table, exp.TableAlias,
        # names and values
        exp.Identifier, exp.Column, exp.Columns, exp.Star, exp.Alias, exp.Literal, exp.Null, exp.Boolean,
        exp.HexString, exp.BitString, exp.Array, exp.Tuple, exp.Paren, exp.Interval, exp.Var,
        exp.Placeholder, exp.Dot, exp.Bracket, exp.Slice, exp.JSONCast, exp.NestedJSONSelect,
        # operators
        exp.And, exp.Or, exp.Not, exp.Neg, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ,
        exp.NullSafeNEQ, exp.Is, exp.Between, exp.In, exp.Like, exp.ILike, exp.RegexpLike, exp.Add, exp.Sub,
        exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.DPipe, exp.Exists, exp.Escape, exp.Collate,
        # functions and what belongs to them
        exp.Anonymous, exp.AnonymousAggFunc, exp.CombinedAggFunc, exp.ParameterizedAgg,
        exp.CombinedParameterizedAgg, exp.Cast, exp.CastToStrType, exp.Extract, exp.Case, exp.If, exp.Lambda,
        exp.Filter, exp.Window, exp.WindowSpec, exp.IgnoreNulls, exp.RespectNulls, exp.DataType,
        exp.DataTypeParam, exp.ColumnDef,
    }
)  # fmt: skip

FUNCTION_NODES = (
    exp.Anonymous,
    exp.AnonymousAggFunc,
    exp.CombinedAggFunc,
    exp.ParameterizedAgg,
    exp.CombinedParameterizedAgg,
)
NOT_A_BARE_NAME = (exp.DataType, exp.DataTypeParam, exp.ColumnDef, exp.Interval, exp.Extract, exp.Placeholder)
"""Inside these an identifier names a type or a unit, not a value."""


def parsed(sql: str) -> exp.Query:
    """The one query of a text. Raises `NotAllowed`."""
    try:
        check_tokens(sql)
        statements = [statement for statement in parse(sql) if statement is not None]
    except SqlglotError as error:
        raise NotAllowed(f"The SQL cannot be read: {message_of(error)}") from None
    except RecursionError:
        raise NotAllowed("The query is nested too deeply.") from None
    if len(statements) != 1:
        raise NotAllowed("Send one statement.")
    statement = statements[0]
    if not isinstance(statement, exp.Query):
        raise NotAllowed("Only SELECT is allowed.")
    return statement


def message_of(error: SqlglotError) -> str:
    """The library's message without its terminal colours and repeats of the query."""
    details: list[dict[str, Any]] = getattr(error, "errors", [])
    if details:
        first = details[0]
        near = first.get("highlight") or "the end"
        place = f"line {first.get('line')}, column {first.get('col')}, near {near!s:.80}"
        return f"{first.get('description')} ({place})"
    return str(error).splitlines()[0][:200]


def check_tokens(sql: str) -> None:
    """Refuse by size and by what the parser would lose."""
    tokens = tokens_of(sql, SondeSql())
    if len(tokens) > TOKENS_MAX:
        raise NotAllowed(f"The query is longer than {TOKENS_MAX} words.")
    depth = 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=False):
        if token.token_type in (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE):
            depth += 1
        elif token.token_type in (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE):
            depth -= 1
        elif token.token_type in (TokenType.HEREDOC_STRING, TokenType.RAW_STRING):
            raise NotAllowed("This way of writing a string is not allowed.", hint="Use 'single quotes'.")
        elif (
            token.token_type == TokenType.COMMA
            and following is not None
            and following.token_type == TokenType.R_PAREN
        ):
            raise NotAllowed("A comma before ) is not allowed.", hint="Write tuple(x) for a tuple of one.")
        if depth > NESTING_MAX:
            raise NotAllowed("The query is nested too deeply.")


def check(query: exp.Query, catalogue: Catalogue, *, may_read_content: bool) -> None:
    """Raise `NotAllowed` or `Forbidden` unless everything in the query is on the lists."""
    normalise(query)
    known = known_names(query, catalogue)
    hidden = frozenset[str]()
    if not may_read_content:
        hidden = frozenset(name for view in catalogue.views.values() for name in view.content_columns)
    for node in query.walk():
        if type(node) not in ALLOWED_NODES:
            raise NotAllowed(f"{describe(node)} is not allowed.")
        if isinstance(node, FUNCTION_NODES):
            check_function(node)
        elif isinstance(node, exp.Identifier):
            check_identifier(node, known, hidden, catalogue)
        else:
            check_node(node)


def describe(node: exp.Expr) -> str:
    """A name for a node that people may know."""
    name = type(node).__name__
    return {
        "Apply": "APPLY",
        "Concat": "Two strings in a row",
        "Final": "FINAL (the views have no duplicates)",
        "JSONExtract": "-> outside a function",
        "TableSample": "SAMPLE",
        "SessionParameter": "@@",
        "Parameter": "@",
        "Into": "INTO",
    }.get(name, name)


def check_function(node: exp.Expr) -> None:
    """The name is on the list."""
    name = node.this
    if not isinstance(name, str):
        raise NotAllowed("A quoted function name is not allowed.")
    if isinstance(node.parent, exp.Table):
        if name.lower() not in TABLE_FUNCTIONS:
            raise NotAllowed(f"The table function '{name}' is not allowed.")
        return
    if not is_allowed_function(name) and name.lower() not in SYNTAX_FUNCTIONS:
        raise NotAllowed(f"The function '{name}' is not allowed.")


def check_node(node: exp.Expr) -> None:
    """Rules of single kinds of nodes."""
    settings = node.args.get("settings")
    if settings:
        check_settings(settings)
    if node.args.get("format"):
        raise NotAllowed("FORMAT is not allowed.", hint="Ask for a format with ?format= or Accept.")
    if isinstance(node, exp.Select):
        if not node.expressions:
            raise NotAllowed("SELECT needs something to select.")
        for argument in ("into", "hint", "sample", "locks", "kind", "laterals", "pivots", "match", "connect"):
            if node.args.get(argument):
                raise NotAllowed(f"{argument.upper()} is not allowed.")
    elif isinstance(node, exp.With) and node.args.get("recursive"):
        raise NotAllowed("WITH RECURSIVE is not allowed.")
    elif isinstance(node, exp.Table):
        check_table(node)
    elif isinstance(node, exp.In):
        check_in(node)
    elif isinstance(node, exp.Exists) and not isinstance(node.this, exp.Query):
        raise NotAllowed("EXISTS takes a subquery.")
    elif isinstance(node, exp.Dot) and not isinstance(node.expression, exp.Identifier | exp.Literal):
        raise NotAllowed("A function call after a dot is not allowed.")
    elif isinstance(node, exp.Placeholder):
        check_placeholder(node)


def check_settings(settings: list[exp.Expr]) -> None:
    """Each is on the list and has a plain value."""
    for setting in settings:
        name = setting.this.name if isinstance(setting, exp.EQ) else ""
        if name not in ALLOWED_SETTINGS:
            raise NotAllowed(f"The setting '{name}' is not allowed.")
        if not isinstance(setting.expression, exp.Literal | exp.Boolean):
            raise NotAllowed(f"The setting '{name}' needs a plain value.")


def check_table(node: exp.Table) -> None:
    """A plain name: no database before it, nothing after it."""
    if node.args.get("db") or node.args.get("catalog"):
        raise NotAllowed("A database before a view's name is not allowed.")
    extra = {name for name, value in node.args.items() if value} - {"this", "alias", "joins"}
    if extra:
        raise NotAllowed(f"{min(extra).upper()} after a view's name is not allowed.")
    if not isinstance(node.this, exp.Identifier | exp.Anonymous):
        raise NotAllowed("This is not a view.")


def check_in(node: exp.In) -> None:
    """The right side is a list, an array, a parameter or a subquery: a bare name there would be a table's."""
    if node.args.get("unnest") or isinstance(node.args.get("field"), exp.Column | exp.Identifier | exp.Dot):
        raise NotAllowed(
            "A bare name after IN is not allowed.",
            hint="Write IN (SELECT …), or has(array, value) for an array.",
        )
    values = node.expressions
    if len(values) == 1 and isinstance(values[0].unnest(), exp.Column | exp.Identifier | exp.Dot):
        raise NotAllowed(
            "A bare name after IN is not allowed.",
            hint="Write = for one value, or has(array, value) for an array.",
        )


def check_placeholder(node: exp.Placeholder) -> None:
    """``{name:Type}`` with a name of the caller's and a real type."""
    if not isinstance(node.args.get("kind"), exp.DataType):
        raise NotAllowed("A parameter is written {name:Type}, with a data type.")
    name = node.name
    if not name.isidentifier() or not name.isascii() or name.startswith(PARAMETER_PREFIX):
        raise NotAllowed(f"A parameter cannot be called '{name}'.")


def known_names(query: exp.Query, catalogue: Catalogue) -> frozenset[str]:
    """Every name that may stand for something: columns, views, and what the query itself names."""
    names: set[str] = set(catalogue.views)
    for view in catalogue.views.values():
        names.update(view.columns)
    for node in query.find_all(
        exp.Alias, exp.TableAlias, exp.Lambda, exp.Window, exp.PropertyEQ, exp.Table, exp.Join
    ):
        if isinstance(node, exp.Alias):
            names.add(node.alias)
        elif isinstance(node, exp.TableAlias):
            names.add(node.name)
            names.update(column.name for column in node.columns)
        elif isinstance(node, exp.Lambda):
            names.update(item.name for item in node.expressions)
        elif isinstance(node, exp.Window) and isinstance(node.parent, exp.Select):
            names.add(node.name)
        elif isinstance(node, exp.Table) and isinstance(node.this, exp.Anonymous):
            # The columns of the table functions.
            names.update({"number", "generate_series"})
    return frozenset(names)


def normalise(query: exp.Query) -> None:
    """Turn into words what the library takes for columns: ``ORDER BY ALL``, ``inf`` and ``nan``, names of
    settings.
    """
    for column in list(query.find_all(exp.Column)):
        if len(column.parts) != 1 or column.this.args.get("quoted"):
            continue
        parent = column.parent
        name = column.name.lower()
        if (
            (name == "all" and isinstance(parent, exp.Ordered))
            or name in SPECIAL_NAMES
            or (name in INTERVAL_UNITS and is_unit_place(column))
            or (isinstance(parent, exp.EQ) and parent.arg_key == "settings" and parent.this is column)
        ):
            column.replace(exp.Var(this=column.name))


def is_unit_place(column: exp.Column) -> bool:
    """Whether a name stands where ``dateAdd(DAY, 1, x)`` and its like have a unit."""
    call = column.parent
    return (
        isinstance(call, exp.Anonymous)
        and call.name.lower() in UNIT_FUNCTIONS
        and call.expressions[0] is column
    )


def is_path_part(node: exp.Identifier) -> bool:
    """Whether a name is only looked up inside something that was checked: ``attributes.here``,
    ``view.column``.
    """
    parent = node.parent
    if isinstance(parent, exp.Column):
        nested = parent.parent
        in_json = isinstance(nested, exp.JSONCast | exp.NestedJSONSelect) and nested.this is not parent
        return in_json or parent.parts[0] is not node
    if isinstance(parent, exp.Dot | exp.JSONCast | exp.NestedJSONSelect):
        return parent.this is not node
    return isinstance(parent, NOT_A_BARE_NAME)


def check_identifier(
    node: exp.Identifier, known: frozenset[str], hidden: frozenset[str], catalogue: Catalogue
) -> None:
    """A name is harmless text, known, and cannot be taken for a function that is not allowed."""
    name = node.name
    if not name or any(char in '"`\\' or ord(char) < 32 for char in name):
        raise NotAllowed("A name with a quote, a backslash or a control character is not allowed.")
    if name in hidden:
        raise Forbidden(f"'{name}' needs a key with scope content.")
    if is_path_part(node) or isinstance(node.parent, exp.Table):
        return
    lower = name.lower()
    if (
        lower in catalogue.engine_functions
        and not is_allowed_function(name)
        and not is_column(name, catalogue)
    ):
        raise NotAllowed(f"The name '{name}' is a function's.", hint="Choose another alias.")
    if name in known or lower in INTERVAL_UNITS or lower in SPECIAL_NAMES or is_allowed_function(name):
        return
    near = difflib.get_close_matches(name, known, n=3)
    raise NotAllowed(f"There is no column '{name}'.", hint=f"Perhaps {' or '.join(near)}." if near else "")


def is_column(name: str, catalogue: Catalogue) -> bool:
    """Whether a view has such a column: these names were checked against the engine's functions by a test."""
    return any(name in view.columns for view in catalogue.views.values())
