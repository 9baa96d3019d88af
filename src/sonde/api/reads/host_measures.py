"""What is known about processes and their hosts: which OpenTelemetry metrics say it, and how they are read.

Names are those of OpenTelemetry's system-metrics instrumentation and collector, older ones behind newer ones.
"""

from dataclasses import dataclass
from typing import Literal

Reading = Literal["gauge", "rate", "quantile"]
"""gauge: the mean of the points of a step. rate: growth of a counter per second, through resets. quantile:
the 95th percentile of a histogram's growth."""
Combine = Literal["total", "each", "mean", "rest"]
"""How the series of one step become one value. total: their sum. each: their sum per process or host that
reported. mean: their mean. rest: 1 less their mean."""


@dataclass(frozen=True, slots=True)
class HostMeasure:
    """One measure of a process or of the host it runs on."""

    name: str
    title: str
    unit: str
    """1 (a share), By, By/s, {…}/s, s, {…}."""
    about: Literal["process", "host"]
    metrics: tuple[str, ...]
    """The first of these that a service sends is read."""
    reading: Reading
    combine: Combine
    description: str
    lines: tuple[str, ...] = ()
    """Attributes whose values get a line each; the first that is there."""
    only: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """(Attributes, values): points with another value of the first attribute that is there are left out."""
    whole_devices: bool = False
    """Sum over whole disks or outward network interfaces: partitions and loopback would count bytes twice."""


_STATE = ("state", "cpu.mode", "system.cpu.state", "system.memory.state")
_DIRECTION = ("direction", "network.io.direction", "disk.io.direction")
_GENERATION = ("generation", "cpython.gc.generation")

HOST_MEASURES: tuple[HostMeasure, ...] = (
    HostMeasure(
        "process_cpu", "CPU", "1", "process",
        ("process.cpu.utilization", "process.runtime.cpython.cpu.utilization"), "gauge", "each",
        "Of one core, per process",
    ),
    HostMeasure(
        "process_cpu_cores", "CPU time", "1", "process",
        ("process.cpu.time", "process.runtime.cpython.cpu_time"), "rate", "total",
        "Cores that all processes kept busy",
    ),
    HostMeasure(
        "process_memory", "Memory", "By", "process",
        ("process.memory.usage", "process.runtime.cpython.memory"), "gauge", "total",
        "Resident, all processes",
    ),
    HostMeasure(
        "event_loop_lag", "Event-loop lag", "s", "process", ("sonde.event_loop.lag",), "quantile", "total",
        "How late timers ran, 95th percentile",
    ),
    HostMeasure(
        "process_disk", "Disk of the process", "By/s", "process", ("process.disk.io",), "rate", "total",
        "Bytes all processes read and wrote", lines=_DIRECTION,
    ),
    HostMeasure(
        "gc", "Garbage collections", "{collection}/s", "process",
        ("cpython.gc.collections", "process.runtime.cpython.gc_collections"), "rate", "total",
        "By generation", lines=_GENERATION,
    ),
    HostMeasure(
        "threads", "Threads", "{thread}", "process",
        ("process.thread.count", "process.runtime.cpython.thread_count"), "gauge", "total",
        "Threads of all processes",
    ),
    HostMeasure(
        "open_files", "Open files", "{file}", "process",
        ("process.open_file_descriptor.count", "process.unix.file_descriptor.count"), "gauge", "total",
        "File descriptors, sockets too",
    ),
    HostMeasure(
        "context_switches", "Context switches", "{switch}/s", "process",
        ("process.context_switches",), "rate", "total",
        "By kind", lines=("type", "process.context_switch.type"),
    ),
    HostMeasure(
        "host_cpu", "CPU of the host", "1", "host", ("system.cpu.utilization",), "gauge", "rest",
        "Share of all cores that was not idle", only=(_STATE, ("idle",)),
    ),
    HostMeasure(
        "host_memory", "Memory of the host", "1", "host", ("system.memory.utilization",), "gauge", "mean",
        "Share in use", only=(_STATE, ("used",)),
    ),
    HostMeasure(
        "host_network", "Network of the host", "By/s", "host", ("system.network.io",), "rate", "each",
        "All interfaces but loopback, per host", lines=_DIRECTION, whole_devices=True,
    ),
    HostMeasure(
        "host_network_errors", "Network errors", "{error}/s", "host",
        ("system.network.errors",), "rate", "each", "Per host", lines=_DIRECTION, whole_devices=True,
    ),
    HostMeasure(
        "host_disk", "Disk of the host", "By/s", "host", ("system.disk.io",), "rate", "each",
        "Bytes of all disks, per host", lines=_DIRECTION, whole_devices=True,
    ),
)  # fmt: skip

METRIC_NAMES: tuple[str, ...] = tuple(
    dict.fromkeys(name for measure in HOST_MEASURES for name in measure.metrics)
)
"""Every metric that is read."""
