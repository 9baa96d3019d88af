"""What the upstream has seen: the truth that telemetry is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sonde.model.facts import Usage
from sonde.testing.upstream.dialect import Api, Json


@dataclass(slots=True)
class Received:
    """One request, and what became of it.

    ``status`` None: being answered; 0: never answered. ``usage`` None: none was made (an error). ``sent``
    False: the answer did not reach its end, because the script cut it or because the client left.
    """

    api: Api
    path: str
    model: str | None
    stream: bool
    headers: Mapping[str, str]
    """Names in lower case; the API key is not among them."""
    body: Json = field(repr=False)
    status: int | None = None
    response_id: str | None = None
    response_model: str | None = None
    usage: Usage | None = None
    sent: bool = False
