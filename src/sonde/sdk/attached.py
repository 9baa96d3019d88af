"""Leaving OpenTelemetry's context where it was entered."""

from contextvars import Token

from opentelemetry.context import Context


def leave(token: "Token[Context]") -> None:
    """Take back an `opentelemetry.context.attach`.

    The end of a block may run in another context than its beginning: an event loop closes abandoned async
    generators in a task of its own. That context never saw what was attached, so there is nothing to take
    back; OpenTelemetry's own ``detach`` would log a stack trace about it each time.
    """
    try:
        token.var.reset(token)
    except (ValueError, RuntimeError):
        return
