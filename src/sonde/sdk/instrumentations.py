"""Finds installed LLM libraries and switches on the best instrumentation of each, never two for one.

The order: what a library does itself in OpenTelemetry's GenAI conventions, OpenTelemetry's GenAI packages,
OpenInference, OpenLLMetry. One that the app has switched on already is left as it is.
"""

import contextlib
import importlib
import importlib.metadata
import logging
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from sonde.sdk import providers
from sonde.sdk.config import Config
from sonde.sdk.safety import raises

GROUP = "opentelemetry_instrumentor"
NATIVE, GENAI, OPENINFERENCE, OPENLLMETRY = "itself", "OpenTelemetry GenAI", "OpenInference", "OpenLLMetry"
_RANKS = {NATIVE: 0, GENAI: 1, OPENINFERENCE: 2, OPENLLMETRY: 3}

LIBRARIES: dict[str, str] = {
    "agno": "agno",
    "aleph-alpha": "aleph_alpha_client",
    "anthropic": "anthropic",
    "autogen": "autogen",
    "autogen-agentchat": "autogen_agentchat",
    "bedrock": "botocore",
    "beeai": "beeai_framework",
    "claude-agent-sdk": "claude_agent_sdk",
    "cohere": "cohere",
    "crewai": "crewai",
    "dspy": "dspy",
    "google-adk": "google.adk",
    "google-genai": "google.genai",
    "google-generativeai": "google.generativeai",
    "groq": "groq",
    "guardrails": "guardrails",
    "haystack": "haystack",
    "instructor": "instructor",
    "langchain": "langchain_core",
    "litellm": "litellm",
    "llama-index": "llama_index.core",
    "mcp": "mcp",
    "mistralai": "mistralai",
    "ollama": "ollama",
    "openai": "openai",
    "openai-agents": "agents",
    "portkey": "portkey_ai",
    "pydantic-ai": "pydantic_ai",
    "replicate": "replicate",
    "sagemaker": "sagemaker",
    "smolagents": "smolagents",
    "together": "together",
    "transformers": "transformers",
    "vertexai": "vertexai",
    "watsonx": "ibm_watsonx_ai",
    "writer": "writerai",
}
"""Library → the module that shows it is installed."""

_OTHER_NAMES = {
    "alephalpha": "aleph-alpha",
    "llamaindex": "llama-index",
    "openai-v2": "openai",
    "mistral": "mistralai",
    "google-genai-sdk": "google-genai",
    "autogen-agent-chat": "autogen-agentchat",
}
_OPENTELEMETRY_OWN = frozenset(("openai-v2", "google-genai", "openai-agents-v2"))
"""OpenTelemetry's own packages without ``genai`` in the name; the others of that form are OpenLLMetry's."""

