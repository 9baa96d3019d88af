"""Results for people (a table) and for programs (one JSON object in ``bench/results/``)."""

import json
import os
import platform
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).resolve().parent / "results"


def machine() -> dict[str, object]:
    """What it was measured on, without naming the host."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(pages / 1e9),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def publish(name: str, rows: list[tuple[str, object, str]], details: dict[str, object]) -> None:
    """Print rows of (what, value, compared with) and keep everything as JSON."""
    table = Table(title=name, title_justify="left")
    for column in ("measure", "value", "compared with"):
        table.add_column(column, overflow="fold")
    for what, value, compared in rows:
        table.add_row(what, f"{value:,}" if isinstance(value, int) else str(value), compared)
    Console(width=120).print(table)
    RESULTS.mkdir(exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    found = {"name": name, "time": stamp, "machine": machine(), **details}
    (RESULTS / f"{name}-{stamp}.json").write_text(json.dumps(found, indent=1, default=str) + "\n")


def ratio(ours: float, theirs: float) -> str:
    """Ours divided by theirs, for people."""
    return f"{ours / theirs:.1f} ×" if theirs else "no peer figure"
