"""What can go wrong between a client and a server."""

from typing import Any

from sonde.model.errors import SondeError


class CannotConnect(SondeError):
    """No answer from the server."""

    code = "cannot-connect"
    retryable = True


class ApiProblem(SondeError):
    """The server answered with a problem document."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(str(document.get("detail") or document.get("title") or f"HTTP {status}"))
        self.status = status
        self.code = str(document.get("code", "unknown"))
        self.hint = str(document.get("hint") or "")
        self.retryable = status in (429, 503)
        self.document = document
