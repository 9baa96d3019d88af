"""What came of a batch: answers and errors, apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BatchOutcome(Generic[K, T]):
    """Answers and errors of a batch by key: the position in the input, or the request's own id."""

    answers: Mapping[K, T] = field(default_factory=dict[K, T])
    errors: Mapping[K, Exception] = field(default_factory=dict[K, Exception])

    @property
    def complete(self) -> bool:
        """Whether nothing failed."""
        return not self.errors

    def in_order(self) -> list[T]:
        """All answers in the order of their keys. Raises an ``ExceptionGroup`` when something failed."""
        if self.errors:
            total = len(self.answers) + len(self.errors)
            raise ExceptionGroup(f"{len(self.errors)} of {total} items failed", list(self.errors.values()))
        return [self.answers[key] for key in sorted(self.answers, key=_rank)]


def _rank(key: object) -> tuple[int, str]:
    return (key, "") if isinstance(key, int) else (0, str(key))
