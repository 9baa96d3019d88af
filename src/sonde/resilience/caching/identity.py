"""Which function a call goes to, and at which provider: the same arguments elsewhere are another question."""

from types import ModuleType
from typing import Any

from sonde.resilience.caching.keys import Unkeyable, key
from sonde.resilience.wrapping import Call


def identity(call: Call) -> str:
    """The function's full name, with the address of its client or the content of its object.

    Raises:
        Unkeyable: the function is a method of an object whose content cannot be told.
    """
    function: Any = call.function
    name = name_of(call)
    owner = getattr(function, "__self__", None)
    if owner is None and len(call.arguments) < len(call.args) + len(call.kwargs):
        owner = call.args[0]  # a method that was decorated in its class: `self` is no argument
    if owner is None or isinstance(owner, ModuleType):
        return name
    client = getattr(owner, "_client", None) or getattr(owner, "_api_client", None)
    if client is not None:
        return f"{name} at {_address(client)}"
    if isinstance(owner, type):
        return f"{name} of {owner.__module__}.{owner.__qualname__}"
    try:
        return f"{name} of {key({'self': owner})}"
    except Unkeyable as error:
        raise Unkeyable(f"it is a method, and {error}") from error


def name_of(call: Call) -> str:
    """Module and name of the function."""
    function: Any = call.function
    while hasattr(function, "func") and hasattr(function, "keywords"):  # functools.partial
        function = function.func
    module = getattr(function, "__module__", None) or type(function).__module__
    return f"{module}.{getattr(function, '__qualname__', type(function).__qualname__)}"


def _address(client: Any) -> str:
    """Where a client of OpenAI, Anthropic (`base_url`) or Google (`_http_options`) sends its requests."""
    base = getattr(client, "base_url", None) or getattr(
        getattr(client, "_http_options", None), "base_url", None
    )
    return f"{type(client).__qualname__} {base}"
