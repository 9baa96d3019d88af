"""The one page that shows every connection: what is made from what, and in which order it ends."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.types import ASGIApp

from sonde.api.application import create_api
from sonde.api.services import Services
from sonde.app.catalog_keys import CatalogKeys
from sonde.app.disk_guard import DiskGuard
from sonde.app.health import health_routes
from sonde.app.housekeeping import Housekeeper, Task
from sonde.app.http import compose
from sonde.app.projects import DEMO_PROJECT, ProjectPolicies
from sonde.app.settings import Settings
from sonde.auth.bind import check_bind
from sonde.auth.door import Door, DoorSettings
from sonde.auth.keyring import Keyring
from sonde.ingest.journal import Journal
from sonde.ingest.pipeline import Pipeline
from sonde.ingest.receivers import HttpReceiver, Intake
from sonde.ingest.receivers.connection import GuardedProtocol
from sonde.ingest.resolver import Resolver
from sonde.ingest.warmup import warm_up
from sonde.ingest.writer import Writer
from sonde.model.errors import SondeError, Unavailable
from sonde.model.facts import SpanFacts
from sonde.model.limits import MEBIBYTE
from sonde.model.rows import Cost
from sonde.pricing import PriceBook
from sonde.store.catalog import Catalog
from sonde.store.engine import Engine
from sonde.store.migrations import migrate
from sonde.store.recall import stored_spans
from sonde.store.rollups import Rollups
from sonde.telemetry.counters import REGISTRY
from sonde.ui.app import ui_app

log = logging.getLogger(__name__)

PRELOAD_NS = 600 * 1_000_000_000
"""Spans received this recently are in memory again after a restart."""
ROLLUP_S = 5.0


@dataclass(slots=True)
class Server:
    """Everything that runs, and how it ends."""

    settings: Settings
    engine: Engine
    catalog: Catalog
    keyring: Keyring
    journal: Journal
    resolver: Resolver
    writer: Writer
    pipeline: Pipeline
    intake: Intake
    application: ASGIApp
    housekeeper: Housekeeper
    recovered: bool = False

    def protocol(self) -> type[asyncio.Protocol]:
        """The HTTP connection class with its limits."""
        return GuardedProtocol

    def recover(self) -> None:
        """Write what an earlier process acknowledged and did not get into the engine, then be ready."""
        warm_up(self.engine, self.resolver, now_ns=time.time_ns(), span_ns=PRELOAD_NS)
        records = self.pipeline.recover()
        self.writer.start()
        if records:
            log.info("replaying %d accepted batches from the journal", records)
            self.writer.drain(timeout_s=120)
        self.recovered = True

    def start_background(self) -> None:
        """Start what repeats."""
        self.housekeeper.start()

    def demo_key(self) -> str:
        """A key for the demo's own sender, valid in this process only."""
        return self.keyring.private_key(DEMO_PROJECT, ["ingest", "read"])

    def why_not_ready(self) -> SondeError | None:
        """Why telemetry cannot be accepted now; None when it can."""
        if not self.recovered:
            return Unavailable("Replaying what was accepted before the last stop.")
        try:
            self.pipeline.check_room(0)
        except SondeError as error:
            return error
        return self.writer.trouble

    def close(self) -> None:
        """Stop in the reverse order of the start. What is not in the engine stays in the journal."""
        self.housekeeper.stop()
        self.intake.close()
        self.writer.close()
        self.journal.close()
        self.engine.close()
        self.catalog.close()


def build(settings: Settings, *, now_ns: Callable[[], int] = time.time_ns) -> Server:
    """Open the stores and connect the parts; nothing listens yet. Raises `StartError`."""
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    catalog = Catalog(settings.catalog_url) if settings.catalog_url else Catalog.in_folder(folder)
    keyring = Keyring(CatalogKeys(catalog))
    check_bind(settings, keyring.has_keys())
    door = Door(
        DoorSettings(
            host=settings.host,
            public_url=settings.public_url,
            insecure_no_auth=settings.insecure_no_auth,
        ),
        keyring,
    )
    engine = open_engine(settings)
    migrate(engine)
    rollups = Rollups(engine)
    book = PriceBook()
    resolver = Resolver(
        partial(_price, book),
        partial(stored_spans, engine),
        complete_since_ns=now_ns(),  # until `warm_up` knows better
        now_ns=now_ns,
    )
    guard = DiskGuard(folder, None if settings.free_mib_min is None else settings.free_mib_min * MEBIBYTE)
    journal = Journal(folder / "journal")
    writer = Writer(engine, journal, resolver)
    pipeline = Pipeline(
        journal,
        writer,
        ProjectPolicies(catalog),
        free_bytes=guard.free_bytes,
        free_bytes_min=guard.free_bytes_min,
        pending_bytes_max=settings.pending_mib_max * MEBIBYTE,
    )
    intake = Intake(pipeline, door)
    api = create_api(
        Services(
            engine=engine,
            door=door,
            sink=pipeline,
            catalog=catalog,
            rollups=rollups,
            price=partial(_price, book),
            now_ns=now_ns,
            public_url=settings.public_url,
            grpc_port=settings.otlp_grpc_port,
        )
    )
    running: list[Server] = []
    health = health_routes(lambda: running[0].why_not_ready(), REGISTRY.render)  # noqa: PLW0108
    server = Server(
        settings=settings,
        engine=engine,
        catalog=catalog,
        keyring=keyring,
        journal=journal,
        resolver=resolver,
        writer=writer,
        pipeline=pipeline,
        intake=intake,
        application=compose([*health, *HttpReceiver(intake).routes()], api, ui_app(), door),
        housekeeper=Housekeeper([Task("roll-ups", ROLLUP_S, rollups.rebuild)]),
    )
    running.append(server)
    return server


def open_engine(settings: Settings) -> Engine:
    """The engine the settings choose. Raises `StartError`."""
    if settings.engine_url:
        from sonde.store.server import ServerEngine

        return ServerEngine(settings.engine_url)
    from sonde.store.embedded import EmbeddedEngine

    return EmbeddedEngine(settings.data_dir, memory_bytes=settings.engine_memory_mib * MEBIBYTE)


def _price(book: PriceBook, facts: SpanFacts, time_ns: int) -> Cost:
    return book.price(facts, time_ns=time_ns)
