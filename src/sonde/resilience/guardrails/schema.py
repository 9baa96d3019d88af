"""Answers that must be JSON of a known form."""

import importlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import msgspec

from sonde.model.errors import BadInput
from sonde.resilience.guardrails.finding import Action, Check, Finding

_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)


def json_schema(
    schema: Mapping[str, Any] | type | None = None, *, fenced: bool = True, action: Action = "block"
) -> Check:
    """Text that is not JSON, or not JSON of the given form.

    Args:
        schema: A JSON Schema (needs ``pip install 'sonde[jsonschema]'``), a pydantic model, a type that
            msgspec knows (dataclass, struct, TypedDict, ``list[int]`` …), or None for any JSON.
        fenced: Whether JSON within one Markdown code fence counts.
        action: Block or flag: what is not JSON has no part to redact.
    """
    if action == "redact":
        raise ValueError("what is not JSON of a form cannot be redacted: use block or flag")
    fault = _fault_finder(schema)

    def find(text: str) -> Sequence[Finding]:
        inside = _FENCE.match(text) if fenced else None
        kind = fault(inside.group(1) if inside else text)
        return () if kind is None else (Finding(kind, 0, len(text)),)

    return Check("json schema", find, action, when="end", fail_closed=action == "block")


def _fault_finder(schema: Mapping[str, Any] | type | None) -> Callable[[str], str | None]:
    if schema is None or isinstance(schema, Mapping):
        validate = None if schema is None else _validator(schema)

        def by_schema(text: str) -> str | None:
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                return "not JSON"
            return None if validate is None or validate(value) else "not of the schema"

        return by_schema
    read: Callable[[str], Any] | None = getattr(schema, "model_validate_json", None)
    decode = msgspec.json.Decoder(schema).decode if read is None else read

    def by_type(text: str) -> str | None:
        try:
            decode(text)
        except msgspec.ValidationError:
            return "not of the schema"
        except msgspec.DecodeError:
            return "not JSON"
        except (ValueError, RecursionError):  # pydantic's ValidationError is one
            return "not of the schema"
        return None

    return by_type


def _validator(schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    try:
        import referencing
        from jsonschema.exceptions import SchemaError
    except ImportError as error:
        raise BadInput(
            "checking a JSON Schema needs the package `jsonschema`", hint="pip install 'sonde[jsonschema]'"
        ) from error
    validators: Any = importlib.import_module("jsonschema.validators")  # its types are partly unknown
    kind = validators.validator_for(schema, default=validators.Draft202012Validator)
    try:
        kind.check_schema(schema)
    except SchemaError as error:
        raise BadInput(f"this is no JSON Schema: {error.message}") from error
    # An empty registry: nothing is ever fetched, what a schema refers to must be in it.
    empty: Any = cast("Any", referencing).Registry()
    return cast("Callable[[Any], bool]", kind(schema, registry=empty).is_valid)
