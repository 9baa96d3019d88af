"""What is wrong with a filter, and where."""

from sonde.model.errors import BadInput


class FilterError(BadInput):
    """A filter that cannot be understood. ``position`` and ``length`` are in characters of the text."""

    code = "bad-filter"

    def __init__(
        self,
        message: str,
        position: int = 0,
        length: int = 0,
        *,
        suggestions: tuple[str, ...] = (),
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.position = position
        self.length = length
        self.suggestions = suggestions
        """What could stand there instead, best first."""
