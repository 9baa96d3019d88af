"""A body that can never be decoded: the whole request is refused."""

from sonde.model.errors import BadInput


class Malformed(BadInput):
    """Not the protobuf or JSON it claims to be.

    ``at`` is the path of the field that is wrong, as ``google.rpc.BadRequest`` wants it; empty when unknown.
    """

    code = "malformed"

    def __init__(self, reason: str, *, at: str = "") -> None:
        super().__init__(f"{reason} (at {at})." if at else f"{reason}.")
        self.reason = reason
        self.at = at
