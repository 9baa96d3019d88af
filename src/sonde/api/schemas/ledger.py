"""What became of the records that senders made: the SDK's own account of losses."""

from pydantic import Field

from sonde.api.schemas.common import Answer, Time


class LedgerItem(Answer):
    """The records of one service and signal, over all its processes that reported in the range.

    Counts are of whole process lives. A process that was killed did not report its last seconds.
    """

    project: str
    service: str
    signal: str = Field(description="traces, logs or metrics")
    processes: int
    created: int
    sampled: int = Field(description="Left out by the app's sampling rule")
    dropped: int = Field(description="Lost; `reasons` says why")
    stored: int = Field(description="Acknowledged by this server")
    waiting: int = Field(description="In the sender's memory or spool, when it last reported")
    reasons: dict[str, int] = Field(
        description="queue_full, spool_full, refused, expired, encode, error, exit"
    )
    last_time: Time


class Ledger(Answer):
    """Most dropped first."""

    from_: Time = Field(serialization_alias="from")
    to: Time
    items: list[LedgerItem]
