"""A sliding window that never holds more than its limit, with reservations ahead of time."""

from collections import deque
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Reservation:
    """So much is used at that moment (seconds)."""

    at: float
    amount: int
    counted: bool = True
    """False once it has left the window."""


class Window:
    """Within any ``period_s`` at most ``limit`` is used. Not safe for threads: the owner locks.

    An amount above the limit goes alone, when the window is empty: it could never fit otherwise. Asking and
    taking take the same time however much is in the window.
    """

    def __init__(self, limit: int, period_s: float) -> None:
        self.limit = limit
        self._period_s = period_s
        self._taken: deque[Reservation] = deque()
        self._used = 0

    def earliest(self, amount: int, now: float) -> float:
        """The first moment at which the amount fits: not before ``now``, nor before who came earlier."""
        begins = max(now, self._taken[-1].at) if self._taken else now
        used = self._used
        for one in self._taken:
            if one.at > begins - self._period_s:
                if used + amount <= self.limit or used == 0:
                    break
                # Wait until this one has left the window.
                begins = one.at + self._period_s
            used -= one.amount
        return begins

    def take(self, amount: int, at: float) -> Reservation:
        """Use the amount at that moment, which `earliest` gave."""
        reservation = Reservation(at, amount)
        self._taken.append(reservation)
        self._used += amount
        return reservation

    def amend(self, reservation: Reservation, amount: int) -> None:
        """It was more or less than thought."""
        if reservation.counted:
            self._used += amount - reservation.amount
        reservation.amount = amount

    def cancel(self, reservation: Reservation) -> None:
        """It was not used after all."""
        if reservation.counted:
            self._taken.remove(reservation)
            self._leave(reservation)

    def forget(self, now: float) -> None:
        """Drop what has left the window by now (the real time, never a planned one)."""
        while self._taken and self._taken[0].at <= now - self._period_s:
            self._leave(self._taken.popleft())

    def _leave(self, reservation: Reservation) -> None:
        reservation.counted = False
        self._used -= reservation.amount
