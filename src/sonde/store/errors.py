"""The engine's errors, told apart by code, as errors of our tree."""

import re

from sonde.model.errors import (
    BadInput,
    QueryTimeout,
    SondeError,
    StorageFull,
    StorageReadOnly,
    TooLarge,
    Unavailable,
)

_CODE = re.compile(r"Code: (\d+)\.")
_MESSAGE = re.compile(r"DB::(?:Exception|ErrnoException|FilesystemException): ?(.*)", re.DOTALL)
_TRAILER = re.compile(
    r"(?:\s*\([A-Z_0-9]+\))?\s*\(for url .*\)\s*$"
    r"|\s*\([A-Z_0-9]+\)\s*(?:\(version .*\))?\s*$|\s*\(version .*\)\s*$",
    re.DOTALL,
)

_TIMEOUT = {159, 160, 394, 209}
"""TIMEOUT_EXCEEDED, TOO_SLOW, QUERY_WAS_CANCELLED, SOCKET_TIMEOUT."""
_TOO_LARGE = {241, 396, 158, 307, 173}
"""MEMORY_LIMIT_EXCEEDED, TOO_MANY_ROWS_OR_BYTES, TOO_MANY_ROWS, TOO_MANY_BYTES, CANNOT_ALLOCATE_MEMORY."""
_FULL = {243}
"""NOT_ENOUGH_SPACE."""
_READ_ONLY = {242}
"""TABLE_IS_READ_ONLY."""
_INPUT = {
    *(
        1,
        6,
        10,
        16,
        26,
        27,
        32,
        36,
        38,
        41,
        42,
        43,
        44,
        46,
        47,
        48,
        50,
        53,
        59,
        60,
        62,
        63,
        69,
        70,
        72,
        80,
        81,
    ),
    *(
        115,
        117,
        125,
        128,
        130,
        131,
        153,
        164,
        179,
        184,
        190,
        206,
        207,
        215,
        258,
        344,
        349,
        352,
        386,
        395,
        403,
    ),
    *(407, 427, 435, 452, 456, 457, 497, 612),
}
"""What a wrong statement answers: parsing, unknown names, types, aggregates, parameters, read-only mode."""


def from_engine(text: str) -> SondeError:
    """The error for the text of an engine exception."""
    found = _CODE.search(text)
    code = int(found.group(1)) if found else 0
    lowered = text.lower()
    if code in _FULL or "no space left on device" in lowered or "errno: 28" in lowered:
        return StorageFull("The disk of the data folder is full: nothing can be written until there is room.")
    if code in _READ_ONLY or "read-only file system" in lowered or "errno: 30" in lowered:
        return StorageReadOnly("The data folder cannot be written.")
    if any(words in lowered for words in ("permission denied", "operation not permitted")):
        return StorageReadOnly("The data folder cannot be written: permission denied.")
    message = message_of(text)
    if code == 394:
        return QueryTimeout("The query was cancelled.")
    if code in _TIMEOUT:
        return QueryTimeout("The query ran longer than it may and was stopped.", hint="Ask for less at once.")
    if code in _TOO_LARGE:
        return TooLarge(
            f"The query needs more than it may: {message}", hint="Narrow the time range or aggregate."
        )
    if code in _INPUT:
        return BadInput(message)
    return Unavailable(f"The engine failed: {message}")


def message_of(text: str) -> str:
    """The engine's own words without its code, class and version."""
    found = _MESSAGE.search(text)
    message = found.group(1) if found else text
    return _TRAILER.sub("", message).strip()[:2_000]
