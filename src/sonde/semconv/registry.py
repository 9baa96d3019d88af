"""All tables as one index: attribute key → rule."""

from sonde.semconv import (
    langfuse,
    langsmith,
    logfire,
    mlflow,
    openinference,
    openlit,
    openllmetry,
    otel_genai,
    others,
    own,
    vercel,
)
from sonde.semconv.rule import Family, Rule, Table
from sonde.semconv.words import SCOPES

TABLES: tuple[Table, ...] = (
    own.TABLE,
    otel_genai.TABLE,
    openinference.TABLE,
    openllmetry.TABLE,
    openlit.TABLE,
    logfire.LOGFIRE,
    logfire.PYDANTIC_AI,
    langfuse.TABLE,
    vercel.TABLE,
    langsmith.TABLE,
    mlflow.TABLE,
    others.LITELLM,
    others.ANTHROPIC_SDK,
    others.SPRING_AI,
    others.GOOGLE_ADK,
    others.CLAUDE_CODE,
    others.OPENROUTER,
)

CACHE_KEYS_MAX = 20_000
"""Keys remembered beside those of the tables; a sender that invents keys cannot grow memory."""


def _index() -> dict[str, Rule | None]:
    index: dict[str, Rule | None] = {}
    for table in TABLES:
        for rule in table.rules:
            assert rule.key not in index, f"two tables read {rule.key}"
            index[rule.key] = Rule(
                rule.key,
                rule.field,
                rule.rank,
                rule.convert,
                rule.content,
                rule.gather,
                rule.path,
                table.convention,
            )
    for key in mlflow.PARAMETERS:
        index.setdefault(key, Rule(key, "", convention="mlflow"))
    return index


def _families() -> tuple[Family, ...]:
    """Longest prefix first."""
    found = [
        Family(
            family.prefix,
            family.field,
            family.rank,
            family.convert,
            family.content,
            family.gather,
            table.convention,
        )
        for table in TABLES
        for family in table.families
    ]
    return tuple(sorted(found, key=lambda family: (-len(family.prefix), family.prefix)))


_TABLE_INDEX = _index()
_FAMILIES = _families()

INDEX: dict[str, Rule | None] = dict(_TABLE_INDEX)
"""Key → rule, None for a key no table knows. Keys with an index are added as they are met."""


def find(key: str) -> Rule | None:
    """The rule for a key, or None when no table knows it."""
    try:
        return INDEX[key]
    except KeyError:
        return _resolve(key)


def _resolve(key: str) -> Rule | None:
    found = None
    for family in _FAMILIES:
        if key.startswith(family.prefix):
            found = family.rule(key)
            break
    if len(INDEX) >= len(_TABLE_INDEX) + CACHE_KEYS_MAX:
        for extra in list(INDEX)[len(_TABLE_INDEX) :]:
            INDEX.pop(extra, None)
    if len(key) <= 256:
        INDEX[key] = found
    return found


_SCOPES = tuple(sorted(SCOPES, key=lambda pair: -len(pair[0])))
_scope_cache: dict[str, str] = {}


def convention_of_scope(scope: str) -> str:
    """The convention an instrumentation scope is known for; empty for any other."""
    try:
        return _scope_cache[scope]
    except KeyError:
        pass
    found = "vercel-ai" if scope == "ai" else ""
    for prefix, convention in _SCOPES:
        if scope.startswith(prefix):
            found = convention
            break
    if len(_scope_cache) < 4_096:
        _scope_cache[scope] = found
    return found
