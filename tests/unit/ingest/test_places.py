"""Who gets a connection when there are more callers than places."""

from sonde.ingest.receivers.places import EVICTABLE_AFTER_S, Places


class Caller:
    """A connection that remembers whether it was ended."""

    def __init__(self) -> None:
        self.ended = False

    def end(self) -> None:
        """Close."""
        self.ended = True


class Clock:
    """A monotonic clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def test_the_longest_idle_makes_room() -> None:
    clock = Clock()
    places = Places(3, 3, clock)
    callers = [Caller() for _ in range(3)]
    for caller in callers:
        assert places.take(caller, "a")
        clock.now += 0.1
    assert not places.take(Caller(), "b"), "nobody was idle long enough"
    clock.now += EVICTABLE_AFTER_S
    places.set_busy(callers[0])
    assert places.take(Caller(), "b")
    assert [caller.ended for caller in callers] == [False, True, False]
    assert len(places) == 3


def test_busy_callers_are_never_ended() -> None:
    clock = Clock()
    places = Places(2, 2, clock)
    callers = [Caller(), Caller()]
    for caller in callers:
        assert places.take(caller, "a")
        places.set_busy(caller)
    clock.now += 1_000
    assert not places.take(Caller(), "b")
    places.set_idle(callers[1])
    clock.now += EVICTABLE_AFTER_S
    assert places.take(Caller(), "b")
    assert [caller.ended for caller in callers] == [False, True]


def test_an_address_over_its_share_only_costs_itself() -> None:
    clock = Clock()
    places = Places(100, 2, clock)
    other = Caller()
    assert places.take(other, "b")
    mine = [Caller() for _ in range(3)]
    assert places.take(mine[0], "a")
    assert places.take(mine[1], "a")
    clock.now += EVICTABLE_AFTER_S
    assert places.take(mine[2], "a")
    assert not other.ended
    assert [caller.ended for caller in mine] == [True, False, False]


def test_leaving_twice_gives_back_one_place() -> None:
    places = Places(10, 1, Clock())
    caller = Caller()
    assert places.take(caller, "a")
    places.leave(caller)
    places.leave(caller)
    assert len(places) == 0
    places.set_idle(caller)
    assert not places.is_idle(caller)
    assert places.take(Caller(), "a")
    assert not places.take(Caller(), "a")
