from hypothesis import given
from hypothesis import strategies as st

from sonde.resilience.window import Reservation, Window

steps = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12), st.booleans()), max_size=60)


@given(st.integers(1, 10), steps)
def test_no_window_of_a_period_ever_holds_more_than_the_limit(
    limit: int, history: list[tuple[int, int, bool]]
) -> None:
    """Whole seconds, so that no rounding blurs the bound. Some ask and go away without taking."""
    window = Window(limit, 60.0)
    now = 0.0
    taken: list[Reservation] = []
    for wait, asked, takes in history:
        now += wait
        window.forget(now)
        amount = min(asked, limit)
        begins = window.earliest(amount, now)
        assert begins >= now
        if takes:
            taken.append(window.take(amount, begins))
    for one in taken:
        assert sum(other.amount for other in taken if one.at - 60.0 < other.at <= one.at) <= limit
    assert [one.at for one in taken] == sorted(one.at for one in taken), "first come, first served"


@given(st.integers(1, 10), steps)
def test_nobody_waits_longer_than_needed(limit: int, history: list[tuple[int, int, bool]]) -> None:
    window = Window(limit, 60.0)
    now, last = 0.0, 0.0
    taken: list[Reservation] = []
    for wait, asked, _ in history:
        now += wait
        window.forget(now)
        amount = min(asked, limit)
        begins = window.earliest(amount, now)
        # One second earlier there was no room, or somebody was first.
        if begins > max(now, last):
            used = sum(one.amount for one in taken if one.at > begins - 1 - 60.0)
            assert used + amount > limit
        taken.append(window.take(amount, begins))
        last = begins


def test_an_amount_above_the_limit_goes_alone() -> None:
    window = Window(10, 60.0)
    window.take(5, 0.0)
    assert window.earliest(50, 1.0) == 60.0
    assert Window(10, 60.0).earliest(50, 1.0) == 1.0


def test_corrections_and_cancellations_change_the_room() -> None:
    window = Window(10, 60.0)
    first = window.take(2, 0.0)
    window.amend(first, 10)
    assert window.earliest(1, 1.0) == 60.0
    window.cancel(first)
    assert window.earliest(10, 1.0) == 1.0


@given(
    st.lists(
        st.tuples(st.sampled_from(["take", "amend", "cancel", "forget"]), st.integers(0, 40)), max_size=80
    )
)
def test_the_running_sum_is_the_sum(history: list[tuple[str, int]]) -> None:
    window = Window(50, 60.0)
    now = 0.0
    taken: list[Reservation] = []
    for step, number in history:
        if step == "take":
            taken.append(window.take(number, window.earliest(number, now)))
        elif step == "forget":
            now += number
            window.forget(now)
        elif taken and step == "amend":
            window.amend(taken[number % len(taken)], number)
        elif taken and step == "cancel":
            window.cancel(taken[number % len(taken)])
        assert window._used == sum(one.amount for one in window._taken)
        assert all(one.counted for one in window._taken)
