"""The function of the app that is running: the nearest frame that belongs to no library."""

import sysconfig
from inspect import currentframe
from types import FrameType

FUNCTION = "code.function.name"

_FRAMES_MAX = 200
_FILES_MAX = 4_096
_OWN = __file__.rpartition("/sdk/")[0] + "/"


def _folders(*names: str) -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple(sorted({paths[name].rstrip("/") + "/" for name in names if name in paths}))


_STANDARD = _folders("stdlib", "platstdlib", "scripts")
_INSTALLED = _folders("purelib", "platlib")
_MARKS = ("/site-packages/", "/dist-packages/")

_LIBRARIES = frozenset(
    (
        "IPython", "_pytest", "agents", "aiohttp", "anthropic", "anyio", "asgiref", "autogen",
        "autogen_core", "backoff", "boto3", "botocore", "celery", "cohere", "crewai", "dbos", "django",
        "dspy", "fastapi", "flask", "google", "granian", "groq", "grpc", "guidance", "gunicorn",
        "haystack", "httpcore", "httpcore2", "httpx", "httpx2", "huggingface_hub", "hypercorn",
        "instructor", "ipykernel", "jinja2", "joblib", "langchain", "langchain_anthropic",
        "langchain_classic", "langchain_community", "langchain_core", "langchain_google_genai",
        "langchain_openai", "langfuse", "langgraph", "langsmith", "litellm", "llama_index", "logfire",
        "magentic", "mcp", "mirascope", "mistralai", "ollama", "openai", "openinference", "openlit",
        "opentelemetry", "outlines", "pluggy", "prefect", "pydantic", "pydantic_ai", "pydantic_core",
        "pytest", "ray", "requests", "semantic_kernel", "smolagents", "stamina", "starlette", "strands",
        "structlog", "tenacity", "together", "tornado", "traceloop", "transformers", "trio", "urllib3",
        "uvicorn", "vertexai", "werkzeug", "workflows", "wrapt",
    )
)  # fmt: skip
"""Packages that call models, or functions, for somebody else."""

_APP, _PACKAGE, _LIBRARY = 0, 1, 2
_kinds: dict[str, int] = {}


def caller() -> str | None:
    """``module.function`` of the app's innermost running function; None when only libraries run.

    An app that is itself installed as a package is told from libraries by their names.
    """
    frame: FrameType | None = currentframe()
    packaged: FrameType | None = None
    known = _kinds.get
    for _ in range(_FRAMES_MAX):
        if frame is None:
            break
        kind = known(frame.f_code.co_filename)
        if kind is None:
            kind = _learn(frame)
        if kind == _APP:
            return _name(frame)
        if kind == _PACKAGE and packaged is None:
            packaged = frame
        frame = frame.f_back
    return None if packaged is None else _name(packaged)


def _name(frame: FrameType) -> str:
    return f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}".replace(".<locals>", "")


def _learn(frame: FrameType) -> int:
    file = frame.f_code.co_filename
    kind = _judge(file, str(frame.f_globals.get("__name__", "")))
    if len(_kinds) < _FILES_MAX:
        _kinds[file] = kind
    return kind


def _judge(file: str, module: str) -> int:
    installed = file.startswith(_INSTALLED) or any(mark in file for mark in _MARKS)
    if file.startswith((_OWN, "<frozen ")) or (file.startswith(_STANDARD) and not installed):
        return _LIBRARY
    if not installed:
        return _APP
    return _LIBRARY if module.partition(".")[0] in _LIBRARIES else _PACKAGE


def name_of(function: object) -> str:
    """``module.function`` of a function object."""
    module = getattr(function, "__module__", None) or ""
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return f"{module}.{name}".replace(".<locals>", "").lstrip(".")
