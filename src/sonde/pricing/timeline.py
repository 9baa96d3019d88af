"""Cards over time: which one holds at an instant."""

from bisect import bisect_right

from msgspec import structs

from sonde.pricing.card import RateCard

DAY_S = 86_400
SECOND_NS = 1_000_000_000


class Timeline:
    """The cards of one model and variant over time; finds the one for an instant."""

    __slots__ = ("_by_start", "_starts")

    def __init__(self, cards: list[RateCard]) -> None:
        cards = _merged(cards)
        starts = sorted({card.valid_from_ns or 0 for card in cards})
        self._starts = starts
        self._by_start: list[list[RateCard]] = [
            [card for card in cards if (card.valid_from_ns or 0) == start] for start in starts
        ]

    def at(self, time_ns: int) -> RateCard:
        """The card for an instant. Before the first date the book knows, its first card holds."""
        cards = self._by_start[max(bisect_right(self._starts, time_ns) - 1, 0)]
        if len(cards) > 1:
            second = time_ns // SECOND_NS % DAY_S
            for card in cards:
                if card.day_from_s <= second < card.day_to_s:
                    return card
        return cards[0]

    def cards(self) -> list[RateCard]:
        """All cards, oldest first."""
        return [card for cards in self._by_start for card in cards]


def _merged(cards: list[RateCard]) -> list[RateCard]:
    """Joins neighbours in time that have the same prices (a change may have been of another variant)."""
    merged: list[RateCard] = []
    for card in cards:
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.valid_to_ns == card.valid_from_ns
            and (last.day_from_s, last.day_to_s) == (card.day_from_s, card.day_to_s) == (0, DAY_S)
            and (last.tiers, last.free, last.note, last.unpriced_reason)
            == (card.tiers, card.free, card.note, card.unpriced_reason)
        ):
            merged[-1] = structs.replace(last, valid_to_ns=card.valid_to_ns)
        else:
            merged.append(card)
    return merged
