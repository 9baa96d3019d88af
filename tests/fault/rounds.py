"""How long the proofs run: one short round in ``make test``, many in ``make crash`` and ``make hostile``."""

import os

LONG = os.environ.get("FAULT_ROUNDS", "") not in ("", "0")
SEED = os.environ.get("FAULT_SEED") or os.urandom(4).hex()


def rounds(short: int, long: int) -> int:
    """``long`` rounds when FAULT_ROUNDS is 1 (that number when it is more), else ``short``."""
    if not LONG:
        return short
    wanted = int(os.environ["FAULT_ROUNDS"])
    return wanted if wanted > 1 else long
