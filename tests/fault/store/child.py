"""A process that opens a store and does one thing until it is killed. ``child.py WHAT FOLDER [ARGUMENT]``."""

import sys
import time
from pathlib import Path

from sonde.store.engine import HOUR_NS, WriteBatch
from sonde.store.opening import open_embedded
from tests.contract.store.sample import BASE_NS, Sampler, calls_of

SPANS_PER_BATCH = 200


def batch(number: int) -> WriteBatch:
    """The same rows for the same number, spread over three hours."""
    spans = Sampler(1_000 + number).spans(SPANS_PER_BATCH, BASE_NS + number % 3 * HOUR_NS + number * 10**6)
    return WriteBatch(spans, calls_of(spans))


def write(folder: Path, first: int) -> None:
    """Write batches for ever; say each number once it is durable. Every third is sent again later."""
    store = open_embedded(folder)
    print("open", len(store.found), flush=True)
    number = first
    while True:
        store.engine.write(batch(number))
        print(number, flush=True)
        if number % 3 == 2:
            store.engine.write(batch(number - 2))
            store.rollups.rebuild()
            store.engine.execute("OPTIMIZE TABLE calls FINAL")
        number += 1


def hold(folder: Path) -> None:
    """Keep the folder."""
    open_embedded(folder)
    print("open", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    match sys.argv[1]:
        case "write":
            write(Path(sys.argv[2]), int(sys.argv[3]))
        case "hold":
            hold(Path(sys.argv[2]))
        case other:
            raise SystemExit(f"unknown: {other}")
