"""Which instrumentation is chosen for which library, with made-up packages that look real on disk."""

from pathlib import Path
from typing import Any

import pytest

from sonde.sdk.instrumentations import GENAI, LIBRARIES, OPENINFERENCE, OPENLLMETRY, family_of
from tests.contract.sdk.collector import Collector, printed
from tests.contract.sdk.conftest import Run

GENAI_OPENAI = "opentelemetry-instrumentation-genai-openai"
GENAI_LANGCHAIN = "opentelemetry-instrumentation-genai-langchain"
OPENINFERENCE_OPENAI = "openinference-instrumentation-openai"
OPENINFERENCE_LLAMA = "openinference-instrumentation-llama-index"
OPENLLMETRY_OPENAI = "opentelemetry-instrumentation-openai"

INSTRUMENTOR = """
import json, os
class Instrumentor:
    _instance = None
    def __new__(cls):
        if cls._instance is None:
            cls._instance = object.__new__(cls)
            cls._instance.is_instrumented_by_opentelemetry = False
        return cls._instance
    def instrument(self, **options):
        {body}
        self.is_instrumented_by_opentelemetry = True
        options["tracer_provider"].get_tracer("{name}").start_span("instrumented {name}").end()
        seen = os.environ.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT")
        print(json.dumps(["{name}", sorted(options), seen]))
"""


