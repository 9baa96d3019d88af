"""ClickHouse as `sqlglot` reads and writes it, with every known change of meaning taken out.

The library turns functions into its own notions and writes them back in its own words, which changes some of
them: ``rand()`` became ``randCanonical()``. Here it knows no function at all: each call is kept as it was
written, name and arguments. What remains is syntax, and that is put right below where it was wrong. A corpus
of queries that must answer the same raw and rendered guards this (tests/contract/api).
"""

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.clickhouse import ClickHouse
from sqlglot.expressions.core import Expression
from sqlglot.generators.clickhouse import ClickHouseGenerator
from sqlglot.parsers.clickhouse import ClickHouseParser
from sqlglot.tokenizer_core import Token, TokenType

from sonde.api.sql.functions import aggregate_base
from sonde.api.sql.strings import decode_literal, encode_literal
from sonde.model.errors import NotAllowed

STEPS_PER_TOKEN = 400
STEPS_MIN = 20_000


class LimitBy(Expression):
    """``LIMIT n BY …``, which may stand before a plain LIMIT."""

    arg_types: ClassVar[dict[str, bool]] = {"expression": True, "offset": False, "expressions": True}


def cast_operand(value: exp.Expr) -> exp.Expr:
    """What ``value::Type`` converts: for a number its text, so that ``0.29::Decimal(10, 2)`` never passes a
    float.
    """
    if isinstance(value, exp.Literal) and not value.is_string:
        text = exp.Literal.string(value.name)
        text.meta["number"] = True
        return text
    if isinstance(value, exp.Array | exp.Tuple) and any(
        not item.is_string and not item.name.isdigit() for item in value.find_all(exp.Literal)
    ):
        raise NotAllowed("A list of fractions before :: is ambiguous.", hint="Write CAST([…] AS Type).")
    return value


def build_cast(_: Any, this: exp.Expr, to: exp.Expr) -> exp.Expr:
    """``value::Type``."""
    return exp.Cast(this=cast_operand(this), to=to)


def build_limit(parser: Any) -> tuple[str, exp.Expr | None]:
    """LIMIT, or LIMIT … BY, which are two clauses."""
    limit: Any = parser.parse_limit()
    if isinstance(limit, exp.Limit) and limit.expressions:
        by = LimitBy(
            expression=limit.expression, offset=limit.args.get("offset"), expressions=limit.expressions
        )
        return "limit_by", by
    return "limit", limit


BASE: Any = ClickHouseParser
"""Its tables are typed in part only."""


class SondeParser(ClickHouseParser):
    """Reads ClickHouse's syntax and leaves function calls alone."""

    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        "CAST": BASE.FUNCTION_PARSERS["CAST"],
        "COLUMNS": BASE.FUNCTION_PARSERS["COLUMNS"],
        "EXTRACT": BASE.FUNCTION_PARSERS["EXTRACT"],
    }
    NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {"CASE": BASE.NO_PAREN_FUNCTION_PARSERS["CASE"]}
    SUBQUERY_PREDICATES: ClassVar[dict[Any, Any]] = {
        TokenType.EXISTS: BASE.SUBQUERY_PREDICATES[TokenType.EXISTS]
    }
    COLUMN_OPERATORS: ClassVar[dict[Any, Any]] = {**BASE.COLUMN_OPERATORS, TokenType.DCOLON: build_cast}
    QUERY_MODIFIER_PARSERS: ClassVar[dict[Any, Any]] = {
        **BASE.QUERY_MODIFIER_PARSERS,
        TokenType.LIMIT: build_limit,
    }

    steps_left: int = STEPS_MIN

    def parse_limit(self) -> exp.Expr | None:
        """The library's own reading of LIMIT."""
        return self._parse_limit()

    @classmethod
    def _resolve_clickhouse_agg(cls, name: str) -> tuple[str, tuple[str, ...]] | None:
        """Our own list of aggregate functions: the library's lacks many, and fails on ``f(0.5)(x)`` of
        those.
        """
        return aggregate_base(name)

    def _advance(self, times: int = 1) -> None:
        """Move on; counts the steps, because the library tries alternatives and a hostile query can make it
        try for hours.
        """
        self.steps_left -= 1
        if self.steps_left < 0:
            raise NotAllowed("The query is nested too deeply.")
        super()._advance(times)


def limit_by_sql(generator: ClickHouseGenerator, expression: LimitBy) -> str:
    """``LIMIT [offset,] n BY …``."""
    parts = [
        generator.sql(part) for part in (expression.args.get("offset"), expression.args["expression"]) if part
    ]
    return f"{generator.seg('LIMIT')} {', '.join(parts)} BY {generator.expressions(expression, flat=True)}"


