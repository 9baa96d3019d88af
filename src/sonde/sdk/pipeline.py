"""Everything between the providers and the outside, built from one set of settings."""

from pathlib import Path
from typing import TYPE_CHECKING

from sonde.sdk import config as settings
from sonde.sdk.config import Config
from sonde.sdk.export.batch import Sink
from sonde.sdk.export.delivery import Delivery, Transport
from sonde.sdk.export.encode import SpanEncoder
from sonde.sdk.export.intake import Intake
from sonde.sdk.export.nothing import Nothing
from sonde.sdk.export.span_door import SpanDoor
from sonde.sdk.ledger import Ledger
from sonde.sdk.redacting import redacting
from sonde.sdk.spool import Spool, default_root

if TYPE_CHECKING:
    from sonde.sdk.export.log_door import LogDoor
    from sonde.sdk.export.metric_door import MetricDoor

GRPC_URL = "http://127.0.0.1:4317"


class Pipeline:
    """Queues, encoders, delivery and ledger of one `sonde.init`."""

    def __init__(self, config: Config) -> None:
        """Loads all that the exporting threads will need: see `HttpTransport` about fork.

        Raises what an exporter needs and does not find: a file that can be opened, an extra.
        """
        self.config = config
        self.service = config.service or settings.default_service()
        redacting(config.redact)
        self.ledger = Ledger(self.service)
        self.sink = make_sink(config, self.ledger)
        self.intake = Intake(
            self.sink,
            self.ledger,
            records_max=config.queue_spans_max,
            bytes_max=config.queue_bytes_max,
            interval_s=config.flush_interval_s,
        )

    def open_spans(self, door: SpanDoor) -> None:
        """Let spans in."""
        lane = self.intake.lane("traces", SpanEncoder(self.config, self.service).encode)
        door.open(self.intake, lane, self.ledger, self.config)

    def open_logs(self, door: "LogDoor") -> None:
        """Let log records in."""
        from sonde.sdk.export.log_door import LogEncoder

        door.open(self.intake, self.intake.lane("logs", LogEncoder(self.config, self.service).encode))

    def open_metrics(self, door: "MetricDoor") -> None:
        """Let metrics in."""
        door.open(self.sink, self.config, self.service)

    def start(self) -> None:
        """Send what an earlier process left behind."""
        if isinstance(self.sink, Delivery):
            self.sink.start()


def make_sink(config: Config, ledger: Ledger) -> Sink:
    """What ``export=`` names."""
    kind, _, target = config.export.partition(":")
    if kind == "none":
        return Nothing(ledger)
    if kind == "file":
        from sonde.sdk.export.file import JsonLines

        return JsonLines(Path(target).expanduser(), ledger)
    if kind == "duckdb":
        from sonde.sdk.export.duckdb import DuckDb

        return DuckDb(Path(target).expanduser(), ledger)
    root = config.spool_dir or default_root()
    identity = f"{config.export} {config.url} {sorted(config.endpoints.items())} {config.api_key or ''}"
    spool = Spool(root, identity, config.spool_bytes_max) if config.spool_bytes_max else None
    return Delivery(_transport(config), spool, ledger)


def _transport(config: Config) -> Transport:
    if config.export == "grpc":
        from sonde.sdk.export.grpc import GrpcTransport

        url = GRPC_URL if config.url == settings.DEFAULT_URL else config.url
        return GrpcTransport(url, api_key=config.api_key, headers=config.headers, timeout_s=config.timeout_s)
    from sonde.sdk.export.http import HttpTransport

    return HttpTransport(
        config.url,
        api_key=config.api_key,
        headers=config.headers,
        endpoints=config.endpoints,
        timeout_s=config.timeout_s,
    )
