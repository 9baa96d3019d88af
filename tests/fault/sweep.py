"""Every disk operation of the ingest path fails once, in each way; then the power goes (H37, H39).

``python -m tests.fault.sweep STEP`` tries every STEP-th operation, in a process of its own: chDB opens one
folder per process.
"""

import errno
import sys
import tempfile
from pathlib import Path

from sonde.model.errors import StorageFull, StorageReadOnly, Unavailable
from tests.contract.otlp import build
from tests.fault.world import World

ANSWERS = {
    errno.ENOSPC: StorageFull,
    errno.EDQUOT: StorageFull,
    errno.EROFS: StorageReadOnly,
    errno.EIO: Unavailable,
}


def one(world: World, operation: str, number: int, error: int) -> bool:
    """The n-th ``operation`` (and with "+truncate" the repair after it) fails while requests are sent.

    Returns whether it came to that.
    """
    world.clear()
    first = operation.partition("+")[0]
    seen = 0

    def plan(_: int, name: str) -> int | None:
        nonlocal seen
        seen += name == first
        again = name == "truncate" and operation != first
        return error if again or (name == first and seen == number) else None

    world.fail_disk(plan)
    acknowledged: set[str] = set()
    refused = 0
    sent: set[str] = set()
    for _ in range(4):
        spans = [build.span(attributes={"text": "x" * 3_000}) for _ in range(3)]
        ids = {span.span_id.hex() for span in spans}
        sent |= ids
        answer = world.send(build.traces(*spans).SerializeToString())
        if answer is None:
            acknowledged |= ids
        else:
            assert type(answer) is ANSWERS[error], answer
            assert answer.retryable
            refused += 1
    fired = seen >= number
    # A file that cannot be cut back or synced anew is given up: the request after the failed one is taken.
    assert refused == (1 if fired else 0)
    world.crash(power=True)
    world.drain()
    found = [row[0] for row in world.rows("SELECT lower(hex(span_id)) FROM spans")]
    assert len(found) == len(set(found)), "a span is there twice"
    assert acknowledged <= set(found) <= sent
    return fired


def synced_files_after_a_failed_sync(world: World) -> None:
    """A descriptor whose fsync failed is never synced again: the kernel may have dropped its pages."""
    world.clear()
    synced: list[Path] = []
    disk = world.disk
    sync = disk.sync

    def watched(descriptor: int) -> None:
        synced.append(disk._paths[descriptor])
        sync(descriptor)

    disk.sync = watched
    body = build.traces(build.span()).SerializeToString()
    assert world.send(body) is None
    world.fail_disk(lambda _, name: errno.EIO if name == "sync" else None)
    assert type(world.send(body)) is Unavailable
    world.fail_disk(lambda _count, _name: None)
    assert world.send(body) is None
    assert synced[0] == synced[1]
    assert synced[2] != synced[1]


def main(folder: Path, step: int) -> None:
    """Run all; an assertion says which."""
    world = World(folder)
    tried = 0
    try:
        synced_files_after_a_failed_sync(world)
        for operation in ("create", "append", "sync", "append+truncate"):
            for error in ANSWERS:
                number = 1
                while one(world, operation, number, error):
                    tried += 1
                    number += step
                tried += 1
    finally:
        world.close()
    print(f"{tried} failures")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(Path(scratch), int(sys.argv[1]))
