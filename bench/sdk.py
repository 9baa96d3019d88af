"""What observing a model call costs the app: time per call and chunk, import, memory; peers in the same run.

Each way of observing has processes of its own; bare OpenTelemetry and Sonde are besides measured call by call
in turn in one process, which other work on the machine hardly changes: the limits are held against that.

python -m bench sdk [--rounds 3] [--calls 1500] [--streams 60] [--modes sonde otel …]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import urllib.request
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bench.report import publish

ROOT = Path(__file__).resolve().parent.parent
# Mode -> environment. In each round the processes of one environment follow each other, `base` first.
MODES = {
    "manual": "peers",
    "otel": "peers",
    "otel_content": "peers",
    "sonde": "peers",
    "sonde_content": "peers",
    "openllmetry": "peers",
    "openinference": "peers",
    "logfire": "peers",
    "langfuse": "peers",
    "openlit": "openlit",
}
LIMIT = 1.3
IMPORT_LIMIT = 1.2
OTEL_SDK = (
    "from opentelemetry.sdk.trace import TracerProvider;"
    "from opentelemetry.sdk.trace.export import BatchSpanProcessor;"
    "from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter"
)
# `import sonde` alone loads its names when they are used, hence the line with all of them.
IMPORTS = {
    "nothing": ("peers", "pass"),
    "opentelemetry sdk": ("peers", OTEL_SDK),
    "sonde": ("peers", "import sonde"),
    "sonde, all public names": ("peers", "import sonde; [getattr(sonde, name) for name in sonde.__all__]"),
    "logfire": ("peers", "import logfire"),
    "langfuse": ("peers", "import langfuse"),
    "openlit": ("openlit", "import openlit"),
}
# The median by the clock is what an app feels; CPU of its thread hardly depends on the machine's other work.
TIMES = {
    "call_us": "a call",
    "call_thread_us": "a call, CPU of the app's thread",
    "chunk_us": "a chunk",
    "chunk_thread_us": "a chunk, CPU of the app's thread",
}
Results = dict[str, list[dict[str, float]]]
Pair = dict[str, dict[str, dict[str, float]]]
"""call or chunk → arm → wall_us and thread_us."""
PAIR_MODES = ("no_content", "span_only")


@contextmanager
def sink() -> Generator[int]:
    """A receiver in a process of its own; its port."""
    command = [sys.executable, "-m", "bench.sdk_sink"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def pythons(names: set[str]) -> dict[str, Path]:
    """The Pythons of the peers' environments, made when they are not there."""
    ordered = sorted(names)
    tool = [sys.executable, str(ROOT / "tools" / "examples.py"), *ordered]
    done = subprocess.run(tool, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return dict(zip(ordered, map(Path, done.stdout.split()), strict=True))


def quiet_environment(mode: str) -> dict[str, str]:
    """The environment of a measured process: nothing that changes what is measured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "SONDE_"))}
    # Logfire's plug-in would slow every program in its environment, also those that do not use it.
    return kept if mode == "logfire" else kept | {"PYDANTIC_DISABLE_PLUGINS": "__all__"}


def measure(python: Path, mode: str, calls: int, streams: int, port: int) -> dict[str, float]:
    """One process."""
    urllib.request.urlopen(f"http://127.0.0.1:{port}/stats").read()
    command = [str(python), str(ROOT / "bench" / "sdk_one.py"), mode, str(calls), str(streams), str(port)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=600, env=quiet_environment(mode)
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"{mode} failed: {done.stderr[-2_000:]}")
    found: dict[str, float] = json.loads(lines[-1])
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats") as answer:
        found["sent_bytes"] = json.load(answer)["bytes"]
    return found


def import_cpu_ms(python: Path, statement: str, rounds: int) -> float:
    """CPU of a fresh Python that runs a statement; the median of some."""
    ask = f"import time\n{statement}\nprint(time.process_time() * 1e3)"
    times = [
        float(
            subprocess.run(
                [str(python), "-c", ask],
                capture_output=True,
                text=True,
                check=True,
                env=quiet_environment(""),
            ).stdout
        )
        for _ in range(rounds)
    ]
    return statistics.median(times)


def added(results: Results, bases: Results, mode: str, what: str) -> list[float]:
    """What a mode adds to `base`, round by round."""
    pairs = zip(results[mode], bases[MODES[mode]], strict=True)
    return [one[what] - base[what] for one, base in pairs]


def rows_of(results: Results, bases: Results, modes: list[str]) -> list[tuple[str, object, str]]:
    """The table: medians over the rounds, with their spread."""
    rows: list[tuple[str, object, str]] = []
    for what, title in TIMES.items():
        bare = statistics.median(added(results, bases, "otel", what)) if "otel" in modes else 0.0
        for mode in modes:
            values = added(results, bases, mode, what)
            middle = statistics.median(values)
            compared = f"{min(values):.2f} to {max(values):.2f}"
            if bare > 0 and mode != "otel":
                compared += f"; {middle / bare:.2f} × bare OpenTelemetry"
            rows.append((f"{mode}: added to {title}, µs", f"{middle:.2f}", compared))
    for mode in modes:
        memory = statistics.median(added(results, bases, mode, "memory_mb"))
        init = statistics.median(added(results, bases, mode, "start_cpu_ms"))
        growth = statistics.median(one["growth_mb"] for one in results[mode])
        threads = max(one["thread_growth"] for one in results[mode])
        rows.append((
            f"{mode}: memory, MB", f"{memory:.1f}",
            f"grew {growth:.1f} MB and {threads:.0f} threads in the run; start {init:.0f} ms of CPU",
        ))  # fmt: skip
    return rows


def pair(python: Path, mode: str, calls: int, streams: int, port: int) -> Pair:
    """Bare OpenTelemetry and Sonde in turn in one process."""
    command = [str(python), str(ROOT / "bench" / "sdk_pair.py"), mode, str(calls), str(streams), str(port)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=1_200, env=quiet_environment(mode)
    )
    if done.returncode:
        raise RuntimeError(f"the pair failed: {done.stderr[-2_000:]}")
    found: Pair = json.loads(done.stdout.splitlines()[-1])
    return found


def pair_rows(pairs: dict[str, list[Pair]]) -> list[tuple[str, object, str]]:
    """Ours against the limit: medians over the rounds."""
    rows: list[tuple[str, object, str]] = []
    for mode, found in pairs.items():
        for what, kind in (
            ("call", "wall_us"),
            ("call", "thread_us"),
            ("chunk", "wall_us"),
            ("chunk", "thread_us"),
        ):
            bare = [one[what]["otel"][kind] - one[what]["base"][kind] for one in found]
            ours = [one[what]["sonde"][kind] - one[what]["base"][kind] for one in found]
            ratios = [mine / theirs for mine, theirs in zip(ours, bare, strict=True)]
            rows.append((
                f"in turn, {mode}: sonde : otel, {what}, {kind}", f"{statistics.median(ratios):.2f}",
                (
                    f"limit {LIMIT}; +{statistics.median(ours):.2f} : +{statistics.median(bare):.2f} µs; "
                    f"rounds {min(ratios):.2f} to {max(ratios):.2f}"
                ),
            ))  # fmt: skip
    return rows


def verdicts(results: Results, bases: Results, imports: dict[str, float]) -> list[tuple[str, object, str]]:
    """Memory and imports against the limits; for time see `pair_rows`."""
    found: list[tuple[str, object, str]] = []
    for ours, bare in (("sonde", "otel"), ("sonde_content", "otel_content")):
        if ours not in results or bare not in results:
            continue
        mine = statistics.median(added(results, bases, ours, "memory_mb"))
        theirs = statistics.median(added(results, bases, bare, "memory_mb"))
        found.append((f"{ours} : {bare}, memory", f"{mine / theirs:.2f}", f"limit {LIMIT}"))
    if imports:
        nothing = imports["nothing"]
        ratio = (imports["sonde"] - nothing) / (imports["opentelemetry sdk"] - nothing)
        found.append(
            ("import sonde : import of the OpenTelemetry SDK", f"{ratio:.2f}", f"limit {IMPORT_LIMIT}")
        )
        whole = imports["sonde, all public names"] - nothing
        ratio = whole / (imports["opentelemetry sdk"] - nothing)
        found.append(("the same with all public names", f"{ratio:.2f}", f"limit {IMPORT_LIMIT}"))
    return found


def main(arguments: list[str]) -> None:
    """Run and publish."""
    options = argparse.ArgumentParser(prog="python -m bench sdk")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--calls", type=int, default=1_500)
    options.add_argument("--streams", type=int, default=60)
    options.add_argument("--modes", nargs="*", choices=list(MODES), default=list(MODES))
    options.add_argument("--no-imports", action="store_true", help="leave the import times out")
    chosen = options.parse_args(arguments)
    modes: list[str] = chosen.modes
    where = pythons({MODES[mode] for mode in modes} | (set() if chosen.no_imports else {"peers", "openlit"}))
    results: Results = defaultdict(list)
    bases: Results = defaultdict(list)
    pairs: dict[str, list[Pair]] = defaultdict(list)
    with sink() as port:
        for number in range(chosen.rounds):
            if "sonde" in modes:
                for mode in PAIR_MODES:
                    pairs[mode].append(pair(where["peers"], mode, chosen.calls, chosen.streams, port))
            for environment in sorted({MODES[mode] for mode in modes}):
                python = where[environment]
                bases[environment].append(measure(python, "base", chosen.calls, chosen.streams, port))
                mine = [mode for mode in modes if MODES[mode] == environment]
                # Another order each time, so that a slow moment does not always meet the same one.
                for mode in mine[number % len(mine) :] + mine[: number % len(mine)]:
                    results[mode].append(measure(python, mode, chosen.calls, chosen.streams, port))
    imports: dict[str, float] = {}
    if not chosen.no_imports:
        rounds = 2 * chosen.rounds + 1
        imports = {
            name: import_cpu_ms(where[place], statement, rounds)
            for name, (place, statement) in IMPORTS.items()
        }
    rows = rows_of(results, bases, modes)
    rows += [(f"import {name}, ms of CPU", f"{value:.0f}", "") for name, value in imports.items()]
    rows += verdicts(results, bases, imports)
    rows += pair_rows(pairs)
    details = {"results": results, "bases": bases, "pairs": pairs, "imports_ms": imports}
    publish("sdk", rows, {"options": vars(chosen), **details})
