"""A thin typed door to RE2: matching in linear time, on bytes."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

Span = tuple[int, int]


class Pattern:
    """A compiled RE2 pattern. Offsets are byte offsets."""

    __slots__ = ("_compiled",)

    def __init__(self, pattern: bytes | str) -> None:
        """``bytes`` patterns see bytes, ``str`` patterns see UTF-8. Raises ValueError when not valid."""
        re2: Any = import_module("re2")  # has no types
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 32 << 20
        if isinstance(pattern, bytes):
            options.encoding = re2.Options.Encoding.LATIN1
        try:
            self._compiled: Any = re2.compile(pattern, options)
        except re2.error as error:
            reason = error.args[0] if error.args else str(error)
            text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
            raise ValueError(text) from error

    @property
    def size(self) -> int:
        """Instructions of the compiled program."""
        return self._compiled.programsize

    def found(self, text: bytes) -> bool:
        """Whether it matches anywhere."""
        return self._compiled.search(text) is not None

    def spans(self, text: bytes) -> Iterator[Span]:
        """The matches, left to right, not overlapping."""
        for match in self._compiled.finditer(text):
            yield match.span()
