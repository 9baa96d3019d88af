"""What every span around a block of the host's code has: ids, and ``async with`` beside ``with``."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from opentelemetry.trace import Span as OtelSpan


class Block(ABC):
    """A span that is open while a block runs."""

    __slots__ = ("otel",)

    otel: OtelSpan
    """OpenTelemetry's span, for what is not offered here."""

    @abstractmethod
    def __enter__(self) -> Self:
        """Start the span."""

    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the span."""

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    @property
    def trace_id(self) -> str:
        """32 hex digits; zeros when nothing is recorded."""
        return f"{self.otel.get_span_context().trace_id:032x}"

    @property
    def span_id(self) -> str:
        """16 hex digits; zeros when nothing is recorded."""
        return f"{self.otel.get_span_context().span_id:016x}"