_CONTENT_VARIABLES = {
    # variable: (value when content is captured, value when not)
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": ("SPAN_ONLY", "NO_CONTENT"),
    "TRACELOOP_TRACE_CONTENT": ("true", "false"),
    "ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE": ("content", None),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to instrument a library."""

    library: str
    family: str
    package: str
    is_on: Callable[[], bool]
    """Whether the app has switched it on by itself."""
    switch_on: Callable[[Config], None]
    """Raises when it cannot work here."""


@dataclass(slots=True)
class Report:
    """What was done, for the log line."""

    on: dict[str, str] = field(default_factory=dict[str, str])
    """Library → family."""
    already: list[str] = field(default_factory=list[str])
    unfit: dict[str, str] = field(default_factory=dict[str, str])
    """Library → why none of what is installed works with it."""
    missing: dict[str, str] = field(default_factory=dict[str, str])
    """Installed library without an instrumentation → the package that would do."""

    def words(self) -> str:
        """One phrase."""
        parts = [f"{library} ({family})" for library, family in sorted(self.on.items())]
        text = "instrumented " + ", ".join(parts) if parts else "nothing to instrument"
        if self.already:
            text += f"; left as it was: {', '.join(sorted(self.already))}"
        if self.unfit:
            text += "; not possible: " + ", ".join(
                f"{name} ({why})" for name, why in sorted(self.unfit.items())
            )
        if self.missing:
            text += "; for more: pip install " + " ".join(sorted(self.missing.values()))
        return text


_ours: set[str] = set()
"""Libraries this process has instrumented: a second `init` does not try again."""


def switch_on(config: Config) -> Report:
    """Instrument what is installed and wanted. Never raises (but see ``SONDE_RAISE``)."""
    report = Report()
    wanted = config.instrument
    if wanted is False:
        return report
    set_content_variables(config)
    found = candidates()
    for name in sorted(LIBRARIES if wanted is True else {_plain(name) for name in wanted}):
        if name not in LIBRARIES:
            report.unfit[name] = "unknown; Sonde knows " + ", ".join(sorted(LIBRARIES))
        elif name in _ours:
            report.already.append(name)
        elif installed(LIBRARIES[name]):
            _switch_on(name, found.get(name, []), config, report)
        elif wanted is not True:
            report.unfit[name] = "not installed"
    return report


def _switch_on(name: str, options: list[Candidate], config: Config, report: Report) -> None:
    if any(candidate.is_on() for candidate in options):
        report.already.append(name)
        return
    reasons: list[str] = []
    for candidate in options:
        try:
            with _quiet():
                candidate.switch_on(config)
        except Exception as error:
            if raises() and not _is_conflict(error):
                raise
            reasons.append(f"{candidate.package}: {_short(error)}")
            continue
        _ours.add(name)
        report.on[name] = candidate.family
        return
    if reasons:
        report.unfit[name] = "; ".join(reasons)
    elif name in _SUGGESTIONS:
        report.missing[name] = _SUGGESTIONS[name]


_SUGGESTIONS = {
    "openai": "opentelemetry-instrumentation-genai-openai",
    "anthropic": "opentelemetry-instrumentation-genai-anthropic",
    "google-genai": "opentelemetry-instrumentation-google-genai",
    "langchain": "opentelemetry-instrumentation-genai-langchain",
    "llama-index": "openinference-instrumentation-llama-index",
    "litellm": "openinference-instrumentation-litellm",
}


def candidates() -> dict[str, list[Candidate]]:
    """What is installed: library → candidates, best first."""
    found: dict[str, list[Candidate]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for entry in importlib.metadata.entry_points(group=GROUP):
        package = entry.dist.name if entry.dist is not None else ""
        library, family = family_of(package)
        if library in LIBRARIES and (library, package) not in seen:
            seen.add((library, package))
            found[library].append(
                Candidate(library, family, package, _is_on(entry), _by_entry_point(entry, family))
            )
    for library, (applies, is_on, switch) in _NATIVE.items():
        if installed(LIBRARIES[library]) and applies():
            found[library].append(Candidate(library, NATIVE, library, is_on, switch))
    for options in found.values():
        options.sort(key=lambda option: (_RANKS[option.family], option.package))
    return dict(found)


def family_of(package: str) -> tuple[str, str]:
    """Library and family of an instrumentation package; empty for one that is not about LLMs."""
    name = _plain(package)
    if name.startswith("openinference-instrumentation-"):
        return _known(name.removeprefix("openinference-instrumentation-")), OPENINFERENCE
    rest = name.removeprefix("opentelemetry-instrumentation-")
    if rest == name:
        return "", ""
    if rest.startswith("genai-"):
        return _known(rest.removeprefix("genai-")), GENAI
    return _known(rest), GENAI if rest in _OPENTELEMETRY_OWN else OPENLLMETRY


def installed(module: str) -> bool:
    """Whether a module is there, without importing it (its parent packages may be)."""
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def forget() -> None:
    """Forget what was switched on: for tests that take it off again."""
    _ours.clear()


def _known(name: str) -> str:
    return _OTHER_NAMES.get(name, name)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_on(entry: importlib.metadata.EntryPoint) -> Callable[[], bool]:
    def ask() -> bool:
        if entry.module not in sys.modules:
            return False  # not even loaded
        try:
            return bool(entry.load()().is_instrumented_by_opentelemetry)
        except Exception:  # noqa: BLE001 — one that cannot be made is not on
            return False

    return ask


def _by_entry_point(entry: importlib.metadata.EntryPoint, family: str) -> Callable[[Config], None]:
    def switch(config: Config) -> None:
        instrumentor: Any = entry.load()()
        options: dict[str, Any] = {
            "tracer_provider": providers.tracer_provider(),
            "raise_exception_on_conflict": True,
        }
        if config.metrics:
            options["meter_provider"] = providers.meter_provider()
        if family == OPENINFERENCE and not config.capture_content:
            options["config"] = _openinference_without_content()
        instrumentor.instrument(**options)
        if getattr(instrumentor, "is_instrumented_by_opentelemetry", True) is False:
            raise RuntimeError("it refused without a reason")

    return switch


def _openinference_without_content() -> Any:
    module: Any = importlib.import_module("openinference.instrumentation")
    return module.TraceConfig(hide_inputs=True, hide_outputs=True, hide_embedding_vectors=True)


def _anthropic_traces_itself() -> bool:
    """From 2.0 on, into the global provider, unless it is told not to."""
    if os.environ.get("ANTHROPIC_OPEN_TELEMETRY", "").strip().lower() in ("false", "0"):
        return False
    return _major("anthropic") >= 2 and providers.is_global()


def _nothing_to_do(config: Config) -> None:
    """The library looks for the global provider by itself."""


def _pydantic_ai_is_on() -> bool:
    module: Any = sys.modules.get("pydantic_ai")
    return bool(getattr(getattr(module, "Agent", None), "_instrument_default", False))


def _pydantic_ai(config: Config) -> None:
    agent: Any = importlib.import_module("pydantic_ai").Agent
    instrumented: Any = importlib.import_module("pydantic_ai.models.instrumented")
    agent.instrument_all(
        instrumented.InstrumentationSettings(
            tracer_provider=providers.tracer_provider(), include_content=config.capture_content
        )
    )


_NATIVE: dict[str, tuple[Callable[[], bool], Callable[[], bool], Callable[[Config], None]]] = {
    "anthropic": (_anthropic_traces_itself, lambda: False, _nothing_to_do),
    "pydantic-ai": (lambda: True, _pydantic_ai_is_on, _pydantic_ai),
}
"""Library → whether it can trace itself here, whether the app made it do so, how."""


def _major(distribution: str) -> int:
    try:
        return int(importlib.metadata.version(distribution).split(".")[0])
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return 0


def set_content_variables(config: Config) -> None:
    """Instrumentations read these when switched on or at each call; what the app has set itself stays."""
    for variable, (on, off) in _CONTENT_VARIABLES.items():
        value = on if config.capture_content else off
        if value is not None and (variable not in os.environ or variable in _set_by_us):
            os.environ[variable] = value
            _set_by_us.add(variable)


_set_by_us: set[str] = set()


def _is_conflict(error: Exception) -> bool:
    return isinstance(error, ImportError) or "Conflict" in type(error).__name__


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """Instrumentors complain in the log about what our one line says better."""
    logger = logging.getLogger("opentelemetry.instrumentation.instrumentor")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
