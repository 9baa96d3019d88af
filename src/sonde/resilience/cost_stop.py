"""Stops spending: a budget for a run, a session, or whatever a call belongs to."""

import logging
import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sonde.resilience import events
from sonde.resilience.errors import BudgetExceeded
from sonde.resilience.limits import UsageTap
from sonde.resilience.prices import Pricing, book_price
from sonde.resilience.scope import current_scope
from sonde.resilience.steps import Steps
from sonde.resilience.streams import Stream
from sonde.resilience.usage import TokenUse, usage_of
from sonde.resilience.wrapping import Call, Policy, Proceed

SCOPES_MAX = 10_000
"""Sessions whose spending is remembered; beyond it the one unused for longest starts at 0 again."""

_log = logging.getLogger("sonde.resilience")


@dataclass(slots=True)
class Spent:
    """What one scope has spent, in USD."""

    spent_usd: float = 0.0
    priced: int = 0
    under_way: int = 0

    def expected_usd(self) -> float:
        """Spent, plus what calls under way will cost if they cost what the others did."""
        return self.spent_usd + (self.under_way * self.spent_usd / self.priced if self.priced else 0.0)


class CostStop(Policy):
    """Refuses calls with ``BudgetExceeded`` once the budget of their scope is spent.

    A call's cost is known only when it has ended, so spending can go over by the calls that were under way;
    they are counted in advance with the average of those before. A cost that cannot be told (unknown model,
    no usage in the answer, a stream that was not read to its end) counts as ``unknown_usd``; without it
    nothing is counted, which is logged once.

    Args:
        budget_usd: What may be spent in one scope.
        per: ``run``: one budget for everything this object sees. ``session``: one for each
            :func:`~sonde.resilience.scope.scope`. Or a function from the call to the scope's name.
        cost: Cost of a call in USD; by default the provider's own figure, else ``genai-prices``, if
            installed.
        unknown_usd: What a call counts whose cost cannot be told.
    """

    def __init__(
        self,
        budget_usd: float,
        *,
        per: Literal["run", "session"] | Callable[[Call], str] = "run",
        cost: Pricing = book_price,
        unknown_usd: float | None = None,
    ) -> None:
        if not budget_usd > 0:
            raise ValueError("A cost stop's budget is above 0 USD.")
        self._budget_usd = budget_usd
        self._per = per
        self._cost = cost
        self._unknown_usd = unknown_usd
        self._warned = False
        # Re-entrant: a stream thrown away in a reference cycle is settled wherever the collector runs.
        self._lock = threading.RLock()
        self._scopes: OrderedDict[str, Spent] = OrderedDict()

    def spent_usd(self, scope: str = "run") -> float:
        """What this scope has spent so far."""
        with self._lock:
            spent = self._scopes.get(scope)
            return 0.0 if spent is None else spent.spent_usd

    def around(self, call: Call, proceed: Proceed) -> Steps[Any]:
        """Make the call when there is money left, and count what it cost."""
        scope = self._scope(call)
        spent = self._begin(scope)
        try:
            result = yield from proceed(call)
        except BaseException:
            self._end(spent, None)
            raise
        if isinstance(result, Stream):
            return result.tap(_Counted(lambda use: self._end(spent, self._price(call, use))))
        self._end(spent, self._price(call, usage_of(result)))
        return result

    def _begin(self, scope: str) -> Spent:
        with self._lock:
            spent = self._scopes.setdefault(scope, Spent())
            self._scopes.move_to_end(scope)
            if len(self._scopes) > SCOPES_MAX:
                self._scopes.popitem(last=False)
            used = spent.expected_usd()
            if used < self._budget_usd:
                spent.under_way += 1
                return spent
        told: dict[str, events.AttributeValue] = {
            "sonde.cost_stop.scope": scope,
            "sonde.cost_stop.spent_usd": used,
            "sonde.cost_stop.budget_usd": self._budget_usd,
        }
        events.emit("sonde.cost_stop", told)
        raise BudgetExceeded(scope, used, self._budget_usd)

    def _end(self, spent: Spent, cost_usd: float | None) -> None:
        with self._lock:
            spent.under_way -= 1
            if cost_usd is not None:
                spent.spent_usd += cost_usd
                spent.priced += 1

    def _price(self, call: Call, use: TokenUse | None) -> float | None:
        cost = None if use is None else self._cost(call, use)
        if cost is not None and math.isfinite(cost) and cost >= 0:
            return cost
        if self._unknown_usd is None and not self._warned:
            self._warned = True
            _log.warning(
                "The cost stop cannot tell what %s (model %s) costs: pass cost=UnitPrices({model: "
                "(input, output)}) or unknown_usd=…, or install genai-prices. Said once.",
                call.name,
                call.model,
            )
        return self._unknown_usd

    def _scope(self, call: Call) -> str:
        if callable(self._per):
            return self._per(call)
        return (current_scope() or "run") if self._per == "session" else "run"


class _Counted(UsageTap):
    """Counts the cost of a stream when it has ended."""

    def __init__(self, count: Callable[[TokenUse | None], None]) -> None:
        super().__init__()
        self._count = count

    def done(self, error: BaseException | None, complete: bool) -> None:
        self._count(self.use)
