"""OTLP over HTTP: one POST, one outcome. Retrying is the delivery's business."""

import os
import ssl
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from sonde._version import __version__
from sonde.sdk.export.batch import Packed, Signal
from sonde.sdk.export.outcome import Outcome, retry_after_s

if TYPE_CHECKING:
    import httpx2

_LATER = frozenset((408, 425, 429, 500, 502, 503, 504))
_CONNECT_S = 5.0
_LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


class HttpTransport:
    """Posts to ``{url}/v1/{signal}``. Safe to share between threads; not between processes."""

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        endpoints: Mapping[str, str] | None = None,
        timeout_s: float = 10.0,
    ) -> None:
        """``endpoints`` are whole addresses by signal that go before ``url``."""
        # Loaded here, on the app's own thread: openai 2 looks for httpx2 in `sys.modules` and fails the app's
        # call when a thread of ours is half-way through importing it.
        import_module("httpx2")
        self._url = url
        self._endpoints: dict[Signal, str] = {
            signal: (endpoints or {}).get(signal) or f"{url}/v1/{signal}"
            for signal in ("traces", "logs", "metrics")
        }
        self._headers = {
            **(headers or {}),
            "content-type": "application/x-protobuf",
            "content-encoding": "gzip",
            "user-agent": f"sonde-sdk/{__version__}",
        }
        if api_key:
            self._headers["authorization"] = f"Bearer {api_key}"
        self._timeout_s = timeout_s
        # Made here, by the thread that calls `init`: a module that another thread is loading while the app
        # forks could never be loaded in the child.
        self._client: httpx2.Client | None = self._connect()

    def send(self, packed: Packed) -> Outcome:
        """Never raises."""
        import httpx2

        try:
            if self._client is None:
                self._client = self._connect()
            answer = self._client.post(
                self._endpoints[packed.signal], content=packed.body, headers=self._headers
            )
        except httpx2.TransportError as error:
            return Outcome("later", f"{self._url} cannot be reached ({type(error).__name__}: {error})")
        except (httpx2.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
            return Outcome("held", f"{self._url} cannot be used ({type(error).__name__}: {error})")
        return self._outcome(answer)

    def close(self) -> None:
        """Close the connection; a later `send` opens one again."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def after_fork(self) -> None:
        """The connection belongs to the parent: forget it without closing."""
        self._client = None

    def _connect(self) -> "httpx2.Client":
        import httpx2

        # A proxy of the environment is for the outside; and redirects would hand the key to another address.
        outside = urlsplit(self._url).hostname not in _LOOPBACK
        return httpx2.Client(
            timeout=httpx2.Timeout(self._timeout_s, connect=min(_CONNECT_S, self._timeout_s)),
            trust_env=outside,
            follow_redirects=False,
            verify=_verification() if self._url.startswith("https") else False,
        )

    def _outcome(self, answer: "httpx2.Response") -> Outcome:
        status = answer.status_code
        if 200 <= status < 300:
            return accepted(answer.content)
        said = " ".join(answer.text.split())[:200]
        if status in _LATER:
            return Outcome(
                "later",
                f"{self._url} answers {status}: {said}",
                retry_after_s(answer.headers.get("retry-after")),
            )
        if status in (401, 403):
            return Outcome(
                "held",
                f"{self._url} does not take the API key ({status}). Set api_key= or SONDE_API_KEY to a "
                "key with scope ingest (`sonde keys create`)",
            )
        if status in (404, 405) or 300 <= status < 400:
            return Outcome(
                "held",
                f"{self._url} answers {status}, so it is not an OTLP endpoint. Set url= or SONDE_URL to the "
                "address of the Sonde server, without a path",
            )
        return Outcome("refused", f"{self._url} refuses a batch ({status}): {said}")


def accepted(body: bytes) -> Outcome:
    """The partial success of all three signals has the same shape on the wire."""
    if not body:
        return Outcome("stored")
    try:
        partial = ExportTraceServiceResponse.FromString(body).partial_success
    except DecodeError:
        return Outcome("stored")  # some servers answer JSON or a word
    return Outcome("stored", partial.error_message, rejected=max(0, partial.rejected_spans))


def _verification() -> "ssl.SSLContext | bool":
    """Own certificates by the standard variables."""
    authority = os.environ.get("OTEL_EXPORTER_OTLP_CERTIFICATE")
    certificate = os.environ.get("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE")
    if not authority and not certificate:
        return True
    context = ssl.create_default_context(cafile=authority or None)
    if certificate:
        context.load_cert_chain(certificate, os.environ.get("OTEL_EXPORTER_OTLP_CLIENT_KEY") or None)
    return context
