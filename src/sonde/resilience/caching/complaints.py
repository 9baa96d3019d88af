"""A line in the log for what a cache could not do, once each."""

import logging

_log = logging.getLogger("sonde.resilience")
_TEXTS_MAX = 100


class Complaints:
    """Says a thing once: a line per call would drown the host's own log."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def say(self, text: str) -> None:
        """Log a warning unless it was said, or too much was."""
        if text not in self._said and len(self._said) < _TEXTS_MAX:
            self._said.add(text)
            _log.warning(text)
