"""A table of keys in memory and clocks that stand still."""

from sonde.auth.door import Door, DoorSettings
from sonde.auth.keyring import Keyring
from sonde.auth.keys import KeyRow
from sonde.model.errors import Unavailable


class MemoryKeys:
    """`KeyTable` in memory; `fail` makes it answer like a database that is down."""

    def __init__(self) -> None:
        self.rows: dict[str, KeyRow] = {}
        self.reads = 0
        self.fail = False
        self.touched: dict[str, int] = {}

    def all_keys(self) -> list[KeyRow]:
        if self.fail:
            raise Unavailable("down")
        self.reads += 1
        return list(self.rows.values())

    def add_key(self, row: KeyRow) -> None:
        self.rows[row.key_id] = row

    def revoke_key(self, key_id: str) -> bool:
        return self.rows.pop(key_id, None) is not None

    def touch_keys(self, used_ns: dict[str, int]) -> None:
        self.touched.update(used_ns)


class StandingClock:
    """A monotonic clock and a wall clock that move when told to."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def monotonic(self) -> float:
        return self.seconds

    def now_ns(self) -> int:
        return int(self.seconds * 1e9)


def make_door(
    settings: DoorSettings | None = None, clock: StandingClock | None = None
) -> tuple[Door, MemoryKeys, StandingClock]:
    """A door with its table and its clock."""
    clock = clock or StandingClock()
    table = MemoryKeys()
    keyring = Keyring(table, now_ns=clock.now_ns, monotonic=clock.monotonic)
    return Door(settings or DoorSettings(), keyring, monotonic=clock.monotonic), table, clock
