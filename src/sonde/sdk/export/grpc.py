"""OTLP over gRPC (``pip install 'sonde[grpc]'``): one call, one outcome."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sonde._version import __version__
from sonde.sdk.export.batch import Packed, gunzipped
from sonde.sdk.export.http import accepted
from sonde.sdk.export.outcome import Outcome

if TYPE_CHECKING:
    import grpc

_METHODS = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
}
_LATER = frozenset(
    (
        "UNAVAILABLE",
        "DEADLINE_EXCEEDED",
        "RESOURCE_EXHAUSTED",
        "ABORTED",
        "CANCELLED",
        "OUT_OF_RANGE",
        "DATA_LOSS",
    )
)


class MissingExtra(RuntimeError):
    """An optional package is needed and not installed."""


class GrpcTransport:
    """Calls the OTLP services. Safe to share between threads; the channel is made by the first call."""

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 10.0,
    ) -> None:
        """``https`` makes a TLS channel. Raises `MissingExtra` without the package."""
        if find_spec("grpc") is None:
            raise MissingExtra("export='grpc' needs: pip install 'sonde[grpc]'")
        self._url = url
        metadata = {key.lower(): value for key, value in (headers or {}).items()}
        if api_key:
            metadata["authorization"] = f"Bearer {api_key}"
        self._metadata = tuple(metadata.items())
        self._timeout_s = timeout_s
        self._channel: grpc.Channel | None = None
        self._calls: dict[str, Callable[..., bytes]] = {}

    def send(self, packed: Packed) -> Outcome:
        """Never raises what a network can do."""
        import grpc

        try:
            call = self._call(packed.signal)
            answer = call(
                gunzipped(packed.body),
                metadata=self._metadata,
                timeout=self._timeout_s,
                compression=grpc.Compression.Gzip,
            )
        except grpc.RpcError as error:
            return self._outcome(error)
        except ValueError as error:
            return Outcome("held", f"{self._url} cannot be used ({error})")
        return accepted(answer)

    def close(self) -> None:
        """Close the channel; a later `send` opens one again."""
        channel, self._channel = self._channel, None
        self._calls = {}
        if channel is not None:
            channel.close()

    def after_fork(self) -> None:
        """The channel belongs to the parent: forget it without closing."""
        self._channel = None
        self._calls = {}

    def _call(self, signal: str) -> Callable[..., bytes]:
        if self._channel is None:
            self._channel = self._connect()
        if signal not in self._calls:
            made: Any = self._channel.unary_unary(
                _METHODS[signal], request_serializer=_same, response_deserializer=_same
            )
            self._calls[signal] = made
        return self._calls[signal]

    def _connect(self) -> "grpc.Channel":
        import grpc

        parts = urlsplit(self._url)
        secure = parts.scheme == "https"
        address = f"{parts.hostname}:{parts.port or (443 if secure else 4317)}"
        options = [("grpc.primary_user_agent", f"sonde-sdk/{__version__}")]
        if secure:
            return grpc.secure_channel(address, grpc.ssl_channel_credentials(), options)
        return grpc.insecure_channel(address, options)

    def _outcome(self, error: "grpc.RpcError") -> Outcome:
        status: Any = error
        code = status.code().name
        said = " ".join(str(status.details()).split())[:200]
        if code in _LATER:
            return Outcome("later", f"{self._url} cannot be reached ({code}: {said})")
        if code in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
            return Outcome(
                "held",
                f"{self._url} does not take the API key ({code}). Set api_key= or SONDE_API_KEY to a key "
                "with scope ingest (`sonde keys create`)",
            )
        if code == "UNIMPLEMENTED":
            return Outcome(
                "held", f"{self._url} is no OTLP endpoint. Set url= or SONDE_URL to the gRPC address"
            )
        return Outcome("refused", f"{self._url} refuses a batch ({code}: {said})")


def _same(message: bytes) -> bytes:
    return message