class Site:
    """A folder of installed packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def library(self, module: str, distribution: str = "", version: str = "1.0") -> None:
        path = self.folder
        for part in module.split("."):
            path = path / part
            path.mkdir(exist_ok=True)
            (path / "__init__.py").touch()
        self._info(distribution or module, version)

    def instrumentation(self, distribution: str, body: str = "pass", *, group: str = "") -> None:
        module = distribution.replace("-", "_")
        (self.folder / f"{module}.py").write_text(INSTRUMENTOR.format(body=body, name=distribution))
        info = self._info(distribution, "1.0")
        entry = f"[opentelemetry_instrumentor]\nname = {module}:Instrumentor\n"
        (info / "entry_points.txt").write_text(entry + group)

    def _info(self, distribution: str, version: str) -> Path:
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        return info


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


@pytest.fixture
def init(run: Run, site: Site, collector: Collector) -> Any:
    """Runs `sonde.init` and gives the packages that were switched on, and the line it said."""

    def call(arguments: str = "", before: str = "", **variables: str) -> tuple[list[Any], str]:
        result = run(
            f"{before}\nimport sonde\nsonde.init(service='x', {arguments})",
            SONDE_URL=collector.url,
            PYTHONPATH=str(site.folder),
            **variables,
        )
        return [printed(line) for line in result.stdout.splitlines()], result.stderr

    return call


def test_the_best_of_three_and_only_that(init: Any, site: Site, collector: Collector) -> None:
    site.library("openai")
    for package in (OPENLLMETRY_OPENAI, OPENINFERENCE_OPENAI, GENAI_OPENAI):
        site.instrumentation(package)
    on, line = init()
    assert [name for name, *_ in on] == [GENAI_OPENAI]
    assert "instrumented openai (OpenTelemetry GenAI)" in line
    assert collector.names() == [f"instrumented {GENAI_OPENAI}"]


def test_openinference_before_openllmetry(init: Any, site: Site) -> None:
    site.library("openai")
    site.instrumentation(OPENLLMETRY_OPENAI)
    site.instrumentation(OPENINFERENCE_OPENAI)
    (site.folder / "openinference" / "instrumentation").mkdir(parents=True)
    (site.folder / "openinference" / "instrumentation" / "__init__.py").write_text(
        "class TraceConfig:\n    def __init__(self, **options): assert options['hide_inputs']\n"
    )
    on, line = init()
    assert [(name, options) for name, options, _ in on] == [
        (OPENINFERENCE_OPENAI, ["config", "raise_exception_on_conflict", "tracer_provider"])
    ]
    assert "openai (OpenInference)" in line


def test_one_for_each_library(init: Any, site: Site) -> None:
    site.library("openai")
    site.library("langchain_core")
    site.library("llama_index.core")
    site.instrumentation(GENAI_OPENAI)
    site.instrumentation(GENAI_LANGCHAIN)
    site.instrumentation(OPENINFERENCE_LLAMA)
    on, line = init("capture_content=True")
    assert [name for name, *_ in on] == [GENAI_LANGCHAIN, OPENINFERENCE_LLAMA, GENAI_OPENAI]
    assert "langchain (OpenTelemetry GenAI), llama-index (OpenInference), openai" in line


def test_an_instrumentation_without_its_library_is_not_loaded(init: Any, site: Site) -> None:
    site.instrumentation(GENAI_OPENAI, body="raise AssertionError('loaded')")
    on, line = init()
    assert on == []
    assert "nothing to instrument" in line


def test_one_that_does_not_fit_makes_way_for_the_next(init: Any, site: Site) -> None:
    site.library("openai")
    site.instrumentation(
        GENAI_OPENAI, body="raise type('DependencyConflictError', (Exception,), {})('openai < 3 needed')"
    )
    site.instrumentation(OPENLLMETRY_OPENAI)
    on, line = init()
    assert [name for name, *_ in on] == [OPENLLMETRY_OPENAI]
    assert "openai (OpenLLMetry)" in line


def test_when_none_fits_the_reason_is_said(init: Any, site: Site) -> None:
    site.library("openai")
    site.instrumentation(
        GENAI_OPENAI, body="raise type('DependencyConflictError', (Exception,), {})('openai < 3 needed')"
    )
    _, line = init()
    assert f"not possible: openai ({GENAI_OPENAI}: openai < 3 needed)" in line


@pytest.mark.parametrize("package", [GENAI_OPENAI, OPENLLMETRY_OPENAI])
def test_what_the_app_switched_on_is_left_as_it_is(init: Any, site: Site, package: str) -> None:
    site.library("openai")
    site.instrumentation(GENAI_OPENAI)
    site.instrumentation(OPENLLMETRY_OPENAI)
    module = package.replace("-", "_")
    on, line = init(
        before=f"import {module}\nfrom opentelemetry import trace\n"
        f"{module}.Instrumentor().instrument(tracer_provider=trace.get_tracer_provider())"
    )
    assert len(on) == 1
    assert "left as it was: openai" in line


def test_only_what_is_asked_for(init: Any, site: Site) -> None:
    site.library("openai")
    site.library("langchain_core")
    site.instrumentation(GENAI_OPENAI)
    site.instrumentation(GENAI_LANGCHAIN)
    on, _ = init("instrument=['openai']")
    assert [name for name, *_ in on] == [GENAI_OPENAI]
    assert init("instrument=False")[0] == []
    _, line = init("instrument=['opnai', 'cohere']")
    assert "cohere (not installed)" in line
    assert "opnai (unknown" in line


def test_a_second_init_instruments_nothing_twice(run: Run, site: Site, collector: Collector) -> None:
    site.library("openai")
    site.instrumentation(GENAI_OPENAI)
    result = run(
        "import sonde\nsonde.init(service='a')\nsonde.init(service='b')",
        SONDE_URL=collector.url,
        PYTHONPATH=str(site.folder),
    )
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "variables", "seen"),
    [
        ("", {}, "NO_CONTENT"),
        ("capture_content=True", {}, "SPAN_ONLY"),
        ("", {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "EVENT_ONLY"}, "EVENT_ONLY"),
    ],
)
def test_instrumentations_are_told_about_content(
    init: Any, site: Site, arguments: str, variables: dict[str, str], seen: str
) -> None:
    site.library("openai")
    site.instrumentation(GENAI_OPENAI)
    on, _ = init(arguments, **variables)
    assert on[0][2] == seen


def test_a_library_without_instrumentation_names_the_package(init: Any, site: Site) -> None:
    site.library("openai")
    _, line = init()
    assert f"pip install {GENAI_OPENAI}" in line


@pytest.mark.parametrize(("version", "family"), [("2.11.0", "itself"), ("0.60.0", "OpenTelemetry GenAI")])
def test_anthropic_traces_itself_from_two_on(init: Any, site: Site, version: str, family: str) -> None:
    site.library("anthropic", version=version)
    site.instrumentation("opentelemetry-instrumentation-genai-anthropic")
    on, line = init()
    assert f"anthropic ({family})" in line
    assert len(on) == (family != "itself")
    if family == "itself":
        on, line = init(ANTHROPIC_OPEN_TELEMETRY="false")
        assert "anthropic (OpenTelemetry GenAI)" in line
        assert len(on) == 1


def test_a_broken_instrumentation_does_not_break_the_app(init: Any, site: Site) -> None:
    site.library("openai")
    site.library("langchain_core")
    site.instrumentation(GENAI_OPENAI, body="raise ZeroDivisionError('a bug')")
    site.instrumentation(GENAI_LANGCHAIN)
    on, line = init(SONDE_RAISE="0")
    assert [name for name, *_ in on] == [GENAI_LANGCHAIN]
    assert "openai" in line
    assert "a bug" in line


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("opentelemetry-instrumentation-genai-openai", ("openai", GENAI)),
        ("opentelemetry_instrumentation_genai_openai_agents", ("openai-agents", GENAI)),
        ("opentelemetry-instrumentation-google-genai", ("google-genai", GENAI)),
        ("opentelemetry-instrumentation-openai-v2", ("openai", GENAI)),
        ("opentelemetry-instrumentation-openai", ("openai", OPENLLMETRY)),
        ("opentelemetry-instrumentation-llamaindex", ("llama-index", OPENLLMETRY)),
        ("openinference-instrumentation-llama-index", ("llama-index", OPENINFERENCE)),
        ("openinference-instrumentation-google-genai", ("google-genai", OPENINFERENCE)),
        ("something-else", ("", "")),
    ],
)
def test_families(package: str, expected: tuple[str, str]) -> None:
    assert family_of(package) == expected
    assert not expected[0] or expected[0] in LIBRARIES


def test_web_frameworks_are_not_llm_libraries() -> None:
    assert family_of("opentelemetry-instrumentation-requests")[0] not in LIBRARIES
