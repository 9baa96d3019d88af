"""The function of the app that is running: the nearest frame that belongs to no library."""

import sysconfig
from inspect import currentframe
from types import CodeType, FrameType

FUNCTION = "code.function.name"

_FRAMES_MAX = 200
_FILES_MAX = 4_096
_OWN = __file__.rpartition("/sdk/")[0] + "/"
_LIBRARIES = tuple(
    sorted({path.rstrip("/") + "/" for name in ("stdlib", "platstdlib", "purelib", "platlib")
            if (path := sysconfig.get_paths().get(name))})
)  # fmt: skip
_MARKS = ("/site-packages/", "/dist-packages/", "<frozen ")
_library_files: dict[str, bool] = {}


def caller() -> str | None:
    """``module.function`` of the app's innermost running function; None when only libraries run."""
    frame: FrameType | None = currentframe()
    for _ in range(_FRAMES_MAX):
        if frame is None:
            return None
        code = frame.f_code
        if not _in_library(code):
            return f"{frame.f_globals.get('__name__', '')}.{code.co_qualname}".replace(".<locals>", "")
        frame = frame.f_back
    return None


def _in_library(code: CodeType) -> bool:
    file = code.co_filename
    known = _library_files.get(file)
    if known is None:
        known = file.startswith((_OWN, *_LIBRARIES)) or any(mark in file for mark in _MARKS)
        if len(_library_files) < _FILES_MAX:
            _library_files[file] = known
    return known


def name_of(function: object) -> str:
    """``module.function`` of a function object."""
    module = getattr(function, "__module__", None) or ""
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return f"{module}.{name}".replace(".<locals>", "").lstrip(".")