class SondeGenerator(ClickHouseGenerator):
    """Writes the tree. Every identifier quoted, no comment, functions as they were called."""

    TRANSFORMS: ClassVar[dict[Any, Any]] = {**ClickHouseGenerator.TRANSFORMS, LimitBy: limit_by_sql}

    def literal_sql(self, expression: exp.Literal) -> str:
        """Strings in the one canonical form; numbers as they were written."""
        text = str(expression.this or "")
        return encode_literal(text) if expression.is_string else text

    def not_sql(self, expression: exp.Not) -> str:
        """``a NOT IN …`` rather than ``NOT (a IN …)``: the engine names columns by what is written."""
        inner = expression.this
        if isinstance(inner, exp.In):
            return self.membership(inner, "NOT IN")
        if isinstance(inner, exp.Is) and not inner.args.get("negate"):
            return self.infix(inner, "IS NOT")
        if isinstance(inner, exp.Like | exp.ILike) and not inner.args.get("negate"):
            return self.infix(inner, "NOT LIKE" if isinstance(inner, exp.Like) else "NOT ILIKE")
        if isinstance(inner, exp.Between):
            return self.range(inner, "NOT ")
        return f"NOT {self.sql(inner)}"

    def infix(self, expression: exp.Binary, operator: str) -> str:
        """``left operator right``."""
        return f"{self.sql(expression, 'this')} {operator} {self.sql(expression, 'expression')}"

    def in_sql(self, expression: exp.In) -> str:
        """``a IN …``."""
        return self.membership(expression, "IN")

    def is_sql(self, expression: exp.Is) -> str:
        """``a IS NULL``."""
        return self.infix(expression, "IS NOT" if expression.args.get("negate") else "IS")

    def between_sql(self, expression: exp.Between) -> str:
        """``a BETWEEN b AND c``."""
        return self.range(expression, "")

    def range(self, expression: exp.Between, negation: str) -> str:
        """A range, perhaps negated."""
        this, low, high = (self.sql(expression, name) for name in ("this", "low", "high"))
        return f"{this} {negation}BETWEEN {low} AND {high}"

    def membership(self, expression: exp.In, operator: str) -> str:
        """IN and NOT IN with a list, an array, a parameter or a subquery."""
        right = expression.args.get("query") or expression.args.get("field")
        text = self.sql(right) if right else f"({self.expressions(expression, flat=True)})"
        is_global = "GLOBAL " if expression.args.get("is_global") else ""
        return f"{self.sql(expression, 'this')} {is_global}{operator} {text}"

    def interval_sql(self, expression: exp.Interval) -> str:
        """``INTERVAL 5 MINUTE``."""
        value = expression.this
        plain = isinstance(value, exp.Literal) and value.name.isdigit()
        text = value.name if plain else self.sql(value)
        return f"INTERVAL {text} {self.sql(expression, 'unit')}"

    def if_sql(self, expression: exp.If) -> str:
        """``a ? b : c``; inside CASE the library writes it itself."""
        return self.func("if", expression.this, expression.args.get("true"), expression.args.get("false"))

    def intdiv_sql(self, expression: exp.IntDiv) -> str:
        """``a DIV b``."""
        return self.func("intDiv", expression.this, expression.expression)

    def offset_limit_modifiers(
        self, expression: exp.Expr, fetch: bool, limit: exp.Fetch | exp.Limit | None
    ) -> list[str]:
        """LIMIT BY comes before the others."""
        return [self.sql(expression, "limit_by"), *super().offset_limit_modifiers(expression, fetch, limit)]


class SondeSql(ClickHouse):
    """The dialect."""

    Parser = SondeParser
    Generator = SondeGenerator


def tokens_of(sql: str, dialect: SondeSql) -> list[Token]:
    """Tokens with their string literals decoded. Raises `TokenError`."""
    tokens = dialect.tokenize(sql)
    for token in tokens:
        if token.token_type == TokenType.STRING:
            raw = sql[token.start : token.end + 1]
            if len(raw) < 2 or raw[0] != "'" or raw[-1] != "'":
                raise NotAllowed("This way of writing a string is not allowed.", hint="Use 'single quotes'.")
            try:
                token.text = decode_literal(raw[1:-1])
            except ValueError:
                raise NotAllowed("A \\x in a string needs two hex digits.") from None
    return tokens


def parse(sql: str) -> list[exp.Expr | None]:
    """The statements of a text. Raises `NotAllowed` and the library's own errors."""
    dialect = SondeSql()
    tokens = tokens_of(sql, dialect)
    parser = SondeParser(dialect=dialect)
    parser.steps_left = max(STEPS_MIN, STEPS_PER_TOKEN * len(tokens))
    return parser.parse(tokens, sql)


def render(tree: exp.Expr) -> str:
    """ClickHouse SQL of a tree."""
    return SondeSql().generate(tree, identify=True, comments=False, copy=True)
