"""``export="none"``: spans are made, and go nowhere."""

from sonde.sdk.export.batch import Batch
from sonde.sdk.ledger import Ledger


class Nothing:
    """Drops batches, and counts them so."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def deliver(self, batch: Batch) -> None:
        """Drop it."""
        if batch.counted:
            self._ledger.add(batch.signal, "dropped", batch.records, "none")

    def flush(self, timeout_s: float) -> bool:
        """Nothing waits."""
        return True

    def close(self, timeout_s: float) -> None:
        """Nothing is open."""

    def after_fork(self) -> None:
        """Nothing is shared."""
